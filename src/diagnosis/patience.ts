/** Whether waiting helps: by cause, what a failed pull is likely to become by itself. */

import type { Cause, Finding } from './finding.ts'

type Prospect =
  /** No further try changes it. */
  | 'hopeless'
  /** Somebody may be about to push the image, copy the secret or set the name; else nothing changes. */
  | 'likely-hopeless'
  | 'heals'
  | 'unknown'

const PROSPECTS: Record<Cause, Prospect> = {
  'invalid-reference': 'hopeless',
  'platform-mismatch': 'hopeless',
  'unsupported-manifest': 'hopeless',
  'signature-policy': 'hopeless',
  'never-pull': 'hopeless',
  'image-not-found': 'likely-hopeless',
  'auth-required-or-denied': 'likely-hopeless',
  'http-https-mismatch': 'likely-hopeless',
  tls: 'likely-hopeless',
  'registry-not-found-dns': 'likely-hopeless',
  'rate-limited': 'heals',
  'kubelet-qps': 'heals',
  'network-timeout': 'heals',
  'connection-refused-or-reset': 'heals',
  proxy: 'heals',
  'registry-server-error': 'heals',
  'canceled-or-deadline': 'heals',
  'disk-full': 'heals',
  'corrupt-or-unpack': 'heals',
  other: 'unknown',
}

/** How long a failed pull is waited for. */
export interface Patience {
  /** From the first evidence on; null: for as long as there is time. */
  milliseconds: number | null
  /** Pulls that must have failed besides. */
  attempts: number
}

const NONE: Patience = { milliseconds: 0, attempts: 1 }

/** A push, a copied Secret, or a DNS record may be late: the kubelet tries again after 10 s and after 30 s. */
const SOME: Patience = { milliseconds: 45_000, attempts: 2 }

const PATIENCE: Record<Prospect, Patience> = {
  hopeless: NONE,
  'likely-hopeless': SOME,
  heals: { milliseconds: null, attempts: 1 },
  unknown: { milliseconds: null, attempts: 1 },
}

/** What a pull that fails so is waited for by default, judged by its cause and by what else is proven. */
export function patienceFor(finding: PatienceFacts): Patience {
  return isProven(finding) ? NONE : PATIENCE[PROSPECTS[finding.cause]]
}

type PatienceFacts = Pick<Finding, 'cause' | 'subcause' | 'moved' | 'credential' | 'check'>

/** That the next try is told the same: the image is known to be gone, the registry says so to us too, or it refused the login that the pod has. */
function isProven({ cause, subcause, moved, credential, check }: PatienceFacts): boolean {
  if (cause === 'image-not-found') {
    return (
      moved !== null ||
      ['no-such-tag', 'no-such-digest', 'no-such-repository', 'not-found'].includes(check?.verdict ?? '')
    )
  }
  if (cause !== 'auth-required-or-denied') return false
  const refused = subcause === 'credential-refused' || subcause === 'not-permitted'
  return refused && credential.status === 'usable' && credential.contradicted === undefined
}

/** Whether trying again is likely to change nothing. */
export function isHopeless(cause: Cause): boolean {
  return PROSPECTS[cause] === 'hopeless' || PROSPECTS[cause] === 'likely-hopeless'
}
