/** The words of steps that bring an image onto a node without the kubelet's pull: by hand from a registry, or from an archive. */

import type { StepOf } from '../../../advice/step/step.ts'
import { shellWord } from '../../sanitize.ts'
import { namedList } from '../nouns.ts'
import type { Findings, StepText } from '../step-words.ts'
import { nodeClientStep, onNodes } from './node.ts'
import { exportCommand, importCommand, pullCommand, pullLimits } from './node-images.ts'
import { preloadPlace } from './node-settings.ts'

/** Pulls the image by hand, or imports it where no registry in reach has it. */
export function preloaded({ image }: StepOf<'preload'>, findings: Findings): StepText {
  const [first] = findings
  const archive = importCommand(first.host)
  const orImport =
    archive === null
      ? ''
      : `; if no registry that it reaches has the image, import an archive (\`${archive}\`)`
  return nodeClientStep(
    `Or preload the image on every node that runs these pods, first ${onNodes(findings)}${pullLimits(first)}${orImport}`,
    pullCommand(first.host, image),
    findings,
  )
}

/** Imports an image from an archive: one that was built elsewhere, or was on the node before. */
export function imported({ image, again }: StepOf<'import-image'>, findings: Findings): StepText {
  const [{ host, cause, steps }] = findings
  const copy = `the image to every node that runs these pods, first ${onNodes(findings)}, from an archive (\`docker save\` where it was built)`
  const text = again
    ? `Then load the image ${onNodes(findings)} again, from the archive that it came from${archivePlace(host)}`
    : cause === 'never-pull'
      ? `${steps[0].code === 'tag-image' ? 'Or copy' : 'Copy'} ${copy}: a name like ${image} is most likely in no registry, so the kubelet could not pull it${fromDocker(host, image)}`
      : `If ${image} was only built on a machine, copy ${copy}, and set imagePullPolicy to IfNotPresent: a node's runtime does not see the images of a Docker beside it`
  return nodeClientStep(text, importCommand(host), findings)
}

/** Brings the image to a node as it came to the others: their registry, if they had one, is not known. */
export function loadedAsOthers({ image, others }: StepOf<'load-as-others'>, findings: Findings): StepText {
  const [{ host, cause }] = findings
  const place = preloadPlace(host)
  const atStart =
    place === null ? '' : ` (${NAMES[host.platform ?? '']} also imports archives in ${place} when it starts)`
  // Each image can be on other nodes.
  const [what, where] =
    new Set(findings.map(finding => finding.image)).size > 1
      ? [`${image} and the other images of these pods`, 'other nodes']
      : [image, namedList('node', others)]
  // With another policy than Never, a pull may have left it there as well.
  const load =
    cause === 'never-pull'
      ? `Load ${what} ${onNodes(findings)} too, as on ${where}`
      : `If ${what} came to ${where} by hand, load ${what === image ? 'it' : 'them'} ${onNodes(findings)} too`
  const archive = what === image ? exportCommand(host, image) : null
  return nodeClientStep(
    `${load}: from the archive that was used there${atStart}${archive === null ? '' : ` or one that is made there (\`${archive}\`)`}, or, if a registry has the image, by a pull by hand`,
    importCommand(host) ?? pullCommand(host, image),
    findings,
  )
}

/** Returns how to copy an image from a Docker on the node itself, which `ctr` reads from its standard input. PowerShell decodes what it pipes as text. */
function fromDocker(host: Findings[0]['host'], image: string): string {
  const archive = importCommand(host)
  const isBeside = NAMES[host.platform ?? ''] !== undefined || host.platform === 'microk8s'
  return archive === null || host.runtime !== 'containerd' || host.os === 'windows' || !isBeside
    ? ''
    : `. If Docker on the node itself has it, no file is needed: \`docker save ${shellWord(image)} | ${archive.replace('<file>', '-')}\``
}

function archivePlace(host: Findings[0]['host']): string {
  const place = preloadPlace(host)
  return place === null
    ? ''
    : ` (if that is in ${place}, a restart of ${NAMES[host.platform ?? '']} imports it)`
}

/** The platforms that have such a place. */
const NAMES: Record<string, string> = { k3s: 'K3s', rke2: 'RKE2', k0s: 'k0s' }
