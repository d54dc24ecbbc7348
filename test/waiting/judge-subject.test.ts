/** When a workload that is waited for is done, has failed, or is unknown, by what is seen of it over time. */
import { describe, expect, test } from 'vitest'
import type { RolloutState, RolloutWorkload } from '../../src/snapshot/rollout.ts'
import type { WaitRules } from '../../src/waiting/goal.ts'
import type { SubjectView } from '../../src/waiting/subject-state.ts'
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
import { failure, finding, looks, type Moments, NOW, view } from './views.ts'

const PULLED: WaitRules = { goal: 'pulled', patience: {} }
const OLD = { owner: 'uid-old', hash: 'old' }
const two = workload({ replicas: 2 })
const deployment = (pods: RolloutState['pods'], fields = {}) =>
  rolloutState({ ...two, ...fields }, pods, [revision('new', 2), revision('old', 1)])
const counts = (updated: number, available = updated, total = updated) => ({
  status: { total, updated, available },
})
const own = (kind: 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job' | 'Pod') => ({
  owner: 'uid-shop',
  pod: { name: `shop-${kind === 'StatefulSet' ? 0 : 'x'}` },
})

describe('what is done', () => {
  const waitingPod = (fields = {}) => pod(RUNNING, { ready: false, ...fields })
  const running = (number: number) => Array.from({ length: number }, () => pod(RUNNING))
  const old = () => pod(RUNNING, OLD)
  const job = (fields: Partial<RolloutWorkload>, pods: RolloutState['pods'] = []) =>
    rolloutState(workload({ kind: 'Job', ...fields }), pods)
  const bare = (one: RolloutState['pods'][number]) => rolloutState(workload({ kind: 'Pod' }), [one])
  const alone = (phase?: 'Succeeded' | 'Failed') =>
    waitingPod({ owner: null, pod: { name: 'shop', ...(phase && { phase }) } })
  const set = (kind: 'ReplicaSet' | 'StatefulSet', fields: Partial<RolloutWorkload>, hash = 'new') =>
    rolloutState(workload({ kind, ...fields }), [pod(RUNNING, { ...own(kind), hash })])

  test.each<[string, RolloutState, string, string]>([
    [
      'all pods of the newest revision ready, and counted',
      deployment(running(2), counts(2)),
      'done',
      'ready',
    ],
    [
      'images there, pods not ready',
      deployment([waitingPod(), waitingPod()], counts(2, 0)),
      'waiting',
      'not-ready',
    ],
    [
      'old pods that have yet to go',
      deployment([...running(2), old()], counts(2, 2, 3)),
      'waiting',
      'old-pods',
    ],
    [
      'a change that nobody has read',
      deployment(running(2), { ...counts(2), generation: 3 }),
      'waiting',
      'unobserved',
    ],
    [
      'a revision that has not been heard of',
      deployment(running(2), { ...counts(2), revision: '3' }),
      'waiting',
      'unobserved',
    ],
    ['old healthy pods alone', deployment([old(), old()], counts(0, 2, 2)), 'waiting', 'not-made'],
    ['zero replicas', rolloutState(workload({ replicas: 0 }), []), 'done', 'none-wanted'],
    ['a suspended Job', job({ suspended: true }), 'done', 'suspended'],
    ['a Job without pods', job({}), 'waiting', 'not-made'],
    ['a Job whose pod runs', job({}, [pod(RUNNING, own('Job'))]), 'done', 'started'],
    [
      'a Job that is complete',
      job({ ended: { as: 'complete', reason: '', message: '' } }),
      'done',
      'completed',
    ],
    [
      'a Job that has failed',
      job({ ended: { as: 'failed', reason: 'BackoffLimitExceeded', message: '' } }),
      'unknown',
      'ended',
    ],
    [
      'a CronJob without a Job',
      rolloutState(workload({ kind: 'CronJob', replicas: 0 }), []),
      'done',
      'no-job',
    ],
    ['a pod that runs and is not ready', bare(alone()), 'waiting', 'not-ready'],
    [
      'a pod that is ready on a node that reports no containers',
      bare(pod(UNTRIED, { owner: null, ready: true, pod: { name: 'shop' } })),
      'done',
      'ready',
    ],
    ['a pod that has done its work', bare(alone('Succeeded')), 'done', 'ready'],
    ['a pod that has failed', bare(alone('Failed')), 'unknown', 'ended'],
    [
      'a paused Deployment whose template no pod has',
      deployment(running(2), { ...counts(0, 2, 2), paused: true }),
      'unknown',
      'paused',
    ],
    [
      'a Deployment that was created paused, so that it has no ReplicaSet',
      rolloutState({ ...two, ...counts(0), revision: null, paused: true }, [], []),
      'unknown',
      'paused',
    ],
    [
      'a paused Deployment whose pods all have the newest template',
      deployment(running(2), { ...counts(2), paused: true }),
      'done',
      'ready',
    ],
    [
      'a paused Deployment that keeps an old pod beside the new ones',
      deployment([...running(2), old()], { ...counts(2, 3, 3), paused: true }),
      'unknown',
      'paused',
    ],
    [
      'a ReplicaSet whose pods are ready and not long enough',
      set('ReplicaSet', { status: { total: 1, updated: 0, available: 0 } }),
      'waiting',
      'controller',
    ],
    [
      'a StatefulSet whose old pods wait to be deleted',
      set('StatefulSet', { strategy: 'OnDelete', ...counts(0, 1, 1) }, 'old'),
      'unknown',
      'on-delete',
    ],
  ])('%s', (_what, seen, status, code) => {
    expect(looks({ 0: view(seen) })).toMatchObject({ status, code })
  })

  test.each<[string, RolloutState, string, string]>([
    ['pods that are not ready', deployment([waitingPod(), waitingPod()], counts(2, 0)), 'done', 'pulled'],
    [
      'one of two with its image',
      deployment([waitingPod(), pod(UNTRIED)], counts(2, 0)),
      'waiting',
      'starting',
    ],
    ['one of two already made', deployment([waitingPod()], counts(1, 0)), 'waiting', 'not-made'],
    ['old healthy pods alone', deployment([old(), old()], counts(0, 2, 2)), 'waiting', 'not-made'],
  ])('where images are enough: %s', (_what, seen, status, code) => {
    expect(looks({ 0: view(seen) }, PULLED)).toMatchObject({ status, code })
  })

  test('a partition limits the wait to the ordinals from it on', () => {
    const set = workload({ kind: 'StatefulSet', replicas: 3, partition: 2, ...counts(1, 2, 3) })
    const at = (ordinal: number, state = RUNNING, hash = 'old') =>
      pod(state, { owner: 'uid-shop', hash, pod: { name: `shop-${ordinal}` } })
    const broken = at(0, STUCK)
    const done = rolloutState(set, [broken, at(1), at(2, RUNNING, 'new')])
    const failures = [
      failure(
        { podUid: broken.pod.uid, finding: finding('image-not-found') },
        { since: NOW - 3_600_000, attempts: 9 },
      ),
    ]
    expect(looks({ 0: view(done, failures) })).toMatchObject({ status: 'done', counts: { wanted: 1 } })
    expect(looks({ 0: view(rolloutState(set, [at(0), at(1), at(2, STUCK, 'new')])) }).status).toBe('waiting')
  })

  test('what was done once stays done, also when an autoscaler adds a pod or a Job is cleaned up', () => {
    const well = view(deployment([pod(RUNNING), pod(RUNNING)], counts(2)))
    const more = view(
      deployment([pod(RUNNING), pod(RUNNING), pod(UNTRIED)], { ...counts(3, 2), replicas: 3, generation: 3 }),
    )
    expect(looks({ 0: well, 1: more }).status).toBe('done')
    expect(looks({ 0: well, 60: view(rolloutState(two, [])) }).status).toBe('done')
    expect(looks({ 0: well, 60: view({ workload: null, revisions: [], pods: [] }) }).status).toBe('done')
  })

  test("without permission for ReplicaSets only the controller's own count is believed", () => {
    const unread = (fields: object) =>
      view(rolloutState({ ...two, ...fields }, [pod(RUNNING), pod(RUNNING)], null))
    expect(looks({ 0: unread(counts(2)) }).status).toBe('done')
    expect(looks({ 0: unread(counts(1, 2, 2)) }).status).toBe('waiting')
  })
})

describe('what is gone', () => {
  const nothing = view({ workload: null, revisions: [], pods: [] })
  const there = view(deployment([pod(UNTRIED)], counts(1, 0)))
  const leaving = view(deployment([pod(UNTRIED)], { ...counts(1, 0), ending: true }))

  test('what was never there is waited for', () => {
    expect(looks({ 0: nothing, 500: nothing })).toMatchObject({ status: 'waiting', code: 'absent' })
  })
  test('what is deleted and made again at once is waited for on', () => {
    expect(looks({ 0: there, 1: nothing, 3: there })).toMatchObject({ status: 'waiting', goneSince: null })
  })
  test.each([
    ['gone', nothing],
    ['on its way out', leaving],
  ])('what stays %s is deleted', (_how, seen) => {
    expect(looks({ 0: there, 1: seen, 7: seen })).toMatchObject({ status: 'unknown', code: 'deleted' })
  })
  test("what can't be read is unknown", () => {
    expect(looks({ 0: view(null) })).toMatchObject({ status: 'unknown', code: 'unreadable' })
  })
})

describe('failed pulls', () => {
  const stuck = pod(STUCK)
  const seen = deployment([stuck, pod(RUNNING)], counts(2, 1))
  const failing = (cause: Parameters<typeof finding>[0], fields = {}, of = {}) =>
    view(seen, [failure({ podUid: stuck.pod.uid, finding: finding(cause, of) }, fields)])

  test.each<[string, ReturnType<typeof view>, number, string]>([
    ['a missing image, 44 s', failing('image-not-found', { attempts: 3 }), 44, 'waiting'],
    ['a missing image, 45 s', failing('image-not-found', { attempts: 3 }), 45, 'failed'],
    ['a missing image, 45 s and one attempt', failing('image-not-found'), 60, 'waiting'],
    [
      'a missing image, 45 s, and nobody could count',
      failing('image-not-found', { attempts: 0 }),
      45,
      'failed',
    ],
    [
      'a registry that denies without a login',
      failing('auth-required-or-denied', { attempts: 3 }),
      30,
      'waiting',
    ],
    ['a rate limit after ten minutes', failing('rate-limited', { attempts: 9 }), 600, 'waiting'],
    ['a timeout after ten minutes', failing('network-timeout', { attempts: 9 }), 600, 'waiting'],
    ['nothing that shows the cause', failing('other', { attempts: 9 }), 600, 'waiting'],
    [
      'an image that moved',
      failing(
        'image-not-found',
        {},
        { moved: { prefix: '', state: 'deleted', to: null, since: null, source: '' } as never },
      ),
      0,
      'failed',
    ],
    [
      'a login that was refused',
      failing(
        'auth-required-or-denied',
        {},
        { subcause: 'credential-refused', credential: { status: 'usable', attempts: [] } },
      ),
      0,
      'failed',
    ],
    [
      'a login that was refused, and could not have been sent',
      failing(
        'auth-required-or-denied',
        {},
        { subcause: 'credential-refused', credential: { status: 'broken', attempts: [] } },
      ),
      0,
      'waiting',
    ],
    [
      'an image whose registry says so too',
      failing('image-not-found', {}, { check: { verdict: 'no-such-tag' } as never }),
      0,
      'failed',
    ],
    [
      'an image that the registry has for this machine',
      failing('image-not-found', {}, { check: { verdict: 'opens-anonymously' } as never }),
      0,
      'waiting',
    ],
  ])('%s', (_what, view_, seconds, status) => {
    expect(looks({ 0: view_, [seconds]: view_ }).status).toBe(status)
  })

  test('--patience takes the place of the usual one, in both directions', () => {
    const patience = { 'rate-limited': 0, 'image-not-found': 300_000 }
    expect(looks({ 0: failing('rate-limited') }, { goal: 'ready', patience }).status).toBe('failed')
    expect(
      looks(
        { 0: failing('image-not-found'), 200: failing('image-not-found', { attempts: 9 }) },
        { goal: 'ready', patience },
      ).status,
    ).toBe('waiting')
  })

  test("the last real cause is remembered when the kubelet's message loses it", () => {
    const state = looks({
      0: failing('image-not-found', { attempts: 1 }),
      46: failing('other', { attempts: 2 }),
    })
    expect(state).toMatchObject({ status: 'failed', troubles: [{ finding: { cause: 'image-not-found' } }] })
  })

  test('but not over a cause that has become another one', () => {
    expect(
      looks({ 0: failing('image-not-found'), 46: failing('rate-limited', { since: NOW + 40_000 }) }),
    ).toMatchObject({
      status: 'waiting',
      troubles: [{ finding: { cause: 'rate-limited' }, since: NOW + 40_000 }],
    })
  })

  describe('a Job or a pod that fails by a deadline while its image is missing', () => {
    const LOST = { type: 'terminated', reason: 'ContainerStatusUnknown', exitCode: 137, message: '' } as const
    const reason = { as: 'failed', reason: 'DeadlineExceeded', message: '' } as const
    const job = (pods: RolloutState['pods'], ended: RolloutWorkload['ended'] = null) =>
      rolloutState(workload({ kind: 'Job', replicas: 2, ended }), pods)
    const stuck = pod(STUCK, own('Job'))
    const other = { owner: 'uid-shop', pod: { name: 'shop-y', phase: 'Failed' } }
    const failing = (state: RolloutState): SubjectView =>
      view(state, [failure({ podUid: stuck.pod.uid, finding: finding('image-not-found') })])
    const ending = { until: '2026-11-24T10:10:30Z', finalizers: [] }

    const bare = (one: RolloutState['pods'][number]) =>
      rolloutState(workload({ kind: 'Pod', name: one.pod.name, uid: one.pod.uid }), [one])
    const alone = (fields: object = {}) => ({ owner: null, pod: { name: 'shop-x', ...fields } })

    test.each<[string, Moments]>([
      [
        'of the Job, which deletes its pods',
        {
          0: failing(job([stuck])),
          20: view(job([pod(STUCK, { ...own('Job'), ending })])),
          21: view(job([], reason)),
        },
      ],
      [
        'of the pods of the Job',
        { 0: failing(job([stuck])), 20: view(job([pod(LOST, { ...other, ...own('Job') })], reason)) },
      ],
      [
        'of the pod itself',
        { 0: failing(bare(pod(STUCK, alone()))), 20: view(bare(pod(LOST, alone({ phase: 'Failed' })))) },
      ],
    ])('failed because of the image: by that %s', (_what, moments) => {
      expect(looks(moments)).toMatchObject({
        status: 'failed',
        code: 'image',
        failures: [{ finding: { cause: 'image-not-found' } }],
      })
    })

    test.each<[string, Moments]>([
      ['it was never seen to fail', { 0: view(job([], reason)) }],
      [
        'the image came, and the program failed',
        { 0: failing(job([stuck])), 10: view(job([pod(RUNNING, own('Job'))])), 20: view(job([], reason)) },
      ],
      [
        'a replacement got the image and failed',
        {
          0: failing(job([stuck])),
          10: view(job([pod(RUNNING, { owner: 'uid-shop', pod: { name: 'shop-y' } })])),
          20: view(job([], reason)),
        },
      ],
      [
        'another pod that failed had the image',
        { 0: failing(job([stuck])), 20: view(job([pod(RUNNING, other)], reason)) },
      ],
    ])('but not if %s', (_what, moments) => {
      expect(looks(moments)).toMatchObject({ status: 'unknown', code: 'ended', failures: [] })
    })
  })

  test('pods of an older revision never make it fail, however long they fail', () => {
    const old = pod(STUCK, OLD)
    const failures = [
      failure({ podUid: old.pod.uid, finding: finding('image-not-found') }, { since: 0, attempts: 9 }),
    ]
    expect(looks({ 0: view(deployment([old, pod(UNTRIED)], counts(1, 0)), failures) })).toMatchObject({
      status: 'waiting',
      troubles: [],
    })
  })

  describe('an old pod that a StatefulSet waits for before it replaces any', () => {
    const old = pod(STUCK, { ...own('StatefulSet'), hash: 'old' })
    const of = { podUid: old.pod.uid, finding: finding('image-not-found') }
    const blocked = (ordered: boolean) =>
      view(
        rolloutState(
          workload({ kind: 'StatefulSet', replicas: 2, ordered, revision: 'new', ...counts(0, 0, 1) }),
          [old],
        ),
        [failure(of, { attempts: 3 })],
      )

    test('is named at once, and ends the wait when its pull has failed for too long', () => {
      expect(looks({ 5: blocked(true) })).toMatchObject({
        ...{ status: 'waiting', code: 'blocked', obstacle: { pod: 'shop-0' } },
      })
      expect(looks({ 46: blocked(true) })).toMatchObject({ status: 'unknown', code: 'blocked' })
    })

    test('stops nothing where pods start in parallel', () => {
      expect(looks({ 46: blocked(false) })).toMatchObject({ status: 'waiting', code: 'not-made' })
    })
  })

  test('nor does anything while it is not known which revision is the newest', () => {
    const unread = rolloutState({ ...two, ...counts(1, 0, 2) }, [stuck], null)
    const failures = [
      failure({ podUid: stuck.pod.uid, finding: finding('image-not-found') }, { since: 0, attempts: 9 }),
    ]
    expect(looks({ 0: view(unread, failures) }).status).toBe('waiting')
  })

  test('a newer revision begins again, with the patience that is its own', () => {
    const newer = rolloutState(
      { ...two, ...counts(1, 0), revision: '3' },
      [pod(UNTRIED, { owner: 'uid-3' })],
      [{ ...revision('new', 2), uid: 'uid-3', number: 3 }, revision('new', 0)],
    )
    expect(looks({ 0: failing('image-not-found', { attempts: 3 }), 40: view(newer) })).toMatchObject({
      status: 'waiting',
      superseded: 1,
      troubles: [],
    })
  })

  test('patience goes on when a failing pod is replaced by another with the same trouble', () => {
    const next = pod(STUCK)
    const replaced = view(deployment([next, pod(RUNNING)], counts(2, 1)), [
      failure(
        { podUid: next.pod.uid, finding: finding('image-not-found') },
        { since: NOW + 40_000, attempts: 1 },
      ),
    ])
    expect(looks({ 0: failing('image-not-found', { attempts: 3 }), 50: replaced }).status).toBe('failed')
  })

  test('one node of many is named, with the pods that are well', () => {
    const others = Array.from({ length: 499 }, () => pod(RUNNING))
    const many = rolloutState(
      workload({ replicas: 500, ...counts(500, 499) }),
      [stuck, ...others],
      [revision('new', 500)],
    )
    const state = looks({
      0: view(many, [failure({ podUid: stuck.pod.uid, finding: finding('image-not-found') })]),
    })
    expect(state.troubles).toMatchObject([{ nodes: ['node-1'], well: 499 }])
  })

  test("a sandbox image that can't be pulled is a trouble of every pod on the node", () => {
    const of = finding('image-not-found', { containerKind: 'sandbox', container: '', image: 'pause:3' })
    const pods = [pod(UNTRIED), pod(UNTRIED)]
    const failures = pods.map(({ pod: { uid, name } }) =>
      failure({ podUid: uid, finding: { ...of, pod: name } }),
    )
    expect(looks({ 0: view(deployment(pods, counts(2, 0)), failures) }).troubles).toMatchObject([
      { pods: pods.map(each => each.pod.name).sort() },
    ])
  })
})

describe('what is not an image problem', () => {
  const crash = { type: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off restarting' } as const
  test.each<[string, RolloutState, string]>([
    [
      'a crash',
      deployment(
        [pod(crash, { containers: [container(crash, { imageId: 'sha256:1' })] }), pod(RUNNING)],
        counts(2, 1),
      ),
      'crashing',
    ],
    [
      'no node',
      deployment(
        [
          pod(UNTRIED, { pod: { name: 'shop-n', node: null }, unscheduled: '0/3 nodes are available' }),
          pod(RUNNING),
        ],
        counts(2, 1),
      ),
      'unscheduled',
    ],
    ['a refusal', deployment([pod(RUNNING)], { ...counts(1), refusal: 'exceeded quota' }), 'refused'],
    [
      'an init container at work',
      deployment(
        [
          pod(UNTRIED, {
            containers: [
              container(RUNNING, { kind: 'init', name: 'init' }),
              container(UNTRIED, { image: 'other' }),
            ],
          }),
          pod(RUNNING),
        ],
        counts(2, 1),
      ),
      'initializing',
    ],
  ])('%s is reported and waited for', (_what, seen, code) => {
    expect(looks({ 0: view(seen), 600: view(seen) })).toMatchObject({ status: 'waiting', code })
  })
})
