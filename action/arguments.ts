/** Splits the Action's argument string as a shell does: quotes and backslashes work; nothing is expanded or run. */

import { shellWords } from '../src/report/sanitize.ts'

/** An unclosed quote extends to the end of the line. */
export function argumentsIn(line: string): string[] {
  return shellWords(line).map(word =>
    word.replace(
      /'([^']*)(?:'|$)|"((?:[^"\\]|\\[\s\S])*)(?:"|$)|\\([\s\S])/g,
      (_all, plain?: string, quoted?: string, single?: string) =>
        plain ?? quoted?.replace(/\\(["\\$`])/g, '$1') ?? single ?? '',
    ),
  )
}
