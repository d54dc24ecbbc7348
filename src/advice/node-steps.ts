/** Steps for problems on the node: its disk, layers, platform, policies, and runtime. */

import { type Clue, clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { isSilent } from '../image/pull-messages.ts'
import { isContainerRegistry, isFixedHost } from '../image/registries.ts'
import { policySteps } from './closed-access.ts'
import { hasClue, stepsIf } from './conditions.ts'
import { ofMirror, pullByHand, silentMirror, targetHost, testManifest } from './host.ts'
import type { Step } from './step.ts'
import type { NodePolicy } from './step-at-node.ts'
import { pageSteps } from './wrong-answer.ts'

const imageName = ({ reference, image }: Finding) => reference ?? image

export function diskSteps(finding: Pick<Finding, 'clues' | 'host'>): Step[] {
  if (hasClue(finding, 'memory'))
    return [
      { code: 'show-memory' },
      // Windows does not kill processes to free memory.
      ...stepsIf(finding.host.os !== 'windows', { code: 'show-killed' }),
      { code: 'more-memory' },
    ]
  const full = clueOf(finding.clues, 'full-disk-path')
  const show: Step = { code: 'show-disk', path: full?.path ?? null }
  // Removing images frees nothing in a temporary folder.
  return full?.temporary === true
    ? [show, { code: 'free-temporary', path: full.path }]
    : [show, { code: 'prune-images' }, { code: 'larger-disk' }]
}

export function corruptSteps(finding: Finding): Step[] {
  const [, steps = replaceSteps] = BY_CORRUPTION.find(([code]) => hasClue(finding, code)) ?? []
  return hasClue(finding, 'web-page') ? pageSteps(finding) : steps(finding)
}

/** The first clue that the finding has decides. */
const BY_CORRUPTION: readonly [Clue['code'], (finding: Finding) => Step[]][] = [
  ['snapshotter-gone', () => [{ code: 'start-snapshotter' }, { code: 'runtime-log' }]],
  ['no-unpacker', unpackerSteps],
  [
    'pull-records',
    finding => [{ code: 'open-records' }, ...stepsIf(hasClue(finding, 'disk-fault'), { code: 'check-disk' })],
  ],
  ['encrypted', () => [{ code: 'decryption-key' }, { code: 'runtime-log' }]],
  ['layer-mismatch', () => [{ code: 'not-an-image' }, { code: 'push-again' }]],
  ['other-manifest', otherManifestSteps],
  ['discarded', downloadSteps],
  ['attestation', attestationSteps],
  ['artifact', () => [{ code: 'not-an-image' }, { code: 'set-image', known: 'repository' }]],
  ['layer-type', () => [{ code: 'rebuild-layers' }, { code: 'runtime-log' }]],
  ['missing-tool', toolSteps],
  ['locked-layer', () => [{ code: 'restart-pull' }, { code: 'runtime-log' }, { code: 'slow-pull' }]],
  ['user-namespace', () => [{ code: 'more-ids' }, { code: 'runtime-log' }]],
  ['file-system', () => [{ code: 'move-store' }, { code: 'runtime-log' }]],
  ['busy-mount', () => [{ code: 'release-mount' }, { code: 'runtime-log' }, { code: 'restart-pull' }]],
  ['kernel-refuses', refusalSteps],
  ['disk-fault', () => [{ code: 'check-disk' }, { code: 'runtime-log' }]],
  ['content-gone', lostContentSteps],
  ['damaged-store', lostImageSteps],
  ['torn-store', lostImageSteps],
  ['lazy-snapshotter', lazySteps],
]

function unpackerSteps({ clues }: Finding): Step[] {
  const snapshotter = clueOf(clues, 'no-unpacker')?.snapshotter ?? null
  return [{ code: 'define-unpacker', snapshotter }, { code: 'runtime-log' }]
}

function toolSteps({ clues }: Finding): Step[] {
  const lacks = clueOf(clues, 'missing-tool')
  return [
    ...(lacks === undefined ? [] : [{ code: 'install-tool', kind: lacks.kind, name: lacks.name } as const]),
    { code: 'runtime-log' },
  ]
}

/** The kernel, not the image or the disk, is in the way. */
function refusalSteps({ clues }: Finding): Step[] {
  const atLimit = clueOf(clues, 'kernel-refuses')?.for === 'limit'
  return [{ code: atLimit ? 'raise-limits' : 'give-rights' }, { code: 'runtime-log' }]
}

/** The snapshotter requests the layers itself, and has what is left of them. */
function lazySteps({ clues }: Finding): Step[] {
  const name = clueOf(clues, 'lazy-snapshotter')?.name ?? null
  return [{ code: 'snapshotter-log', name }, { code: 'bypass-snapshotter' }]
}

function otherManifestSteps(finding: Finding): Step[] {
  if (isEmpty(finding)) return downloadSteps(finding)
  return [{ code: 'digest-mismatch', host: targetHost(finding).host }, ...pullByHand(finding)]
}

/** The runtime lists an image, or has just pulled it, and can't find it. */
function lostImageSteps(finding: Finding): Step[] {
  return [
    { code: 'remove-image', image: imageName(finding) },
    { code: 'restart-pull' },
    { code: 'runtime-log' },
    { code: 'check-store' },
  ]
}

function lostContentSteps(finding: Finding): Step[] {
  return [
    { code: 'remove-image', image: imageName(finding) },
    { code: 'keep-layers' },
    { code: 'runtime-log' },
  ]
}

/** Removes what is damaged, so that the next attempt pulls the image again. */
function replaceSteps(finding: Finding): Step[] {
  return [
    { code: 'remove-image', image: imageName(finding) },
    ...stepsIf(hasClue(finding, 'layer-format'), { code: 'update-runtime' }),
    { code: 'runtime-log' },
    { code: 'push-again' },
  ]
}

const isEmpty = ({ clues }: Finding) => clueOf(clues, 'arrived')?.bytes === 0

/** What arrived was discarded, so the node has no image to remove: the next attempt downloads it again, along the same way. */
function downloadSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  return [
    ...pullByHand(finding),
    { code: 'check-download', host: target.host },
    { code: 'show-proxy' },
    ...ofMirror(finding, target),
    ...stepsIf(!isEmpty(finding), { code: 'push-again' }),
  ]
}

function attestationSteps(finding: Finding): Step[] {
  return [
    { code: 'not-the-attestation', image: imageName(finding) },
    { code: 'set-image', known: 'repository' },
  ]
}

export function platformSteps(finding: Finding): Step[] {
  const { os, architecture, kernel } = finding.host
  if (os === 'windows') {
    const build = clueOf(finding.clues, 'windows-build')?.build ?? null
    const image: Step = { code: 'windows-image', kernel }
    const elsewhere: Step = { code: 'schedule-elsewhere', os, architecture, build }
    // A copy for Linux only, of an image that is for Windows, too.
    if (build === null && hasClue(finding, 'asks-windows'))
      return [
        ...(hasClue(finding, 'for-linux') ? [...copySteps(finding), image] : [image, ...copySteps(finding)]),
        elsewhere,
        { code: 'show-platforms' },
      ]
    // Most pods that don't ask for Windows were meant for Linux.
    return build === null && (hasClue(finding, 'any-os') || hasClue(finding, 'for-linux'))
      ? [elsewhere, image, { code: 'show-platforms' }]
      : [image, elsewhere, { code: 'show-platforms' }]
  }
  const platform = `${os ?? 'linux'}/${architecture ?? wantedIn(finding) ?? '<arch>'}`
  return [
    { code: 'show-platforms' },
    { code: 'build-for', platform },
    ...copySteps(finding),
    { code: 'set-image', known: 'repository' },
    { code: 'schedule-elsewhere', os, architecture, build: null },
  ]
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

export function manifestSteps(finding: Finding): Step[] {
  if (hasClue(finding, 'web-page'))
    return [...pageSteps(finding), { code: 'remove-image', image: imageName(finding) }]
  const set: Step = { code: 'set-image', known: 'repository' }
  if (hasClue(finding, 'attestation')) return attestationSteps(finding)
  if (hasClue(finding, 'artifact')) return [{ code: 'not-an-image' }, set]
  return [{ code: 'push-current-format' }, set]
}

export function neverSteps(finding: Finding): Step[] {
  const allow: Step = { code: 'allow-pull' }
  const { platform } = finding.host
  const image = imageName(finding)
  // With this policy, images of a cluster on one machine are mostly built there.
  if (platform === 'kind' || platform === 'minikube')
    return [{ code: 'load-image', image: finding.image, tool: platform }, allow]
  const preload: Step = { code: 'preload', image }
  return finding.subcause === 'not-verified'
    ? [{ code: 'same-secret' }, { code: 'exempt-preloaded' }, allow]
    : [allow, preload]
}

export function signatureSteps(finding: Finding): Step[] {
  const kind = policyOf(finding)
  const signed = clueOf(finding.clues, 'signed-otherwise')?.with ?? null
  if (hasClue(finding, 'verifier-failed'))
    return [{ code: 'repair-verifier' }, { code: 'show-policy', kind }, { code: 'runtime-log' }]
  return [
    ...stepsIf(hasClue(finding, 'web-page'), { code: 'signature-store' }),
    // OpenShift writes its nodes' lists of registries from an object.
    kind !== 'signature' && finding.host.platform === 'openshift'
      ? { code: 'show-image-settings' }
      : { code: 'show-policy', kind },
    { code: 'satisfy-policy', kind, signed },
  ]
}

function policyOf(finding: Finding): NodePolicy {
  if (hasClue(finding, 'source-blocked')) return 'blocked'
  return hasClue(finding, 'not-listed') ? 'rejected' : 'signature'
}

/** The kubelet's runtime did not answer, so it asked no registry, or nobody knows what the registry said. */
function lostRuntimeSteps({ clues }: Finding): Step[] {
  const how = clueOf(clues, 'runtime-lost')?.how
  const start: Step = { code: 'start-runtime', socket: null }
  if (how === 'no-cri') return [{ code: 'enable-cri' }, { code: 'runtime-log' }]
  return how === 'slow'
    ? [{ code: 'runtime-log' }, start]
    : [{ code: 'restart-pull' }, { code: 'runtime-log' }, start]
}

export function canceledSteps(finding: Finding): Step[] {
  if (hasClue(finding, 'runtime-lost')) return lostRuntimeSteps(finding)
  const target = targetHost(finding)
  return [
    ...silentMirror(finding, target),
    { code: 'restart-pull' },
    ...ofMirror(finding, target),
    { code: 'runtime-log' },
    ...pullByHand(finding),
    { code: 'slow-pull' },
  ]
}

/** Steps for unknown causes; some have clues. */
export function otherSteps(finding: Finding): Step[] {
  const { endpoint, registry, evidence } = finding
  if (endpoint?.role === 'runtime')
    return [{ code: 'start-runtime', socket: endpoint.host }, { code: 'runtime-log' }]
  if (hasClue(finding, 'runtime-lost')) return lostRuntimeSteps(finding)
  // Registries refuse so for a policy, such as Harbor's; only Container Registry because it was shut down.
  if (hasClue(finding, 'precondition-failed') && !isContainerRegistry(registry)) return policySteps(finding)
  if (hasClue(finding, 'precondition-failed') || hasClue(finding, 'registry-closed'))
    return [
      // A known move has a step of its own.
      ...stepsIf(finding.moved === null, { code: 'use-other-source', why: 'closed' }),
      ...migration(finding),
      ...stepsIf(!hasClue(finding, 'registry-closed'), { code: 'check-name', how: 'plain' }),
    ]
  if (registry !== null && hasClue(finding, 'endpoint-scheme'))
    return [{ code: 'mirror-settings', host: endpoint?.host ?? null, registry, about: 'scheme' }]
  const able = clueOf(finding.clues, 'no-host')?.able
  if (registry !== null && able !== undefined)
    return [{ code: 'mirror-settings', host: null, registry, about: `no-${able}` }, ...pullByHand(finding)]
  if (registry !== null && hasClue(finding, 'mirror-config'))
    return [{ code: 'mirror-settings', host: null, registry, about: 'unreadable' }, ...pullByHand(finding)]
  if (clueOf(finding.clues, 'status') !== undefined && endpoint?.role === 'registry')
    return [
      { code: 'read-all' },
      testManifest(finding, endpoint),
      { code: 'show-proxy' },
      ...pullByHand(finding),
    ]
  if (registry !== null && endpoint?.role === 'mirror')
    return [
      { code: 'check-mirror', host: endpoint.host, registry },
      { code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' },
      ...pullByHand(finding),
    ]
  return [{ code: isSilent(evidence?.text ?? '') ? 'look-again' : 'read-all' }, ...pullByHand(finding)]
}

/** Container Registry names its project first, whose owner can still move the images (cloud.google.com/artifact-registry/docs/transition). */
function migration({ registry, reference }: Finding): Step[] {
  const project = reference?.split('/')[1]
  return isContainerRegistry(registry) && project !== undefined ? [{ code: 'migrate-project', project }] : []
}
