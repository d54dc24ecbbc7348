/** Reads the documents of one input, JSON or YAML, as they arrive. */

import { UsageError } from '../../errors.ts'
import { JsonElements } from '../../json/json-elements.ts'
import { JsonError, parseElements } from '../../json/json-error.ts'
import type { DocumentHandlers } from './document-handlers.ts'
import { toUtf8 } from './encoding.ts'
import type { Input } from './inputs.ts'
import { YamlError } from './yaml-piece.ts'
import { YamlPieces } from './yaml-pieces.ts'

/** Takes the bytes of one format. `write` and `end` throw JsonError or YamlError. */
interface Parser {
  write(bytes: Uint8Array): void
  end(): void
}

/**
 * Hands out the documents of an input, its lists item by item: at most one item is in memory at a time.
 * @throws UsageError where it is empty, neither JSON nor YAML, or ends in the middle
 */
export async function readDocuments(
  input: Input,
  handlers: DocumentHandlers,
  signal: AbortSignal,
): Promise<void> {
  let parser: Parser | null = null
  try {
    for await (const bytes of toUtf8(input.open(signal))) {
      signal.throwIfAborted()
      parser ??= parserFor(bytes, input.name, handlers)
      parser?.write(bytes)
    }
    parser?.end()
  } catch (error) {
    throw readable(error, input.name)
  }
  if (parser === null) throw new UsageError(`Nothing is in ${input.name}: it is empty.`)
}

/** Judged by the first characters that are not white space; null where these bytes have none. */
function parserFor(bytes: Uint8Array, name: string, handlers: DocumentHandlers): Parser | null {
  if (bytes.includes(0)) throw new UsageError(`${name} is neither JSON nor YAML: it is no text.`)
  const at = bytes.findIndex(byte => byte > 0x20)
  if (at === -1) return null
  const start = Buffer.from(bytes.subarray(at, at + 100)).toString('latin1')
  if (start.startsWith('<')) throw new UsageError(`${name} is neither JSON nor YAML: it is HTML or XML.`)
  // YAML has brackets too, around keys without quotes.
  const isYaml = !/^[{[]/.test(start) || /^\{\s*[^\s"}]|^\[\s*\{\s*[^\s"}]/.test(start)
  return isYaml ? new YamlPieces(handlers) : jsonParser(handlers)
}

/** The rows of a Table are passed over too: what it is will be said at its end, in little memory. */
function jsonParser({ onItem, onDocument }: DocumentHandlers): Parser {
  return new JsonElements(['items', 'rows'], {
    onElements: (array, bytes, offset) => {
      const elements = parseElements(bytes, offset)
      if (array === 'items') elements.forEach(onItem)
    },
    onDocument,
  })
}

/** What went wrong, told of the input. The parsers' errors quote nothing, for an input may hold secrets. */
function readable(error: unknown, name: string): unknown {
  if (!(error instanceof YamlError || error instanceof JsonError)) return error
  const place = error instanceof JsonError ? `byte ${error.offset}` : error.message
  if (error.truncated)
    return new UsageError(`${name} ends in the middle, at ${place}: it was cut off. Make the dump again.`)
  return error instanceof JsonError
    ? new UsageError(`${name} is not JSON: what stands at ${place} can't be read.`)
    : new UsageError(`${name} is neither JSON nor YAML: ${place} can't be read.`)
}
