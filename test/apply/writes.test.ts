/** Single writes to the simulated cluster: Secrets that exist already, budgets that hold back, pods that are no longer the same. */
import { describe, expect, test } from 'vitest'
import type { ApplyContext } from '../../src/apply/apply-context.ts'
import { writePod } from '../../src/apply/write-pod.ts'
import { writeSecret } from '../../src/apply/write-secret.ts'
import type { RecreateBarePod, RecreatePod, UpdateSecret } from '../../src/plan/change.ts'
import type { ApiObject } from '../../src/simulator/cluster/objects.ts'
import { readRollout } from '../../src/source/rollouts.ts'
import { type Before, clientOf } from './in-process-cluster.ts'
import { type Story, story, WANTED } from './story.ts'
import { settle } from './workloads.ts'

function contextOf(of: Story, before: Before = () => {}): ApplyContext {
  const cluster = clientOf(of.server, before)
  return {
    cluster,
    clock: {
      now: () => of.clock.now(),
      sleep: async milliseconds => of.clock.advance(milliseconds / 1000),
    },
    notes: { intent: () => Promise.resolve(), outcome: () => Promise.resolve() },
    run: 'r1',
    dockerConfigJson: WANTED,
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
      detail: 'somebody else changed it meanwhile',
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
  function readyPod(of: Story): RecreatePod {
    const [pod] = of.cluster.list('Pod', 'web')
    const { name = '', uid = '', labels = {} } = pod?.metadata ?? {}
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
    return {
      id: `pod:web/${name}`,
      action: 'recreate-pod',
      target: { apiVersion: 'v1', kind: 'Pod', namespace: 'web', name, uid },
      needs: [],
      managedBy: null,
      reason: { code: 'stuck' },
      method: 'evict',
      controller: { kind: 'ReplicaSet', name: 'shop', uid: '' },
      workload: { kind: 'Deployment', name: 'shop', uid: null },
      selector: null,
      pulls: 1,
    }
  }

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
    const change = { ...readyPod(of), method: 'delete' as const }
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
        get: async (path: string) => {
          const there = { metadata: { uid: change.target.uid } }
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
