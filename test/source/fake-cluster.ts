/** An API server in memory with everything a reading uses: lists with field selectors, Tables, gets, and every kind of refusal. */
import { UnreachableError } from '../../src/errors.ts'
import { ApiError } from '../../src/kubernetes/api/api-error.ts'
import type {
  ClusterReader,
  KubernetesObject,
  ListOptions,
  ListResult,
  ReadOptions,
  TableResult,
  TableRow,
} from '../../src/kubernetes/api/cluster.ts'
import type { ApiPath } from '../../src/kubernetes/api/paths.ts'

/** The faults for requests whose `METHOD path?fieldSelector` matches. */
interface Trouble {
  on: RegExp
  status: number
  reason?: string
  /** Lists return this many items before they fail. */
  after?: number
}

interface Shape {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> }
  kind: string
}

const PLURALS: Record<string, string> = {
  Pod: 'pods',
  Event: 'events',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  Namespace: 'namespaces',
  Node: 'nodes',
  ReplicaSet: 'replicasets',
  Deployment: 'deployments',
  Job: 'jobs',
  CronJob: 'cronjobs',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
}
const COLUMNS = [
  'Name',
  'Ready',
  'Status',
  'Restarts',
  'Age',
  'IP',
  'Node',
  'Nominated Node',
  'Readiness Gates',
]

export class FakeCluster implements ClusterReader {
  readonly context = 'prod'
  readonly server = 'https://127.0.0.1:6443'
  namespace = 'default'
  columns = COLUMNS
  /** Answers Table requests with a plain list. */
  plain = false
  /** Lists whose path matches expire halfway. */
  expiring: RegExp | null = null
  troubles: Trouble[] = []
  /** The requests, as `get|list|table path?fieldSelector`. */
  readonly asked: string[] = []
  readonly #objects: KubernetesObject[]

  constructor(objects: object[]) {
    this.#objects = objects as KubernetesObject[]
  }

  async get<T>(path: ApiPath<T>, options: ReadOptions = {}): Promise<T> {
    this.#ask('get', path, options)
    const name = path.split('/').at(-1) ?? ''
    const found = this.#in(path.slice(0, -name.length - 1)).find(({ metadata }) => metadata.name === name)
    if (found === undefined) throw errorOf(404, 'NotFound', path)
    return found as unknown as T
  }

  async list<T>(path: ApiPath<T>, options: ListOptions, visit: (item: T) => void): Promise<ListResult> {
    return this.#visit('list', path, options, item => visit(item as T))
  }

  async table<T>(
    path: ApiPath<T>,
    options: ListOptions,
    visitRow: (row: TableRow) => void,
    visitItem: (item: T) => void,
  ): Promise<TableResult> {
    const visit = (item: KubernetesObject) => (this.plain ? visitItem(item as T) : visitRow(rowOf(item)))
    return { ...this.#visit('table', path, options, visit), columns: this.plain ? [] : this.columns }
  }

  async watch(): Promise<never> {
    throw errorOf(403, 'Forbidden', 'watch')
  }

  serverNow(): number {
    return 0
  }

  async whoAmI(): Promise<string | null> {
    return null
  }

  async canI(): Promise<boolean> {
    return true
  }

  warnings(): string[] {
    return []
  }

  async close(): Promise<void> {}

  #visit(
    verb: string,
    path: string,
    options: ListOptions,
    visit: (item: KubernetesObject) => void,
  ): ListResult {
    const trouble = this.#ask(verb, path, options)
    const items = this.#in(path).filter(item => matches(item, options)) as unknown as KubernetesObject[]
    for (const item of items.slice(0, trouble?.after)) {
      options.signal?.throwIfAborted()
      visit(structuredClone(item))
    }
    if (trouble !== undefined) throw errorOf(trouble.status, trouble.reason ?? '', path)
    return { count: items.length, resourceVersion: '1', inconsistent: this.expiring?.test(path) ?? false }
  }

  /** Records the request; throws for one that fails at its start, returns the fault of one that fails later. */
  #ask(verb: string, path: string, { fieldSelector }: ReadOptions): Trouble | undefined {
    const request = `${verb} ${path}${fieldSelector === undefined ? '' : `?${fieldSelector}`}`
    this.asked.push(request)
    const trouble = this.troubles.find(({ on }) => on.test(request))
    if (trouble !== undefined && trouble.after === undefined) {
      throw errorOf(trouble.status, trouble.reason ?? '', path)
    }
    return trouble
  }

  #in(path: string): Shape[] {
    const [, namespace, resource] = /(?:\/namespaces\/([^/]+))?\/([a-z]+)$/.exec(path) ?? []
    return (this.#objects as unknown as Shape[]).filter(
      ({ kind, metadata }) =>
        PLURALS[kind] === resource && (namespace === undefined || metadata.namespace === namespace),
    )
  }
}

/** The connection itself handles 401: its error is not an answer of the server. */
function errorOf(status: number, reason: string, path: string): Error {
  if (status === 401) return new UnreachableError('The server takes no credential any more.')
  return new ApiError({ status, reason, message: `${path}: ${status}`, method: 'GET', path })
}

function matches(item: Shape, { fieldSelector = '', labelSelector = '' }: ListOptions): boolean {
  const fields = fieldSelector.split(',').filter(Boolean)
  const labels = labelSelector.split(',').filter(Boolean)
  return (
    fields.every(term => holds(term, path => at(item, path))) &&
    labels.every(term => holds(term, key => item.metadata.labels?.[key] ?? ''))
  )
}

function holds(term: string, read: (key: string) => string): boolean {
  const [, key = '', operator, value] = /^(.+?)(!?=)(.*)$/.exec(term) ?? []
  return (read(key) === value) === (operator === '=')
}

function at(item: unknown, path: string): string {
  const found = path
    .split('.')
    .reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], item)
  return typeof found === 'string' ? found : ''
}

/** The row as the server prints it; `Status` is only as exact as the tests need. */
function rowOf(item: KubernetesObject): TableRow {
  const { metadata, spec, status } = item as {
    metadata: { name: string }
    spec: { nodeName?: string; containers: unknown[] }
    status: { phase: string; containerStatuses?: { ready: boolean }[] }
  }
  const ready = status.containerStatuses?.filter(container => container.ready).length ?? 0
  const done = status.phase === 'Succeeded' || status.phase === 'Failed'
  const cells = [metadata.name, `${ready}/${spec.containers.length}`, status.phase, '0', '1d', '10.0.0.1']
  return {
    cells: [...cells, spec.nodeName ?? '<none>', '<none>', '<none>'],
    conditions: done ? [{ type: 'Completed', status: 'True', reason: status.phase }] : undefined,
    object: null,
  }
}
