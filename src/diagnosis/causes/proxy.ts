/** The HTTP or SOCKS proxy between the node and the registry failed. */

import type { ProxyAnswer } from '../clues/clue-on-way.ts'
import { ruleOf } from './cause-rule.ts'

/** Go reports a refused or redirected CONNECT as a status phrase after the URL; a registry's status has its number, too. */
const REFUSED_CONNECT =
  /‹url›[.?]{0,6}["']?: (?:forbidden|bad gateway|service unavailable|gateway time-?out|bad request|method not allowed|internal server error|moved permanently|found|see other|(?:temporary|permanent) redirect)[\s"'`)\]}.,]{0,8}(?:$|\w+=)/

/** The proxy demands a login of its own, or refuses the one that it got. */
export const PROXY_LOGIN =
  /\bproxy authentication (?:is )?required\b|\bauthenticationrequired\b|\b407\b.{0,20}\bproxy\b/i

export const proxy = ruleOf(
  'proxy',
  /\bproxyconnect\b/,
  PROXY_LOGIN,
  /\bproxy: (?:unknown|unsupported) scheme\b|\binvalid proxy (?:url|address)\b/,
  /\bsocks connect\b|\bhttp connect (?:tunnel|proxy)\b|\btunneling socket\b/,
  // "http: proxy error" is in the log of a reverse proxy, such as that of a mirror (net/http/httputil).
  /\b(?:connect|connection|connecting) to (?:the )?proxy\b|(?<!\bhttp: )\bproxy (?:error|server|refused)\b|\bfrom proxy\b/,
  REFUSED_CONNECT,
)

/** What ends a text of Go's: the status phrase that a proxy answered to CONNECT, or the reply of a SOCKS proxy (golang.org/x/net/internal/socks). */
const ANSWERS: readonly [ProxyAnswer, RegExp][] = [
  ['forbidden', /: forbidden[\s"'`)\]}.,]{0,8}(?:$|\w+=)|\bconnection not allowed by ruleset\b/i],
  [
    'unreached',
    /: (?:bad gateway|service unavailable|gateway time-?out)[\s"'`)\]}.,]{0,8}(?:$|\w+=)|\bunknown error (?:network unreachable|host unreachable|connection refused|TTL expired)\b/i,
  ],
]

/** What the answer of a proxy that was reached says of the host that it was asked for; null if the text has no such answer. */
export function proxyAnswer(text: string): ProxyAnswer | null {
  return ANSWERS.find(([, pattern]) => pattern.test(text))?.[0] ?? null
}
