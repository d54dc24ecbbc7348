/** The journal of a run: one line before each write and one after it, flushed to disk, readable by its owner alone. */

import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from '../errors.ts'
import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { Change } from '../plan/change.ts'
import type { Notes } from './apply-context.ts'
import type { Outcome } from './outcome.ts'
import { refuseForeignFolder } from './state-folder.ts'

/** First line of a journal. */
export interface RunHeader {
  type: 'run'
  run: string
  /** ISO 8601. */
  startedAt: string
  cluster: { uid: string; server: string; context: string | null }
  /** One more than any run of the folder had before it; absent in journals of older versions. */
  number?: number
  /** `fix` as it was called, for people. */
  namespaces: string[] | null
  /** As whom the server knew it; null where it did not tell. */
  user?: string | null
  /** The run that ended early and that this one goes on with: the two are taken back together. */
  continues?: string | null
  /** What the run set out to do, so that the next one sees whether it got there. */
  plan?: { secretName: string; registries: string[]; changes: number }
}

/** A line of a journal. */
export type JournalLine =
  | RunHeader
  | { type: 'intent'; change: Change; object?: KubernetesObject }
  | { type: 'outcome'; outcome: Outcome }
  | { type: 'undo-intent'; id: string }
  | { type: 'undone'; id: string; resourceVersion?: string }
  /** An undo found nothing of the run that it could still take back. */
  | { type: 'over' }

/** Where a cluster's journals live: `$XDG_STATE_HOME/pullguard/<uid>`, by default below `~/.local/state`. */
export function journalFolder(
  env: Record<string, string | undefined>,
  home: string,
  clusterUid: string,
): string {
  const state = env.XDG_STATE_HOME
  // A relative XDG path is to be ignored (XDG Base Directory Specification).
  const base = state?.startsWith('/') ? state : join(home, '.local', 'state')
  // Where the identity is a server's address, it holds characters that a folder's name can't.
  return join(base, 'pullguard', folderName(clusterUid))
}

/** Any server can say that its uid is `..` or a megabyte. */
function folderName(clusterUid: string): string {
  return clusterUid
    .slice(0, 200)
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.*$/, '_')
}

/** A name for a run that starts now. Names sort by time; the end tells two of one second apart. */
export function runName(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(3).toString('hex')}`
}

/** Appends to one run's file. It is made with the first line, so that a run that writes nothing leaves nothing behind. */
export class Journal implements Notes {
  readonly #path: string
  #header: RunHeader | null
  #file: FileHandle | null = null
  /** The header while it is not written. */
  #first: RunHeader | null = null
  #waiting: string[] = []
  #flush: Promise<void> | null = null

  /** @param header null to go on with a run that is there already */
  constructor(folder: string, run: string, header: RunHeader | null) {
    this.#path = join(folder, `${run}.jsonl`)
    this.#header = header
    // A run that was killed may have left half a line, which must not swallow the next one.
    if (!header) this.#waiting.push('\n')
  }

  intent(change: Change, object?: KubernetesObject): Promise<void> {
    return this.append({ type: 'intent', change, ...(object ? { object } : {}) })
  }

  outcome(outcome: Outcome): Promise<void> {
    // A run's first line is an intent: what was refused before any write is no run.
    if (this.#header) return Promise.resolve()
    return this.append({ type: 'outcome', outcome })
  }

  /** Resolves when the line is on disk. Lines that come while the disk is busy share the next flush. */
  append(line: JournalLine): Promise<void> {
    if (this.#header) this.#first ??= this.#header
    this.#header = null
    this.#waiting.push(`${JSON.stringify(line)}\n`)
    const busy = this.#flush
    const flush = busy ? busy.then(() => this.#write()) : this.#write()
    this.#flush = flush
    return flush
  }

  async close(): Promise<void> {
    await this.#flush
    await this.#file?.close()
    this.#file = null
  }

  async #write(): Promise<void> {
    const lines = this.#waiting.join('')
    this.#waiting = []
    if (lines === '') return
    this.#file ??= await this.#create()
    const header = this.#first
    this.#first = null
    const text = header === null ? lines : `${await this.#numbered(header)}${lines}`
    try {
      await this.#file.appendFile(text)
      await this.#file.datasync()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new UsageError(`Can't write the journal ${this.#path} (${code}), so nothing more is written.`)
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

  async #create(): Promise<FileHandle> {
    await refuseForeignFolder(dirname(this.#path))
    const folder = await openFolder(dirname(this.#path))
    const file = await open(this.#path, 'a', 0o600)
    // The new name has to be on disk, too, or the run could not be found again.
    await folder?.sync()
    await folder?.close()
    return file
  }
}

/** The number in a journal's header; 0 where there is none. */
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

/** Makes the folder, readable by its owner alone. Windows can't open folders to flush them: null. */
async function openFolder(folder: string): Promise<FileHandle | null> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return process.platform === 'win32' ? null : await open(folder, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(
      `Can't keep a journal in ${folder} (${code}), so nothing is written; set XDG_STATE_HOME to a folder that can be written.`,
    )
  }
}
