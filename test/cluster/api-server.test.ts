/** The simulated API server responds as the real one does: status, headers, shape, and Table cells of each request that pullguard makes. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { BothServers, type Question } from './both-servers.ts'
import { OURS } from './left-overs.ts'
import { dockerConfig, objects, statuses } from './same-objects.ts'

const META = 'v=v1;g=meta.k8s.io'
const TABLE = `application/json;as=Table;${META},application/json`
const PARTIAL = `application/json;as=PartialObjectMetadata;${META},application/json`
const PARTIAL_LIST = `application/json;as=PartialObjectMetadataList;${META},application/json`
const JSON_PATCH = 'application/json-patch+json'
const WRITE = 'fieldManager=pullguard&fieldValidation=Strict'

const namespace = `double-${randomBytes(3).toString('hex')}`
const core = `/api/v1/namespaces/${namespace}`
const apps = `/apis/apps/v1/namespaces/${namespace}`
const batch = `/apis/batch/v1/namespaces/${namespace}`

let servers: BothServers

async function same(question: Question): Promise<void> {
  const { real, simulated } = await servers.both(question)
  expect(simulated).toEqual(real)
}

beforeAll(async () => {
  servers = await BothServers.open()
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: OURS } }
  await servers.real({ method: 'POST', path: '/api/v1/namespaces', body })
  servers.simulator.cluster.addNamespace(namespace, { labels: OURS })
  await vi.waitFor(
    async () => {
      const { status } = await servers.real({ path: `${core}/serviceaccounts/default` })
      if (status !== 200) throw new Error(`the service account of ${namespace} does not come`)
    },
    { timeout: 30_000 },
  )
})
afterAll(async () => {
  await servers.real({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` })
  await servers.close()
})

test.each(objects(namespace))('POST %s gets the same response from both', (path, body) =>
  same({ method: 'POST', path: `${path}?${WRITE}`, body }),
)

test('the controllers have processed the objects', async () => {
  const seen = async (path: string, read: (status: Record<string, unknown>) => unknown) =>
    vi.waitFor(
      async () => {
        const { body } = await servers.real({ path })
        expect(read((body as { status: Record<string, unknown> }).status)).toBeDefined()
      },
      { timeout: 30_000 },
    )
  await seen(`${batch}/jobs/job`, status => status.conditions)
  await seen(`${core}/replicationcontrollers/rc`, status => status.observedGeneration)
  await seen(`${apps}/statefulsets/statefulset`, status => status.observedGeneration)
  await servers.simulator.settle()
})

test.each(Object.entries(statuses))(
  'writing the status of pod %s gets the same response from both',
  (name, status) =>
    same({
      method: 'PATCH',
      path: `${core}/pods/${name}/status`,
      type: 'application/merge-patch+json',
      body: { status },
    }),
)

const LISTS = [
  `${core}/events?fieldSelector=involvedObject.kind%3DPod`,
  ...['pods', 'secrets', 'serviceaccounts', 'replicationcontrollers'].map(kind => `${core}/${kind}`),
  ...['deployments', 'replicasets', 'statefulsets', 'daemonsets'].map(kind => `${apps}/${kind}`),
  ...['jobs', 'cronjobs'].map(kind => `${batch}/${kind}`),
  `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
]

describe('both servers answer a list alike', () => {
  test.each(LISTS)('%s as a Table', path =>
    same({ path: `${path}${path.includes('?') ? '&' : '?'}includeObject=None`, accept: TABLE }),
  )
  test.each(LISTS)('%s as metadata', path => same({ path, accept: PARTIAL_LIST }))
  test.each(LISTS.filter(path => !/deployments|sets$|jobs$|budgets/.test(path)))('%s in full', path =>
    same({ path }),
  )

  test.each([
    'pods?limit=2',
    'pods?fieldSelector=status.phase!%3DRunning%2Cstatus.phase!%3DSucceeded%2Cspec.nodeName!%3D',
    'pods?fieldSelector=spec.nodeName%3D%2Cmetadata.name%3Dbare',
    'pods?fieldSelector=spec.serviceAccountName%3Dpuller',
    'pods?labelSelector=app%20in%20(bare%2Cfull)',
    'pods?labelSelector=app%3D%3D%3D',
    'pods?fieldSelector=nonsense%3Dx',
    'pods?continue=nonsense',
    'pods?continue=no%20token',
    'pods?limit=abc',
    'secrets?fieldSelector=metadata.name%3Dlogin&limit=500',
    'secrets?fieldSelector=type%3DOpaque',
    'events?fieldSelector=involvedObject.kind%3DPod%2Creason!%3DPulled%2CinvolvedObject.name%3Dbare',
    'events?fieldSelector=involvedObject.kind%3DPod%2Creason!%3DFailed',
    'nothing',
  ])('%s', query => same({ path: `${core}/${query}` }))

  test('a second page of a Table', async () => {
    const question = { path: `${core}/pods?includeObject=None&limit=3`, accept: TABLE }
    const tokenOf = ({ body }: { body: unknown }) =>
      (body as { metadata: { continue: string } }).metadata.continue
    const next = (token: string) => ({ ...question, path: `${question.path}&continue=${token}` })
    const real = await servers.real(next(tokenOf(await servers.real(question))))
    const simulated = await servers.simulated(next(tokenOf(await servers.simulated(question))))
    const cells = (reply: { body: unknown }) =>
      (reply.body as { rows: { cells: unknown[] }[] }).rows.map(row => row.cells.slice(0, 3))
    expect(cells(simulated)).toEqual(cells(real))
    expect(simulated.status).toBe(real.status)
  })
})

describe('both servers answer a request for an object alike', () => {
  test.each([
    `${core}/pods/full`,
    `${core}/secrets/login`,
    `${core}/serviceaccounts/puller`,
    `${core}/pods/absent`,
    `${core}/secrets/absent`,
    `${apps}/deployments/absent`,
    `/api/v1/namespaces/${namespace}`,
    '/api/v1/namespaces/absent',
  ])('%s', path => same({ path }))

  test.each([`${apps}/replicasets/replicaset`, `${batch}/jobs/absent`])('%s as metadata', path =>
    same({ path, accept: PARTIAL }),
  )

  test.each(['pods/bare', 'pods'])('%s as an unknown form', path =>
    same({ path: `${core}/${path}`, accept: 'text/html' }),
  )
})

describe('rights', () => {
  test.each([
    { path: '/api/v1/pods' },
    { path: `${core}/pods` },
    { path: `${core}/secrets/login` },
    { path: `${apps}/deployments/deployment` },
    { path: `${core}/serviceaccounts/default`, method: 'PATCH', type: JSON_PATCH, body: [] },
    { path: `${core}/secrets`, method: 'POST', body: { metadata: { name: 'x' } } },
    { path: `${core}/pods/bare`, method: 'DELETE' },
    { path: `${core}/pods/bare/eviction`, method: 'POST', body: {} },
  ])('a user without rights is refused $method $path', question =>
    same({ ...question, as: 'nobody-in-particular' }),
  )

  test.each([
    ['delete', 'pods', ''],
    ['create', 'pods', 'eviction'],
    ['list', 'secrets', ''],
  ])('an access review of %s %s/%s', async (verb, resource, subresource) => {
    const spec = { resourceAttributes: { verb, group: '', resource, subresource, namespace } }
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec }
    for (const as of [undefined, 'nobody-in-particular']) {
      const { real, simulated } = await servers.both({ method: 'POST', path, body, ...(as && { as }) })
      const allowed = ({ body: review }: typeof real) =>
        (review as { status: { allowed: boolean } }).status.allowed
      expect([simulated.status, allowed(simulated)]).toEqual([real.status, allowed(real)])
    }
  })
})

describe('both servers answer a write alike', () => {
  const patch = (path: string, body: unknown, query = '') =>
    same({ method: 'PATCH', path: `${path}?${WRITE}${query}`, type: JSON_PATCH, body })
  const account = `${core}/serviceaccounts/puller`
  const add = { op: 'add', path: '/imagePullSecrets/-', value: { name: 'more' } }

  test('a dry run of a patch', () => patch(account, [add], '&dryRun=All'))
  test('a patch whose test fails', () =>
    patch(account, [{ op: 'test', path: '/metadata/uid', value: 'x' }, add]))
  test('a patch of a path that is not there', () => patch(account, [{ op: 'remove', path: '/secrets/0' }]))
  test('a patch that adds an unknown field', () => patch(account, [{ op: 'add', path: '/typo', value: 1 }]))
  test('a patch of nothing that exists', () => patch(`${core}/serviceaccounts/absent`, [add]))
  test('a patch of another resourceVersion', () =>
    patch(account, [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }, add]))
  test('a patch', () => patch(account, [add]))
  test('a patch of a live pod’s pull secrets', async () => {
    const question = { path: `${core}/pods/bare?${WRITE}`, method: 'PATCH', type: JSON_PATCH }
    const body = [{ op: 'add', path: '/spec/imagePullSecrets/-', value: { name: 'more' } }]
    const { real, simulated } = await servers.both({ ...question, body })
    const comparable = ({ body: status }: typeof real) => {
      const { message, reason, details } = status as {
        message: string
        reason: string
        details: { kind: string }
      }
      return { reason, kind: details.kind, message: message.split('\n')[0] }
    }
    expect([simulated.status, comparable(simulated)]).toEqual([real.status, comparable(real)])
  })
  test('a patch of a pod’s image', () =>
    patch(`${core}/pods/bare`, [{ op: 'replace', path: '/spec/containers/0/image', value: 'nginx:1.27' }]))
  test('a patch of a Job template', async () => {
    const body = [{ op: 'add', path: '/spec/template/spec/imagePullSecrets/-', value: { name: 'more' } }]
    const path = `${batch}/jobs/job?${WRITE}`
    const { real, simulated } = await servers.both({ method: 'PATCH', path, type: JSON_PATCH, body })
    const reason = ({ body: status }: typeof real) => (status as { reason: string }).reason
    expect([simulated.status, reason(simulated)]).toEqual([real.status, reason(real)])
  })

  const secret = (metadata: object, rest: object = {}) => ({
    method: 'POST',
    path: `${core}/secrets?${WRITE}`,
    body: { metadata, ...rest },
  })
  const docker = { type: 'kubernetes.io/dockerconfigjson' }
  test('a Secret that already exists', () => same(secret({ name: 'login' })))
  test('a Secret without the key its type needs', () => same(secret({ name: 'bad' }, docker)))
  test('a Secret with an unknown field', () => same(secret({ name: 'bad' }, { typo: 1 })))
  test('a Secret with an invalid name', () => same(secret({ name: 'Bad_' })))
  test('a dry run of a Secret', () =>
    same({
      ...secret({ name: 'dry' }, { ...docker, data: { '.dockerconfigjson': dockerConfig } }),
      path: `${core}/secrets?${WRITE}&dryRun=All`,
    }))
  test("a change of a Secret's type", () =>
    patch(`${core}/secrets/opaque`, [{ op: 'replace', path: '/type', value: 'other' }]))

  const remove = (path: string, body: object = {}) => same({ method: 'DELETE', path, body })
  test('a delete with another uid', () => remove(`${core}/pods/bare`, { preconditions: { uid: 'another' } }))
  test('a delete of an object that does not exist', () => remove(`${core}/pods/absent`))
  test('a dry run of a delete', () => remove(`${core}/pods/bare`, { dryRun: ['All'] }))
  test('a dry run of a delete of a Secret', () => remove(`${core}/secrets/opaque`, { dryRun: ['All'] }))
  test('a delete of a pod', () => remove(`${core}/pods/bare`))
  test('a delete of a Secret', () => remove(`${core}/secrets/opaque`))
  test('a dry run of an eviction, an eviction, and one of a pod that is gone', async () => {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'second', namespace } }
    const question = { method: 'POST', path: `${core}/pods/second/eviction` }
    await same({ ...question, path: `${question.path}?dryRun=All`, body: eviction })
    await same({ ...question, body: eviction })
    await same({ ...question, body: eviction })
  })
})
