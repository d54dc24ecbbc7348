/** Reads values of unknown JSON without ever throwing: what has the wrong shape counts as absent, foreign text is redacted and bounded. */

import { redact } from '../../secrecy/redact.ts'

/** The object, or an empty one. */
export function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The array, or an empty one. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** The string, or an empty one. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The string, or null where there is none or nothing in it. */
export function textOrNull(value: unknown): string | null {
  return text(value) || null
}

/** The first of the values that is a non-empty string, or null. */
export function firstText(...values: unknown[]): string | null {
  return values.map(textOrNull).find(value => value !== null) ?? null
}

/** The finite number, or the fallback. */
export function number(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback
}

/** `metadata.name`, or null: nothing without a name is an object. */
export function nameOf(raw: unknown): string | null {
  return textOrNull(record(record(raw).metadata).name)
}

/** `metadata.namespace`; a namespaced object written by hand may leave it out, which means `default`. */
export function namespaceOf(raw: unknown): string {
  return textOrNull(record(record(raw).metadata).namespace) ?? 'default'
}

/** In characters. The kubelet's longest errors have some thousands. */
const MAX_MESSAGE_LENGTH = 64 * 1024
/** Kubernetes' own names end at 253, image references at some 500. */
const MAX_NAME_LENGTH = 1024
const CUT = ' […] '

/** A message without secrets. Of one that is too long both ends are kept: it begins with what was done, and ends with why it failed. */
export function narrowMessage(value: unknown): string {
  const clean = redactMessage(text(value))
  if (clean.length <= MAX_MESSAGE_LENGTH) return clean
  const half = (MAX_MESSAGE_LENGTH - CUT.length) / 2
  return `${clean.slice(0, Math.floor(half))}${CUT}${clean.slice(-Math.floor(half))}`
}

/** A name; one that is too long is cut and ends in an ellipsis, so that it matches no object. */
export function narrowName(value: unknown): string {
  const name = text(value)
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`
}

const DIGEST = /sha256:[0-9a-f]{64}/g
/** To every pattern of a secret one digest is as good as another. */
const ANY_DIGEST = `sha256:${'0'.repeat(64)}`

/** Sentences, any digest in them, of which nothing has to be taken out. */
const harmless = new Set<string>()
const MAX_SENTENCES = 2000

/** As `redact`. */
export function redactMessage(text: string): string {
  const sentence = text.replace(DIGEST, ANY_DIGEST)
  if (harmless.has(sentence)) return text
  if (redact(sentence) !== sentence) return redact(text)
  if (harmless.size >= MAX_SENTENCES) harmless.clear()
  harmless.add(sentence)
  return text
}
