/** What only a real API server, its controllers, and a kubelet can show about a wait: it ends when it should, and for the right reason. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../src/kubernetes/api/kinds.ts'
import { listPath, objectPath } from '../../src/kubernetes/api/paths.ts'
import { deploymentObject, podObject, pullSecretObject, RealCluster } from './real-cluster.ts'

const PASSWORD = 'canary-password-of-the-wait'
const kindNamed = (kind: string) => KINDS[kind as keyof typeof KINDS] as unknown as Kind<KubernetesObject>

describe('a wait on a real cluster', () => {
  let cluster: RealCluster
  let namespace: string
  const moment = Date.now().toString(36)
  const env = () => ({ PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}` })
  const image = (name: string, owner?: string) => {
    cluster.addImage(`acme/${name}-${moment}`, ['1'], owner)
    return `acme/${name}-${moment}:1`
  }
  const create = (object: KubernetesObject) =>
    cluster.api.create(listPath(kindNamed(String(object.kind)), namespace), object)
  const wait = async (...args: string[]) => {
    const began = Date.now()
    const { code, stdout, stderr } = await cluster.run(['wait', '-n', namespace, '-o', 'json', ...args], {
      env: env(),
    })
    const seconds = (Date.now() - began) / 1000
    // biome-ignore lint/suspicious/noExplicitAny: each test reads the fields it expects, and fails where they are not
    return { code, stderr, seconds, json: JSON.parse(stdout || '{}') as any }
  }
  const setImage = (name: string, to: string) =>
    cluster.api.jsonPatch(objectPath(kindNamed('Deployment'), namespace, name), [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: to },
    ])

  beforeAll(async () => {
    cluster = await RealCluster.open()
    cluster.hub.addAccount({ name: 'acme', password: PASSWORD })
    namespace = await cluster.namespace('wait')
  })
  afterAll(() => cluster?.close())

  test('a good rollout is done, with two pods ready', async () => {
    const good = deploymentObject('good', { image: image('good') })
    await create({ ...good, spec: { ...(good.spec as object), replicas: 2 } })
    const { code, json } = await wait('deploy/good')
    expect([code, json.outcome, json.workloads[0].pods.ready]).toEqual([0, 'done', 2])
  })

  test("a missing tag ends it after 45 seconds, with the kubelet's sentence", async () => {
    await create(deploymentObject('typo', { image: `acme/good-${moment}:typo` }))
    const { code, json, seconds } = await wait('deploy/typo')
    expect([code, json.outcome, json.findings[0].cause]).toEqual([1, 'failed', 'image-not-found'])
    expect(json.findings[0].evidence.text).toContain('not found')
    expect(seconds).toBeGreaterThan(40)
    expect(seconds).toBeLessThan(75)
  })

  test('with --check-images it ends as soon as the kubelet says the same as the registry', async () => {
    await create(deploymentObject('checked', { image: `acme/good-${moment}:typo` }))
    const { code, seconds, stderr } = await wait('deploy/checked', '--check-images')
    expect(code).toBe(1)
    expect(stderr).toContain('has no such tag')
    expect(seconds).toBeLessThan(15)
  })

  test('an invalid name ends it at the first evidence', async () => {
    await create(deploymentObject('invalid', { image: 'Acme/Shop:1' }))
    const { code, json, seconds } = await wait('deploy/invalid')
    expect([code, json.findings[0].cause]).toEqual([1, 'invalid-reference'])
    expect(seconds).toBeLessThan(15)
  })

  test('old healthy pods beside a broken new revision do not make it done', async () => {
    await create(deploymentObject('broken', { image: image('broken') }))
    expect((await wait('deploy/broken')).code).toBe(0)
    await setImage('broken', 'Acme/Shop:2')
    const { code, json } = await wait('deploy/broken')
    expect([code, json.findings[0].image]).toEqual([1, 'Acme/Shop:2'])
  })

  test('old stuck pods beside a good new revision do not make it fail', async () => {
    await create(deploymentObject('fixed', { image: 'Acme/Shop:1' }))
    expect((await wait('deploy/fixed')).code).toBe(1)
    await setImage('fixed', image('fixed'))
    expect((await wait('deploy/fixed')).code).toBe(0)
  })

  test('a rate limit that ends is waited out, and named meanwhile', async () => {
    const limited = image('limited')
    cluster.hub.exhaust('127.0.0.1')
    await create(deploymentObject('limited', { image: limited }))
    const waiting = wait('deploy/limited', '--timeout', '3m')
    await new Promise(wake => setTimeout(wake, 8_000))
    cluster.hub.quota.refill('127.0.0.1')
    const { code, stderr } = await waiting
    expect(code).toBe(0)
    expect(stderr).toContain('rate-limited')
  })

  test('a private image with a login that is refused ends it at once', async () => {
    const secret = image('private', 'acme')
    await create(pullSecretObject('wrong', 'acme', 'not-the-password'))
    await create(deploymentObject('private', { image: secret, pullSecrets: ['wrong'] }))
    const { code, json, seconds } = await wait('deploy/private')
    expect([code, json.findings[0].cause]).toEqual([1, 'auth-required-or-denied'])
    expect(JSON.stringify(json)).not.toContain('not-the-password')
    expect(seconds).toBeLessThan(60)
  })

  test('a Job is done when its pods have started', async () => {
    const spec = podObject('job', { image: image('job') }).spec as object
    await create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate' },
      spec: { template: { spec: { ...spec, restartPolicy: 'Never' } } },
    })
    const { code, json } = await wait('job/migrate')
    expect([code, json.workloads[0].code]).toEqual([0, 'started'])
  })

  test('a DaemonSet is done when every node runs its newest revision', async () => {
    const { metadata, spec } = deploymentObject('agent', { image: image('agent') })
    const { selector, template } = spec as Record<string, unknown>
    await create({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: { selector, template },
    } as KubernetesObject)
    const { code, json } = await wait('ds/agent')
    expect([code, json.workloads[0].code]).toEqual([0, 'ready'])
  })

  test('several by labels and by name, one of which comes only later', async () => {
    const labels = { release: 'shop' }
    const one = deploymentObject('one', { image: image('one') })
    await create({ ...one, metadata: { name: 'one', labels } })
    const waiting = wait('-l', 'release=shop', '--timeout', '2m')
    const named = wait('deploy/one', 'deploy/two', '--timeout', '2m')
    await new Promise(wake => setTimeout(wake, 3_000))
    await create(deploymentObject('two', { image: image('two') }))
    expect((await waiting).code).toBe(0)
    const { code, json } = await named
    expect([code, json.workloads.length]).toEqual([0, 2])
  })
})
