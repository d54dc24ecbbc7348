/** Writes one file completely or not at all: the text goes into a new file beside it, which is renamed at the end. */

import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

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
