/** Where credentials lie on this machine, in the order in which they are asked: docker's config.json, podman's auth.json, .dockercfg, DOCKER_AUTH_CONFIG. */

import { readFile } from 'node:fs/promises'
import { posix, win32 } from 'node:path'
import { field, isObject, type JsonObject, parseJson } from '../dockerconfig/auths.ts'
import type { CredentialConfig } from '../dockerconfig/docker-lookup.ts'
import { UsageError } from '../errors.ts'
import { jsonPlace } from '../json/json-place.ts'
import { Redacted } from '../secrecy/redacted.ts'

export interface Machine {
  env: Record<string, string | undefined>
  /** The user's home directory. */
  home: string
  platform: NodeJS.Platform
}

/** One place; `read` gives null where it does not exist and throws UsageError where it can't be read. */
export interface Place {
  name: string
  read(): Promise<CredentialConfig | null>
}

/**
 * The places in order: DOCKER_AUTH_CONFIG, docker's config.json, REGISTRY_AUTH_FILE, podman's auth.json, .dockercfg. That is docker's
 * own order (docker/cli GetCredentialsStore), then podman's files as go-containerregistry's keychain adds them.
 */
export function places(machine: Machine): Place[] {
  const { env, home, platform } = machine
  const { join } = platform === 'win32' ? win32 : posix
  const at = (path: string, shape: FileShape) => filePlace(path, home, shape)
  const variable = (env.DOCKER_AUTH_CONFIG ?? '').trim()
  const found: Place[] = []
  if (variable !== '') {
    found.push({
      name: 'DOCKER_AUTH_CONFIG',
      read: async () => readEnvironmentConfig(new Redacted(variable)),
    })
  }
  found.push(at(join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'), 'config'))
  if (env.REGISTRY_AUTH_FILE) found.push(at(env.REGISTRY_AUTH_FILE, 'config'))
  if (platform === 'linux' && env.XDG_RUNTIME_DIR) {
    found.push(at(join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json'), 'config'))
  }
  found.push(at(join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers', 'auth.json'), 'config'))
  found.push(at(join(home, '.dockercfg'), 'dockercfg'))
  return found
}

function filePlace(path: string, home: string, shape: FileShape): Place {
  const shown = home !== '' && path.startsWith(home) ? `~${path.slice(home.length)}` : path
  return { name: shown, read: () => readConfigFile(path, shown, shape) }
}

/** docker's and podman's, or the flat one of old docker. */
type FileShape = 'config' | 'dockercfg'

/**
 * The file's content, or null if there is no such file or it is empty (`REGISTRY_AUTH_FILE=/dev/null` is in use).
 * @throws UsageError, naming the file and the place but never its content, where it can't be read
 */
async function readConfigFile(
  path: string,
  shownPath: string,
  shape: FileShape,
): Promise<CredentialConfig | null> {
  const text = new Redacted(await readFile(path, 'utf8').catch(error => absent(error, shownPath)))
  if (text.map(content => content.trim() === '').reveal()) return null
  const root = parseObject(text, shownPath)
  const origin = `file ${shownPath}`
  if (shape === 'dockercfg')
    return { origin, auths: redactedEntries(root), credHelpers: [], credsStore: null }
  return configOf(root, shownPath, origin)
}

/** The content of a missing file; throws any other error. */
function absent(error: NodeJS.ErrnoException, shownPath: string): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ''
  throw new UsageError(`${shownPath} can't be read (${error.code ?? 'unknown error'}): fix its permissions`)
}

/**
 * The variable DOCKER_AUTH_CONFIG. docker takes `auth` alone from it and passes over the variable where it holds more (docker/cli configfile
 * parseEnvConfig); GitLab's documentation puts a whole config.json into it, so all of it is read.
 * @throws UsageError, never naming its content
 */
function readEnvironmentConfig(text: Redacted): CredentialConfig {
  const name = 'DOCKER_AUTH_CONFIG'
  return configOf(parseObject(text, name), name, name)
}

function configOf(root: JsonObject, name: string, origin: string): CredentialConfig {
  const credHelpers = Object.entries(objectIn(root, 'credHelpers', name)).map(
    ([key, suffix]): [string, string] => {
      if (typeof suffix === 'string') return [key, suffix]
      throw new UsageError(`${name}: every value of credHelpers must be the name of a helper`)
    },
  )
  const store = field(root, 'credsStore') ?? ''
  if (typeof store !== 'string') throw new UsageError(`${name}: credsStore must be the name of a helper`)
  const credsStore = store === '' ? null : store
  return { origin, auths: redactedEntries(objectIn(root, 'auths', name)), credHelpers, credsStore }
}

function redactedEntries(auths: JsonObject): CredentialConfig['auths'] {
  return Object.entries(auths).map(([key, entry]) => [key, new Redacted(entry)])
}

function objectIn(root: JsonObject, name: string, file: string): JsonObject {
  const value = field(root, name) ?? {}
  if (!isObject(value)) throw new UsageError(`${file}: "${name}" must be a JSON object`)
  return value
}

function parseObject(content: Redacted, name: string): JsonObject {
  const text = content.map(json => json.replace(/^\uFEFF/, ''))
  const value = text.map(parseJson).reveal()
  if (value === undefined)
    throw new UsageError(`${name} is not valid JSON${text.map(jsonPlace).reveal()}: correct it there`)
  if (!isObject(value)) throw new UsageError(`${name} must hold a JSON object`)
  return value
}
