/** Reads a cluster's journals: lists its runs, newest first, and finds the one to undo. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, UsageError } from '../../errors.ts'
import { isObject, parseJson } from '../../json/json-object.ts'
import type { OutcomeStatus } from '../outcome.ts'
import { hasValidTarget } from '../server-view.ts'
import {
  isUndone,
  type JournalLine,
  mayHaveWritten,
  type Run,
  type RunEntry,
  type RunHeader,
  wroteMoreThanPods,
} from './run.ts'
import { refuseForeignFolder } from './state-folder.ts'

/** A line of a journal that can't be read, counted from 1. */
export interface DamagedLine {
  path: string
  line: number
}

export interface Runs {
  /** Every run that may have written something, newest first, even if undone. */
  runs: Run[]
  /** Lines that can't be read; the rest of their journals is still used. */
  damaged: DamagedLine[]
}

/**
 * Reads the journals in the folder. Files that are not journals are skipped.
 * @param server only runs against this server: any server can claim the uid of another cluster
 */
export async function listRuns(folder: string, server?: string): Promise<Runs> {
  await refuseForeignFolder(folder)
  const names = await readdir(folder).catch(error => {
    if (errorCode(error) === 'ENOENT') return []
    throw new UsageError(`Can't read the journals in ${folder} (${errorCode(error)}).`)
  })
  const runs: Run[] = []
  const damaged: DamagedLine[] = []
  for (const name of names.filter(one => one.endsWith('.jsonl')).sort()) {
    const path = join(folder, name)
    const { run, damaged: lines } = await parseJournal(await readJournal(path))
    damaged.push(...lines.map(line => ({ path, line })))
    if (server !== undefined && run?.cluster.server !== server) continue
    if (run?.entries.some(mayHaveWritten)) runs.push(run)
  }
  // Sorted by number, because the machine's clock may have been set back between two runs.
  runs.reverse().sort((one, other) => (other.number ?? 0) - (one.number ?? 0))
  return { runs, damaged }
}

interface RecordedRuns {
  folder: string
  /** Newest first. */
  runs: Run[]
}

/** Reads the journals in each of a cluster's folders. @param onDamaged receives each line that can't be read */
export async function recordedRuns(
  [own, ...others]: readonly [string, ...string[]],
  server: string,
  onDamaged: (line: DamagedLine) => Promise<void>,
): Promise<[RecordedRuns, ...RecordedRuns[]]> {
  const read = async (folder: string): Promise<RecordedRuns> => {
    const { runs, damaged } = await listRuns(folder, server)
    for (const line of damaged) await onDamaged(line)
    return { folder, runs }
  }
  return [await read(own), ...(await Promise.all(others.map(read)))]
}

/** @throws UsageError for a journal that can't be read: skipping it could hide a run that wrote something */
async function readJournal(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(error => {
    throw new UsageError(
      `Can't read the journal ${path} (${errorCode(error)}): make it readable, or move it away.`,
    )
  })
}

/**
 * A journal's text as a run, null if the first line is not a run header, and the numbers of its damaged lines. A torn last line is ignored:
 * no write followed it.
 */
async function parseJournal(text: string): Promise<{ run: Run | null; damaged: number[] }> {
  // Loaded only if there are journals: the compiled schema is large.
  const { validateChange } = await import('../schema-validators.js')
  const isChange = (value: unknown) => validateChange(value) && hasValidTarget(value)
  const written = text.split('\n')
  const damaged: number[] = []
  const [header, ...lines] = written.flatMap((line, at) => {
    const parsed = parseLine(line, isChange)
    if (parsed === null && line !== '' && at < written.length - 1) damaged.push(at + 1)
    return parsed ?? []
  })
  return { run: header?.type === 'run' ? replayed(header, lines) : null, damaged }
}

/** The run after all that its journal records. A line about a change without an intent is skipped. */
function replayed({ type: _, ...run }: RunHeader, lines: readonly JournalLine[]): Run {
  const entries = new Map<string, RunEntry>()
  const update = (id: string, fields: Partial<RunEntry>) => {
    const entry = entries.get(id)
    if (entry !== undefined) Object.assign(entry, fields)
  }
  let over = false
  for (const line of lines) {
    switch (line.type) {
      case 'intent': {
        const { change, object = null } = line
        const fresh = { outcome: null, undoing: false, undone: false, undoneAt: null }
        entries.set(change.id, { change, object, ...fresh, run: run.run })
        break
      }
      case 'outcome':
        update(line.outcome.id, { outcome: line.outcome })
        break
      case 'undo-intent':
        update(line.id, { undoing: true })
        break
      case 'undone':
        update(line.id, { undone: true, undoneAt: line.resourceVersion ?? null })
        break
      case 'over':
        over = true
    }
  }
  return { ...run, entries: [...entries.values()], nothingLeft: over }
}

type IsChange = (value: unknown) => boolean

/** The line; null if the text is not a complete line of this version: a disk, an editor, or another version may have damaged it. */
function parseLine(text: string, isChange: IsChange): JournalLine | null {
  const parsed = parseJson(text)
  return isJournalLine(parsed, isChange) ? parsed : null
}

function isJournalLine(value: unknown, isChange: IsChange): value is JournalLine {
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

const STATUSES: Record<OutcomeStatus, true> = {
  applied: true,
  accepted: true,
  unchanged: true,
  conflict: true,
  refused: true,
  failed: true,
  skipped: true,
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

/**
 * Finds the run with that name or unique name prefix; without a name, the newest run that wrote more than pods, which can't be undone.
 * @throws UsageError if there is none
 */
export function findRun(runs: Run[], name?: string): Run {
  if (name === undefined) {
    const newest = runs.find(wroteMoreThanPods) ?? runs[0]
    if (newest) return newest
    throw new UsageError('No run on this machine has written to this cluster, so there is nothing to undo.')
  }
  const [found, ...others] = runs.filter(({ run }) => run === name || (name !== '' && run.startsWith(name)))
  if (found && others.length === 0) return found
  throw new UsageError(
    found
      ? `${others.length + 1} runs begin with ${name}: give a longer part of the name.`
      : `No run ${name} on this machine has written to this cluster: \`undo --list\` names those that have.`,
  )
}

/**
 * Merges the run with the interrupted runs that it continues. If several have the same change, the latest entry that may have written
 * something counts.
 */
export function withContinued(run: Run, runs: Run[]): Run {
  const earlier = runs.find(one => one.run === run.continues && one !== run)
  if (earlier === undefined || isUndone(earlier)) return run
  const before = withContinued(earlier, runs)
  const entries = new Map(before.entries.map(entry => [entry.change.id, entry]))
  for (const entry of run.entries) {
    const known = entries.get(entry.change.id)
    if (known === undefined || mayHaveWritten(entry)) entries.set(entry.change.id, entry)
  }
  return { ...run, entries: [...entries.values()] }
}
