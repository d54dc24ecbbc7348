/** Single writes to the simulated cluster: existing Secrets, disruption budgets, and pods that have changed since. */

import { describe, expect, test } from 'vitest'
import type { ApplyContext } from '../../src/apply/apply-context.ts'
import type { Run } from '../../src/apply/journal/run.ts'
import { isUncertain } from '../../src/apply/server-view.ts'
import { manifestOf, Successors } from '../../src/apply/successor.ts'
import { writePatch, writeSecret } from '../../src/apply/write-object.ts'
import { writePod as writePodWith } from '../../src/apply/write-pod.ts'
import { UnreachableError } from '../../src/errors.ts'
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
import { patchOf } from '../../src/plan/patch.ts'
import type { Fault } from '../../src/simulator/api-server/faults.ts'
import type { ApiObject } from '../../src/simulator/cluster/objects.ts'
import { attach } from '../report/plan-samples.ts'
import { type Before, clientOf, contextOn } from './in-process-cluster.ts'
import { type Story, story, WANTED } from './story.ts'
import { settle } from './workloads.ts'

test.each([
  [[400, 403, 404, 409, 422, 429], false],
  [[500, 502, 503, 504], true],
])(
  'a write that is answered with one of %j may have taken effect: %s; without an answer it always may',
  (statuses, may) => {
    const answer = (status: number) =>
      new ApiError({ status, reason: '', message: '', method: 'PATCH', path: '/' })
    expect(statuses.map(status => isUncertain(answer(status)))).toEqual(statuses.map(() => may))
    expect(isUncertain(new UnreachableError('reset'))).toBe(true)
  },
)

const writePod = (change: PodChange, context: ApplyContext, dryRun: boolean) =>
  writePodWith(change, { ...context, dryRun }, new Successors([change], context))

const contextOf = (of: Story, before?: Before) => contextOn(of, clientOf(of.server, before), 30)

const HUB_KEY = 'https://index.docker.io/v1/'
const OTHER = { 'ghcr.io': { auth: 'YTpi' } }
const BASE = { needs: [], managedBy: null }
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
    change: { ...BASE, id, action: 'update-secret', target, reason, keys: [HUB_KEY], ours: true },
  }
}

function dataOf(of: Story): Record<string, string> {
  return of.cluster.get('Secret', 'web', 'dockercreds')?.data as Record<string, string>
}

describe('an existing Secret', () => {
  test('gets the keys it lacks and keeps the others', async () => {
    const of = story()
    const { change } = existing(of)
    expect(await writeSecret(change, contextOf(of))).toMatchObject({ status: 'applied' })
    const { '.dockerconfigjson': config = '', extra } = dataOf(of)
    expect(JSON.parse(Buffer.from(config, 'base64').toString())).toEqual({
      auths: { ...OTHER, ...JSON.parse(WANTED).auths },
    })
    expect(extra).toBe('a2VwdA==')
    expect(await writeSecret(change, contextOf(of))).toMatchObject({ status: 'unchanged' })
  })

  test('gives away none of its logins, whatever the answer quotes', async () => {
    const of = story()
    const { change } = existing(of)
    const context = contextOf(of, ({ method }) => {
      if (method === 'PATCH') of.server.warnings.push(`saw ${dataOf(of)['.dockerconfigjson']} and YTpi`)
    })
    await writeSecret(change, context)
    expect(context.cluster.warnings()).toEqual(['saw [redacted]== and [redacted]'])
  })

  test('that someone else writes between read and patch is a conflict, and their change stays', async () => {
    const of = story()
    const { change } = existing(of)
    const theirs = encoded(JSON.stringify({ auths: { 'quay.io': { auth: 'YTpi' } } }))
    const context = contextOf(of, ({ method }) => {
      if (method !== 'PATCH') return
      of.cluster.change('Secret', 'web', 'dockercreds', secret => {
        secret.data = { '.dockerconfigjson': theirs }
      })
    })
    expect(await writeSecret(change, context)).toMatchObject({
      status: 'conflict',
      reason: { code: 'changed-meanwhile' },
    })
    expect(dataOf(of)).toEqual({ '.dockerconfigjson': theirs })
  })

  test('with the login of another account, which the plan does not show, is a conflict and stays unchanged', async () => {
    const of = story()
    const { change } = existing(of)
    const auths = { [HUB_KEY]: { auth: encoded('bob:theirs') }, 'quay.io': { auth: 'unreadable!' } }
    const theirs = encoded(JSON.stringify({ auths }))
    of.cluster.change('Secret', 'web', 'dockercreds', secret => {
      secret.data = { '.dockerconfigjson': theirs }
    })
    const conflict = { status: 'conflict', reason: { code: 'changed-meanwhile' } }
    const bob = { key: HUB_KEY, username: 'bob' }
    expect(await writeSecret(change, contextOf(of))).toMatchObject(conflict)
    expect(await writeSecret({ ...change, replaces: [bob] }, contextOf(of))).toMatchObject(conflict)
    expect(dataOf(of)).toEqual({ '.dockerconfigjson': theirs })
    const shown = { ...change, replaces: [bob, { key: 'quay.io', username: null }] }
    expect(await writeSecret(shown, contextOf(of))).toMatchObject({ status: 'applied' })
  })

  test('that belongs to someone else is a conflict and stays unchanged', async () => {
    const of = story()
    const { change } = existing(of)
    const { ours: _, ...rest } = change
    const create = { ...rest, action: 'create-secret' as const }
    expect(await writeSecret(create, contextOf(of))).toMatchObject({ status: 'conflict' })
    expect(Object.keys(dataOf(of))).toContain('extra')
  })
})

describe('a write that an admission webhook changes back', () => {
  /** A server that stores everything except what pullguard adds. */
  const altering = (context: ApplyContext): ApplyContext => ({
    ...context,
    cluster: {
      ...context.cluster,
      create: (path, object, options) =>
        context.cluster.create(path, { ...object, data: { '.dockerconfigjson': encoded('{}') } }, options),
      jsonPatch: (path, operations, options) =>
        context.cluster.jsonPatch(
          path,
          operations.filter(({ op }) => op === 'test'),
          options,
        ),
    },
  })
  const target = { apiVersion: 'v1', kind: 'Secret', namespace: 'web', name: 'dockercreds', uid: null }
  const create = {
    ...BASE,
    id: 'secret:web/dockercreds',
    action: 'create-secret' as const,
    target,
    reason: { code: 'credential-needed' as const, registries: ['docker.io'] },
    keys: [HUB_KEY],
  }

  test.each([
    // What a dry run shows is not tried; after a write, an undo has to look for what is left.
    [true, 'refused'],
    [false, 'failed'],
  ])('does not count as written (dry run: %s)', async (dryRun, status) => {
    const altered = { status, reason: { code: 'altered-at-admission' } }
    const of = story()
    const context = { ...altering(contextOf(of)), dryRun }
    const account = of.cluster.get('ServiceAccount', 'web', 'default')
    const before = account?.imagePullSecrets as { name: string }[]
    const uid = account?.metadata.uid ?? ''
    const { edits, ...attached } = attach('web')
    const fitting = edits.map(edit => (edit.field === 'imagePullSecrets' ? { ...edit, before } : edit))
    const change = {
      ...attached,
      target: { ...attached.target, uid },
      edits: fitting,
      patch: patchOf(uid, null, fitting),
    }
    expect(await writePatch(change, context)).toMatchObject(altered)
    expect(await writeSecret(create, context)).toMatchObject(altered)
  })

  test('of an existing Secret does not count as written, either', async () => {
    const of = story()
    const { change } = existing(of)
    const outcome = await writeSecret(change, altering(contextOf(of)))
    expect(outcome).toMatchObject({ status: 'failed', reason: { code: 'altered-at-admission' } })
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
      const waiting = { name: 'app', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }
      const conditions = [{ type: 'Ready', status: 'True' }]
      copy.status = { phase: 'Running', conditions, containerStatuses: [waiting] }
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
  /** Its image was pulled. */
  const pullImage = (of: Story, { target }: RecreatePod) =>
    of.cluster.change('Pod', 'web', target.name, copy => {
      const running = { name: 'app', imageID: 'nginx@sha256:1', ready: true, state: { running: {} } }
      copy.status = { phase: 'Running', containerStatuses: [running] }
    })
  const touch = (of: Story, { target }: RecreatePod) =>
    of.cluster.change('Pod', 'web', target.name, copy => {
      copy.metadata.annotations = { ...copy.metadata.annotations, seen: String(of.clock.now()) }
      of.clock.advance(1)
    })

  test('that has pulled its image since planning is left alone, and makes a saved plan stale', async () => {
    const of = story()
    const change = stuckPod(of)
    pullImage(of, change)
    const left = { status: 'unchanged', reason: { code: 'healed' } }
    for (const dryRun of [true, false])
      expect(await writePod(change, contextOf(of), dryRun)).toMatchObject(left)
    const strict = { ...contextOf(of), strict: true }
    expect(await writePod(change, strict, true)).toMatchObject({ ...left, status: 'conflict' })
    expect(isThere(of, change)).toBe(true)
  })

  test('that pulls its image between the last check and the deletion is left alone', async () => {
    const of = story()
    const change = stuckPod(of)
    const context = contextOf(of, ({ method }) => {
      if (method === 'DELETE') pullImage(of, change)
    })
    expect(await writePod(change, context, false)).toMatchObject({ status: 'unchanged' })
    expect(isThere(of, change)).toBe(true)
  })

  test('whose status changes during the check is deleted all the same', async () => {
    const of = story()
    const change = stuckPod(of)
    let moves = 2
    const context = contextOf(of, ({ method }) => {
      if (method === 'DELETE' && moves-- > 0) touch(of, change)
    })
    expect(await writePod(change, context, false)).toMatchObject({ status: 'applied' })
    expect(isThere(of, change)).toBe(false)
  })

  test('that is ready but lacks an image is evicted, whatever the plan says', async () => {
    const of = story()
    const change = { ...readyPod(of), method: 'delete' as const }
    expect(await writePod(change, contextOf(of), false)).toMatchObject({
      status: 'refused',
      detail: expect.stringContaining('disruption budget'),
    })
    expect(isThere(of, change)).toBe(true)
  })

  describe('is left alone if the server would refuse its successor', () => {
    const refusing = (
      of: Story,
      message: string,
      { status = 403, asked = () => {} }: { status?: number; asked?: (body: string) => void } = {},
    ): ApplyContext => {
      const context = contextOf(of)
      const create: ApplyContext['cluster']['create'] = (path, object) => {
        asked(JSON.stringify(object))
        return Promise.reject(new ApiError({ status, reason: 'Forbidden', message, method: 'POST', path }))
      }
      return { ...context, cluster: { ...context.cluster, create } }
    }

    test.each<[string, number]>([
      ['pods "x" is forbidden: violates PodSecurity "restricted:latest"', 403],
      ['pods "x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=1', 403],
      ['Internal error occurred: failed calling webhook "dead.example.com"', 500],
    ])('%s', async (message, status) => {
      const of = story()
      const change = stuckPod(of)
      for (const dryRun of [true, false]) {
        const outcome = await writePod(change, refusing(of, message, { status }), dryRun)
        expect(outcome).toMatchObject({ status: 'refused', detail: expect.stringContaining(message) })
      }
      expect(isThere(of, change)).toBe(true)
    })

    test.each([
      'pods "x" is forbidden: exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1',
      'exceeded quota: q, requested: cpu=500m,memory=1Gi, used: cpu=1,memory=1Gi, limited: cpu=1000m,memory=1Gi',
    ])('but not if a full quota has room once the pod is gone: %s', async message => {
      const of = story()
      expect(await writePod(stuckPod(of), refusing(of, message), true)).toMatchObject({ status: 'accepted' })
    })

    test('needs one successor check for all pods of a controller, with the pull secrets they will have', async () => {
      const of = story()
      const change = { ...stuckPod(of), needs: ['serviceaccount:web/default'] }
      const account = attach('web', 'default')
      const asked: string[] = []
      const context = refusing(of, 'no', { asked: body => void asked.push(body) })
      const successors = new Successors([account, change], context)
      for (const id of ['one', 'other']) await writePodWith({ ...change, id }, context, successors)
      expect(asked).toHaveLength(1)
      expect(JSON.parse(asked[0] ?? '').spec.imagePullSecrets).toEqual([
        { name: 'regcred' },
        { name: 'dockercreds' },
      ])
    })
  })

  test.each<[string, string, Fault]>([
    ['the server fails to judge its successor', 'POST', 500],
    ['the connection is lost before the answer about its successor', 'POST', 'reset'],
    ["it can't be read to ask about its successor", 'GET', 500],
  ])('is left alone, and can be tried again, if %s', async (_what, method, fault) => {
    const of = story()
    const change = stuckPod(of)
    of.server.faults.when(request => request.method === method && /\/pods(\/|$)/.test(request.path), fault, 1)
    const successors = new Successors([change], contextOf(of))
    const attempt = () => writePodWith(change, contextOf(of), successors)
    expect(await attempt()).toMatchObject({ status: 'failed', reason: null })
    expect(isThere(of, change)).toBe(true)
    expect(await attempt()).toMatchObject({ status: 'applied' })
  })

  test('that a disruption budget protects is retried until the timeout, then stays', async () => {
    const of = story()
    const change = readyPod(of)
    const began = of.clock.now()
    expect(await writePod(change, contextOf(of), false)).toMatchObject({ status: 'refused' })
    expect(of.clock.now() - began).toBeGreaterThanOrEqual(25_000)
    expect(of.cluster.get('Pod', 'web', change.target.name)?.metadata.deletionTimestamp).toBeUndefined()
  })

  test("that a webhook protects stays, and the webhook's message is reported", async () => {
    const of = story()
    const change = stuckPod(of)
    of.server.faults.when(({ method }) => method === 'DELETE', 403)
    const outcome = await writePod(change, contextOf(of), false)
    expect(outcome).toMatchObject({ status: 'refused', detail: expect.stringContaining('forbidden') })
  })

  test('that is already gone counts as deleted', async () => {
    const of = story()
    const change = { ...readyPod(of), method: 'delete' as const }
    of.cluster.remove('Pod', 'web', change.target.name, { gracePeriodSeconds: 0 })
    expect(await writePod(change, contextOf(of), false)).toMatchObject({ status: 'unchanged' })
  })

  test('with the same name but another uid is not touched', async () => {
    const of = story()
    const change = { ...readyPod(of), method: 'delete' as const }
    const other = { ...change, target: { ...change.target, uid: 'another' } }
    expect(await writePod(other, contextOf(of), false)).toMatchObject({ status: 'unchanged' })
    expect(of.cluster.get('Pod', 'web', change.target.name)?.metadata.deletionTimestamp).toBeUndefined()
  })
})

describe('a bare pod that is deleted and created again', () => {
  /** Pods end while the test waits. */
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

  function runThatDeleted(change: RecreateBarePod, object: KubernetesObject): Run {
    const entry = { change, object, outcome: null, undoing: false, undone: false, undoneAt: null, run: 'r' }
    const cluster = { uid: '', server: '', context: null }
    return { run: 'r', startedAt: '', cluster, namespaces: null, entries: [entry], nothingLeft: false }
  }

  function owed(of: Story): { change: RestoreBarePod; context: ApplyContext } {
    const deletion = barePod(of)
    const { id, target, needs, managedBy } = deletion
    const pod = of.cluster.get('Pod', 'api', 'bare')
    of.cluster.remove('Pod', 'api', 'bare')
    const context = inMotion(of)
    const slow = {
      ...context,
      // The pod ends after half a minute, no matter how often it is read.
      clock: {
        ...context.clock,
        sleep: async (milliseconds: number) => of.clock.advance(milliseconds / 1000),
      },
      runs: [runThatDeleted(deletion, manifestOf(pod as unknown as KubernetesObject, null))],
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

  test('is waited for and restored after a killed run has left it terminating', async () => {
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

  test('whose name somebody else has taken in the meantime is not counted as written', async () => {
    const of = story()
    const change = barePod(of)
    const context = inMotion(of)
    const get = context.cluster.get.bind(context.cluster)
    const cluster = Object.assign(Object.create(context.cluster), {
      get: async (path: string) =>
        get(path).catch((error: unknown) => {
          const spec = { containers: [{ name: 'app', image: 'nginx' }] }
          const metadata = { name: 'bare', namespace: 'api' }
          of.cluster.add({ apiVersion: 'v1', kind: 'Pod', metadata, spec } as never)
          throw error
        }),
    })
    expect(await writePod(change, { ...context, cluster }, false)).toMatchObject({
      status: 'unchanged',
      reason: { code: 'replaced' },
    })
  })

  test('that never ends is still owed, with the time at which it should have ended', async () => {
    const of = story()
    const { change, context } = owed(of)
    expect(await writePod(change, context, false)).toMatchObject({
      status: 'failed',
      reason: { code: 'not-ended', finalizer: null, until: '2026-11-24T10:00:30Z' },
    })
  })

  test('is not deleted if a finalizer could hold it', async () => {
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

  test('stays on the node that its author chose', async () => {
    const of = story()
    const change = barePod(of)
    of.cluster.change('Pod', 'api', 'bare', ({ metadata }) => {
      const fieldsV1 = { 'f:spec': { 'f:nodeName': {} } }
      Object.assign(metadata, { managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsV1 }] })
    })
    expect(await writePod(change, inMotion(of), false)).toMatchObject({ status: 'applied' })
    expect(of.cluster.get('Pod', 'api', 'bare')?.spec).toMatchObject({ nodeName: 'node-1' })
  })

  test('keeps its owners and loses its node assignment', async () => {
    const of = story()
    expect(await writePod(barePod(of), inMotion(of), false)).toMatchObject({ status: 'applied' })
    const pod = of.cluster.get('Pod', 'api', 'bare')
    expect(pod?.metadata.ownerReferences).toEqual([owner])
    expect(pod?.spec).toMatchObject({ imagePullSecrets: [{ name: 'dockercreds' }] })
    expect(pod?.spec).not.toHaveProperty('nodeName')
  })

  test('is created again even if Ctrl-C is pressed while it terminates and that takes longer than the timeout', async () => {
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
        // The pod terminates slowly, so it still exists.
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
