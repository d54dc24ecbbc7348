/** The rules of all causes. */

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
import { notFound, notFoundStatus, unreachedUpstream } from './image-not-found.ts'
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
import { signaturePolicy, signatureRefused, signatureUnread } from './signature-policy.ts'
import { tls } from './tls.ts'
import { unsupportedManifest } from './unsupported-manifest.ts'

/** In the order in which they are tried: unambiguous texts first, words that many errors share last. */
const ORDERED = [
  providerFailed,
  kubeletQps,
  neverPull,
  snapshotterGone,
  storedImageGone,
  runtimeGone,
  runtimeUnready,
  noHost,
  noSocket,
  unreachedUpstream,
  signatureRefused,
  signatureUnread,
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
  unreadableSecret,
  brokenAnswer,
  unreadableCredentials,
  corruptOrUnpack,
  refused,
  notFound,
  nameNotParsed,
  conditional,
] as const

type Ruled = Record<(typeof ORDERED)[number]['cause'], unknown>
/** A cause without a rule does not compile. */
type Complete<Rules extends Record<Cause, unknown>> = keyof Rules

export const RULES: readonly CauseRule<Complete<Ruled>>[] = ORDERED
