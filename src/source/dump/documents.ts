/** Reads the documents of one input, JSON or YAML, as they arrive. */

import { JsonElements } from '../../json/json-elements.ts'
import { JsonError, parseElements } from '../../json/json-error.ts'
import { toUtf8 } from '../encoding.ts'
import type { Input } from './inputs.ts'
import { asNotADump, beginsLogs, HEAD, INTERLEAVED, NotADump, recognizeText } from './recognize.ts'
import { YamlError, YamlPieces } from './yaml-pieces.ts'

const BLANK = 0x20

/** Parses the bytes of one format. `write` and `end` throw JsonError, YamlError, or NotADump. */
interface Parser {
  write(bytes: Uint8Array): void
  end(): void
}

/**
 * Emits the documents of an input, with lists item by item: at most one item is in memory at a time.
 * @throws NotADump if it is empty, neither JSON nor YAML, or incomplete
 */
export async function readDocuments(
  input: Input,
  handlers: DocumentHandlers,
  signal: AbortSignal,
): Promise<void> {
  const reader = new InputReader(input.name, handlers)
  for await (const bytes of toUtf8(input.open(signal))) {
    signal.throwIfAborted()
    reader.take(bytes)
  }
  reader.end()
}

/** Reads one input: buffers its beginning until the format is recognized, and passes the rest to the parser. */
class InputReader {
  readonly #name: string
  readonly #handlers: DocumentHandlers
  #head: Buffer = Buffer.alloc(0)
  #parser: Parser | null = null
  /** The chunk the parser is reading, and its offset in the input. */
  #chunk: Uint8Array = this.#head
  #at = 0

  constructor(name: string, handlers: DocumentHandlers) {
    this.#name = name
    this.#handlers = handlers
  }

  take(bytes: Uint8Array): void {
    if (this.#parser !== null) {
      this.#write(this.#parser, bytes)
      return
    }
    this.#head = Buffer.concat([this.#head, bytes])
    if (this.#head.length >= HEAD && this.#head.some(byte => byte > BLANK)) this.#begin()
  }

  end(): void {
    const parser = this.#parser ?? this.#begin()
    this.#guard(() => parser.end())
  }

  #begin(): Parser {
    const parser = parserFor(this.#head, this.#name, this.#handlers)
    this.#parser = parser
    this.#write(parser, this.#head)
    return parser
  }

  #write(parser: Parser, bytes: Uint8Array): void {
    this.#at += this.#chunk.length
    this.#chunk = bytes
    this.#guard(() => parser.write(bytes))
  }

  /** Turns parse errors into errors about the input. They never quote it, because it can contain secrets. */
  #guard(parse: () => void): void {
    try {
      parse()
    } catch (error) {
      throw error instanceof JsonError || error instanceof YamlError ? this.#readable(error) : error
    }
  }

  #readable(error: JsonError | YamlError): NotADump {
    const name = this.#name
    const damaged = looksLikeObjects(this.#head)
    const place = error instanceof JsonError ? `byte ${error.offset}` : error.message
    if (error.truncated)
      return new NotADump(
        `${name} ends in the middle, at ${place}: it was cut off. Make the dump again.`,
        damaged,
      )
    if (error instanceof YamlError && error.is !== null)
      return new NotADump(asNotADump(name, error.is), damaged)
    if (error instanceof YamlError)
      return new NotADump(`${name} is neither JSON nor YAML: ${place} can't be read.`, damaged)
    const from = error.offset - this.#at
    const rest = from < 0 ? '' : decodeText(this.#chunk.subarray(from, from + HEAD))
    return beginsLogs(rest)
      ? new NotADump(asNotADump(name, INTERLEAVED), damaged)
      : new NotADump(`${name} is not valid JSON at ${place}.`, damaged)
  }
}

/** Chooses the parser by the first characters that are not white space. */
function parserFor(head: Uint8Array, name: string, handlers: DocumentHandlers): Parser {
  if (head.includes(0)) throw new NotADump(`${name} is neither JSON nor YAML: it is not text.`)
  const text = decodeText(head).trimStart()
  if (text === '') throw new NotADump(`${name} is empty.`)
  if (text.startsWith('<')) throw new NotADump(`${name} is neither JSON nor YAML: it is HTML or XML.`)
  // YAML has brackets too, around unquoted keys.
  if (/^[{[]/.test(text) && !/^\{\s*[^\s"}]|^\[\s*\{\s*[^\s"}]/.test(text)) return jsonParser(handlers)
  const is = recognizeText(text)
  if (is !== null) throw new NotADump(asNotADump(name, is))
  return new YamlPieces(handlers)
}

/** Skips the rows of a Table too, which saves memory; a document's kind is known only at its end. */
function jsonParser({ onItem, onDocument }: DocumentHandlers): Parser {
  return new JsonElements(['items', 'rows'], {
    onElements: (array, bytes, offset) => {
      const elements = parseElements(bytes, offset)
      if (array === 'items') elements.forEach(onItem)
    },
    onDocument,
  })
}

/** Whether the input begins like a dump. A chart's template does too, so it is excluded. */
function looksLikeObjects(head: Uint8Array): boolean {
  const text = decodeText(head)
  return text.includes('apiVersion') && (/^\s*(?:\{\s*"|\[)/.test(text) || !text.includes('{{'))
}

function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

export interface DocumentHandlers {
  /** Receives one element of a document's `items`, before the rest of the document is known. */
  onItem(raw: unknown): void
  /** Receives the whole document at its end, without the items that were emitted. */
  onDocument(rest: unknown): void
}
