/** Classifies the text of a failed pull: one cause for each text, `other` if no rule recognizes it. */

import { RULES } from '../causes/index.ts'
import type { Cause, DenialSubcause } from '../finding.ts'
import { provenIn } from '../refusal/denial-words.ts'
import { textMemo } from './memoize-by-text.ts'
import { type PullError, parsePullErrors } from './pull-error.ts'

export interface Classification {
  cause: Cause
  /** The error that decided; null if the waiting reason alone did. */
  error: PullError | null
}

/** Waiting reasons that name the cause themselves. */
const BY_REASON = new Map<string, Cause>([
  ['InvalidImageName', 'invalid-reference'],
  ['ErrImageNeverPull', 'never-pull'],
  ['SignatureValidationFailed', 'signature-policy'],
])

/** Causes by gRPC code, for texts that no rule recognizes; containerd derives the code from the error in the text. */
const BY_GRPC = new Map<string, Cause>([
  ['NotFound', 'image-not-found'],
  ['DeadlineExceeded', 'canceled-or-deadline'],
  ['Canceled', 'canceled-or-deadline'],
  ['Unauthenticated', 'auth-required-or-denied'],
  ['PermissionDenied', 'auth-required-or-denied'],
])

/**
 * How much a cause reveals, to choose among several attempts: an attempt that was authorized and found no image reveals more than one
 * that was refused, and that more than one without an answer. Causes that only an authorized attempt can meet rank highest.
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

/** `classify`, or a version of it that remembers its results. */
export type Classifier = (text: string, reason: string) => Classification

/** Digests and other long hexadecimal numbers say nothing about the cause; only in a host name do they distinguish two hosts. */
const LONG_NUMBER = /[0-9a-f]{32,}(?![0-9a-f]|\.\w)/g

/** A classifier for the many texts of one diagnosis: texts that differ only in long numbers are classified once. */
export function memoizedClassifier(): Classifier {
  return textMemo(LONG_NUMBER)(classify)
}

/**
 * The cause of one failed pull.
 * @param text a waiting container's message or an event's, of any kubelet and runtime
 * @param reason the waiting reason, or the event's
 */
export function classify(text: string, reason: string): Classification {
  const namedCause = BY_REASON.get(reason)
  const { attempts, fallbackErrors } = parsePullErrors(text.trim() === '' ? reason : text)
  if (namedCause !== undefined) return { cause: namedCause, error: attempts[0] ?? null }
  const verdict = mostSpecific(attempts)
  const unasked = verdict.cause === 'other' || isBlockedSource(verdict)
  return unasked && fallbackErrors.length > 0 ? mostSpecific(fallbackErrors) : verdict
}

/** The node may only use the registry's mirrors (registries.conf `blocked`), so their errors decide. */
function isBlockedSource({ cause, error }: Classification): boolean {
  return cause === 'signature-policy' && error !== null && /\bis blocked in\b/.test(error.masked)
}

function mostSpecific(errors: PullError[]): Classification {
  return errors.map(judge).reduce((best, next) => (rank(next) > rank(best) ? next : best), {
    cause: 'other',
    error: errors[0] ?? null,
  })
}

/** Lifts an error above every refusal: one that happened while content was copied came after authorization. */
const AUTHORIZED_BONUS = 20

/** A refusal of the login itself reveals less than one of the image to another login, and an attempt without a login least. */
const MALUS: Partial<Record<DenialSubcause, number>> = {
  'credential-refused': 0.25,
  'no-credential-sent': 0.5,
}

function rank({ cause, error }: Classification): number {
  const wasAuthorized = error !== null && COPYING.test(error.masked) && cause !== 'other'
  const denial = error !== null && cause === 'auth-required-or-denied' ? provenIn(error.masked) : null
  const malus = denial === null ? 0 : (MALUS[denial] ?? 0)
  return SPECIFICITY[cause] + (wasAuthorized ? AUTHORIZED_BONUS : 0) - malus
}

/** The manifest was there and its layers were being copied (containerd, containers/image). */
const COPYING =
  /\bfailed to copy: |\bcopying system image\b|\bwriting blob\b|\bstoring blob\b|\bfailed to extract layer\b/

function judge(error: PullError): Classification {
  const rule = RULES.find(each => each.matches(error))
  return { cause: rule?.cause ?? BY_GRPC.get(error.grpc ?? '') ?? 'other', error }
}
