/** The one sanitizer, which turns foreign text into one harmless, visible line, and on top of it one escaper per sink. */

/**
 * Line breaks (LF, CR, vertical tab, form feed, NEL, line and paragraph separators) with surrounding blanks. A match starts only at the
 * first blank of a run; otherwise, matching would take quadratic time.
 */
const BREAKS = /(?<![ \t])[ \t]*(?:[\n\r\v\f\u0085\u2028\u2029][ \t]*)+/g
/**
 * Characters that a reader can't see or that move other text: controls, format characters (bidi, zero width), private use, lone surrogates,
 * fillers and selectors that draw nothing, noncharacters.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu
/** Blanks that look like a space or wider; all are replaced by a plain space. */
const BLANKS = /[\t\p{Zs}]/gu
/** GitHub and Azure runners execute `##[…]` and `##vso[…]` anywhere in a line, TeamCity `##teamcity[…]`. */
const LOG_COMMAND = /#(?=#\w*\[)/g
/** Matches most text, which needs no further check. */
const HARMLESS = /^[ !"$-~]*$/
/** Like HARMLESS, for JSON with its layout. */
const HARMLESS_JSON = /^[\n !"$-~]*$/

/**
 * Returns one line that shows what the text contains: a line break as ` ⏎ `, an invisible character as its `\u` escape, and no `##[` that
 * a CI runner would execute. The result is safe on a terminal inside a line; {@link guardLines} handles the start of a line.
 */
export function sanitizeLine(text: string): string {
  if (HARMLESS.test(text)) return text.trim()
  return text
    .trim()
    .replace(BREAKS, ' ⏎ ')
    .replace(BLANKS, ' ')
    .trim()
    .replace(UNSEEN, escaped)
    .replace(LOG_COMMAND, '# ')
}

/** GitHub's runner executes a line whose first visible characters are `::`, so this escapes the first colon. */
export function guardLines(output: string): string {
  return output.replace(/^(\s*):(?=:)/gm, '$1\\u003a')
}

/** Escapes characters in JSON text that JSON.stringify leaves unescaped but that a reader or CI runner should not see raw. */
export function escapeInJson(json: string): string {
  if (HARMLESS_JSON.test(json)) return json
  return json.replace(UNSEEN, keptOrInUtf16).replace(LOG_COMMAND, '\\u0023')
}

/** Like escapeInJson, for YAML, where such text is double-quoted; a character beyond U+FFFF becomes one `\\U` escape. */
export function escapeInYaml(yaml: string): string {
  return yaml
    .replace(UNSEEN, character => (character === '\n' ? character : inUtf32(character)))
    .replace(LOG_COMMAND, '\\u0023')
}

/** Whether the text contains anything that would not be displayed unchanged. */
export function hasInvisibleText(text: string): boolean {
  return text.search(UNSEEN) !== -1 || text.search(LOG_COMMAND) !== -1
}

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\u{${point.toString(16)}}` : inUtf16(character)
}

/** Keeps line feeds, which belong to JSON's layout: JSON.stringify escapes them inside strings. */
function keptOrInUtf16(character: string): string {
  return character === '\n' ? character : inUtf16(character)
}

/** Returns each UTF-16 code unit as `\uXXXX`, which JSON understands. */
function inUtf16(character: string): string {
  return character.replace(/[\s\S]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Returns `\uXXXX`, or `\UXXXXXXXX` beyond U+FFFF, which YAML and shells understand. */
function inUtf32(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : inUtf16(character)
}

/** The text of an empty cell, as in kubectl. */
const NONE = '<none>'

/** A cell of plain columns: never empty, and without two consecutive blanks, which separate columns. */
export function cell(text: string | null): string {
  const shown = sanitizeLine(text ?? '').replace(/ {2,}/g, ' ')
  return shown === '' ? NONE : shown
}

/**
 * Prose in Markdown. Escapes HTML and structure; breaks mentions, issue numbers, and bare links with an empty comment, because GitHub and
 * GitLab look for them after resolving backslashes and entities.
 */
export function markdownText(text: string): string {
  return withoutMarker(proseOf(sanitizeLine(text)))
}

/** A sentence in Markdown, outside of tables: prose, in which what stands between backticks can be copied. */
export function markdownSentence(text: string): string {
  const parts = sanitizeLine(text).split(/`([^`]+)`/)
  return withoutMarker(
    parts.map((part, index) => (index % 2 === 0 ? proseOf(part) : codeSpan(part))).join(''),
  )
}

function proseOf(line: string): string {
  return line
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/[@#]|:(?=\/\/)|www(?=\.)/gi, '$&<!-- -->')
}

/** Escapes what would make the line a heading or an item of a list. */
function withoutMarker(line: string): string {
  return line.replace(/^(\d*)([-+=#.)])/, '$1\\$2')
}

/** A name or command in Markdown: a code span, whose content is not interpreted. */
export function markdownCode(text: string): string {
  return codeSpan(sanitizeLine(text))
}

/** The same in a cell of a table, which a pipe would end even in a code span. */
export function markdownCodeCell(text: string): string {
  return markdownCode(text).replaceAll('|', '\\u007c')
}

function codeSpan(line: string): string {
  const ticks = line.match(/`+/g) ?? []
  const fence = '`'.repeat(1 + ticks.reduce((longest, run) => Math.max(longest, run.length), 0))
  const pad = /^`|`$/.test(line) || line === '' ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

const XML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text or an attribute in XML; the sanitizer already escaped the characters that XML 1.0 forbids. */
export function xml(text: string): string {
  return sanitizeLine(text).replace(/[&<>"']/g, mark => XML_ENTITIES[mark] ?? '')
}

/** The message of a GitHub workflow command, with lines joined by the runner's own escape. */
export function workflowMessage(lines: string[]): string {
  return lines.map(line => sanitizeLine(line).replaceAll('%', '%25')).join('%0A')
}

/** A property of a GitHub workflow command, such as its title. */
export function workflowProperty(text: string): string {
  return sanitizeLine(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** What comes along, unseen, when a name is copied from a web page or a chat: zero-width characters and blanks of other widths. */
const COPIED_ALONG = /(?! )\p{Zs}|[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/**
 * A word of a command line for pasting into a shell. `$'…'`, which bash and zsh understand, keeps what was copied along, but never a
 * control character: the terminal would obey it where the command repeats its argument.
 */
export function shellWord(text: string): string {
  if (text.search(COPIED_ALONG) !== -1 && !/\p{Cc}/u.test(text))
    return `$'${sanitizeLine(text.replace(/[\\']/g, inUtf16).replace(COPIED_ALONG, inUtf32))}'`
  const shown = sanitizeLine(text)
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`
}

/**
 * Splits a command line into words as the shell does, leaving each as written: quoted or escaped characters belong to their word. Joined by
 * blanks, the words form the same command.
 */
export function shellWords(command: string): string[] {
  return command.match(/(?:[^\s'"\\]|'[^']*(?:'|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$)|\\(?:[\s\S]|$))+/g) ?? []
}
