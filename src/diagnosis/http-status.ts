/** Finds the HTTP status that a registry, a token server or a mirror answered with. */

/** What may stand between the word "status" and the number. */
const ASKED =
  '(?: (?:from|for) [^:]{0,80}| returned when fetching(?: [a-z]{1,20}){1,3}| ‹\\w+›| \\[[^\\]]{0,80}\\])?'
const NAMED = new RegExp(
  `\\b(?:http status|http response|status code|statuscode|response code|http code|error code|http error|server error|status|http)${ASKED}[\\s:=("]{1,4}([45]\\d\\d)\\b`,
)
const PHRASES: [number, string][] = [
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
const STATUS_PHRASES = PHRASES.map(
  ([status, phrase]) => [status, new RegExp(`\\b${status}[\\s:)(-]{1,3}${phrase}\\b`)] as const,
)
/** A gateway's own numbers, such as Cloudflare's 520 to 526 and 530. */
const FROM_REGISTRY = /\bfrom registry ([45]\d\d)\b/

/** The status in a text without names; null if it names none. */
export function httpStatus(masked: string): number | null {
  const named = NAMED.exec(masked) ?? FROM_REGISTRY.exec(masked)
  if (named) return Number(named[1])
  return STATUS_PHRASES.find(([, pattern]) => pattern.test(masked))?.[0] ?? null
}
