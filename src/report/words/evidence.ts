/** Finds the telling end of an error: runtimes wrap a reason, clause by clause, in what they were doing, and state the reason last. */

/** Clauses that only repeat that an image was being pulled, which the report already says. */
const WRAPPER =
  /^(?:(?:Failed to pull|Back-off pulling|failed to pull(?: and unpack)?|failed to resolve(?: reference)?|error pulling|unable to pull)\b.*|(?:Err)?ImagePull(?:BackOff)?|rpc error|code = \w+ desc = (?:failed to|error pulling|unable to|Error response from daemon).*|Error response from daemon|failed to (?:copy|do request|read|fetch)|httpReadSeeker|failed open|dial (?:tcp|udp)[46]?|unexpected status code\b.*|(?:initializing source|pinging container registry|reading manifest)\b.*)$/

/** A request and its host; redundant if the reason also names that host. */
const REQUEST = /^(?:Get|Head|Post) "https?:\/\/([^/":]+)[^"]*"$/

/** A last clause shorter than this, such as `unknown` or `not found`, is incomplete. */
const SHORTEST = 12

/** What ends a clause that says what the next one is of: Docker's words before a body that is not JSON, whose status decides the cause. */
const OF_BODY = /(?:response body|looking for beginning of value)$/

/** A status as Rust prints it, such as that of a guest that pulls by itself: its message is the error, and what follows says nothing. */
const RUST_STATUS = { open: /\bStatus \{ code: \w{1,40}, message: "/, close: /",[\s⏎]{0,10}details: \[/ }

/** A request with its complete URL; if it is too long, the clause before it is more useful. */
const STATUS_OF_REQUEST = /^unexpected status from [A-Z]+ request to https?:\S+$/

/**
 * Returns the last clauses of an error, as many as fit, without clauses that only wrap them; an ellipsis marks omitted text.
 * @param fits whether there is room for this much; the last clause is never dropped, however long
 */
export function tellingEnd(text: string, fits: (end: string) => boolean): string {
  const clauses = clausesOf(messageOf(text))
  const from = (start: number) => (start === 0 ? text : `… ${clauses.slice(start).join(': ')}`)
  let start = clauses.length - 1
  while (start > 0 && (from(start).length < SHORTEST || fits(from(start - 1)))) start -= 1
  while (start < clauses.length - 1 && isWrapper(clauses.slice(start))) start += 1
  const [before = '', asked = ''] = clauses.slice(Math.max(0, start - 2), start)
  const longer = `… ${before}: ${from(start)}`
  return STATUS_OF_REQUEST.test(asked) && !WRAPPER.test(before) && fits(longer) ? longer : from(start)
}

function isWrapper([first = '', ...rest]: string[]): boolean {
  const host = REQUEST.exec(first)?.[1]
  return WRAPPER.test(first) || (host !== undefined && rest.join(': ').includes(host))
}

/** Returns the text up to the end of the message of such a status, and without its quotes, within which nothing is split. */
function messageOf(text: string): string {
  const open = RUST_STATUS.open.exec(text)
  const close = RUST_STATUS.close.exec(text)
  if (open === null || close === null || close.index < open.index) return text
  const start = open.index + open[0].length
  return text.slice(0, start - 1) + text.slice(start, close.index)
}

/** Splits at each colon that is followed by a blank, except inside double quotes. */
function clausesOf(text: string): string[] {
  const clauses: string[] = []
  let begin = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"' && text[at - 1] !== '\\') quoted = !quoted
    if (quoted || text[at] !== ':' || text[at + 1] !== ' ') continue
    if (OF_BODY.test(text.slice(Math.max(begin, at - 30), at))) continue
    clauses.push(text.slice(begin, at))
    begin = at + 2
  }
  return [...clauses, text.slice(begin)]
}
