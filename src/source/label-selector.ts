/** Label selectors with the syntax of kubectl's -l (k8s.io/apimachinery/pkg/labels): evaluated here if no API server does it, and written for one. */

import type { V1LabelSelector, V1LabelSelectorRequirement } from '@kubernetes/client-node'
import { UsageError } from '../errors.ts'
import type { AsJson, ControllerSpec } from '../kubernetes/api/kinds.ts'
import { isSubdomain } from '../snapshot/object-key.ts'

/** Whether an object with these labels is selected. Values that are not strings count as absent. */
export type LabelTest = (labels: Record<string, unknown>) => boolean

type ValueTest = (value: string | undefined) => boolean

/**
 * Parses a selector such as `app=web,tier in (a,b),!legacy`; an empty one selects everything.
 * @throws UsageError naming the selector and the position, if the API server would respond with 400
 */
export function parseLabelSelector(selector: string): LabelTest {
  const reader = new Reader(selector)
  const requirements: LabelTest[] = []
  if (reader.next.text === '') return () => true
  do requirements.push(requirement(reader))
  while (reader.accept(','))
  if (reader.next.text !== '') throw reader.unexpected('a comma or the end')
  return labels => requirements.every(holds => holds(labels))
}

/** Reads the tokens one by one. After a trailing `,` comes the empty token, which is not a key, so it is rejected as by the API server. */
class Reader {
  readonly #selector: string
  readonly #tokens: Token[]
  #at = 0

  constructor(selector: string) {
    this.#selector = selector
    this.#tokens = tokensOf(selector)
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { text: '', at: this.#selector.length, isWord: false }
  }

  take(): Token {
    const token = this.next
    this.#at += 1
    return token
  }

  accept(text: string): boolean {
    const found = this.next.text === text
    if (found) this.#at += 1
    return found
  }

  word(expected: string): Token {
    if (!this.next.isWord) throw this.unexpected(expected)
    return this.take()
  }

  unexpected(expected: string): Error {
    const { text, at } = this.next
    return selectorError(
      this.#selector,
      at,
      `${expected} is expected, not ${text === '' ? 'the end' : `"${text}"`}`,
    )
  }

  key(): string {
    const { text, at } = this.word('a label')
    checkKey(this.#selector, text, at)
    return text
  }

  value(token: Token): string {
    checkValue(this.#selector, token.text, token.at)
    return token.text
  }

  integer(): bigint {
    const { text, at } = this.word('a whole number')
    const number = integer(text)
    if (number === null) throw selectorError(this.#selector, at, `a whole number is expected, not "${text}"`)
    checkValue(this.#selector, text, at)
    return number
  }
}

function requirement(reader: Reader): LabelTest {
  const isAbsent = reader.accept('!')
  const key = reader.key()
  const test = isAbsent ? (value?: string) => value === undefined : valueTest(reader)
  return labels => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    return test(typeof value === 'string' ? value : undefined)
  }
}

/** Reads the operator and values after a key; without an operator, the test is that the label exists. */
function valueTest(reader: Reader): ValueTest {
  const { text } = reader.next
  if (text === '' || text === ',') return value => value !== undefined
  if (!/^(?:in|notin|==?|!=|[<>])$/.test(text)) throw reader.unexpected('one of =, ==, !=, in, notin, <, >')
  reader.take()
  if (text === '<' || text === '>') return comparison(text, reader.integer())
  const values = /in$/.test(text) ? valueSet(reader) : new Set([exactValue(reader)])
  const isIn: ValueTest = value => value !== undefined && values.has(value)
  return text === 'notin' || text === '!=' ? value => !isIn(value) : isIn
}

function exactValue(reader: Reader): string {
  const { text } = reader.next
  return text === '' || text === ',' ? '' : reader.value(reader.word('a value'))
}

/** Reads `(a,b)`. Nothing between commas means the empty value. */
function valueSet(reader: Reader): Set<string> {
  if (!reader.accept('(')) throw reader.unexpected('"("')
  const values = new Set<string>()
  do values.add(reader.next.isWord ? reader.value(reader.take()) : '')
  while (reader.accept(','))
  if (!reader.accept(')')) throw reader.unexpected('"," or ")"')
  return values
}

function comparison(operator: string, bound: bigint): ValueTest {
  return value => {
    const number = value === undefined ? null : integer(value)
    return number !== null && (operator === '<' ? number < bound : number > bound)
  }
}

/** Parses an integer as strconv.ParseInt does: decimal, 64 bits. */
function integer(text: string): bigint | null {
  if (!/^[+-]?\d+$/.test(text)) return null
  const number = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, number) === number ? number : null
}

interface Token {
  text: string
  /** The token's position, counted from 0. */
  at: number
  /** Whether the token is a label, a value, or one of the words `in` and `notin`, rather than a symbol. */
  isWord: boolean
}

/** Splits a selector into tokens. Operators are matched longest first, as in the API server's lexer; white space separates tokens. */
function tokensOf(selector: string): Token[] {
  return [...selector.matchAll(/==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+/g)].map(({ 0: text, index }) => ({
    text,
    at: index,
    isWord: !/^[=!(),<>]/.test(text),
  }))
}

/** Returns the error for a selector that is invalid at a position, counted from 0. */
function selectorError(selector: string, at: number, problem: string): UsageError {
  return new UsageError(
    `The label selector "${selector}" is wrong at character ${at + 1}: ${problem}. Write it as in -l 'app=web,tier in (a,b),!legacy'.`,
  )
}

const LABEL_NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const MAX_NAME_LENGTH = 63

/** Checks a key: `[subdomain/]name`. @throws UsageError */
function checkKey(selector: string, key: string, at: number): void {
  const slash = key.indexOf('/')
  const prefix = key.slice(0, Math.max(0, slash))
  const isPrefixRight = slash === -1 || isSubdomain(prefix)
  if (!isPrefixRight || !isName(key.slice(slash + 1)))
    throw selectorError(selector, at, `"${key}" can't be the key of a label`)
}

/** Checks a value: a name, or empty. @throws UsageError */
function checkValue(selector: string, value: string, at: number): void {
  if (value !== '' && !isName(value))
    throw selectorError(selector, at, `"${value}" can't be the value of a label`)
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && LABEL_NAME.test(text)
}

/** Returns a label selector in the syntax of the API's query parameter; null for a CronJob. A ReplicationController's is a plain map. */
export function selectorOf(kind: string, spec: ControllerSpec): string | null {
  const selector = spec !== undefined && 'selector' in spec ? spec.selector : undefined
  if (selector === undefined) return null
  if (kind === 'ReplicationController') return equalities(selector as Labels)
  const { matchLabels = {}, matchExpressions = [] }: AsJson<V1LabelSelector> = selector
  return [equalities(matchLabels), ...matchExpressions.map(expression)].filter(Boolean).join(',')
}

type Labels = Record<string, string>

/** Returns a selector of all these labels; empty without any. */
export function equalities(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

function expression({ key, operator, values = [] }: AsJson<V1LabelSelectorRequirement>): string {
  if (operator === 'Exists') return key
  if (operator === 'DoesNotExist') return `!${key}`
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
}
