/** What the API server does to an object before it stores it: read-only fields, stringData, generation. */

import { isDeepStrictEqual } from 'node:util'
import type { ApiObject, JsonObject, Metadata } from './objects.ts'
import { badRequest } from './refusal.ts'

/** uid, creationTimestamp, name and namespace can't be changed; a wrong uid is kept so that validation refuses it. */
export function fixedMetadata(before: ApiObject, after: ApiObject): Metadata {
  const { name, namespace } = before.metadata
  if (after.metadata.name !== name)
    throw badRequest(
      `the name of the object (${after.metadata.name}) does not match the name on the URL (${name})`,
    )
  const { creationTimestamp, resourceVersion, generation, deletionTimestamp } = before.metadata
  return {
    ...after.metadata,
    name,
    ...(namespace !== undefined && { namespace }),
    uid: after.metadata.uid || before.metadata.uid,
    creationTimestamp,
    resourceVersion,
    ...(generation !== undefined && { generation }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  }
}

/** A Secret's stringData is merged into data and dropped. */
export function mergeStringData(object: ApiObject): ApiObject {
  if (object.kind !== 'Secret' || !object.stringData) return object
  const { stringData, ...rest } = object
  const encoded = Object.entries(stringData as Record<string, string>).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ])
  return {
    ...rest,
    data: { ...(object.data as JsonObject | undefined), ...Object.fromEntries(encoded) },
  } as ApiObject
}

/** A changed spec increments the generation. */
export function withNextGeneration(before: ApiObject, after: ApiObject): ApiObject {
  const { generation } = before.metadata
  if (generation === undefined || isDeepStrictEqual(before.spec, after.spec)) return after
  return { ...after, metadata: { ...after.metadata, generation: generation + 1 } }
}

/** The status is written through its own subresource; in other requests a change of it is silently dropped. */
export function withoutStatusChange(before: ApiObject, after: ApiObject): ApiObject {
  const { status, ...rest } = after
  return before.status === undefined ? (rest as ApiObject) : { ...after, status: before.status }
}
