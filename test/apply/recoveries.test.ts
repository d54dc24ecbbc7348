/** How long a fix waits for its pods and what it reports about them, judged by what their workloads want at that moment. */

import { describe, expect, test } from 'vitest'
import type { ApplyContext } from '../../src/apply/apply-context.ts'
import type { Recovery } from '../../src/apply/outcome.ts'
import { Recoveries } from '../../src/apply/recoveries.ts'
import { outcomeOf } from '../../src/apply/server-view.ts'
import { ApiError } from '../../src/kubernetes/api/api-error.ts'
import type { Change } from '../../src/plan/change.ts'
import type { RolloutState, RolloutWorkload } from '../../src/snapshot/rollout.ts'
import { recreate, template } from '../report/plan-samples.ts'
import {
  container,
  pod,
  RUNNING,
  revision,
  rolloutState,
  STUCK,
  UNTRIED,
  workload,
} from '../rollout/rollout-states.ts'

const START = Date.parse('2026-11-24T10:00:00Z')
const OLD = { owner: 'uid-old', hash: 'old' }
/** The stuck pod of `shop`, recreated. The workload has the uid that the test builders use. */
const CHANGE = recreate('web', 'shop', { workload: { kind: 'Deployment', name: 'shop', uid: 'uid-shop' } })
const PATCH = template({ target: { ...template().target, uid: 'uid-shop' } })

interface TimedRecovery extends Recovery {
  /** Seconds until the wait ended. */
  after: number
}

/** A context whose clock advances with each sleep and that times out after `timeout` milliseconds. */
function timedContext(timeout: number, fields: Pick<ApplyContext, 'readRollout'> & Partial<ApplyContext>) {
  let now = START
  const clock = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds
    },
    after: () => () => {},
  }
  const base = { deadline: START + timeout, onProgress: () => {} }
  const context = { ...base, ...fields, clock } as ApplyContext
  return { clock, context }
}

/** Waits at most five minutes. `story` maps seconds to the cluster's state from then on. */
async function waitFor(
  story: [seconds: number, rolloutState: RolloutState | ApiError][],
  {
    change = CHANGE as Change,
    hopeless = false,
    status = 'applied' as 'applied' | 'unchanged' | 'refused',
  } = {},
): Promise<TimedRecovery> {
  const { clock, context } = timedContext(300_000, {
    readRollout: async () => {
      const [, seen] = story.findLast(([seconds]) => START + seconds * 1000 <= clock.now()) ?? []
      if (seen === undefined || seen instanceof ApiError) throw seen
      return { ...seen, unrecoverablePods: new Set(hopeless ? seen.pods.map(each => each.pod.uid) : []) }
    },
  })
  const recoveries = new Recoveries([change], context)
  const outcomes = new Map([[change.id, outcomeOf(change, status)]])
  await recoveries.wait(outcomes)
  const after = (clock.now() - START) / 1000
  const [recovery] = await recoveries.report(outcomes)
  if (recovery === undefined) throw new Error('no recovery was reported')
  return { ...recovery, after }
}

const of = (fields: Partial<RolloutWorkload>, ...pods: Parameters<typeof rolloutState>[1]) =>
  rolloutState(workload(fields), pods)
const GONE: RolloutState = { workload: null, revisions: [], pods: [] }
const stuckTwice = (pods: Parameters<typeof rolloutState>[1]) =>
  rolloutState(workload({ replicas: 1 }), pods, [revision('new', 1), revision('old', 1)])
const job = (fields: Partial<RolloutWorkload>, ...pods: Parameters<typeof rolloutState>[1]) =>
  rolloutState(workload({ kind: 'Job', ...fields }), pods)
const JOB = recreate('web', 'shop', { workload: { kind: 'Job', name: 'shop', uid: 'uid-shop' } })
const setUp = (state: Parameters<typeof container>[0]) =>
  pod(UNTRIED, {
    containers: [container(state, { name: 'setup', kind: 'init', image: 'b' }), container(UNTRIED)],
  })

describe('the wait ends at once', () => {
  test('when the pods have recovered', async () => {
    const recovery = await waitFor([
      [0, of({}, pod(UNTRIED))],
      [3, of({}, pod(RUNNING))],
    ])
    expect(recovery).toMatchObject({
      after: 3,
      wanted: 1,
      recovered: 1,
      waiting: [],
      over: null,
      missing: null,
    })
  })

  test('when a rollout that was stuck twice has completed: old stuck pods are neither counted nor lost', async () => {
    const recovery = await waitFor([
      [0, stuckTwice([pod(STUCK, OLD), pod(UNTRIED)])],
      [5, stuckTwice([pod(STUCK, OLD), pod(RUNNING)])],
      [15, stuckTwice([pod(RUNNING)])],
    ])
    expect(recovery).toMatchObject({ after: 15, wanted: 1, recovered: 1, waiting: [] })
  })

  test('when the workload was scaled down, and the report says so', async () => {
    const change = template({ ...PATCH, pods: ['a', 'b', 'c', 'd'] })
    const recovery = await waitFor([[0, of({ replicas: 1 }, pod(RUNNING))]], { change })
    expect(recovery).toMatchObject({ after: 0, aimed: 4, wanted: 1, recovered: 1 })
  })

  test.each<[string, RolloutState, string]>([
    ['deleted', GONE, 'gone'],
    ['deleted and made again', of({ uid: 'another' }, pod(RUNNING)), 'replaced'],
    ['being deleted', of({ ending: true }, pod(STUCK)), 'ending'],
  ])('when the workload is %s', async (_name, seen, code) => {
    expect(await waitFor([[0, seen]])).toMatchObject({ after: 0, recovered: 0, over: { code } })
  })

  test.each<[string, RolloutState, string]>([
    ['suspended', job({ suspended: true }), 'suspended'],
    ['failed', job({ ended: { as: 'failed', reason: 'BackoffLimitExceeded', message: '' } }), 'failed'],
  ])('when a Job is %s', async (_name, seen, code) => {
    expect(await waitFor([[0, seen]], { change: JOB })).toMatchObject({
      after: 0,
      recovered: 0,
      over: { code },
    })
  })

  test('when a Job has completed, even if it is cleaned up at the same moment', async () => {
    const done = job({ ended: { as: 'complete', reason: '', message: '' } })
    expect(await waitFor([[0, done]], { change: JOB })).toMatchObject({ after: 0, recovered: 1 })
    const working = pod(RUNNING, { owner: 'uid-shop' })
    const cleaned: [number, RolloutState][] = [
      [0, job({ replicas: 2 }, working)],
      [5, GONE],
    ]
    expect(await waitFor(cleaned, { change: JOB })).toMatchObject({ after: 5, recovered: 1 })
  })

  test('when the template was written and the rollout is paused', async () => {
    const recovery = await waitFor([[0, of({ paused: true }, pod(STUCK))]], { change: PATCH })
    expect(recovery).toMatchObject({ after: 0, recovered: 0, missing: { code: 'paused' } })
  })

  test('when the pod it replaces ends only after the timeout', async () => {
    const ending = { until: '2026-11-24T10:10:00Z', finalizers: [] }
    const recovery = await waitFor([[0, of({}, pod(STUCK, { ending }))]])
    expect(recovery).toMatchObject({ after: 0, missing: { code: 'not-ended', until: ending.until } })
  })
})

describe('the wait ends after a while', () => {
  test("when the server keeps refusing the pods, with the server's message", async () => {
    const recovery = await waitFor([[0, of({ refusal: 'pods "shop" is forbidden: exceeded quota' })]])
    expect(recovery).toMatchObject({
      after: 30,
      missing: { code: 'refused', message: expect.stringContaining('quota') },
    })
  })

  test('when finalizers hold the pod it replaces', async () => {
    const ending = { until: '2026-11-24T10:00:01Z', finalizers: ['example.com/hold'] }
    const recovery = await waitFor([[0, of({}, pod(STUCK, { ending }))]])
    expect(recovery).toMatchObject({
      after: 30,
      missing: { code: 'not-ended', finalizers: ['example.com/hold'] },
    })
  })

  test('when an init container keeps running: its pod has pulled its image, and the report says so', async () => {
    const recovery = await waitFor([[0, of({}, setUp(RUNNING))]])
    expect(recovery).toMatchObject({ after: 30, recovered: 1, waiting: [{ state: 'initializing' }] })
  })

  test("when the new pods fail for a reason that retries can't fix", async () => {
    const stuck: [number, RolloutState][] = [[0, of({}, pod(STUCK))]]
    expect(await waitFor(stuck, { hopeless: true })).toMatchObject({ after: 45, recovered: 0 })
    expect(await waitFor(stuck)).toMatchObject({ after: 300, waiting: [{ state: 'stuck' }] })
  })

  test('when the quota allows the pod after all, the pod counts as recovered', async () => {
    const recovery = await waitFor([
      [0, of({ refusal: 'exceeded quota' })],
      [20, of({}, pod(RUNNING))],
    ])
    expect(recovery).toMatchObject({ after: 20, recovered: 1 })
  })
})

test('a pod that crashes after pulling its image counts as recovered, and the crash is reported', async () => {
  const crash = { type: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 10s' } as const
  const recovery = await waitFor([[0, of({}, pod(crash))]])
  expect(recovery).toMatchObject({
    after: 0,
    recovered: 1,
    crashing: [{ state: 'running', reason: 'CrashLoopBackOff' }],
  })
})

test('an API server that does not respond for a while is asked again', async () => {
  const down = new ApiError({ status: 503, reason: '', message: 'down', method: 'GET', path: '/' })
  const recovery = await waitFor([
    [0, down],
    [9, of({}, pod(RUNNING))],
  ])
  expect(recovery).toMatchObject({ after: 9, recovered: 1 })
})

test("a workload that can't be read is not waited for and not reported as recovered", async () => {
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

test('a workload that was not written is not waited for, only checked once', async () => {
  const recovery = await waitFor([[0, of({}, pod(STUCK))]], { status: 'refused' })
  expect(recovery).toMatchObject({ after: 0, recovered: 0, waiting: [{ state: 'stuck' }], missing: null })
})

test('unscheduled new pods have not tried to pull their images', async () => {
  const unscheduled = pod({ type: 'unknown' }, { pod: { node: null }, unscheduled: 'nodes are full' })
  const { clock, context } = timedContext(60_000, {
    readRollout: async () => ({ ...of({}, unscheduled), unrecoverablePods: new Set() }),
  })
  const recoveries = new Recoveries([CHANGE], context)
  expect(await recoveries.waitForTries(new Map([[CHANGE.id, outcomeOf(CHANGE, 'applied')]]))).toBe(false)
  // The whole run shares this timeout, no matter how many waits there are.
  await recoveries.wait(new Map([[CHANGE.id, outcomeOf(CHANGE, 'applied')]]))
  expect(clock.now() - START).toBeLessThanOrEqual(60_000)
})
