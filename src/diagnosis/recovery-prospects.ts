/** Whether waiting can help: by cause, how likely a failed pull is to succeed by itself. */

import type { Cause } from './finding.ts'

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

/** Whether retries alone are not expected to succeed. */
export function isUnlikelyToRecover(cause: Cause): boolean {
  return PROSPECTS[cause] === 'never' || PROSPECTS[cause] === 'unlikely'
}
