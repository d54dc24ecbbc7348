/** Finds this machine's credentials for the registries that are needed, and for no others. */

import type { Clock } from '../clock.ts'
import { pullSecretKey, type RegistryKey } from '../dockerconfig/docker-key.ts'
import { type CredentialConfig, entryFor, helperFor, namesRegistry } from '../dockerconfig/docker-lookup.ts'
import type { DockerLogin } from '../dockerconfig/docker-view.ts'
import type { Credential, CredentialRefusal } from '../dockerconfig/registry-credential.ts'
import { canonicalRegistry, DOCKER_HUB } from '../image/docker-hub.ts'
import { bounded } from '../network/bounded.ts'
import { once } from '../network/once.ts'
import { askHelper, helperProgram, helperRunner, type RunHelper } from './credential-helper.ts'
import { type Machine, type Place, places } from './places.ts'
import type { WantedRegistry } from './wanted-registries.ts'

export interface FindOptions extends Machine {
  wanted: WantedRegistry[]
  /** A helper that keeps every login (credsStore) is asked only for registries that a file names, and for Docker Hub: the names come from a cluster. */
  onlyNamed?: boolean
  /** Ends a helper that takes too long. */
  clock: Clock
  /** Runs helper programs; the real one by default. */
  runHelper?: RunHelper
  /** Ends the search, with a helper that still runs. */
  signal?: AbortSignal
}

export interface FoundCredentials {
  /** One for each registry (or namespace of it) that has a login, sorted by key. */
  credentials: Credential[]
  /** One for each wanted registry or repository that has none. */
  refusals: CredentialRefusal[]
}

/** What pods name decides how many registries are looked for, and one whose helper is slow must not hold up all others. */
const HELPERS_AT_ONCE = 6

type Answer = { credential: Credential } | { refusal: CredentialRefusal }

/**
 * Looks in each place in turn until one has a login that a pull secret can hold. Within a file: credHelpers, then credsStore, then the
 * most specific key of `auths` (docker's and podman's rules). Files are read only as far as needed.
 * @throws UsageError where a file that must be read is malformed; the signal's reason
 */
export async function findCredentials(options: FindOptions): Promise<FoundCredentials> {
  const { env, home, clock, signal } = options
  const runHelper = options.runHelper ?? helperRunner({ ...env }, home, { clock, ...(signal && { signal }) })
  const search = new Search(places(options), runHelper, options.onlyNamed === true)
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
    credentials: [...credentials.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    refusals: [...refusals.values()],
  }
}

/** One search over all places; files and helpers are asked once, however many repositories want them. */
class Search {
  readonly #places: Place[]
  readonly #runHelper: RunHelper
  readonly #onlyNamed: boolean
  readonly #configs = new Map<Place, Promise<CredentialConfig | null>>()
  readonly #helperAnswers = new Map<string, Promise<DockerLogin>>()

  constructor(searched: Place[], runHelper: RunHelper, onlyNamed: boolean) {
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
      if ('credential' in answer) answer.credential.minted = !KEY_STORES.has(helper)
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

/** User names that only go with tokens of some hours: ECR, Google's OAuth and helper tokens, Azure's refresh tokens. */
const SHORT_LIVED = /^(AWS|oauth2accesstoken|_dcg\w*_token|00000000-0000-0000-0000-000000000000)$/

/** `subject` begins the sentence that the entry's problem ends. */
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
    shortLived: SHORT_LIVED.test(entry.username),
    minted: false,
    origin,
  }
  if (!identity) return { credential }
  const detail = `${subject} holds only an identity token, which the kubelet ignores`
  return { refusal: { registry, reason: 'identity-token', detail, forReading: credential } }
}
