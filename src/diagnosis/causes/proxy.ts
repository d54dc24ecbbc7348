/** The HTTP or SOCKS proxy between the node and the registry failed. */

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
