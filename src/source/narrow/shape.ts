/** Reads values of unknown JSON without ever throwing: what has the wrong shape counts as absent. */

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
