/**
 * Sends a request, answers the registry's challenge with the login or a token for it (distribution's token and oauth specifications), and sends
 * the request again: the only place that puts a credential or token on a request.
 */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { parseJsonObject } from '../json/json-object.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { type Challenge, parseChallenges } from './challenges.ts'
import type { RegistryAnswer, RegistryRequest, Sender } from './connection.ts'
import { mayReceiveCredential, visitRefusal } from './network-rules.ts'
import type { RegistryProblem, RequestIdentity } from './outcome.ts'
import { problemOf } from './problem.ts'

interface AuthorizedRequest {
  method: 'GET' | 'HEAD'
  /** Below the registry's URL: `/v2/library/nginx/manifests/latest`. */
  path: string
  /** The token allows only pulling from this repository; null for a token that only logs in. */
  repository: string | null
  accept: string
  credential: Credential | null
  maxBytes?: number
}

export type AuthorizedAnswer = { requestedAs: RequestIdentity } & (
  | { answer: RegistryAnswer }
  | { problem: RegistryProblem }
)

interface CachedToken {
  token: Redacted
  requestedAs: RequestIdentity
  /** Milliseconds since 1970. */
  goodUntil: number
}

const ANONYMOUS: RequestIdentity = { identity: 'anonymous', withheldFrom: null }
const WITH_CREDENTIAL: RequestIdentity = { identity: 'credential', withheldFrom: null }

export class AuthorizedRequests {
  readonly #connection: Sender
  readonly #registry: string
  readonly #endpoint: URL
  /** By credential (null: anonymous) and repository. */
  readonly #tokens = new Map<Credential | null, Map<string | null, CachedToken>>()

  constructor(connection: Sender, registry: string, endpoint: URL) {
    this.#connection = connection
    this.#registry = registry
    this.#endpoint = endpoint
  }

  /** Sends the request; failures are returned, not thrown. A request is sent again only after a challenge. */
  async ask(request: AuthorizedRequest): Promise<AuthorizedAnswer> {
    const known = this.#knownToken(request)
    const first = await this.#send(request, known && `Bearer ${known.token.reveal()}`)
    const requestedAs = known?.requestedAs ?? ANONYMOUS
    if ('problem' in first) return { requestedAs, ...first }
    // Never answer another host's challenge: credentials and tokens are for the registry only.
    if (first.answer.status !== 401 || first.answer.crossedOrigin) {
      return { requestedAs, ...first }
    }
    const challenges = parseChallenges(first.answer.headers['www-authenticate'])
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'))
    if (bearer) return this.#withToken(request, bearer)
    const { credential } = request
    if (credential?.kind === 'password' && challenges.some(({ scheme }) => scheme === 'basic')) {
      return this.#withBasic(request, credential)
    }
    return { requestedAs, ...first }
  }

  async #withBasic(request: AuthorizedRequest, credential: Credential): Promise<AuthorizedAnswer> {
    const second = await this.#send(request, basicAuthorization(credential))
    if ('answer' in second && second.answer.status === 401 && !second.answer.crossedOrigin) {
      return { requestedAs: WITH_CREDENTIAL, problem: { status: 'wrong-credential' } }
    }
    return { requestedAs: WITH_CREDENTIAL, ...second }
  }

  async #withToken(request: AuthorizedRequest, challenge: Challenge): Promise<AuthorizedAnswer> {
    const realm = this.#realmOf(challenge)
    if ('problem' in realm) return { requestedAs: ANONYMOUS, ...realm }
    const allowed = mayReceiveCredential(realm.url, this.#endpoint, this.#registry)
    const credential = allowed ? request.credential : null
    const { parameters } = challenge
    const token = await fetchToken(
      this.#connection,
      {
        realm: realm.url,
        service: parameters.get('service') ?? '',
        scope: pullScope(parameters.get('scope'), request.repository),
        credential,
      },
      this.#endpoint,
    )
    const keptFrom = allowed ? ('token' in token ? token.withheldFrom : null) : realm.url.host
    const requestedAs = identityOf(request.credential, keptFrom)
    if ('problem' in token) return { requestedAs, ...token }
    this.#remember(request, {
      token: token.token,
      requestedAs,
      goodUntil: this.#connection.clock.now() + (token.expiresIn - 10) * 1000,
    })
    return { requestedAs, ...(await this.#send(request, `Bearer ${token.token.reveal()}`)) }
  }

  #realmOf(challenge: Challenge): { url: URL } | { problem: RegistryProblem } {
    const text = challenge.parameters.get('realm') ?? ''
    const url = URL.canParse(text) ? new URL(text) : null
    const refusal = url === null ? 'it is not a URL' : visitRefusal(url, this.#endpoint)
    if (url !== null && refusal === null) return { url }
    const detail = `${this.#endpoint.host}: its token realm was not asked: ${refusal}`
    return { problem: { status: 'unreachable', why: 'refused', detail } }
  }

  #send({ method, path, accept, maxBytes }: AuthorizedRequest, authorization: string | null) {
    const request: RegistryRequest = {
      method,
      url: new URL(path, this.#endpoint),
      headers: authorization === null ? { accept } : { accept, authorization },
      ...(maxBytes === undefined ? {} : { maxBytes }),
    }
    return this.#connection.send(request, this.#endpoint)
  }

  #knownToken({ credential, repository }: AuthorizedRequest): CachedToken | null {
    const known = this.#tokens.get(credential)?.get(repository)
    return known && known.goodUntil > this.#connection.clock.now() ? known : null
  }

  #remember({ credential, repository }: AuthorizedRequest, token: CachedToken) {
    const tokens = this.#tokens.get(credential) ?? new Map<string | null, CachedToken>()
    this.#tokens.set(credential, tokens.set(repository, token))
  }
}

function identityOf(credential: Credential | null, withheldFrom: string | null): RequestIdentity {
  if (credential === null) return ANONYMOUS
  return withheldFrom === null ? WITH_CREDENTIAL : { identity: 'anonymous', withheldFrom }
}

/** The challenge's scope if it is for pulling only; a registry must not obtain a token that can do more. */
function pullScope(requested: string | undefined, repository: string | null): string {
  if (repository === null) return ''
  const pullOnly = requested !== undefined && /^repository(\([a-z]+\))?:[^\s]+:pull$/.test(requested)
  return pullOnly ? requested : `repository:${repository}:pull`
}

interface TokenRequest {
  realm: URL
  /** Empty if the challenge has none. */
  service: string
  /** Empty means login only. */
  scope: string
  /** Only a credential that may be sent to the realm (see mayReceiveCredential). */
  credential: Credential | null
}

interface Token {
  token: Redacted
  /** In seconds; 60 if the server does not send it (token specification). */
  expiresIn: number
  /** The host that issued it without the login, because the realm redirected there; usually null. */
  withheldFrom: string | null
}

/**
 * Returns a token, or why there is none. An identity token is exchanged by POST; servers that don't support that (404, 405) get a GET. A
 * refused login is never sent again: some registries ban the address for that.
 */
async function fetchToken(
  connection: Sender,
  request: TokenRequest,
  endpoint: URL,
): Promise<Token | { problem: RegistryProblem }> {
  const { credential } = request
  if (credential?.kind === 'identity-token') {
    const exchange = await connection.send(refreshRequest(request, credential), endpoint)
    if ('problem' in exchange) return exchange
    if (![404, 405].includes(exchange.answer.status)) return readToken(exchange.answer, [400, 401, 403])
  }
  const exchange = await connection.send(tokenRequest(request), endpoint)
  if ('problem' in exchange) return exchange
  return readToken(exchange.answer, credential ? [401, 403] : [])
}

/** `Authorization: Basic`; an identity token is sent without a username, as containerd does. */
function basicAuthorization(credential: Credential): string {
  const username = credential.kind === 'identity-token' ? '' : credential.username
  return `Basic ${Buffer.from(`${username}:${credential.password.reveal()}`, 'utf8').toString('base64')}`
}

function tokenRequest({ realm, service, scope, credential }: TokenRequest): RegistryRequest {
  const url = new URL(realm)
  if (service !== '') url.searchParams.set('service', service)
  if (scope !== '') url.searchParams.set('scope', scope)
  return { method: 'GET', url, headers: credential ? { authorization: basicAuthorization(credential) } : {} }
}

function refreshRequest(request: TokenRequest, credential: Credential): RegistryRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: credential.password.reveal(),
    service: request.service,
    client_id: 'pullguard',
    scope: request.scope,
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', url: request.realm, headers, body: form.toString() }
}

/** `refusals`: the statuses that mean a refused login. */
function readToken(answer: RegistryAnswer, refusals: number[]): Token | { problem: RegistryProblem } {
  if (answer.status !== 200) {
    // After a redirect to another host the login was not sent, so a refusal says nothing about it.
    const refused = refusals.includes(answer.status) && !answer.crossedOrigin
    if (refused) return { problem: { status: 'wrong-credential' } }
    return { problem: problemOf(answer, 'token server') }
  }
  const found = parseJsonObject(answer.body.toString('utf8')) ?? {}
  const token = found.token || found.access_token
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    const detail = `token server ${answer.url.host} answered without a token`
    return { problem: { status: 'server-error', httpStatus: 200, detail } }
  }
  const expiresIn = typeof found.expires_in === 'number' ? found.expires_in : 60
  return {
    token: new Redacted(token),
    expiresIn,
    withheldFrom: answer.crossedOrigin ? answer.url.host : null,
  }
}
