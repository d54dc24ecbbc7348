/** Requests that are answered with one object: reads, and reviews of what the user is allowed to do. */

import { JsonElements, MAX_OBJECT_LENGTH } from '../../json/json-elements.ts'
import { type ApiRequest, JSON_FORM, METADATA, withQuery } from './api-request.ts'
import type { AccessQuestion, KubernetesObject, ReadOptions } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { notKubernetes } from './failed-requests.ts'
import { ACCESS_REVIEWS, type ApiPath, SELF_REVIEWS } from './paths.ts'

/** See ClusterReader.get. */
export function readObject<T>(exchange: Exchange, path: ApiPath<T>, options: ReadOptions): Promise<T> {
  const { metadataOnly, labelSelector, fieldSelector, signal } = options
  return objectFrom<T>(exchange, {
    kind: 'read',
    method: 'GET',
    path: withQuery(path, { labelSelector, fieldSelector }),
    headers: { Accept: metadataOnly ? METADATA : JSON_FORM },
    ...(signal && { signal }),
  })
}

/** See ClusterReader.whoAmI. */
export async function reviewSelf(exchange: Exchange, signal?: AbortSignal): Promise<string | null> {
  const review = await objectFrom(exchange, {
    kind: 'read',
    method: 'POST',
    path: SELF_REVIEWS,
    headers: { Accept: JSON_FORM, 'Content-Type': JSON_FORM },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
    ...(signal && { signal }),
  })
  const { userInfo } = (review as { status?: { userInfo?: { username?: string } } }).status ?? {}
  return userInfo?.username ?? null
}

/** See ClusterReader.canI. */
export async function reviewAccess(
  exchange: Exchange,
  question: AccessQuestion,
  signal?: AbortSignal,
): Promise<boolean> {
  const { verb, group, namespace, name } = question
  const [resource, subresource] = question.resource.split('/')
  const resourceAttributes = {
    verb,
    group,
    resource,
    ...(subresource && { subresource }),
    ...(namespace !== null && { namespace }),
    ...(name !== undefined && { name }),
  }
  const review = await objectFrom(exchange, {
    kind: 'read',
    method: 'POST',
    path: ACCESS_REVIEWS,
    headers: { Accept: JSON_FORM, 'Content-Type': JSON_FORM },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
    ...(signal && { signal }),
  })
  return (review.status as { allowed?: unknown } | undefined)?.allowed === true
}

/**
 * `T` is the model of the request's path. This is the only place where a response is cast to its kind.
 * @throws what Exchange.run throws; ApiError if the response is not an object (`InvalidAnswer`) or is incomplete (`Truncated`)
 */
export function objectFrom<T = KubernetesObject>(exchange: Exchange, request: ApiRequest): Promise<T> {
  return exchange.run(request, async chunks => {
    let object: unknown
    let documents = 0
    const onDocument = (document: unknown) => {
      if (documents++ > 0) throw notKubernetes(request, 'it is more than one object')
      object = document
    }
    const handlers = { onElements() {}, onDocument }
    const whole = new JsonElements([], handlers, MAX_OBJECT_LENGTH)
    for await (const chunk of chunks) whole.write(chunk)
    whole.end()
    if (typeof object !== 'object' || object === null) throw notKubernetes(request, 'it is not an object')
    return object as T
  })
}
