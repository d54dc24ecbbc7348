/** A simulated API server that stores exactly the given objects, a reader connected to it without a network, and what was requested. */
import type { ClusterReader } from '../../src/kubernetes/api/cluster.ts'
import type { Fault, FaultedRequest } from '../../src/simulator/api-server/faults.ts'
import { routeOf } from '../../src/simulator/api-server/request.ts'
import { ApiServer } from '../../src/simulator/api-server/server.ts'
import { Clock } from '../../src/simulator/cluster/clock.ts'
import { Cluster } from '../../src/simulator/cluster/cluster.ts'
import { kindNamed } from '../../src/simulator/cluster/kinds.ts'
import type { ApiObject } from '../../src/simulator/cluster/objects.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { readCluster } from '../../src/source/live/read-cluster.ts'
import type { Scope } from '../../src/source/suspects.ts'
import { readerTo, type Way } from '../simulator/in-process-connection.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')
const NEXT_PAGE = ' (next page)'

export class SimulatedCluster {
  readonly reader: ClusterReader
  readonly #server: ApiServer

  constructor(objects: object[], way: Way = {}) {
    this.#server = new ApiServer(clusterOf(objects as ApiObject[]))
    this.reader = readerTo(this.#server, way)
  }

  /** The requests, as `get|list|table path?fieldSelector`; a list counts once, however many pages it has. */
  get asked(): string[] {
    return this.#server.requests.map(lineOf).filter(line => !line.endsWith(NEXT_PAGE))
  }

  /** Requests whose line in `asked` matches get that fault; the lines of further pages end in ` (next page)`. */
  fail(on: RegExp, fault: Fault): void {
    this.#server.faults.when(request => on.test(lineOf(request)), fault)
  }
}

export const everywhere = { namespaces: null }

/** Reads the namespace `web`, or another scope. */
export const read = (cluster: SimulatedCluster, scope: Partial<Scope> = {}): Promise<Snapshot> =>
  readCluster(cluster.reader, { namespaces: ['web'], ...scope }, { takenAt: '2026-11-24T12:00:00Z' })

/** Stores the objects unchanged, without defaults or admission, and without the namespaces that every new cluster has. */
function clusterOf(objects: ApiObject[]): Cluster {
  const cluster = new Cluster(new Clock(() => NOON))
  for (const kind of ['Namespace', 'ServiceAccount'])
    for (const own of cluster.list(kind)) cluster.store.remove(kindNamed(kind), own)
  for (const object of objects) {
    const { kind, metadata } = object
    if (cluster.get(kind, metadata.namespace, metadata.name))
      throw new Error(`two objects are named ${metadata.name}`)
    cluster.store.put(kindNamed(kind), structuredClone(object))
  }
  return cluster
}

function lineOf({ method, path, query }: FaultedRequest): string {
  const asked = new URLSearchParams(query)
  const route = routeOf(method, path, false)
  const verb = asked.has('includeObject') ? 'table' : route.type === 'resource' ? route.info.verb : 'get'
  const fields = asked.get('fieldSelector')
  return `${verb} ${path}${fields ? `?${fields}` : ''}${asked.has('continue') ? NEXT_PAGE : ''}`
}
