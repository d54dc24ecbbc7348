/** What docker's reading of a credential entry and the kubelet's have in common: both are Go's reading of JSON and base64. */

export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text as JSON, `undefined` where it is not. The parser's own message is dropped: it quotes the content. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A field by name as Go finds it: without regard to case, the last one wins, and a null changes nothing. */
export function field(object: JsonObject, name: string): unknown {
  const wanted = name.toLowerCase()
  return Object.entries(object).findLast(
    ([key, value]) => value !== null && key.toLowerCase() === wanted,
  )?.[1]
}

/** The named fields of an entry, empty where absent; null where the entry is not an object or one of them is not text. */
export function textFields<Name extends string>(
  entry: unknown,
  names: readonly Name[],
): Record<Name, string> | null {
  const object = entry ?? {}
  if (!isObject(object)) return null
  const values = names.map(name => [name, field(object, name) ?? ''] as const)
  if (!values.every(([, value]) => typeof value === 'string')) return null
  return Object.fromEntries(values) as Record<Name, string>
}

/**
 * Base64 as Go reads it: line ends are skipped, any other foreign character fails; padded if it ends so, else strictly unpadded, as Docker
 * Desktop writes it. Null where it fails.
 */
export function decodeBase64(value: string): Buffer | null {
  const text = value.replace(/[\r\n]/g, '')
  const body = text.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(body) || body.length % 4 === 1) return null
  if (body.length !== text.length && text.length % 4 !== 0) return null
  return Buffer.from(body, 'base64')
}

/** The text in base64, as an `auth` or the data of a Secret has it. */
export function encodeBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** User and password at the first colon of a decoded `auth`; null where there is none. */
export function splitLogin(text: string): { username: string; password: string } | null {
  const colon = text.indexOf(':')
  return colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
