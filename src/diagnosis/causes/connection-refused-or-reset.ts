/** The connection was refused, reset, or closed, or there is no route to the address. */

import { type CauseRule, matchesAny } from './cause-rule.ts'

const PATTERNS = [
  /\bconnection (?:was )?(?:refused|reset|aborted|closed)\b|\breset by peer\b|\bconnection abort\b/,
  /\bno route to host\b|\b(?:network|host) is (?:unreachable|down)\b|\bunreachable (?:network|host)\b/,
  /\bbroken pipe\b|\buse of closed network connection\b|\bgoaway\b|\bclosed (?:the |idle )?connection\b/,
  /\bforcibly closed\b|\bactively refused\b|\bcannot assign requested address\b|\bstream error: stream id\b/,
  // The name has addresses, but not of a family that Go may use.
  /\bno suitable address\b/,
  // Any other error of connect(2); timeouts are matched by an earlier rule.
  /\bdial tcp\b.{0,80}: (?:connect|connectex|socket|bind): /,
  /\btransport connection broken\b(?!: malformed)|\bclient disconnected\b/,
  // hyper, with which guests pull.
  /\bkind: reset\(streamid\b/,
  // CRI-O reports refused connections as RegistryUnavailable, older versions without details (server/image_pull.go).
  /\bregistry is unavailable[\s"'`.)\]]{0,4}(?:$|\w+=)|^registryunavailable$/,
]
const TRUNCATED = /\beof\b|\bend of file before message length reached\b/
/** In these texts, EOF is the end of a damaged layer or of an answer that is not JSON. */
const CONTENT =
  /\bfailed to (?:extract|register) layer\b|\bprocessing tar file\b|\bgzip\b|\bunpack image on\b|\bapply(?:ing )?layer\b|\bre-exec error\b|\bdecod(?:e|ing)\b|\bunmarshall?ing\b/

export const connectionRefusedOrReset: CauseRule<'connection-refused-or-reset'> = {
  cause: 'connection-refused-or-reset',
  matches: ({ masked }) => matchesAny(masked, PATTERNS) || (TRUNCATED.test(masked) && !CONTENT.test(masked)),
}
