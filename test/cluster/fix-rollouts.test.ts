/** What only a real API server, its controllers, and a kubelet can show about a fix: it does no harm and reports the truth. */
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../src/kubernetes/api/kinds.ts'
import { listPath, objectPath } from '../../src/kubernetes/api/paths.ts'
import { deploymentObject, podObject, pullSecretObject, RealCluster } from './real-cluster.ts'

const PASSWORD = 'canary-password-of-the-rollouts'
const kindNamed = (kind: string) => KINDS[kind as keyof typeof KINDS] as unknown as Kind<KubernetesObject>

describe('a fix on a real cluster', () => {
  let cluster: RealCluster
  let env: Record<string, string>

  const login = (password: string) => {
    const auth = Buffer.from(`acme:${password}`).toString('base64')
    return cluster.write(
      'config.json',
      JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }),
    )
  }
  const run = (...args: string[]) => cluster.run(args, { env })
  const create = (namespace: string, object: KubernetesObject) =>
    cluster.api.create(listPath(kindNamed(String(object.kind)), namespace), object)
  const pods = async (namespace: string) => {
    const found: KubernetesObject[] = []
    await cluster.api.list(listPath(kindNamed('Pod'), namespace), { limit: 500 }, pod => void found.push(pod))
    return found
  }
  const stuck = (namespace: string, count: number) =>
    cluster.until(`${count} stuck pods in ${namespace}`, async () => {
      const waiting = (await pods(namespace)).filter(pod =>
        /toomanyrequests|ImagePullBackOff/.test(JSON.stringify(pod)),
      )
      return waiting.length >= count
    })
  /** A unique name for each situation and run: a node would reuse an image that an earlier run pulled. */
  const moment = Date.now().toString(36)
  const image = (name: string, tag = '1') => {
    cluster.addImage(`acme/${name}-${moment}`, [tag])
    return `acme/${name}-${moment}:${tag}`
  }

  beforeAll(async () => {
    cluster = await RealCluster.open()
    cluster.hub.addAccount({ name: 'acme', password: PASSWORD })
    cluster.addImage('ratelimitpreview/test', ['latest'])
    cluster.hub.exhaust('127.0.0.1')
    env = {
      DOCKER_CONFIG: dirname(login(PASSWORD)),
      PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}`,
    }
  })
  afterAll(() => cluster?.close())

  test("leaves a pod alone if Pod Security would refuse its successor, and reports the server's message", async () => {
    const namespace = await cluster.namespace('fix-security')
    await create(namespace, deploymentObject('shop', { image: image('security') }))
    await stuck(namespace, 1)
    await cluster.api.jsonPatch(objectPath(kindNamed('Namespace'), null, namespace), [
      { op: 'add', path: '/metadata/labels/pod-security.kubernetes.io~1enforce', value: 'restricted' },
    ])
    const before = (await pods(namespace)).map(({ metadata }) => (metadata as { uid: string }).uid)
    const result = await run('fix', '-n', namespace, '--yes', '--timeout', '30s')
    expect(result.code).toBe(3)
    expect(result.stdout).toContain('PodSecurity')
    expect((await pods(namespace)).map(({ metadata }) => (metadata as { uid: string }).uid)).toEqual(before)
    expect((await run('fix', '-n', namespace, '--dry-run=server')).code).toBe(3)
  })

  test('leaves a pod alone that a lowered quota would not accept again, and recreates one that has room', async () => {
    const namespace = await cluster.namespace('fix-quota')
    await create(namespace, { ...deploymentObject('shop', { image: image('quota') }) })
    await stuck(namespace, 1)
    const quota = (hard: string) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few' },
      spec: { hard: { pods: hard } },
    })
    const path = `/api/v1/namespaces/${namespace}/resourcequotas`
    await cluster.api.create(path, quota('0'))
    await cluster.until('the quota to count', async () => {
      const { status } = await cluster.api.get<KubernetesObject>(`${path}/few`)
      return JSON.stringify(status ?? {}).includes('"used":{"pods":"1"}')
    })
    const refused = await run('fix', '-n', namespace, '--yes', '--timeout', '30s')
    expect(refused).toMatchObject({ code: 3 })
    expect(refused.stdout.replace(/\s+/g, ' ')).toContain('exceeded quota')
    expect(await pods(namespace)).toHaveLength(1)
    await cluster.api.jsonPatch(`${path}/few`, [{ op: 'replace', path: '/spec/hard/pods', value: '1' }])
    const done = await run('fix', '-n', namespace, '--yes', '--timeout', '60s')
    expect(`${done.code} ${done.stdout} ${done.stderr}`).toMatch(/^0 /)
  })

  test('starts the rollout of an edited template once its pods get the login, and undoes both in an order that leaves no trace', async () => {
    const namespace = await cluster.namespace('fix-edited')
    const draft = { image: image('edited', '1.0.0'), pullPolicy: 'Always' }
    await create(namespace, deploymentObject('shop', draft))
    await stuck(namespace, 1)
    const secretsOfPods = async () =>
      (await pods(namespace))
        .filter(({ metadata }) => !('deletionTimestamp' in (metadata as object)))
        .map(({ spec }) => (spec as { imagePullSecrets?: unknown }).imagePullSecrets)
    const result = await run(
      'fix',
      '-n',
      namespace,
      '--pull-policy',
      'IfNotPresent',
      '--yes',
      '--timeout',
      '60s',
    )
    expect(`${result.code} ${result.stdout} ${result.stderr}`).toMatch(/^0 /)
    expect(await secretsOfPods()).toEqual([[{ name: 'dockercreds' }]])
    expect((await run('undo', '--yes')).code).toBe(0)
    await cluster.until('the earlier pods', async () => {
      const found = await secretsOfPods()
      return found.length === 1 && found[0] === undefined
    })
  })

  test('follows a rollout that was stuck twice to its end', async () => {
    const namespace = await cluster.namespace('fix-twice')
    await create(namespace, deploymentObject('shop', { image: image('twice-old') }))
    await stuck(namespace, 1)
    await cluster.api.jsonPatch(objectPath(kindNamed('Deployment'), namespace, 'shop'), [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: image('twice-new') },
    ])
    await stuck(namespace, 2)
    const began = Date.now()
    const result = await run('fix', '-n', namespace, '--yes', '--timeout', '90s')
    expect(`${result.code} ${result.stdout} ${result.stderr}`).toMatch(/^0 /)
    expect(result.stdout).toContain('of an older revision')
    expect(Date.now() - began).toBeLessThan(80_000)
    const again = await run('fix', '-n', namespace, '--yes')
    expect(again.code).toBe(0)
  })

  test('leaves a pod alone that has recovered since planning: the saved plan is stale', async () => {
    const namespace = await cluster.namespace('fix-healed')
    // The pod names a Secret that is created later; after that, its next try succeeds.
    await cluster.api.jsonPatch(objectPath(kindNamed('ServiceAccount'), namespace, 'default'), [
      { op: 'add', path: '/imagePullSecrets', value: [{ name: 'late' }] },
    ])
    await create(namespace, deploymentObject('shop', { image: image('healed') }))
    await stuck(namespace, 1)
    const plan = cluster.write('healed.json', '')
    expect((await run('fix', '-n', namespace, '--plan', plan)).code).toBe(0)
    await create(namespace, pullSecretObject('late', 'acme', PASSWORD))
    const [pod] = await cluster.until('the pod to pull at its next try', async () => {
      const running = (await pods(namespace)).filter(({ status }) =>
        JSON.stringify(status).includes('"running"'),
      )
      return running.length > 0 && running
    })
    const result = await run('fix', '--apply', plan, '--yes', '--timeout', '30s')
    expect(result.code).toBe(5)
    expect(result.stderr).toContain('stale')
    const uids = [...(await pods(namespace)), pod].map(
      one => (one?.metadata as { uid?: string } | undefined)?.uid,
    )
    expect(uids[0]).toBe(uids[1])
  })

  test('fails no index of a Job, and a Job that allows it runs', async () => {
    const namespace = await cluster.namespace('fix-jobs')
    const job = (name: string, backoffLimitPerIndex: number) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: {
        ...{ completions: 1, parallelism: 1, completionMode: 'Indexed', backoffLimitPerIndex },
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'app', image: image(name) }],
            terminationGracePeriodSeconds: 0,
          },
        },
      },
    })
    await create(namespace, job('none-left', 0))
    await create(namespace, job('some-left', 2))
    await stuck(namespace, 2)
    const result = await run('fix', '-n', namespace, '--yes', '--timeout', '90s')
    expect(`${result.code} ${result.stdout} ${result.stderr}`).toMatch(/^1 /)
    expect(result.stdout).toContain('one of its indexes has no failures left')
    const { status } = await cluster.api.get(objectPath(kindNamed('Job'), namespace, 'none-left'))
    expect(JSON.stringify(status)).not.toContain('Failed')
  })

  test('does not delete a bare pod that a finalizer could hold', async () => {
    const namespace = await cluster.namespace('fix-finalizer')
    const bare = podObject('bare', { image: image('finalizer') })
    await create(namespace, { ...bare, metadata: { name: 'bare', finalizers: ['example.com/hold'] } })
    await stuck(namespace, 1)
    try {
      const result = await run('fix', '-n', namespace, '--yes', '--recreate-bare-pods', '--timeout', '30s')
      expect(result.code).toBe(3)
      expect(result.stdout).toContain('example.com/hold')
      const [pod] = await pods(namespace)
      expect(pod?.metadata).not.toHaveProperty('deletionTimestamp')
    } finally {
      const path = objectPath(kindNamed('Pod'), namespace, 'bare')
      await cluster.api.jsonPatch(path, [{ op: 'remove', path: '/metadata/finalizers' }])
    }
  })

  test('undoes a rotation back to the previous login', async () => {
    const namespace = await cluster.namespace('fix-rotation')
    await create(namespace, deploymentObject('shop', { image: image('rotation') }))
    await stuck(namespace, 1)
    const first = await run('fix', '-n', namespace, '--yes', '--timeout', '60s')
    expect(`${first.code} ${first.stdout}`).toMatch(/^0 /)
    cluster.hub.addAccount({ name: 'acme', password: 'another-password' })
    login('another-password')
    const renewed = await run('fix', '-n', namespace, '--yes', '--registry', 'docker.io')
    expect(`${renewed.code} ${renewed.stdout} ${renewed.stderr}`).toMatch(/^0 /)
    const runs = (await run('undo', '--list', '-o', 'name')).stdout.trim().split('\n')
    for (const name of runs.slice(0, 2)) await run('undo', name, '--yes')
    const found: unknown[] = []
    await cluster.api.list(
      listPath(KINDS.Secret, namespace),
      { limit: 500 },
      secret => void found.push(secret),
    )
    expect(found).toEqual([])
    cluster.hub.addAccount({ name: 'acme', password: PASSWORD })
    login(PASSWORD)
  })

  test('killed at twenty random moments and run again ends in the same state, and its undo restores the original one', async () => {
    const namespace = await cluster.namespace('fix-killed')
    const account = () => cluster.api.get(objectPath(kindNamed('ServiceAccount'), namespace, 'default'))
    const secrets = async () => {
      const found: unknown[] = []
      await cluster.api.list(listPath(KINDS.Secret, namespace), { limit: 500 }, one => void found.push(one))
      return found.length
    }
    const before = (await account()).imagePullSecrets
    let cutShort = 0
    for (let round = 0; round < 20; round++) {
      const name = `shop-${round}`
      await create(namespace, deploymentObject(name, { image: image(`killed-${round}`) }))
      await create(namespace, podObject(`bare-${round}`, { image: image(`killed-bare-${round}`) }))
      await stuck(namespace, 2)
      const argv = ['fix', '-n', namespace, '--yes', '--recreate-bare-pods', '--timeout', '60s']
      const killAfterMs = 150 + Math.floor(Math.random() * 1_200)
      const { code } = await cluster.run(argv, { env, killAfterMs })
      if (code === null) cutShort++
      const again = await run(...argv)
      expect(`${killAfterMs} ms: ${again.code} ${again.stdout} ${again.stderr}`).toMatch(/^\d+ ms: 0 /)
      const undone = await run('undo', '--yes')
      expect(`${killAfterMs} ms: ${undone.code} ${undone.stdout} ${undone.stderr}`).toMatch(/^\d+ ms: 0 /)
      expect((await account()).imagePullSecrets, `killed after ${killAfterMs} ms`).toEqual(before)
      expect(await secrets(), `killed after ${killAfterMs} ms`).toBe(0)
      for (const [kind, object] of [
        ['Deployment', name],
        ['Pod', `bare-${round}`],
      ] as const) {
        const path = objectPath(kindNamed(kind), namespace, object)
        await cluster.api.delete(path, ((await cluster.api.get(path)).metadata as { uid: string }).uid)
      }
      await cluster.until('the round to be cleared', async () => (await pods(namespace)).length === 0)
    }
    expect(cutShort).toBeGreaterThan(5)
  }, 600_000)
})
