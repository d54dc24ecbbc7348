/** The one sanitizer: turns text from a cluster or a registry into one harmless, visible line. Every escaper starts with it. */

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
  const inYaml = (character: string) => {
    const point = character.codePointAt(0) ?? 0
    return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : keptOrInUtf16(character)
  }
  return yaml.replace(UNSEEN, inYaml).replace(LOG_COMMAND, '\\u0023')
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
