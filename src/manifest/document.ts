/** Reads the YAML or JSON documents of a text, each value with its place. A document that can't be read gets a code that says why. */

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
  /** An object has a key twice, which kubectl refuses. */
  | 'duplicate-key'
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

/** The parts of the library's lexer that are overridden. The library does not publish them, so a test covers them. */
interface LexerParts {
  parseQuotedScalar(): Generator<string, unknown>
  /** The index after the indentation of a line that continues a text, or -1. */
  continueScalar(offset: number): number
  buffer: string
}

const LibraryLexer = Lexer as unknown as new () => LexerParts

/** A lexer like kubectl's, which is less strict than the standard: lines of a quoted text may have any indentation. */
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
    // The end of a document ends a quoted text, too.
    return /^(?:---|\.\.\.)(?:\s|$)/.test(this.buffer.slice(offset, offset + 4)) ? -1 : offset
  }
}

/** The documents of a text that the library's own parser refuses; `errors` of each has what is still wrong. */
function parseLeniently(text: string, lineCounter: LineCounter): Document.Parsed[] {
  const parser = new Parser(lineCounter.addNewLine)
  Object.assign(parser, { lexer: new LenientLexer() })
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent' })
  return [...composer.compose(parser.parse(text))] as Document.Parsed[]
}
