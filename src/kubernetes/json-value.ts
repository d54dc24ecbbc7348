/** Finds where one JSON value ends in bytes that come in chunks. Every byte of a dump passes through here, so it is kept tight. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
/** `[` and `{`, `]` and `}` differ in this bit only. */
const EITHER = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d
const OPEN_ARRAY = 0x5b

export const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isBracket = (byte: number) => (byte | EITHER) === OPEN || (byte | EITHER) === CLOSE
/** Where a number, true, false or null is over. */
const endsScalar = (byte: number) =>
  byte === COMMA || byte === COLON || byte === QUOTE || isSpace(byte) || isBracket(byte)

/** Whether a value may begin with this byte, as far as this scanner looks. */
export const mayBegin = (byte: number) =>
  byte !== COMMA && byte !== COLON && (byte | EITHER) !== CLOSE && !isSpace(byte)

/**
 * One value under way. It counts brackets of both sorts alike and leaves the grammar within the value to JSON.parse: two
 * values are never mistaken for one, and a wrong one does not parse.
 */
export class JsonValue {
  readonly offset: number
  readonly #scalar: boolean
  #pieces: Buffer[] = []
  #depth = 0
  #inString = false
  #escaped = false

  constructor(firstByte: number, offset: number) {
    this.offset = offset
    this.#scalar = firstByte !== QUOTE && (firstByte | EITHER) !== OPEN
  }

  /** Takes this value's bytes from `chunk`, beginning at `at`. Gives the index after its last byte, or -1 where it goes on in the next chunk. */
  take(chunk: Buffer, at: number): number {
    const end = this.#scalar ? scalarEnd(chunk, at) : this.#nestedEnd(chunk, at)
    this.#pieces.push(end < 0 ? chunk.subarray(at) : chunk.subarray(at, end))
    return end
  }

  /** Only a number, true, false or null can be over because the bytes are. */
  get mayEndHere(): boolean {
    return this.#scalar
  }

  bytes(): Buffer {
    const [only, ...more] = this.#pieces
    return only && more.length === 0 ? only : Buffer.concat(this.#pieces)
  }

  #nestedEnd(chunk: Buffer, from: number): number {
    const length = chunk.length
    let at = from
    let depth = this.#depth
    let inString = this.#inString
    if (this.#escaped && at < length) {
      this.#escaped = false
      at++
    }
    while (at < length) {
      if (inString) {
        while (at < length && chunk[at] !== QUOTE) at += chunk[at] === BACKSLASH ? 2 : 1
        if (at >= length) break
        at++
        inString = false
        if (depth === 0) return at
      }
      while (at < length) {
        const byte = chunk[at++] as number
        if (byte === QUOTE) {
          inString = true
          break
        }
        if (byte < OPEN_ARRAY) continue
        if ((byte | EITHER) === OPEN) depth++
        else if ((byte | EITHER) === CLOSE && --depth === 0) return at
      }
    }
    this.#escaped = at > length
    this.#depth = depth
    this.#inString = inString
    return -1
  }
}

function scalarEnd(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) if (endsScalar(chunk[at] as number)) return at
  return -1
}
