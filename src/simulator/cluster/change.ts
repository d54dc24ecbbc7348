/** What the API server does to an object on its way in: fields nobody may set, stringData, generation. */

import { isDeepStrictEqual } from 'node:util'
import { badRequest } from './failure.ts'
import type { ApiObject, JsonObject, Metadata } from './objects.ts'

/** Nobody changes uid, birth or place; a wrong uid is left in for validation to refuse. */
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

/** A Secret's stringData is written into data and forgotten. */
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

/** A changed spec is the next generation. */
export function withNextGeneration(before: ApiObject, after: ApiObject): ApiObject {
  const { generation } = before.metadata
  if (generation === undefined || isDeepStrictEqual(before.spec, after.spec)) return after
  return { ...after, metadata: { ...after.metadata, generation: generation + 1 } }
}

/** The status is written through its own subresource; elsewhere a change of it is dropped without a word. */
export function withoutStatusChange(before: ApiObject, after: ApiObject): ApiObject {
  const { status, ...rest } = after
  return before.status === undefined ? (rest as ApiObject) : { ...after, status: before.status }
}
