/** Reads a cluster's journals: lists its runs, newest first, and finds the one to undo. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorCode, UsageError } from '../../errors.ts'
import { hasValidTarget } from '../server-view.ts'
import { parseLine } from './journal-line.ts'
import { isUndone, mayHaveWritten, type Run, replayed, wroteMoreThanPods } from './run.ts'
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
    throw new UsageError(
      `Can't read the journals in ${folder} (${errorCode(error)}): set XDG_STATE_HOME to a folder of your own.`,
    )
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

export interface RecordedRuns extends Runs {
  folder: string
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
    return { folder, runs, damaged }
  }
  return [await read(own), ...(await Promise.all(others.map(read)))]
}

/** @throws UsageError for a journal that can't be read: skipping it could hide a run that wrote something */
async function readJournal(path: string): Promise<string> {
  // A pipe would be waited for, and a blocked read can't be ended.
  if ((await stat(path).catch(() => null))?.isFile() === false) {
    throw new UsageError(`Can't read the journal ${path}: it is not a regular file, so move it away.`)
  }
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
    if (parsed?.type === 'torn' && damaged.at(-1) === at) damaged.pop()
    return parsed ?? []
  })
  if (header?.type === 'run') return { run: replayed(header, lines), damaged }
  // Without its header, a journal belongs to an unknown run.
  return { run: null, damaged: [...new Set(header === undefined ? damaged : [1, ...damaged])] }
}

/** The names of the journals that don't say whose run they record, because their first line is damaged or missing. */
export function unreadRuns(recorded: readonly Runs[]): string[] {
  return recorded.flatMap(({ damaged }) =>
    damaged.filter(({ line }) => line === 1).map(({ path }) => runOf(path)),
  )
}

/** Whether lines about the run can't be read, so that it may have written more than is known. */
export function isDamaged(run: Run, { damaged }: Runs): boolean {
  const names = new Set([run.run, ...run.entries.map(entry => entry.run)])
  return damaged.some(({ path }) => names.has(runOf(path)))
}

/** The name of the run that a file records. */
function runOf(path: string): string {
  return basename(path, '.jsonl')
}

/**
 * Finds the run with that name or unique name prefix; without a name, the newest run that wrote more than pods, which can't be undone.
 * @param unread names of journals whose runs are unknown
 * @throws UsageError if there is none, or if it is unknown which one is the newest
 */
export function findRun(runs: Run[], name?: string, unread: string[] = []): Run {
  if (name === undefined) {
    const newest = runs.find(wroteMoreThanPods) ?? runs[0]
    // Names begin with the time.
    const later = unread.find(other => newest === undefined || other > newest.run)
    if (later !== undefined) {
      throw new UsageError(
        `The journal ${later}.jsonl is damaged, so it is unknown which run is the newest: name one that \`undo --list\` shows, or move that file away.`,
      )
    }
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
