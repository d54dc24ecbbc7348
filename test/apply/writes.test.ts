/** Single writes to the simulated cluster: Secrets that exist already, budgets that hold back, pods that are no longer the same. */
import { describe, expect, test } from 'vitest'
import type { ApplyContext } from '../../src/apply/apply-context.ts'
import { manifestOf } from '../../src/apply/pod-manifest.ts'
import { Successors } from '../../src/apply/successor.ts'
import { writePod as writePodWith } from '../../src/apply/write-pod.ts'
import { writeSecret } from '../../src/apply/write-secret.ts'
import { ApiError } from '../../src/kubernetes/api/api-error.ts'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import type { ApiPath } from '../../src/kubernetes/api/paths.ts'
import type {
  PodChange,
  RecreateBarePod,
  RecreatePod,
  RestoreBarePod,
  UpdateSecret,
} from '../../src/plan/change.ts'
import type { ApiObject } from '../../src/simulator/cluster/objects.ts'
import { readRollout } from '../../src/source/live/rollouts.ts'
import { attach } from '../report/plan-samples.ts'
import { type Before, clientOf } from './in-process-cluster.ts'
import { PULL_SECRET, type Story, story, WANTED } from './story.ts'
import { settle } from './workloads.ts'

const writePod = (change: PodChange, context: ApplyContext, dryRun: boolean) =>
  writePodWith(change, context, new Successors([change], context), dryRun)

function contextOf(of: Story, before: Before = () => {}): ApplyContext {
  const cluster = clientOf(of.server, before)
  return {
    cluster,
    clock: {
      now: () => of.clock.now(),
      sleep: async milliseconds => of.clock.advance(milliseconds / 1000),
      after: () => () => {},
    },
    journal: { intent: () => Promise.resolve(), outcome: () => Promise.resolve() },
    run: 'r1',
    pullSecret: PULL_SECRET,
    redact: text => text,
    strict: false,
    pullsLeft: () => Promise.resolve(null),
    interruptedPod: () => Promise.resolve(null),
    deadline: of.clock.now() + 30_000,
    look: subject => readRollout(cluster, subject),
    isHopeless: () => false,
    onProgress: () => {},
  }
}

const HUB_KEY = 'https://index.docker.io/v1/'
const OTHER = { 'ghcr.io': { auth: 'YTpi' } }
const encoded = (text: string) => Buffer.from(text).toString('base64')

function existing(of: Story): { secret: ApiObject; change: UpdateSecret } {
  const secret = of.cluster.add({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'dockercreds', namespace: 'web' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': encoded(JSON.stringify({ auths: OTHER })), extra: 'a2VwdA==' },
  })
  const { uid } = secret.metadata
  const target = { apiVersion: 'v1', kind: 'Secret', namespace: 'web', name: 'dockercreds', uid }
  const reason = { code: 'credential-needed' as const, registries: ['docker.io'] }
  const id = 'secret:web/dockercreds'
  return {
    secret,
    change: {
      id,
      action: 'update-secret',
      target,
      needs: [],
      managedBy: null,
      reason,
      keys: [HUB_KEY],
      ours: true,
    },
  }
}

function dataOf(of: Story): Record<string, string> {
  return of.cluster.get('Secret', 'web', 'dockercreds')?.data as Record<string, string>
}

describe('a Secret that is there already', () => {
  test('gains the keys it lacks, and keeps the others', async () => {
    const of = story()
    const { change } = existing(of)
    expect(await writeSecret(change, contextOf(of), false)).toMatchObject({ status: 'applied' })
    const { '.dockerconfigjson': config = '', extra } = dataOf(of)
    expect(JSON.parse(Buffer.from(config, 'base64').toString())).toEqual({
      auths: { ...OTHER, ...JSON.parse(WANTED).auths },
    })
    expect(extra).toBe('a2VwdA==')
    expect(await writeSecret(change, contextOf(of), false)).toMatchObject({ status: 'unchanged' })
  })

  test('that somebody writes between reading and patching is a conflict, and theirs stays', async () => {
    const of = story()
    const { change } = existing(of)
    const theirs = encoded(JSON.stringify({ auths: { 'quay.io': { auth: 'YTpi' } } }))
    const context = contextOf(of, ({ method }) => {
      if (method !== 'PATCH') return
      of.cluster.change('Secret', 'web', 'dockercreds', secret => {
        secret.data = { '.dockerconfigjson': theirs }
      })
    })
    expect(await writeSecret(change, context, false)).toMatchObject({
      status: 'conflict',
      reason: { code: 'changed-meanwhile' },
    })
    expect(dataOf(of)).toEqual({ '.dockerconfigjson': theirs })
  })

  test('under the name of another is a conflict, and stays', async () => {
    const of = story()
    const { change } = existing(of)
    const { ours: _, ...rest } = change
    const create = { ...rest, action: 'create-secret' as const }
    expect(await writeSecret(create, contextOf(of), false)).toMatchObject({ status: 'conflict' })
    expect(Object.keys(dataOf(of))).toContain('extra')
  })
})

describe('a pod', () => {
  function stuckPod(of: Story): RecreatePod {
    const [pod] = of.cluster.list('Pod', 'web')
    const { name = '', uid = '' } = pod?.metadata ?? {}
    return {
      id: `pod:web/${name}`,
      action: 'recreate-pod',
      target: { apiVersion: 'v1', kind: 'Pod', namespace: 'web', name, uid },
      needs: [],
      managedBy: null,
      reason: { code: 'stuck' },
      method: 'delete',
      controller: { kind: 'ReplicaSet', name: 'shop', uid: '' },
      workload: { kind: 'Deployment', name: 'shop', uid: null },
      selector: null,
      pulls: 1,
    }
  }

  function readyPod(of: Story): RecreatePod {
    const change = stuckPod(of)
    const { name } = change.target
    const { labels = {} } = of.cluster.get('Pod', 'web', name)?.metadata ?? {}
    of.cluster.change('Pod', 'web', name, copy => {
      copy.status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
    })
    of.cluster.add({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'shop', namespace: 'web' },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
      status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
    })
    return { ...change, method: 'evict' }
  }

  const isThere = (of: Story, { target }: RecreatePod) => {
    const pod = of.cluster.get('Pod', 'web', target.name)
    return pod?.metadata.uid === target.uid && pod?.metadata.deletionTimestamp === undefined
  }
  /** Its image has come. */
  const heal = (of: Story, { target }: RecreatePod) =>
    of.cluster.change('Pod', 'web', target.name, copy => {
      const running = { name: 'app', imageID: 'nginx@sha256:1', ready: true, state: { running: {} } }
      copy.status = { phase: 'Running', containerStatuses: [running] }
    })
  const touch = (of: Story, { target }: RecreatePod) =>
    of.cluster.change('Pod', 'web', target.name, copy => {
      copy.metadata.annotations = { ...copy.metadata.annotations, seen: String(of.clock.now()) }
      of.clock.advance(1)
    })

  test('that has got its image since the plan was made is left alone, and under a saved plan that is stale', async () => {
    const of = story()
    const change = stuckPod(of)
    heal(of, change)
    const left = { status: 'unchanged', reason: { code: 'healed' } }
    for (const dryRun of [true, false])
      expect(await writePod(change, contextOf(of), dryRun)).toMatchObject(left)
    const strict = { ...contextOf(of), strict: true }
    expect(await writePod(change, strict, true)).toMatchObject({ ...left, status: 'conflict' })
    expect(isThere(of, change)).toBe(true)
  })

  test('that gets its image between the last look and the deletion is left alone', async () => {
    const of = story()
    const change = stuckPod(of)
    const context = contextOf(of, ({ method }) => {
      if (method === 'DELETE') heal(of, change)
    })
    expect(await writePod(change, context, false)).toMatchObject({ status: 'unchanged' })
    expect(isThere(of, change)).toBe(true)
  })

  test('whose status moves on while it is looked at is taken all the same', async () => {
    const of = story()
    const change = stuckPod(of)
    let moves = 2
    const context = contextOf(of, ({ method }) => {
      if (method === 'DELETE' && moves-- > 0) touch(of, change)
    })
    expect(await writePod(change, context, false)).toMatchObject({ status: 'applied' })
    expect(isThere(of, change)).toBe(false)
  })

  test('that has become ready and lacks an image is evicted, whatever the plan said', async () => {
    const of = story()
    const change = { ...readyPod(of), method: 'delete' as const }
    expect(await writePod(change, contextOf(of), false)).toMatchObject({
      status: 'refused',
      detail: expect.stringContaining('disruption budget'),
    })
    expect(isThere(of, change)).toBe(true)
  })

  describe('is left alone where the server would refuse its successor', () => {
    const refusing = (of: Story, message: string, asked: (body: string) => void = () => {}): ApplyContext => {
      const context = contextOf(of)
      const create: ApplyContext['cluster']['create'] = (path, object) => {
        asked(JSON.stringify(object))
        return Promise.reject(
          new ApiError({ status: 403, reason: 'Forbidden', message, method: 'POST', path }),
        )
      }
      return { ...context, cluster: { ...context.cluster, create } }
    }

    test.each([
      'pods "x" is forbidden: violates PodSecurity "restricted:latest"',
      'pods "x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=1',
      'Internal error occurred: failed calling webhook "dead.example.com"',
    ])('%s', async message => {
      const of = story()
      const change = stuckPod(of)
      for (const dryRun of [true, false]) {
        const outcome = await writePod(change, refusing(of, message), dryRun)
        expect(outcome).toMatchObject({ status: 'refused', detail: expect.stringContaining(message) })
      }
      expect(isThere(of, change)).toBe(true)
    })

    test.each([
      'pods "x" is forbidden: exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1',
      'exceeded quota: q, requested: cpu=500m,memory=1Gi, used: cpu=1,memory=1Gi, limited: cpu=1000m,memory=1Gi',
    ])('and not where a full quota has room once it is gone: %s', async message => {
      const of = story()
      expect(await writePod(stuckPod(of), refusing(of, message), true)).toMatchObject({ status: 'accepted' })
    })

    test('asked once for all pods of a controller, with the pull secrets that it will have', async () => {
      const of = story()
      const change = { ...stuckPod(of), needs: ['serviceaccount:web/default'] }
      const account = attach('web', 'default')
      const asked: string[] = []
      const context = refusing(of, 'no', body => void asked.push(body))
      const successors = new Successors([account, change], context)
      for (const id of ['one', 'other']) await writePodWith({ ...change, id }, context, successors, false)
      expect(asked).toHaveLength(1)
      expect(JSON.parse(asked[0] ?? '').spec.imagePullSecrets).toEqual([
        { name: 'regcred' },
        { name: 'dockercreds' },
      ])
    })
  })

  test('that a disruption budget holds back is asked for until the time is up, and stays', async () => {
    const of = story()
    const change = readyPod(of)
    const began = of.clock.now()
    expect(await writePod(change, contextOf(of), false)).toMatchObject({ status: 'refused' })
    expect(of.clock.now() - began).toBeGreaterThanOrEqual(25_000)
    expect(of.cluster.get('Pod', 'web', change.target.name)?.metadata.deletionTimestamp).toBeUndefined()
  })

  test('that a webhook protects stays, with the webhook in its own words', async () => {
    const of = story()
    const change = stuckPod(of)
    of.server.faults.when(({ method }) => method === 'DELETE', 403)
    const outcome = await writePod(change, contextOf(of), false)
    expect(outcome).toMatchObject({ status: 'refused', detail: expect.stringContaining('forbidden') })
  })

  test('that is gone already has made room as it should', async () => {
    const of = story()
    const change = { ...readyPod(of), method: 'delete' as const }
    of.cluster.remove('Pod', 'web', change.target.name, { gracePeriodSeconds: 0 })
    expect(await writePod(change, contextOf(of), false)).toMatchObject({ status: 'unchanged' })
  })

  test('of the same name with another uid is not touched', async () => {
    const of = story()
    const change = { ...readyPod(of), method: 'delete' as const }
    const other = { ...change, target: { ...change.target, uid: 'another' } }
    expect(await writePod(other, contextOf(of), false)).toMatchObject({ status: 'unchanged' })
    expect(of.cluster.get('Pod', 'web', change.target.name)?.metadata.deletionTimestamp).toBeUndefined()
  })
})

describe('a bare pod that is deleted and made again', () => {
  /** Pods end while it waits. */
  const inMotion = (of: Story): ApplyContext => {
    const context = contextOf(of)
    const sleep = async (milliseconds: number) => {
      await context.clock.sleep(milliseconds)
      settle(of.cluster)
    }
    return { ...context, clock: { ...context.clock, sleep } }
  }
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'batch', uid: 'uid-of-batch' }

  function barePod(of: Story): RecreateBarePod {
    of.cluster.change('Pod', 'api', 'bare', ({ metadata }) => {
      metadata.ownerReferences = [owner]
    })
    const { uid = '' } = of.cluster.get('Pod', 'api', 'bare')?.metadata ?? {}
    return {
      id: 'pod:api/bare',
      action: 'recreate-bare-pod',
      target: { apiVersion: 'v1', kind: 'Pod', namespace: 'api', name: 'bare', uid },
      needs: [],
      managedBy: null,
      reason: { code: 'stuck' },
      method: 'delete',
      secretName: 'dockercreds',
      pulls: 1,
    }
  }

  function owed(of: Story): { change: RestoreBarePod; context: ApplyContext } {
    const { id, target, needs, managedBy } = barePod(of)
    const pod = of.cluster.get('Pod', 'api', 'bare')
    of.cluster.remove('Pod', 'api', 'bare')
    const context = inMotion(of)
    const slow = {
      ...context,
      // It ends half a minute later, however often it is looked at.
      clock: {
        ...context.clock,
        sleep: async (milliseconds: number) => of.clock.advance(milliseconds / 1000),
      },
      interruptedPod: async () => manifestOf(pod as unknown as KubernetesObject, null),
    }
    const ending = { uid: target.uid ?? '', until: '2026-11-24T10:00:30Z' }
    const reason = { code: 'interrupted' as const, run: 'r' }
    const change = {
      id,
      target: { ...target, uid: null },
      needs,
      managedBy,
      reason,
      run: 'r',
      ending,
      pulls: 0,
    }
    return { change: { ...change, action: 'restore-bare-pod' }, context: slow }
  }

  test('and was left to end by a killed run is waited for and put back', async () => {
    const of = story()
    const { change, context } = owed(of)
    expect(await writePod(change, context, true)).toMatchObject({ status: 'accepted' })
    const { sleep } = context.clock
    const clock = {
      ...context.clock,
      sleep: async (milliseconds: number) => {
        await sleep(milliseconds)
        if (of.clock.now() >= Date.parse(change.ending?.until ?? '')) settle(of.cluster)
      },
    }
    expect(await writePod(change, { ...context, clock }, false)).toMatchObject({ status: 'applied' })
    expect(of.cluster.get('Pod', 'api', 'bare')?.metadata.uid).not.toBe(change.ending?.uid)
  })

  test('and does not end at all is still owed, with the moment at which it should have', async () => {
    const of = story()
    const { change, context } = owed(of)
    expect(await writePod(change, context, false)).toMatchObject({
      status: 'failed',
      reason: { code: 'not-ended', finalizer: null, until: '2026-11-24T10:00:30Z' },
    })
  })

  test('that a finalizer may keep is not deleted', async () => {
    const of = story()
    const change = barePod(of)
    of.cluster.change('Pod', 'api', 'bare', ({ metadata }) => {
      metadata.finalizers = ['example.com/hold']
    })
    for (const dryRun of [true, false]) {
      expect(await writePod(change, inMotion(of), dryRun)).toMatchObject({
        status: 'refused',
        reason: expect.objectContaining({ finalizer: 'example.com/hold' }),
      })
    }
    expect(of.cluster.get('Pod', 'api', 'bare')?.metadata).not.toHaveProperty('deletionTimestamp')
  })

  test('stays on the node that its author chose for it', async () => {
    const of = story()
    const change = barePod(of)
    of.cluster.change('Pod', 'api', 'bare', ({ metadata }) => {
      const fieldsV1 = { 'f:spec': { 'f:nodeName': {} } }
      Object.assign(metadata, { managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsV1 }] })
    })
    expect(await writePod(change, inMotion(of), false)).toMatchObject({ status: 'applied' })
    expect(of.cluster.get('Pod', 'api', 'bare')?.spec).toMatchObject({ nodeName: 'node-1' })
  })

  test('keeps its owners, and is no longer on the node it was on', async () => {
    const of = story()
    expect(await writePod(barePod(of), inMotion(of), false)).toMatchObject({ status: 'applied' })
    const pod = of.cluster.get('Pod', 'api', 'bare')
    expect(pod?.metadata.ownerReferences).toEqual([owner])
    expect(pod?.spec).toMatchObject({ imagePullSecrets: [{ name: 'dockercreds' }] })
    expect(pod?.spec).not.toHaveProperty('nodeName')
  })

  test('comes back though Ctrl-C is hit while it ends, and though that takes longer than the timeout', async () => {
    const of = story()
    const change = barePod(of)
    const stop = new AbortController()
    const ended = of.clock.now() + 40_000
    const cluster = clientOf(of.server)
    const context = {
      ...inMotion(of),
      deadline: 0,
      signal: stop.signal,
      cluster: {
        ...cluster,
        // It ends slowly: until then it is still there.
        get: async <T>(path: ApiPath<T>) => {
          const there = { metadata: { uid: change.target.uid } } as T
          return stop.signal.aborted && of.clock.now() < ended ? there : cluster.get(path)
        },
        delete: async (...call: Parameters<typeof cluster.delete>) => {
          await cluster.delete(...call)
          stop.abort('SIGINT')
        },
      },
    }
    expect(await writePod(change, context, false)).toMatchObject({ status: 'applied' })
    expect(of.cluster.get('Pod', 'api', 'bare')?.metadata.uid).not.toBe(change.target.uid)
  })
})
