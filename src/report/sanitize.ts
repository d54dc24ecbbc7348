/** The one sanitizer: text of a cluster or a registry becomes one harmless, visible line. Every sink's escaper starts here. */

/** Blanks around any line break, begun with the first of them, for else a run of blanks is gone through from each: LF, CR, vertical tab, form feed, NEL, line and paragraph separator. */
const BREAKS = /(?<![ \t])[ \t]*(?:[\n\r\v\f\u0085\u2028\u2029][ \t]*)+/g
/**
 * What a reader can't see or what moves other text: controls, format characters (bidi, zero width), private use, lone
 * surrogates, fillers and selectors that draw nothing, noncharacters.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu
/** Blanks that look like a space or wider; only the plain one is kept. */
const BLANKS = /[\t\p{Zs}]/gu
/** GitHub and Azure runners obey `##[…]` and `##vso[…]` anywhere in a line, TeamCity `##teamcity[…]`. */
const LOG_COMMAND = /#(?=#\w*\[)/g
/** Most text by far is this, and needs no second look. */
const HARMLESS = /^[ !"$-~]*$/
/** The same of JSON with its layout. */
const HARMLESS_JSON = /^[\n !"$-~]*$/

/**
 * One line that shows what the text holds: a line break as ` ⏎ `, an unseen character as its `\u` escape, and no
 * `##[` that a CI runner would obey. The result is safe on a terminal inside a line; its start is {@link guardLines}' work.
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

/** GitHub's runner obeys a line whose first visible characters are `::`; such a line gets its first colon spelled out. */
export function guardLines(output: string): string {
  return output.replace(/^(\s*):(?=:)/gm, '$1\\u003a')
}

/** Escapes, for JSON text, whatever JSON.stringify lets through that a reader or a CI runner should not meet raw. */
export function escapeInJson(json: string): string {
  if (HARMLESS_JSON.test(json)) return json
  return json.replace(UNSEEN, keptOrInUtf16).replace(LOG_COMMAND, '\\u0023')
}

/** The same for YAML, where such text stands in double quotes; there a character beyond U+FFFF is one `\\U` escape. */
export function escapeInYaml(yaml: string): string {
  const inYaml = (character: string) => {
    const point = character.codePointAt(0) ?? 0
    return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : keptOrInUtf16(character)
  }
  return yaml.replace(UNSEEN, inYaml).replace(LOG_COMMAND, '\\u0023')
}

/** Whether the text holds anything that would not be shown as it is. */
export function hasInvisibleText(text: string): boolean {
  return text.search(UNSEEN) !== -1 || text.search(LOG_COMMAND) !== -1
}

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\u{${point.toString(16)}}` : inUtf16(character)
}

/** The line feeds between JSON's lines are the layout's own: inside a string JSON.stringify has escaped them. */
function keptOrInUtf16(character: string): string {
  return character === '\n' ? character : inUtf16(character)
}

/** Each UTF-16 unit as `\uXXXX`: what JSON understands. */
function inUtf16(character: string): string {
  return character.replace(/[\s\S]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
