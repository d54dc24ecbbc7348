/** Cuts the elements of large arrays out of JSON as it arrives, so that a list of any length is read in little memory. */
import { JsonError, parseValue } from './json-error.ts'
import { followingEnd, isSpace, JsonValue, mayBegin } from './json-value.ts'

interface ElementHandlers {
  /**
   * Receives consecutive elements of a named array, separated by commas: JSON text that starts at byte `offset`. `parseElements` takes half
   * as long for many short elements as parsing them one by one. The buffer may be reused once this returns.
   */
  onElements(array: string, bytes: Buffer, offset: number): void
  /** Receives the whole document at its end, parsed, with the named arrays emptied. It began at byte `offset`. */
  onDocument(rest: unknown, offset: number): void
}

type ExpectedToken =
  | 'document'
  | 'first key'
  | 'key'
  | 'colon'
  | 'value'
  | 'comma'
  | 'first element'
  | 'element'
  | 'element comma'

/** In bytes. etcd stores no object larger than a few megabytes, and a parsed value takes many times its length in memory. */
export const MAX_OBJECT_LENGTH = 16 * 1024 * 1024

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/**
 * Takes any number of concatenated JSON documents, in chunks split anywhere. If a document is an object, the elements of its top-level
 * arrays named in `arrays` are emitted as they end; at most one element is buffered, besides the chunk. Nested keys of the same name are
 * ignored. `write` and `end` throw JsonError; errors of a handler pass through.
 */
export class JsonElements {
  readonly #arrays: readonly string[]
  readonly #handlers: ElementHandlers
  readonly #maxLength: number
  #expected: ExpectedToken = 'document'
  /** The number of bytes in earlier chunks. */
  #before = 0
  #documentAt = 0
  #rest = ''
  #key = ''
  #value: JsonValue | null = null

  /** @param maxLength bytes of one value, and of everything outside the named arrays: the limit of what is buffered */
  constructor(arrays: readonly string[], handlers: ElementHandlers, maxLength = Number.POSITIVE_INFINITY) {
    this.#arrays = arrays
    this.#handlers = handlers
    this.#maxLength = maxLength
  }

  write(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    while (at < chunk.length) {
      at = this.#value ? this.#within(chunk, at, this.#value) : this.#between(chunk, at)
    }
    this.#before += chunk.length
  }

  /** Ends the input. @throws JsonError, `truncated`, if a document is unfinished */
  end(): void {
    if (this.#expected === 'document' && this.#value?.mayEndHere) this.#finishValue(this.#value)
    if (this.#expected !== 'document' || this.#value) {
      throw new JsonError('The JSON ends too early,', this.#before, { truncated: true })
    }
  }

  #within(chunk: Buffer, at: number, value: JsonValue): number {
    const end = value.take(chunk, at)
    const held = (end < 0 ? this.#before + chunk.length - value.offset : 0) + this.#rest.length
    if (held > this.#maxLength) throw new JsonError('The JSON value is too long', value.offset)
    if (end < 0) return chunk.length
    const isElement = this.#expected === 'element' || this.#expected === 'first element'
    const isShort = value.offset >= this.#before
    if (!isElement || !isShort) {
      this.#finishValue(value)
      return end
    }
    const allEnd = followingEnd(chunk, end)
    this.#value = null
    this.#expected = 'element comma'
    this.#handlers.onElements(this.#key, chunk.subarray(at, allEnd), value.offset)
    return allEnd
  }

  #finishValue(value: JsonValue): void {
    const bytes = value.bytes()
    this.#value = null
    switch (this.#expected) {
      case 'document':
        this.#handlers.onDocument(parseValue(bytes, value.offset), value.offset)
        return
      case 'first element':
      case 'element':
        this.#expected = 'element comma'
        this.#handlers.onElements(this.#key, bytes, value.offset)
        return
      case 'value':
        this.#rest += bytes.toString('utf8')
        this.#expected = 'comma'
        return
      default:
        this.#rest += bytes.toString('utf8')
        this.#key = String(parseValue(bytes, value.offset))
        this.#expected = 'colon'
    }
  }

  /** Consumes white space or punctuation, or leaves the first byte of a value to #within. Returns the index to continue at. */
  #between(chunk: Buffer, at: number): number {
    const byte = chunk[at] as number
    if (isSpace(byte)) return at + 1
    const offset = this.#before + at
    if (this.#expected === 'document') {
      if (offset < BYTE_ORDER_MARK.length && byte === BYTE_ORDER_MARK[offset]) return at + 1
      this.#documentAt = offset
    }
    const next = this.#afterPunctuation(String.fromCharCode(byte))
    if (next) {
      this.#expected = next
      return at + 1
    }
    const isKey = this.#expected === 'key' || this.#expected === 'first key'
    const isValue = /^(document|value|first element|element)$/.test(this.#expected) && mayBegin(byte)
    if (isKey ? byte !== 0x22 : !isValue) throw new JsonError('Not JSON: unexpected character', offset)
    this.#value = new JsonValue(byte, offset)
    return at
  }

  /** What is expected after this character, or null if it is not punctuation that is valid here. */
  #afterPunctuation(character: string): ExpectedToken | null {
    switch (`${this.#expected} ${character}`) {
      case 'document {':
        return this.#keep('{', 'first key')
      case 'colon :':
        return this.#keep(':', 'value')
      case 'comma ,':
        return this.#keep(',', 'key')
      case 'value [':
        return this.#arrays.includes(this.#key) ? this.#keep('[', 'first element') : null
      case 'first element ]':
      case 'element comma ]':
        return this.#keep(']', 'comma')
      case 'element comma ,':
        return 'element'
      case 'first key }':
      case 'comma }':
        return this.#finishDocument()
      default:
        return null
    }
  }

  #keep(text: string, next: ExpectedToken): ExpectedToken {
    this.#rest += text
    return next
  }

  #finishDocument(): ExpectedToken {
    const text = `${this.#rest}}`
    this.#rest = ''
    this.#handlers.onDocument(parseValue(Buffer.from(text), this.#documentAt), this.#documentAt)
    return 'document'
  }
}
