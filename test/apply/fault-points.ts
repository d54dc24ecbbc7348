/** Which requests get a fault, and which faults: every write, and one of several similar reads. */
import { expect } from 'vitest'
import type { Fault } from '../../src/simulator/api-server/faults.ts'
import type { LoggedRequest } from '../../src/simulator/api-server/server.ts'
import { state, story, withoutPods } from './story.ts'

const ANSWERS: Fault[] = [401, 403, 404, 409, 410, 422, 429, 500, 503]
/** The response is lost; the server may have applied the request. */
export const LOST: Fault[] = ['lost-answer', 'truncated', { slow: 1 }]
export const FAULTS: Fault[] = [...ANSWERS, 'reset', ...LOST]
/** A read can't fail in any other way. */
const OF_READS: Fault[] = [401, 403, 404, 410, 429, 500, 'reset', 'truncated', { slow: 1 }]

/** Indices of the requests that get a fault, counted in a run without faults. */
export function pointsOf(requests: readonly LoggedRequest[], fault: Fault): number[] {
  const telling = requests.flatMap((request, index) => {
    const isRead = request.method === 'GET'
    if (isRead && !OF_READS.some(other => JSON.stringify(other) === JSON.stringify(fault))) return []
    return isWritten(request) || requests.findIndex(other => kindOf(other) === kindOf(request)) === index
      ? [index]
      : []
  })
  // An index that no request reaches, for a run without a fault.
  return [...telling, requests.length + 100]
}

const isDry = ({ query }: LoggedRequest) => query.includes('dryRun')
const isWritten = (request: LoggedRequest) => request.method !== 'GET' && !isDry(request)

function kindOf(request: LoggedRequest): string {
  const path = request.path.replace(/\/namespaces\/[^/]+(?=\/)/, '')
  return `${request.method} ${path}${isDry(request) ? ' dry' : ''}`
}

export const initial = () => withoutPods(state(story()))

export function expectRequestError(error: unknown): void {
  expect(error).toMatchObject({ name: expect.stringMatching(/^(ApiError|UnreachableError)$/) })
}
