/** Steps for layers that arrived, and that the node can't unpack or find again: for their own files, their format, or its records of them. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { atLeast, isOlder } from '../diagnosis/node/pulling-node.ts'
import { isPullFailureReason } from '../image/pull-messages.ts'
import { stepsIf } from './conditions.ts'
import { imageName } from './host.ts'
import type { Step } from './step/step.ts'

const LOG: Step = { code: 'runtime-log' }
const AGAIN: readonly Step[] = [{ code: 'restart-pull' }, { code: 'check-store' }, LOG]

/** containerd names an image first only where nothing was left to unpack while it was pulled, and says so. */
const NAMED_BEFORE = /\bfailed to unpack image on snapshotter\b|\berror unpacking image\b/i

/**
 * Removes the image, where the runtime may have one of this name. It names an image only once all of its layers are unpacked (containerd,
 * client/pull.go and core/transfer/local/pull.go; containers/image, storage/storage_dest.go; moby, distribution/pull_v2.go), so a failed pull
 * leaves nothing to remove.
 */
export function removeImage(finding: Finding): Step[] {
  const { reason, evidence } = finding
  const text = evidence?.text ?? ''
  const isOfPull = isPullFailureReason(reason) || /\bfailed to pull and unpack image\b/i.test(text)
  return stepsIf(!isOfPull || NAMED_BEFORE.test(text), { code: 'remove-image', image: imageName(finding) })
}

/** Pulls a damaged image again, or finds who damages it. */
export function replaceSteps(finding: Finding): Step[] {
  const update = stepsIf(hasClue(finding.clues, 'layer-format'), { code: 'update-runtime' })
  const push: Step = { code: 'push-again' }
  // Docker names no image of which a layer is missing, whenever it fails.
  const remove = finding.host.runtime === 'docker' ? [] : removeImage(finding)
  if (isBeforeZstd(finding)) return [...update, ...remove, LOG, push]
  return remove.length > 0 ? [...remove, ...update, LOG, push] : [LOG, ...update, push]
}

/** containerd reads zstd from 1.5 on, and Docker from 23.0 on (aws/amazon-ecs-agent#4179); before, such a layer is not a tar archive to them. */
function isBeforeZstd({ host }: Finding): boolean {
  if (host.runtime === 'docker') return isOlder(host, 23, 0)
  return host.runtime === 'containerd' && isOlder(host, 1, 5)
}

/** containerd before 1.7, and CRI-O and Docker of its time, fail at layers that later releases unpack (containerd/containerd#4086, #4498). */
function mayBeOld({ host }: Finding): boolean {
  if (host.runtime === 'docker') return !atLeast(host, 23, 0)
  return host.runtime === 'containerd' && !atLeast(host, 1, 7)
}

/** The layer is what its builder pushed, so that it fails again as long as the same one is pulled by the same runtime. */
export function faultyLayerSteps(finding: Finding): Step[] {
  const other: Step = { code: 'other-builder' }
  const update = stepsIf(mayBeOld(finding), { code: 'update-runtime' })
  const isLikelier =
    isBeforeZstd(finding) && (finding.host.runtime === 'containerd' || hasClue(finding.clues, 'layer-format'))
  return isLikelier ? [...update, other, LOG] : [other, ...update, LOG]
}

/** What builders leave on files by mistake, which nothing in the image needs: of their own storage, and of their machine's SELinux. */
const LEFT_BEHIND = /^(?:user\.overlay\.|security\.selinux$)/

/** Whether an attribute may be an SELinux label: CRI-O leaves those out since 1.25, with containers/storage 1.38 (containers/storage#1077). */
function mayBeLabel(name: string | null, host: Finding['host']): boolean {
  return name === null ? host.runtime !== 'cri-o' || !atLeast(host, 1, 25) : name === 'security.selinux'
}

/** From 25.0 on, Docker gives up at an attribute that it can't set (docs.docker.com/engine/release-notes/25.0; moby/moby#47962). */
export function attributeSteps({ clues, host }: Finding): Step[] {
  const { name = null, error = null } = clueOf(clues, 'file-attribute') ?? {}
  const drop: Step[] = name === null || !LEFT_BEHIND.test(name) ? [] : [{ code: 'drop-attribute', name }]
  if (error === 'invalid') {
    const label = mayBeLabel(name, host)
    return [
      { code: 'leave-attribute', name, label },
      ...drop,
      ...stepsIf(label, { code: 'show-denials' }),
      LOG,
    ]
  }
  if (error === 'unsupported') return [...drop, { code: 'hold-attributes', name }, LOG]
  // moby/moby#53616: it looks for the file in another folder than the layer's.
  return host.runtime === 'docker' && atLeast(host, 29, 7)
    ? [{ code: 'known-fault', of: 'attributes' }, ...drop]
    : [...drop, { code: 'compare-versions' }, LOG]
}

/** The pool of a devicemapper store, or its records of it: nothing in them belongs to the image that needs a device. */
export function thinDeviceSteps(): Step[] {
  return [{ code: 'show-thin-pool' }, { code: 'rebuild-thin-pool' }, LOG]
}

/** The runtime lists an image, or has just pulled it, and can't find it. */
export function lostImageSteps(finding: Finding): Step[] {
  return [{ code: 'remove-image', image: imageName(finding) }, ...AGAIN]
}

/** Another import would give the image such a name again, where a pull gives it the one that the pod asks for. */
export function importedSteps(): Step[] {
  return [{ code: 'push-imported' }, LOG]
}

/**
 * What no other pull changes: containers/storage can't remove an image of which it lost a layer, either (cri-o/cri-o#4285), and Docker stops at the
 * folder of a layer that an earlier pull left behind (moby/moby, layer/filestore.go). Nor does containers/storage fetch a layer again that it lists,
 * and whose folder is gone: every image on top of it fails on that node (cri-o/cri-o#5793). containerd before 1.3 stops
 * at the folder of half a download (containerd/containerd#3089).
 */
const STUCK =
  /\blayer not known\b|\bcreating layer with ID "[^"]{1,100}": stat \S{1,200}\/overlay\/\w{1,80}: no such file\b|\brename \S{1,300}\/layerdb\/tmp\/\S{1,100} \S{1,300}: (?:file exists|directory not empty)|\bfailed reading status of resume write: stat \S{1,300}\/ingest\//i

/** The runtime's records of layers contradict each other or what is on the disk, also for images that were never on the node. */
export function brokenStoreSteps(finding: Finding): Step[] {
  if (STUCK.test(finding.evidence?.text ?? '')) return [{ code: 'check-store' }, LOG]
  const name = clueOf(finding.clues, 'lazy-snapshotter')?.name ?? null
  return [
    ...removeImage(finding),
    ...AGAIN,
    ...(name === null ? [] : [{ code: 'snapshotter-log' as const, name }]),
  ]
}
