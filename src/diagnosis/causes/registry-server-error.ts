/** The registry or its token server answered 5xx, or sent a response that can't be parsed. */

import { type CauseRule, matchesAny } from './cause-rule.ts'

export const serverStatus: CauseRule<'registry-server-error'> = {
  cause: 'registry-server-error',
  matches: ({ masked, status, forToken }) =>
    status !== null &&
    (status >= 500 ||
      // A token endpoint that does not allow the method is a wrong or broken one.
      (forToken && status === 405 && !/\bdenied\b/.test(masked)) ||
      UNREACHED_BEHIND.test(masked) ||
      (MISSING.includes(status) && (isPage(masked) || NOT_A_REGISTRY.test(masked)))),
}

/** An answer, of whatever status, with the server's own failure to reach what is behind it (DaoCloud/public-image-mirror#283). */
export const UNREACHED_BEHIND =
  /(?:\berror parsing http \d{3} response body: [^"]{0,80}"|\bstatuscode: \d{3}, ")(?:[^"\\]|\\.){0,160}?\b(?:dial tcp|connection refused|no such host|no route to host)\b/i
const MISSING = [404, 410]
/**
 * containers/image begins every pull with a request for /v2/, which registries answer with 200 or 401; older versions then tried /v1/, too.
 * Nexus answers so outside of its connectors for Docker, and Kong where it has no route.
 */
export const NOT_A_REGISTRY =
  /\bnot a docker request\b|\bno route matched with those values\b|\bhttp method \w{1,10} is not supported by this url\b|\bpinging (?:container|docker) registry \S{1,300}:.{0,80}\b404\b|\bcan't talk to a v1 (?:container|docker) registry\b/i
/** Pages of web servers and ingresses, and what is not JSON. */
const PAGE =
  /<!?(?:doctype|html)\b|\binvalid character .{1,12} (?:looking for beginning of|after) |\bdefault backend - 404\b|\b404 page not found\b/

/** How aiohttp, on which Pulp's registry is built, says in plain text that it has no such manifest (theforeman/forklift#1224). */
const PLAIN_MISSING = /\berror parsing http 404 response body: .{0,80}\b404: not found\b/

/** Whether the answer is one that no registry sends: nothing is known of the image then. @param masked see maskNames */
export function isPage(masked: string): boolean {
  return PAGE.test(masked) && !PLAIN_MISSING.test(masked)
}

/** Nexus has blocked the upstream of a repository, because it failed or by hand. */
export const UPSTREAM_BLOCKED = /\bremote (?:auto|manually) blocked\b/i

/** Google's registries, of a token that was made out for another repository (kubernetes/kubernetes#27451). */
export const TOKEN_OF_OTHER = /\brepository does not match bearer token\b/i

const BROKEN = [
  /\binternal (?:server )?error\b|\bbad gateway\b|\bservice (?:temporarily )?unavailable\b|\bgateway time-?out\b/,
  /\binvalid character .{1,12} (?:looking for beginning of|after|in) /,
  /\bunexpected end of json input\b|\berror parsing http \d{3} response\b|\berror unmarshall?ing content\b/,
  /\bmalformed http (?:response|status|version)\b|\bunknown: unknown(?: error)?\b/,
  /\bcannot unmarshal\b|\bmissing .{0,40}\bheader\b.{0,40}\bresponse\b|\bmissing (?:or empty )?‹name› header\b/,
  /\b(?:unable to decode|failed to decode|error decoding|decoding) (?:bearer )?(?:token|response|manifest|body)\b|\breports content size of zero\b/,
  /\bstopped after \d+ redirects\b|\btoo many redirects\b/,
  // An answer that asks for a token without saying where or for what (containers/image).
  /\bmissing realm in bearer auth challenge\b|\berror parsing auth scope\b/,
  NOT_A_REGISTRY,
  TOKEN_OF_OTHER,
  // A redirect without an address, which net/http does not follow.
  /\bunexpected status\b.{1,60}: 30\d (?:found|moved permanently|see other|not modified|(?:temporary|permanent) redirect)\b/,
  // containerd (core/remotes/docker): a challenge, a token, a range, an encoding, or a digest that does not fit the request.
  /\bno location header in response\b|\bfailed to parse location header\b|\bresponse headers exceeded\b/,
  /\bno realm specified for token\b|\btoken auth challenge realm\b|\bdid not include a token\b|\bin header not a valid digest\b/,
  /\bunsupported ‹name› algorithm: |\bunhandled content range\b|\bunable to discard to offset\b|\bfailed open: (?:gzip|flate|zstd|magic number)\b/,
  UPSTREAM_BLOCKED,
  // Azure Container Registry, for a source that gave no proper answer (Azure/acr#891, #892).
  /\bfor cache rule ‹name› (?:has failed|returned status code \d+)\b/,
]

export const brokenAnswer: CauseRule<'registry-server-error'> = {
  cause: 'registry-server-error',
  // 412 is a registry's own condition, in whatever words.
  matches: ({ masked, status }) => status !== 412 && matchesAny(masked, BROKEN),
}
