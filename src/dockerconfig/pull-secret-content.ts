/** The content of a pull secret: created from logins, and compared and completed as the kubelet reads it, keeping what others added. */

import { DOCKER_HUB, DOCKER_HUB_KEY } from '../image/docker-hub.ts'
import { isObject, type JsonObject, parseJson } from '../json/json-object.ts'
import { byText } from '../order.ts'
import { credentialRedactor } from '../secrecy/known-secrets.ts'
import { redactUser } from '../secrecy/redact.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { decodeBase64, encodeBase64, field } from './go-encoding.ts'
import { lookUpCredentials } from './kubelet-lookup.ts'
import { hasReadableHeaders, readLogin } from './kubelet-view.ts'
import type { Credential } from './registry-credential.ts'

/** The type of a Secret with this content, and the key in its data. */
export const PULL_SECRET_TYPE = 'kubernetes.io/dockerconfigjson'
export const DATA_KEY = '.dockerconfigjson'

/** The annotation on every Secret that pullguard creates; `undo` and later runs recognize their own by it. */
export const RUN_ANNOTATION = 'pullguard.dev/run'

type Auths = Record<string, unknown>

export class PullSecretContent {
  /** null if the text is not a JSON object. */
  readonly #config: Redacted<JsonObject | null>

  private constructor(config: Redacted<JsonObject | null>) {
    this.#config = config
  }

  /**
   * `auths` with username, password and auth for each credential, sorted by key, so that the same credentials give the same bytes. Omits
   * identity tokens: the kubelet ignores them (pkg/credentialprovider/config.go). Of two credentials with one key, the last wins.
   */
  static of(credentials: Credential[]): PullSecretContent {
    const entries = credentials
      .filter(({ kind }) => kind === 'password')
      .map(credential => [credential.key, entryOf(credential)] as const)
      .sort(byText(([key]) => key))
    return new PullSecretContent(new Redacted({ auths: Object.fromEntries(entries) }))
  }

  /** The current content of a Secret; empty if it has no such data. */
  static inSecret(secret: { data?: Record<string, string> }): PullSecretContent {
    const text = new Redacted(secret.data?.[DATA_KEY] ?? '').map(data => decodeBase64(data)?.toString('utf8'))
    const config = text.map(json => parseJson(json ?? ''))
    return new PullSecretContent(config.map(value => (isObject(value) ? value : null)))
  }

  /** The keys of its `auths`; empty if the kubelet finds none. */
  get keys(): string[] {
    return Object.keys(this.#auths() ?? {})
  }

  /**
   * Whether it gives the kubelet the login of every key in `wanted`. A content that the kubelet can't read serves none, and one unreadable
   * entry makes the whole content unreadable.
   */
  serves(wanted: PullSecretContent): boolean {
    return this.servedKeys(wanted).length === wanted.keys.length
  }

  /** The keys of `wanted` for which it gives the kubelet the same login. */
  servedKeys(wanted: PullSecretContent): string[] {
    const auths = this.#auths()
    if (auths === null || !this.#isReadable()) return []
    return Object.entries(wanted.#auths() ?? {}).flatMap(([key, entry]) =>
      isServed(key, entry, auths) ? [key] : [],
    )
  }

  /**
   * The same content plus the entries of `wanted`; entries of other keys and other fields stay. What the kubelet can't read is replaced: it
   * is useless, and makes the kubelet ignore the rest.
   */
  completedWith(wanted: PullSecretContent): PullSecretContent {
    const config = this.#config.reveal() ?? {}
    const kept = Object.entries(this.#auths() ?? {}).filter(([, entry]) => readLogin(entry) !== null)
    const auths: Auths = { ...Object.fromEntries(kept), ...wanted.#auths() }
    const hub = auths[DOCKER_HUB_KEY]
    // Beside an entry under Docker Hub's other name, the kubelet does not look for this one.
    if (hub && !isServed(DOCKER_HUB_KEY, hub, auths)) auths[DOCKER_HUB] = hub
    const replaced = hasReadableHeaders(config) ? ['auths'] : ['auths', 'httpheaders']
    const rest = Object.entries(config).filter(([name]) => !replaced.includes(name.toLowerCase()))
    return new PullSecretContent(new Redacted({ ...Object.fromEntries(rest), auths }))
  }

  /**
   * The entries that would have another login, or be gone, once it is completed with `wanted`. An entry that the kubelet can't read has no
   * user name.
   * @param isRenewal a new password of the same account replaces nothing worth keeping
   */
  replacedBy(wanted: PullSecretContent, isRenewal: boolean): { key: string; username: string | null }[] {
    const after = this.completedWith(wanted).#auths() ?? {}
    return Object.entries(this.#auths() ?? {}).flatMap(([key, entry]) => {
      const login = readLogin(entry)
      const isKept = isRenewal
        ? login !== null && readLogin(after[key])?.username === login.username
        : isSameLogin(entry, after[key])
      return isKept || login?.username === '' ? [] : [{ key, username: login && redactUser(login) }]
    })
  }

  /**
   * Only the entries of these keys; null if one is missing. Docker Hub's plain name gets the login of its usual key: beside another pull
   * secret with that name, the kubelet looks for no other.
   */
  only(keys: string[]): PullSecretContent | null {
    const auths = this.#auths() ?? {}
    const chosen: Auths = {}
    for (const key of keys) {
      const entry = auths[key] ?? (key === DOCKER_HUB ? auths[DOCKER_HUB_KEY] : undefined)
      if (entry === undefined) return null
      chosen[key] = entry
    }
    return new PullSecretContent(new Redacted({ auths: chosen }))
  }

  /** The same without the entries of these keys; everything else stays. */
  without(keys: string[]): PullSecretContent {
    const kept = Object.entries(this.#auths() ?? {}).filter(([key]) => !keys.includes(key))
    const rest = Object.entries(this.#config.reveal() ?? {}).filter(
      ([name]) => name.toLowerCase() !== 'auths',
    )
    return new PullSecretContent(
      new Redacted({ ...Object.fromEntries(rest), auths: Object.fromEntries(kept) }),
    )
  }

  /** `user:password` of that key, as the kubelet reads it; null if it finds none. */
  loginOf(key: string): Redacted<string> | null {
    const login = readLogin(this.#auths()?.[key] ?? {})
    return login && new Redacted(`${login.username}:${login.password.reveal()}`)
  }

  /** Replaces its passwords and tokens in a text with `[redacted]`, including those that the kubelet can't read. */
  withoutLogins(text: string): string {
    const logins = Object.values(this.#auths() ?? {}).flatMap(entry =>
      [readLogin(entry), ...rawSecrets(entry)].filter(login => login !== null),
    )
    return credentialRedactor(logins)(text)
  }

  /** The value for DATA_KEY in a Secret's `data`, only for the request that writes it. */
  revealData(): string {
    return encodeBase64(JSON.stringify(this.#config.reveal()))
  }

  #auths(): Auths | null {
    const config = this.#config.reveal()
    const auths = config && field(config, 'auths')
    return isObject(auths) ? auths : null
  }

  #isReadable(): boolean {
    const config = this.#config.reveal()
    return (
      config !== null &&
      hasReadableHeaders(config) &&
      Object.values(this.#auths() ?? {}).every(entry => readLogin(entry) !== null)
    )
  }
}

/** The secret fields of an entry as written, for one that makes no login. */
function rawSecrets(entry: unknown): { username: string; password: Redacted }[] {
  if (!isObject(entry)) return []
  return ['auth', 'password', 'identitytoken', 'registrytoken'].flatMap(name => {
    const value = field(entry, name)
    return typeof value === 'string' ? [{ username: '', password: new Redacted(value) }] : []
  })
}

function entryOf({ username, password }: Credential) {
  const secret = password.reveal()
  return { username, password: secret, auth: encodeBase64(`${username}:${secret}`) }
}

/** Whether the kubelet, for an image that `key` is meant for, tries this login among others. */
function isServed(key: string, entry: unknown, auths: Auths): boolean {
  const [registry = '', ...path] = key === DOCKER_HUB_KEY ? [DOCKER_HUB] : key.split('/')
  const repository = path.join('/') || 'any/image'
  const entries = Object.entries(auths)
    // Docker Hub's plain name is needed beside its usual key only if the kubelet does not look for that one.
    .filter(([each]) => key !== DOCKER_HUB || each !== DOCKER_HUB_KEY)
    .map(([each, value]) => ({ key: each, entry: value }))
  const { tried } = lookUpCredentials({ registry, repository }, entries)
  return tried.some(each => isSameLogin(each.entry, entry))
}

function isSameLogin(one: unknown, other: unknown): boolean {
  const [a, b] = [readLogin(one), readLogin(other)]
  return a !== null && b !== null && a.username === b.username && a.password.reveal() === b.password.reveal()
}
