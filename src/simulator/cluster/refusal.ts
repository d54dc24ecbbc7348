/** The API server's refusals: Status objects with the real server's messages (apimachinery's api/errors). */

import { type Kind, qualifiedResource } from './kinds.ts'
import type { JsonObject } from './objects.ts'

export interface Cause {
  reason: string
  message: string
  field?: string
}

/** A refusal; `code` is the HTTP status, `body` the Status object. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: number
  readonly body: JsonObject
  readonly headers: Record<string, string>

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: JsonObject,
    headers: Record<string, string> = {},
    metadata: JsonObject = {},
  ) {
    super(message)
    this.code = code
    this.headers = headers
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      reason,
      ...(details && { details }),
      code,
    }
  }
}

const detailsOf = (kind: Kind, name: string): JsonObject => ({
  ...(name && { name }),
  ...(kind.group && { group: kind.group }),
  kind: kind.resource,
})

export const notFound = (kind: Kind, name: string) =>
  new Refusal(404, 'NotFound', `${qualifiedResource(kind)} "${name}" not found`, detailsOf(kind, name))

export const alreadyExists = (kind: Kind, name: string) =>
  new Refusal(
    409,
    'AlreadyExists',
    `${qualifiedResource(kind)} "${name}" already exists`,
    detailsOf(kind, name),
  )

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export const conflict = (kind: Kind, name: string, why = MODIFIED) =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedResource(kind)} "${name}": ${why}`,
    detailsOf(kind, name),
  )

/** A failed delete precondition: the storage layer names the kind, not the resource. */
export const preconditionFailed = (kind: Kind, name: string, why: string) =>
  new Refusal(409, 'Conflict', `Operation cannot be fulfilled on ${kind.kind} "${name}": ${why}`, {
    name,
    kind: kind.kind,
  })

export const forbidden = (kind: Kind, name: string, why: string, causes: Cause[] = []) =>
  new Refusal(403, 'Forbidden', `${qualifiedResource(kind)}${name && ` "${name}"`} is forbidden: ${why}`, {
    ...detailsOf(kind, name),
    ...(causes.length > 0 && { causes: causes.map(cause => ({ ...cause })) }),
  })

/** Validation errors; `field: message` of each, in brackets if there are several. */
export function invalid(kind: Kind, name: string, causes: Cause[]): Refusal {
  const texts = causes.map(cause => `${cause.field}: ${cause.message}`)
  const title = kind.group ? `${kind.kind}.${kind.group}` : kind.kind
  return new Refusal(
    422,
    'Invalid',
    `${title} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    {
      ...(name && { name }),
      ...(kind.group && { group: kind.group }),
      kind: kind.kind,
      causes: causes.map(cause => ({ ...cause })),
    },
  )
}

export const badRequest = (message: string) => new Refusal(400, 'BadRequest', message)

/** The server's message for a JSON patch that can't be applied: it names neither the operation nor the reason. */
export const unprocessable = () =>
  new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {})

export const methodNotAllowed = () =>
  new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const unknownResource = () =>
  new Refusal(404, 'NotFound', 'the server could not find the requested resource', {})

export const unauthorized = () => new Refusal(401, 'Unauthorized', 'Unauthorized')

/** Field errors with the messages of the validation package. */
export const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: `Required value${detail && `: ${detail}`}`,
  field,
})
export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
  field,
})
export const forbiddenField = (field: string, detail: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${detail}`,
  field,
})
