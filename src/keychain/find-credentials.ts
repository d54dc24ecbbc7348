/** Finds this machine's credentials for the needed registries: docker's config.json, podman's auth.json, .dockercfg, DOCKER_AUTH_CONFIG. */

import { readFile } from 'node:fs/promises'
import { posix, win32 } from 'node:path'
import type { Clock } from '../clock.ts'
import { type CredentialConfig, type FileShape, readCredentialConfig } from '../dockerconfig/config-file.ts'
import { pullSecretKey, type RegistryKey } from '../dockerconfig/docker-key.ts'
import { type DockerLogin, entryFor, helperFor, namesRegistry } from '../dockerconfig/docker-view.ts'
import type { Credential, CredentialRefusal } from '../dockerconfig/registry-credential.ts'
import { errorCode, UsageError } from '../errors.ts'
import { cloudOfToken } from '../image/cloud-registries.ts'
import { canonicalRegistry, DOCKER_HUB } from '../image/docker-hub.ts'
import { bounded } from '../network/bounded.ts'
import { once } from '../network/once.ts'
import { byText } from '../order.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { askHelper, helperProgram, helperRunner, type RunHelper } from './credential-helper.ts'
import type { WantedRegistry } from './wanted-registries.ts'

export interface FindOptions extends Machine {
  wanted: WantedRegistry[]
  /** Ask credsStore's helper only about Docker Hub and registries that a file names: the wanted names come from a cluster. */
  onlyNamed?: boolean
  /** Ends a helper that takes too long. */
  clock: Clock
  /** Runs helper programs; the real one by default. */
  runHelper?: RunHelper
  /** Ends the search, including a helper that is still running. */
  signal?: AbortSignal
}

interface FoundCredentials {
  /** One for each registry (or namespace in it) that has a login, sorted by key. */
  credentials: Credential[]
  /** One for each wanted registry or repository that has none. */
  refusals: CredentialRefusal[]
}

/** Pods decide how many registries are looked up, and one with a slow helper must not delay all others. */
const HELPERS_AT_ONCE = 6

type Answer = { credential: Credential } | { refusal: CredentialRefusal }

/**
 * Looks in each place in turn until one has a login that a pull secret can contain. Within a file: credHelpers, then credsStore, then the
 * most specific key of `auths` (docker's and podman's rules). Files are read only if needed.
 * @throws UsageError if a file that must be read is malformed; the signal's reason
 */
export async function findCredentials(options: FindOptions): Promise<FoundCredentials> {
  const { env, home, clock, signal } = options
  const runHelper = options.runHelper ?? helperRunner({ ...env }, home, { clock, ...(signal && { signal }) })
  const search = new Search(configSources(options), runHelper, options.onlyNamed === true)
  const credentials = new Map<string, Credential>()
  const refusals = new Map<string, CredentialRefusal>()
  const answers = await bounded(options.wanted, HELPERS_AT_ONCE, async ({ registry, repositories }) => {
    const found: Answer[] = []
    for (const repository of repositories.length === 0 ? [null] : repositories) {
      found.push(await search.find(canonicalRegistry(registry), repository))
    }
    return found
  })
  for (const answer of answers.flat()) {
    if ('credential' in answer) credentials.set(answer.credential.key, answer.credential)
    else refusals.set(`${answer.refusal.registry} ${answer.refusal.detail}`, answer.refusal)
  }
  return {
    credentials: [...credentials.values()].sort(byText(({ key }) => key)),
    refusals: [...refusals.values()],
  }
}

/** One search over all places; files and helpers are read once, however many repositories need them. */
class Search {
  readonly #places: ConfigSource[]
  readonly #runHelper: RunHelper
  readonly #onlyNamed: boolean
  readonly #configs = new Map<ConfigSource, Promise<CredentialConfig | null>>()
  readonly #helperAnswers = new Map<string, Promise<DockerLogin>>()

  constructor(searched: ConfigSource[], runHelper: RunHelper, onlyNamed: boolean) {
    this.#places = searched
    this.#runHelper = runHelper
    this.#onlyNamed = onlyNamed
  }

  async find(registry: string, repository: string | null): Promise<Answer> {
    let refusal: CredentialRefusal | null = null
    for (const place of this.#places) {
      const config = await once(this.#configs, place, () => place.read())
      const answer = config && (await this.#ask(config, registry, repository))
      if (answer && 'credential' in answer) return answer
      refusal ??= answer?.refusal ?? null
    }
    const names = this.#places.map(place => place.name).join(', ')
    const detail = `no login for it in ${names}`
    return { refusal: refusal ?? { registry, reason: 'no-entry', detail, forReading: null } }
  }

  async #ask(config: CredentialConfig, registry: string, repository: string | null): Promise<Answer | null> {
    const helper = helperFor(config, registry)
    if (helper !== '' && this.#onlyNamed && registry !== DOCKER_HUB && !namesRegistry(config, registry))
      return null
    if (helper !== '') {
      const entry = await once(this.#helperAnswers, `${helper} ${registry}`, () =>
        askHelper(helper, registry, this.#runHelper),
      )
      const misnamed = entry.type === 'problem' && entry.reason === 'helper-name'
      const origin = misnamed ? config.origin : `${helperProgram(helper)} (${config.origin})`
      const answer = asAnswer(entry, { registry, path: '' }, origin, origin)
      if ('credential' in answer) answer.credential.issuedByHelper = !KEY_STORES.has(helper)
      return answer
    }
    const found = entryFor(config, registry, repository)
    if (found === null) return null
    return asAnswer(found.entry, found.key, config.origin, `${config.origin}: its entry for ${registry}`)
  }
}

/** Helpers that store logins (docker-credential-helpers, Docker Desktop); all others are assumed to create them. */
const KEY_STORES = new Set([
  'desktop',
  'desktop.exe',
  'osxkeychain',
  'pass',
  'secretservice',
  'wincred',
  'wincred.exe',
])

/** The user names that Google's credential helper gives to its tokens, which end within hours, too. */
const HELPER_TOKEN = /^_dcg\w*_token$/

/** `subject` starts the sentence that the entry's problem ends. */
function asAnswer(entry: DockerLogin, key: RegistryKey, origin: string, subject: string): Answer {
  const registry = key.registry
  if (entry.type === 'problem') {
    const { reason } = entry
    return { refusal: { registry, reason, detail: `${subject} ${entry.detail}`, forReading: null } }
  }
  const identity = entry.type === 'identity'
  const credential: Credential = {
    registry,
    key: pullSecretKey(key),
    username: entry.username,
    password: identity ? entry.token : entry.password,
    kind: identity ? 'identity-token' : 'password',
    shortLived: cloudOfToken(entry.username) !== null || HELPER_TOKEN.test(entry.username),
    issuedByHelper: false,
    origin,
  }
  if (!identity) return { credential }
  const detail = `${subject} has only an identity token, which the kubelet ignores`
  return { refusal: { registry, reason: 'identity-token', detail, forReading: credential } }
}

interface Machine {
  env: Record<string, string | undefined>
  /** The user's home directory. */
  home: string
  platform: NodeJS.Platform
}

/** One place; `read` returns null if it does not exist and throws UsageError if it can't be read. */
interface ConfigSource {
  name: string
  read(): Promise<CredentialConfig | null>
}

/**
 * The places in order: DOCKER_AUTH_CONFIG, docker's config.json, REGISTRY_AUTH_FILE, podman's auth.json, .dockercfg. This is docker's
 * own order (docker/cli GetCredentialsStore), followed by podman's files as in go-containerregistry's keychain.
 */
function configSources(machine: Machine): ConfigSource[] {
  const { env, home, platform } = machine
  const { join } = platform === 'win32' ? win32 : posix
  const at = (path: string, shape: FileShape) => fileSource(path, home, shape)
  const variable = (env.DOCKER_AUTH_CONFIG ?? '').trim()
  const found: ConfigSource[] = []
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

function fileSource(path: string, home: string, shape: FileShape): ConfigSource {
  const shown = home !== '' && path.startsWith(home) ? `~${path.slice(home.length)}` : path
  return { name: shown, read: () => readConfigFile(path, shown, shape) }
}

/**
 * The file's content, or null if there is no such file or it is empty (some users set `REGISTRY_AUTH_FILE=/dev/null`).
 * @throws UsageError if it can't be read, naming the file and the place but never its content
 */
async function readConfigFile(
  path: string,
  shownPath: string,
  shape: FileShape,
): Promise<CredentialConfig | null> {
  const text = new Redacted(await readFile(path, 'utf8').catch(error => absent(error, shownPath)))
  if (text.map(content => content.trim() === '').reveal()) return null
  return configIn(text, { name: shownPath, origin: `file ${shownPath}`, shape })
}

/** Returns the content of a missing file; throws any other error. */
function absent(error: unknown, shownPath: string): string {
  const code = errorCode(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return ''
  throw new UsageError(`${shownPath} can't be read (${code ?? 'unknown error'}): fix its permissions`)
}

/**
 * The variable DOCKER_AUTH_CONFIG. docker reads only `auth` from it and ignores the variable if it contains more (docker/cli configfile
 * parseEnvConfig). GitLab's documentation puts a whole config.json into it, so all of it is read.
 * @throws UsageError, never naming its content
 */
function readEnvironmentConfig(text: Redacted): CredentialConfig {
  const name = 'DOCKER_AUTH_CONFIG'
  return configIn(text, { name, origin: name, shape: 'config' })
}

function configIn(text: Redacted, how: Parameters<typeof readCredentialConfig>[1]): CredentialConfig {
  const config = readCredentialConfig(text, how)
  if (typeof config === 'string') throw new UsageError(config)
  return config
}
