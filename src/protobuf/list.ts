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
interface ListHead {
  kind: string
  metadata: { resourceVersion?: string; continue?: string }
}

/** The wanted fields of an item: those of `shape`, or only those of `only.shape` if `only.isWanted` rejects the item. */
export interface ItemShape {
  shape: Shape
  only: { shape: Shape; isWanted(item: Record<string, unknown>): boolean } | undefined
}

/** Takes one response in chunks split anywhere and emits each item as it ends. `write` and `end` throw ProtobufError. */
export class ProtobufList {
  readonly #item: ItemShape
  readonly #visit: (item: Record<string, unknown>) => void
  readonly #maxFieldLength: number
  readonly #head: ListHead = { kind: '', metadata: {} }
  readonly #unfinished = new UnfinishedField()
  #begun = false
  /** The number of bytes of the list that are still to come; null before the list has begun. */
  #left: number | null = null

  /** @param maxFieldLength the limit of one field in bytes, which is also the most that is buffered */
  constructor(item: ItemShape, visit: (item: Record<string, unknown>) => void, maxFieldLength: number) {
    this.#item = item
    this.#visit = visit
    this.#maxFieldLength = maxFieldLength
  }

  write(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const unfinished = this.#unfinished
    let at = 0
    while (unfinished.length > 0 && at < bytes.length) {
      at += unfinished.fill(bytes, at)
      if (unfinished.isReady) unfinished.drop(this.#fields(unfinished.bytes, 0))
    }
    if (at < bytes.length) unfinished.hold(bytes, this.#fields(bytes, at))
  }

  /** Ends the input. @throws ProtobufError, `truncated`, if something is missing */
  end(): ListHead {
    if (this.#left !== 0 || this.#unfinished.length > 0)
      throw new ProtobufError('it ends too early', { truncated: true })
    return this.#head
  }

  /** Reads the complete fields in these bytes. Returns the index after them. */
  #fields(bytes: Buffer, from: number): number {
    let at = this.#begun ? from : this.#begin(bytes, from)
    while (this.#begun && at < bytes.length) {
      const next = this.#field(bytes, at)
      if (next < 0) break
      at = next
    }
    return at
  }

  #begin(bytes: Buffer, from: number): number {
    const isOurs = isProtobuf(bytes.subarray(from))
    if (isOurs === false) throw new ProtobufError('it is not protobuf')
    this.#begun = isOurs === true
    return this.#begun ? from + MAGIC.length : from
  }

  /** Reads the field that begins at `from`. Returns the index after it, or -1 if more of it is still to come. */
  #field(bytes: Buffer, from: number): number {
    const cursor: Cursor = { at: from, low: 0 }
    this.#unfinished.expects(bytes.length - from + 1)
    if (!isWholeVarint(bytes, cursor.at)) return -1
    readVarint(bytes, cursor, bytes.length)
    const number = cursor.low >>> 3
    const wire = cursor.low & 7
    if (wire !== LENGTH && wire !== VARINT) throw new ProtobufError('a field is of no known kind')
    if (!isWholeVarint(bytes, cursor.at)) return -1
    readVarint(bytes, cursor, bytes.length)
    const length = wire === LENGTH ? cursor.low >>> 0 : 0
    const start = cursor.at
    // Don't wait for the whole list: its bytes are read as separate fields.
    if (this.#left === null && number === RAW && wire === LENGTH) {
      this.#left = length
      return start
    }
    if (length > this.#maxFieldLength) throw new ProtobufError('there is too much to hold at once')
    const end = start + length
    if (end > bytes.length) {
      this.#unfinished.expects(end - from)
      return -1
    }
    if (this.#left) this.#ofList(bytes, { number, from, start, end })
    else if (number === TYPE_META) this.#head.kind = kindIn(bytes, from, end)
    return end
  }

  #ofList(bytes: Buffer, field: { number: number; from: number; start: number; end: number }): void {
    const { number, from, start, end } = field
    this.#left = (this.#left ?? 0) - (end - from)
    if (this.#left < 0) throw new ProtobufError('a field is longer than its list')
    if (number === METADATA) this.#head.metadata = readMessage(bytes, LIST_META, start, end)
    else if (number === ITEMS) this.#visit(this.#readItem(bytes, start, end))
  }

  #readItem(bytes: Buffer, start: number, end: number): Record<string, unknown> {
    const { shape, only } = this.#item
    if (only !== undefined) {
      const glance = readMessage(bytes, only.shape, start, end)
      if (!only.isWanted(glance)) return glance
    }
    return readMessage(bytes, shape, start, end)
  }
}

/** The part received of an unfinished field. A field is copied only if it is split between chunks, and always into the same memory. */
class UnfinishedField {
  #memory = Buffer.alloc(0)
  #expected = 0
  length = 0

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.length)
  }

  /** Whether the expected number of bytes has arrived. */
  get isReady(): boolean {
    return this.length >= this.#expected
  }

  /** Sets the field's minimum length. */
  expects(length: number): void {
    this.#expected = length
  }

  /** Keeps the bytes from index `from` on. */
  hold(bytes: Buffer, from: number): void {
    this.#add(bytes, from, bytes.length)
  }

  /** Copies the bytes that it still needs, from index `from` on. Returns how many it copied. */
  fill(bytes: Buffer, from: number): number {
    const missing = Math.max(1, this.#expected - this.length)
    const to = Math.min(bytes.length, from + missing)
    this.#add(bytes, from, to)
    return to - from
  }

  /** Discards the first bytes, which have been read. */
  drop(count: number): void {
    this.#memory.copyWithin(0, count, this.length)
    this.length -= count
  }

  #add(bytes: Buffer, from: number, to: number): void {
    const length = this.length + to - from
    if (length > this.#memory.length) {
      const larger = Buffer.allocUnsafe(2 * length)
      this.#memory.copy(larger, 0, 0, this.length)
      this.#memory = larger
    }
    bytes.copy(this.#memory, this.length, from, to)
    this.length = length
  }
}

/** Whether the varint that begins at `from` is complete in these bytes. @throws ProtobufError if it is too long */
function isWholeVarint(bytes: Buffer, from: number): boolean {
  const most = Math.min(bytes.length, from + MAX_VARINT_LENGTH)
  for (let at = from; at < most; at++) if ((bytes[at] as number) < 128) return true
  if (most === from + MAX_VARINT_LENGTH) throw new ProtobufError('a number does not end')
  return false
}
