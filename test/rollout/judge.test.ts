/** What a workload wants, which pods it has, what they lack, and whether anything can still change. */
import { describe, expect, test } from 'vitest'
import { judgeRollout, type Rollout, recoveryOf } from '../../src/rollout/judge.ts'
import type { RolloutState, RolloutWorkload } from '../../src/snapshot/rollout.ts'
import {
  container,
  pod,
  RUNNING,
  revision,
  rolloutState,
  STUCK,
  UNTRIED,
  workload,
} from './rollout-states.ts'

const MINE = { owner: 'uid-shop' }
const OLD = { owner: 'uid-old', hash: 'old' }
const ENDING = { ending: { until: '2026-11-24T10:00:30Z', finalizers: [] } }
const judge = (of: RolloutState) => judgeRollout(of, of.workload?.uid ?? null)
const codes = ({ holdups }: Rollout) => holdups.map(({ code }) => code)
const back = (of: RolloutState, aimed = 1) => recoveryOf(judge(of), aimed)
const running = (number: number) => Array.from({ length: number }, () => pod(RUNNING))
const revisions = (newest: number, older: number) => [revision('new', newest), revision('old', older)]
const job = (fields: Partial<RolloutWorkload>) => rolloutState(workload({ kind: 'Job', ...fields }), [])
/** A StatefulSet's pod. */
const numbered = (ordinal: number, state = RUNNING, fields = {}) =>
  pod(state, { ...MINE, pod: { name: `shop-${ordinal}` }, ...fields })

describe('a Deployment', () => {
  const two = workload({ replicas: 2 })

  test.each<[string, RolloutState, { back: boolean; recovered: number; holdups: string[] }]>([
    [
      'has recovered once every pod of its newest revision has its images',
      rolloutState(two, running(2)),
      { back: true, recovered: 2, holdups: [] },
    ],
    [
      "has not recovered while a pod can't pull",
      rolloutState(two, [pod(RUNNING), pod(STUCK)]),
      { back: false, recovered: 1, holdups: ['stuck'] },
    ],
    [
      'has not recovered while a pod is missing',
      rolloutState(two, [pod(RUNNING)]),
      { back: false, recovered: 1, holdups: ['not-made'] },
    ],
    [
      'has not recovered before its controller has observed the newest change',
      rolloutState(workload({ replicas: 2, observedGeneration: 1 }), running(2)),
      { back: false, recovered: 1, holdups: ['unobserved'] },
    ],
    [
      'is judged by the pods that its newest ReplicaSet wants now, not by those of later steps',
      rolloutState(workload({ replicas: 4 }), [pod(RUNNING), pod(RUNNING, OLD)], revisions(1, 4)),
      { back: false, recovered: 1, holdups: [] },
    ],
    [
      'waits for old pods without an image to be deleted',
      rolloutState(two, [...running(2), pod(STUCK, OLD)], revisions(2, 1)),
      { back: false, recovered: 1, holdups: [] },
    ],
    [
      'does not wait for old pods that run',
      rolloutState(two, [...running(2), pod(RUNNING, OLD)], revisions(2, 1)),
      { back: true, recovered: 2, holdups: [] },
    ],
    [
      "reports the server's message if it refuses the pods",
      rolloutState(workload({ replicas: 2, refusal: 'exceeded quota' }), [pod(RUNNING)]),
      { back: false, recovered: 1, holdups: ['refused'] },
    ],
    [
      'with Recreate has not recovered between the old pods and the new ReplicaSet',
      rolloutState(
        workload({
          replicas: 2,
          strategy: 'Recreate',
          revision: '1',
          status: { total: 0, updated: 0, available: 0 },
        }),
        [],
        [revision('old', 0)],
      ),
      { back: false, recovered: 0, holdups: ['unobserved'] },
    ],
    [
      'that was rolled back is judged by the old ReplicaSet with the new revision number',
      rolloutState(
        two,
        [pod(RUNNING, OLD), pod(RUNNING, OLD)],
        [
          { ...revision('old', 2), number: 2 },
          { ...revision('new', 0), number: 1 },
        ],
      ),
      { back: true, recovered: 2, holdups: [] },
    ],
    [
      'is judged by its own revision even if another ReplicaSet has a higher number',
      rolloutState(two, running(2), [revision('new', 2), { ...revision('old', 0), number: 9 }]),
      { back: true, recovered: 2, holdups: [] },
    ],
    [
      "whose ReplicaSets can't be read is judged by all of its pods",
      rolloutState(two, [pod(RUNNING, OLD), pod(STUCK)], null),
      { back: false, recovered: 1, holdups: ['stuck'] },
    ],
    [
      'ignores pods that only look like its own',
      rolloutState(two, [...running(2), pod(STUCK, { owner: 'another' }), pod(STUCK, { owner: null })]),
      { back: true, recovered: 2, holdups: [] },
    ],
  ])('%s', (_name, of, wanted) => {
    const rollout = judge(of)
    expect({ ...back(of, 2), holdups: codes(rollout) }).toMatchObject(wanted)
  })

  test('that was scaled down wants only the new number', () => {
    expect(back(rolloutState(workload(), [pod(RUNNING)]), 4)).toEqual({ wanted: 1, recovered: 1, back: true })
    expect(judge(rolloutState(workload({ replicas: 0 }), [])).over?.code).toBe('none-wanted')
    expect(back(rolloutState(workload({ replicas: 0 }), []), 4)).toEqual({
      wanted: 0,
      recovered: 0,
      back: true,
    })
  })

  test('that is paused does not roll its newest template out', () => {
    const paused = rolloutState(workload({ paused: true }), [pod(STUCK)])
    expect(judge(paused).standstill).toBe('paused')
    expect(back(paused).back).toBe(false)
  })

  test('is ready only if the controller counts all of its pods as updated and available', () => {
    const ready = (status: typeof two.status, pods = running(2)) =>
      judge(rolloutState({ ...two, status }, pods, revisions(2, 1))).ready
    expect(ready({ total: 2, updated: 2, available: 2 })).toBe(true)
    expect(ready({ total: 2, updated: 1, available: 2 })).toBe(false)
    expect(ready({ total: 2, updated: 2, available: 1 })).toBe(false)
    expect(ready({ total: 3, updated: 2, available: 3 }, [...running(2), pod(RUNNING, OLD)])).toBe(false)
  })

  test('has its images everywhere only if all wanted pods exist', () => {
    const first = rolloutState(workload({ replicas: 2 }), [pod(RUNNING)], revisions(1, 2))
    expect(judge(first)).toMatchObject({ pulled: false, wanted: 2, missing: 0 })
    expect(judge(rolloutState(two, running(2))).pulled).toBe(true)
  })
})

describe('no more pods come', () => {
  test.each<[string, RolloutState, string]>([
    ['of a workload that is gone', { workload: null, revisions: [], pods: [] }, 'gone'],
    ['of one that is being deleted', rolloutState(workload({ ending: true }), []), 'ending'],
    ['of a suspended Job', job({ suspended: true }), 'suspended'],
    [
      'of a Job that failed',
      job({ ended: { as: 'failed', reason: 'BackoffLimitExceeded', message: '' } }),
      'failed',
    ],
    ['of a completed Job', job({ ended: { as: 'complete', reason: '', message: '' } }), 'completed'],
    [
      'of a DaemonSet that no node fits',
      rolloutState(workload({ kind: 'DaemonSet', replicas: 0 }), []),
      'none-wanted',
    ],
  ])('%s', (_name, of, code) => {
    expect(judge(of).over?.code).toBe(code)
  })

  test('of a workload whose name another one has taken', () => {
    expect(judgeRollout(rolloutState(workload(), [pod(RUNNING)]), 'the-first').over?.code).toBe('replaced')
    expect(recoveryOf(judgeRollout(rolloutState(workload(), [pod(RUNNING)]), 'the-first'), 1).back).toBe(
      false,
    )
  })

  test('but a DaemonSet that has not counted nodes yet is not over', () => {
    const fresh = workload({ kind: 'DaemonSet', replicas: 0, observedGeneration: 0 })
    expect(judge(rolloutState(fresh, []))).toMatchObject({ over: null, observed: false })
  })
})

describe('a StatefulSet', () => {
  const three = workload({ kind: 'StatefulSet', replicas: 3 })

  test.each<[string, RolloutState, { back: boolean; holdups: string[] }]>([
    ['lacks the next pod', rolloutState(three, [numbered(0)]), { back: false, holdups: ['not-made'] }],
    [
      'does not lack the pods after one that is not ready',
      rolloutState(three, [numbered(0, RUNNING, { ready: false })]),
      { back: true, holdups: [] },
    ],
    [
      'with Parallel lacks them as well',
      rolloutState({ ...three, ordered: false }, [numbered(0, RUNNING, { ready: false })]),
      { back: false, holdups: ['not-made'] },
    ],
    [
      'waits for the pod with the ordinal of the new one',
      rolloutState(three, [numbered(0, STUCK, ENDING), numbered(1), numbered(2)]),
      { back: false, holdups: ['not-ended'] },
    ],
    [
      'leaves pods below the partition at the old revision',
      rolloutState({ ...three, partition: 2 }, [
        numbered(0, RUNNING, { hash: 'old' }),
        numbered(1, RUNNING, { hash: 'old' }),
        numbered(2),
      ]),
      { back: true, holdups: [] },
    ],
    [
      'below the partition has not recovered with a stuck pod of the old revision',
      rolloutState({ ...three, partition: 3 }, [
        numbered(0, STUCK, { hash: 'old' }),
        numbered(1),
        numbered(2),
      ]),
      { back: false, holdups: ['stuck'] },
    ],
    [
      'with OnDelete keeps old pods, which are not a rollout to wait for',
      rolloutState(
        { ...three, strategy: 'OnDelete' },
        [0, 1, 2].map(each => numbered(each, RUNNING, { hash: 'old' })),
      ),
      { back: true, holdups: [] },
    ],
    [
      'counts from its first ordinal',
      rolloutState(
        { ...three, firstOrdinal: 5 },
        [5, 6, 7].map(each => numbered(each)),
      ),
      { back: true, holdups: [] },
    ],
  ])('%s', (_name, of, wanted) => {
    expect({ back: back(of).back, holdups: codes(judge(of)) }).toEqual(wanted)
  })

  test('treats an old stuck pod above the partition as outgoing', () => {
    const of = rolloutState(three, [numbered(0), numbered(1), numbered(2, STUCK, { hash: 'old' })])
    expect(judge(of).outgoing).toMatchObject([{ name: 'shop-2', stage: 'stuck' }])
    expect(back(of).back).toBe(false)
  })
})

describe('the other kinds', () => {
  test('a DaemonSet wants a pod on each node, of any revision during a rollout', () => {
    const set = workload({ kind: 'DaemonSet', replicas: 2 })
    const [first, second] = [pod(RUNNING, MINE), pod(RUNNING, { ...MINE, hash: 'old' })]
    expect(back(rolloutState(set, [first, second]))).toMatchObject({ back: true })
    expect(codes(judge(rolloutState(set, [first])))).toEqual(['not-made'])
    expect(judge(rolloutState(set, [first, second])).ready).toBe(false)
    expect(judge(rolloutState({ ...set, strategy: 'OnDelete' }, [first, second])).ready).toBe(true)
  })

  test.each(['ReplicaSet', 'ReplicationController'] as const)(
    'a %s wants as many pods as its spec says',
    kind => {
      const set = workload({ kind, replicas: 2 })
      expect(back(rolloutState(set, [pod(RUNNING, MINE), pod(RUNNING, MINE)]), 2).back).toBe(true)
      expect(codes(judge(rolloutState(set, [pod(RUNNING, MINE)])))).toEqual(['not-made'])
    },
  )

  test('a Job wants as many pods as still have to succeed', () => {
    const job = workload({ kind: 'Job', replicas: 3, job: { completions: 4, succeeded: 3 } })
    const done = pod(RUNNING, { ...MINE, pod: { phase: 'Succeeded' } })
    const failed = pod(STUCK, { ...MINE, pod: { phase: 'Failed' } })
    expect(judge(rolloutState(job, [done, failed])).missing).toBe(1)
    expect(back(rolloutState(job, [done, failed, pod(RUNNING, MINE)])).back).toBe(true)
    const queue = { ...job, job: { completions: null, succeeded: 1 } }
    expect(judge(rolloutState(queue, [])).missing).toBe(0)
  })

  test('a CronJob is judged by its newest Job', () => {
    const cron = workload({ kind: 'CronJob', replicas: 0 })
    const jobs = [revision('old', null), revision('new', null)]
    const of = rolloutState(cron, [pod(RUNNING), pod(STUCK, OLD)], jobs)
    expect(judge(of)).toMatchObject({ over: null, current: [{ stage: 'pulled' }] })
  })

  test('a bare pod is matched by name, even after it has ended', () => {
    const bare = workload({ kind: 'Pod' })
    const of = rolloutState(bare, [pod(RUNNING, { owner: null, pod: { name: 'shop', phase: 'Succeeded' } })])
    expect(recoveryOf(judgeRollout(of, null), 1)).toEqual({ wanted: 1, recovered: 1, back: true })
    expect(codes(judge(rolloutState(bare, [pod(STUCK, { owner: null, pod: { name: 'shop' } })])))).toEqual([
      'stuck',
    ])
  })
})

describe('a pod', () => {
  const stage = (of: ReturnType<typeof pod>) => judge(rolloutState(workload(), [of])).current[0]
  const setup = (state: Parameters<typeof container>[0]) =>
    container(state, { name: 'setup', kind: 'init', image: 'busybox' })
  const crash = { type: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 10s' } as const

  test.each<[string, ReturnType<typeof pod>, string, string | null]>([
    ['runs', pod(RUNNING), 'pulled', null],
    [
      'crashes after its image was pulled, and the crash is reported',
      pod(crash),
      'pulled',
      'CrashLoopBackOff',
    ],
    [
      'has failed after its image was pulled',
      pod({ type: 'terminated', reason: 'Error', exitCode: 1, message: '' }),
      'pulled',
      'Error',
    ],
    ['can’t pull', pod(STUCK), 'stuck', 'ImagePullBackOff'],
    ['has not tried to pull', pod(UNTRIED), 'starting', null],
    [
      'finds no node',
      pod({ type: 'unknown' }, { pod: { node: null }, unscheduled: '0/1 nodes are available' }),
      'unscheduled',
      'Unschedulable',
    ],
    [
      'runs an init container and has not pulled later images',
      pod(UNTRIED, { containers: [setup(RUNNING), container(UNTRIED)] }),
      'initializing',
      null,
    ],
    [
      'whose init container fails is reported with that container',
      pod(UNTRIED, { containers: [setup(crash), container(UNTRIED)] }),
      'initializing',
      'CrashLoopBackOff',
    ],
    [
      'has an image that another of its containers uses',
      pod(RUNNING, { containers: [container(RUNNING), container(UNTRIED, { name: 'twin' })] }),
      'pulled',
      null,
    ],
    [
      'lacks the image of an init container but has the others',
      pod(RUNNING, { containers: [setup(STUCK), container(RUNNING)] }),
      'stuck',
      'ImagePullBackOff',
    ],
    [
      'is not judged by a debug container, which a new pod would not have',
      pod(RUNNING, {
        containers: [container(RUNNING), container(STUCK, { name: 'debug', kind: 'ephemeral' })],
      }),
      'pulled',
      null,
    ],
    [
      'is stuck if the kubelet put its error in place of the reason',
      pod({ type: 'waiting', reason: 'failed to read pull secret', message: '' }),
      'stuck',
      'failed to read pull secret',
    ],
  ])('%s', (_name, of, wanted, trouble) => {
    expect([stage(of)?.stage, stage(of)?.trouble?.reason ?? null]).toEqual([wanted, trouble])
  })

  test('that keeps working on its init container counts as recovered, but only after a while', () => {
    const of = rolloutState(workload(), [pod(UNTRIED, { containers: [setup(RUNNING), container(UNTRIED)] })])
    expect(recoveryOf(judge(of), 1).back).toBe(false)
    expect(recoveryOf(judge(of), 1, { slowInit: true })).toEqual({ wanted: 1, recovered: 1, back: true })
  })
})
