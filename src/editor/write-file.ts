/** Writes a user's files, each completely or not at all; a manifest, only if nobody changed it in the meantime. Nothing else changes manifests. */

import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { WriteProblem } from '../audit/edit-report.ts'
import { systemCode } from '../errors.ts'

interface WriteOptions {
  /** Permissions of a new file, before the umask. */
  mode?: number
  /** The file whose owner and permissions the new one gets. */
  like?: { mode: number; uid: number; gid: number }
  /** Asked just before the rename: false withdraws the new file. */
  isStillWanted?: () => Promise<boolean>
}

/** Returns false if the file was not wanted any more. @throws system errors; then the old file, if any, is unchanged */
export async function writeWhole(path: string, text: string, options: WriteOptions = {}): Promise<boolean> {
  const { mode = 0o666, like, isStillWanted } = options
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    // `wx` is O_EXCL: it does not follow a link that someone created there.
    const file = await open(draft, 'wx', like === undefined ? mode : 0o600)
    try {
      await file.writeFile(text)
      if (like !== undefined) {
        await keepOwner(file, like.uid, like.gid)
        await file.chmod(like.mode & 0o7777)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    const isWanted = (await isStillWanted?.()) ?? true
    if (isWanted) await rename(draft, path)
    else await rm(draft, { force: true })
    return isWanted
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
}

/** Gives the new file the old owner and group. Only root can give files away, so a failure is ignored. */
async function keepOwner(file: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await file.stat()
  if (own.uid === uid && own.gid === gid) return
  await file.chown(uid, gid).catch(() => {})
}

/** A file's content as text that encodes to the same bytes. */
interface EditableFile {
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
  try {
    // A folder in the path may have become a link in the meantime.
    if ((await realpath(path)) !== path) return 'changed'
    const isStillWanted = async () => (await readFile(path)).equals(bytes)
    const isWritten = await writeWhole(path, mark + text, { like: await stat(path), isStillWanted })
    return isWritten ? null : 'changed'
  } catch (error) {
    return problemOf(error)
  }
}

/** @throws errors that are not system errors */
function problemOf(error: unknown): WriteProblem {
  const code = systemCode(error)
  if (code === null) throw error
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'forbidden'
  if (code === 'ENOENT') return 'changed'
  return 'failed'
}
