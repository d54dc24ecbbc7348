/** Documents for machines: the envelope that all share, as JSON or as YAML. */

import { Document, isScalar, visit } from 'yaml'
import { escapeInJson, escapeInYaml, hasInvisibleText } from '../sanitize.ts'

const API_VERSION = 'pullguard.dev/v1'

export interface Envelope {
  apiVersion: typeof API_VERSION
  kind: string
}

/** The document with its envelope in front. */
export function enveloped<T extends object>(kind: string, content: T): Envelope & T {
  return { apiVersion: API_VERSION, kind, ...content }
}

/** Two-space JSON that ends in a line feed; whatever a reader can't see stands there as its escape. */
export function toJson(document: object): string {
  return `${escapeInJson(JSON.stringify(document, null, 2))}\n`
}

/** How much is written at once. */
const PIECE = 64 * 1024

/**
 * The same of a document with one long list, in pieces: the list's elements are made one by one, so that the whole is never held.
 * @param list the name of the list, which is one of the document's own fields
 */
export function* jsonPieces<Name extends string>(
  document: { [name in Name]: readonly never[] },
  list: Name,
  elements: Iterable<object>,
): Generator<string> {
  // Only the layout has a line feed before two spaces: inside a string it is escaped.
  const [head = '', tail = ''] = toJson(document).split(`\n  "${list}": []`)
  let piece = `${head}\n  "${list}": [`
  let isFirst = true
  for (const some of batches(elements, BATCH)) {
    // As an element of a list in a list, each is indented as it has to be.
    const text = toJson([some])
    piece += `${isFirst ? '' : ','}${text.slice(NESTED.before.length, -NESTED.after.length)}`
    isFirst = false
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield `${piece}${isFirst ? '' : '\n  '}]${tail}`
}

/** Elements that are put into text at once. */
const BATCH = 16
/** What JSON has around the elements of the inner list. */
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

/** YAML that older parsers read alike (timestamps quoted), with one line for each value; text with anything unseen, or more than one line, in double quotes and escaped. */
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
  // YAML 1.1 has a type of its own for a lone equals sign, which the library does not know.
  return text === '=' || text.includes('\n') || hasInvisibleText(text)
}
