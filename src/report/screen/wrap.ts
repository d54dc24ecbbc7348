/** Breaks text into lines by its displayed width, including wide and combining characters. */

import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

/** Returns the number of terminal columns that the text takes. */
export const displayWidth = (text: string): number => stringWidth(text)

/** Pads with blanks to a width in columns; longer text is unchanged. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** Longer than any image name with tag and digest, and than object names. Longer words are broken like prose. */
const LONGEST_NAME = 512

/**
 * Breaks one line at blanks into lines of at most `width` columns. A wider name or URL stays whole on its own line, so that a double click
 * can select it.
 * @param width infinite for a pipe, where nothing is broken
 * @param indent put before each line, and included in its width
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  if (width === Number.POSITIVE_INFINITY) return [`${indent}${text}`.trimEnd()]
  const room = Math.max(10, width - stringWidth(indent))
  const hard = text.length > LONGEST_NAME && text.split(' ').some(word => word.length > LONGEST_NAME)
  return wrapAnsi(text, room, { hard })
    .split('\n')
    .map(line => `${indent}${line}`.trimEnd())
}

/** Returns the first `width` columns of a text, with an ellipsis if something is cut. */
export function clip(whole: string, width: number): string {
  // Avoids measuring very long text to its end.
  const text = whole.slice(0, 8 * width)
  if (text.length === whole.length && stringWidth(text) <= width) return text
  const [start] = wrapAnsi(text, Math.max(1, width - 1), { hard: true, wordWrap: false, trim: false }).split(
    '\n',
  )
  return `${start}…`
}

/** Returns an ellipsis and the last words that fit `width` columns; always at least the last word, whole. */
export function clipStart(text: string, width: number): string {
  // Avoids measuring very long text word by word from its beginning.
  let rest = text.slice(-Math.max(8 * width, LONGEST_NAME))
  while (stringWidth(rest) > width - 2 && rest.includes(' ')) rest = rest.slice(rest.indexOf(' ') + 1)
  return `… ${rest}`
}
