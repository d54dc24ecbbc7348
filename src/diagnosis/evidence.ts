/** Chooses the message that proves the cause: the newest attempt's error, from the container's status or from its events. */

import { type Classification, type Classifier, classify } from './classify.ts'
import type { FailingContainer } from './failing-container.ts'
import type { Evidence } from './finding.ts'
import { mayReportFailedPull, reportsBackOff, reportsFailedPull } from './pod-events.ts'

export interface Proof extends Classification {
  evidence: Evidence | null
}

/** Messages that report a failure without its reason: the bare back-off, or the waiting reason repeated. */
const SILENT = /^(?:back-off pulling image "[^"]*"(?:: \w+)?|(?:error: )?\w*)[:.\s]*$/i

/**
 * The cause of the newest attempt, with the kubelet's message that proves it.
 * An error in the status is always the newest attempt's; older kubelets report errors in events only.
 */
export function prove(failing: FailingContainer, judge: Classifier = classify): Proof {
  const status = fromStatus(failing, judge)
  if (status !== null && status.cause !== 'other') return status
  return fromEvents(failing, judge) ?? fromBareEvents(failing, judge) ?? status ?? silent(failing)
}

function fromStatus({ reason, message }: FailingContainer, judge: Classifier): Proof | null {
  if (SILENT.test(message)) return null
  return { ...judge(message, reason), evidence: { from: 'status', text: message } }
}

function fromEvents({ reason, events }: FailingContainer, judge: Classifier): Proof | null {
  const event = events.findLast(reportsFailedPull)
  if (event === undefined) return null
  const waitingReason = event.reason === 'ErrImageNeverPull' ? event.reason : reason
  return { ...judge(event.message, waitingReason), evidence: { from: 'event', text: event.message } }
}

/** A Failed event without the kubelet's usual opening counts if its text has a cause. */
function fromBareEvents({ reason, events }: FailingContainer, judge: Classifier): Proof | null {
  const bare = events.filter(mayReportFailedPull).map(({ message }) => message)
  const proofs = bare.map(text => ({ ...judge(text, reason), evidence: { from: 'event' as const, text } }))
  return proofs.findLast(({ cause }) => cause !== 'other') ?? null
}

/** Neither status nor events have the reason; the waiting reason itself may name the cause. */
function silent({ reason, message, events }: FailingContainer): Proof {
  const backOff = events.findLast(reportsBackOff)
  const text = message !== '' ? message : backOff?.message
  return {
    ...classify('', reason),
    evidence: text === undefined ? null : { from: message !== '' ? 'status' : 'event', text },
  }
}

/** When the failure was first seen (ISO 8601): the oldest event, or the pod's creation if the image was never pulled; null if unknown. */
export function firstSign({ container, events }: FailingContainer, createdAt: string): string | null {
  const seen = events.flatMap(({ firstSeen }) => firstSeen ?? []).sort()
  if (seen[0] !== undefined) return seen[0]
  return container.imageId === null && createdAt !== '' ? createdAt : null
}
