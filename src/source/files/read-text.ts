/** Reads one file as text, in any encoding that editors and shells write. A file that is not text, or far too long, gives a code. */

import { open } from 'node:fs/promises'
import { systemCode } from '../../errors.ts'
import { readUpTo } from '../../network/read-up-to.ts'
import type { FileProblem } from '../../snapshot/audit-snapshot.ts'
import { toUtf8 } from '../encoding.ts'

/** In bytes. A manifest of that length is a dump, which is audited live; parsing it would take many times as much memory. */
const LONGEST = 32 * 1024 * 1024

/** Characters that YAML and JSON forbid, which show that a file is something else. */
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f]/

/** A file's text, or why there is none. */
type ReadText = { text: string } | { problem: FileProblem }

export async function readText(path: string): Promise<ReadText> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      return size > LONGEST ? { problem: 'too-large' } : await decode(await file.readFile())
    } finally {
      await file.close()
    }
  } catch (error) {
    return { problem: problemOf(error) }
  }
}

export async function readStream(stream: AsyncIterable<Uint8Array>): Promise<ReadText> {
  try {
    const bytes = await readUpTo(stream, LONGEST)
    return bytes === null ? { problem: 'too-large' } : await decode(bytes)
  } catch (error) {
    return { problem: problemOf(error) }
  }
}

async function decode(bytes: Uint8Array): Promise<ReadText> {
  const pieces: Uint8Array[] = []
  for await (const piece of toUtf8(streamOf(bytes))) pieces.push(piece)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
    return CONTROLS.test(text) ? { problem: 'not-text' } : { text }
  } catch {
    return { problem: 'not-text' }
  }
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const BY_CODE = new Map<string, FileProblem>([
  ['ENOENT', 'missing'],
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['ELOOP', 'link-loop'],
])

/** Why a file or folder could not be read, by the system's own code. @throws what is not a system error */
export function problemOf(error: unknown): FileProblem {
  const code = systemCode(error)
  if (code === null) throw error
  return BY_CODE.get(code) ?? 'unreadable'
}
