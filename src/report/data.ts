/** Documents for machines: the envelope that all share, as JSON or as YAML. */

import { Document, isScalar, visit } from 'yaml'
import { escapeInJson, escapeInYaml, hidesSomething } from './sanitise.ts'

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
  return text === '=' || text.includes('\n') || hidesSomething(text)
}
