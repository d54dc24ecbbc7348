/** Chooses the sentence that proves the cause: the newest attempt's error, from the status or from the events. */

import { type Classification, type Classifier, classify } from './classify.ts'
import type { FailingContainer } from './failing-container.ts'
import type { Evidence } from './finding.ts'
import { mayReportFailedPull, reportsBackOff, reportsFailedPull } from './pod-events.ts'

export interface Proof extends Classification {
  evidence: Evidence | null
}

/** Sentences that say that it fails and not why: the bare back-off, or a reason repeated. */
const SILENT = /^(?:back-off pulling image "[^"]*"(?:: \w+)?|(?:error: )?\w*)[:.\s]*$/i

/**
 * The cause of the newest attempt and the kubelet's sentence that tells it.
 * A status with an error in it is of the newest attempt; older kubelets put it in the event only.
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
  const told = event.reason === 'ErrImageNeverPull' ? event.reason : reason
  return { ...judge(event.message, told), evidence: { from: 'event', text: event.message } }
}

/** An event without the kubelet's usual opening counts where its text is clearly of a pull. */
function fromBareEvents({ reason, events }: FailingContainer, judge: Classifier): Proof | null {
  const bare = events.filter(mayReportFailedPull).map(({ message }) => message)
  const proofs = bare.map(text => ({ ...judge(text, reason), evidence: { from: 'event' as const, text } }))
  return proofs.findLast(({ cause }) => cause !== 'other') ?? null
}

/** Neither tells why; the reason itself still may. */
function silent({ reason, message, events }: FailingContainer): Proof {
  const backOff = events.findLast(reportsBackOff)
  const text = message !== '' ? message : backOff?.message
  return {
    ...classify('', reason),
    evidence: text === undefined ? null : { from: message !== '' ? 'status' : 'event', text },
  }
}

/** The first sign of it (ISO 8601): the oldest event, else for an image that never came the pod's creation. */
export function firstSign({ container, events }: FailingContainer, createdAt: string): string | null {
  const seen = events.flatMap(({ firstSeen }) => firstSeen ?? []).sort()
  if (seen[0] !== undefined) return seen[0]
  return container.imageId === null && createdAt !== '' ? createdAt : null
}
