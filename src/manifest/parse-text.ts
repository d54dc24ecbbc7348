/**
 * Parses a text into YAML or JSON documents as kubectl does, which accepts more than the standard: a key given twice, of which the last one
 * counts, several JSON objects one after another, and lines with any indentation in quotes and brackets.
 */

import { Composer, type Document, Lexer, LineCounter, Parser, parseAllDocuments } from 'yaml'

interface ParsedText {
  /** The errors of each document are what kubectl refuses, too. */
  documents: Document.Parsed[]
  /** Counts the lines of the text, for the offsets of nodes and errors. */
  lines: LineCounter
}

const OPTIONS = { prettyErrors: false, logLevel: 'silent', uniqueKeys: false } as const

/** The code of the library for too many nested lists. */
export const TOO_DEEP = 'RESOURCE_EXHAUSTION'

export function parseText(given: string): ParsedText {
  // A carriage return alone ends a line, too, but the library does not count it.
  const text = given.replace(/\r(?!\n)/g, '\n')
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines })
  const documents = Array.isArray(parsed) ? parsed : []
  const isSettled = documents.every(({ errors }) => errors.every(({ code }) => code === TOO_DEEP))
  return isSettled ? { documents, lines } : parseLeniently(text)
}

/** The documents of a text that the library's own parser refuses. */
function parseLeniently(text: string): ParsedText {
  const lines = new LineCounter()
  const documents: Document.Parsed[] = []
  let start = 0
  for (const end of jsonEnds(text) ?? [text.length]) {
    const parser = new Parser(lines.addNewLine)
    Object.assign(parser, { lexer: new LenientLexer(), offset: start })
    const composer = new Composer(OPTIONS)
    documents.push(...(composer.compose(parser.parse(text.slice(start, end))) as Iterable<Document.Parsed>))
    start = end
  }
  return { documents, lines }
}

/** Where each object of a text ends that consists of JSON objects one after another, as from `jq '.items[]'`; null for any other text. */
function jsonEnds(text: string): number[] | null {
  if (!/^\s*\{/.test(text)) return null
  const ends: number[] = []
  let depth = 0
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s"{}[\]]+/g)) {
    if (depth === 0 && token !== '{') return null
    if (/^[{[]$/.test(token)) depth += 1
    else if (/^[}\]]$/.test(token)) depth -= 1
    if (depth === 0) ends.push(index + 1)
  }
  return depth === 0 && ends.length > 1 ? ends : null
}

/** The parts of the library's lexer that are overridden. The library does not publish them, so a test covers them. */
interface LexerParts {
  parseFlowCollection(): Generator<string, unknown>
  parseQuotedScalar(): Generator<string, unknown>
  /** The index after the indentation of a line that continues a text, or -1. */
  continueScalar(offset: number): number
  buffer: string
  /** The least indentation of the next line of a collection. */
  indentNext: number
}

const LibraryLexer = Lexer as unknown as new () => LexerParts

/** A lexer that accepts any indentation in quotes and brackets. */
class LenientLexer extends LibraryLexer {
  #inQuotes = false

  override *parseFlowCollection(): Generator<string, unknown> {
    const { indentNext } = this
    this.indentNext = 0
    try {
      return yield* super.parseFlowCollection()
    } finally {
      this.indentNext = indentNext
    }
  }

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
