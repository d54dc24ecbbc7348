/** Lines of a text by the offset of a character in them, with the line breaks of Unix and Windows. */

/** The beginning of the run of comment lines, as far indented, that ends at this line. */
export function aboveComments(lineStart: number, indent: number, text: string): number {
  let start = lineStart
  while (start > 0) {
    const before = startOfLine(start - 1, text)
    const line = text.slice(before, start)
    if (!new RegExp(`^ {${indent}}#`).test(line)) break
    start = before
  }
  return start
}

export function startOfLine(offset: number, text: string): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The end of the line, before its line break. */
export function lineEnd(offset: number, text: string): number {
  const found = text.slice(offset).search(/\r?\n/)
  return found === -1 ? text.length : offset + found
}

/** As the line that ends behind this offset has it, or the first of the text. */
export function lineBreakAt(offset: number, text: string): string {
  const rest = text.indexOf('\n', offset)
  const found = rest === -1 ? text.indexOf('\n') : rest
  return found > 0 && text[found - 1] === '\r' ? '\r\n' : '\n'
}
