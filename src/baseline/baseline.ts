/** A baseline: findings that a team already knows, by fingerprint or by rules with a reason and an expiry date. Only others fail CI. */

import { isObject, parseJsonObject } from '../json/json-object.ts'
import { byText } from '../order.ts'

/** A known finding, with what a person may want to know about it. */
export interface KnownFinding {
  fingerprint: string
  /** For example, a rule and the place where it was found. */
  about: string
}

/** Findings to ignore: those that match every given pattern. `*` in a pattern matches any text. */
export interface IgnoreRule {
  namespace?: string
  /** `deployment/shop`; `pod/shop-1` for a bare pod. */
  workload?: string
  cause?: string
  /** As written in the pod, or the full name. */
  image?: string
  reason: string
  /** The last day on which the rule applies, such as `2026-12-31`, in UTC; forever if omitted. */
  expires?: string
}

const API_VERSION = 'pullguard.dev/v1'
const KIND = 'Baseline'
const PATTERNS = ['namespace', 'workload', 'cause', 'image'] as const
const KEYS: readonly string[] = [...PATTERNS, 'reason', 'expires']

/** Returns the file's content, sorted so that a diff shows only what changed. Rules are written unchanged. */
export function baselineText(findings: readonly KnownFinding[], ignore: readonly IgnoreRule[] = []): string {
  const unique = new Map(findings.map(finding => [finding.fingerprint, finding]))
  const sorted = [...unique.values()].sort(byText(({ about }) => about))
  const rules = ignore.length === 0 ? {} : { ignore }
  return `${JSON.stringify({ apiVersion: API_VERSION, kind: KIND, findings: sorted, ...rules }, null, 2)}\n`
}

/** Returns the fingerprints in a baseline's text; null if the text is not a baseline. */
export function readBaseline(text: string): Set<string> | null {
  const { kind, findings = [] } = parseJsonObject(text) ?? {}
  if (kind !== KIND || !Array.isArray(findings)) return null
  const prints = findings.map(finding => (finding as Partial<KnownFinding> | null)?.fingerprint)
  return prints.every(print => typeof print === 'string') ? new Set(prints) : null
}

/** Returns the rules in a baseline's text, or the first problem: `ignore[2]: the reason is missing`. */
export function readIgnoreRules(text: string): IgnoreRule[] | string {
  const { ignore = [] } = parseJsonObject(text) ?? {}
  if (!Array.isArray(ignore)) return 'ignore must be a list'
  for (const [index, rule] of ignore.entries()) {
    const problem = problemOf(rule)
    if (problem !== null) return `ignore[${index}]: ${problem}`
  }
  return ignore
}

function problemOf(rule: unknown): string | null {
  if (!isObject(rule)) return 'it must be an object'
  const fields = rule
  const unknown = Object.keys(fields).find(key => !KEYS.includes(key))
  if (unknown !== undefined) return `unknown key "${unknown}"; the keys are ${KEYS.join(', ')}`
  const wrong = Object.keys(fields).find(key => typeof fields[key] !== 'string' || fields[key] === '')
  if (wrong !== undefined) return `${wrong} must be a string`
  if (fields.reason === undefined) return 'the reason is missing'
  if (PATTERNS.every(key => fields[key] === undefined)) return `one of ${PATTERNS.join(', ')} is needed`
  return fields.expires === undefined || isDay(String(fields.expires))
    ? null
    : 'expires must be a day such as 2026-12-31'
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

/** The parts of a finding that rules match. */
interface Ignorable {
  namespace: string
  workload: string
  cause: string
  /** Each way to write the image. */
  images: readonly string[]
}

/** Whether every pattern of the rule matches. */
export function isIgnored({ namespace, workload, cause, images }: Ignorable, rule: IgnoreRule): boolean {
  return (
    matches(rule.namespace, [namespace]) &&
    matches(rule.workload, [workload]) &&
    matches(rule.cause, [cause]) &&
    matches(rule.image, images)
  )
}

/** @param now ISO 8601 */
export function isExpired({ expires }: IgnoreRule, now: string): boolean {
  return expires !== undefined && now.slice(0, 10) > expires
}

/** Compares part by part, because a regular expression made from a pattern can take forever on a hostile name. */
function matches(pattern: string | undefined, texts: readonly string[]): boolean {
  return pattern === undefined || texts.some(text => hasForm(text, pattern.split('*')))
}

function hasForm(text: string, [first = '', ...others]: string[]): boolean {
  const last = others.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false
  let at = first.length
  for (const part of others) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}
