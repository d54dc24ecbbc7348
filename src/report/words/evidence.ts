/** The telling end of an error: runtimes wrap a reason in what they were about to do, clause by clause, and state the reason last. */

/** What only repeats that an image was being pulled, which the report states already. */
const WRAPPER =
  /^(?:(?:Failed to pull|Back-off pulling|failed to pull(?: and unpack)?|failed to resolve(?: reference)?|error pulling|unable to pull)\b.*|(?:Err)?ImagePull(?:BackOff)?|rpc error|code = \w+ desc = (?:failed to|error pulling|unable to|Error response from daemon).*|Error response from daemon|failed to (?:copy|do request|read|fetch)|httpReadSeeker|failed open|dial (?:tcp|udp)[46]?|unexpected status code\b.*|(?:initializing source|pinging container registry|reading manifest)\b.*)$/

/** The request that failed, with its host; it tells nothing more where the reason names that host again. */
const REQUEST = /^(?:Get|Head|Post) "https?:\/\/([^/":]+)[^"]*"$/

/** A last clause this short, such as `unknown` or `not found`, is only half a reason. */
const SHORTEST = 12

/** What was asked, with all of its URL: where that is too long, what precedes tells more. */
const ASKED = /^unexpected status from [A-Z]+ request to https?:\S+$/

/**
 * The last clauses of an error, as many as fit, without those that only wrap them; an ellipsis stands for what is missing.
 * @param fits whether there is room for this much; the last clause is never dropped, however long
 */
export function tellingEnd(text: string, fits: (end: string) => boolean): string {
  const clauses = clausesOf(text)
  const from = (start: number) => (start === 0 ? text : `… ${clauses.slice(start).join(': ')}`)
  let start = clauses.length - 1
  while (start > 0 && (from(start).length < SHORTEST || fits(from(start - 1)))) start -= 1
  while (start < clauses.length - 1 && isWrapper(clauses.slice(start))) start += 1
  const [before = '', asked = ''] = clauses.slice(Math.max(0, start - 2), start)
  const longer = `… ${before}: ${from(start)}`
  return ASKED.test(asked) && !WRAPPER.test(before) && fits(longer) ? longer : from(start)
}

function isWrapper([first = '', ...rest]: string[]): boolean {
  const host = REQUEST.exec(first)?.[1]
  return WRAPPER.test(first) || (host !== undefined && rest.join(': ').includes(host))
}

/** Cut at each colon that a blank follows, but not inside double quotes. */
function clausesOf(text: string): string[] {
  const clauses: string[] = []
  let begin = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"' && text[at - 1] !== '\\') quoted = !quoted
    if (quoted || text[at] !== ':' || text[at + 1] !== ' ') continue
    clauses.push(text.slice(begin, at))
    begin = at + 2
  }
  return [...clauses, text.slice(begin)]
}
