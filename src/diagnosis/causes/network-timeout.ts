/** A timeout while connecting, in the TLS handshake, or while waiting for headers or body. */

import { type CauseRule, matchesAny } from './cause-rule.ts'

const PATTERNS = [
  /\bi\/o timeout\b|\btls handshake timeout\b|\btimeout awaiting\b|\bclient\.timeout\b/,
  /(?<!\bprogress )\btimed out\b(?! waiting for the condition| on waiting)/,
  // The client's deadline passed before it had a connection (net/http).
  /\brequest canceled while waiting for connection\b/,
  // An unanswered HTTP/2 PING.
  /\bhttp2: client connection lost\b/,
  /\ba connection attempt failed\b|\bdid not properly respond\b|\bfailed to respond\b|\bnet\/http: timeout\b|\brequest timeout\b/,
  // Rust's runtime (tokio).
  /\bdeadline has elapsed\b/,
  // The deadline passed while a request or connection waited for the other side.
  /‹url›["']?: context deadline exceeded\b/,
  /\b(?:dial|read|write) (?:tcp|udp)\b.{0,80}: context deadline exceeded\b/,
]

export const networkTimeout: CauseRule<'network-timeout'> = {
  cause: 'network-timeout',
  matches: ({ masked, status }) => status === 408 || matchesAny(masked, PATTERNS),
}
