/** The telling end of an error: runtimes wrap a reason in what they were about to do, clause by clause, and state the reason last. */

/** What only repeats that an image was being pulled, which the report states already. */
const WRAPPER =
  /^(?:(?:Failed to pull|Back-off pulling|failed to pull(?: and unpack)?|failed to resolve(?: reference)?|error pulling|unable to pull)\b.*|(?:Err)?ImagePull(?:BackOff)?|rpc error|code = \w+ desc = (?:failed to|error pulling|unable to|Error response from daemon).*|Error response from daemon|failed to (?:copy|do request|read|fetch)|httpReadSeeker|failed open|unexpected status code\b.*|(?:initializing source|pinging container registry|reading manifest)\b.*)$/

/**
 * The last clauses of an error, as many as fit, without those that only wrap them; an ellipsis stands for what is missing.
 * @param room columns; the last clause is never dropped, however long
 */
export function tellingEnd(text: string, room: number): string {
  const clauses = clausesOf(text)
  let start = clauses.length - 1
  let length = clauses[start]?.length ?? 0
  while (start > 0) {
    length += (clauses[start - 1]?.length ?? 0) + 2
    if (length > room - 2) break
    start -= 1
  }
  while (start < clauses.length - 1 && WRAPPER.test(clauses[start] ?? '')) start += 1
  return start === 0 ? text : `… ${clauses.slice(start).join(': ')}`
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
