/** Parses the body of a write request, and refuses it with the real server's messages: media type, JSON, kind, unknown fields, dry run. */

import { apiVersionOf, type Kind } from '../cluster/kinds.ts'
import type { ApiObject } from '../cluster/objects.ts'
import { badRequest, Refusal } from '../cluster/refusal.ts'
import { unknownFields } from '../cluster/validation.ts'

/** Parses JSON; undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object of a POST or PUT. Throws 415 or 400. */
export function objectOf(kind: Kind, contentType: string | undefined, text: string): ApiObject {
  if (contentType && !contentType.startsWith('application/json'))
    throw new Refusal(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    )
  const parsed = parseJson(text)
  if (!isObject(parsed))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; json parse error: unexpected end of JSON input (${text.slice(0, 20)})`,
    )
  const given = parsed as Partial<ApiObject>
  const named = given.kind ?? kind.kind
  if (named !== kind.kind)
    throw badRequest(
      `${named} in version "${given.apiVersion ?? ''}" cannot be handled as a ${kind.kind}: converting (${given.apiVersion ?? ''}.${named}) to (${kind.group || 'core'}.${kind.kind}): unknown conversion`,
    )
  return {
    ...given,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: given.metadata ?? {},
  } as ApiObject
}

/** A delete's options: the body if there is one (then the query is ignored), otherwise the query. */
export function deletionOptionsOf(text: string, query: URLSearchParams) {
  const parsed = text.trim() ? parseJson(text) : undefined
  if (text.trim() && !isObject(parsed)) throw badRequest("couldn't get version/kind; json parse error")
  const body = (parsed ?? {}) as {
    preconditions?: { uid?: string; resourceVersion?: string }
    dryRun?: string[]
    gracePeriodSeconds?: number
    propagationPolicy?: string
  }
  const grace = query.get('gracePeriodSeconds')
  const options = parsed
    ? body
    : {
        dryRun: query.getAll('dryRun'),
        propagationPolicy: query.get('propagationPolicy') ?? undefined,
        gracePeriodSeconds: grace === null ? undefined : Number(grace),
      }
  return {
    dryRun: isDryRun(options.dryRun ?? [], 'DeleteOptions'),
    ...(options.gracePeriodSeconds !== undefined && { gracePeriodSeconds: options.gracePeriodSeconds }),
    ...(options.propagationPolicy && { propagationPolicy: options.propagationPolicy }),
    ...body.preconditions,
  }
}

/** `dryRun=All`, or nothing. Throws 422 for any other value. */
export function isDryRun(values: string[], options: string): boolean {
  const given = values.filter(value => value !== '')
  if (given.every(value => value === 'All')) return given.length > 0
  const message = `Unsupported value: ${JSON.stringify(given)}: supported values: "All"`
  throw new Refusal(422, 'Invalid', `${options}.meta.k8s.io "" is invalid: dryRun: ${message}`, {
    group: 'meta.k8s.io',
    kind: options,
    causes: [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }],
  })
}

/** Drops unknown fields with a warning; fieldValidation=Strict refuses them, with different messages for a patch and for an object. */
export function knownFieldsOnly(
  object: ApiObject,
  query: URLSearchParams,
  patched: boolean,
  warn: (text: string) => void,
): ApiObject {
  const unknown = unknownFields(object)
  if (unknown.length === 0) return object
  const texts = unknown.map(field => `unknown field "${field}"`)
  if (query.get('fieldValidation') === 'Strict') throw strictError(object, texts.join(', '), patched)
  for (const text of texts) warn(text)
  return Object.fromEntries(Object.entries(object).filter(([key]) => !unknown.includes(key))) as ApiObject
}

function strictError(object: ApiObject, texts: string, patched: boolean): Refusal {
  const { kind, apiVersion } = object
  const error = `strict decoding error: ${texts}`
  if (!patched)
    return badRequest(
      `${kind} in version "${apiVersion.split('/').pop()}" cannot be handled as a ${kind}: ${error}`,
    )
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(object))}: ${error}`
  return new Refusal(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  })
}
