/** Puts text into lines by the width that a terminal gives it, wide and combining characters included. */

import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

/** How many columns a terminal gives the text. */
export const displayWidth = (text: string): number => stringWidth(text)

/** Pads with blanks to a width in columns; longer text stays as it is. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** An image's name with tag and digest is shorter, and so are the names of objects. What is longer is broken like prose. */
const LONGEST_NAME = 512

/**
 * Breaks one line into lines of at most `width` columns, at blanks. A name or URL that is wider stays whole on a line of its own, so
 * that it can still be copied by a double click.
 * @param width without an end for a pipe, where nothing is broken
 * @param indent put before each line, and counted
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  if (width === Number.POSITIVE_INFINITY) return [`${indent}${text}`.trimEnd()]
  const room = Math.max(10, width - stringWidth(indent))
  const hard = text.length > LONGEST_NAME && text.split(' ').some(word => word.length > LONGEST_NAME)
  return wrapAnsi(text, room, { hard })
    .split('\n')
    .map(line => `${indent}${line}`.trimEnd())
}

/** The first `width` columns of a text, with an ellipsis where something is left out. */
export function clip(whole: string, width: number): string {
  // What is far too long is not measured to its end.
  const text = whole.slice(0, 8 * width)
  if (text.length === whole.length && stringWidth(text) <= width) return text
  const [start] = wrapAnsi(text, Math.max(1, width - 1), { hard: true, wordWrap: false, trim: false }).split(
    '\n',
  )
  return `${start}…`
}

/** An ellipsis and the words that still fit behind it in `width` columns: the last word at least, whole. */
export function clipStart(text: string, width: number): string {
  // What is far too long is not measured word by word from its beginning.
  let rest = text.slice(-Math.max(8 * width, LONGEST_NAME))
  while (stringWidth(rest) > width - 2 && rest.includes(' ')) rest = rest.slice(rest.indexOf(' ') + 1)
  return `… ${rest}`
}
