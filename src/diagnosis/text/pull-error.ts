/** Parses a kubelet's message about a failed pull into attempts, each with its HTTP status and its text, unwrapped and masked. */

import { maskNames } from './mask-names.ts'

/** What one attempt to pull ended with. */
export interface PullError {
  /** The text in lower case, with its names masked (see maskNames). */
  masked: string
  /** The runtime's gRPC code, such as `NotFound`: used if no rule recognizes the text. */
  grpc: string | null
  /** The HTTP status in the text; null if there is none. */
  status: number | null
  /** Whether the request was for a token. */
  forToken: boolean
  /** The hosts of the URLs in the text, without ports. */
  hosts: string[]
  /** The text as the runtime wrote it, with its names. */
  text: string
  /** It is from containers/image's list of mirrors that failed. */
  ofMirror: boolean
}

/** The errors of one pull. `attempts`: one per credential. `fallbackErrors`: from mirrors, and CRI-O's second attempt as an artifact. */
interface PullErrors {
  attempts: PullError[]
  fallbackErrors: PullError[]
}

/** Status codes and phrases of the Docker daemon or the kubelet, which are not the registry's. */
const WRAPPING = [
  /\(HTTP code \d{3}\) [\w ]{1,30} - /gi,
  /API error \(\d{3}\): /gi,
  /\b\d{3} (?:Server|Client) Error(?:: [\w ]{1,30})? for (?:url: )?http\+docker:\S{1,300}?(?:: [\w ]{1,30}|(?=\s|$))/gi,
  /\b\d{3} (?:Server|Client) Error: [\w ]{1,30} \(/gi,
  /this may be because there are no credentials on this request\.?/gi,
  /Unable to find image '[^']{0,300}' locally/gi,
  // Azure Resource Manager's answer to a virtual kubelet, as its old and its new client write it: no registry was asked there.
  /\bapi call to https:\/\/management\.\S{1,600}: got HTTP response status code \d{3} error code /gi,
  /\b(?:PUT|POST|PATCH|GET) https:\/\/management\.\S{1,600} -{1,200} RESPONSE \d{3}: \d{3} [\w ]{1,40} ERROR CODE: /gi,
  // The API server's words for any error of an import.
  /Internal error occurred: /gi,
]
/** containers/image, on how it tried to go on after the error before it: only the URL counts, which shows where the download came from. */
const RECONNECTING =
  / \((?:while|after) reconnecting\b(?:[^()"]{0,200}"(https?:[^\s"()]{1,2000})")?[^()]{0,600}\)/gi
/** Errors of several credentials are joined with commas; each starts like a runtime's error. */
const NEXT_ATTEMPT =
  /, (?=rpc error: code = |failed to pull and unpack image |failed to "StartContainer" for |unable to pull image or OCI artifact|Error response from daemon: |\(Mirrors also failed: |(?:Error )?(?:initializing source |reading manifest |copying system image )|pinging container registry |error pinging docker registry |pull QPS exceeded)/
const ESCAPED = /(?<!\\)\\{1,8}(["'nrt])/g
/** Characters as JSON (written by Go) or HTML escape them. */
const ESCAPED_SIGNS = /\\{1,8}u00(?:22|26|27|3c|3e)|&(?:quot|#34|apos|#39|amp|lt|gt);/gi
const SIGNS = new Map(
  Object.entries({
    '"': '22 quot #34',
    "'": '27 apos #39',
    '&': '26 amp',
    '<': '3c lt',
    '>': '3e gt',
  }).flatMap(([sign, spellings]) => spellings.split(' ').map(spelling => [spelling, sign] as const)),
)
/** `(Mirrors also failed: [mirror: why]): registry: why`, as containers/image writes it. */
const MIRRORS = { open: '(Mirrors also failed: [', close: ']):' }
/** `pull image err: why; artifact err: why`, as CRI-O writes it since 1.33. */
const AS_ARTIFACT = '; artifact err: '
/** Words of runtimes that were asking for a token (containerd, containers/image). */
const FOR_TOKEN =
  /failed to (?:fetch|get) (?:anonymous|oauth|auth\w*) ?token|requesting bear(?:er)? token|unable to retrieve auth token|failed to authorize/i

/** Whether the runtime was asking for a token. @param text masked or not */
export function asksForToken(text: string): boolean {
  return FOR_TOKEN.test(text)
}

/** Parses the message of a container's status or of an event. Never throws. */
export function parsePullErrors(text: string): PullErrors {
  let plain = text
    .replace(ESCAPED_SIGNS, spelt => SIGNS.get(spelt.replace(/^\\+u00|[&;]/g, '').toLowerCase()) ?? ' ')
    .replace(ESCAPED, (_whole, char: string) => (char === '"' || char === "'" ? char : ' '))
    .replace(/\s+/g, ' ')
  plain = plain.replace(RECONNECTING, (_whole, url?: string) => (url === undefined ? '' : ` ("${url}")`))
  for (const wrapping of WRAPPING) plain = plain.replace(wrapping, '')
  const tries = plain.split(NEXT_ATTEMPT).map(attempt => {
    const asRegistry = cut(attempt, MIRRORS.open, MIRRORS.close)
    const asImage = cut(asRegistry.main, AS_ARTIFACT, null)
    const errorIn = (part: string, ofMirror: boolean) => (part === '' ? [] : [parseOne(part, ofMirror)])
    return {
      attempt: parseOne(asImage.main, false),
      fallbackErrors: [...errorIn(asRegistry.fallback, true), ...errorIn(asImage.fallback, false)],
    }
  })
  return {
    attempts: tries.map(({ attempt }) => attempt),
    fallbackErrors: tries.flatMap(({ fallbackErrors }) => fallbackErrors),
  }
}

/** Whether the text joins the errors of several attempts, one for each login. */
export function hasSeveralAttempts(text: string): boolean {
  return NEXT_ATTEMPT.test(text)
}

/** One error of such a list, without what surrounds the list. */
export function withoutList(text: string): string {
  return text.replace(/^(?:[^[]{1,600}: )?\[(?=rpc error|failed to |unable to )/, '').replace(/\]$/, '')
}

/** Separates the text between the two markers (to the end without a second one) from the rest. */
function cut(text: string, open: string, close: string | null): { main: string; fallback: string } {
  const start = text.indexOf(open)
  if (start === -1) return { main: text, fallback: '' }
  // A text that was cut off before the second marker ends within the separated part.
  const found = close === null ? -1 : text.indexOf(close, start)
  const end = found === -1 ? text.length : found
  return {
    main: text.slice(0, start) + text.slice(end + (close?.length ?? 0)),
    fallback: text.slice(start + open.length, end),
  }
}

function parseOne(text: string, ofMirror: boolean): PullError {
  const { masked: withoutNames, hosts } = maskNames(text.replace(/rpc error: code = \w+ desc = /gi, ''))
  const masked = completeLastPhrase(withoutNames)
  return {
    masked,
    grpc: /rpc error: code = (\w+)/i.exec(text)?.[1] ?? null,
    status: httpStatus(masked),
    forToken: asksForToken(masked),
    hosts,
    text,
    ofMirror,
  }
}

/**
 * Phrases that identify a cause, to complete messages that an event or a log truncated. Of two with the same start, the more frequent
 * one comes first.
 */
const PHRASES = [
  'i/o timeout',
  'tls handshake timeout',
  'connection refused',
  'connection reset by peer',
  'connection timed out',
  'no such host',
  'no route to host',
  'network is unreachable',
  'certificate signed by unknown authority',
  'server gave http response to https client',
  'no space left on device',
  'no match for platform',
  'too many requests',
  'toomanyrequests',
  'unauthorized',
  'forbidden',
  'authentication required',
  'not found',
  'internal server error',
  'service unavailable',
  'bad gateway',
  'gateway timeout',
  'unexpected eof',
  'context deadline exceeded',
  'context canceled',
]
/** The truncated endings that are completed: a phrase up to and including at least two letters of its last word. */
const ENDINGS = PHRASES.flatMap(phrase => {
  const lastWord = phrase.lastIndexOf(' ') + 1
  const least = Math.max(6, lastWord + 2)
  return Array.from({ length: phrase.length - least }, (_, more) => ({ phrase, length: least + more }))
})

/** The text with its last phrase completed. Expects lower case. */
export function completeLastPhrase(masked: string): string {
  for (const { phrase, length } of ENDINGS) {
    if (masked.endsWith(` ${phrase.slice(0, length)}`)) return masked + phrase.slice(length)
  }
  return masked
}

/** What may be between the word "status" and the number. */
const BETWEEN =
  '(?: (?:from|for) [^:]{0,80}| returned when fetching(?: [a-z]{1,20}){1,3}| ‹\\w+›| \\[[^\\]]{0,80}\\])?'
const STATUS_NUMBER = new RegExp(
  `\\b(?:http status|http response|status code|statuscode|response code|http code|error code|http error|server error|status|http)${BETWEEN}[\\s:=("]{1,4}([45]\\d\\d)\\b`,
)
const STATUS_TEXTS: [number, string][] = [
  [400, 'bad request'],
  [401, 'unauthori[sz]ed'],
  [402, 'payment required'],
  [403, 'forbidden'],
  [404, '(?:page )?not found'],
  [405, 'method not allowed'],
  [406, 'not acceptable'],
  [407, 'proxy authentication required'],
  [408, 'request time-?out'],
  [410, 'gone'],
  [412, 'precondition failed'],
  [429, 'too many requests'],
  [451, 'unavailable for legal reasons'],
  [500, 'internal server error'],
  [502, 'bad gateway'],
  [503, 'service (?:temporarily )?unavailable'],
  [504, 'gateway time-?out'],
]
const STATUS_PHRASES = STATUS_TEXTS.map(
  ([status, phrase]) => [status, new RegExp(`\\b${status}[\\s:)(-]{1,3}${phrase}\\b`)] as const,
)
/** Nonstandard codes of gateways, such as Cloudflare's 520 to 526 and 530. */
const FROM_REGISTRY = /\bfrom registry ([45]\d\d)\b/

/** The HTTP status in a masked text; null if there is none. */
function httpStatus(masked: string): number | null {
  const named = STATUS_NUMBER.exec(masked) ?? FROM_REGISTRY.exec(masked)
  if (named) return Number(named[1])
  return STATUS_PHRASES.find(([, pattern]) => pattern.test(masked))?.[0] ?? null
}
