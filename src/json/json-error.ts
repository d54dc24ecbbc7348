/** What is wrong with JSON that was read piece by piece, and where. */

/** Not JSON, or not all of it. `offset` counts bytes from the first one read. */
export class JsonError extends Error {
  override name = 'JsonError'
  readonly offset: number
  /** The bytes ended inside a document: a cut connection or file, rather than wrong JSON. */
  readonly truncated: boolean

  constructor(problem: string, offset: number, truncated = false) {
    super(`${problem} at byte ${offset}`)
    this.offset = offset
    this.truncated = truncated
  }
}

/** The elements of an array, from their text without the brackets around them. @throws JsonError as parseJson does */
export function parseElements(bytes: Buffer, offset: number): unknown[] {
  try {
    return JSON.parse(`[${bytes.toString('utf8')}]`)
  } catch {
    throw new JsonError('Not JSON: invalid value', offset)
  }
}

/** JSON.parse for bytes. @throws JsonError with the offset at which these bytes begin; the bytes are not quoted in it */
export function parseJson(bytes: Buffer, offset: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new JsonError('Not JSON: invalid value', offset)
  }
}
