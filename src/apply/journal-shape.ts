/** Judges whether a line of a journal is one, down to the change in it: a disk, an editor or another version may have spoilt it. */

import type { JournalLine } from './journal.ts'
import type { OutcomeStatus } from './outcome.ts'
import { isChange } from './validate-plan.ts'

const STATUSES: Record<OutcomeStatus, true> = {
  applied: true,
  accepted: true,
  unchanged: true,
  conflict: true,
  refused: true,
  failed: true,
  skipped: true,
}

/** The line, or null where it is not a whole one of this version. */
export function parseJournalLine(line: string): JournalLine | null {
  try {
    const parsed: unknown = JSON.parse(line)
    return isJournalLine(parsed) ? parsed : null
  } catch {
    return null
  }
}

function isJournalLine(value: unknown): value is JournalLine {
  if (!isObject(value)) return false
  switch (value.type) {
    case 'run':
      return isHeader(value)
    case 'intent':
      return isChange(value.change) && (value.object === undefined || isObject(value.object))
    case 'outcome':
      return isOutcome(value.outcome)
    case 'undo-intent':
    case 'undone':
      return typeof value.id === 'string'
    default:
      return false
  }
}

function isHeader({ run, startedAt, cluster, namespaces, plan }: Record<string, unknown>): boolean {
  return (
    typeof run === 'string' &&
    /^[\w.-]+$/.test(run) &&
    typeof startedAt === 'string' &&
    isObject(cluster) &&
    typeof cluster.uid === 'string' &&
    typeof cluster.server === 'string' &&
    isTextOrNull(cluster.context) &&
    (namespaces === null || isTexts(namespaces)) &&
    (plan === undefined || isSummary(plan))
  )
}

function isSummary(value: unknown): boolean {
  if (!isObject(value)) return false
  const { secretName, registries, changes } = value
  return typeof secretName === 'string' && isTexts(registries) && Number.isInteger(changes)
}

function isOutcome(value: unknown): boolean {
  if (!isObject(value)) return false
  const { id, status, detail, uid, resourceVersion } = value
  return (
    typeof id === 'string' &&
    typeof status === 'string' &&
    Object.hasOwn(STATUSES, status) &&
    [detail, uid, resourceVersion].every(isTextOrNull)
  )
}

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string'

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every(one => typeof one === 'string')

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
