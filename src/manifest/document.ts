/** Reads the YAML or JSON documents of a text, each value with its place, and says in one code what keeps one from being read. */

import {
  Composer,
  type Document,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  parseAllDocuments,
  visit,
} from 'yaml'
import type { Place } from '../snapshot/template.ts'
import { type Aliases, aliasesOf } from './aliases.ts'
import { isTemplated } from './placeholder.ts'

type ManifestProblem =
  | 'syntax'
  /** A key that an object has twice: kubectl refuses it. */
  | 'duplicate-key'
  /** Aliases that stand for far more than the file has, or for themselves. */
  | 'aliases'
  /** Lists in lists in lists, thousands of them. */
  | 'nesting'
  /** A chart's template, which is a manifest only once it is rendered. */
  | 'template'

interface UnreadDocument {
  problem: ManifestProblem
  line: number
  column: number
}

export interface ManifestDocument {
  /** From 0, among all of the text. */
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

/** Never throws. Of a text that is a template, nothing is read unless it is YAML all the same. */
export function readManifest(text: string): ManifestText {
  const { documents: parsed, lines } = parsedText(text)
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
      note(PROBLEMS.get(error.code) ?? 'syntax', error.pos[0])
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

/** The offset of a comment as in JavaScript, which YAML takes for the beginning of a key; kubectl refuses such a file. */
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

const PROBLEMS = new Map<string, ManifestProblem>([
  ['DUPLICATE_KEY', 'duplicate-key'],
  ['RESOURCE_EXHAUSTION', 'nesting'],
])

function parsedText(text: string): { documents: Document.Parsed[]; lines: LineCounter } {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const documents = Array.isArray(parsed) ? parsed : []
  const isSettled = documents.every(({ errors }) => errors.every(({ code }) => PROBLEMS.has(code)))
  if (isSettled || isTemplated(text)) return { documents, lines }
  const others = new LineCounter()
  return { documents: parseLeniently(text, others), lines: others }
}

function placeOf({ range }: Node, lines: LineCounter): Place {
  const [start = 0, end = 0] = range ?? []
  const from = lines.linePos(start)
  const to = lines.linePos(end)
  return { line: from.line, column: from.col, endLine: to.line, endColumn: to.col, start, end }
}

/** What of the library's lexer is changed; it does not publish these parts, so that a test holds them. */
interface LexerParts {
  parseQuotedScalar(): Generator<string, unknown>
  /** The index behind the indentation of a line that goes on with a text, or -1. */
  continueScalar(offset: number): number
  buffer: string
}

const LibraryLexer = Lexer as unknown as new () => LexerParts

/** As kubectl's where that is less strict than the standard: the lines of a quoted text may be indented as little as they like. */
class LenientLexer extends LibraryLexer {
  #inQuotes = false

  override *parseQuotedScalar(): Generator<string, unknown> {
    this.#inQuotes = true
    try {
      return yield* super.parseQuotedScalar()
    } finally {
      this.#inQuotes = false
    }
  }

  override continueScalar(offset: number): number {
    const strict = super.continueScalar(offset)
    if (strict !== -1 || !this.#inQuotes) return strict
    // A document's end is one even there.
    return /^(?:---|\.\.\.)(?:\s|$)/.test(this.buffer.slice(offset, offset + 4)) ? -1 : offset
  }
}

/** The documents of a text that the library's own parser refuses, with what is still wrong in their `errors`. */
function parseLeniently(text: string, lineCounter: LineCounter): Document.Parsed[] {
  const parser = new Parser(lineCounter.addNewLine)
  Object.assign(parser, { lexer: new LenientLexer() })
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent' })
  return [...composer.compose(parser.parse(text))] as Document.Parsed[]
}
