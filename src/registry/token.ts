/** Parses a registry's challenge, and gets a bearer token from the server that it names (distribution's token and oauth specifications). */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { Redacted } from '../secrecy/redacted.ts'
import type { RegistryAnswer, RegistryRequest, Sender } from './connection.ts'
import { jsonObject } from './json-body.ts'
import type { RegistryProblem } from './outcome.ts'
import { problemOf } from './problem.ts'

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  scheme: string
  /** Names in lower case; quoted values unescaped. */
  parameters: Map<string, string>
}

const SEPARATORS = /[\s,]*/y
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const VALUE = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y

/**
 * Every challenge of the header lines, in order. One line may carry several (RFC 9110 11.6.1; codeberg.org sends `Bearer …,Basic …`);
 * values may be empty or have escapes. What can't be parsed is skipped.
 */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  const lines = header === undefined ? [] : Array.isArray(header) ? header : [header]
  return lines.flatMap(parseLine)
}

function parseLine(line: string): Challenge[] {
  const challenges: Challenge[] = []
  let offset = 0
  while (offset < line.length) {
    SEPARATORS.lastIndex = offset
    SEPARATORS.test(line)
    offset = SEPARATORS.lastIndex
    TOKEN.lastIndex = offset
    const name = TOKEN.exec(line)?.[0].toLowerCase()
    if (name === undefined) {
      offset += 1
      continue
    }
    offset = TOKEN.lastIndex
    VALUE.lastIndex = offset
    const value = VALUE.exec(line)
    const challenge = challenges.at(-1)
    if (value === null) {
      challenges.push({ scheme: name, parameters: new Map() })
      continue
    }
    offset = VALUE.lastIndex
    challenge?.parameters.set(name, value[1]?.replace(/\\(.)/g, '$1') ?? value[2] ?? '')
  }
  return challenges
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
export async function fetchToken(
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
export function basicAuthorization(credential: Credential): string {
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
  const found = jsonObject(answer.body) ?? {}
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
