/** Which requests get a fault, and which faults: every write, and one of several similar reads. */
import { expect } from 'vitest'
import type { Fault } from '../../src/simulator/api-server/faults.ts'
import type { LoggedRequest } from '../../src/simulator/api-server/server.ts'

/** Each affects the intended write in its own way. */
const ANSWERS: Fault[] = [403, 404, 409, 422, 500]
/** The product handles each of these like one of the others, so the first and the last request of each method are enough. */
const ALIKE: Fault[] = [401, 410, 429]
/** The response is lost; the server may have applied the request. */
export const LOST: Fault[] = ['lost-answer', { slow: 1 }]
export const FAULTS: Fault[] = [...ANSWERS, ...ALIKE, 'reset', ...LOST, 'truncated']
/** A read is refused, finds nothing, fails, or breaks off. */
const OF_READS: Fault[] = [403, 404, 500, 'truncated']
/** A list that failed is a gap, whatever the reason, so the first and the last are enough for these. */
const ALIKE_IN_LISTS: Fault[] = [404, 500]
/** A dry run stores nothing, so it makes no difference whether its answer is lost. */
const OF_DRY_RUNS: Fault[] = [403, 404, 409, 'reset']

/** Indices of the requests that get a fault, counted in a run without faults. */
export function pointsOf(requests: readonly LoggedRequest[], fault: Fault): number[] {
  const telling = requests.filter((request, index) => {
    if (isDry(request) && !OF_DRY_RUNS.includes(fault)) return false
    const similar = requests.filter(other => methodOf(other) === methodOf(request))
    const isAlike = ALIKE.includes(fault) || (methodOf(request) === LIST && ALIKE_IN_LISTS.includes(fault))
    if (isAlike) return request === similar.at(0) || request === similar.at(-1)
    if (request.method === 'GET' ? !OF_READS.includes(fault) : fault === 'truncated') return false
    const isFirst = requests.findIndex(other => kindOf(other) === kindOf(request)) === index
    return isWritten(request) || isFirst
  })
  return telling.map(request => requests.indexOf(request))
}

const isDry = ({ query }: LoggedRequest) => query.includes('dryRun')
const isWritten = (request: LoggedRequest) => request.method !== 'GET' && !isDry(request)

const LIST = 'GET list'

/** `GET`, or `PATCH dry`; listing counts as a separate method. */
function methodOf(request: LoggedRequest): string {
  if (request.method === 'GET' && request.query !== '') return LIST
  return `${request.method}${isDry(request) ? ' dry' : ''}`
}

function kindOf(request: LoggedRequest): string {
  const path = request.path.replace(/\/namespaces\/[^/]+(?=\/)/, '')
  return `${request.method} ${path}${isDry(request) ? ' dry' : ''}`
}

export function expectRequestError(error: unknown): void {
  expect(error).toMatchObject({ name: expect.stringMatching(/^(ApiError|UnreachableError)$/) })
}
