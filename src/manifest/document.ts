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
import { withoutDefinitions } from './definitions.ts'
import { isControlled, templateAt } from './placeholder.ts'

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

export interface ManifestText {
  documents: ManifestDocument[]
  /** In the order of the text. */
  unread: UnreadDocument[]
  placeOf(node: Node): Place
}

const NOTHING: ManifestText = { documents: [], unread: [], placeOf: node => placeOf(node, new LineCounter()) }
const NO_ALIASES: Aliases = { targets: new Map(), repeated: new Set() }

/** Never throws. Reads nothing from a template, unless the template happens to be valid YAML, nor from definitions. */
export function readManifest(given: string): ManifestText {
  const text = withoutDefinitions(given)
  const template = templateAt(text)
  if (isControlled(text)) return { ...NOTHING, unread: [unreadAt('template', template, text)] }
  const deep = tooDeepAt(text)
  const { documents: parsed, lines } = parseText(deep === null ? text : '')
  const found: ManifestText = { documents: [], unread: [], placeOf: node => placeOf(node, lines) }
  const note = ({ problem, offset }: LocatedProblem) => found.unread.push(unreadAt(problem, offset, text))
  if (deep !== null) found.unread.push(unreadAt('nesting', deep, text))
  if (template >= 0 && parsed.some(({ errors }) => errors.length > 0)) {
    note({ problem: 'template', offset: template })
    return found
  }
  for (const [index, document] of parsed.entries()) {
    const read = readDocument(document, text)
    if (read === null) continue
    if ('problem' in read) note(read)
    else found.documents.push({ index, ...read })
  }
  return found
}

function unreadAt(problem: ManifestProblem, offset: number, text: string): UnreadDocument {
  const before = text.slice(0, offset).split(/\r?\n|\r/)
  return { problem, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

interface LocatedProblem {
  problem: ManifestProblem
  /** In the text. */
  offset: number
}

/** Returns null for an empty document. */
function readDocument(
  { contents: root, errors }: Document.Parsed,
  text: string,
): Omit<ManifestDocument, 'index'> | LocatedProblem | null {
  const [error] = errors
  if (error !== undefined)
    return { problem: error.code === TOO_DEEP ? 'nesting' : 'syntax', offset: error.pos[0] }
  if (root === null) return null
  const comment = jsonCommentIn(root, text)
  if (comment !== null) return { problem: 'syntax', offset: comment }
  const aliases = text.includes('*') ? aliasesOf(root) : NO_ALIASES
  return aliases === null ? { problem: 'aliases', offset: root.range?.[0] ?? 0 } : { root, aliases }
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

interface ParsedText {
  /** The errors of each document are what kubectl refuses, too. */
  documents: Document.Parsed[]
  /** Counts the lines of the text, for the offsets of nodes and errors. */
  lines: LineCounter
}

const OPTIONS = { prettyErrors: false, logLevel: 'silent', uniqueKeys: false } as const

/** The code of the library for too many nested lists. */
const TOO_DEEP = 'RESOURCE_EXHAUSTION'

/**
 * Parses a text as kubectl does, which accepts more than the standard: a key given twice, of which the last one counts, several JSON objects
 * one after another, and lines with any indentation in quotes and brackets.
 */
function parseText(given: string): ParsedText {
  // A carriage return alone ends a line, too, but the library does not count it.
  const text = given.replace(/\r(?!\n)/g, '\n')
  const ends = jsonEnds(text)
  if (ends !== null) return parseLeniently(text, ends)
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines })
  const documents = Array.isArray(parsed) ? parsed : []
  const isSettled = documents.every(({ errors }) => errors.every(({ code }) => code === TOO_DEEP))
  return isSettled ? { documents, lines } : parseLeniently(text, [text.length])
}

/** The documents of a text that the library's own parser refuses. @param ends where each part ends that is parsed alone */
function parseLeniently(text: string, ends: readonly number[]): ParsedText {
  const lines = new LineCounter()
  const documents: Document.Parsed[] = []
  let start = 0
  for (const end of ends) {
    const parser = new Parser(lines.addNewLine)
    Object.assign(parser, { lexer: new LenientLexer(), offset: start })
    const composer = new Composer(OPTIONS)
    documents.push(...(composer.compose(parser.parse(text.slice(start, end))) as Iterable<Document.Parsed>))
    start = end
  }
  return { documents, lines }
}

/** More nested brackets than any manifest has. Composing them exhausts the stack, and an error down there ends the whole process. */
const DEEPEST = 500

/** Where the text nests too deeply; null if it does not. */
function tooDeepAt(text: string): number | null {
  if ((text.match(/[[{]/g)?.length ?? 0) <= DEEPEST) return null
  const at = exceedingAt(text)
  if (at === null) return null
  // Brackets in texts and comments nest nothing.
  const isDeep = exceedingAt([...new Lexer().lex(text)].filter(token => /^[[\]{}]$/.test(token))) !== null
  return isDeep ? at : null
}

/** The index of the first bracket that is nested too deeply. */
function exceedingAt(tokens: Iterable<string>): number | null {
  let depth = 0
  let index = 0
  for (const token of tokens) {
    if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1)
    if (depth > DEEPEST) return index
    index += token.length
  }
  return null
}

/** Where each object of a text ends that consists of JSON objects one after another, as from `jq '.items[]'`; null for any other text. */
function jsonEnds(text: string): number[] | null {
  if (!/^\s*\{/.test(text)) return null
  const ends: number[] = []
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (isQuoted) {
      if (char === '\\') at += 1
      else isQuoted = char !== '"'
    } else if (depth === 0 && char !== '{' && char.trim() !== '') return null
    else if (char === '"') isQuoted = true
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') {
      depth -= 1
      if (depth === 0) ends.push(at + 1)
    }
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
