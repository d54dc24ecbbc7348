import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { ask, auths, NOON, podNamed, podWithImage, pullSecret, workload } from './drafts.ts'

const JSON_PATCH = 'application/json-patch+json'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
const PODS = '/api/v1/namespaces/default/pods'

let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator({ now: NOON })
  simulator.hub.addImage({ repository: 'library/nginx' })
  for (let number = 1; number <= 5; number++) simulator.cluster.add(podWithImage(`pod-${number}`, 'nginx'))
  simulator.cluster.add(podWithImage('broken', 'nginx:none'))
  simulator.cluster.add(pullSecret('login', auths('acme', 'right')))
  await simulator.settle()
})
beforeEach(() => simulator.faults.clear())
afterAll(() => simulator.close())

const names = (items: { metadata: { name: string } }[]) => items.map(({ metadata }) => metadata.name)

describe('permissions', () => {
  test("a viewer is refused Secrets with RBAC's message", async () => {
    const { status, body } = await ask(simulator, '/api/v1/namespaces/default/secrets', { user: 'viewer' })
    expect(status).toBe(403)
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "default"',
      reason: 'Forbidden',
      details: { kind: 'secrets' },
      code: 403,
    })
  })

  test("a user of one namespace can't list all of them", async () => {
    const { status } = await ask(simulator, '/api/v1/pods', { user: 'developer' })
    expect(status).toBe(403)
    expect((await ask(simulator, PODS, { user: 'developer' })).status).toBe(200)
  })
})

describe('a list', () => {
  test('comes in pages of one revision', async () => {
    const first = await ask(simulator, `${PODS}?limit=4`)
    expect(names(first.body.items)).toEqual(['broken', 'pod-1', 'pod-2', 'pod-3'])
    expect(first.body.metadata.remainingItemCount).toBe(2)
    simulator.cluster.add(podWithImage('pod-4b', 'nginx', { nodeName: 'nowhere' }))
    const second = await ask(simulator, `${PODS}?limit=4&continue=${first.body.metadata.continue}`)
    simulator.cluster.remove('Pod', 'default', 'pod-4b', { gracePeriodSeconds: 0 })
    expect(names(second.body.items)).toEqual(['pod-4', 'pod-5'])
    expect(second.body.metadata).toEqual({ resourceVersion: first.body.metadata.resourceVersion })
  })

  test('with an expired continue token gets a 410 and a token to continue with', async () => {
    const first = await ask(simulator, `${PODS}?limit=4`)
    simulator.server.reader.expireContinueTokens()
    const second = await ask(simulator, `${PODS}?limit=4&continue=${first.body.metadata.continue}`)
    expect([second.status, second.body.reason]).toEqual([410, 'Expired'])
    const third = await ask(simulator, `${PODS}?limit=4&continue=${second.body.metadata.continue}`)
    expect(names(third.body.items)).toEqual(['pod-4', 'pod-5'])
  })

  test('as a Table has the cells that kubectl shows, and no objects unless requested', async () => {
    const { body } = await ask(simulator, `${PODS}?includeObject=None`, { accept: TABLE })
    expect(body.kind).toBe('Table')
    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
      'IP',
      'Node',
      'Nominated Node',
      'Readiness Gates',
    ])
    expect(body.rows[0].cells.slice(0, 5)).toEqual(['broken', '0/1', 'ImagePullBackOff', '0', '0s'])
    expect(body.rows[1].cells.slice(0, 5)).toEqual(['pod-1', '1/1', 'Running', '0', '0s'])
    expect(body.rows[0].object ?? null).toBeNull()
  })

  test.each([
    ['fieldSelector=status.phase%3DPending', ['broken']],
    ['fieldSelector=status.phase!%3DPending%2Cmetadata.name%3Dpod-2', ['pod-2']],
    ['fieldSelector=spec.nodeName%3Dnode-1%2Cstatus.phase%3DPending', ['broken']],
    ['labelSelector=app%20in%20(pod-1%2Cpod-3)', ['pod-1', 'pod-3']],
    ['labelSelector=app%3Dbroken', ['broken']],
    ['labelSelector=!app', []],
  ])('with ?%s has %j', async (query, expected) => {
    const { body } = await ask(simulator, `${PODS}?${query}`)
    expect(names(body.items)).toEqual(expected)
  })

  test('by an unsupported field is a bad request', async () => {
    const { status } = await ask(simulator, `${PODS}?fieldSelector=spec.hostname2%3Dx`)
    expect(status).toBe(400)
  })
})

describe('a write', () => {
  const account = '/api/v1/namespaces/default/serviceaccounts/default'
  const patch = (operations: object[], query = '') =>
    ask(simulator, account + query, { method: 'PATCH', type: JSON_PATCH, body: operations })
  const pullSecrets = () => simulator.cluster.get('ServiceAccount', 'default', 'default')?.imagePullSecrets

  test('by JSON patch with a failing test changes nothing', async () => {
    const { status, body } = await patch([
      { op: 'test', path: '/metadata/uid', value: 'another' },
      { op: 'add', path: '/imagePullSecrets', value: [{ name: 'login' }] },
    ])
    expect([status, body.reason]).toEqual([422, 'Invalid'])
    expect(pullSecrets()).toBeUndefined()
  })

  test('as a dry run returns its result and stores nothing', async () => {
    const before = simulator.cluster.store.revision
    const add = { op: 'add', path: '/imagePullSecrets', value: [{ name: 'login' }] }
    const { status, body } = await patch([add], '?dryRun=All')
    expect([status, body.imagePullSecrets]).toEqual([200, [{ name: 'login' }]])
    const secret = await ask(simulator, '/api/v1/namespaces/default/secrets?dryRun=All', {
      method: 'POST',
      body: pullSecret('other', auths('acme', 'right')),
    })
    expect(secret.status).toBe(201)
    const gone = await ask(simulator, `${PODS}/pod-1?dryRun=All`, { method: 'DELETE' })
    expect(gone.status).toBe(200)
    expect(simulator.cluster.store.revision).toBe(before)
  })

  test('with an unknown field is refused if validation is strict, and causes a warning otherwise', async () => {
    const add = [{ op: 'add', path: '/imagePullSecretz', value: [] }]
    expect((await patch(add, '?fieldValidation=Strict')).status).toBe(422)
    expect((await patch(add, '?dryRun=All')).headers.warning).toBe(
      '299 - "unknown field \\"imagePullSecretz\\""',
    )
  })

  test('by DELETE with another uid is a conflict', async () => {
    const body = { preconditions: { uid: 'another' } }
    const { status } = await ask(simulator, `${PODS}/pod-1`, { method: 'DELETE', body })
    expect(status).toBe(409)
    expect(podNamed(simulator, 'pod-1').metadata.deletionTimestamp).toBeUndefined()
  })

  test("to a live pod's pull secrets is refused: they are immutable", async () => {
    const { status, body } = await ask(simulator, `${PODS}/pod-1`, {
      method: 'PATCH',
      type: JSON_PATCH,
      body: [{ op: 'add', path: '/spec/imagePullSecrets', value: [{ name: 'login' }] }],
    })
    expect(status).toBe(422)
    expect(body.message).toContain('pod updates may not change fields other than')
  })
})

describe('an eviction', () => {
  // Other tests list the pods of the default namespace.
  const namespace = 'guarded'
  const evict = (name: string) =>
    ask(simulator, `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
      method: 'POST',
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    })

  test('is refused if a budget allows no disruption, and succeeds if it does', async () => {
    simulator.cluster.addNamespace(namespace)
    const deployment = workload('Deployment', 'guarded', 'nginx', { replicas: 2 })
    simulator.cluster.add({ ...deployment, metadata: { ...deployment.metadata, namespace } })
    const budget = (minAvailable: number) => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'guard', namespace },
      spec: { minAvailable, selector: { matchLabels: { app: 'guarded' } } },
    })
    simulator.cluster.add(budget(2))
    await simulator.settle()
    const pod = simulator.cluster.list('Pod').find(({ metadata }) => metadata.labels?.app === 'guarded')
    const refused = await evict(pod?.metadata.name ?? '')
    expect([refused.status, refused.body.message, refused.body.details.causes[0].message]).toEqual([
      429,
      "Cannot evict pod as it would violate the pod's disruption budget.",
      'The disruption budget guard needs 2 healthy pods and has 2 currently',
    ])
    simulator.cluster.change('PodDisruptionBudget', namespace, 'guard', copy => {
      copy.spec = { ...copy.spec, minAvailable: 1 }
    })
    await simulator.settle()
    expect((await evict(pod?.metadata.name ?? '')).status).toBe(201)
    await simulator.settle()
    expect(simulator.cluster.get('Pod', namespace, pod?.metadata.name ?? '')).toBeUndefined()
  })
})
