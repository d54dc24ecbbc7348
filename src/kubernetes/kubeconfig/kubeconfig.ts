/** A parsed kubeconfig: named entries, each with the file it came from. */

import { isAbsolute, join } from 'node:path'
import { isObject } from '../../json/json-object.ts'
import { Redacted } from '../../secrecy/redacted.ts'

export type Fields = Record<string, unknown>

/** One cluster, user or context. */
export interface Entry {
  /** They may contain tokens and keys. */
  fields: Redacted<Fields>
  /** Absolute; the entry's relative paths are relative to its folder. */
  file: string
}

export interface Kubeconfig {
  /** Empty if no file sets it. */
  currentContext: string
  clusters: Map<string, Entry>
  users: Map<string, Entry>
  contexts: Map<string, Entry>
}

/** Returns a field as text; empty if it is absent, as in client-go. */
export function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** Returns a secret field; null if it is absent. */
export function secretText(fields: Fields, name: string): Redacted | null {
  const value = text(fields, name)
  return value === '' ? null : new Redacted(value)
}

/** Returns a list of texts, including bare numbers; empty if it is absent. */
export function texts(fields: Fields, name: string): string[] {
  const value = fields[name]
  return Array.isArray(value) ? value.map(item => text({ item }, 'item')) : []
}

/** Returns a mapping; null if it is absent or something else. */
export function mapping(value: unknown): Fields | null {
  return isObject(value) ? { ...value } : null
}

/** Returns a list's mappings; empty if it is absent. */
export function mappings(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(mapping).filter(item => item !== null) : []
}

/** Resolves a path against a folder; an empty path stays empty. */
export function resolveIn(folder: string, path: string): string {
  return path === '' || isAbsolute(path) ? path : join(folder, path)
}
