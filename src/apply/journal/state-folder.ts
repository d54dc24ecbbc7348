/** The folders on this machine with a cluster's journals, and who may own them. */

import { stat } from 'node:fs/promises'
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

/**
 * Returns the folders with a cluster's journals: that of its identity, where new ones go, and that of its address, where a user who can't
 * read the cluster's uid records runs.
 */
export function journalFolders(
  env: Record<string, string | undefined>,
  home: string,
  { uid, server }: { uid: string; server: string },
): [own: string, ...others: string[]] {
  const own = journalFolder(env, home, uid)
  return uid === server ? [own] : [own, journalFolder(env, home, server)]
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
/** The sticky bit: in such a folder, like /tmp, no one can replace another user's files. */
const STICKY = 0o1000

/**
 * Checks the cluster's folder, pullguard's folder, and its parent, if they exist: journals decide what undo and the next fix do.
 * @throws UsageError if others can write to one
 */
export async function refuseForeignFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const own = dirname(folder)
  for (const path of [dirname(own), own, folder]) {
    const found = await stat(path).catch(() => null)
    if (found === null) return
    const { mode, uid, gid } = found
    const isOurs = [process.getuid?.(), 0].includes(uid)
    const byGroup = (mode & BY_GROUP) !== 0 && gid !== process.getgid?.() && gid !== 0
    const open = ((mode & BY_OTHERS) !== 0 || byGroup) && (mode & STICKY) === 0
    if (!open && isOurs) continue
    const other = 'set XDG_STATE_HOME to a folder of your own'
    // Only its owner can change a folder's mode.
    const why = isOurs
      ? `others can write to it: run \`chmod go-w\` on it, or ${other}`
      : `it belongs to another user: ${other}`
    throw new UsageError(`The state folder ${path} is not used, because ${why}.`)
  }
}
