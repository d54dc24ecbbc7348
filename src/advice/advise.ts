/** Chooses the steps for a finding, the best first: by its cause, then by what its image and its pod are. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { type Cause, type Finding, isRefusedOrMissing } from '../diagnosis/finding.ts'
import { cloudOf } from '../image/cloud-registries.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { isLocal } from '../image/host.ts'
import { isFixedHost, isPublic } from '../image/registries.ts'
import { withAdditions } from './additions.ts'
import { checkedSteps } from './checked-steps.ts'
import { isOwnName, stepsIf } from './conditions.ts'
import { denialSteps } from './denial.ts'
import { dnsSteps } from './host-names.ts'
import { missingSteps, servedElsewhere } from './image-steps.ts'
import { kubeletQpsSteps, limitSteps } from './limit-steps.ts'
import { misdirectedSteps } from './misdirected-nodes.ts'
import { movedSteps, withMoved } from './moved-steps.ts'
import { nameClueSteps, registrySteps, searchedSteps, unreadableNameSteps } from './name-steps.ts'
import {
  canceledSteps,
  importSteps,
  loadSteps,
  localTool,
  manifestSteps,
  neverSteps,
  otherSteps,
} from './node-steps.ts'
import { platformSteps } from './platform-steps.ts'
import { admissionSteps, outgoingSteps, rollBack, runSteps } from './pod-origin.ts'
import { guestSteps, silentNodeSteps, virtualNodeSteps } from './pullers.ts'
import { passedOverLogins } from './refused-login.ts'
import { sandboxSteps } from './sandbox-steps.ts'
import { isSettled } from './settled-steps.ts'
import { signatureSteps } from './signature-steps.ts'
import type { Step } from './step/step.ts'
import { needsShell, runsOnNode } from './step/step-traits.ts'
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

const READ_ALL: Step = { code: 'read-all' }

/** The steps for one finding, never empty. Findings with the same facts get the same steps. */
export function stepsFor(finding: Finding): [Step, ...Step[]] {
  const ofPull =
    finding.containerKind === 'sandbox'
      ? sandboxSteps(finding, BY_CAUSE[finding.cause](finding))
      : containerSteps(finding)
  const steps = silentNodeSteps(finding, virtualNodeSteps(finding, outgoingSteps(finding, ofPull)))
  const needsEntry = finding.host.platform === 'talos' ? needsShell : runsOnNode
  const enter = stepsIf(steps.some(needsEntry) && finding.node !== null, { code: 'enter-node' })
  const [first = READ_ALL, ...others] = steps
  return [first, ...others, ...enter]
}

function containerSteps(finding: Finding): Step[] {
  const { moved } = finding
  // The registry was switched off: nothing about the connection to its old name can be fixed.
  if (moved?.state === 'retired' && !REGISTRY_ANSWERS.includes(finding.cause))
    return [...movedSteps(finding), ...stepsIf(moved.to === null, { code: 'set-image', known: 'nothing' })]
  const ofSettings = misdirectedSteps(finding)
  if (ofSettings !== null) return ofSettings
  const ofName = nameClueSteps(finding)
  const local = localSteps(finding)
  const ofCause = causeSteps(finding, ofName)
  // A name that is nearly an official image's is more likely misspelled.
  const isTypo = ofCause[0]?.code === 'near-official' && clueOf(finding.clues, 'local-image')?.listed !== true
  const isImported = local[0]?.code === 'import-image'
  const isOwn = isOwnName(finding) && !isTypo && !isImported
  const name = ofCause.findIndex(({ code }) => code === 'check-name')
  const isUnpushed = mayBeLoaded(finding) && name !== -1
  const isLikely = isTypo || isImported || mayBeBuiltHere(finding)
  const place = isLikely ? 1 : isUnpushed ? name + 1 : ofCause.length
  const own = admissionSteps(finding, [
    ...ofName,
    ...(isOwn ? local : []),
    ...registrySteps(finding),
    ...withMoved(finding, ofCause.toSpliced(place, 0, ...(isOwn ? [] : local))),
    ...(finding.cause === 'auth-required-or-denied' ? [] : passedOverLogins(finding)),
    ...rollBack(finding),
  ])
  return debugSteps(finding, guestSteps(finding, runSteps(finding, own)))
}

/** Another debug container takes one command, so it comes as soon as its image's name is known. */
function debugSteps({ containerKind }: Finding, steps: Step[]): Step[] {
  const place = steps.findIndex(({ code }) => code === 'set-image')
  const again = steps[place]
  return containerKind !== 'ephemeral' || again === undefined || place < 2
    ? steps
    : steps.toSpliced(place, 1).toSpliced(1, 0, again)
}

/** The steps of the cause, without those that something else settles. @param ofName those of clues in the image's name */
function causeSteps(finding: Finding, ofName: Step[]): Step[] {
  const steps =
    searchedSteps(finding, BY_CAUSE[finding.cause]) ??
    servedElsewhere(finding) ??
    checkedSteps(finding) ??
    BY_CAUSE[finding.cause](finding)
  const open = steps.filter(step => !isSettled(step, finding, ofName))
  return withAdditions(finding, open)
}

/**
 * With policy Always, even an image that was built or loaded on the node is pulled from its registry; with another one, it is only pulled if
 * it was not loaded.
 */
function localSteps(finding: Finding): Step[] {
  if (!isRefusedOrMissing(finding.cause) && finding.registry !== 'localhost') return []
  if (hasClue(finding.clues, 'imported-name')) return []
  const local = clueOf(finding.clues, 'local-image')
  const forced = clueOf(finding.clues, 'policy-forced')
  // Nothing that is on a node is used without the registry then.
  if (forced !== undefined)
    return local === undefined
      ? []
      : [{ code: 'use-local-image', listed: local.listed, template: forced.template }]
  const isOwn = isOwnName(finding)
  const mayBeBuilt = mayBeBuiltHere(finding)
  const load = isOwn || mayBeBuilt || mayBeLoaded(finding) ? loadSteps(finding) : []
  if (local !== undefined)
    return [{ code: 'use-local-image', listed: local.listed }, ...(local.listed ? [] : load)]
  // What somebody builds and has not published mostly has no other tag.
  const isImported = isOwn || (mayBeBuilt && finding.reference?.endsWith(':latest') === true)
  return isImported && load.length === 0 ? importSteps(finding) : load
}

/** Docker Hub hides whether it has the image, and build tools give images such names before anything is pushed. */
function mayBeBuiltHere({ registry, subcause, credential, moved, check }: Finding): boolean {
  const isHidden = isDockerHub(registry ?? '') && subcause === 'denied-or-missing'
  return isHidden && credential.status !== 'usable' && moved === null && check === null
}

/**
 * On a cluster of one machine, an image that a private registry refuses to a pod without a login may have been built there, with the name
 * that it is pushed to later (kubernetes-sigs/kind#2446).
 */
function mayBeLoaded(finding: Finding): boolean {
  const { host, cause, subcause, registry, reference, credential, moved, check } = finding
  // At the others, most images are published for everyone.
  const isOwn =
    registry !== null && (cloudOf(registry) !== null || !isFixedHost(registry)) && !isLocal(registry)
  const isHidden = cause === 'auth-required-or-denied' && MAY_BE_UNPUSHED.includes(subcause)
  const isUnasked = credential.status === 'none' && moved === null && check === null
  const isKnown = hasClue(finding.clues, 'runs-elsewhere', 'held-elsewhere', 'on-node')
  return localTool(host) !== null && isOwn && isHidden && isUnasked && !isPublic(reference) && !isKnown
}

const MAY_BE_UNPUSHED: readonly Finding['subcause'][] = [
  'no-credential-sent',
  'denied-or-missing',
  'not-permitted',
]

/** Causes that show a registry's answer. */
const REGISTRY_ANSWERS: readonly Cause[] = ['auth-required-or-denied', 'image-not-found', 'other']
