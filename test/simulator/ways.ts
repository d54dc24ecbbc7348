/** Ways to the simulated API server that make it look like another kind of server. */
import type { Way } from './in-process-connection.ts'

/** A server without Tables, which answers with plain lists. */
export const withoutTables: Way = {
  onWay: request => ({ ...request, headers: { ...request.headers, Accept: 'application/json' } }),
}

/** A server whose Tables have only these columns. */
export const withColumns = (...names: string[]): Way => ({
  onWayBack({ headers }, { status, body }) {
    if (status !== 200 || !headers.Accept?.includes('as=Table')) return undefined
    const columnDefinitions = names.map(name => ({ name, type: 'string' }))
    const table = { ...JSON.parse(body.toString()), columnDefinitions }
    return { status, headers: {}, body: Buffer.from(JSON.stringify(table)) }
  },
})

/** A server whose lists have pages of at most that many items. */
export const inPagesOf = (size: number): Way => ({
  onWay(request) {
    const url = new URL(request.path, 'https://127.0.0.1')
    url.searchParams.set('limit', String(size))
    return { ...request, path: `${url.pathname}${url.search}` }
  },
})
