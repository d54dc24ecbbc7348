/** Documents for machines, with the envelope that all share, as JSON or YAML. */

import { Document, isScalar, visit } from 'yaml'
import { escapeInJson, escapeInYaml, hasInvisibleText } from '../sanitize.ts'

const API_VERSION = 'pullguard.dev/v1'

export interface Envelope {
  apiVersion: typeof API_VERSION
  kind: string
}

/** Puts the envelope before the document's fields. */
export function enveloped<T extends object>(kind: string, content: T): Envelope & T {
  return { apiVersion: API_VERSION, kind, ...content }
}

/** Returns JSON indented by two spaces, ending in a line feed, with invisible characters escaped. */
export function toJson(document: object): string {
  return `${escapeInJson(JSON.stringify(document, null, 2))}\n`
}

/** The minimum length of a piece, in UTF-16 code units. */
const PIECE = 64 * 1024

/**
 * Returns the JSON of a document with one long list, in pieces: creates the list's elements one by one, so that the whole is never in
 * memory.
 * @param list the name of the list, which is a top-level field of the document
 */
export function* jsonPieces<Name extends string>(
  document: { [name in Name]: readonly never[] },
  list: Name,
  elements: Iterable<object>,
): Generator<string> {
  // Only the layout contains a line feed before two spaces: in strings, it is escaped.
  const [head = '', tail = ''] = toJson(document).split(`\n  "${list}": []`)
  let piece = `${head}\n  "${list}": [`
  let isFirst = true
  for (const some of batches(elements, BATCH)) {
    // In a list within a list, each element gets the right indentation.
    const text = toJson([some])
    piece += `${isFirst ? '' : ','}${text.slice(NESTED.before.length, -NESTED.after.length)}`
    isFirst = false
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield `${piece}${isFirst ? '' : '\n  '}]${tail}`
}

/** The number of elements to serialize at once. */
const BATCH = 16
/** The JSON around the elements of the inner list. */
const NESTED = { before: '[\n  [', after: '\n  ]\n]\n' }

function* batches<T>(elements: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = []
  for (const element of elements) {
    batch.push(element)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/**
 * Returns YAML that older parsers read the same way (timestamps quoted), with one line per value. Multiline text and text with invisible
 * characters is double-quoted and escaped.
 */
export function toYaml(document: object): string {
  const yaml = new Document(document, { aliasDuplicateObjects: false, compat: 'yaml-1.1' })
  visit(yaml, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === 'string' && mustBeQuoted(node.value))
        node.type = 'QUOTE_DOUBLE'
    },
  })
  return escapeInYaml(
    yaml.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }),
  )
}

function mustBeQuoted(text: string): boolean {
  // YAML 1.1 has a special type for a lone equals sign, which the library does not handle.
  return text === '=' || text.includes('\n') || hasInvisibleText(text)
}
