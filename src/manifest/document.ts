/** Reads the YAML or JSON documents of a text, each value with its place. A document that can't be read gets a code that says why. */

import { isScalar, type LineCounter, type Node, visit } from 'yaml'
import type { Place } from '../snapshot/template.ts'
import { type Aliases, aliasesOf } from './aliases.ts'
import { parseText, TOO_DEEP } from './parse-text.ts'
import { isTemplated } from './placeholder.ts'

type ManifestProblem =
  | 'syntax'
  /** Aliases expand to far more than the file contains, or refer to themselves. */
  | 'aliases'
  /** Thousands of nested lists. */
  | 'nesting'
  /** A chart's template, which becomes a manifest when it is rendered. */
  | 'template'

interface UnreadDocument {
  problem: ManifestProblem
  line: number
  column: number
}

export interface ManifestDocument {
  /** Counted from 0 over all documents of the text. */
  index: number
  root: Node
  aliases: Aliases
}

interface ManifestText {
  documents: ManifestDocument[]
  /** In the order of the text. */
  unread: UnreadDocument[]
  placeOf(node: Node): Place
}

const NO_ALIASES: Aliases = { targets: new Map(), repeated: new Set() }

/** Never throws. Reads nothing from a template, unless the template happens to be valid YAML. */
export function readManifest(text: string): ManifestText {
  const { documents: parsed, lines } = parseText(text)
  const found: ManifestText = { documents: [], unread: [], placeOf: node => placeOf(node, lines) }
  const note = (problem: ManifestProblem, offset: number) => {
    const { line, col } = lines.linePos(offset)
    found.unread.push({ problem, line: Math.max(1, line), column: Math.max(1, col) })
  }
  for (const [index, { contents: root, errors }] of parsed.entries()) {
    const [error] = errors
    if (error !== undefined) {
      if (isTemplated(text)) {
        note('template', text.search(/\{\{|\{%/))
        return { ...found, documents: [], unread: found.unread.slice(-1) }
      }
      note(error.code === TOO_DEEP ? 'nesting' : 'syntax', error.pos[0])
    } else if (root !== null) {
      const comment = jsonCommentIn(root, text)
      if (comment !== null) {
        note('syntax', comment)
        continue
      }
      const aliases = text.includes('*') ? aliasesOf(root) : NO_ALIASES
      if (aliases === null) note('aliases', root.range?.[0] ?? 0)
      else found.documents.push({ index, root, aliases })
    }
  }
  return found
}

/** The offset of a JavaScript comment, which YAML reads as the beginning of a key; null if there is none. kubectl refuses such files. */
function jsonCommentIn(root: Node, text: string): number | null {
  if (!/^\s*[{[]/.test(text) || !/\/[/*]/.test(text)) return null
  let offset: number | null = null
  visit(root, {
    Pair(_, { key }) {
      if (!isScalar(key) || !startsComment(text, key.range?.[0])) return undefined
      offset = key.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

function startsComment(text: string, offset = 0): boolean {
  return text.startsWith('//', offset) || text.startsWith('/*', offset)
}

function placeOf({ range }: Node, lines: LineCounter): Place {
  const [start = 0, end = 0] = range ?? []
  const from = lines.linePos(start)
  const to = lines.linePos(end)
  return { line: from.line, column: from.col, endLine: to.line, endColumn: to.col, start, end }
}
