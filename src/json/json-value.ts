/** Finds where one JSON value ends in bytes that come in chunks. Speed matters: every byte of a dump passes through here. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
/** `[` and `{`, and `]` and `}`, differ only in this bit. */
const EITHER = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d
const OPEN_ARRAY = 0x5b

export const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isBracket = (byte: number) => (byte | EITHER) === OPEN || (byte | EITHER) === CLOSE
/** Whether this byte ends a number, true, false, or null. */
const endsScalar = (byte: number) =>
  byte === COMMA || byte === COLON || byte === QUOTE || isSpace(byte) || isBracket(byte)

/** Whether a value may begin with this byte, as far as this scanner looks. */
export const mayBegin = (byte: number) =>
  byte !== COMMA && byte !== COLON && (byte | EITHER) !== CLOSE && !isSpace(byte)

/**
 * Scans one value. It counts both kinds of brackets alike and leaves the grammar within the value to JSON.parse: two values are never
 * mistaken for one, and an invalid one does not parse.
 */
export class JsonValue {
  readonly offset: number
  readonly #scalar: boolean
  readonly #place: ScanState = { depth: 0, inString: false, escaped: false }
  #pieces: Buffer[] = []

  constructor(firstByte: number, offset: number) {
    this.offset = offset
    this.#scalar = firstByte !== QUOTE && (firstByte | EITHER) !== OPEN
  }

  /** Takes this value's bytes from `chunk`, from `at` on. Returns the index after the last one, or -1 if more are in the next chunk. */
  take(chunk: Buffer, at: number): number {
    const end = this.#scalar ? scalarEnd(chunk, at) : nestedEnd(chunk, at, this.#place)
    this.#pieces.push(end < 0 ? chunk.subarray(at) : chunk.subarray(at, end))
    return end
  }

  /** Whether the end of the input can end the value: true only for a number, true, false, or null. */
  get mayEndHere(): boolean {
    return this.#scalar
  }

  bytes(): Buffer {
    const [only, ...more] = this.#pieces
    return only && more.length === 0 ? only : Buffer.concat(this.#pieces)
  }
}

/** The scanner's state within a value. */
interface ScanState {
  depth: number
  inString: boolean
  escaped: boolean
}

/** Returns the index after the last byte of an object, array, or string; -1, and the state in `place`, if the next chunk continues it. */
function nestedEnd(chunk: Buffer, from: number, place: ScanState): number {
  const length = chunk.length
  let { depth, inString } = place
  let at = from
  if (place.escaped && at < length) {
    place.escaped = false
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
  place.escaped = at > length
  place.depth = depth
  place.inString = inString
  return -1
}

/**
 * Returns the index after the last of the objects and arrays that follow an element ending at `at`, are each preceded by a comma, and also
 * end in this chunk; `at` if there are none.
 */
export function followingEnd(chunk: Buffer, at: number): number {
  let end = at
  for (;;) {
    let next = end
    while (isSpace(chunk[next] as number)) next++
    if (chunk[next++] !== COMMA) return end
    while (isSpace(chunk[next] as number)) next++
    if (((chunk[next] as number) | EITHER) !== OPEN) return end
    const nextEnd = nestedEnd(chunk, next, { depth: 0, inString: false, escaped: false })
    if (nextEnd < 0) return end
    end = nextEnd
  }
}

function scalarEnd(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) if (endsScalar(chunk[at] as number)) return at
  return -1
}
