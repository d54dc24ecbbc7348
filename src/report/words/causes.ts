/** The words of every cause. A cause without words does not compile. */

import type { Cause, Finding } from '../../diagnosis/finding.ts'
import { authRequiredOrDenied, neverPull, signaturePolicy } from './causes/access.ts'
import {
  corruptOrUnpack,
  imageNotFound,
  invalidReference,
  other,
  platformMismatch,
  unsupportedManifest,
} from './causes/image.ts'
import { kubeletQps, rateLimited } from './causes/limits.ts'
import { malformedSecret, malformedSecretsOf } from './causes/malformed-secret.ts'
import {
  connectionRefusedOrReset,
  httpHttpsMismatch,
  networkTimeout,
  proxy,
  registryNotFoundDns,
  tls,
} from './causes/network.ts'
import { canceledOrDeadline, diskFull, registryServerError } from './causes/trouble.ts'
import type { CauseWords, Told } from './told.ts'

const WORDS: Record<Cause, CauseWords> = {
  'rate-limited': rateLimited,
  'kubelet-qps': kubeletQps,
  'auth-required-or-denied': authRequiredOrDenied,
  'image-not-found': imageNotFound,
  'registry-not-found-dns': registryNotFoundDns,
  'network-timeout': networkTimeout,
  'connection-refused-or-reset': connectionRefusedOrReset,
  tls,
  'http-https-mismatch': httpHttpsMismatch,
  proxy,
  'platform-mismatch': platformMismatch,
  'unsupported-manifest': unsupportedManifest,
  'invalid-reference': invalidReference,
  'never-pull': neverPull,
  'disk-full': diskFull,
  'registry-server-error': registryServerError,
  'corrupt-or-unpack': corruptOrUnpack,
  'signature-policy': signaturePolicy,
  'canceled-or-deadline': canceledOrDeadline,
  other,
}

/** The kubelet refused its own pull secret: of the registry there is nothing to say. */
export function isMalformed(finding: Finding): boolean {
  return finding.cause === 'auth-required-or-denied' && malformedSecretsOf(finding).length > 0
}

/** What to say of these findings. */
export function wordsFor(told: Told): CauseWords {
  const [first] = told.findings
  return isMalformed(first) ? malformedSecret : WORDS[first.cause]
}
