/** Chooses the steps for a finding, the best first: by its cause, then by what its image and its pod are. */

import { clueOf } from '../diagnosis/clue.ts'
import { type Cause, type Finding, isRefusedOrMissing } from '../diagnosis/finding.ts'
import { DOCKER_HUB, isDockerHub } from '../image/docker-hub.ts'
import { isFixedImage, isNumbered } from '../image/fixed-tag.ts'
import { isLocal, isOfCluster } from '../image/host.ts'
import { parseReference } from '../image/reference.ts'
import { isOfEks, registryBehind } from '../image/registries.ts'
import { isOnTheWay, isOwnName } from './conditions.ts'
import { denialSteps } from './denial.ts'
import { pullByHand } from './host.ts'
import { brokenMirror, dnsSteps } from './host-names.ts'
import { checkedSteps, missingSteps, servedElsewhere } from './image-steps.ts'
import { kubeletQpsSteps, limitSteps } from './limit-steps.ts'
import { dropRegistry, nameClueSteps, registrySteps, unreadableNameSteps } from './name-steps.ts'
import {
  canceledSteps,
  importSteps,
  loadSteps,
  manifestSteps,
  neverSteps,
  otherSteps,
  platformSteps,
  signatureSteps,
} from './node-steps.ts'
import {
  admissionSteps,
  outgoingSteps,
  rollBack,
  runSteps,
  withNewRun,
  withRecreatedJob,
} from './pod-origin.ts'
import { guestSteps, sandboxSteps, silentNodeSteps, virtualNodeSteps } from './pullers.ts'
import { passedOverLogins, withRenewer } from './refused-login.ts'
import type { Step, StepCode } from './step.ts'
import { isAbout, needsShell, runsOnNode } from './step-traits.ts'
import { corruptSteps, diskSteps } from './store-steps.ts'
import { proxySteps, refusedSteps, timeoutSteps } from './unreached.ts'
import { schemeSteps, serverErrorSteps, tlsSteps } from './wrong-answer.ts'

/** A cause without steps does not compile. */
const BY_CAUSE: Record<Cause, (finding: Finding) => Step[]> = {
  'rate-limited': limitSteps,
  'kubelet-qps': kubeletQpsSteps,
  'auth-required-or-denied': denialSteps,
  'image-not-found': missingSteps,
  'registry-not-found-dns': dnsSteps,
  'network-timeout': timeoutSteps,
  'connection-refused-or-reset': refusedSteps,
  tls: tlsSteps,
  'http-https-mismatch': schemeSteps,
  proxy: proxySteps,
  'platform-mismatch': platformSteps,
  'unsupported-manifest': manifestSteps,
  'invalid-reference': unreadableNameSteps,
  'never-pull': neverSteps,
  'disk-full': diskSteps,
  'registry-server-error': serverErrorSteps,
  'corrupt-or-unpack': corruptSteps,
  'signature-policy': signatureSteps,
  'canceled-or-deadline': canceledSteps,
  other: otherSteps,
}

/** The steps for one finding, never empty. Findings with the same facts get the same steps. */
export function stepsFor(finding: Finding): [Step, ...Step[]] {
  const ofPull =
    finding.containerKind === 'sandbox'
      ? sandboxSteps(finding, BY_CAUSE[finding.cause](finding))
      : containerSteps(finding)
  const steps = silentNodeSteps(finding, virtualNodeSteps(finding, outgoingSteps(finding, ofPull)))
  const needsEntry = finding.host.platform === 'talos' ? needsShell : runsOnNode
  const entered = steps.some(needsEntry) && finding.node !== null
  const [first = { code: 'read-all' as const }, ...others] = entered
    ? [...steps, { code: 'enter-node' as const }]
    : steps
  return [first, ...others]
}

function containerSteps(finding: Finding): Step[] {
  const { moved } = finding
  // The registry was switched off: nothing about the connection to its old name can be fixed.
  if (moved?.state === 'retired' && !REGISTRY_ANSWERS.includes(finding.cause))
    return [
      ...movedSteps(finding),
      ...(moved.to === null ? ([{ code: 'set-image', known: 'nothing' }] as const) : []),
    ]
  const server = clueOf(finding.clues, 'literal-server')?.host
  if (server !== undefined) return literalServerSteps(finding, server)
  const ofName = nameClueSteps(finding)
  const local = localSteps(finding)
  const ofCause = causeSteps(finding, ofName)
  // A name that is nearly an official image's is more likely misspelled.
  const isTypo = ofCause[0]?.code === 'near-official' && clueOf(finding.clues, 'local-image')?.listed !== true
  const isImported = local[0]?.code === 'import-image'
  const isOwn = isOwnName(finding) && !isTypo && !isImported
  const place = isTypo || isImported || mayBeBuiltHere(finding) ? 1 : ofCause.length
  const own = admissionSteps(finding, [
    ...ofName,
    ...(isOwn ? local : []),
    ...registrySteps(finding),
    ...(mayBeMistyped(finding) ? [] : movedSteps(finding)),
    ...ofCause.toSpliced(place, 0, ...(isOwn ? [] : local)),
    ...passedOverLogins(finding),
    ...rollBack(finding),
  ])
  return guestSteps(finding, runSteps(finding, own))
}

/** What shows that another registry was meant than the one that was asked. */
const RENAMES: readonly StepCode[] = ['correct-registry', 'drop-default-registry']

/** What depends on the other steps of the cause, in the order in which it is added. */
const ADDITIONS: readonly ((finding: Finding, steps: Step[]) => Step[])[] = [
  withPath,
  withRecreatedJob,
  withNewRun,
  withBrokenMirror,
  withRegistryBehind,
  withOtherEksRegistry,
  withImageOfNode,
  withRenewer,
]

/** The steps of the cause, without those that something else settles. @param ofName those of clues in the image's name */
function causeSteps(finding: Finding, ofName: Step[]): Step[] {
  const steps = servedElsewhere(finding) ?? checkedSteps(finding) ?? BY_CAUSE[finding.cause](finding)
  const open = steps.filter(step => !isSettled(step, finding, ofName))
  return ADDITIONS.reduce((all, add) => add(finding, all), open)
}

function isSettled(step: Step, finding: Finding, ofName: Step[]): boolean {
  const { moved, check, registry } = finding
  // --check-images was given already, would ask this machine in place of the node, or can't reach the registry from here.
  const isOutOfReach = registry !== null && (isLocal(registry) || isOfCluster(registry))
  if (step.code === 'ask-registry' && (check !== null || isOutOfReach)) return true
  // The table has the repository under exactly this name.
  if (step.code === 'check-name' && moved?.state === 'deleted' && moved.to === null) return true
  // The step for the new place changes the same field.
  if (step.code === 'set-image' && isReplaced(finding)) return true
  const isClosed = moved?.state === 'retired' || moved?.state === 'deleted' || moved?.state === 'restricted'
  if (isClosed && grantsAccess(step)) return true
  if (ofName.length === 0) return false
  // This step changes the same field, too.
  if (step.code === 'set-image' && ofName.some(({ code }) => CORRECTS_NAME.includes(code))) return true
  const isRenamed = ofName.some(({ code }) => RENAMES.includes(code))
  return SETTLED_BY_NAME.includes(step.code) || (isRenamed && isOfOldName(step))
}

/** Steps that say what the name has to be, or how all images with the same fault are corrected at once. */
const CORRECTS_NAME: readonly StepCode[] = ['drop-surplus-tag', 'quote-number']

/** What a clue in the image's name settles: whether the name is correct, and who may pull it. */
const SETTLED_BY_NAME: readonly StepCode[] = [
  'make-public',
  'check-name',
  'near-official',
  'existing-official',
  'read-name',
  'ask-registry',
  'distribute-login',
  'cluster-login',
  'recreate-pods',
  'grant-cloud-role',
  'lift-deny',
  'full-name',
  'node-port-registry',
  'node-registry',
]

/** The host that was named is not the one that is meant: nothing has to be repaired on the way to it, and it must not get a login. */
function isOfOldName(step: Step): boolean {
  return (
    isAbout('login', step) ||
    isAbout('right', step) ||
    ['set-image', 'fix-dns', 'replace-service-name', 'set-tag'].includes(step.code)
  )
}

/** The node asked a host that is not Docker Hub's registry, which only its settings can make it do. */
function literalServerSteps(finding: Finding, host: string): Step[] {
  return [
    { code: 'mirror-settings', host, registry: DOCKER_HUB, about: 'literal-server' },
    ...pullByHand(finding),
  ]
}

/** Nobody can grant access to what is gone. */
function grantsAccess(step: Step): boolean {
  return (
    isAbout('right', step) ||
    step.code === 'make-public' ||
    step.code === 'who-answered' ||
    step.code === 'page-instead' ||
    step.code === 'page-for-token'
  )
}

/**
 * With policy Always, even an image that was built or loaded on the node is pulled from its registry; with another one, it is only pulled if
 * it was not loaded.
 */
function localSteps(finding: Finding): Step[] {
  if (!isRefusedOrMissing(finding.cause) && finding.registry !== 'localhost') return []
  const local = clueOf(finding.clues, 'local-image')
  if (local !== undefined) return [{ code: 'use-local-image', listed: local.listed }]
  const isOwn = isOwnName(finding)
  const load = isOwn || mayBeBuiltHere(finding) ? loadSteps(finding) : []
  return isOwn && load.length === 0 ? importSteps(finding) : load
}

/** Docker Hub hides whether it has the image, and build tools give images such names before anything is pushed. */
function mayBeBuiltHere({ registry, subcause, credential, moved, check }: Finding): boolean {
  const isHidden = isDockerHub(registry ?? '') && subcause === 'denied-or-missing'
  return isHidden && credential.status !== 'usable' && moved === null && check === null
}

/** The registry is only asked because its mirror failed or refused: ending that ends a failure to reach the registry, and saves its limit. */
function withBrokenMirror({ clues, cause, registry, endpoint }: Finding, steps: Step[]): Step[] {
  const failed = clueOf(clues, 'mirrors-failed')
  if (failed === undefined || registry === null || endpoint?.role !== 'registry') return steps
  const { refusing, broken } = failed
  const mirror: Step[] = [
    ...(broken === null ? [] : brokenMirror(registry, broken)),
    ...(refusing === null
      ? []
      : [{ code: 'mirror-login', registry, host: refusing, sent: 'unknown' } as const]),
  ]
  const lacking = steps[0]?.code === 'mirror-lacks-image' ? 1 : 0
  const at = isOnTheWay(cause) ? lacking : cause === 'rate-limited' ? 1 : steps.length
  return steps.toSpliced(at, 0, ...mirror)
}

/** A name that only leads to another registry fails, where that registry may answer. */
function withRegistryBehind({ cause, registry, endpoint }: Finding, steps: Step[]): Step[] {
  const behind = registry === null ? null : registryBehind(registry)
  if (behind === null || registry === null || !isUnserved(cause) || (endpoint?.host ?? registry) !== registry)
    return steps
  return steps.toSpliced(1, 0, { code: 'use-behind', registry, behind })
}

/** Whether the registry gave nothing, so that nothing is known of the image. */
function isUnserved(cause: Cause): boolean {
  return isOnTheWay(cause) || cause === 'registry-server-error'
}

/** While a registry can't serve an image that is on the node already, only the policy stands between the pod and its start. */
function withImageOfNode({ cause, clues, reference, registry }: Finding, steps: Step[]): Step[] {
  const isThere = clueOf(clues, 'local-image')?.listed === true && isFixedImage(reference ?? '')
  if (!isThere || !isUnserved(cause) || isLocal(registry ?? '')) return steps
  return [...steps, { code: 'use-local-image', listed: true, meanwhile: true }]
}

/** Charts name Amazon's registry of one region, which other clouds have no login for, and other regions may not reach (aws/eks-charts#386, #420, #443). */
function withOtherEksRegistry({ cause, registry, endpoint, host }: Finding, steps: Step[]): Step[] {
  const isOut = cause === 'auth-required-or-denied' || isOnTheWay(cause)
  if (!isOfEks(registry) || !isOut || (endpoint?.host ?? registry) !== registry) return steps
  const isElsewhere = host.cloud !== null && host.cloud !== 'ecr'
  // On a node in AWS its role is what is missing, most likely; on the way there, the test of the connection and what follows from it come first.
  const at = isOnTheWay(cause) ? 2 : isElsewhere ? 0 : 1
  return steps.toSpliced(at, 0, { code: 'other-eks-registry', registry })
}

/** Causes that show a registry's answer. */
const REGISTRY_ANSWERS: readonly Cause[] = ['auth-required-or-denied', 'image-not-found', 'other']

/** Whether a step names the image's new place, ahead of what the cause leads to. */
function isReplaced(finding: Finding): boolean {
  return finding.moved !== null && finding.moved.to !== null && !mayBeMistyped(finding)
}

/** The new place of a moved image, or the search for a replacement. */
function movedSteps({ moved }: Finding): Step[] {
  if (moved === null) return []
  return moved.to === null
    ? [{ code: 'find-replacement', moved }]
    : [{ code: 'use-replacement', moved, to: moved.to }]
}

/**
 * Whether first the name may be wrong: the successor of a registry has other images, and of a staging registry's builds only those that
 * became a release are published elsewhere.
 */
function mayBeMistyped({ moved, cause, reference }: Finding): boolean {
  if (cause !== 'image-not-found') return false
  return (
    moved?.state === 'succeeded' ||
    (moved?.state === 'staging' && !isNumbered(parseReference(reference ?? '')?.tag ?? ''))
  )
}

/** Which part of the path may be too much, and whether the image was left behind, belong to the check of the name. */
function withPath(finding: Finding, steps: Step[]): Step[] {
  const more = [...dropRegistry(finding), ...(mayBeMistyped(finding) ? movedSteps(finding) : [])]
  return steps.flatMap(step => (step.code === 'check-name' ? [step, ...more] : [step]))
}
