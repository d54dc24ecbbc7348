/** A registry's responses: the distribution API's shapes and Docker Hub's messages. */

import type { Content } from './image.ts'

export interface HubRequest {
  method: string
  /** Without the query. */
  path: string
  query: URLSearchParams
  /** Lower-case names. */
  headers: Record<string, string | undefined>
  body: string
  ip: string
  /** `http://127.0.0.1:15000`, as the client sees this registry. */
  origin: string
}

export interface HubResponse {
  status: number
  headers: Record<string, string>
  body: Buffer
}

const VERSION = { 'docker-distribution-api-version': 'registry/2.0' }

export function jsonAnswer(status: number, value: object, headers: Record<string, string> = {}): HubResponse {
  const body = Buffer.from(JSON.stringify(value))
  return { status, headers: { 'content-type': 'application/json', ...VERSION, ...headers }, body }
}

export const errorAnswer = (
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
  detail?: unknown,
): HubResponse =>
  jsonAnswer(status, { errors: [{ code, message, ...(detail !== undefined && { detail }) }] }, headers)

export const plainAnswer = (status: number, text: string): HubResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from(text),
})

export const contentAnswer = (found: Content, headers: Record<string, string>): HubResponse => ({
  status: 200,
  headers: {
    'content-type': found.mediaType,
    'docker-content-digest': found.digest,
    etag: `"${found.digest}"`,
    ...VERSION,
    ...headers,
  },
  body: found.bytes,
})

/** 401 with the challenge. `insufficient`: the request had a token, but not for this repository. */
export function challenge(
  origin: string,
  service: string,
  repository: string,
  insufficient: boolean,
): HubResponse {
  const scope = repository && `,scope="repository:${repository}:pull"`
  const error = insufficient ? ',error="insufficient_scope"' : ''
  const header = `Bearer realm="${origin}/token",service="${service}"${scope}${error}`
  const detail = repository ? [{ Type: 'repository', Class: '', Name: repository, Action: 'pull' }] : null
  const message = insufficient
    ? 'access to the requested resource is not authorized'
    : 'authentication required'
  return errorAnswer(401, 'UNAUTHORIZED', message, { 'www-authenticate': header }, detail)
}

export const manifestUnknown = (reference: string): HubResponse =>
  errorAnswer(404, 'MANIFEST_UNKNOWN', 'manifest unknown', {}, `unknown tag=${reference}`)

/** A page of tags in order, with a link to the next one if `n` cuts the list (distribution specification). */
export function tagPage({ path, query }: HubRequest, name: string, all: string[]): HubResponse {
  const last = query.get('last')
  const rest = all.sort().filter(tag => last === null || tag > last)
  const size = Number(query.get('n') ?? rest.length)
  const tags = rest.slice(0, size)
  const more = tags.length < rest.length && tags.length > 0
  const next = `<${path}?n=${size}&last=${encodeURIComponent(tags.at(-1) ?? '')}>; rel="next"`
  return jsonAnswer(200, { name, tags }, more ? { link: next } : {})
}

/** Docker Hub's message over the limit; for an account (null: anonymous) it includes the account's name and the id of its token. */
export const tooManyPulls = (account: string | null, headers: Record<string, string>): HubResponse =>
  errorAnswer(
    429,
    'TOOMANYREQUESTS',
    account === null
      ? 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
      : `You have reached your pull rate limit as '${account}': dckr_jti_c2ltdWxhdGVk=. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit`,
    headers,
  )
