/** Requests without a usable response (timed out, truncated, or not from an API server): their errors, and which can be repeated. */

import { UnreachableError } from '../../errors.ts'
import { JsonError } from '../../json/json-error.ts'
import { codedError } from '../../network/error-code.ts'
import { ProtobufError } from '../../protobuf/message.ts'
import { CutOff } from '../http/body.ts'
import { ApiError } from './api-error.ts'
import { type ApiRequest, pathOf, requestName } from './api-request.ts'

/** Codes of the system and the HTTP client for an open connection that was closed. */
const RESETS = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED'])

/** Codes of the HTTP client for a server that accepted the request and does not respond. */
const SILENT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** Whether the connection broke before an answer came; the server may have acted on the request. */
const isReset = (error: unknown): boolean => RESETS.has(codeOf(error))

const codeOf = (error: unknown): string => codedError(error)?.code ?? ''

/** A request whose connection broke is retried once, unless it is a write or part of the response was already used. */
export function canRepeat({ kind }: ApiRequest, error: unknown, answered: boolean): boolean {
  if (kind === 'write' || (kind === 'stream' && answered)) return false
  return error instanceof CutOff || isReset(error)
}

export const timeoutError = (request: ApiRequest, milliseconds: number): ApiError =>
  failure(
    request,
    'Timeout',
    `${requestName(request)} timed out after ${milliseconds / 1000} s; raise the limit with --request-timeout`,
  )

export const loginTimeout = (request: ApiRequest, milliseconds: number): ApiError =>
  failure(
    request,
    'Timeout',
    `${requestName(request)} was not sent: the kubeconfig's login took more than ${milliseconds / 1000} s; raise the limit with --request-timeout`,
  )

/**
 * Returns the failure as an ApiError if the server has, or may have, received the request. Other errors are returned unchanged: why a read
 * never reached the server is for the connection to explain.
 */
export function asApiError(request: ApiRequest, error: unknown): unknown {
  const isBroken = error instanceof JsonError || error instanceof ProtobufError
  if (error instanceof CutOff || (isBroken && error.truncated)) {
    return failure(request, 'Truncated', `The answer to ${requestName(request)} was cut off`, error)
  }
  if (error instanceof JsonError) return notKubernetes(request, 'it is not JSON', error)
  if (error instanceof ProtobufError) return notKubernetes(request, error.message, error)
  const doubt = request.kind === 'write' ? '; the change may or may not have been applied' : ''
  if (SILENT.has(codeOf(error))) {
    return failure(request, 'Timeout', `${requestName(request)} was not answered in time${doubt}`, error)
  }
  if (!isReset(error) || (request.kind !== 'write' && error instanceof UnreachableError)) return error
  const message = `The connection broke before ${requestName(request)} was answered${doubt}`
  return failure(request, 'ConnectionReset', message, error)
}

/** A 200 that does not come from an API server, such as a login page. */
export const notKubernetes = (request: ApiRequest, why: string, cause?: unknown): ApiError =>
  failure(
    request,
    'InvalidAnswer',
    `The answer to ${requestName(request)} didn't come from a Kubernetes API server: ${why}`,
    cause,
  )

/** The error the server itself would return for a name that no object can have. */
export const notFoundError = (request: ApiRequest): ApiError =>
  new ApiError({
    status: 404,
    reason: 'NotFound',
    message: `${requestName(request)} can't name an object`,
    method: request.method,
    path: pathOf(request.path),
  })

export function failure(request: ApiRequest, reason: string, message: string, cause?: unknown): ApiError {
  return new ApiError(
    { status: 0, reason, message, method: request.method, path: pathOf(request.path) },
    cause,
  )
}
