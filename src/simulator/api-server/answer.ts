/** From a request to its response: authentication, authorization, and the part of the server that handles it. */

import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { methodNotAllowed, Refusal, unauthorized, unknownResource } from '../cluster/refusal.ts'
import { ACCESS_REVIEW_PATH, reviewAccess, reviewSelf, SELF_REVIEW_PATH } from './access-review.ts'
import { discover, needsNoLogin } from './discovery.ts'
import { evict } from './eviction.ts'
import { representationOf } from './representation.ts'
import { type RequestInfo, routeOf } from './request.ts'
import { readScale, writeScale } from './scale.ts'
import type { ApiServer, LoggedRequest } from './server.ts'
import { ANONYMOUS, allows, refusalFor, type User, type Users } from './users.ts'
import { create, patch, remove, replace, type WriteRequest } from './writing.ts'

export interface IncomingCall {
  method: string
  url: URL
  headers: IncomingHttpHeaders
  body: string
}

export interface Answer {
  code: number
  /** An object is sent as JSON, a string as plain text. */
  body: object | string
  headers: Record<string, string>
  warnings: string[]
}

/** The response; undefined if it is already being streamed (a watch). Throws Refusal. */
export function answerOf(
  server: ApiServer,
  call: IncomingCall,
  entry: LoggedRequest,
  response: ServerResponse,
): Answer | undefined {
  const user = userOf(server.users, call.headers)
  entry.user = user.name
  const query = call.url.searchParams
  const path = call.url.pathname
  if (path === SELF_REVIEW_PATH && call.method === 'POST') return ok(reviewSelf(user), 201)
  if (path === ACCESS_REVIEW_PATH && call.method === 'POST') return ok(reviewAccess(user, call.body), 201)
  const route = routeOf(call.method, path, ['1', 'true'].includes(query.get('watch') ?? ''))
  if (route.type === 'other') return other(server, user, call, path)
  if (route.type === 'unknown-resource') throw unknownResource()
  if (route.type === 'method-not-allowed') throw methodNotAllowed()
  const { info } = route
  authorize(user, info)
  if (info.verb === 'watch') {
    entry.status = 200
    server.watching.serve(info, representationOf(call.headers.accept, info.verb), query, response)
    return undefined
  }
  if (info.subresource === 'scale' && info.verb === 'get') return ok(readScale(server.cluster, info), 200)
  if (info.verb === 'get' || info.verb === 'list') {
    const asked = representationOf(call.headers.accept, info.verb)
    return ok(server.reader[info.verb](info, asked, query), 200)
  }
  return write(server, call, info)
}

function authorize(user: User, info: RequestInfo): void {
  const resource = info.subresource ? `${info.kind.resource}/${info.subresource}` : info.kind.resource
  if (!allows(user, info.verb, resource, info.namespace)) throw refusalFor(user, info)
}

function write(server: ApiServer, call: IncomingCall, info: RequestInfo): Answer {
  const warnings: string[] = []
  const request: WriteRequest = {
    info,
    query: call.url.searchParams,
    contentType: call.headers['content-type'],
    body: call.body,
    warn: text => void warnings.push(text),
  }
  const answer = writerFor(info)(server.cluster, request)
  return { ...answer, headers: {}, warnings }
}

function writerFor(info: RequestInfo) {
  if (info.subresource === 'eviction') return evict
  if (info.subresource === 'scale') return writeScale
  if (info.verb === 'create') return create
  if (info.verb === 'update') return replace
  if (info.verb === 'patch') return patch
  if (info.verb === 'delete') return remove
  throw methodNotAllowed()
}

function other(server: ApiServer, user: User, call: IncomingCall, path: string): Answer {
  if (user === ANONYMOUS && !needsNoLogin(path)) throw forbiddenPath(user, path)
  const found = discover(path, server.cluster.stack.kubernetes)
  if (found === undefined) {
    if (user.rules.some(rule => rule.resources.includes('*') && !rule.namespaces))
      return ok('404 page not found\n', 404)
    throw forbiddenPath(user, path)
  }
  if (call.method !== 'GET') throw methodNotAllowed()
  return ok(found, 200)
}

const forbiddenPath = (user: User, path: string) =>
  new Refusal(403, 'Forbidden', `forbidden: User "${user.name}" cannot get path "${path}"`, {})

const ok = (body: object | string, code: number): Answer => ({ code, body, headers: {}, warnings: [] })

/** The user of the bearer token, or the one that user impersonates. Throws 401, or 403 for a forbidden impersonation. */
function userOf(users: Users, headers: IncomingHttpHeaders): User {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  const user = token === undefined ? ANONYMOUS : users.byToken(token)
  if (!user) throw unauthorized()
  const name = headers['impersonate-user']
  if (typeof name !== 'string') return user
  if (!allows(user, 'impersonate', 'users', null))
    throw new Refusal(
      403,
      'Forbidden',
      `users "${name}" is forbidden: User "${user.name}" cannot impersonate resource "users" in API group "" at the cluster scope`,
      { name, kind: 'users' },
    )
  const groups = String(headers['impersonate-group'] ?? '').split(', ')
  if (groups.includes('system:masters')) return { ...user, name }
  return users.find(name) ?? { name, token: '', rules: [] }
}
