/** JSON that can be anything: a foreign file, a registry's answer, the output of a program. */

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
