/** Says what a failed pull's text means: one cause for one text, `other` where it does not tell. */

import { RULES } from './causes/index.ts'
import type { Cause, RateLimitSubcause } from './finding.ts'
import { type PullError, parsePullErrors } from './pull-error.ts'

export interface Classification {
  cause: Cause
  subcause: RateLimitSubcause | null
}

/** Waiting reasons that are the cause. */
const BY_REASON = new Map<string, Cause>([
  ['InvalidImageName', 'invalid-reference'],
  ['ErrImageNeverPull', 'never-pull'],
  ['SignatureValidationFailed', 'signature-policy'],
])

/** What a gRPC code alone says; containerd derives it from the error that the text names. */
const BY_GRPC = new Map<string, Cause>([
  ['NotFound', 'image-not-found'],
  ['DeadlineExceeded', 'canceled-or-deadline'],
  ['Canceled', 'canceled-or-deadline'],
  ['Unauthenticated', 'auth-required-or-denied'],
  ['PermissionDenied', 'auth-required-or-denied'],
])

/**
 * Of several attempts the one that got furthest tells most: who was let in and found nothing knows more than who was refused,
 * and who was refused more than who got no answer.
 */
const TELLING: readonly Cause[] = [
  'other',
  'canceled-or-deadline',
  'kubelet-qps',
  'registry-not-found-dns',
  'connection-refused-or-reset',
  'network-timeout',
  'proxy',
  'tls',
  'http-https-mismatch',
  'registry-server-error',
  'auth-required-or-denied',
  'image-not-found',
  'rate-limited',
]

/** How a text is judged; `classify` is one. */
export type Classifier = (text: string, reason: string) => Classification

/** A classifier for many texts: those of one incident differ in their digests alone, and a digest tells nothing. */
export function rememberingClassifier(): Classifier {
  const known = new Map<string, Classification>()
  return (text, reason) => {
    const key = `${reason} ${text.replace(/[0-9a-f]{32,}/g, digest => `‹${digest.length}›`)}`
    const judged = known.get(key) ?? classify(text, reason)
    known.set(key, judged)
    return judged
  }
}

/**
 * The cause of one failed pull.
 * @param text a waiting container's message or an event's, of any kubelet and runtime
 * @param reason the waiting reason, or the event's
 */
export function classify(text: string, reason: string): Classification {
  const told = BY_REASON.get(reason)
  if (told !== undefined) return { cause: told, subcause: null }
  const { attempts, asides } = parsePullErrors(text.trim() === '' ? reason : text)
  const verdict = mostTelling(attempts)
  return verdict.cause === 'other' ? mostTelling(asides) : verdict
}

function mostTelling(errors: PullError[]): Classification {
  return errors.map(judge).reduce((best, next) => (rank(next.cause) > rank(best.cause) ? next : best), {
    cause: 'other',
    subcause: null,
  })
}

function rank(cause: Cause): number {
  const place = TELLING.indexOf(cause)
  return place === -1 ? TELLING.length : place
}

function judge(error: PullError): Classification {
  for (const rule of RULES) {
    const judgement = rule.judge(error)
    if (judgement !== null) return { cause: rule.cause, subcause: judgement.subcause }
  }
  return { cause: BY_GRPC.get(error.grpc ?? '') ?? 'other', subcause: null }
}
