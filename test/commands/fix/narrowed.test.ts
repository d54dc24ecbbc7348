/**
 * A fix of named workloads or labels writes nothing that belongs to others, and writes the same for its own pods as a fix of the whole
 * namespace.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFixFacts, readWritable } from '../../../src/commands/fix/fix-facts.ts'
import type { FixOptions, FixSession } from '../../../src/commands/fix/session.ts'
import type { Change } from '../../../src/plan/change.ts'
import { makePlan } from '../../../src/plan/make-plan.ts'
import { changeOutside, type Plan } from '../../../src/plan/plan.ts'
import { ApiServer } from '../../../src/simulator/api-server/server.ts'
import { Clock } from '../../../src/simulator/cluster/clock.ts'
import { Cluster } from '../../../src/simulator/cluster/cluster.ts'
import { kindNamed } from '../../../src/simulator/cluster/kinds.ts'
import { Reading } from '../../../src/source/live/reading.ts'
import { clientOf } from '../../apply/in-process-cluster.ts'
import { sessionWith } from './session.ts'

/** One workload of the random cluster, or a bare pod. */
interface Made {
  kind: 'Deployment' | 'StatefulSet' | 'CronJob' | 'Pod'
  namespace: string
  name: string
  account: string
  /** The pull secrets of the template; null if it has no list. */
  list: string[] | null
  image: string
  /** For each pod, whether it is running. */
  running: boolean[]
}

const LIMITED =
  '429 Too Many Requests - toomanyrequests: You have reached your unauthenticated pull rate limit'
const IMAGES: Record<string, string> = {
  'nginx:1.27': `failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/1: ${LIMITED}`,
  'ghcr.io/acme/api:1':
    'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
  'nginx:typo': 'docker.io/library/nginx:typo: not found',
}
const ACCOUNTS = ['default', 'robot', 'runner']

const made = fc.record<Made>({
  kind: fc.constantFrom('Deployment', 'StatefulSet', 'CronJob', 'Pod'),
  namespace: fc.constantFrom('web', 'api'),
  name: fc.constantFrom('shop', 'cart', 'db', 'night', 'orders'),
  account: fc.constantFrom(...ACCOUNTS),
  list: fc.constantFrom(null, null, ['own'], ['dockercreds']),
  image: fc.constantFrom(...Object.keys(IMAGES)),
  running: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
})

const choice = fc.record({
  all: fc.uniqueArray(made, { minLength: 1, maxLength: 7, selector: one => `${one.namespace}/${one.name}` }),
  /** Which workloads are named, and whether by a pod. */
  named: fc.array(fc.record({ at: fc.nat(6), byPod: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  /** By names or labels; a label that only one pod has selects a part of a workload. */
  by: fc.constantFrom('name', 'label', 'label-of-one-pod'),
  secrets: fc.subarray(['web', 'api']),
  withPolicy: fc.boolean(),
  bare: fc.boolean(),
})

const nameOf = (one: Made, index: number) => (one.kind === 'Pod' ? one.name : `${one.name}-x-${index}`)

function clusterOf(all: Made[], secrets: string[]): Cluster {
  const cluster = new Cluster(new Clock(() => Date.parse('2026-11-24T12:00:00Z')))
  const put = (object: { kind: string; metadata: object } & Record<string, unknown>) =>
    cluster.store.put(kindNamed(object.kind), structuredClone(object) as never)
  for (const namespace of ['web', 'api']) {
    cluster.addNamespace(namespace)
    for (const name of ACCOUNTS.slice(1))
      cluster.add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
  }
  const type = 'kubernetes.io/dockerconfigjson'
  for (const namespace of secrets) {
    const data = {
      '.dockerconfigjson': Buffer.from('{"auths":{"quay.io":{"auth":"YTpi"}}}').toString('base64'),
    }
    put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'dockercreds', namespace, uid: `s-${namespace}`, resourceVersion: '1' },
      type,
      data,
    })
  }
  for (const one of all) for (const object of objectsOf(one)) put(object)
  return cluster
}

function objectsOf(one: Made) {
  const { kind, namespace, name, account, list, image, running } = one
  const spec = {
    serviceAccountName: account,
    ...(list && { imagePullSecrets: list.map(each => ({ name: each })) }),
    containers: [{ name: 'app', image, imagePullPolicy: 'Always' }],
  }
  const labels = { app: name }
  const stored = (of: string, more: object = {}) => ({
    namespace,
    name: of,
    uid: `${namespace}-${of}-${kind}`,
    resourceVersion: '1',
    ...more,
  })
  const template = { metadata: { labels }, spec }
  const by = (apiVersion: string, owner: string, of: string) => ({
    ownerReferences: [
      { apiVersion, kind: owner, name: of, uid: `${namespace}-${of}-${kind}`, controller: true },
    ],
  })
  const apps = { apiVersion: 'apps/v1' }
  const selector = { matchLabels: labels }
  const replicas = running.length
  const above = {
    Deployment: () => [
      { ...apps, kind: 'Deployment', metadata: stored(name), spec: { replicas, selector, template } },
      {
        ...apps,
        kind: 'ReplicaSet',
        metadata: stored(`${name}-x`, by('apps/v1', 'Deployment', name)),
        spec: { replicas, selector, template },
      },
    ],
    StatefulSet: () => [
      { ...apps, kind: 'StatefulSet', metadata: stored(name), spec: { replicas, selector, template } },
    ],
    CronJob: () => [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: stored(name),
        spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template } } },
      },
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: stored(`${name}-x`, by('batch/v1', 'CronJob', name)),
        spec: { backoffLimit: 6, template },
      },
    ],
    Pod: () => [],
  }[kind]()
  const owner = {
    Deployment: by('apps/v1', 'ReplicaSet', `${name}-x`),
    StatefulSet: by('apps/v1', 'StatefulSet', name),
    CronJob: by('batch/v1', 'Job', `${name}-x`),
    Pod: {},
  }[kind]
  const pods = (kind === 'Pod' ? running.slice(0, 1) : running).map((runs, index) => {
    const pod = nameOf(one, index)
    const state = runs
      ? { running: {} }
      : {
          waiting: {
            reason: 'ImagePullBackOff',
            message: `Back-off pulling image "${image}": ErrImagePull: failed to pull and unpack image "${image}": ${IMAGES[image]}`,
          },
        }
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: stored(pod, {
        labels: { ...labels, pod, ...(kind === 'CronJob' && { 'job-name': `${name}-x` }) },
        creationTimestamp: '2026-11-24T08:00:00Z',
        ...owner,
      }),
      spec: { ...spec, nodeName: 'node-1' },
      status: {
        phase: runs ? 'Running' : 'Pending',
        containerStatuses: [{ name: 'app', ready: runs, imageID: '', state }],
      },
    }
  })
  return [...above, ...pods]
}

const CREDENTIALS = [
  { registry: 'docker.io', key: 'https://index.docker.io/v1/', username: 'alice', origin: 'a file' },
  { registry: 'ghcr.io', key: 'ghcr.io', username: 'joe', origin: 'a file' },
]

async function planned(cluster: Cluster, options: Partial<FixOptions>, withPolicy: boolean): Promise<Plan> {
  const session = sessionWith(options, {})
  const progress = async () => ({ update: () => {}, stop: () => {} })
  Object.assign(session.context, {
    now: () => new Date('2026-11-24T12:00:00Z'),
    progress,
    signal: new AbortController().signal,
  })
  const client = clientOf(new ApiServer(cluster))
  const whole: FixSession = {
    ...session,
    cluster: client,
    reading: new Reading(client),
    clusterUid: 'c',
    journals: ['/nowhere/runs'],
  }
  const facts = await readFixFacts(whole)
  const remedies = new Set([
    'authenticate',
    'recreate',
    ...(withPolicy ? (['pull-policy'] as const) : []),
  ] as const)
  const fixObjects = await readWritable(whole, facts, remedies, CREDENTIALS as never)
  const { scope, snapshot, diagnosis } = facts
  return makePlan({
    createdAt: '2026-11-24T12:00:00Z',
    cluster: { server: 'https://127.0.0.1', context: 'test' },
    ...{ scope, snapshot, diagnosis, fixObjects, remedies },
    secretName: 'dockercreds',
    recreateBarePods: whole.options.recreateBarePods,
    allowManaged: false,
    overwriteSecret: true,
    replacements: [],
    credentials: CREDENTIALS,
    missing: [],
    named: [],
    unnamed: [],
    unproven: [],
    images: new Map(),
  })
}

const idOf = ({ action, id }: Change) => `${action} ${id}`

/** Returns the workload that the change belongs to, as `namespace/name`; null for objects that workloads share. */
function ownerOf({ target, action }: Change, all: Made[]): string | null {
  if (action === 'patch-template') return `${target.namespace}/${target.name}`
  if (target.kind !== 'Pod') return null
  const owner = all.find(
    one =>
      one.namespace === target.namespace &&
      one.running.some((_, index) => nameOf(one, index) === target.name),
  )
  return `${target.namespace}/${owner?.name}`
}

/** Whether its pods fail for lack of a login that they could get from their service account. */
const needsAccount = ({ list, image, running }: Made) =>
  list === null && image !== 'nginx:typo' && running.includes(false)

test('a narrowed fix plans what the whole one plans for its workloads, and nothing beside that', async () => {
  await fc.assert(
    fc.asyncProperty(choice, async ({ all, named, by, secrets, withPolicy, bare }) => {
      const chosen = named.map(({ at, byPod }) => ({ one: all[at % all.length] as Made, byPod }))
      const namespace = chosen[0]?.one.namespace ?? ''
      const there = chosen.filter(({ one }) => one.namespace === namespace)
      const meant = new Set(there.map(({ one }) => `${namespace}/${one.name}`))
      const failing = new Set(
        there.flatMap(({ one: { name, running } }) =>
          (by === 'label-of-one-pod' ? running.slice(0, 1) : running).includes(false)
            ? `${namespace}/${name}`
            : [],
        ),
      )
      const narrow: Partial<FixOptions> =
        by === 'name'
          ? {
              names: there.map(({ one, byPod }) =>
                byPod || one.kind === 'Pod' ? nameOf(one, 0) : `${one.kind.toLowerCase()}/${one.name}`,
              ),
            }
          : {
              selector:
                by === 'label'
                  ? `app in (${there.map(({ one }) => one.name).join(',')})`
                  : `pod in (${there.map(({ one }) => nameOf(one, 0)).join(',')})`,
            }
      const options = {
        allNamespaces: false,
        namespaces: [namespace],
        connection: { namespace },
        recreateBarePods: bare,
      }
      const wide = await planned(clusterOf(all, secrets), options, withPolicy)
      const plan = await planned(clusterOf(all, secrets), { ...options, ...narrow }, withPolicy)

      expect(changeOutside(plan.scope, plan.changes)).toBeNull()
      const own = all.filter(one => meant.has(`${one.namespace}/${one.name}`))
      for (const change of plan.changes) {
        expect(change.target.namespace).toBe(namespace)
        const owner = ownerOf(change, all)
        if (owner !== null) expect(meant).toContain(owner)
        if (owner !== null && by === 'label-of-one-pod') expect(change.action).toBe('recreate-bare-pod')
        if (change.action === 'patch-serviceaccount')
          expect(own.filter(needsAccount).map(({ account }) => account)).toContain(change.target.name)
        if ('keys' in change)
          for (const key of change.keys)
            expect(own.some(({ image }) => image.startsWith('ghcr.io') === (key === 'ghcr.io'))).toBe(true)
      }
      // Every pod and template that the whole fix changes for them is also changed or declined.
      const ids = plan.changes.map(idOf)
      const declined = plan.declined.flatMap(one =>
        'target' in one ? `${one.target.namespace}/${one.target.name}` : [],
      )
      for (const change of wide.changes) {
        const owner = ownerOf(change, all)
        // A label that only a running pod has selects nothing to fix.
        if (owner === null || !failing.has(owner)) continue
        if (!ids.includes(idOf(change))) expect(declined).toContain(owner)
      }
      // No change lacks one that it depends on.
      const known = new Set(plan.changes.map(({ id }) => id))
      for (const change of plan.changes) for (const need of change.needs) expect(known).toContain(need)
    }),
    { numRuns: 25 },
  )
})
