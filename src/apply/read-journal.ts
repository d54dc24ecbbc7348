/** Reads journals back: which runs there are, what each wrote, and what an interrupted one left undone. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../errors.ts'
import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { Change } from '../plan/change.ts'
import type { InterruptedPod, MadeSecret } from '../snapshot/fix-scope.ts'
import type { RunHeader } from './journal.ts'
import type { Outcome } from './outcome.ts'
import { refuseForeignFolder } from './state-folder.ts'

/** A change that a run meant to make. A null outcome: the run ended before it knew. */
export interface RunEntry {
  change: Change
  object: KubernetesObject | null
  outcome: Outcome | null
  /** An undo has begun to take it back. */
  undoing: boolean
  undone: boolean
  /** The object's version after it was undone; null where it is gone or that is not known. */
  undoneAt: string | null
  /** The run that it is of. */
  run: string
}

export interface Run extends Omit<RunHeader, 'type'> {
  /** The last intent of each change, in order. */
  entries: RunEntry[]
  /** An undo found that nothing of it could be taken back any more. */
  over: boolean
}

/** What of the journals is wanted, and who hears of what they lack. */
export interface ReadingRuns {
  /** Only runs against that server: any server can say that it has the uid of another cluster. */
  server?: string
  /** Takes a sentence for each line that is none; the rest of its journal is read all the same. */
  onDamage?: (sentence: string) => void
}

/** Every run in the folder that may have written something, newest first, those taken back among them. Files that are no journals are left out. */
export async function listRuns(folder: string, { server, onDamage }: ReadingRuns = {}): Promise<Run[]> {
  await refuseForeignFolder(folder)
  const names = await readdir(folder).catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new UsageError(`Can't read the journals in ${folder} (${(error as NodeJS.ErrnoException).code}).`)
  })
  const runs: Run[] = []
  for (const name of names.filter(one => one.endsWith('.jsonl')).sort()) {
    const path = join(folder, name)
    const run = await parseJournal(await readJournal(path), line => onDamage?.(damageText(path, line)))
    if (server !== undefined && run?.cluster.server !== server) continue
    if (run?.entries.some(mayHaveWritten)) runs.push(run)
  }
  // By their numbers, for the machine's clock may have been set back between two of them.
  return runs.reverse().sort((one, other) => (other.number ?? 0) - (one.number ?? 0))
}

/** One that can't be read may hold what was written: it is not passed over. */
async function readJournal(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(error => {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`Can't read the journal ${path} (${code}): make it readable, or move it away.`)
  })
}

function damageText(path: string, line: number): string {
  return `Line ${line} of the journal ${path} is damaged, so what it says of its run may not be all: look at it, or move the file away.`
}

/** A journal's text as a run; null if it does not begin like one. A torn last line was never acted on. */
async function parseJournal(text: string, onDamage: (line: number) => void): Promise<Run | null> {
  // Only where there are journals: what the schema says of a change is a lot of code.
  const { parseJournalLine } = await import('./journal-shape.ts')
  const written = text.split('\n')
  const [header, ...lines] = written.flatMap((line, at) => {
    const parsed = parseJournalLine(line)
    if (parsed === null && line !== '' && at < written.length - 1) onDamage(at + 1)
    return parsed ?? []
  })
  if (header?.type !== 'run') return null
  const { type: _, ...run } = header
  const entries = new Map<string, RunEntry>()
  let over = false
  for (const line of lines) {
    if (line.type === 'intent') {
      const { change, object = null } = line
      const fresh = { outcome: null, undoing: false, undone: false, undoneAt: null }
      entries.set(change.id, { change, object, ...fresh, run: run.run })
    } else if (line.type === 'outcome') {
      const entry = entries.get(line.outcome.id)
      if (entry) entry.outcome = line.outcome
    } else if (line.type === 'undo-intent' || line.type === 'undone') {
      const entry = entries.get(line.id)
      if (entry) entry[line.type === 'undone' ? 'undone' : 'undoing'] = true
      if (entry && line.type === 'undone') entry.undoneAt = line.resourceVersion ?? null
    } else if (line.type === 'over') {
      over = true
    }
  }
  return { ...run, entries: [...entries.values()], over }
}

/**
 * The run of that name, or the only one whose name begins so; without one the newest that wrote more than pods, which nobody can take back.
 * @throws UsageError where there is none
 */
export function findRun(runs: Run[], name?: string): Run {
  if (name === undefined) {
    const newest = runs.find(leavesTraces) ?? runs[0]
    if (newest) return newest
    throw new UsageError(
      'No run on this machine has written to this cluster, so there is nothing to take back.',
    )
  }
  const [found, ...others] = runs.filter(({ run }) => run === name || (name !== '' && run.startsWith(name)))
  if (found && others.length === 0) return found
  throw new UsageError(
    found
      ? `${others.length + 1} runs begin with ${name}: give more of the name.`
      : `No run ${name} on this machine has written to this cluster: \`undo --list\` names those that have.`,
  )
}

/**
 * The run and those that it goes on with, as one: a fix that was killed and the same fix again. Of a change that both made, the last word
 * counts that may have written something.
 */
export function withContinued(run: Run, runs: Run[]): Run {
  const earlier = runs.find(one => one.run === run.continues && one !== run)
  if (earlier === undefined || isTakenBack(earlier)) return run
  const before = withContinued(earlier, runs)
  const entries = new Map(before.entries.map(entry => [entry.change.id, entry]))
  for (const entry of run.entries) {
    const known = entries.get(entry.change.id)
    if (known === undefined || mayHaveWritten(entry)) entries.set(entry.change.id, entry)
  }
  return { ...run, entries: [...entries.values()] }
}

/** It may have written more than pods. */
export function leavesTraces({ entries }: Run): boolean {
  return entries.some(leavesTrace)
}

function leavesTrace(entry: RunEntry): boolean {
  return mayHaveWritten(entry) && entry.change.target.kind !== 'Pod'
}

/** Nothing of the run is left to take back. Pods that were recreated are not put back, so they do not count. */
export function isTakenBack({ entries, over }: Run): boolean {
  return over || !entries.some(entry => leavesTrace(entry) && !entry.undone)
}

/** Written for certain, or nobody knows. */
export function mayHaveWritten({ outcome }: RunEntry): boolean {
  return outcome === null || outcome.status === 'applied' || outcome.status === 'failed'
}

/** Bare pods that a run of this cluster deleted and did not put back, as far as the journals know. */
export function interruptedPods(runs: Run[], clusterUid: string): InterruptedPod[] {
  const settled = new Set<string>()
  const found: InterruptedPod[] = []
  for (const run of runs.filter(({ cluster }) => cluster.uid === clusterUid)) {
    for (const { change, outcome } of run.entries) {
      if (change.action !== 'recreate-bare-pod' && change.action !== 'restore-bare-pod') continue
      const { namespace, name } = change.target
      const key = `${namespace}/${name}`
      if (settled.has(key)) continue
      // The newest word on a pod counts: an older run's loose end was tied up by it.
      settled.add(key)
      const origin = change.action === 'restore-bare-pod' ? change.run : run.run
      const uid = change.action === 'restore-bare-pod' ? (change.ending?.uid ?? null) : change.target.uid
      if (outcome === null || outcome.status === 'failed') found.push({ run: origin, namespace, name, uid })
    }
  }
  return found
}

/** The manifest of a bare pod that the run took away. */
export function journaledPod(
  runs: Run[],
  run: string,
  namespace: string,
  name: string,
): KubernetesObject | null {
  const entry = runs
    .find(one => one.run === run)
    ?.entries.find(({ change: { target } }) => target.namespace === namespace && target.name === name)
  return entry?.object ?? null
}

/** The Secrets that runs of this cluster made, as far as the journals know: a null uid where a run ended before it knew whether it did. */
export function madeSecrets(runs: Run[], clusterUid: string): MadeSecret[] {
  return runs
    .filter(({ cluster }) => cluster.uid === clusterUid)
    .flatMap(({ run, entries }) =>
      entries
        .filter(({ change }) => change.action === 'create-secret')
        .filter(mayHaveWritten)
        .map(({ change: { target }, outcome }) => ({
          run,
          namespace: target.namespace,
          name: target.name,
          uid: outcome?.uid ?? null,
        })),
    )
}
