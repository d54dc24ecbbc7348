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
  let separator = '\n    '
  for (const element of elements) {
    piece += `${separator}${toJson(element).trimEnd().replaceAll('\n', '\n    ')}`
    separator = ',\n    '
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield `${piece}${separator.startsWith(',') ? '\n  ' : ''}]${tail}`
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
