/** Says what a failed pull's text means: one cause for one text, `other` where it does not tell. */

import { RULES } from './causes/index.ts'
import type { Cause, Subcause } from './finding.ts'
import { textMemo } from './memoize-by-text.ts'
import { type PullError, parsePullErrors } from './pull-error.ts'

export interface Classification {
  cause: Cause
  /** What the words alone prove; who answered and what the pod had to show may tell more (see subcauseOf). */
  subcause: Subcause | null
  /** The error that told it; null where the reason alone did. */
  error: PullError | null
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
 * and who was refused more than who got no answer. What only one who was let in can meet ranks above all.
 */
const SPECIFICITY: Record<Cause, number> = {
  other: 0,
  'canceled-or-deadline': 1,
  'kubelet-qps': 2,
  'registry-not-found-dns': 3,
  'connection-refused-or-reset': 4,
  'network-timeout': 5,
  proxy: 6,
  tls: 7,
  'http-https-mismatch': 8,
  'registry-server-error': 9,
  'auth-required-or-denied': 10,
  'image-not-found': 11,
  'rate-limited': 12,
  'platform-mismatch': 13,
  'unsupported-manifest': 13,
  'invalid-reference': 13,
  'never-pull': 13,
  'disk-full': 13,
  'corrupt-or-unpack': 13,
  'signature-policy': 13,
}

/** How a text is judged; `classify` is one. */
export type Classifier = (text: string, reason: string) => Classification

/** Digests and other long hexadecimal numbers say nothing of the cause; in a host name they tell two hosts apart. */
const LONG_NUMBER = /[0-9a-f]{32,}(?![0-9a-f]|\.\w)/g

/** A classifier for the many texts of one diagnosis: texts that differ only in long numbers are classified once. */
export function memoizedClassifier(): Classifier {
  return textMemo(LONG_NUMBER)(classify, reason => reason)
}

/**
 * The cause of one failed pull.
 * @param text a waiting container's message or an event's, of any kubelet and runtime
 * @param reason the waiting reason, or the event's
 */
export function classify(text: string, reason: string): Classification {
  const told = BY_REASON.get(reason)
  const { attempts, fallbackErrors } = parsePullErrors(text.trim() === '' ? reason : text)
  if (told !== undefined) return { cause: told, subcause: null, error: attempts[0] ?? null }
  const verdict = mostSpecific(attempts)
  const unasked = verdict.cause === 'other' || isBlockedSource(verdict)
  return unasked && fallbackErrors.length > 0 ? mostSpecific(fallbackErrors) : verdict
}

/** The node may ask only the registry's mirrors, so that their answers are all there is (registries.conf `blocked`). */
function isBlockedSource({ cause, error }: Classification): boolean {
  return cause === 'signature-policy' && error !== null && /\bis blocked in\b/.test(error.masked)
}

function mostSpecific(errors: PullError[]): Classification {
  return errors.map(judge).reduce((best, next) => (rank(next) > rank(best) ? next : best), {
    cause: 'other',
    subcause: null,
    error: errors[0] ?? null,
  })
}

/** Above every refusal: who met trouble while the content was copied had been let in. */
const LET_IN_BONUS = 20

function rank({ cause, error }: Classification): number {
  const wasLetIn = error !== null && COPYING.test(error.masked) && cause !== 'other'
  return SPECIFICITY[cause] + (wasLetIn ? LET_IN_BONUS : 0)
}

/** The manifest had come, and its layers were on their way (containerd, containers/image). */
const COPYING =
  /\bfailed to copy: |\bcopying system image\b|\bwriting blob\b|\bstoring blob\b|\bfailed to extract layer\b/

function judge(error: PullError): Classification {
  for (const rule of RULES) {
    const judgement = rule.judge(error)
    if (judgement !== null) return { cause: rule.cause, subcause: judgement.subcause, error }
  }
  return { cause: BY_GRPC.get(error.grpc ?? '') ?? 'other', subcause: null, error }
}
