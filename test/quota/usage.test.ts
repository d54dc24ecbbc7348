/** Who pulls and how much: what counts, what is free, whose count it is, and when the pulls run out. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alwaysCost } from '../../src/quota/pull-cost.ts'
import { restartCycle } from '../../src/quota/spenders.ts'
import { usageOf } from '../../src/quota/usage.ts'
import type { QuotaAnswer } from '../../src/snapshot/hub-quota.ts'
import type { Restart } from '../../src/snapshot/hub-usage.ts'
import { titled } from '../titled.ts'
import {
  AT,
  anonymous,
  container,
  facts,
  limited,
  login,
  node,
  nodes,
  pod,
  pullsOf,
  restart,
  SIX_HOURS,
  waitingFor,
  workload,
} from './facts.ts'

test.each<[runtime: string | null, cost: ReturnType<typeof alwaysCost>]>([
  ['containerd://1.6.20', 'nothing'],
  ['containerd://2.3.0-k3s1', 'nothing'],
  ['docker://29.0.1', 'nothing'],
  ['docker://20.10.0', 'nothing'],
  ['docker://20.9.0', 'each'],
  ['docker://19.3.15', 'each'],
  ['cri-o://1.34.0', 'each'],
  ['mystery://1.0', 'unknown'],
  ['containerd://', 'unknown'],
  [null, 'unknown'],
])('policy Always on %s costs %s', (runtime, cost) => {
  expect(alwaysCost(runtime)).toBe(cost)
})

describe('how often a container restarts', () => {
  const waitingSince = (endedSeconds: number, ranSeconds: number, backOffSeconds: number | null): Restart => {
    const end = Date.parse(AT) - endedSeconds * 1000
    return {
      container: container(),
      previousStart: null,
      lastStart: new Date(end - ranSeconds * 1000).toISOString(),
      lastEnd: new Date(end).toISOString(),
      backOffSeconds,
    }
  }

  test.each(
    titled<[restart: Restart, seconds: number | null]>({
      'by its last two starts': [restart(300, 20), 300],
      'with a back-off configured down to a second': [restart(2, 1), 2],
      'in no time': [restart(0, 0), 1],
      'less often than last time': [restart(300, 500), 500],
      'slowly, for an hour runs well': [restart(3600, 3000), 3600],
      'no more': [restart(300, 3600), null],
      'no more, though it did every second': [restart(1, 700), null],
      'after the wait that the kubelet reports': [waitingSince(5, 10, 80), 90],
      'after a wait of unknown length': [waitingSince(40, 10, null), 50],
      'never yet': [{ ...restart(300), previousStart: null }, null],
      'at a malformed time': [{ ...restart(300), lastStart: 'soon' }, null],
    }),
  )('%s', (_what, of, seconds) => {
    expect(restartCycle(of, AT)).toBe(seconds)
  })

  test('never more than once a second, and never more often than the time since its last start', () => {
    const seconds = fc.integer({ min: -100, max: 100_000 })
    fc.assert(
      fc.property(seconds, seconds, (cycle, since) => {
        const found = restartCycle(restart(cycle, since), AT)
        expect(found === null || (found >= 1 && found >= since)).toBe(true)
      }),
    )
  })
})

describe('what counts', () => {
  const crio = nodes(4, { runtime: 'cri-o://1.34.0' })
  const everyMinute = { expression: '* * * * *', timeZone: null }

  test.each(
    titled<[of: Parameters<typeof facts>[0], pulls: Record<string, number>]>({
      'nothing, where nothing happens': [{ workloads: [workload('Deployment', 'shop', { pods: 50 })] }, {}],
      'one pull for each node and image, whichever pods wait for it': [
        {
          pods: [
            pod('a', { waiting: [waitingFor('nginx'), waitingFor('redis:7')] }),
            pod('b', { waiting: [waitingFor('docker.io/library/nginx:latest')] }),
            pod('c', { node: 'node-1', waiting: [waitingFor('nginx')] }),
          ],
        },
        { a: 2, c: 1 },
      ],
      'one pull for each pod without a node': [
        {
          pods: [
            pod('a', { node: null, waiting: [waitingFor('nginx')] }),
            pod('b', { node: null, waiting: [waitingFor('nginx')] }),
          ],
        },
        { a: 1, b: 1 },
      ],
      'no pull of an image that the node lists, unless its runtime gets the manifest each time': [
        {
          nodes: [
            node('node-0', { images: ['docker.io/acme/app:1'] }),
            node('node-1', { images: ['docker.io/acme/app:1'], runtime: 'cri-o://1.34.0' }),
          ],
          pods: [
            pod('listed', { waiting: [waitingFor('acme/app:1')] }),
            pod('always', { waiting: [waitingFor('acme/app:1', { container: container() })] }),
            pod('crio', { node: 'node-1', waiting: [waitingFor('acme/app:1', { container: container() })] }),
          ],
        },
        { crio: 1 },
      ],
      'restarts only where each costs a pull': [
        {
          nodes: [node('node-0'), node('node-1', { runtime: 'cri-o://1.34.0' })],
          pods: [
            pod('free', { restarts: [restart(60)] }),
            pod('costly', { node: 'node-1', restarts: [restart(60), restart(600)] }),
            pod('kept', {
              node: 'node-1',
              restarts: [restart(60, 1, container('acme/app:1', { policy: 'IfNotPresent' }))],
            }),
          ],
        },
        { costly: 396 },
      ],
      'what is left of a rollout, on nodes that may lack the image': [
        {
          nodes: [...nodes(3), node('has-it', { images: ['docker.io/acme/app:1'] })],
          workloads: [
            workload('DaemonSet', 'agent', { pods: 4, outstanding: 4 }),
            workload('Deployment', 'web', { pods: 9, outstanding: 2 }),
          ],
        },
        { agent: 3, web: 2 },
      ],
      'each run of a schedule on CRI-O': [
        { nodes: crio, workloads: [workload('CronJob', 'job', { schedule: everyMinute, pods: 2 })] },
        { job: 720 },
      ],
      'each node once for a schedule on containerd': [
        { nodes: nodes(5), workloads: [workload('CronJob', 'job', { schedule: everyMinute })] },
        { job: 5 },
      ],
      'a share of the runs where some nodes run CRI-O': [
        {
          nodes: [...nodes(3), node('crio', { runtime: 'cri-o://1.34.0' })],
          workloads: [workload('CronJob', 'job', { schedule: everyMinute })],
        },
        { job: 94 },
      ],
      "every run where nodes can't be read": [
        { nodes: null, workloads: [workload('CronJob', 'job', { schedule: everyMinute })] },
        { job: 360 },
      ],
      'rollouts that come again and again, and not a single one': [
        {
          nodes: nodes(3),
          workloads: [
            workload('Deployment', 'often', { pods: 10 }),
            workload('Deployment', 'once', { pods: 10 }),
          ],
          rollouts: [
            { namespace: 'web', deployment: 'often', count: 2 },
            { namespace: 'web', deployment: 'once', count: 1 },
          ],
        },
        { often: 36 },
      ],
    }),
  )('%s', (_what, of, pulls) => {
    expect(pullsOf(facts(of))).toEqual(pulls)
  })

  test("a pod's pulls are its topmost controller's", () => {
    const above = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', uid: 'd' }
    const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-1', uid: 'r' }
    const of = facts({
      owners: [{ namespace: 'web', kind: 'ReplicaSet', name: 'shop-1', uid: 'r', controller: above }],
      pods: [pod('shop-1-a', { controller, waiting: [waitingFor('nginx')] })],
      workloads: [workload('Deployment', 'shop')],
    })
    expect(usageOf(of, [anonymous()], null).spenders).toMatchObject([
      { workload: { kind: 'Deployment', name: 'shop' }, pulls: 1, images: ['acme/app:1', 'nginx'] },
    ])
  })
})

describe('whose count it is', () => {
  const unlimited: QuotaAnswer = { status: 'unlimited' }
  const accounts = [{ namespace: 'web', name: 'default', imagePullSecrets: ['gone', 'team'] }]
  const waiting = (pullSecrets: string[]) =>
    facts({ serviceAccounts: accounts, pods: [pod('a', { pullSecrets, waiting: [waitingFor('nginx')] })] })
  const rolling = (pullSecrets: string[]) =>
    facts({
      serviceAccounts: accounts,
      workloads: [workload('Deployment', 'a', { outstanding: 1, pullSecrets })],
    })

  test.each<[what: string, of: ReturnType<typeof facts>, answer: QuotaAnswer, payer: number]>([
    ["the pod's own secret", waiting(['team']), unlimited, 1],
    ['no secret of the pod, whatever its account has now', waiting([]), unlimited, 0],
    ['a secret of another namespace', waiting(['other']), unlimited, 0],
    ["the account's, for a template without any", rolling([]), unlimited, 1],
    ["the template's own alone", rolling(['other']), unlimited, 0],
    ['a login that is not accepted', waiting(['team']), { status: 'wrong-credential' }, 0],
  ])('%s', (_what, of, answer, payer) => {
    const quotas = [anonymous(), login('web/team', answer)]
    expect(usageOf(of, quotas, null).spenders.map(spender => spender.payer)).toEqual([payer])
  })
})

describe('whether the pulls last', () => {
  const often = (expression: string) => ({
    nodes: nodes(1, { runtime: 'cri-o://1.34.0' }),
    workloads: [workload('CronJob', 'job', { schedule: { expression, timeZone: null } })],
  })

  test.each<[answer: QuotaAnswer, fits: boolean | null, runsOutAfter: number | null]>([
    [limited(100, 60), true, null],
    [limited(100, 36), true, null],
    [limited(100, 35), false, 36 * 600],
    [limited(100, 5), false, 6 * 600],
    [limited(100, 0), false, 600],
    [{ status: 'rate-limited', retryAfterSeconds: null }, false, 600],
    [{ status: 'unlimited' }, true, null],
    [{ status: 'unknown', why: 'denied', detail: '' }, null, null],
    [limited(100, 5, 3600), false, 6 * 600],
    [limited(100, 6, 3600), true, null],
  ])('%j', (answer, fits, runsOutAfter) => {
    const [outlook] = usageOf(facts(often('*/10 * * * *')), [anonymous(answer)], null).outlooks
    expect(outlook).toMatchObject({ fits, runsOutAfter })
  })

  test('what is due now runs out now', () => {
    const of = facts({ pods: [pod('a', { waiting: [waitingFor('nginx'), waitingFor('redis')] })] })
    const [outlook] = usageOf(of, [anonymous(limited(100, 1))], null).outlooks
    expect(outlook).toMatchObject({ pulls: 2, now: 2, fits: false, runsOutAfter: 0 })
  })

  test('the course rises to the pulls of the window, and is above what is left from the moment they run out', () => {
    const cycles = fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 5 })
    fc.assert(
      fc.property(cycles, fc.integer({ min: 0, max: 300 }), (seconds, left) => {
        const restarts = seconds.map(each => restart(each))
        const of = facts({
          ...often('*/7 * * * *'),
          pods: [pod('a', { restarts, waiting: [waitingFor('redis')] })],
        })
        const { spenders, outlooks, window } = usageOf(of, [anonymous(limited(300, left))], null)
        const [outlook] = outlooks
        if (outlook === undefined) throw new Error('no outlook')
        const { course, pulls, fits, runsOutAfter } = outlook
        expect(course.every((made, step) => made >= (course[step - 1] ?? 0))).toBe(true)
        expect(course.at(-1)).toBe(pulls)
        expect(spenders.reduce((sum, spender) => sum + spender.pulls, 0)).toBe(pulls)
        expect(fits).toBe(pulls <= left)
        if (runsOutAfter === null) return
        const after = course.filter((_, step) => (step / (course.length - 1)) * window >= runsOutAfter + 1)
        expect(after.every(made => made > left)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('what saves most', () => {
  const crio = nodes(1, { runtime: 'cri-o://1.34.0' })
  const job = (name: string, image: string, expression: string) =>
    workload('CronJob', name, { containers: [container(image)], schedule: { expression, timeZone: null } })

  test('the three greatest, by what each could do without', () => {
    const of = facts({
      nodes: crio,
      workloads: [
        job('fixed', 'acme/a:1.2.3', '*/5 * * * *'),
        job('floating', 'acme/b', '*/10 * * * *'),
        job('rare', 'acme/c:1', '0 * * * *'),
      ],
      pods: [pod('loop', { restarts: [restart(30)] })],
    })
    expect(usageOf(of, [anonymous(limited(2000, 2000))], null).savings).toMatchObject([
      { code: 'stop-crashing', pulls: 720, pod: 'loop' },
      { code: 'keep-image', pulls: 72, workload: { name: 'fixed' } },
      { code: 'pin', pulls: 36, workload: { name: 'floating' } },
    ])
  })

  test('a login only where one has enough for what does not fit', () => {
    const of = facts({ nodes: crio, workloads: [job('fixed', 'acme/a:1.2.3', '* * * * *')] })
    const codes = (answer: QuotaAnswer) =>
      usageOf(of, [anonymous(), login('web/x', answer)], null).savings.map(({ code }) => code)
    expect(codes({ status: 'unlimited' })).toContain('log-in')
    expect(codes(limited(500, 400))).toContain('log-in')
    expect(codes(limited(200, 200))).not.toContain('log-in')
    expect(codes({ status: 'wrong-credential' })).not.toContain('log-in')
  })

  test('another registry only for official images', () => {
    const codes = (image: string) =>
      usageOf(facts({ pods: [pod('a', { waiting: [waitingFor(image)] })] }), [anonymous()], null).savings.map(
        ({ code }) => code,
      )
    expect(codes('nginx:1.27')).toEqual(['other-registry'])
    expect(codes('acme/app:1')).toEqual([])
  })
})

describe('plans and new nodes', () => {
  test.each<[own: boolean, allows: number]>([
    [true, 400],
    [false, 100],
  ])('addresses count where all nodes have their own: %s', (hasOwnAddress, allows) => {
    const { capacities } = usageOf(facts({ nodes: nodes(4, { hasOwnAddress }) }), [anonymous()], null)
    expect(capacities.map(({ plan, allows: pulls }) => [plan, pulls])).toEqual([
      ['anonymous', allows],
      ['personal', 200],
      ['paid', null],
    ])
  })

  test('DaemonSets pull on every new node, other pods where they are placed', () => {
    const of = facts({
      nodes: nodes(10),
      workloads: [
        workload('DaemonSet', 'all', { pods: 10, containers: [container('a'), container('b')] }),
        workload('DaemonSet', 'half', { pods: 5 }),
        workload('Deployment', 'large', { pods: 10_000 }),
        workload('CronJob', 'job', { schedule: { expression: '* * * * *', timeZone: null } }),
      ],
    })
    expect(usageOf(of, [anonymous()], 100).forecast).toEqual({
      nodes: 100,
      atOnce: 250,
      later: 100,
      cacheSaves: 347,
      waits: [
        { how: 'shared-address', seconds: 3 * SIX_HOURS },
        { how: 'own-addresses', seconds: 0 },
        { how: 'personal', seconds: SIX_HOURS },
        { how: 'paid', seconds: 0 },
      ],
    })
  })
})
