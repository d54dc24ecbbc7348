/** The journal of a run: one line before each write and one after it, flushed to disk. */

import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode, UsageError } from '../../errors.ts'
import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { Change } from '../../plan/change.ts'
import type { Plan } from '../../plan/plan.ts'
import type { InterruptedPod } from '../../snapshot/fix-objects.ts'
import type { JournalWriter } from '../apply-context.ts'
import type { ChangeOutcome } from '../outcome.ts'
import { outcomeOf } from '../server-view.ts'
import type { JournalLine, RunHeader } from './journal-line.ts'
import { type Run, unfinishedRun } from './run.ts'
import { refuseForeignFolder } from './state-folder.ts'

/** Returns a name for a run that starts now. Names sort by time; a random suffix distinguishes runs of the same second. */
export function runName(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(3).toString('hex')}`
}

/**
 * Returns the header of a run that applies the plan, starting now.
 * @param scope the plan's, as journals state it
 * @param user the user's name on the server; null if the server does not report it
 * @param runs earlier runs against the cluster, newest first
 */
export function headerOf(
  { cluster: { uid, server, context }, secretName, credentials, changes }: Plan,
  { now, scope, user, runs }: { now: Date; scope: JournaledScope; user: string | null; runs: Run[] },
): RunHeader {
  return {
    type: 'run',
    run: runName(now),
    startedAt: now.toISOString(),
    cluster: { uid, server, context },
    ...scope,
    user,
    continues: unfinishedRun(runs, { secretName, ...scope })?.run ?? null,
    plan: { secretName, registries: credentials.map(({ registry }) => registry), changes: changes.length },
  }
}

type JournaledScope = Pick<Run, 'namespaces' | 'only'>

/** Appends to one run's file. The file is created with the first line, so a run that writes nothing leaves no file. */
export class Journal implements JournalWriter {
  readonly #path: string
  /** The first line, which is still to be written; null for an existing run. */
  #header: RunHeader | null
  /** Whether any other line was appended, or exists. */
  #hasLines: boolean
  readonly #exists: boolean
  #hasBegun = false
  #file: FileHandle | null = null
  #waiting: string[] = []
  #flush: Promise<void> | null = null

  /** @param header null to append to an existing run */
  constructor(folder: string, run: string, header: RunHeader | null) {
    this.#path = join(folder, `${run}.jsonl`)
    this.#header = header
    this.#exists = header === null
    this.#hasLines = this.#exists
  }

  /** Whether anything was recorded, so that something may have been written to the cluster. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  intent(change: Change, object?: KubernetesObject): Promise<void> {
    return this.append({ type: 'intent', change, ...(object ? { object } : {}) })
  }

  outcome(outcome: ChangeOutcome): Promise<void> {
    // A journal starts with an intent: without a write, there is no run to record.
    if (!this.#hasLines) return Promise.resolve()
    return this.append({ type: 'outcome', outcome })
  }

  /** Resolves when the line is on disk. Lines that come while the disk is busy share the next flush. */
  append(line: JournalLine): Promise<void> {
    this.#hasLines = true
    this.#waiting.push(`${JSON.stringify(line)}\n`)
    const busy = this.#flush
    const flush = busy ? busy.then(() => this.#write()) : this.#write()
    this.#flush = flush
    return flush
  }

  async close(): Promise<void> {
    try {
      await this.#flush
    } finally {
      await this.#file?.close()
      this.#file = null
    }
  }

  async #write(): Promise<void> {
    const lines = this.#waiting.join('')
    this.#waiting = []
    if (lines === '') return
    const repaired = this.#file === null && this.#exists ? await endOfTornLine(this.#path) : ''
    this.#file ??= await this.#open()
    const header = this.#header
    this.#header = null
    try {
      const start = header === null ? '' : await this.#numbered(header)
      const text = `${repaired}${start}${lines}`
      await this.#file.appendFile(text)
      await this.#file.datasync()
      this.#hasBegun = true
    } catch (error) {
      throw new UsageError(
        `Can't write the journal ${this.#path} (${errorCode(error)}), so nothing more is written.`,
      )
    }
  }

  async #numbered(header: RunHeader): Promise<string> {
    const folder = dirname(this.#path)
    let highest = 0
    for (const name of await readdir(folder)) {
      if (name.endsWith('.jsonl')) highest = Math.max(highest, await numberOf(join(folder, name)))
    }
    return `${JSON.stringify({ ...header, number: highest + 1 })}\n`
  }

  /** Opens the file, in a folder that only its owner can access. @throws UsageError */
  async #open(): Promise<FileHandle> {
    const folder = dirname(this.#path)
    await refuseForeignFolder(folder)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = await open(this.#path, 'a', 0o600)
      await flushFolder(folder).catch(error => file.close().then(() => Promise.reject(error)))
      return file
    } catch (error) {
      throw new UsageError(
        `Can't keep a journal in ${folder} (${errorCode(error)}), so nothing was written. Set XDG_STATE_HOME to a writable folder.`,
      )
    }
  }
}

/** What to append first: a run that was killed may have left half a line, which must not swallow the next one. */
async function endOfTornLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '\n')
  const torn: JournalLine = { type: 'torn' }
  return text === '' || text.endsWith('\n') ? '' : `\n${JSON.stringify(torn)}\n`
}

/** Without this, a new file's name could be lost in a crash. Windows can't flush a folder. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The number in a journal's header; 0 if there is none. */
async function numberOf(path: string): Promise<number> {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return 0
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0)
    const [first = ''] = buffer.toString('utf8', 0, bytesRead).split('\n')
    const { number } = JSON.parse(first) as { number?: unknown }
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : 0
  } catch {
    return 0
  } finally {
    await file.close()
  }
}

/** Appends to the journals of a run and of the runs that it continues: lines about a change to those with that change, others to all. */
export function journalsOf(run: Run, folder: string): Pick<Journal, 'append' | 'close'> {
  const names = new Set([run.run, ...run.entries.map(entry => entry.run)])
  const journals = new Map([...names].map(name => [name, new Journal(folder, name, null)]))
  return {
    append: async (line: JournalLine) => {
      const about = 'id' in line ? run.entries.filter(({ change }) => change.id === line.id) : []
      const into = about.length > 0 ? about.map(entry => entry.run) : [...names]
      for (const name of new Set(into)) await journals.get(name)?.append(line)
    },
    close: async () => {
      for (const journal of journals.values()) await journal.close()
    },
  }
}

/**
 * Records, also in `runs`, that a pod listed as missing in the journals exists: a run may have been killed between creating the pod and recording that.
 * Without the record, the pod would be created again whenever someone deletes it.
 * @param uid the pod's current uid; if it equals the old pod's uid, the pod was never deleted
 */
export async function recordPodBack(
  folder: string,
  runs: Run[],
  { namespace, name, uid: deleted }: InterruptedPod,
  uid: string,
): Promise<void> {
  for (const { run, entries } of runs) {
    const entry = entries.find(
      ({ change: { action, target } }) =>
        (action === 'recreate-bare-pod' || action === 'restore-bare-pod') &&
        target.namespace === namespace &&
        target.name === name,
    )
    if (entry === undefined) continue
    const journal = new Journal(folder, run, null)
    entry.outcome = outcomeOf(entry.change, uid === deleted ? 'unchanged' : 'applied')
    try {
      await journal.outcome(entry.outcome)
    } finally {
      await journal.close()
    }
    return
  }
}
