/** The folder of a cluster's journals. Nobody else may write to it, because journals decide what undo and the next fix do. */

import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from '../../errors.ts'

/** Where a cluster's journals live: `$XDG_STATE_HOME/pullguard/<uid>`, by default below `~/.local/state`. */
export function journalFolder(
  env: Record<string, string | undefined>,
  home: string,
  clusterUid: string,
): string {
  const state = env.XDG_STATE_HOME
  // Relative XDG paths are ignored (XDG Base Directory Specification).
  const base = state?.startsWith('/') ? state : join(home, '.local', 'state')
  // The identity may be a server's address, which has characters that a folder name can't have.
  return join(base, 'pullguard', folderName(clusterUid))
}

/** A server can claim any uid, such as `..` or a megabyte of text. */
function folderName(clusterUid: string): string {
  return clusterUid
    .slice(0, 200)
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.*$/, '_')
}

const BY_OTHERS = 0o002
const BY_GROUP = 0o020
/** The sticky bit: in such a folder, like /tmp, nobody can replace another user's files. */
const STICKY = 0o1000

/** Checks a cluster's folder, pullguard's, and its parent, as far as they exist. @throws UsageError where others can write to one */
export async function refuseForeignFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const own = dirname(folder)
  for (const path of [dirname(own), own, folder]) {
    const found = await stat(path).catch(() => null)
    if (found === null) return
    const { mode, uid, gid } = found
    const us = [process.getuid?.(), 0]
    const byGroup = (mode & BY_GROUP) !== 0 && gid !== process.getgid?.() && gid !== 0
    const open = ((mode & BY_OTHERS) !== 0 || byGroup) && (mode & STICKY) === 0
    if (!open && us.includes(uid)) continue
    const why = open ? 'others can write to it' : 'it is another user’s'
    throw new UsageError(
      `The state folder ${path} is not used, as ${why}: \`chmod go-w\` it, or set XDG_STATE_HOME to a folder of your own.`,
    )
  }
}

/** Creates the folder, readable by its owner alone, and opens it to flush it; null on Windows, which can't open folders. @throws UsageError */
export async function openFolder(folder: string): Promise<FileHandle | null> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return process.platform === 'win32' ? null : await open(folder, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(
      `Can't keep a journal in ${folder} (${code}), so nothing was written. Set XDG_STATE_HOME to a writable folder.`,
    )
  }
}
