/** What an image's name alone gives away: a value never filled in, a number without quotes, a URL's scheme. */

import type { Clue } from './clues.ts'

/** What stands in the name where a value belongs: variables, template braces, angle brackets, or a word that says so. */
const UNFILLED =
  /\$\{?\w|\$\(|\{\{|\}\}|\{\w+\}|<[^>]*>|\b(?:REPLACE|CHANGE)[-_]?(?:ME|THIS)?\b|\bYOUR[-_]\w+|\b(?:IMAGE|TAG|VERSION|REGISTRY)_(?:NAME|TAG|PLACEHOLDER|HERE)\b|%[A-Z_]+%|__[A-Z_]+__|@[A-Z_]+@/
const NUMBER = /\d(?:\.\d+)?e\+\d+/i

/** The clues in an image's name, as it stands in the pod. */
export function nameClues(image: string): Clue[] {
  const clues: Clue[] = []
  if (NUMBER.test(image)) clues.push({ code: 'unquoted-number' })
  if (/^auto(?::latest)?$/.test(image)) clues.push({ code: 'placeholder', of: 'istio' })
  else if (
    UNFILLED.test(image) ||
    /^(?:controller|image|placeholder|todo|undefined|null|none|nil)(?::\w*)?$/i.test(image)
  )
    clues.push({ code: 'placeholder', of: 'template' })
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(image)) clues.push({ code: 'reference-scheme' })
  return clues
}
