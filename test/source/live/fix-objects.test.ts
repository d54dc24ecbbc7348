/** What a fix reads beyond the diagnosis: the namespaces, accounts, Secrets, and templates that it is allowed to write to. */

import { describe, expect, test } from 'vitest'
import type { MadeSecret } from '../../../src/snapshot/fix-objects.ts'
import { type FixObjectsOptions, readFixObjects } from '../../../src/source/live/fix-objects.ts'
import { readOwners } from '../../../src/source/live/read-owners.ts'
import { Reading } from '../../../src/source/live/reading.ts'
import { narrowPod } from '../../../src/source/narrow/pod.ts'
import { clientOf } from '../../apply/in-process-cluster.ts'
import { PULL_SECRET, type Story, story, WANTED } from '../../apply/story.ts'

function read(of: Story, options: Partial<FixObjectsOptions> = {}, user = 'admin') {
  const client = clientOf(of.server, () => {}, user)
  return readFixObjects(new Reading(client), {
    namespaces: null,
    excluded: [],
    secretName: 'dockercreds',
    wanted: PULL_SECRET,
    pods: of.cluster.list('Pod').flatMap(pod => narrowPod(pod) ?? []),
    runningImages: false,
    interruptedPods: [],
    ...options,
  })
}

/** A Secret with the name and label of one that pullguard makes. */
const secretWith = (content: string, annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'dockercreds',
    namespace: 'web',
    labels: { 'app.kubernetes.io/managed-by': 'pullguard' },
    annotations,
  },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': Buffer.from(content).toString('base64') },
})

describe('the scope of a fix', () => {
  test('is every namespace except the excluded ones, with terminating ones marked', async () => {
    const of = story()
    of.cluster.addNamespace('ending')
    of.cluster.change('Namespace', undefined, 'ending', ({ metadata }) => {
      metadata.deletionTimestamp = '2026-11-24T10:00:00Z'
    })
    const { namespaces, serviceAccounts } = await read(of, { excluded: ['default', 'web'] })
    expect(namespaces.map(({ name, terminating }) => (terminating ? `${name}!` : name))).toEqual([
      'api',
      'ending!',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ])
    expect(serviceAccounts.map(({ namespace }) => namespace)).not.toContain('web')
    expect(serviceAccounts.map(({ namespace }) => namespace)).not.toContain('ending')
  })

  test('skips a namespace that was deleted since it was listed, but not one that was requested', async () => {
    const of = story()
    const named = { namespaces: ['web', 'gone'], mayBeGone: true }
    expect((await read(of, named)).namespaces).toEqual([{ name: 'web', terminating: false }])
    await expect(read(of, { ...named, mayBeGone: false })).rejects.toThrow('"gone" not found')
  })

  test('looks for a deleted bare pod only while its namespace exists', async () => {
    const of = story()
    const pod = { run: 'r', name: 'lost', uid: null }
    const interruptedPods = [
      { ...pod, namespace: 'web' },
      { ...pod, namespace: 'gone' },
      { run: 'r', namespace: 'api', name: 'bare', uid: null },
    ]
    expect((await read(of, { interruptedPods })).interruptedPods).toEqual([
      { ...pod, namespace: 'web', ending: null },
    ])
  })

  test('restores a bare pod that was deleted but is still terminating, and no other pod with that name', async () => {
    const of = story()
    const { uid = '' } = of.cluster.get('Pod', 'api', 'bare')?.metadata ?? {}
    const pod = { run: 'r', name: 'bare', namespace: 'api' }
    const owed = async (was: string | null) =>
      (await read(of, { interruptedPods: [{ ...pod, uid: was }] })).interruptedPods
    expect(await owed(uid)).toEqual([])
    of.cluster.remove('Pod', 'api', 'bare')
    expect(await owed('an earlier one')).toEqual([])
    const ending = { uid, until: '2026-11-24T10:00:30Z' }
    for (const was of [uid, null]) expect(await owed(was)).toEqual([{ ...pod, uid: was, ending }])
  })

  test('includes the default account, and others only if pods run as them', async () => {
    const of = story()
    for (const name of ['idle', 'robot']) {
      of.cluster.add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'web' } })
    }
    of.cluster.add({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'worker', namespace: 'web' },
      spec: { serviceAccountName: 'robot', containers: [{ name: 'app', image: 'nginx' }] },
    })
    const { serviceAccounts } = await read(of, { namespaces: ['web'], pods: [] })
    expect(serviceAccounts).toMatchObject([
      { name: 'default', imagePullSecrets: [{ name: 'registry-of-old' }, { name: 'second' }] },
      { name: 'robot', imagePullSecrets: null },
    ])
  })

  test('compares an existing Secret here, and lets none of its content out', async () => {
    const of = story()
    of.cluster.add(secretWith(WANTED))
    const { uid } = of.cluster.get('Secret', 'web', 'dockercreds')?.metadata ?? { uid: '' }
    const made = { run: 'r', namespace: 'web', name: 'dockercreds', uid }
    const scope = await read(of, { madeSecrets: [made] })
    expect(scope.secrets).toMatchObject([
      { namespace: 'web', ours: true, served: ['https://index.docker.io/v1/'] },
    ])
    expect(JSON.stringify(scope)).not.toContain(Buffer.from(WANTED).toString('base64').slice(0, 20))
    const { password } = JSON.parse(WANTED).auths['https://index.docker.io/v1/']
    expect(JSON.stringify(scope)).not.toContain(password)
  })

  test('claims no Secret because of its label, only because a run created it', async () => {
    const of = story()
    of.cluster.add(secretWith('{}', { 'pullguard.dev/run': 'r1' }))
    const named = { namespace: 'web', name: 'dockercreds' }
    const ours = async (...madeSecrets: MadeSecret[]) => (await read(of, { madeSecrets })).secrets[0]?.ours
    expect(await ours()).toBe(false)
    expect(await ours({ ...named, run: 'r1', uid: 'of-one-that-was-deleted' })).toBe(false)
    expect(await ours({ ...named, run: 'r2', uid: null })).toBe(false)
    expect(await ours({ ...named, run: 'r1', uid: null })).toBe(true)
  })

  test('climbs from pods to the topmost controller and reads its template once', async () => {
    const of = story()
    const { workloads } = await read(of)
    expect(workloads).toMatchObject([
      {
        kind: 'Deployment',
        namespace: 'api',
        name: 'orders',
        imagePullSecrets: [{ name: 'own' }],
        selector: 'app=orders',
        rollsOut: true,
        containers: [{ pointer: '/spec/template/spec/containers/0', image: 'nginx:1.27' }],
      },
      { kind: 'Deployment', namespace: 'web', name: 'shop', imagePullSecrets: null },
    ])
    const reads = of.server.requests.filter(({ path }) => path.endsWith('/deployments/shop'))
    expect(reads).toHaveLength(1)
  })

  test.each(['a b', '..', '../../../../../api/v1/namespaces/kube-system/secrets/x?a=', 'a%2fb'])(
    'a pod whose owner is named %j neither redirects a request nor stops the reading',
    async name => {
      const of = story()
      of.cluster.add({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'bait',
          namespace: 'web',
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: 'x', controller: true }],
        },
        spec: { containers: [{ name: 'app', image: 'nginx' }] },
      })
      const { workloads, gaps } = await read(of)
      expect(workloads.map(workload => workload.name)).toEqual(['orders', 'shop'])
      expect(gaps).toEqual([])
      expect(of.server.requests.filter(({ path }) => path.includes('secrets/x'))).toEqual([])
    },
  )

  test('ends where owners own each other, and never confuses uids of owners', async () => {
    const of = story()
    const [real] = of.cluster.list('ReplicaSet', 'web')
    const ring = (name: string, uid: string) => [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid, controller: true },
    ]
    const add = (kind: string, name: string, ownerReferences: object[] = []) =>
      of.cluster.add({
        apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
        kind,
        metadata: { name, namespace: 'api', ownerReferences },
        spec:
          kind === 'Pod'
            ? { containers: [{ name: 'app', image: 'nginx' }] }
            : {
                replicas: 0,
                selector: { matchLabels: { app: name } },
                template: {
                  metadata: { labels: { app: name } },
                  spec: { containers: [{ name: 'app', image: 'nginx' }] },
                },
              },
      } as never)
    const one = add('ReplicaSet', 'one')
    const two = add('ReplicaSet', 'two', ring('one', one.metadata.uid))
    of.cluster.change('ReplicaSet', 'api', 'one', ({ metadata }) => {
      metadata.ownerReferences = ring('two', two.metadata.uid) as never
    })
    add('Pod', 'a-ring', ring('one', one.metadata.uid))
    add('Pod', 'a-thief', ring('stolen', real?.metadata.uid ?? ''))
    const { workloads } = await read(of)
    expect(workloads.map(workload => workload.name)).toEqual(['orders', 'shop'])
  })

  test('reads no controller that the diagnosis has already read', async () => {
    const of = story()
    const pods = of.cluster.list('Pod', 'web').flatMap(pod => narrowPod(pod) ?? [])
    const { links, objects } = await readOwners(new Reading(clientOf(of.server)), pods, true)
    expect(links.map(({ kind }) => kind)).toEqual(['ReplicaSet', 'Deployment'])
    of.server.requests.length = 0
    const { workloads } = await read(of, { namespaces: ['web'], controllers: objects })
    expect(workloads).toMatchObject([{ kind: 'Deployment', name: 'shop' }])
    expect(of.server.requests.filter(({ path }) => path.startsWith('/apis/apps/'))).toEqual([])
  })

  test("distinguishes the list of the pod's direct controller from that of the topmost one", async () => {
    const of = story()
    const controller = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'night', controller: true }
    const template = (name: string) => ({
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'app', image: 'nginx' }],
        imagePullSecrets: [{ name }],
      },
    })
    const night = of.cluster.add({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'night', namespace: 'web' },
      spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: template('new') } } },
    })
    const owned = (by: { kind?: string; name?: string; uid: string }) => ({
      name: 'night-1',
      namespace: 'web',
      ownerReferences: [{ ...controller, ...by }],
    })
    const job = of.cluster.add({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: owned({ uid: night.metadata.uid }),
      spec: { template: template('old') },
    })
    of.cluster.add({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: owned({ kind: 'Job', name: 'night-1', uid: job.metadata.uid }),
      ...template('old'),
    })
    const { workloads, controllers } = await read(of, { namespaces: ['web'] })
    expect(workloads.find(({ kind }) => kind === 'CronJob')?.imagePullSecrets).toEqual([{ name: 'new' }])
    expect(controllers.map(({ imagePullSecrets }) => imagePullSecrets)).toContainEqual([{ name: 'old' }])
  })

  test('finds the digest that a pod of the same template runs', async () => {
    const of = story()
    const [pod] = of.cluster.list('Pod', 'web')
    const imageID = `docker.io/library/nginx@sha256:${'a'.repeat(64)}`
    of.cluster.change('Pod', 'web', pod?.metadata.name ?? '', copy => {
      copy.status = { containerStatuses: [{ name: 'app', imageID, state: { running: {} } }] }
    })
    const { workloads } = await read(of, { runningImages: true })
    const found = workloads.map(({ name, containers }) => [name, containers[0]?.runningImageIds])
    expect(found).toEqual([
      ['orders', []],
      ['shop', [imageID]],
    ])
  })

  test("reports what it can't read and continues with the rest", async () => {
    const of = story()
    const { gaps, secrets, serviceAccounts } = await read(of, {}, 'viewer')
    expect(gaps).toMatchObject([{ what: 'secrets', why: 'forbidden' }])
    expect(secrets).toEqual([])
    expect(serviceAccounts.length).toBeGreaterThan(1)
  })
})
