/** POST, PUT, PATCH and DELETE on objects. */

import type { Cluster } from '../cluster/cluster.ts'
import type { ApiObject } from '../cluster/objects.ts'
import { badRequest, notFound, Refusal } from '../cluster/refusal.ts'
import { deletionOptionsOf, isDryRun, knownFieldsOnly, objectOf, parseJson } from './body.ts'
import { applyJsonPatch, type PatchOperation } from './json-patch.ts'
import { applyMergePatch } from './merge-patch.ts'
import { namespaceOf, type RequestInfo } from './request.ts'

export interface WriteRequest {
  info: RequestInfo
  query: URLSearchParams
  contentType: string | undefined
  body: string
  /** Adds a Warning header to the answer. */
  warn: (text: string) => void
}

export interface Written {
  code: number
  body: object
}

/** Answers a POST of a new object. Throws Refusal. */
export function create(cluster: Cluster, request: WriteRequest): Written {
  const { info, query } = request
  const given = objectOf(info.kind, request.contentType, request.body)
  const known = knownFieldsOnly(given, query, false, request.warn)
  const namespace = namespaceOf(info)
  if (known.metadata.namespace && known.metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const dryRun = isDryRun(query.getAll('dryRun'), 'CreateOptions')
  const metadata = { ...known.metadata, ...(namespace !== undefined && { namespace }) }
  return { code: 201, body: cluster.create({ ...known, metadata }, { dryRun }) }
}

/** Answers a PUT. Throws Refusal. */
export function replace(cluster: Cluster, request: WriteRequest): Written {
  const { info, query } = request
  const given = objectOf(info.kind, request.contentType, request.body)
  const known = knownFieldsOnly(given, query, false, request.warn)
  const namespace = namespaceOf(info)
  const metadata = { ...known.metadata, ...(namespace !== undefined && { namespace }) }
  return update(cluster, request, { ...known, metadata })
}

/** Answers a PATCH: JSON patch, merge patch, strategic merge patch. Throws Refusal. */
export function patch(cluster: Cluster, request: WriteRequest): Written {
  const { info, query } = request
  const before = cluster.store.get(info.kind, namespaceOf(info), info.name ?? '')
  const change = patchOf(request)
  if (!before) throw notFound(info.kind, info.name ?? '')
  return update(cluster, request, knownFieldsOnly(change(before), query, true, request.warn))
}

/** The object after a PATCH. Throws Refusal for an invalid patch. */
export function patchOf({ contentType, body }: WriteRequest): (before: ApiObject) => ApiObject {
  const apply = patcherFor(contentType)
  const parsed = parseJson(body)
  if (parsed === undefined) throw badRequest('error decoding patch: invalid character')
  return before => apply(before, parsed)
}

function update(cluster: Cluster, { info, query }: WriteRequest, object: ApiObject): Written {
  const dryRun = isDryRun(query.getAll('dryRun'), info.verb === 'patch' ? 'PatchOptions' : 'UpdateOptions')
  return { code: 200, body: cluster.update(object, { dryRun, status: info.subresource === 'status' }) }
}

function patcherFor(contentType = ''): (before: ApiObject, patch: unknown) => ApiObject {
  switch (contentType.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return (before, operations) => {
        if (!Array.isArray(operations))
          throw badRequest(
            'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
          )
        return applyJsonPatch(before, operations as PatchOperation[])
      }
    case 'application/merge-patch+json':
      return (before, change) => applyMergePatch(before, change, false)
    case 'application/strategic-merge-patch+json':
      return (before, change) => applyMergePatch(before, change, true)
    default:
      throw new Refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  }
}

const ORPHANS = ['Job', 'ReplicationController']
const ORPHAN_WARNING =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

/** Answers a DELETE of one object: with the object or with a Status, depending on the kind. Throws Refusal. */
export function remove(cluster: Cluster, request: WriteRequest): Written {
  const { kind, name } = request.info
  const options = deletionOptionsOf(request.body, request.query)
  if (kind.kind === 'Job' && !options.propagationPolicy) request.warn(ORPHAN_WARNING)
  const policy = options.propagationPolicy ?? (ORPHANS.includes(kind.kind) ? 'Orphan' : 'Background')
  const last = cluster.remove(kind.kind, namespaceOf(request.info), name ?? '', {
    ...options,
    propagationPolicy: policy,
  })
  const answersObject = ['Pod', 'ServiceAccount', 'Namespace'].includes(kind.kind) || policy !== 'Background'
  if (answersObject) return { code: 200, body: last }
  const details = {
    name,
    ...(kind.group && { group: kind.group }),
    kind: kind.resource,
    uid: last.metadata.uid,
  }
  return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } }
}
