/** Whether waiting can help: by cause, how likely a failed pull is to succeed by itself. */

import { isAbsent } from '../snapshot/image-verdict.ts'
import type { Cause, Finding } from './finding.ts'

type Prospect =
  /** No retry can succeed. */
  | 'never'
  /** A retry succeeds only if somebody pushes the image, adds the secret, or corrects the setting. */
  | 'unlikely'
  | 'likely'
  | 'unknown'

const PROSPECTS: Record<Cause, Prospect> = {
  'invalid-reference': 'never',
  'platform-mismatch': 'never',
  'unsupported-manifest': 'never',
  'signature-policy': 'never',
  'never-pull': 'never',
  'image-not-found': 'unlikely',
  'auth-required-or-denied': 'unlikely',
  'http-https-mismatch': 'unlikely',
  tls: 'unlikely',
  'registry-not-found-dns': 'unlikely',
  'rate-limited': 'likely',
  'kubelet-qps': 'likely',
  'network-timeout': 'likely',
  'connection-refused-or-reset': 'likely',
  proxy: 'likely',
  'registry-server-error': 'likely',
  'canceled-or-deadline': 'likely',
  'disk-full': 'likely',
  'corrupt-or-unpack': 'likely',
  other: 'unknown',
}

/** How long to wait for a failed pull. */
interface Patience {
  /** Counted from the first evidence; null waits as long as there is time. */
  milliseconds: number | null
  /** How many pulls must have failed, in addition. */
  attempts: number
}

const NONE: Patience = { milliseconds: 0, attempts: 1 }

/** A push, a copied Secret, or a DNS record may be late: the kubelet tries again after 10 s and after 30 s. */
const SOME: Patience = { milliseconds: 45_000, attempts: 2 }

const PATIENCE: Record<Prospect, Patience> = {
  never: NONE,
  unlikely: SOME,
  likely: { milliseconds: null, attempts: 1 },
  unknown: { milliseconds: null, attempts: 1 },
}

/** The default patience with a failed pull, by its cause and by what else is proven about it. */
export function patienceFor(finding: PatienceFacts): Patience {
  return isProven(finding) ? NONE : PATIENCE[PROSPECTS[finding.cause]]
}

type PatienceFacts = Pick<Finding, 'cause' | 'subcause' | 'moved' | 'credential' | 'check'>

/** Whether a retry would get the same answer: the image is gone, the registry answers the same here, or it refused the pod's own login. */
function isProven({ cause, subcause, moved, credential, check }: PatienceFacts): boolean {
  if (cause === 'image-not-found') {
    return moved !== null || (check !== null && isAbsent(check.verdict))
  }
  if (cause !== 'auth-required-or-denied') return false
  const refused = subcause === 'credential-refused' || subcause === 'not-permitted'
  const wasSent = credential.contradicted === undefined && credential.cameLater === undefined
  return refused && credential.status === 'usable' && wasSent
}

/** Whether retries alone are not expected to succeed. */
export function isUnlikelyToRecover(cause: Cause): boolean {
  return PROSPECTS[cause] === 'never' || PROSPECTS[cause] === 'unlikely'
}
