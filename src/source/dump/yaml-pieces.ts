/**
 * Splits YAML into documents, and a document's top-level `items` into elements, to parse each alone: parsing the whole takes many times its
 * size in memory. YAML requires every line of an element to be indented further than its dash.
 */

import { parseDocument } from 'yaml'
import { list, record } from '../../json/json-object.ts'
import { isDefinition } from '../../manifest/definitions.ts'
import type { DocumentHandlers } from './documents.ts'
import { beginsLogs, INTERLEAVED } from './recognize.ts'

const DOCUMENT_START = /^---(?:\s|$)/
const DOCUMENT_END = /^\.\.\.(?:\s|$)/
const ITEMS = /^(?:items|"items"|'items')\s*:\s*(?:#.*)?$/
const EMPTY = /^\s*(?:#.*)?$/

/** In lines. kubectl writes no aliases, and YAML with handwritten ones needs far fewer. */
const MAX_REPARSED_LINES = 200_000

/** Takes YAML in chunks split anywhere. `write` and `end` throw YamlError; errors of a handler pass through. */
export class YamlPieces {
  readonly #handlers: DocumentHandlers
  readonly #decoder = new TextDecoder()
  /** The received parts of an unfinished line. */
  #line: string[] = []
  #count = 0
  #document: Piece = { lines: [], at: 1 }
  #item: Piece | null = null
  /** Lines of items whose anchors later items can refer to. */
  #anchored: string[] = []
  #reparsedLines = 0
  #hadItems = false
  /** The indentation of the dashes of `items`; `awaited` between `items:` and the first dash. */
  #indent: number | 'awaited' | null = null

  constructor(handlers: DocumentHandlers) {
    this.#handlers = handlers
  }

  write(bytes: Uint8Array): void {
    this.#text(this.#decoder.decode(bytes, { stream: true }))
  }

  end(): void {
    this.#text(this.#decoder.decode())
    this.#text('\n')
    this.#finishDocument()
  }

  #text(text: string): void {
    const [first = '', ...more] = text.split('\n')
    this.#line.push(first)
    for (const next of more) {
      this.#count += 1
      this.#take(this.#line.join('').replace(/\r$/, ''))
      this.#line = [next]
    }
  }

  #take(line: string): void {
    if (beginsLogs(line)) throw new YamlError(`line ${this.#count}`, { is: INTERLEAVED })
    if (DOCUMENT_START.test(line) || DOCUMENT_END.test(line)) this.#finishDocument()
    if (DOCUMENT_END.test(line)) return
    if (this.#indent === null || !this.#takesIntoItems(line, this.#indent)) this.#outside(line)
  }

  /** Whether the line belongs to `items`; if not, they have ended. */
  #takesIntoItems(line: string, indent: number | 'awaited'): boolean {
    if (EMPTY.test(line)) {
      this.#item?.lines.push(line)
      return true
    }
    const dash = /^( *)-(?:\s|$)/.exec(line)?.[1]?.length
    if (dash !== undefined && (indent === 'awaited' || dash === indent)) {
      this.#finishItem()
      this.#indent = dash
      this.#item = { lines: [line], at: this.#count }
      return true
    }
    if (indent !== 'awaited' && line.search(/[^ ]/) > indent) {
      this.#item?.lines.push(line)
      return true
    }
    this.#finishItem()
    this.#indent = null
    return false
  }

  #outside(line: string): void {
    const { lines } = this.#document
    if (lines.length === 0) this.#document.at = this.#count
    if (line.startsWith('%') && lines.every(each => EMPTY.test(each))) return
    lines.push(line)
    if (ITEMS.test(line)) this.#indent = 'awaited'
  }

  #finishItem(): void {
    const item = this.#item
    if (item === null) return
    this.#item = null
    this.#hadItems = true
    this.#handlers.onItem(parseItem(item, () => this.#linesBefore(item)))
    if (setsAnchor(item)) for (const line of item.lines) this.#anchored.push(line)
  }

  /** Returns the lines to parse before an item with an alias. Each such item parses them all again, so their total is limited. */
  #linesBefore({ at }: Piece): string[] {
    const before = [...this.#document.lines, ...this.#anchored]
    this.#reparsedLines += before.length
    if (this.#reparsedLines > MAX_REPARSED_LINES)
      throw new YamlError(`what begins at line ${at} has too many YAML aliases, and`)
    return before
  }

  #finishDocument(): void {
    this.#finishItem()
    const document = this.#document
    if (this.#indent === 'awaited') throw new YamlError(`line ${this.#count}`, { truncated: true })
    this.#indent = null
    this.#anchored = []
    this.#document = { lines: [], at: this.#count }
    if (document.lines.every(line => EMPTY.test(line.replace(DOCUMENT_START, '')))) return
    // Definitions say nothing about pulls, and are the longest documents of a folder.
    if (!this.#hadItems && isDefinition(document.lines.join('\n'))) {
      this.#handlers.onDocument({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' })
      return
    }
    const rest = parsePiece(document)
    // kubectl writes apiVersion, items, and kind in this order.
    if (this.#hadItems && !('kind' in record(rest)))
      throw new YamlError(`line ${this.#count}`, { truncated: true })
    this.#hadItems = false
    this.#handlers.onDocument(rest)
  }
}

/** Invalid or incomplete YAML. The message has the line number and never quotes the text. */
export class YamlError extends Error {
  override name = 'YamlError'
  readonly truncated: boolean
  /** What the text is instead, if recognized. */
  readonly is: string | null

  constructor(message: string, options: { truncated?: boolean; is?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.truncated = options.truncated ?? false
    this.is = options.is ?? null
  }
}

/** Lines that are parsed together, and the number of the first line. */
interface Piece {
  lines: string[]
  at: number
}

/** Whether a later item can have an alias for something in this one. */
function setsAnchor({ lines }: Piece): boolean {
  return lines.some(line => /[-:,[{]\s+&\w/.test(line))
}

/** @param linesBefore the lines of its document that it can refer to; requested and parsed again only if it has an alias */
function parseItem(item: Piece, linesBefore: () => string[]): unknown {
  try {
    const [raw] = [parsePiece(item)].flat()
    return raw
  } catch (error) {
    if (!(error instanceof YamlError) || error.cause === undefined) throw error
    const before = linesBefore()
    if (before.length === 0) throw error
    return list(record(parsePiece({ lines: [...before, ...item.lines], at: item.at })).items).at(-1)
  }
}

/**
 * Parses a piece. The last of duplicate keys wins, as in JSON; `<<` merges, as in kubectl's YAML 1.1. The detour through JSON releases the
 * text that the values were cut from.
 */
function parsePiece({ lines, at }: Piece): unknown {
  try {
    const document = parseDocument(lines.join('\n'), {
      prettyErrors: false,
      uniqueKeys: false,
      merge: true,
      logLevel: 'silent',
    })
    const [error] = document.errors
    if (error !== undefined) throw new YamlError(`line ${at + lineOf(lines, error.pos[0])}`)
    return JSON.parse(JSON.stringify(document.toJS() ?? null))
  } catch (error) {
    if (error instanceof YamlError) throw error
    // An alias to an anchor in another piece, or aliases that expand beyond the parser's limit.
    const what = error instanceof ReferenceError ? ' has YAML aliases that' : ''
    throw new YamlError(`what begins at line ${at}${what}`, { cause: error })
  }
}

function lineOf(lines: string[], offset: number): number {
  return lines.join('\n').slice(0, offset).split('\n').length - 1
}
