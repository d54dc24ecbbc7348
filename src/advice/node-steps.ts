/** Steps for problems on the node: its disk, layers, policies, and runtime. */

import { type Clue, clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { atLeast, K3D_NODE } from '../diagnosis/pulling-node.ts'
import { isOfficial, libraryName } from '../image/official-images.ts'
import { isSilent } from '../image/pull-messages.ts'
import { isContainerRegistry } from '../image/registries.ts'
import { policySteps } from './closed-access.ts'
import { hasClue, stepsIf } from './conditions.ts'
import { ofMirror, pullByHand, silentMirror, targetHost, testManifest } from './host.ts'
import { attestationSteps, imageName } from './image-steps.ts'
import type { Step, StepOf } from './step.ts'
import type { NodePolicy } from './step-at-node.ts'
import { pageSteps } from './wrong-answer.ts'

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
  ['snapshotter-gone', goneSteps],
  ['no-unpacker', unpackerSteps],
  [
    'pull-records',
    finding => [{ code: 'open-records' }, ...stepsIf(hasClue(finding, 'disk-fault'), { code: 'check-disk' })],
  ],
  ['encrypted', () => [{ code: 'decryption-key' }, { code: 'runtime-log' }]],
  ['layer-mismatch', () => [{ code: 'not-an-image' }, { code: 'push-again' }]],
  ['too-many-layers', () => [{ code: 'fewer-layers' }]],
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
  ['mount-refused', refusedMountSteps],
  ['file-denied', deniedFileSteps],
]

/** Windows' words: a part of an image that was written before may be in the way, too. */
function deniedFileSteps(finding: Finding): Step[] {
  if (finding.host.os !== 'windows') return replaceSteps(finding)
  return [
    { code: 'release-store' },
    { code: 'runtime-log' },
    { code: 'remove-image', image: imageName(finding) },
  ]
}

/** What arrived is undamaged, so pulling it again does not help. */
function refusedMountSteps({ clues }: Finding): Step[] {
  const refused = clueOf(clues, 'mount-refused')
  return [
    ...(refused === undefined ? [] : [{ ...refused, code: 'refused-mount' } as const]),
    { code: 'runtime-log' },
  ]
}

function unpackerSteps({ clues }: Finding): Step[] {
  const snapshotter = clueOf(clues, 'no-unpacker')?.snapshotter ?? null
  return [{ code: 'define-unpacker', snapshotter }, { code: 'runtime-log' }]
}

function toolSteps({ clues }: Finding): Step[] {
  const lacks = clueOf(clues, 'missing-tool')
  const install = lacks === undefined ? [] : [{ ...lacks, code: 'install-tool' } as const]
  return [...install, { code: 'runtime-log' }]
}

/** The kernel, not the image or the disk, is in the way. */
function refusalSteps({ clues }: Finding): Step[] {
  const atLimit = clueOf(clues, 'kernel-refuses')?.for === 'limit'
  return [{ code: atLimit ? 'raise-limits' : 'give-rights' }, { code: 'runtime-log' }]
}

/** Of a snapshotter without a name, only what the runtime says of it is known. */
function goneSteps({ clues }: Finding): Step[] {
  const name = clueOf(clues, 'lazy-snapshotter')?.name ?? null
  return [
    { code: 'start-snapshotter', name },
    name === null ? { code: 'runtime-log' } : { code: 'snapshotter-log', name },
  ]
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
  const remove: Step = { code: 'remove-image', image: imageName(finding) }
  const update = stepsIf(hasClue(finding, 'layer-format'), { code: 'update-runtime' })
  return [
    ...(isBeforeZstd(finding) ? [...update, remove] : [remove, ...update]),
    { code: 'runtime-log' },
    { code: 'push-again' },
  ]
}

/** containerd reads zstd from 1.5 on; before, such a layer is no tar archive to it. */
const isBeforeZstd = ({ host }: Finding) =>
  host.runtime === 'containerd' && host.version !== null && !atLeast(host, 1, 5)

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

/** What runs the cluster's nodes on a developer's machine, and copies images into them; k3d's nodes are known by their names. */
function localTool({ platform, name }: Finding['host']): StepOf<'load-image'>['tool'] | null {
  if (platform === 'kind' || platform === 'minikube') return platform
  return K3D_NODE.test(name ?? '') ? 'k3d' : null
}

export function neverSteps(finding: Finding): Step[] {
  const allow: Step = { code: 'allow-pull' }
  const tool = localTool(finding.host)
  const image = imageName(finding)
  // With this policy, images of a cluster on one machine are mostly built there; one that only has a name of its own is nowhere else.
  if (tool !== null)
    return [
      { code: 'load-image', image: finding.image, tool },
      ...stepsIf(libraryName(image) === null || isOfficial(image), allow),
    ]
  const preload: Step = { code: 'preload', image }
  return finding.subcause === 'not-verified'
    ? [{ code: 'same-secret' }, { code: 'exempt-preloaded' }, allow]
    : [allow, preload]
}

export function signatureSteps(finding: Finding): Step[] {
  const file = clueOf(finding.clues, 'policy-file')
  if (file !== undefined)
    return [
      ...stepsIf(!file.missing, { code: 'show-policy-file', path: file.path }),
      { ...file, code: 'repair-policy-file' },
    ]
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
    return asksSnapshotter(finding)
      ? goneSteps(finding)
      : [{ code: 'start-runtime', socket: endpoint.host }, { code: 'runtime-log' }]
  if (hasClue(finding, 'runtime-lost')) return lostRuntimeSteps(finding)
  // A kubelet gives up on an image of size 0; Docker leaves the size out of what older clients read.
  const isOlder = finding.host.version !== null && !atLeast(finding.host, 25, 0)
  if (hasClue(finding, 'no-image-size') && finding.host.runtime === 'docker' && !isOlder)
    return [{ code: 'match-docker' }]
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
  if (registry !== null && hasClue(finding, 'mirror-config')) {
    const about = hasClue(finding, 'old-settings') ? 'old-format' : 'unreadable'
    return [{ code: 'mirror-settings', host: null, registry, about }, ...pullByHand(finding)]
  }
  if (clueOf(finding.clues, 'status') !== undefined && endpoint?.role === 'registry')
    return [{ code: 'read-all' }, testManifest(finding, endpoint), { code: 'show-proxy' }]
  if (registry !== null && endpoint?.role === 'mirror')
    return [
      { code: 'check-mirror', host: endpoint.host, registry },
      { code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' },
      ...pullByHand(finding),
    ]
  return [{ code: isSilent(evidence?.text ?? '') ? 'look-again' : 'read-all' }, ...pullByHand(finding)]
}

/** Whether the kubelet asks a lazy snapshotter for images, in place of the runtime. */
function asksSnapshotter({ clues }: Finding): boolean {
  return clues.some(clue => clue.code === 'lazy-snapshotter' && clue.name !== null)
}

/** Container Registry names its project first, whose owner can still move the images (cloud.google.com/artifact-registry/docs/transition). */
function migration({ registry, reference }: Finding): Step[] {
  const project = reference?.split('/')[1]
  return isContainerRegistry(registry) && project !== undefined ? [{ code: 'migrate-project', project }] : []
}
