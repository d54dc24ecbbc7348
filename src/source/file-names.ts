/** What -f means for every command that reads files: a file, a pipe such as that of `<(helm template .)`, a folder, or standard input. */

import { constants, createReadStream, open } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { promisify } from 'node:util'
import { UsageError } from '../errors.ts'

/** The file types that kubectl reads from a folder, in any case. */
export const IN_FOLDERS = /\.(?:json|ya?ml)$/i

/** @throws UsageError for an empty name, and for standard input given twice */
export function checkFileNames(names: readonly string[]): void {
  // An unset variable on the command line; resolve() would turn it into the current folder.
  if (names.includes('')) throw new UsageError('-f was given an empty name: give a file, a folder, or -.')
  if (names.filter(name => name === '-').length > 1)
    throw new UsageError('-f - is given twice: standard input can be read only once.')
}

const CHUNK = 1 << 20

/** Reads a file, a device, or a pipe. @throws system errors, and when the signal is aborted */
export async function* bytesOf(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield* (await stat(path)).isFIFO()
    ? addAbortSignal(signal, await openPipe(path))
    : createReadStream(path, { signal, highWaterMark: CHUNK })
}

/** A blocked read of a file can't be ended, not even by exit(), and a pipe's lasts until its writer is done; a socket's read ends when it is closed. */
async function openPipe(path: string): Promise<Socket> {
  // Not a FileHandle, which would close it when it is collected as garbage.
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return new Socket({ fd, readable: true, writable: false })
}
