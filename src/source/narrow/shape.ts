/** Reads values of unknown JSON without ever throwing: wrong types count as absent, and foreign text is redacted and limited in length. */

import { isObject } from '../../json/json-object.ts'
import { redact } from '../../secrecy/redact.ts'

/** Returns the object, or an empty one. */
export function record(value: unknown): Record<string, unknown> {
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

/** Returns `metadata.name`, or null: every object has a name. */
export function nameOf(raw: unknown): string | null {
  return textOrNull(record(record(raw).metadata).name)
}

/** Returns `metadata.namespace`; a handwritten namespaced object can omit it, which means `default`. */
export function namespaceOf(raw: unknown): string {
  return textOrNull(record(record(raw).metadata).namespace) ?? 'default'
}

/** In characters. The kubelet's longest errors have a few thousand. */
const MAX_MESSAGE_LENGTH = 64 * 1024
/** In characters. Kubernetes' own names have at most 253, image references around 500. */
const MAX_NAME_LENGTH = 1024
const CUT = ' […] '

/** Returns a message without secrets. If it is too long, both ends are kept: what was attempted, and why it failed. */
export function narrowMessage(value: unknown): string {
  const clean = redactMessage(text(value))
  if (clean.length <= MAX_MESSAGE_LENGTH) return clean
  const half = (MAX_MESSAGE_LENGTH - CUT.length) / 2
  return `${clean.slice(0, Math.floor(half))}${CUT}${clean.slice(-Math.floor(half))}`
}

/** Returns a name. One that is too long is cut and ends in an ellipsis, so that it matches no object. */
export function narrowName(value: unknown): string {
  const name = text(value)
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`
}

/** Returns the names in an imagePullSecrets list, in order. The API allows entries without a name; they have no effect. */
export function narrowSecretNames(value: unknown): string[] {
  return list(value)
    .map(entry => narrowName(record(entry).name))
    .filter(name => name !== '')
}

const DIGEST = /sha256:[0-9a-f]{64}/g
/** Replaces every digest in a cached message: patterns of secrets treat all digests alike. */
const ANY_DIGEST = `sha256:${'0'.repeat(64)}`

/** Messages with their digests replaced, from which nothing has to be redacted. */
const harmless = new Set<string>()
const MAX_SENTENCES = 2000

/** Like `redact`, with a cache. */
export function redactMessage(text: string): string {
  const sentence = text.replace(DIGEST, ANY_DIGEST)
  if (harmless.has(sentence)) return text
  if (redact(sentence) !== sentence) return redact(text)
  if (harmless.size >= MAX_SENTENCES) harmless.clear()
  harmless.add(sentence)
  return text
}

/**
 * Returns the name, with a login in an invalid name redacted: `user:password@registry/app`, with or without a scheme. Valid names have no
 * slash after an @.
 */
export function narrowImageName(value: unknown): string {
  const image = narrowName(value)
  return image.includes('://') || /:[^@]*@[^@]*\//.test(image) ? redact(image) : image
}
