/** Replaces a user's manifests and baselines, each one completely or not at all. */

import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { WriteProblem } from '../audit/edit-report.ts'

/** A file's content as text that encodes to the same bytes. */
export interface EditableFile {
  bytes: Buffer
  text: string
  /** The byte order mark, which is kept; empty if there is none. */
  mark: string
}

const MARK = '\ufeff'

/** Reads a file; null if it is not UTF-8. @param path the real path. @throws system errors */
export async function readEditable(path: string): Promise<EditableFile | null> {
  const bytes = await readFile(path)
  const whole = bytes.toString('utf8')
  if (!Buffer.from(whole, 'utf8').equals(bytes)) return null
  const mark = whole.startsWith(MARK) ? MARK : ''
  return { bytes, text: whole.slice(mark.length), mark }
}

/**
 * Replaces a file's content by writing a new file beside it, with the same mode, and renaming that. Returns null if it succeeded.
 * @param path the real path, so that no link is followed
 */
export async function replaceFile(
  path: string,
  { bytes, mark }: Pick<EditableFile, 'bytes' | 'mark'>,
  text: string,
): Promise<WriteProblem | null> {
  const temporary = temporaryBeside(path)
  try {
    // A folder in the path may have become a link in the meantime.
    if ((await realpath(path)) !== path) return 'changed'
    const { mode, uid, gid } = await stat(path)
    await createFile(temporary, mark + text, { mode, uid, gid })
    if (!(await readFile(path)).equals(bytes)) return await withdrawn(temporary, 'changed')
    await rename(temporary, path)
    return null
  } catch (error) {
    return withdrawn(temporary, problemOf(error))
  }
}

interface Owner {
  mode: number
  uid: number
  gid: number
}

/** @param like the file whose owner and mode the new one gets; null for the defaults */
async function createFile(path: string, text: string, like: Owner | null): Promise<void> {
  const { O_CREAT, O_EXCL, O_WRONLY } = constants
  const file = await open(path, O_CREAT | O_EXCL | O_WRONLY, like === null ? 0o666 : 0o600)
  try {
    await file.writeFile(text)
    if (like !== null) {
      await keepOwner(file, like.uid, like.gid)
      await file.chmod(like.mode & 0o7777)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Gives the new file the old owner and group. Only root can give files away, so a failure is ignored. */
async function keepOwner(file: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await file.stat()
  if (own.uid === uid && own.gid === gid) return
  await file.chown(uid, gid).catch(() => {})
}

async function withdrawn(temporary: string, problem: WriteProblem): Promise<WriteProblem> {
  await rm(temporary, { force: true })
  return problem
}

/** @throws errors that are not system errors */
function problemOf(error: unknown): WriteProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'forbidden'
  if (code === 'ENOENT') return 'changed'
  if (/^E[A-Z0-9]+$/.test(code)) return 'failed'
  throw error
}

/** Writes a new file, such as a baseline, or replaces an existing one as a whole; false if it can't be written. */
export async function writeNewFile(path: string, text: string): Promise<boolean> {
  const temporary = temporaryBeside(path)
  try {
    await createFile(temporary, text, null)
    await rename(temporary, path)
    return true
  } catch (error) {
    await withdrawn(temporary, problemOf(error))
    return false
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}
