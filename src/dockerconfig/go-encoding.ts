/** Go's rules for the fields of JSON and for base64, by which docker and the kubelet read credentials. */

import { isObject, type JsonObject } from '../json/json-object.ts'

/** A field by name as Go finds it: case-insensitive, the last one wins, and null changes nothing. */
export function field(object: JsonObject, name: string): unknown {
  const wanted = name.toLowerCase()
  return Object.entries(object).findLast(
    ([key, value]) => value !== null && key.toLowerCase() === wanted,
  )?.[1]
}

/** The named fields of an entry, empty if absent; null if the entry is not an object or one of them is not text. */
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
 * Decodes base64 as Go does: line ends are skipped, and any other foreign character fails. Padded if it ends with padding, else strictly
 * unpadded, as Docker Desktop writes it. Null if it fails.
 */
export function decodeBase64(value: string): Buffer | null {
  const text = value.replace(/[\r\n]/g, '')
  const body = text.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(body) || body.length % 4 === 1) return null
  if (body.length !== text.length && text.length % 4 !== 0) return null
  return Buffer.from(body, 'base64')
}

/** Encodes the text in base64, as in an `auth` or the data of a Secret. */
export function encodeBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** User and password at the first colon of a decoded `auth`; null if there is none. */
export function splitLogin(text: string): { username: string; password: string } | null {
  const colon = text.indexOf(':')
  return colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
