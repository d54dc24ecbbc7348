/**
 * Cuts a label selector into words and signs, and says where one is wrong. Which keys and values there can be:
 * k8s.io/apimachinery/pkg/util/validation.
 */

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
export function selectorError(selector: string, at: number, problem: string): UsageError {
  return new UsageError(
    `The label selector "${selector}" is wrong at character ${at + 1}: ${problem}. Write it as in -l 'app=web,tier in (a,b),!legacy'.`,
  )
}

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const MAX_NAME_LENGTH = 63
const MAX_SUBDOMAIN_LENGTH = 253

/** `[subdomain/]name`. @throws UsageError */
export function checkKey(selector: string, key: string, at: number): void {
  const slash = key.indexOf('/')
  const prefix = key.slice(0, Math.max(0, slash))
  const isPrefixRight = slash === -1 || (prefix.length <= MAX_SUBDOMAIN_LENGTH && SUBDOMAIN.test(prefix))
  if (!isPrefixRight || !isName(key.slice(slash + 1)))
    throw selectorError(selector, at, `"${key}" can't be the key of a label`)
}

/** A name, or nothing. @throws UsageError */
export function checkValue(selector: string, value: string, at: number): void {
  if (value !== '' && !isName(value))
    throw selectorError(selector, at, `"${value}" can't be the value of a label`)
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && NAME.test(text)
}
