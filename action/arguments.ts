/** The Action's one line of arguments, read as a shell would: quotes and backslashes count, nothing is expanded or run. */

import { shellWords } from '../src/report/escape.ts'

/** An opening quote without its end holds the rest. */
export function argumentsIn(line: string): string[] {
  return shellWords(line).map(word =>
    word.replace(
      /'([^']*)(?:'|$)|"((?:[^"\\]|\\[\s\S])*)(?:"|$)|\\([\s\S])/g,
      (_all, plain?: string, quoted?: string, single?: string) =>
        plain ?? quoted?.replace(/\\(["\\$`])/g, '$1') ?? single ?? '',
    ),
  )
}
