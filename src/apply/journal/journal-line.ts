/** The lines of a journal: their shapes, and the checks that a line from a disk has one of them. */

import { isObject, parseJson } from '../../json/json-object.ts'
import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { Change } from '../../plan/change.ts'
import type { ChangeOutcome, OutcomeStatus } from '../outcome.ts'

/** First line of a journal. */
export interface RunHeader {
  type: 'run'
  run: string
  /** ISO 8601. */
  startedAt: string
  cluster: { uid: string; server: string; context: string | null }
  /** Counts the runs of the folder from 1; absent in journals of older versions. */
  number?: number
  /** The namespaces that `fix` was called for; null for all. */
  namespaces: string[] | null
  /** The workloads, pods, or labels that it was limited to, as on the command line; absent if it covered everything in the namespaces. */
  only?: string
  /** The user name by which the server knew the run; null if the server did not say. */
  user?: string | null
  /** The interrupted run that this one continues: the two are undone together. */
  continues?: string | null
  /** What the run planned, so that the next run can see whether it finished. */
  plan?: { secretName: string; registries: string[]; changes: number }
}

/** A line of a journal. */
export type JournalLine =
  | RunHeader
  | { type: 'intent'; change: Change; object?: KubernetesObject }
  | { type: 'outcome'; outcome: ChangeOutcome }
  | { type: 'undo-intent'; id: string }
  | { type: 'undone'; id: string; resourceVersion?: string }
  /** An undo found nothing left to revert. */
  | { type: 'over' }
  /** The line before it was cut off as its run ended. No write followed that line. */
  | { type: 'torn' }

type Check = (value: unknown) => boolean

/** A check for each field: a new field does not compile until it has one. */
type Checks<Shape> = Record<keyof Omit<Shape, 'type'>, Check>

/** The line; null if the text is not a complete line of this version: a disk, an editor, or another version may have damaged it. */
export function parseLine(text: string, isChange: Check): JournalLine | null {
  const parsed = parseJson(text)
  return isJournalLine(parsed, isChange) ? parsed : null
}

function isJournalLine(value: unknown, isChange: Check): value is JournalLine {
  if (!isObject(value) || typeof value.type !== 'string') return false
  const checks: { [Type in JournalLine['type']]: Checks<Extract<JournalLine, { type: Type }>> } = {
    run: HEADER,
    intent: { change: isChange, object: optional(isObject) },
    outcome: { outcome: shaped(OUTCOME) },
    'undo-intent': { id: isText },
    undone: { id: isText, resourceVersion: optional(isText) },
    over: {},
    torn: {},
  }
  return Object.hasOwn(checks, value.type) && shaped(checks[value.type as JournalLine['type']])(value)
}

const isText = (value: unknown): value is string => typeof value === 'string'

const isTextOrNull: Check = value => value === null || isText(value)

const isTexts: Check = value => Array.isArray(value) && value.every(isText)

/** For a field that nobody reads back. */
const isAnything: Check = () => true

function optional(check: Check): Check {
  return value => value === undefined || check(value)
}

function shaped(checks: Record<string, Check>): Check {
  return value => isObject(value) && Object.entries(checks).every(([field, check]) => check(value[field]))
}

const CLUSTER: Checks<RunHeader['cluster']> = { uid: isText, server: isText, context: isTextOrNull }

const SUMMARY: Checks<NonNullable<RunHeader['plan']>> = {
  secretName: isText,
  registries: isTexts,
  changes: Number.isInteger,
}

const HEADER: Checks<RunHeader> = {
  // The name of its file, so it must not lead to another folder.
  run: value => isText(value) && /^[\w.-]+$/.test(value),
  startedAt: isText,
  cluster: shaped(CLUSTER),
  number: optional(Number.isSafeInteger),
  namespaces: value => value === null || isTexts(value),
  only: optional(isText),
  user: optional(isTextOrNull),
  continues: optional(isTextOrNull),
  plan: optional(shaped(SUMMARY)),
}

const STATUSES: Record<OutcomeStatus, true> = {
  applied: true,
  accepted: true,
  unchanged: true,
  conflict: true,
  refused: true,
  failed: true,
  skipped: true,
}

const OUTCOME: Checks<ChangeOutcome> = {
  id: isText,
  action: isAnything,
  target: isAnything,
  status: value => isText(value) && Object.hasOwn(STATUSES, value),
  reason: isAnything,
  detail: isTextOrNull,
  uid: isTextOrNull,
  resourceVersion: isTextOrNull,
}
