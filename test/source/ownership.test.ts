/** The owner of a pod whose controller can't be read. */
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { readCluster } from '../../src/source/live/read-cluster.ts'
import { narrowOwner } from '../../src/source/narrow/controller.ts'
import { narrowPod } from '../../src/source/narrow/pod.ts'
import { derivedOwner } from '../../src/source/ownership.ts'
import * as live from './cluster-objects.ts'
import { failing, listOf, ownedBy, readJson, replicaSet } from './dumps.ts'
import { SimulatedCluster } from './simulated-cluster.ts'

const of = (kind: string, name: string, apiVersion: string, hash?: string) =>
  narrowPod({
    metadata: {
      name: 'p',
      namespace: 'web',
      ownerReferences: [{ apiVersion, kind, name, uid: 'u', controller: true }],
      labels: { 'pod-template-hash': hash },
    },
    spec: {},
  })

describe('the owner that names and labels imply', () => {
  test.each<[string, string, string, string | undefined, string | null]>([
    ['ReplicaSet', 'shop-77fdd8c7f9', 'apps/v1', '77fdd8c7f9', 'Deployment shop'],
    ['ReplicaSet', 'shop-eu-1-77fdd8c7f9', 'apps/v1', '77fdd8c7f9', 'Deployment shop-eu-1'],
    ['ReplicaSet', 'shop-77fdd8c7f9', 'apps/v1', undefined, null],
    ['ReplicaSet', 'shop', 'apps/v1', '77fdd8c7f9', null],
    ['ReplicaSet', 'x77fdd8c7f9', 'apps/v1', '77fdd8c7f9', null],
    ['ReplicaSet', '-77fdd8c7f9', 'apps/v1', '77fdd8c7f9', null],
    ['ReplicaSet', 'shop-77fdd8c7f9', 'shop.example/v1', '77fdd8c7f9', null],
    ['Job', 'nightly-29401860', 'batch/v1', undefined, 'CronJob nightly'],
    ['Job', 'nightly-1606521600', 'batch/v1', undefined, 'CronJob nightly'],
    ['Job', 'seed-20261128', 'batch/v1', undefined, null],
    ['Job', 'deploy-1234567', 'batch/v1', undefined, null],
    ['Job', 'seed-1', 'batch/v1', undefined, null],
    ['Job', 'nightly-29401860', 'batch.volcano.sh/v1alpha1', undefined, null],
    ['StatefulSet', 'db-29401860', 'apps/v1', '29401860', null],
  ])('of %s %s (%s, hash %s)', (kind, name, apiVersion, hash, owner) => {
    const pod = of(kind, name, apiVersion, hash)
    const link = pod === null ? null : derivedOwner(pod)
    expect(link && `${link.controller?.kind} ${link.controller?.name}`).toBe(owner)
  })
})

test('a controller says which tool deploys it, whatever its labels are', () => {
  const managed = (labels: unknown) =>
    narrowOwner({ metadata: { name: 'shop', namespace: 'web', labels } }, 'Deployment')?.managedBy
  expect(
    managed({ 'helm.toolkit.fluxcd.io/name': 'shop', 'helm.toolkit.fluxcd.io/namespace': 'apps' }),
  ).toEqual({ tool: 'flux', name: 'apps/shop', resource: 'HelmRelease' })
  expect(managed({ app: 'shop' })).toBeUndefined()
  expect(managed({ 'helm.toolkit.fluxcd.io/name': 7 })).toBeUndefined()
  expect(managed('shop')).toBeUndefined()
})

test('a ReplicaSet with pods says which revision it is, and how many of its pods are ready', () => {
  const annotations = { 'deployment.kubernetes.io/revision': '8' }
  const revision = (status?: object, metadata: object = { annotations }) =>
    narrowOwner({ metadata: { name: 'shop-6d4', namespace: 'web', ...metadata }, status }, 'ReplicaSet')
      ?.revision
  expect(revision({ replicas: 2, readyReplicas: 1 })).toEqual({ number: 8, ready: 1 })
  expect(revision({ replicas: 2 })).toEqual({ number: 8, ready: 0 })
  expect(revision({ replicas: 0 })).toBeUndefined()
  expect(revision()).toBeUndefined()
  expect(revision({ replicas: 2 }, {})).toBeUndefined()
})

describe('what a controller makes its pods from', () => {
  const spec = {
    template: {
      spec: {
        initContainers: [{ name: 'setup', image: 'busybox' }],
        containers: [{ name: 'app', image: 'https://me:secret@reg.example/app' }, 'none'],
      },
    },
  }
  const made = (kind: string, metadata: object = {}, status: object = {}) =>
    narrowOwner({ metadata: { name: 'shop', namespace: 'web', ...metadata }, spec, status }, kind)?.template

  test('has the images of its containers, without a login', () => {
    const template = made('ReplicaSet', { labels: { 'pod-template-hash': '6d4' } })
    expect(template).toMatchObject({ mark: '6d4', images: { setup: 'busybox' } })
    expect(JSON.stringify(template)).not.toContain('secret')
  })

  test.each<[string, object, object, string | null]>([
    ['StatefulSet', { generation: 2 }, { observedGeneration: 2, updateRevision: 'db-2' }, 'db-2'],
    ['DaemonSet', { annotations: { 'deprecated.daemonset.template.generation': '3' } }, {}, '3'],
    ['Job', {}, {}, null],
  ])('is marked as the pods of a %s are', (kind, metadata, status, mark) => {
    expect(made(kind, metadata, status)?.mark).toBe(mark)
  })

  test.each<[string, string, object, object]>([
    ['a ReplicaSet without a Deployment', 'ReplicaSet', {}, {}],
    [
      'a StatefulSet whose controller is behind',
      'StatefulSet',
      { generation: 3 },
      { updateRevision: 'db-2' },
    ],
    ['a Deployment', 'Deployment', {}, {}],
  ])('has no mark for %s, whose pods may be of another template', (_what, kind, metadata, status) => {
    expect(made(kind, metadata, status)).toMatchObject({ images: { setup: 'busybox' } })
    expect(made(kind, metadata, status)).not.toHaveProperty('mark')
  })

  test('says whether it names pull secrets', () => {
    const named = { ...spec.template.spec, imagePullSecrets: [{ name: 'own' }] }
    const job = (pod: object) => ({ metadata: { name: 'load' }, spec: { template: { spec: pod } } })
    expect(narrowOwner(job(spec.template.spec), 'Job')?.template?.pullSecrets).toEqual([])
    expect(narrowOwner(job(named), 'Job')?.template?.pullSecrets).toEqual(['own'])
  })

  test('is below the template of its Jobs for a CronJob', () => {
    const cronJob = { metadata: { name: 'report', namespace: 'web' }, spec: { jobTemplate: { spec } } }
    expect(narrowOwner(cronJob, 'CronJob')?.template?.images).toMatchObject({ setup: 'busybox' })
  })

  test('is unknown if only the metadata was read', () => {
    expect(
      narrowOwner({ metadata: { name: 'shop', namespace: 'web' } }, 'Deployment')?.template,
    ).toBeUndefined()
  })
})

test('a StatefulSet says how many pods its partition keeps, unless that has no effect', () => {
  const partition = (updateStrategy: object, more: object = {}) =>
    narrowOwner(
      { metadata: { name: 'db', namespace: 'web' }, spec: { updateStrategy, ...more } },
      'StatefulSet',
    )?.partition
  const rollingUpdate = { partition: 2 }
  expect(partition({ rollingUpdate })).toEqual({ pods: 2, first: 0 })
  expect(partition({ rollingUpdate }, { ordinals: { start: 5 } })).toEqual({ pods: 2, first: 5 })
  expect(partition({ rollingUpdate: { partition: 0 } })).toBeUndefined()
  expect(partition({ type: 'OnDelete', rollingUpdate })).toBeUndefined()
})

test('a Deployment says that it is paused', () => {
  const paused = (spec: object) =>
    narrowOwner({ metadata: { name: 'shop', namespace: 'web' }, spec }, 'Deployment')?.paused
  expect(paused({ paused: true })).toBe(true)
  expect(paused({ paused: false })).toBeUndefined()
})

test("OpenShift's DeploymentConfig is above the ReplicationController of its pods, by their annotation", () => {
  const above = (kind: string) => {
    const found = narrowPod({
      metadata: {
        name: 'portal-14-x',
        namespace: 'web',
        ownerReferences: [{ apiVersion: 'v1', kind, name: 'portal-14', uid: 'u', controller: true }],
        annotations: { 'openshift.io/deployment-config.name': 'portal' },
      },
      spec: {},
    })
    return found === null ? null : (derivedOwner(found)?.controller ?? null)
  }
  expect(above('ReplicationController')).toMatchObject({
    apiVersion: 'apps.openshift.io/v1',
    kind: 'DeploymentConfig',
    name: 'portal',
  })
  expect(above('ReplicaSet')).toBeNull()
})

test('a CronJob says whether its runs may overlap, unless only its metadata was read', () => {
  const policy = (spec?: object) =>
    narrowOwner({ metadata: { name: 'report', namespace: 'web' }, spec }, 'CronJob')?.concurrencyPolicy
  expect(policy({ concurrencyPolicy: 'Forbid' })).toBe('Forbid')
  expect(policy({})).toBe('Allow')
  expect(policy()).toBeUndefined()
})

describe("a StatefulSet's way to update", () => {
  const set = (spec: object = {}, status: object = {}) =>
    narrowOwner(
      {
        metadata: { name: 'db', namespace: 'web', uid: 'u', generation: 2 },
        spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } }, ...spec },
        status: { observedGeneration: 2, updateRevision: 'db-new', ...status },
      },
      'StatefulSet',
    )?.ordered

  test('is known where its pods are updated one after the other', () => {
    expect(set()).toEqual({ revision: 'db-new', from: 1, below: 3 })
    expect(set({ ordinals: { start: 5 }, updateStrategy: {} })).toEqual({
      ...{ revision: 'db-new', from: 5, below: 8 },
    })
  })

  test.each<[string, object, object]>([
    ['in parallel', { podManagementPolicy: 'Parallel' }, {}],
    ['by hand', { updateStrategy: { type: 'OnDelete' } }, {}],
    ['from a template that its controller has not seen', {}, { observedGeneration: 1 }],
    ['to a revision that it does not tell', {}, { updateRevision: undefined }],
  ])('is left out where they are updated %s', (_name, spec, status) => {
    expect(set(spec, status)).toBeUndefined()
  })
})

test.each<[string, string, object | undefined, string | undefined]>([
  ['a DaemonSet', 'DaemonSet', { updateStrategy: { type: 'OnDelete' } }, 'on-delete'],
  ['a DaemonSet by default', 'DaemonSet', {}, 'rolling'],
  ['a StatefulSet', 'StatefulSet', { podManagementPolicy: 'Parallel' }, 'parallel'],
  ['a DaemonSet without its spec', 'DaemonSet', undefined, undefined],
  ['a ReplicaSet', 'ReplicaSet', {}, undefined],
])('how %s replaces its pods is known from its spec', (_name, kind, spec, update) => {
  expect(narrowOwner({ metadata: { name: 'db', namespace: 'web' }, spec }, kind)?.update).toBe(update)
})

describe('what stalls the rollout of a Deployment', () => {
  const message = 'pods "shop-x" is forbidden: exceeded quota: team'
  const FAILED = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }
  const LATE = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
  test.each<[string, object[], number, object | undefined]>([
    ['refused pods', [LATE, FAILED], 2, { by: 'refused', message }],
    ['its deadline', [LATE], 2, { by: 'late' }],
    ['nothing, while it goes on', [{ ...LATE, status: 'True', reason: 'ReplicaSetUpdated' }], 2, undefined],
    [
      'nothing, while it is paused',
      [{ ...LATE, status: 'Unknown', reason: 'DeploymentPaused' }],
      2,
      undefined,
    ],
    ['pods that it can only not delete', [{ ...FAILED, reason: 'FailedDelete' }], 2, undefined],
    ['nothing that is known of a newer template', [LATE, FAILED], 1, undefined],
  ])('%s', (_name, conditions, observedGeneration, stall) => {
    const metadata = { name: 'shop', namespace: 'web', generation: 2 }
    const raw = { metadata, status: { observedGeneration, conditions } }
    expect(narrowOwner(raw, 'Deployment')?.stall).toEqual(stall)
    expect(narrowOwner(raw, 'StatefulSet')?.stall).toBeUndefined()
  })
})

describe('a Deployment whose ReplicaSet is missing', () => {
  const labels = { 'pod-template-hash': 'a' }
  const workloadOf = async (...others: object[]) => {
    const { metadata } = ownedBy('shop-a')
    const pods = ['p', 'q'].map(name => failing(name, { metadata: { ...(metadata as object), labels } }))
    return diagnose(await readJson(listOf(...pods, ...others))).findings.map(({ workload }) => workload)
  }
  const deployment = {
    ...replicaSet('shop', 'eu'),
    kind: 'Deployment',
    metadata: {
      name: 'shop',
      namespace: 'web',
      uid: 'd',
      ownerReferences: [
        { apiVersion: 'shop.example/v1', kind: 'Shop', name: 'eu', uid: 's', controller: true },
      ],
    },
  }
  const SHOP = { kind: 'Deployment', name: 'shop' }

  test('from a dump is the owner of its pods unless the ReplicaSet is there and says otherwise', async () => {
    expect(await workloadOf()).toEqual([SHOP, SHOP])
    expect(await workloadOf(deployment)).toMatchObject([{ name: 'eu' }, { name: 'eu' }])
    const { ownerReferences: _, ...alone } = replicaSet('shop-a', 'shop').metadata as Record<string, unknown>
    expect(await workloadOf({ ...replicaSet('shop-a', 'shop'), metadata: alone })).toMatchObject([
      { kind: 'ReplicaSet' },
      { kind: 'ReplicaSet' },
    ])
  })

  test("is the owner of its pods even if the ReplicaSet can't be read", async () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-a' }
    const cluster = new SimulatedCluster([
      live.failing('p', { owner, labels }),
      live.failing('q', { owner, labels }),
      live.owned('Deployment', 'shop'),
    ])
    cluster.fail(/replicasets/, 403)
    const snapshot = await readCluster(
      cluster.reader,
      { namespaces: ['web'] },
      { takenAt: '2026-01-01T00:00:00Z' },
    )
    expect(diagnose(snapshot).findings.map(({ workload }) => workload)).toEqual([SHOP, SHOP])
    expect(snapshot.owners).toMatchObject([{ kind: 'Deployment' }, { kind: 'ReplicaSet', derived: true }])
    expect(snapshot.gaps).toMatchObject([{ what: 'replicasets.apps', why: 'forbidden' }])
  })
})
