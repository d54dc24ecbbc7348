/** Parses one piece of a YAML dump: an item, or a document without its items. */

import { parseDocument } from 'yaml'
import { list, record } from '../narrow/shape.ts'

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

/** Lines that are parsed together, and where they begin. */
export interface Piece {
  lines: string[]
  at: number
}

/** Whether a later item may have an alias for something in this one. */
export function setsAnchor({ lines }: Piece): boolean {
  return lines.some(line => /[-:,[{]\s+&\w/.test(line))
}

/** @param linesBefore the lines of its document that it may have aliases for; asked for and parsed again only where it has */
export function parseItem(item: Piece, linesBefore: () => string[]): unknown {
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

/** Duplicate keys: the last one wins, as in JSON; `<<` merges, as in kubectl's YAML 1.1. The way through JSON frees the values from the text that they were cut from. */
export function parsePiece({ lines, at }: Piece): unknown {
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
