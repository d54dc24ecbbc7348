/** All rules, in the order in which they are tried. */

import type { Cause } from '../finding.ts'
import {
  conditional,
  providerFailed,
  refused,
  refusedStatus,
  unreadableCredentials,
  unreadableSecret,
} from './auth-required-or-denied.ts'
import { canceledOrDeadline } from './canceled-or-deadline.ts'
import type { CauseRule } from './cause-rule.ts'
import { connectionRefusedOrReset } from './connection-refused-or-reset.ts'
import { corruptOrUnpack, snapshotterGone, storedImageGone } from './corrupt-or-unpack.ts'
import { diskFull } from './disk-full.ts'
import { httpHttpsMismatch } from './http-https-mismatch.ts'
import { notFound, notFoundStatus } from './image-not-found.ts'
import { invalidReference, nameNotParsed } from './invalid-reference.ts'
import { kubeletQps } from './kubelet-qps.ts'
import { networkTimeout } from './network-timeout.ts'
import { neverPull } from './never-pull.ts'
import { platformMismatch } from './platform-mismatch.ts'
import { proxy } from './proxy.ts'
import { rateLimited } from './rate-limited.ts'
import { registryNotFoundDns } from './registry-not-found-dns.ts'
import { brokenAnswer, serverStatus } from './registry-server-error.ts'
import { noHost, noSocket, runtimeGone, runtimeUnready } from './runtime-gone.ts'
import { signaturePolicy, signatureRefused } from './signature-policy.ts'
import { tls } from './tls.ts'
import { unsupportedManifest } from './unsupported-manifest.ts'

/**
 * The rules of every cause, each with its place in the order: unambiguous texts first, words that many errors share last. A cause
 * without an entry does not compile.
 */
const PLACES: Record<Cause, [place: number, rule: CauseRule][]> = {
  'rate-limited': [[10, rateLimited]],
  'kubelet-qps': [[1, kubeletQps]],
  'auth-required-or-denied': [
    [0, providerFailed],
    [15, refusedStatus],
    [23, unreadableSecret],
    [25, unreadableCredentials],
    [27, refused],
    [30, conditional],
  ],
  'image-not-found': [
    [16, notFoundStatus],
    [28, notFound],
  ],
  'registry-not-found-dns': [[18, registryNotFoundDns]],
  'network-timeout': [[19, networkTimeout]],
  'connection-refused-or-reset': [[20, connectionRefusedOrReset]],
  tls: [[17, tls]],
  'http-https-mismatch': [[8, httpHttpsMismatch]],
  proxy: [[7, proxy]],
  'platform-mismatch': [[11, platformMismatch]],
  'unsupported-manifest': [[12, unsupportedManifest]],
  'invalid-reference': [
    [13, invalidReference],
    [29, nameNotParsed],
  ],
  'never-pull': [[2, neverPull]],
  'disk-full': [[9, diskFull]],
  'registry-server-error': [
    [14, serverStatus],
    [24, brokenAnswer],
  ],
  'corrupt-or-unpack': [
    [3, snapshotterGone],
    [4, storedImageGone],
    [26, corruptOrUnpack],
  ],
  'signature-policy': [
    [6, signatureRefused],
    [22, signaturePolicy],
  ],
  'canceled-or-deadline': [[21, canceledOrDeadline]],
  other: [
    [5, runtimeGone],
    [5.4, runtimeUnready],
    [5.5, noHost],
    [5.6, noSocket],
  ],
}

export const RULES: readonly CauseRule[] = Object.values(PLACES)
  .flat()
  .sort(([one], [other]) => one - other)
  .map(([, rule]) => rule)
