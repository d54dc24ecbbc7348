/** Where the journals of a cluster are kept: a folder that nobody else can write to, for whoever writes a journal decides what undo and the next fix do. */

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

const BY_OTHERS = 0o002
const BY_GROUP = 0o020
/** In such a folder, as /tmp is one, nobody can replace what another has made. */
const STICKY = 0o1000

/** Looks at a cluster's folder, at pullguard's and at the one that holds it, as far as they are there. @throws UsageError */
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

/** Makes the folder, readable by its owner alone. Windows can't open folders to flush them: null. */
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
