/** The simulator's API server without a network between: its answers and its faults, as a client would tell of them. */
import type { ServerResponse } from 'node:http'
import { UnreachableError } from '../../src/errors.ts'
import { ApiError } from '../../src/kubernetes/api/api-error.ts'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import type { ApiPath } from '../../src/kubernetes/api/paths.ts'
import type { WriteOptions } from '../../src/kubernetes/api/write.ts'
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import { answerOf } from '../../src/simulator/api-server/answer.ts'
import { faultAnswer } from '../../src/simulator/api-server/faults.ts'
import type { ApiServer, LoggedRequest } from '../../src/simulator/api-server/server.ts'
import { Refusal } from '../../src/simulator/cluster/failure.ts'

interface Call {
  method: string
  path: string
  query?: URLSearchParams
  contentType?: string
  body?: unknown
}

/** Called ahead of each request; may throw, as a crash would, or let others act. */
export type Before = (request: LoggedRequest) => void

/** A client of `server`, logged in as `user`. Answers come in order of asking, one turn of the event loop later. */
export function clientOf(server: ApiServer, before: Before = () => {}, user = 'admin'): ClusterWriter {
  const send = async (call: Call): Promise<KubernetesObject> => {
    await new Promise(setImmediate)
    const { method, path, query = new URLSearchParams() } = call
    const entry = { method, path, query: `${query}`, user: '', userAgent: 'test', status: 0 }
    before(entry)
    server.requests.push(entry)
    return exchange(server, call, entry, user)
  }
  return writerOver(send)
}

function exchange(server: ApiServer, call: Call, entry: LoggedRequest, user: string): KubernetesObject {
  const { method, path, query = new URLSearchParams(), contentType = 'application/json', body } = call
  const failed = (status: number, reason: string, message: string) =>
    new ApiError({ status, reason, message, method, path })
  const fault = server.faults.take(entry)
  if (fault === 'reset') throw failed(0, 'ECONNRESET', 'the connection was cut')
  // The connection asks for a fresh credential first; only then does it give up, and not with an ApiError.
  if (fault === 401) throw new UnreachableError('The server takes no credential any more.')
  const instead = fault === undefined ? undefined : faultAnswer(fault)
  if (instead) throw failed(instead.refusal.code, reasonOf(instead.refusal), instead.refusal.message)
  const headers = {
    authorization: `Bearer ${server.users.named(user).token}`,
    'content-type': contentType,
    accept: 'application/json',
  }
  try {
    const url = new URL(`${path}?${query}`, 'https://127.0.0.1')
    const text = body === undefined ? '' : JSON.stringify(body)
    const answer = answerOf(server, { method, url, headers, body: text }, entry, {} as ServerResponse)
    if (fault === 'lost-answer') throw failed(0, 'ECONNRESET', 'the connection was cut')
    if (fault === 'truncated') throw failed(0, 'Truncated', 'the answer broke off')
    if (typeof fault === 'object') throw failed(0, 'ETIMEDOUT', 'no answer in time')
    return structuredClone(answer?.body) as KubernetesObject
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw failed(error.code, reasonOf(error), error.message)
  }
}

const reasonOf = ({ body }: Refusal) => String((body as { reason?: unknown }).reason ?? '')

const MANAGER = { fieldManager: 'pullguard', fieldValidation: 'Strict' }

function writing({ dryRun }: WriteOptions = {}): URLSearchParams {
  return new URLSearchParams({ ...MANAGER, ...(dryRun ? { dryRun: 'All' } : {}) })
}

function writerOver(send: (call: Call) => Promise<KubernetesObject>): ClusterWriter {
  return {
    context: 'test',
    server: 'https://127.0.0.1',
    namespace: 'default',
    get: <T>(path: ApiPath<T>) => send({ method: 'GET', path }) as Promise<T>,
    async list(path, { labelSelector, fieldSelector }, visit) {
      const selectors = { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) }
      const list = await send({ method: 'GET', path, query: new URLSearchParams(selectors) })
      const items = list.items as Parameters<typeof visit>[0][]
      for (const item of items) visit(item)
      return { count: items.length, resourceVersion: '1', inconsistent: false }
    },
    table: () => Promise.reject(new Error('a fix reads no tables')),
    whoAmI: () => Promise.resolve('admin'),
    async canI({ verb, group, resource, namespace }) {
      const [name = '', subresource] = resource.split('/')
      const attributes = { verb, group, resource: name, ...(subresource && { subresource }) }
      const review = await send({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: { spec: { resourceAttributes: { ...attributes, ...(namespace && { namespace }) } } },
      })
      return (review.status as { allowed: boolean }).allowed
    },
    warnings: () => [],
    close: () => Promise.resolve(),
    create: <T>(path: ApiPath<T>, body: unknown, options?: WriteOptions) =>
      send({ method: 'POST', path, query: writing(options), body }) as Promise<T>,
    jsonPatch: <T>(path: ApiPath<T>, body: unknown, options?: WriteOptions) =>
      send({
        method: 'PATCH',
        path,
        query: writing(options),
        contentType: 'application/json-patch+json',
        body,
      }) as Promise<T>,
    async delete(path, uid, { dryRun, resourceVersion } = {}) {
      const preconditions = { uid, ...(resourceVersion && { resourceVersion }) }
      await send({ method: 'DELETE', path, body: { preconditions, ...(dryRun && { dryRun: ['All'] }) } })
    },
    async evict(namespace, pod, uid, { dryRun, resourceVersion } = {}) {
      await send({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`,
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: pod, namespace },
          deleteOptions: {
            preconditions: { uid, ...(resourceVersion && { resourceVersion }) },
            ...(dryRun && { dryRun: ['All'] }),
          },
        },
      })
    },
  }
}
