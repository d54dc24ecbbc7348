/** Replaces edited manifests, each one only if nobody changed it in the meantime. This is the only place that changes them. */

import { readFile, realpath, stat } from 'node:fs/promises'
import type { WriteProblem } from '../audit/edit-report.ts'
import { systemCode } from '../errors.ts'
import { writeWhole } from './write-whole.ts'

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
