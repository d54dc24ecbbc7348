/** Reads one credential file (docker's config.json, podman's auth.json, .dockercfg) or DOCKER_AUTH_CONFIG. */

import { readFile } from 'node:fs/promises'
import { UsageError } from '../../errors.ts'
import { parseJson } from './json-position.ts'

/** What a file says about logins. Entries are unread: they are only looked at when their registry is asked for. */
export interface CredentialConfig {
  /** For people: `file ~/.docker/config.json` or `DOCKER_AUTH_CONFIG`. */
  origin: string
  auths: [key: string, entry: unknown][]
  credHelpers: [key: string, suffix: string][]
  /** Suffix of the helper for every other registry; null: the file itself. */
  credsStore: string | null
}

/** docker's and podman's, or the flat one of old docker. */
export type FileShape = 'config' | 'dockercfg'

/**
 * The file's content, or null if there is no such file or it is empty (`REGISTRY_AUTH_FILE=/dev/null` is in use).
 * Throws UsageError, naming the file and the place but never its content, where it can't be read.
 */
export async function readConfigFile(
  path: string,
  shownPath: string,
  shape: FileShape,
): Promise<CredentialConfig | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ''
    throw new UsageError(
      `${shownPath} can't be read (${error.code ?? 'unknown error'}): mend its permissions`,
    )
  })
  if (text.trim() === '') return null
  const root = parseObject(text, shownPath)
  const origin = `file ${shownPath}`
  if (shape === 'dockercfg') return { origin, auths: Object.entries(root), credHelpers: [], credsStore: null }
  return configOf(root, shownPath, origin)
}

/**
 * The variable DOCKER_AUTH_CONFIG. docker takes `auth` alone from it and passes over the variable where it holds more (docker/cli configfile
 * parseEnvConfig); GitLab's documentation puts a whole config.json into it, so all of it is read. Throws UsageError, never naming its content.
 */
export function readEnvironmentConfig(text: string): CredentialConfig {
  const name = 'DOCKER_AUTH_CONFIG'
  return configOf(parseObject(text, name), name, name)
}

function configOf(root: Record<string, unknown>, name: string, origin: string): CredentialConfig {
  const credHelpers = entriesOf(root, 'credHelpers', name).map(([key, suffix]): [string, string] => {
    if (typeof suffix === 'string') return [key, suffix]
    throw new UsageError(`${name}: every value of credHelpers must be the name of a helper`)
  })
  const store = root.credsStore ?? ''
  if (typeof store !== 'string') throw new UsageError(`${name}: credsStore must be the name of a helper`)
  const credsStore = store === '' ? null : store
  return { origin, auths: entriesOf(root, 'auths', name), credHelpers, credsStore }
}

function parseObject(text: string, name: string): Record<string, unknown> {
  const parsed = parseJson(text.replace(/^\uFEFF/, ''))
  if (!('value' in parsed)) {
    throw new UsageError(
      `${name} is not valid JSON (line ${parsed.line}, column ${parsed.column}): correct it there`,
    )
  }
  if (!isObject(parsed.value)) throw new UsageError(`${name} must hold a JSON object`)
  return parsed.value
}

function entriesOf(root: Record<string, unknown>, field: string, name: string): [string, unknown][] {
  const value = root[field] ?? {}
  if (!isObject(value)) throw new UsageError(`${name}: "${field}" must be a JSON object`)
  return Object.entries(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
