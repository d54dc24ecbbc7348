/** Label and field selectors: parsing, matching, and the 400s for invalid ones. */

import type { ApiObject, LabelSelector } from '../cluster/objects.ts'
import { badRequest } from '../cluster/refusal.ts'
import { selectableFields } from './fields.ts'

export type Matcher = (object: ApiObject) => boolean

type Labels = Record<string, string>
type LabelTest = (labels: Labels) => boolean

/** `app=web,tier in (a,b),!legacy`. Throws the 400. */
export function labelMatcher(selector: string): Matcher {
  const tests = splitOutsideBrackets(selector).map(labelTest)
  return object => tests.every(test => test(object.metadata.labels ?? {}))
}

function splitOutsideBrackets(selector: string): string[] {
  const opened = selector.split('(').length
  if (opened !== selector.split(')').length)
    throw badRequest("unable to parse requirement: found '', expected: ',' or ')'")
  return selector
    .split(/,(?![^(]*\))/)
    .map(part => part.trim())
    .filter(part => part !== '')
}

function labelTest(text: string): LabelTest {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text)
  if (set) {
    const [, key = '', operator, list = ''] = set
    const values = list.split(',').map(value => value.trim())
    return labels => values.includes(labels[key] ?? '\0') === (operator === 'in')
  }
  const equality = /^([^!=\s]+)\s*(==|!=|=)\s*([^=\s]*)$/.exec(text)
  if (equality) {
    const [, key = '', operator, value] = equality
    return labels => (labels[key] === value) === (operator !== '!=')
  }
  if (/^!?[^!=\s()]+$/.test(text)) {
    const key = text.replace(/^!/, '')
    return labels => key in labels === !text.startsWith('!')
  }
  const [, misplaced] = /^[^!=\s]+\s*(?:==|!=|=)\s*([=!(])/.exec(text) ?? []
  if (misplaced) throw badRequest(`unable to parse requirement: found '${misplaced}', expected: identifier`)
  throw badRequest(`found '${text.includes('=') ? '=' : text}', expected: ',' or 'end of string'`)
}

/** `spec.nodeName=node-1,status.phase!=Running`. Throws the 400 for an unsupported field. */
export function fieldMatcher(kind: string, selector: string): Matcher {
  const tests = selector.split(',').map(text => {
    const [, field, operator, value] = /^([^!=]+)(==|!=|=)(.*)$/.exec(text) ?? []
    if (field === undefined) throw badRequest(`invalid selector: '${selector}'; can't understand '${text}'`)
    const read = selectableFields(kind, field)
    return (object: ApiObject) => (read(object) === value) === (operator !== '!=')
  })
  return object => tests.every(test => test(object))
}

/** The selector of a workload or budget. An empty one selects everything. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  const equal = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  return equal && (selector?.matchExpressions ?? []).every(expression => expressionHolds(expression, labels))
}

function expressionHolds(
  expression: { key: string; operator: string; values?: string[] },
  labels: Labels,
): boolean {
  const { key, operator, values = [] } = expression
  const value = labels[key]
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  const among = value !== undefined && values.includes(value)
  return operator === 'In' ? among : !among
}
