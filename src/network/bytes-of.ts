/** Reads a file by its name, which can also be a pipe, such as that of `<(helm template .)`. */

import { constants, createReadStream, open } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { promisify } from 'node:util'

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
