/**
 * What a response other than 2xx means: an error, with the message of its Status object if it has one, or a wait before the request is
 * sent again.
 */

import { UnreachableError } from '../../errors.ts'
import { retryAfter } from '../../network/retry-after.ts'
import { isProtobuf, readObject } from '../../protobuf/envelope.ts'
import { ProtobufError } from '../../protobuf/message.ts'
import { one, shapeOf } from '../../protobuf/shape.ts'
import { redact } from '../../secrecy/redact.ts'
import type { Connection, HttpResponse } from '../http/connection.ts'
import { ApiError } from './api-error.ts'
import { type ApiRequest, pathOf, requestName } from './api-request.ts'

/** 410: the continue token is too old. */
export class ExpiredError extends ApiError {
  /** Continues at the same place in a newer state; undefined if the server sent none. */
  readonly continueToken: string | undefined

  constructor(fields: ConstructorParameters<typeof ApiError>[0], continueToken: string | undefined) {
    super(fields)
    this.continueToken = continueToken
  }
}

interface Status {
  kind?: unknown
  reason?: unknown
  message?: unknown
  metadata?: { continue?: unknown }
  details?: { causes?: { reason?: unknown; message?: unknown }[] }
}

/** The reasons of API servers for these codes (metav1.StatusReason), for responses without a Status. */
const REASONS: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

const MAX_PLAIN_TEXT_LENGTH = 200
const MAX_MESSAGE_LENGTH = 8 * 1024

/** @param body the part of it that was read */
export function refusalOf(
  request: ApiRequest,
  connection: Connection,
  response: HttpResponse,
  body: Buffer,
): Error {
  const { status } = response
  if (status === 401) return notAccepted(connection)
  const sent = statusIn(body)
  if (status === 403 && IMPERSONATION.test(String(sent?.message))) return notImpersonated(connection, sent)
  const fields = {
    status,
    reason: String(sent?.reason || REASONS[status] || 'Unknown'),
    message: connection.redact(
      sent ? messageOf(request, sent) : plainMessage(request, response, body.toString('utf8')),
    ),
    method: request.method,
    path: pathOf(request.path),
  }
  if (status !== 410) return new ApiError(fields)
  return new ExpiredError(fields, String(sent?.metadata?.continue ?? '') || undefined)
}

/** Impersonation is authorized before anything else, so a user who is not allowed to impersonate gets this error for every request. */
const IMPERSONATION = / cannot impersonate resource /

function notImpersonated({ server }: Connection, sent: Status | null): UnreachableError {
  return new UnreachableError(
    `The API server ${server} does not allow you to act as another user: ${redact(shortened(String(sent?.message)))}`,
  )
}

function notAccepted({ context, server }: Connection): UnreachableError {
  const whose = context === null ? '' : ` of the context ${JSON.stringify(context)}`
  return new UnreachableError(`The API server ${server} did not accept the credentials${whose}; log in again`)
}

/** metav1.Status; without the fields that only writes get, which are answered in JSON. */
const STATUS = shapeOf({ 1: one('metadata', shapeOf({ 3: 'continue' })), 3: 'message', 4: 'reason' })

/** In JSON or protobuf, like the response that was requested. */
function statusIn(body: Buffer): Status | null {
  try {
    if (isProtobuf(body)) {
      const { kind, object } = readObject(body, STATUS)
      return kind === 'Status' ? object : null
    }
    const parsed = JSON.parse(body.toString('utf8')) as Status | null
    return parsed?.kind === 'Status' ? parsed : null
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ProtobufError) return null
    throw error
  }
}

/** The cause of a PodDisruptionBudget's refusal names the budget. Old servers quote a body they can't decode, possibly a Secret: cut it. */
function messageOf(request: ApiRequest, { message, details }: Status): string {
  const causes = (details?.causes ?? []).filter(({ reason }) => reason === 'DisruptionBudget')
  const text = [message || `${requestName(request)} was refused`, ...causes.map(cause => cause.message)].join(
    ' ',
  )
  return shortened(request.body === undefined ? text : text.replace(/, error found in #.*/s, ''))
}

/** The message of an admission webhook can be of any length. */
function shortened(text: string): string {
  return text.length <= MAX_MESSAGE_LENGTH ? text : `${text.slice(0, MAX_MESSAGE_LENGTH)} […]`
}

/** Proxies respond with HTML pages; the API server's own filters with a line of plain text. */
function plainMessage(request: ApiRequest, { status, headers }: HttpResponse, text: string): string {
  const line = text.trim()
  const isPlain = String(headers['content-type'] ?? '').startsWith('text/plain')
  if (isPlain && line && line.length <= MAX_PLAIN_TEXT_LENGTH && !line.includes('\n')) {
    return `${requestName(request)} was answered with ${status}: ${line}`
  }
  return `${requestName(request)} was answered with ${status}, not by the API server itself but by something in front of it`
}

/** Statuses of gateways, and of servers that start or stop; a 500 is transient only with Retry-After. */
const TRANSIENT = [429, 502, 503, 504]
const FIRST_WAIT = 1000
/** Doubled with each refusal, so that a server that always sends `Retry-After: 0` is asked less and less often. */
const SHORTEST_WAIT = 100

/**
 * Milliseconds to wait before a retry, or null if the response is final. A write is retried only if the server rejected it before handling
 * it: 429 or 503 with Retry-After (priority and fairness, or a server that is not ready).
 * @param failures the number of refusals so far
 */
export function retryDelay(
  request: ApiRequest,
  response: HttpResponse,
  failures: number,
  now: number,
): number | null {
  const { status, headers } = response
  const requested = retryAfter(headers['retry-after'], now)
  const wait = requested === null ? null : Math.max(requested, SHORTEST_WAIT * 2 ** failures)
  if (status === 429 && request.final429) return null
  if (request.kind === 'write') return status === 429 || status === 503 ? wait : null
  if (wait !== null && (TRANSIENT.includes(status) || status === 500)) return wait
  return TRANSIENT.includes(status) ? FIRST_WAIT * 2 ** failures : null
}
