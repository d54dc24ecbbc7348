/** Cuts a label selector into words and signs, and says where one is wrong. */

import { UsageError } from '../../errors.ts'

export interface Token {
  text: string
  /** Where it begins, counted from 0. */
  at: number
  /** A label, a value or one of the words `in` and `notin`, rather than a sign. */
  isWord: boolean
}

/** Signs are matched longest first, as the API server's lexer does; white space only parts tokens. */
export function tokensOf(selector: string): Token[] {
  return [...selector.matchAll(/==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+/g)].map(({ 0: text, index }) => ({
    text,
    at: index,
    isWord: !/^[=!(),<>]/.test(text),
  }))
}

/** The error of a selector that is wrong at a place, counted from 0. */
export function wrongAt(selector: string, at: number, problem: string): UsageError {
  return new UsageError(
    `The label selector "${selector}" is wrong at character ${at + 1}: ${problem}. Write it as in -l 'app=web,tier in (a,b),!legacy'.`,
  )
}
