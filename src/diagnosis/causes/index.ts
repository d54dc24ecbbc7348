/** The rules in the order of asking: what can only mean one thing first, the words that many errors share last. */

import { refused, refusedStatus, unreadableCredentials } from './auth-required-or-denied.ts'
import { canceledOrDeadline } from './canceled-or-deadline.ts'
import type { CauseRule } from './cause-rule.ts'
import { connectionRefusedOrReset } from './connection-refused-or-reset.ts'
import { corruptOrUnpack, snapshotterGone } from './corrupt-or-unpack.ts'
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
import { runtimeGone } from './runtime-gone.ts'
import { signaturePolicy, signatureRefused } from './signature-policy.ts'
import { tls } from './tls.ts'
import { unsupportedManifest } from './unsupported-manifest.ts'

export const RULES: readonly CauseRule[] = [
  kubeletQps,
  neverPull,
  snapshotterGone,
  runtimeGone,
  signatureRefused,
  proxy,
  httpHttpsMismatch,
  diskFull,
  rateLimited,
  platformMismatch,
  unsupportedManifest,
  invalidReference,
  serverStatus,
  refusedStatus,
  notFoundStatus,
  tls,
  registryNotFoundDns,
  networkTimeout,
  connectionRefusedOrReset,
  canceledOrDeadline,
  signaturePolicy,
  brokenAnswer,
  unreadableCredentials,
  corruptOrUnpack,
  refused,
  notFound,
  nameNotParsed,
]
