/** Reads JSON that can be anything: a foreign file, a registry's answer, the output of a program. Nothing here throws: wrong types count as absent. */

export type JsonObject = Record<string, unknown>

/** Whether the value is what JSON calls an object: an array and null are not. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Parses the text; `undefined` if it is not JSON. The parser's own message is dropped: it quotes the text, which can be a secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The object in the text; null if it is not one. */
export function parseJsonObject(text: string): JsonObject | null {
  const value = parseJson(text)
  return isObject(value) ? value : null
}

/** Returns the object, or an empty one. */
export function record(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** Returns the array, or an empty one. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Returns the string, or an empty one. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Returns the fields of an object that are non-empty strings, such as labels. */
export function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value)).flatMap(([key, entry]) => (text(entry) === '' ? [] : [[key, text(entry)]])),
  )
}

/** Returns the string, or null if there is none or it is empty. */
export function textOrNull(value: unknown): string | null {
  return text(value) || null
}

/** Returns the first of the values that is a non-empty string, or null. */
export function firstText(...values: unknown[]): string | null {
  return values.map(textOrNull).find(value => value !== null) ?? null
}

/** Returns the finite number, or the fallback. */
export function number(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback
}

/** Returns the fields that are not null: the optional ones of an object in which what is not known is absent. */
export function present<Fields extends object>(
  fields: Fields,
): { [Field in keyof Fields]?: NonNullable<Fields[Field]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [Field in keyof Fields]?: NonNullable<Fields[Field]>
  }
}
