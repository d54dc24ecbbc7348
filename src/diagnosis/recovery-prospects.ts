/** Whether waiting helps: by cause, what a failed pull is likely to become by itself. */

import type { Cause } from './finding.ts'

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

/** Whether trying again is likely to change nothing. */
export function isUnlikelyToRecover(cause: Cause): boolean {
  return PROSPECTS[cause] === 'hopeless' || PROSPECTS[cause] === 'likely-hopeless'
}
