/** Describes what is wrong with JSON that was read piece by piece, and where. */

/** Invalid or incomplete JSON. `offset` counts bytes from the first one read. */
export class JsonError extends Error {
  override name = 'JsonError'
  readonly offset: number
  /** The bytes ended inside a document: the connection or file was cut off, rather than the JSON being invalid. */
  readonly truncated: boolean

  constructor(problem: string, offset: number, { truncated } = { truncated: false }) {
    super(`${problem} at byte ${offset}`)
    this.offset = offset
    this.truncated = truncated
  }
}

/** Parses the elements of an array from their text without the brackets. @throws JsonError as parseValue does */
export function parseElements(bytes: Buffer, offset: number): unknown[] {
  try {
    return JSON.parse(`[${bytes.toString('utf8')}]`)
  } catch {
    throw new JsonError('Not JSON: invalid value', offset)
  }
}

/** JSON.parse for bytes. @throws JsonError with the offset at which these bytes begin; the error never quotes the bytes */
export function parseValue(bytes: Buffer, offset: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new JsonError('Not JSON: invalid value', offset)
  }
}
