/** Steps for what fails where the node stores images: its disk, a download that it discards, and layers that it can't unpack or find. */

import { type Clue, clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { LazySnapshotter } from '../diagnosis/clues/clue-at-node.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { isLocalNode } from '../diagnosis/node/node-names.ts'
import { atLeast } from '../diagnosis/node/pulling-node.ts'
import { stepsIf } from './conditions.ts'
import { imageName, ofMirror, pullByHand, targetHost } from './host.ts'
import { knownFault, refusalSteps } from './kernel-refusals.ts'
import {
  attributeSteps,
  brokenStoreSteps,
  faultyLayerSteps,
  importedSteps,
  lostImageSteps,
  removeImage,
  replaceSteps,
  thinDeviceSteps,
} from './layer-steps.ts'
import type { Step } from './step/step.ts'
import { pageSteps } from './wrong-answer.ts'

export function diskSteps(finding: Finding): Step[] {
  if (hasClue(finding.clues, 'memory'))
    return [
      { code: 'show-memory' },
      // Windows does not kill processes to free memory.
      ...stepsIf(finding.host.os !== 'windows', { code: 'show-killed' }),
      { code: 'more-memory' },
    ]
  if (hasClue(finding.clues, 'thin-pool'))
    return [{ code: 'show-thin-pool' }, { code: 'prune-images' }, { code: 'extend-thin-pool' }]
  const full = clueOf(finding.clues, 'full-disk-path')
  const show: Step = { code: 'show-disk', path: full?.path ?? null }
  // The runtime's images may be on another file system.
  if (hasClue(finding.clues, 'pull-records')) return [show, { code: 'free-kubelet-disk' }]
  if (hasClue(finding.clues, 'disk-quota'))
    return [
      { code: 'show-disk-quota', path: full?.path ?? null },
      { code: 'raise-disk-quota', path: full?.path ?? null },
      full?.temporary === true
        ? { code: 'free-temporary', path: full.path }
        : { code: 'prune-images', within: 'quota' },
    ]
  const small = clueOf(finding.clues, 'disk-too-small')
  if (full?.temporary !== true && small !== undefined)
    return [{ ...small, code: 'fit-disk' }, show, { code: 'prune-images' }]
  const relieved = clueOf(finding.clues, 'disk-relieved')
  if (full?.temporary !== true && relieved !== undefined)
    return [
      { code: 'retry-relieved', since: relieved.since },
      show,
      { code: 'prune-images' },
      { code: 'larger-disk' },
    ]
  // The kubelet has already removed what `crictl rmi --prune` would.
  if (full?.temporary !== true && hasImagesInUse(finding)) return [show, { code: 'larger-disk' }]
  // Removing images frees nothing in a temporary folder.
  return full?.temporary === true
    ? [show, { code: 'free-temporary', path: full.path }]
    : [show, { code: 'prune-images' }, { code: 'larger-disk' }]
}

/** Whether the kubelet of the node found too few unused images to remove. */
function hasImagesInUse({ clues }: Finding): boolean {
  return clueOf(clues, 'disk-pressure')?.imagesInUse === true
}

export function corruptSteps(finding: Finding): Step[] {
  if (hasClue(finding.clues, 'web-page')) return pageSteps(finding)
  const known = knownFault(finding)
  if (known.length > 0) return [...known, { code: 'show-denials' }, { code: 'runtime-log' }]
  const [, steps = replaceSteps] = BY_CORRUPTION.find(([code]) => hasClue(finding.clues, code)) ?? []
  return steps(finding)
}

/** The first clue that the finding has decides. */
const BY_CORRUPTION: readonly [Clue['code'], (finding: Finding) => Step[]][] = [
  ['snapshotter-gone', goneSteps],
  ['no-unpacker', unpackerSteps],
  [
    'pull-records',
    finding => [
      { code: 'open-records' },
      ...stepsIf(hasClue(finding.clues, 'disk-fault'), { code: 'check-disk' }),
    ],
  ],
  ['encrypted', () => [{ code: 'decryption-key' }, { code: 'runtime-log' }]],
  ['wrong-diff-id', () => [{ code: 'other-builder' }]],
  ['layer-mismatch', otherLayersSteps],
  ['too-many-layers', () => [{ code: 'fewer-layers' }]],
  ['other-manifest', otherManifestSteps],
  ['discarded', downloadSteps],
  [
    'unpacker-killed',
    () => [
      { code: 'show-memory' },
      { code: 'show-killed' },
      { code: 'runtime-log' },
      { code: 'more-memory' },
    ],
  ],
  ['attestation', artifactSteps],
  ['signature-artifact', artifactSteps],
  ['artifact', artifactSteps],
  ['pigz', () => [{ code: 'without-pigz' }, { code: 'runtime-log' }]],
  ['layer-type', () => [{ code: 'rebuild-layers' }, { code: 'runtime-log' }]],
  ['missing-tool', toolSteps],
  ['locked-layer', () => [{ code: 'restart-pull' }, { code: 'runtime-log' }, { code: 'slow-pull' }]],
  ['user-namespace', () => [{ code: 'more-ids' }, { code: 'runtime-log' }]],
  ['file-system', () => [{ code: 'move-store' }, { code: 'runtime-log' }]],
  ['busy-mount', () => [{ code: 'release-mount' }, { code: 'runtime-log' }, { code: 'restart-pull' }]],
  ['kernel-refuses', refusalSteps],
  ['disk-fault', faultSteps],
  ['content-gone', lostContentSteps],
  ['other-copy', otherCopySteps],
  ['imported-name', importedSteps],
  ['damaged-store', lostImageSteps],
  ['broken-store', brokenStoreSteps],
  ['thin-devices', thinDeviceSteps],
  ['torn-store', brokenStoreSteps],
  ['snapshotter-without-name', namelessSteps],
  ['lazy-snapshotter', lazySteps],
  [
    'store-folder-gone',
    () => [{ code: 'start-runtime', socket: null }, { code: 'runtime-log' }, { code: 'check-store' }],
  ],
  ['mount-refused', refusedMountSteps],
  ['file-denied', deniedFileSteps],
  ['file-attribute', attributeSteps],
  ['faulty-layer', faultyLayerSteps],
  // The runtime compared the layer's digest before, and the next attempt may succeed (microsoft/hcsshim#2294).
  ['windows-call', () => [{ code: 'restart-pull' }, { code: 'runtime-log' }]],
]

/** A virtual machine whose host has no space left can't write, either (docker/for-win#8824, nextstrain/cli#206); clouds' machines have disks of their own. */
function faultSteps(finding: Finding): Step[] {
  const check: Step = { code: 'check-disk' }
  const free = stepsIf(hasClue(finding.clues, 'failed-write') && mayBeGuest(finding), {
    code: 'free-host-disk',
  })
  const steps = isLocalNode(finding.host.name) ? [...free, check] : [check, ...free]
  return [...steps, { code: 'runtime-log' }]
}

const mayBeGuest = ({ host: { cloud, os } }: Finding) =>
  (cloud === null || cloud === 'none') && os !== 'windows'

/** Windows' words: a part of an image that was written before may be in the way, too. */
function deniedFileSteps(finding: Finding): Step[] {
  if (finding.host.os !== 'windows') return replaceSteps(finding)
  return [{ code: 'release-store' }, { code: 'runtime-log' }, ...removeImage(finding)]
}

/** What arrived is undamaged, so pulling it again does not help. */
function refusedMountSteps({ clues }: Finding): Step[] {
  const refused = clueOf(clues, 'mount-refused')
  return [
    ...(refused === undefined ? [] : [{ ...refused, code: 'refused-mount' } as const]),
    { code: 'runtime-log' },
  ]
}

/** containerd unpacks images with WebAssembly modules as layers from 1.6.25 and 1.7.7 on (containerd/containerd#9142). */
const unpacksWasm = ({ host }: Finding) =>
  atLeast(host, 1, 7) ? atLeast(host, 1, 7, 7) : atLeast(host, 1, 6, 25)

function otherLayersSteps(finding: Finding): Step[] {
  const { runtime, version } = finding.host
  const isOld = runtime === 'containerd' && !unpacksWasm(finding)
  const update = stepsIf(isOld, { code: 'update-for-wasm', version })
  if (update.length > 0 && hasClue(finding.clues, 'runs-wasm')) return update
  return [{ code: 'not-an-image' }, ...stepsIf(version !== null, ...update), { code: 'push-again' }]
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

/** The lazy snapshotter that serves the node's images; null if there is none, or none that the text names. */
export function snapshotterOf({ clues }: Finding): LazySnapshotter | null {
  return clueOf(clues, 'lazy-snapshotter')?.name ?? null
}

/** Of a snapshotter without a name, only what the runtime says of it is known. */
export function goneSteps(finding: Finding): Step[] {
  const name = snapshotterOf(finding)
  return [
    { code: 'start-snapshotter', name },
    name === null ? { code: 'runtime-log' } : { code: 'snapshotter-log', name },
  ]
}

/** The snapshotter requests the layers itself, and has what is left of them. */
function lazySteps(finding: Finding): Step[] {
  const name = snapshotterOf(finding)
  const log: Step = { code: 'snapshotter-log', name }
  if (!hasClue(finding.clues, 'snapshotter-without-login')) return [log, { code: 'bypass-snapshotter' }]
  return [{ code: 'snapshotter-login', name }, { code: 'bypass-snapshotter' }, log]
}

/** Without the image's name, the snapshotter can't ask for anything, however often it is restarted. */
function namelessSteps(finding: Finding): Step[] {
  const name = snapshotterOf(finding)
  return [
    { code: 'annotate-snapshots', name },
    { code: 'snapshotter-log', name },
  ]
}

function otherManifestSteps(finding: Finding): Step[] {
  // What the node did not read does not show what the registry sent.
  if (isEmpty(finding) || clueOf(finding.clues, 'kept-download')?.unread === true)
    return downloadSteps(finding)
  const mismatch: Step = { code: 'digest-mismatch', host: targetHost(finding).host }
  return [mismatch, ...keptDownload(finding), ...pullByHand(finding)]
}

/** The copy has the pod's image under another name, and the same ID (cri-o/cri-o#1725). */
function otherCopySteps({ clues }: Finding): Step[] {
  const image = clueOf(clues, 'other-copy')?.id ?? ''
  return [{ code: 'remove-image', image, isCopy: true }, { code: 'runtime-log' }]
}

function lostContentSteps(finding: Finding): Step[] {
  return [
    { code: 'remove-image', image: imageName(finding) },
    // containerd discards layers for Kubernetes alone, not for Docker.
    ...stepsIf(finding.host.runtime !== 'docker', { code: 'keep-layers' }),
    { code: 'runtime-log' },
  ]
}

/** containerd can request a layer in several ranges from 2.1 on (containerd/containerd#10177). */
const mayAskForRanges = ({ host }: Finding) =>
  host.runtime === 'containerd' && host.os !== 'windows' && (host.version === null || atLeast(host, 2, 1))

const isEmpty = ({ clues }: Finding) => clueOf(clues, 'arrived')?.bytes === 0

/**
 * What containerd checks again without another download: as many bytes as announced, or more (core/remotes/docker/httpreadseeker.go). On Talos,
 * only a pod gets to its files, and nobody gets to those of virtual nodes, but the next pod on Fargate has another machine. Docker keeps its
 * downloads in other places.
 */
function keptDownload({ clues, containerKind, host: { platform, runtime, virtual } }: Finding): Step[] {
  const kept = clueOf(clues, 'kept-download')
  const { bytes = 0, of = null } = clueOf(clues, 'arrived') ?? {}
  const isContinued = of !== null && bytes <= of
  if (kept === undefined || isContinued || runtime === 'docker') return []
  if (virtual === 'fargate') return [{ code: 'restart-pull' }]
  // Without its pause image, and with DiskPressure, the node starts no debug pod.
  const startsNone = containerKind === 'sandbox' || clueOf(clues, 'disk-pressure')?.past === false
  if (virtual !== undefined || (platform === 'talos' && startsNone)) return []
  return [{ code: 'remove-download', digest: kept.digest }]
}

/** No image was made, so the node has none to remove: the next attempt downloads it again, along the same way, or continues what containerd keeps. */
function downloadSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const { bytes = 0, of = null } = clueOf(finding.clues, 'arrived') ?? {}
  // Nothing was cut off, and what the registry has is not damaged.
  if (of !== null && bytes > of)
    return [
      ...stepsIf(mayAskForRanges(finding), { code: 'whole-layers', host: target.host }),
      { code: 'check-download', host: target.host },
      ...keptDownload(finding),
      { code: 'show-proxy' },
      ...ofMirror(finding, target),
      ...pullByHand(finding),
    ]
  return [
    ...keptDownload(finding),
    ...pullByHand(finding),
    { code: 'check-download', host: target.host },
    { code: 'show-proxy' },
    ...ofMirror(finding, target),
    ...stepsIf(!isEmpty(finding), { code: 'push-again' }),
  ]
}

/** The steps for an artifact in the place of an image: attestations and, by default, signatures are in the image's own repository. */
export function artifactSteps(finding: Finding): Step[] {
  const image = imageName(finding)
  const other: Step = { code: 'set-image', known: 'repository' }
  if (hasClue(finding.clues, 'attestation')) return [{ code: 'not-the-attestation', image }, other]
  if (hasClue(finding.clues, 'signature-artifact')) return [{ code: 'not-the-signature', image }, other]
  // The repository is that of the artifact.
  return [{ code: 'not-an-image' }, { code: 'set-image', known: 'nothing' }]
}
