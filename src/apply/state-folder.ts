/** Refuses a state folder that others can write to: whoever writes the journal decides what undo and the next fix do. */

import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../errors.ts'

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
