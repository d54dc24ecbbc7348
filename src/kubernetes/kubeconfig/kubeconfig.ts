/** A kubeconfig as it was read: named entries, each with the file it came from. */

import { isAbsolute, join } from 'node:path'
import { Redacted } from '../../secrecy/redacted.ts'

export type Fields = Record<string, unknown>

/** One cluster, user or context. */
export interface Entry {
  /** They may hold tokens and keys. */
  fields: Redacted<Fields>
  /** Absolute; its folder is what the entry's relative paths are relative to. */
  file: string
}

export interface Kubeconfig {
  /** Empty where no file sets it. */
  currentContext: string
  clusters: Map<string, Entry>
  users: Map<string, Entry>
  contexts: Map<string, Entry>
}

/** A field as text; empty where it is absent, which is what client-go makes of it too. */
export function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A field that is secret; null where it is absent. */
export function secretText(fields: Fields, name: string): Redacted | null {
  const value = text(fields, name)
  return value === '' ? null : new Redacted(value)
}

/** A list of texts, bare numbers among them; empty where it is absent. */
export function texts(fields: Fields, name: string): string[] {
  const value = fields[name]
  return Array.isArray(value) ? value.map(item => text({ item }, 'item')) : []
}

/** A mapping; null where it is absent or something else. */
export function mapping(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

/** A list's mappings; empty where it is absent. */
export function mappings(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(mapping).filter(item => item !== null) : []
}

/** A path made absolute against a folder; an empty one stays empty. */
export function under(folder: string, path: string): string {
  return path === '' || isAbsolute(path) ? path : join(folder, path)
}
