/** The lines of a journal, and their validation down to the change in them: a disk, an editor, or another version may have damaged them. */

import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { Change } from '../../plan/change.ts'
import type { Outcome, OutcomeStatus } from '../outcome.ts'
import { isChange } from '../validate-plan.ts'

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
  /** The only workloads, pods, or labels that it was for, as on the command line; left out where it was for all in the namespaces. */
  only?: string
  /** The user name by which the server knew the run; null where the server did not say. */
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
  | { type: 'outcome'; outcome: Outcome }
  | { type: 'undo-intent'; id: string }
  | { type: 'undone'; id: string; resourceVersion?: string }
  /** An undo found nothing left to revert. */
  | { type: 'over' }

const STATUSES: Record<OutcomeStatus, true> = {
  applied: true,
  accepted: true,
  unchanged: true,
  conflict: true,
  refused: true,
  failed: true,
  skipped: true,
}

/** The line; null where the text is not a complete line of this version. */
export function parseLine(text: string): JournalLine | null {
  try {
    const parsed: unknown = JSON.parse(text)
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
      return typeof value.id === 'string'
    case 'undone':
      return typeof value.id === 'string' && isTextOrAbsent(value.resourceVersion)
    case 'over':
      return true
    default:
      return false
  }
}

function isHeader(line: Record<string, unknown>): boolean {
  const { run, startedAt, cluster, number, namespaces, only, user, continues, plan } = line
  return (
    typeof run === 'string' &&
    /^[\w.-]+$/.test(run) &&
    typeof startedAt === 'string' &&
    isObject(cluster) &&
    typeof cluster.uid === 'string' &&
    typeof cluster.server === 'string' &&
    isTextOrNull(cluster.context) &&
    (number === undefined || Number.isSafeInteger(number)) &&
    (namespaces === null || isTexts(namespaces)) &&
    isTextOrAbsent(only) &&
    (user === undefined || isTextOrNull(user)) &&
    (continues === undefined || isTextOrNull(continues)) &&
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

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string'

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every(one => typeof one === 'string')

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
