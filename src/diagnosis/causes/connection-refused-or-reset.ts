/** The connection was refused, reset or cut, or there is no way to the address. */

import { type CauseRule, FITS } from './cause-rule.ts'

const PATTERNS = [
  /\bconnection (?:was )?(?:refused|reset|aborted|closed)\b|\breset by peer\b|\bconnection abort\b/,
  /\bno route to host\b|\b(?:network|host) is (?:unreachable|down)\b|\bunreachable (?:network|host)\b/,
  /\bbroken pipe\b|\buse of closed network connection\b|\bgoaway\b|\bclosed (?:the |idle )?connection\b/,
  /\bforcibly closed\b|\bactively refused\b|\bcannot assign requested address\b|\bstream error: stream id\b/,
  // Whatever else connect(2) says of an address; time running out has been looked for before.
  /\bdial tcp\b.{0,80}: (?:connect|connectex|socket|bind): /,
  /\btransport connection broken\b(?!: malformed)|\bclient disconnected\b/,
]
const TRUNCATED = /\beof\b|\bend of file before message length reached\b/
/** Here the end of file is that of a layer that was downloaded and is damaged, or of an answer that is no JSON. */
const CONTENT =
  /\bfailed to (?:extract|register) layer\b|\bprocessing tar file\b|\bgzip\b|\bunpack image on\b|\bapply(?:ing )?layer\b|\bre-exec error\b|\bdecod(?:e|ing)\b|\bunmarshall?ing\b/

/** CRI-O says RegistryUnavailable of refused connections, older ones without a further word (server/image_pull.go). */
const UNAVAILABLE = /\bregistry is unavailable[\s"'`.)\]]{0,4}(?:$|\w+=)|^registryunavailable$/

export const connectionRefusedOrReset: CauseRule = {
  cause: 'connection-refused-or-reset',
  judge: ({ masked }) => {
    if (PATTERNS.some(pattern => pattern.test(masked)) || UNAVAILABLE.test(masked)) return FITS
    return TRUNCATED.test(masked) && !CONTENT.test(masked) ? FITS : null
  },
}
