/** Cuts the items of a Kubernetes list out of its protobuf as it arrives, so that a list of any length is read in little memory. */

import { isProtobuf, kindIn, MAGIC, RAW, TYPE_META } from './envelope.ts'
import { type Cursor, LENGTH, ProtobufError, readMessage, readVarint, VARINT } from './message.ts'
import { type Shape, shapeOf } from './shape.ts'

/** metav1.ListMeta. */
const LIST_META = shapeOf({ 2: 'resourceVersion', 3: 'continue' })
const METADATA = 1
const ITEMS = 2
const MAX_VARINT_LENGTH = 10

/** The head of a list. */
export interface ListHead {
  kind: string
  metadata: { resourceVersion?: string; continue?: string }
}

/** Takes one answer in chunks cut anywhere; each item is emitted as it ends. `write` and `end` throw ProtobufError. */
export class ProtobufList {
  readonly #shape: Shape
  readonly #visit: (item: Record<string, unknown>) => void
  readonly #maxFieldLength: number
  readonly #head: ListHead = { kind: '', metadata: {} }
  /** What has come of a field that is not over. */
  #held: Buffer = Buffer.alloc(0)
  #begun = false
  /** Bytes of the list itself that are still to come; null before it has begun. */
  #left: number | null = null

  /** @param maxFieldLength bytes of one field, which is what is held at once */
  constructor(shape: Shape, visit: (item: Record<string, unknown>) => void, maxFieldLength: number) {
    this.#shape = shape
    this.#visit = visit
    this.#maxFieldLength = maxFieldLength
  }

  write(chunk: Uint8Array): void {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, fresh]) : fresh
    let at = this.#begun ? 0 : this.#begin(bytes)
    while (this.#begun && at < bytes.length) {
      const next = this.#field(bytes, at)
      if (next < 0) break
      at = next
    }
    this.#held = bytes.subarray(at)
  }

  /** No more bytes. @throws ProtobufError, `truncated`, where something is missing */
  end(): ListHead {
    if (this.#left !== 0 || this.#held.length > 0) throw new ProtobufError('it ends too early', true)
    return this.#head
  }

  #begin(bytes: Buffer): number {
    const isOurs = isProtobuf(bytes)
    if (isOurs === false) throw new ProtobufError('it is not protobuf')
    this.#begun = isOurs === true
    return this.#begun ? MAGIC.length : 0
  }

  /** Takes the field that begins at `from`. Gives the index behind it, or -1 where more of it has to come. */
  #field(bytes: Buffer, from: number): number {
    const cursor: Cursor = { at: from, low: 0 }
    if (!isWholeVarint(bytes, cursor.at)) return -1
    readVarint(bytes, cursor, bytes.length)
    const number = cursor.low >>> 3
    const wire = cursor.low & 7
    if (wire !== LENGTH && wire !== VARINT) throw new ProtobufError('a field is of no known kind')
    if (!isWholeVarint(bytes, cursor.at)) return -1
    readVarint(bytes, cursor, bytes.length)
    const length = wire === LENGTH ? cursor.low >>> 0 : 0
    const start = cursor.at
    // The list's own bytes are not waited for: what is in them comes as fields of their own.
    if (this.#left === null && number === RAW && wire === LENGTH) {
      this.#left = length
      return start
    }
    if (length > this.#maxFieldLength) throw new ProtobufError('there is too much to hold at once')
    const end = start + length
    if (end > bytes.length) return -1
    if (this.#left) this.#ofList(bytes, { number, from, start, end })
    else if (number === TYPE_META) this.#head.kind = kindIn(bytes, from, end)
    return end
  }

  #ofList(bytes: Buffer, field: { number: number; from: number; start: number; end: number }): void {
    const { number, from, start, end } = field
    this.#left = (this.#left ?? 0) - (end - from)
    if (this.#left < 0) throw new ProtobufError('a field is longer than its list')
    if (number === METADATA) this.#head.metadata = readMessage(bytes, LIST_META, start, end)
    else if (number === ITEMS) this.#visit(readMessage(bytes, this.#shape, start, end))
  }
}

/** Whether the number that begins there is all in these bytes. @throws ProtobufError where it has no end */
function isWholeVarint(bytes: Buffer, from: number): boolean {
  const most = Math.min(bytes.length, from + MAX_VARINT_LENGTH)
  for (let at = from; at < most; at++) if ((bytes[at] as number) < 128) return true
  if (most === from + MAX_VARINT_LENGTH) throw new ProtobufError('a number does not end')
  return false
}
