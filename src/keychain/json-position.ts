/** Says where a JSON text breaks. The engine's own message quotes the text, and these texts hold passwords. */

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?))/y

type Expectation = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close' | 'end'

/** The text as JSON, or the place (from 1) of the first thing that is not JSON. */
export function parseJson(text: string): { value: unknown } | { line: number; column: number } {
  try {
    return { value: JSON.parse(text) }
  } catch {
    const offset = errorOffset(text)
    const before = text.slice(0, offset).split('\n')
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
  }
}

/** Where the first token sits that the JSON grammar does not allow; the text's length where it just ends too early. */
function errorOffset(text: string): number {
  const open: string[] = []
  let expected: Expectation = 'value'
  let offset = 0
  while (true) {
    TOKEN.lastIndex = offset
    const match = TOKEN.exec(text)
    const start = offset + (/^[ \t\r\n]*/.exec(text.slice(offset))?.[0].length ?? 0)
    if (match === null) return start
    const next = step(expected, match, open)
    if (next === null) return start
    expected = next
    offset = TOKEN.lastIndex
  }
}

/** What may follow this token, or null if the token may not be here. */
function step(expected: Expectation, match: RegExpExecArray, open: string[]): Expectation | null {
  const [, mark, string] = match
  const wantsValue = expected === 'value' || expected === 'value-or-close'
  if (mark === '{' || mark === '[') {
    if (!wantsValue) return null
    open.push(mark)
    return mark === '{' ? 'key-or-close' : 'value-or-close'
  }
  if (mark === '}' || mark === ']') {
    const closes =
      expected === 'comma-or-close' || expected === (mark === '}' ? 'key-or-close' : 'value-or-close')
    return closes && open.pop() === (mark === '}' ? '{' : '[') ? afterValue(open) : null
  }
  if (mark === ':') return expected === 'colon' ? 'value' : null
  if (mark === ',') return expected === 'comma-or-close' ? (open.at(-1) === '{' ? 'key' : 'value') : null
  if (expected === 'key' || expected === 'key-or-close') return string === undefined ? null : 'colon'
  return wantsValue ? afterValue(open) : null
}

function afterValue(open: string[]): Expectation {
  return open.length === 0 ? 'end' : 'comma-or-close'
}
