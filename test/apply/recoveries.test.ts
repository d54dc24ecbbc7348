/** How long a fix waits for the pods that it was made for, and what it tells of them: judged by what their workloads want by now. */
import { describe, expect, test } from 'vitest'
import type { ApplyContext } from '../../src/apply/apply-context.ts'
import type { Recovery } from '../../src/apply/outcome.ts'
import { Recoveries } from '../../src/apply/recoveries.ts'
import { outcomeOf } from '../../src/apply/refusal.ts'
import { ApiError } from '../../src/kubernetes/api/api-error.ts'
import type { Change } from '../../src/plan/change.ts'
import type { RolloutSight, RolloutWorkload } from '../../src/snapshot/rollout.ts'
import { recreate, template } from '../report/plan-samples.ts'
import { container, pod, RUNNING, revision, STUCK, sight, UNTRIED, workload } from '../rollout/sights.ts'

const START = Date.parse('2026-11-24T10:00:00Z')
const OLD = { owner: 'uid-old', hash: 'old' }
/** The stuck pod of `shop`, recreated; the workload that is looked at has the uid of the tests' own. */
const CHANGE = recreate('web', 'shop', { workload: { kind: 'Deployment', name: 'shop', uid: 'uid-shop' } })
const PATCH = template({ target: { ...template().target, uid: 'uid-shop' } })

interface Told extends Recovery {
  /** Seconds until the waiting ended. */
  after: number
}

/** Waits five minutes at most, with what is there after so many seconds; the last stays. */
async function waitFor(
  story: [seconds: number, sight: RolloutSight | ApiError][],
  {
    change = CHANGE as Change,
    hopeless = false,
    status = 'applied' as 'applied' | 'unchanged' | 'refused',
  } = {},
): Promise<Told> {
  let now = START
  const context = {
    clock: {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds
      },
    },
    deadline: START + 300_000,
    onProgress: () => {},
    redact: (text: string) => text,
    isHopeless: () => hopeless,
    look: async () => {
      const [, seen] = story.findLast(([seconds]) => START + seconds * 1000 <= now) ?? []
      if (seen === undefined || seen instanceof ApiError) throw seen
      return seen
    },
  } as unknown as ApplyContext
  const recoveries = new Recoveries([change], context)
  const outcomes = new Map([[change.id, outcomeOf(change, status)]])
  await recoveries.wait(outcomes)
  const after = (now - START) / 1000
  const [told] = await recoveries.report(outcomes)
  if (told === undefined) throw new Error('nothing was aimed at')
  return { ...told, after }
}

const of = (fields: Partial<RolloutWorkload>, ...pods: Parameters<typeof sight>[1]) =>
  sight(workload(fields), pods)
const GONE: RolloutSight = { workload: null, revisions: [], pods: [] }
const stuckTwice = (pods: Parameters<typeof sight>[1]) =>
  sight(workload({ replicas: 1 }), pods, [revision('new', 1), revision('old', 1)])
const job = (fields: Partial<RolloutWorkload>, ...pods: Parameters<typeof sight>[1]) =>
  sight(workload({ kind: 'Job', ...fields }), pods)
const JOB = recreate('web', 'shop', { workload: { kind: 'Job', name: 'shop', uid: 'uid-shop' } })
const setUp = (state: Parameters<typeof container>[0]) =>
  pod(UNTRIED, {
    containers: [container(state, { name: 'setup', kind: 'init', image: 'b' }), container(UNTRIED)],
  })

describe('it ends at once', () => {
  test('when the pods are back', async () => {
    const told = await waitFor([
      [0, of({}, pod(UNTRIED))],
      [3, of({}, pod(RUNNING))],
    ])
    expect(told).toMatchObject({ after: 3, wanted: 1, recovered: 1, waiting: [], over: null, missing: null })
  })

  test('when a rollout that was stuck twice has come through: old stuck pods are neither counted nor forgotten', async () => {
    const told = await waitFor([
      [0, stuckTwice([pod(STUCK, OLD), pod(UNTRIED)])],
      [5, stuckTwice([pod(STUCK, OLD), pod(RUNNING)])],
      [15, stuckTwice([pod(RUNNING)])],
    ])
    expect(told).toMatchObject({ after: 15, wanted: 1, recovered: 1, waiting: [] })
  })

  test('when it was scaled down, and says so', async () => {
    const change = template({ ...PATCH, pods: ['a', 'b', 'c', 'd'] })
    const told = await waitFor([[0, of({ replicas: 1 }, pod(RUNNING))]], { change })
    expect(told).toMatchObject({ after: 0, aimed: 4, wanted: 1, recovered: 1 })
  })

  test.each<[string, RolloutSight, string]>([
    ['deleted', GONE, 'gone'],
    ['deleted and made again', of({ uid: 'another' }, pod(RUNNING)), 'replaced'],
    ['being deleted', of({ ending: true }, pod(STUCK)), 'ending'],
  ])('when the workload is %s', async (_name, seen, code) => {
    expect(await waitFor([[0, seen]])).toMatchObject({ after: 0, recovered: 0, over: { code } })
  })

  test.each<[string, RolloutSight, string]>([
    ['suspended', job({ suspended: true }), 'suspended'],
    ['failed', job({ ended: { as: 'failed', reason: 'BackoffLimitExceeded', message: '' } }), 'failed'],
  ])('when a Job is %s', async (_name, seen, code) => {
    expect(await waitFor([[0, seen]], { change: JOB })).toMatchObject({
      after: 0,
      recovered: 0,
      over: { code },
    })
  })

  test('when a Job is done, also where it is cleaned up in the same moment', async () => {
    const done = job({ ended: { as: 'complete', reason: '', message: '' } })
    expect(await waitFor([[0, done]], { change: JOB })).toMatchObject({ after: 0, recovered: 1 })
    const working = pod(RUNNING, { owner: 'uid-shop' })
    const cleaned: [number, RolloutSight][] = [
      [0, job({ replicas: 2 }, working)],
      [5, GONE],
    ]
    expect(await waitFor(cleaned, { change: JOB })).toMatchObject({ after: 5, recovered: 1 })
  })

  test('when the template was written and the rollout is paused', async () => {
    const told = await waitFor([[0, of({ paused: true }, pod(STUCK))]], { change: PATCH })
    expect(told).toMatchObject({ after: 0, recovered: 0, missing: { code: 'paused' } })
  })

  test('when the pod before it ends only after the time is up', async () => {
    const ending = { until: '2026-11-24T10:10:00Z', finalizers: [] }
    const told = await waitFor([[0, of({}, pod(STUCK, { ending }))]])
    expect(told).toMatchObject({ after: 0, missing: { code: 'not-ended', until: ending.until } })
  })
})

describe('it ends after a while', () => {
  test('when the server goes on refusing the pods, with its sentence', async () => {
    const told = await waitFor([[0, of({ refusal: 'pods "shop" is forbidden: exceeded quota' })]])
    expect(told).toMatchObject({
      after: 30,
      missing: { code: 'refused', message: expect.stringContaining('quota') },
    })
  })

  test('when finalizers hold the pod before it', async () => {
    const ending = { until: '2026-11-24T10:00:01Z', finalizers: ['example.com/hold'] }
    const told = await waitFor([[0, of({}, pod(STUCK, { ending }))]])
    expect(told).toMatchObject({
      after: 30,
      missing: { code: 'not-ended', finalizers: ['example.com/hold'] },
    })
  })

  test('when an init container works on and on: its pod has left the pull behind it, and that is told', async () => {
    const told = await waitFor([[0, of({}, setUp(RUNNING))]])
    expect(told).toMatchObject({ after: 30, recovered: 1, waiting: [{ state: 'initializing' }] })
  })

  test('when the new pods fail for a reason that no try heals', async () => {
    const stuck: [number, RolloutSight][] = [[0, of({}, pod(STUCK))]]
    expect(await waitFor(stuck, { hopeless: true })).toMatchObject({ after: 45, recovered: 0 })
    expect(await waitFor(stuck)).toMatchObject({ after: 300, waiting: [{ state: 'stuck' }] })
  })

  test('when quota is there for the pod after all, it is back', async () => {
    const told = await waitFor([
      [0, of({ refusal: 'exceeded quota' })],
      [20, of({}, pod(RUNNING))],
    ])
    expect(told).toMatchObject({ after: 20, recovered: 1 })
  })
})

test('a pod that crashes with its image there is back, and its crash is told', async () => {
  const crash = { type: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 10s' } as const
  const told = await waitFor([[0, of({}, pod(crash))]])
  expect(told).toMatchObject({
    after: 0,
    recovered: 1,
    crashing: [{ state: 'running', reason: 'CrashLoopBackOff' }],
  })
})

test('an API server that does not answer for a while is asked again', async () => {
  const down = new ApiError({ status: 503, reason: '', message: 'down', method: 'GET', path: '/' })
  const told = await waitFor([
    [0, down],
    [9, of({}, pod(RUNNING))],
  ])
  expect(told).toMatchObject({ after: 9, recovered: 1 })
})

test('a workload that may not be looked at is not waited for, and nobody says that it is back', async () => {
  const no = new ApiError({
    status: 403,
    reason: '',
    message: 'may not get deployments',
    method: 'GET',
    path: '/',
  })
  expect(await waitFor([[0, no]])).toMatchObject({
    after: 0,
    recovered: 0,
    missing: { code: 'unread', message: 'may not get deployments' },
  })
})

test('what was not written is not waited for, and is looked at once', async () => {
  const told = await waitFor([[0, of({}, pod(STUCK))]], { status: 'refused' })
  expect(told).toMatchObject({ after: 0, recovered: 0, waiting: [{ state: 'stuck' }], missing: null })
})

test('new pods that no node takes have not asked for their images', async () => {
  let now = START
  const context = {
    clock: {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds
      },
    },
    deadline: START + 60_000,
    onProgress: () => {},
    isHopeless: () => false,
    look: async () =>
      of({}, pod({ type: 'unknown' }, { pod: { node: null }, unscheduled: 'nodes are full' })),
  } as unknown as ApplyContext
  const recoveries = new Recoveries([CHANGE], context)
  expect(await recoveries.waitForTries(new Map([[CHANGE.id, outcomeOf(CHANGE, 'applied')]]))).toBe(false)
  // The whole run has this much time, however many waits there are.
  await recoveries.wait(new Map([[CHANGE.id, outcomeOf(CHANGE, 'applied')]]))
  expect(now - START).toBeLessThanOrEqual(60_000)
})
