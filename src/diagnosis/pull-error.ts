/** Takes a kubelet's text on a failed pull apart: the attempts in it, and for each what was said, without wrapping and names. */

import { httpStatus } from './http-status.ts'
import { nameless } from './nameless.ts'

/** What one attempt to pull ended with. */
export interface PullError {
  /** The text in lower case, names taken out (see nameless). */
  said: string
  /** The gRPC code that the runtime gave, such as `NotFound`: a hint where the text tells nothing. */
  grpc: string | null
  /** The HTTP status that was answered, if the text names one. */
  status: number | null
  /** It was the token server that was asked. */
  forToken: boolean
  /** Hosts of the URLs in it. */
  hosts: string[]
}

/** The attempts of one pull: one for each credential, and those at mirrors before the registry itself was asked. */
export interface PullErrors {
  attempts: PullError[]
  mirrors: PullError[]
}

/** HTTP codes and phrases that are the Docker daemon's or the kubelet's own, not the registry's. */
const WRAPPING = [
  /\(HTTP code \d{3}\) [\w ]{1,30} - /gi,
  /API error \(\d{3}\): /gi,
  /\b\d{3} (?:Server|Client) Error(?: for \S{1,300})?: [\w ]{1,30} \(/gi,
  /this may be because there are no credentials on this request\.?/gi,
  /Unable to find image '[^']{0,300}' locally/gi,
]
/** Several credentials' errors stand in one list, each beginning the way a runtime's errors do. */
const NEXT_ATTEMPT =
  /, (?=rpc error: code = |failed to pull and unpack image |failed to "StartContainer" for |unable to pull image or OCI artifact|Error response from daemon: |initializing source |reading manifest |pinging container registry |pull QPS exceeded)/
const ESCAPED = /(?<!\\)\\{1,8}(["'nrt])/g
const MIRRORS = '(Mirrors also failed: ['
const FOR_TOKEN =
  /failed to (?:fetch|get) (?:anonymous|oauth|auth\w*) ?token|requesting bear(?:er)? token|unable to retrieve auth token/

/** Parses a message of a container's status or of an event. Any text will do. */
export function parsePullErrors(text: string): PullErrors {
  let plain = text.replace(ESCAPED, (_whole, char: string) => (char === '"' || char === "'" ? char : ' '))
  for (const wrapping of WRAPPING) plain = plain.replace(wrapping, '')
  const { primary, mirrors } = splitMirrors(plain)
  return {
    attempts: primary.split(NEXT_ATTEMPT).map(parseOne),
    mirrors: mirrors === '' ? [] : [parseOne(mirrors)],
  }
}

/** `(Mirrors also failed: [mirror: why]): registry: why`, as containers/image writes it. */
function splitMirrors(text: string): { primary: string; mirrors: string } {
  const start = text.indexOf(MIRRORS)
  const end = start === -1 ? -1 : text.indexOf(']):', start)
  if (end === -1) return { primary: text, mirrors: '' }
  return {
    primary: text.slice(0, start) + text.slice(end + ']):'.length),
    mirrors: text.slice(start + MIRRORS.length, end),
  }
}

function parseOne(text: string): PullError {
  const { said, hosts } = nameless(text.replace(/rpc error: code = \w+ desc = /gi, ''))
  return {
    said,
    grpc: /rpc error: code = (\w+)/i.exec(text)?.[1] ?? null,
    status: httpStatus(said),
    forToken: FOR_TOKEN.test(said),
    hosts,
  }
}
