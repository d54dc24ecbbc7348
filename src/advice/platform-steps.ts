/** Steps for images that are not built for the node's operating system or CPU, or not found there. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { nodeServiceAt } from '../diagnosis/node/node-services.ts'
import { isOlder } from '../diagnosis/node/pulling-node.ts'
import { isPublishedFor } from '../image/kubernetes-images.ts'
import { isFixedHost } from '../image/registries.ts'
import { isNamedForWindows, isPerhapsForWindows, windowsBuildIn } from '../image/windows-images.ts'
import { stepsIf } from './conditions.ts'
import { imageName, pullByHand } from './host.ts'
import { localTool } from './node-steps.ts'
import type { Step } from './step/step.ts'

const SHOW: Step = { code: 'show-platforms' }

/** The steps for an image that is not for the node's operating system or architecture. */
export function platformSteps(finding: Finding): Step[] {
  const { host, reference } = finding
  if (host.os === 'windows') return stepsOnWindows(finding)
  if (host.os === 'linux' && isNamedForWindows(reference))
    return [{ code: 'schedule-on-windows', build: windowsBuildIn(reference) }, SHOW]
  const partial = partialCopySteps(finding)
  if (partial !== null) return [...partial, SHOW]
  if (hasClue(finding.clues, 'asks-arm-v8')) return armSteps(finding)
  const lost = lostPlatformSteps(finding)
  return lost === null ? stepsOnLinux(finding) : [...lost, SHOW]
}

function stepsOnWindows(finding: Finding): Step[] {
  const { host, reference, clues } = finding
  const { os, architecture, kernel } = host
  const named = windowsBuildIn(reference)
  const isOfNode = named !== null && kernel?.startsWith(`${named}.`) === true
  const build = clueOf(clues, 'windows-build')?.build ?? (isOfNode ? null : named)
  const image: Step = { code: 'windows-image', kernel }
  const elsewhere: Step = { code: 'schedule-elsewhere', os, architecture, build }
  // A debug pod of a node is bound to it.
  if (clueOf(clues, 'made-by')?.maker === 'kubectl-debug') return [image, SHOW]
  if (build !== null) return [image, elsewhere, SHOW]
  // Neither a Linux node nor an injector has to do with an image whose name says Windows.
  if (isNamedForWindows(reference)) return [image, SHOW]
  // A copy for Linux only, of an image that is for Windows, too.
  if (hasClue(clues, 'asks-windows')) {
    const copies = copySteps(finding)
    const first = hasClue(clues, 'for-linux') ? [...copies, image] : [image, ...copies]
    return [...first, elsewhere, SHOW]
  }
  // Most pods that don't ask for Windows were meant for Linux.
  return hasClue(clues, 'any-os', 'for-linux') ? [elsewhere, image, SHOW] : [image, elsewhere, SHOW]
}

/** On Linux, or where the node's system is not known, which is hardly ever another. */
function stepsOnLinux(finding: Finding): Step[] {
  const { os, architecture } = finding.host
  const perhapsWindows: Step[] = stepsIf(os === 'linux' && isPerhapsForWindows(finding.reference), {
    code: 'schedule-on-windows',
    build: null,
    perhaps: true,
  })
  const platform = `${os ?? 'linux'}/${architecture ?? wantedIn(finding) ?? '<arch>'}`
  const known = architecture !== null
  const elsewhere = emulated(finding) ?? [
    { code: 'schedule-elsewhere' as const, os, architecture, build: null },
  ]
  // Other pods show which nodes the image is for, so moving this one is all that it needs.
  const { architectures: others = [], cordoned } = clueOf(finding.clues, 'held-elsewhere') ?? {}
  const pinned = pinnedSteps(finding, platform)
  if (known && others.length > 0 && !others.includes(architecture) && localTool(finding.host) === null) {
    const open: Step[] = cordoned === undefined ? [] : [{ code: 'uncordon', nodes: cordoned }]
    const move = [...open, ...elsewhere]
    const build: Step[] = [{ code: 'build-for', platform }, ...copySteps(finding)]
    // What is meant for every node is not moved if the index of the digest may have the rest.
    return pinned.length > 0 && finding.workload?.kind === 'DaemonSet'
      ? [...pinned, ...build, SHOW, ...move]
      : [...pinned, ...move, ...build, SHOW]
  }
  return [
    ...pinned,
    ...perhapsWindows,
    ...stepsIf(!known, SHOW),
    { code: 'build-for', platform },
    ...stepsIf(architecture === 'arm' && localTool(finding.host) === null, {
      code: 'install-64-bit',
    }),
    ...copySteps(finding),
    { code: 'set-image', known: 'repository' },
    // Where the node's own is known, the others' only matter for moving the pod.
    ...stepsIf(known, SHOW),
    // What only has a word for Windows in its name may be an image for another architecture of Linux.
    ...(perhapsWindows.length > 0 && architecture === 'amd64' ? [] : elsewhere),
  ]
}

/**
 * A digest of one platform's image leads to no other platform, whatever the index of its tag lists: that of its manifest (OCI image-spec,
 * image-index.md), or of the index with nothing else but attestations that BuildKit pushes for one platform (moby/buildkit, attestations).
 */
function pinnedSteps({ host, image }: Finding, platform: string): Step[] {
  return stepsIf(host.os !== 'windows' && image.includes('@'), { code: 'digest-of-index', platform })
}

/** Services that put copies of images into a registry of the cluster, of the platforms that they were told: only one by default. */
const PARTIAL = ['kube-image-keeper', 'zarf'] as const

/** Null for an image that is no such copy: only the copy is known to lack the node's platform (enix/kube-image-keeper#104 and #423; docs.zarf.dev). */
function partialCopySteps({ registry, reference, host }: Finding): Step[] | null {
  const service = PARTIAL.find(of => of === nodeServiceAt({ host: registry ?? '', role: 'registry' }))
  if (service === undefined || host.os !== 'linux' || host.architecture === null) return null
  const platform = `${host.os}/${host.architecture}`
  return [
    { code: 'copy-more-platforms', service, platform, image: originalOf(reference) },
    { code: 'build-for', platform },
  ]
}

/** The image that such a name is a copy of, as in `localhost:7439/ghcr.io/acme/app:1`; null for names that were changed otherwise. */
function originalOf(reference: string | null): string | null {
  const rest = reference?.replace(/^[^/]+\//, '') ?? ''
  return /^[\w-]+\.[\w.-]+(?::\d+)?\//.test(rest) ? rest : null
}

/**
 * Kubernetes publishes the image for the node's platform, too, so nobody has to build it: a mirror has another platform of it only, or an old
 * runtime wants a variant (v8) that its index does not name (k3s-io/k3s#176 and #597, containers/image#898 and #1100). Null for any other image.
 */
function lostPlatformSteps(finding: Finding): Step[] | null {
  const { reference, registry, host } = finding
  if (registry === null || !isPublishedFor(reference, host)) return null
  // Docker has mirrors of Docker Hub only.
  const look: Step[] =
    host.runtime === 'docker'
      ? pullByHand(finding)
      : [{ code: 'mirror-settings', host: null, registry, about: 'one-platform' }]
  return [...stepsIf(isOld(host) && host.architecture === 'arm64', { code: 'update-runtime' }), ...look]
}

function isOld(host: Finding['host']): boolean {
  if (host.runtime === 'cri-o') return isOlder(host, 1, 21)
  return host.runtime === 'containerd' && isOlder(host, 1, 3)
}

/** Images for 32-bit ARM are of its variants v6 and v7, which old releases of CRI-O did not take in place of v8 (cri-o/cri-o#3626). */
function armSteps(finding: Finding): Step[] {
  const larger: Step = { code: 'install-64-bit' }
  if (isOld(finding.host)) return [{ code: 'update-runtime' }, larger, SHOW]
  return [larger, ...stepsOnLinux(finding).filter(({ code }) => code !== larger.code)]
}

/**
 * All nodes of a cluster on one machine have its architecture, but such machines mostly emulate the other one for images that were loaded
 * (giantswarm/agentlab#31, developmentseed/eoapi-k8s#250); null for any other node.
 */
function emulated(finding: Finding): Step[] | null {
  const tool = localTool(finding.host)
  const other = { arm64: 'linux/amd64', amd64: 'linux/arm64' }[finding.host.architecture ?? '']
  const image = imageName(finding)
  return tool === null || other === undefined
    ? null
    : stepsIf(!image.includes('@'), { code: 'emulate', image, platform: other, tool })
}

/** Clients of one platform copy that platform only; at a registry for everyone, images are not copies. */
function copySteps(finding: Finding): Step[] {
  const { registry } = finding
  return stepsIf(registry !== null && !isFixedHost(registry), {
    code: 'copy-platforms',
    image: imageName(finding),
  })
}

/** The architecture in Docker's message, which names the platform that it looked for; null if there is none. */
function wantedIn({ evidence }: Finding): string | null {
  // Not in a name, such as mcr.microsoft.com/windows/servercore.
  return /(?<![\w./-])(?:linux|windows)\/(?!unknown)(\w+)/.exec(evidence?.text ?? '')?.[1] ?? null
}
