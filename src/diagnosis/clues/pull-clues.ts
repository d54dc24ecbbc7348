/** All clues of a failed pull: those of its text, and those of its node, its logins, and its pod's owners. */

import { isLocal, withoutPort } from '../../image/host.ts'
import { movedImage } from '../../image/moved/moved.ts'
import { isHosted } from '../../image/registries.ts'
import { servesOnlyWindows } from '../../image/windows-images.ts'
import type { HeldImage } from '../../snapshot/held-image.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { clockClues } from '../causes/tls.ts'
import { answerOf, type DiagnosisContext, type FailedPull } from '../failed-pull.ts'
import { type FailingContainer, firstFailure, lastFailure } from '../failing-container.ts'
import { type Cause, isRefusedOrMissing } from '../finding.ts'
import { otherName } from '../node/names-on-node.ts'
import {
  isHeldHere,
  onOtherNodes,
  otherHostsOfEcr,
  otherPartition,
  runsElsewhere,
  servedAtLoopback,
} from '../node/running-elsewhere.ts'
import { cluesOfOwners, heldElsewhere, type PodOwners, zeroClues } from '../pod-owners.ts'
import { type Clue, cluesIf, cluesWith } from './clue.ts'
import type { PulledMeanwhile } from './clue-of-name.ts'
import { behindProxy } from './clues.ts'
import { cluesByTime } from './clues-by-time.ts'
import { loginClues, mirrorLogin } from './login-clues.ts'
import { cluesOfPlace } from './node-clues.ts'

/** What the pull shows besides its cause, from the text outward: the host, the node, the logins, the pod's owners. */
export function cluesOfPull(
  pull: FailedPull,
  pod: Pod,
  failing: FailingContainer,
  { owned, seen }: { owned: PodOwners; seen: DiagnosisContext },
): Clue[] {
  const { cause, text, registry, near } = pull
  const { takenAt, fullNodes, nodesInUse } = seen.snapshot
  const { image } = failing.container
  const isRunHere = isHeldHere(pod, pull.reference, seen.held)
  const wasFull = fullNodes?.includes(pod.node ?? '') === true
  const imagesInUse = nodesInUse?.includes(pod.node ?? '') === true
  return [
    ...seen
      .cluesIn(pull.evidence?.text ?? '', { ...pull, image, reference: pull.parsed })
      .flatMap(clue => atNode(pull, clue)),
    ...formerMirror(pull),
    ...mirrorLogin(pull),
    ...(near === null ? seen.hostBesideOf(pull) : [{ code: 'near-registry' as const, registry: near }]),
    ...(cause === 'tls' ? clockClues(text, pod, takenAt) : []),
    ...cluesOfPlace(failing, { ...pull, pod, workload: owned.workload, wasFull, imagesInUse, isRunHere }),
    ...cluesByTime(pull, pod, failing, seen),
    ...tooLarge(pull, seen),
    ...runsElsewhere(pod, pull, seen.held),
    ...otherHostsOfEcr(pod, pull, seen.snapshot.ecrHosts),
    ...otherName(pull),
    ...otherPartition(pod, pull, pull.node),
    ...onOtherNodes(pod, pull, seen.snapshot, seen.held),
    ...servedAtLoopback(pod, pull, seen.snapshot, seen.held),
    ...(cause === 'proxy' ? behindProxy(text, registry) : []),
    ...loginClues(pod, pull, seen.logins),
    ...cluesOfOwners(pod, failing.container, owned),
    ...heldClues(pull, pod, failing, { owned, seen }),
    ...(cause === 'image-not-found' ? zeroClues(pod, failing.container, owned) : []),
    ...seen.besideIn(image, cause),
    ...(cause === 'image-not-found' ? seen.runningBesideOf(pull.parsed) : []),
    ...streamClues(pod, image, cause, seen),
    ...(cause === 'auth-required-or-denied' && pull.credential.status === 'none'
      ? seen.openBesideOf(pull.parsed)
      : []),
  ]
}

/**
 * Linux nodes pull no layers of Windows: a registry that only passes on Microsoft's answers sends them to the same hosts. Only what downloads the
 * parts for every platform asks the hosts that have nothing else.
 */
function atNode({ node, endpoint }: FailedPull, clue: Clue): Clue[] {
  if (clue.code !== 'windows-base' || node?.os !== 'linux') return [clue]
  return cluesIf(servesOnlyWindows(withoutPort(endpoint?.host ?? '')), { code: 'other-platforms' })
}

/** A mirror that the table of registries knows to be closed, or to serve others only. */
function formerMirror(pull: FailedPull): Clue[] {
  const { endpoint, parsed } = pull
  if (endpoint?.role !== 'mirror' || parsed === null) return []
  const moved = movedImage({ ...parsed, registry: withoutPort(endpoint.host) }, answerOf(pull))
  return moved?.state === 'retired' || moved?.state === 'restricted' ? [{ code: 'former-mirror', moved }] : []
}

/**
 * containerd reports the size of the compressed layers, beside which the unpacked ones take at least as much; other runtimes report that of the
 * unpacked ones, and no disk is free as a whole.
 */
function tooLarge({ cause, reference, node }: FailedPull, { snapshot }: DiagnosisContext): Clue[] {
  const disk = node?.diskBytes
  const size = snapshot.imageSizes?.find(each => each.reference === reference)
  // What the node itself has fits on it.
  if (cause !== 'disk-full' || disk === undefined || size === undefined || size.node === node?.name) return []
  const { bytes, packed } = size
  return cluesIf(bytes > disk * (packed ? 0.5 : 0.9), {
    code: 'disk-too-small',
    disk,
    bytes,
    on: size.node,
    packed,
  })
}

/** Failures that another node's copy of the image says something about. */
const IN_IMAGE: readonly Cause[] = ['image-not-found', 'platform-mismatch']

/** Which other pods run the image, where that says something about this failure. */
function heldClues(
  { cause, credential, reference, registry }: FailedPull,
  pod: Pod,
  failing: FailingContainer,
  { owned, seen }: { owned: PodOwners; seen: DiagnosisContext },
): Clue[] {
  // At a loopback address, each node may have a registry of its own.
  if (!IN_IMAGE.includes(cause) || isLocal(registry ?? '')) return []
  // Some registries lack every image for whoever has no login, which other pods may have, or had once (Nexus, Artifactory).
  const mayHide = cause === 'image-not-found' && credential.status !== 'usable' && !isHosted(registry ?? '')
  const held = mayHide ? undefined : seen.held.get(reference ?? '')?.image
  return heldElsewhere(pod, failing.container, {
    images: owned.images,
    owners: seen.owners,
    held,
    pulled: cause === 'image-not-found' ? pulledMeanwhile(pod, failing, held?.pulls ?? [], seen.judge) : null,
    hadLogin: mayHide && credential.status === 'broken',
  })
}

/** What others pulled after the first attempt had not found it here has not been removed before that. */
function pulledMeanwhile(
  { node }: Pod,
  failing: FailingContainer,
  pulls: NonNullable<HeldImage['pulls']>,
  judge: DiagnosisContext['judge'],
): PulledMeanwhile | null {
  if (pulls.length === 0) return null
  const isMissing = ({ message, reason }: PodEvent) => judge(message, reason).cause === 'image-not-found'
  const [first, last] = [firstFailure(failing, isMissing), lastFailure(failing)]
  if (first === null || last === null) return null
  const since = pulls.filter(each => each.node !== node && Date.parse(each.at) >= Date.parse(first))
  const [newest] = since
  if (newest === undefined) return null
  const { at } = newest
  return { nodes: since.map(each => each.node), at, last: Date.parse(at) > Date.parse(last) }
}

/** Projects whose pods' names are never replaced (docs.openshift.com, image streams with Kubernetes resources). */
const WITHOUT_LOOKUP = /^(?:default$|openshift-|kube-)/

/** An image stream of the pod's namespace with the name as its tag. */
function streamClues(
  { namespace }: Pod,
  image: string,
  cause: Cause,
  { snapshot: { streamTags = [] } }: DiagnosisContext,
): Clue[] {
  if (!isRefusedOrMissing(cause) && cause !== 'invalid-reference') return []
  const found = streamTags.find(
    each =>
      each.namespace === namespace &&
      (image === `${each.stream}:${each.tag}` || (image === each.stream && each.tag === 'latest')),
  )
  return cluesWith(
    'stream-tag',
    found === undefined ? null : { ...found, lookUp: !WITHOUT_LOOKUP.test(namespace) },
  )
}
