/** Takes a kubelet's text on a failed pull apart: the attempts in it, and for each what was said, without wrapping and names. */

import { httpStatus } from './http-status.ts'
import { maskNames } from './mask-names.ts'
import { completeLastPhrase } from './truncated-phrases.ts'

/** What one attempt to pull ended with. */
export interface PullError {
  /** The text in lower case, names taken out (see maskNames). */
  masked: string
  /** The gRPC code that the runtime gave, such as `NotFound`: a hint where the text tells nothing. */
  grpc: string | null
  /** The HTTP status that was answered, if the text names one. */
  status: number | null
  /** It was the token server that was asked. */
  forToken: boolean
  /** Hosts of the URLs in it. */
  hosts: string[]
  /** The same with its names, as the runtime wrote it. */
  text: string
}

/** The errors of one pull, one for each credential. `fallbackErrors` were not asked for: mirrors, and CRI-O's second try as an artifact. */
export interface PullErrors {
  attempts: PullError[]
  fallbackErrors: PullError[]
}

/** HTTP codes and phrases that are the Docker daemon's or the kubelet's own, not the registry's. */
const WRAPPING = [
  /\(HTTP code \d{3}\) [\w ]{1,30} - /gi,
  /API error \(\d{3}\): /gi,
  /\b\d{3} (?:Server|Client) Error(?:: [\w ]{1,30})? for (?:url: )?http\+docker:\S{1,300}?(?:: [\w ]{1,30}|(?=\s|$))/gi,
  /\b\d{3} (?:Server|Client) Error: [\w ]{1,30} \(/gi,
  /this may be because there are no credentials on this request\.?/gi,
  /Unable to find image '[^']{0,300}' locally/gi,
]
/** Several credentials' errors stand in one list, each beginning the way a runtime's errors do. */
const NEXT_ATTEMPT =
  /, (?=rpc error: code = |failed to pull and unpack image |failed to "StartContainer" for |unable to pull image or OCI artifact|Error response from daemon: |\(Mirrors also failed: |(?:Error )?(?:initializing source |reading manifest |copying system image )|pinging container registry |error pinging docker registry |pull QPS exceeded)/
const ESCAPED = /(?<!\\)\\{1,8}(["'nrt])/g
/** Signs that JSON (as Go writes it) or HTML spell out. */
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
const FOR_TOKEN =
  /failed to (?:fetch|get) (?:anonymous|oauth|auth\w*) ?token|requesting bear(?:er)? token|unable to retrieve auth token/

/** Parses a message of a container's status or of an event. Any text will do. */
export function parsePullErrors(text: string): PullErrors {
  let plain = text
    .replace(ESCAPED_SIGNS, spelt => SIGNS.get(spelt.replace(/^\\+u00|[&;]/g, '').toLowerCase()) ?? ' ')
    .replace(ESCAPED, (_whole, char: string) => (char === '"' || char === "'" ? char : ' '))
    .replace(/\s+/g, ' ')
  for (const wrapping of WRAPPING) plain = plain.replace(wrapping, '')
  const tries = plain.split(NEXT_ATTEMPT).map(attempt => {
    const asRegistry = cut(attempt, MIRRORS.open, MIRRORS.close)
    const asImage = cut(asRegistry.main, AS_ARTIFACT, null)
    return { main: asImage.main, fallbackErrors: [asRegistry.fallback, asImage.fallback] }
  })
  return {
    attempts: tries.map(({ main }) => parseOne(main)),
    fallbackErrors: tries.flatMap(({ fallbackErrors }) =>
      fallbackErrors.filter(fallback => fallback !== '').map(parseOne),
    ),
  }
}

/** Cuts out what stands between the two marks, or behind the first one. */
function cut(text: string, open: string, close: string | null): { main: string; fallback: string } {
  const start = text.indexOf(open)
  const end = start === -1 || close === null ? text.length : text.indexOf(close, start)
  if (start === -1 || end === -1) return { main: text, fallback: '' }
  return {
    main: text.slice(0, start) + text.slice(end + (close?.length ?? 0)),
    fallback: text.slice(start + open.length, end),
  }
}

function parseOne(text: string): PullError {
  const { masked: withoutNames, hosts } = maskNames(text.replace(/rpc error: code = \w+ desc = /gi, ''))
  const masked = completeLastPhrase(withoutNames)
  return {
    masked,
    grpc: /rpc error: code = (\w+)/i.exec(text)?.[1] ?? null,
    status: httpStatus(masked),
    forToken: FOR_TOKEN.test(masked),
    hosts,
    text,
  }
}
