/** Parses YAML as kubectl does where that is less strict than the standard: the lines of a quoted text may be indented as little as they like. */

import { Composer, type Document, Lexer, type LineCounter, Parser } from 'yaml'

/** What of the library's lexer is changed; it does not publish these parts, so that a test holds them. */
interface LexerParts {
  parseQuotedScalar(): Generator<string, unknown>
  /** The index behind the indentation of a line that goes on with a text, or -1. */
  continueScalar(offset: number): number
  buffer: string
}

const LibraryLexer = Lexer as unknown as new () => LexerParts

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
export function parseLeniently(text: string, lineCounter: LineCounter): Document.Parsed[] {
  const parser = new Parser(lineCounter.addNewLine)
  Object.assign(parser, { lexer: new LenientLexer() })
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent' })
  return [...composer.compose(parser.parse(text))] as Document.Parsed[]
}
