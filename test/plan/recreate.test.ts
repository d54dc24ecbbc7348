/** The remedy `recreate`: which stuck pods are deleted, how, and which are not. */
import { describe, expect, test } from 'vitest'
import type { ScopeJob } from '../../src/snapshot/fix-objects.ts'
import {
  account,
  changesOf,
  controller,
  declinedOf,
  finding,
  maker,
  planFor,
  stuckPod,
  tried,
  workload,
} from './inputs.ts'

describe('recreating stuck pods', () => {
  test.each(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'])(
    'a pod of a %s is deleted once its account names the Secret',
    kind => {
      const pods = [stuckPod({ controller: controller(kind) })]
      const jobs = [{ uid: 'uid-Job', failuresLeft: 6, doomed: [], limit: 'backoff-limit' as const }]
      const plan = planFor({ pods, fixObjects: { jobs } })
      expect(plan.changes.at(-1)).toMatchObject({
        action: 'recreate-pod',
        method: 'delete',
        target: { uid: 'uid-shop-1' },
        needs: ['serviceaccount:web/default'],
        controller: { kind },
        pulls: 1,
      })
    },
  )

  test('a pod that a program created for one run is left even then, as a copy would serve no run', () => {
    const pods = [stuckPod({ controller: null, maker: 'gitlab-runner' })]
    const plan = planFor({ pods, fixObjects: { workloads: [] }, recreateBarePods: true })
    expect(declinedOf(plan)).toEqual(['made-pod Pod web/shop-1'])
    expect(plan.changes.map(({ action }) => action)).toEqual(['create-secret', 'patch-serviceaccount'])
  })

  test('a pod whose containers all run is evicted, so that disruption budgets are respected', () => {
    const pod = stuckPod()
    const ready = pod.containers.map(container => ({ ...container, ready: true }))
    const init = { ...pod.containers[0], name: 'setup', kind: 'init', ready: false } as (typeof ready)[number]
    const plan = planFor({ pods: [{ ...pod, containers: [init, ...ready] }] })
    expect(plan.changes.at(-1)).toMatchObject({ method: 'evict' })
  })

  test('a bare pod is left unless its recreation was requested', () => {
    const pods = [stuckPod({ controller: null })]
    const fixObjects = { workloads: [] }
    expect(declinedOf(planFor({ pods, fixObjects }))).toEqual(['bare-pod Pod web/shop-1'])
    expect(planFor({ pods, fixObjects, recreateBarePods: true }).changes.at(-1)).toMatchObject({
      action: 'recreate-bare-pod',
    })
  })

  test('a bare pod gets the Secret from its account if it has no list, otherwise in its list', () => {
    const bare = (pullSecrets: string[], serviceAccount = 'default') => {
      const pods = [stuckPod({ controller: null, pullSecrets, serviceAccount })]
      return planFor({ pods, fixObjects: { workloads: [] }, recreateBarePods: true }).changes.at(-1)
    }
    const byAccount = { secretName: null, needs: ['serviceaccount:web/default'] }
    const byItself = { secretName: 'dockercreds', needs: ['secret:web/dockercreds'] }
    expect(bare([])).toMatchObject(byAccount)
    expect(bare(['old'])).toMatchObject(byItself)
    expect(bare([], 'out-of-scope')).toMatchObject(byItself)
  })

  test.each([
    ['a bare pod', { controller: null }, 'recreate-bare-pod web/shop-1'],
    ['a pod of a ReplicaSet', {}, 'recreate-pod web/shop-1'],
  ])("%s that is older than its account's pull secret is recreated", (_name, fields, change) => {
    const pod = stuckPod(fields)
    const plan = planFor({
      pods: [pod],
      findings: [finding(pod, { remedies: ['recreate'] })],
      remedies: new Set(['recreate']),
      recreateBarePods: true,
      fixObjects: { serviceAccounts: [account({ imagePullSecrets: [{ name: 'dockercreds' }] })] },
    })
    expect(changesOf(plan)).toEqual([change])
    expect(plan.changes[0]).not.toMatchObject({ secretName: 'dockercreds' })
  })

  test.each([
    [
      'a mirror pod',
      { mirror: true, controller: controller('Node') },
      { code: 'mirror-pod', node: 'node-1' },
    ],
    ["a custom controller's pod", { controller: controller('CloneSet') }, { code: 'custom-controller' }],
  ])('%s is left with its own reason, whatever it needs', (_name, fields, declined) => {
    const pod = stuckPod(fields)
    for (const remedy of ['authenticate', 'recreate'] as const) {
      const findings = [finding(pod, { remedies: [remedy] })]
      const plan = planFor({ pods: [pod], findings, fixObjects: { workloads: [] }, recreateBarePods: true })
      expect(plan.declined).toMatchObject([{ ...declined, target: { name: 'shop-1' } }])
      expect(changesOf(plan).filter(line => line.includes('shop-1'))).toEqual([])
    }
  })

  test('a stuck Job of a CronJob keeps the list it was created with, so its pod stays', () => {
    const pods = [stuckPod({ controller: controller('Job') })]
    const workloads = [
      workload({
        kind: 'CronJob',
        apiVersion: 'batch/v1',
        rollsOut: false,
        imagePullSecrets: [{ name: 'dockercreds' }],
      }),
    ]
    const controllers = [maker({ uid: 'uid-Job', imagePullSecrets: [{ name: 'old' }] })]
    const plan = planFor({ pods, fixObjects: { workloads, controllers } })
    expect(declinedOf(plan)).toEqual(['immutable-job Job web/of-Job'])
    expect(changesOf(plan)).not.toContain('recreate-pod web/shop-1')
  })

  test.each<[string, Partial<ScopeJob>, object, string[]]>([
    [
      'pods whose deletion would end their Job stay',
      { failuresLeft: 1 },
      { pods: 2, limit: 'backoff-limit' },
      [],
    ],
    [
      'a pod whose Job index has no failures left stays, and the others are deleted',
      { doomed: ['uid-a'], limit: 'backoff-limit-per-index' },
      { pods: 1, limit: 'backoff-limit-per-index' },
      ['recreate-pod web/b'],
    ],
  ])('%s', (_name, fields, declined, recreated) => {
    const pods = ['a', 'b'].map(name => stuckPod({ name, uid: `uid-${name}`, controller: controller('Job') }))
    const workloads = [workload({ kind: 'Job', apiVersion: 'batch/v1', podUids: ['uid-a', 'uid-b'] })]
    const jobs = [
      { uid: 'uid-Job', failuresLeft: 99, doomed: [], limit: 'backoff-limit' as const, ...fields },
    ]
    const plan = planFor({ pods, fixObjects: { workloads, jobs } })
    expect(plan.declined).toMatchObject([{ code: 'job-would-fail', ...declined }])
    expect(changesOf(plan).filter(line => line.startsWith('recreate'))).toEqual(recreated)
  })

  test('a pod of a template that its Deployment has replaced is left to the rollout', () => {
    const controllers = [maker({ uid: 'uid-ReplicaSet', outgoing: true })]
    const plan = planFor({ fixObjects: { controllers } })
    expect(declinedOf(plan)).toEqual(['outgoing-pod Pod web/shop-1'])
    expect(changesOf(plan)).not.toContain('recreate-pod web/shop-1')
  })

  describe('a pod of a StatefulSet below its partition', () => {
    const pods = [stuckPod({ name: 'db-0', controller: controller('StatefulSet') })]
    const planWith = (earlier: { name: string }[] | null, newest: { name: string }[] | null) =>
      planFor({
        pods,
        fixObjects: {
          workloads: [
            workload({ kind: 'StatefulSet', name: 'db', rollsOut: false, imagePullSecrets: newest }),
          ],
          controllers: [
            maker({
              uid: 'uid-StatefulSet',
              imagePullSecrets: newest,
              partition: { below: 2, imagePullSecrets: earlier },
            }),
          ],
        },
      })

    test("whose earlier template has a list is reported, and nothing is written that can't reach it", () => {
      const plan = planWith([{ name: 'old' }], [{ name: 'old' }])
      expect(declinedOf(plan)).toEqual(['below-partition Pod web/db-0'])
      expect(changesOf(plan)).toEqual(['create-secret web/dockercreds', 'patch-serviceaccount web/default'])
    })

    test("whose earlier template has none gets its account's pull secrets, whatever the newest has", () => {
      expect(changesOf(planWith(null, [{ name: 'new' }])).at(-1)).toBe('recreate-pod web/db-0')
    })
  })

  describe('a pod with another failing container', () => {
    const planWith = (fields: Parameters<typeof finding>[1]) => {
      const pod = stuckPod()
      return planFor({
        pods: [pod],
        findings: [finding(pod), finding(pod, { container: 'side', ...fields })],
      })
    }

    test('that fails for good is not recreated', () => {
      const plan = planWith({ cause: 'image-not-found', subcause: null, remedies: [] })
      expect(plan.declined).toMatchObject([{ code: 'other-container-fails', container: 'side' }])
      expect(changesOf(plan)).not.toContain('recreate-pod web/shop-1')
    })

    test('that fails temporarily is recreated', () => {
      const plan = planWith({ cause: 'network-timeout', subcause: null, remedies: [] })
      expect(changesOf(plan)).toContain('recreate-pod web/shop-1')
    })
  })

  test("a Job's list can't be changed, and the plan says so", () => {
    const workloads = [workload({ kind: 'Job', rollsOut: false, imagePullSecrets: [{ name: 'own' }] })]
    const plan = planFor({ pods: [stuckPod({ controller: controller('Job') })], fixObjects: { workloads } })
    expect(plan.declined).toMatchObject([{ code: 'immutable-job', fields: ['imagePullSecrets'] }])
  })

  test('a paused Deployment is not changed and its pods are not deleted, because they would come back the same', () => {
    const workloads = [workload({ paused: true, imagePullSecrets: [{ name: 'own' }] })]
    const plan = planFor({ fixObjects: { workloads } })
    expect(plan.declined).toMatchObject([{ code: 'paused-deployment', fields: ['imagePullSecrets'] }])
    expect(changesOf(plan)).toEqual(['create-secret web/dockercreds', 'patch-serviceaccount web/default'])
  })

  test('a typo has no remedy, and its pod stays', () => {
    const pods = [stuckPod()]
    const findings = pods.map(pod => finding(pod, { cause: 'image-not-found', subcause: null, remedies: [] }))
    const plan = planFor({ pods, findings })
    expect(plan.declined).toMatchObject([{ code: 'no-remedy', cause: 'image-not-found' }])
    expect(changesOf(plan)).not.toContain('recreate-pod web/shop-1')
  })

  test('a pod that was limited with the very account at hand does not benefit from it', () => {
    const pods = [stuckPod()]
    const credential = tried({ username: 'alice' })
    const findings = pods.map(pod => finding(pod, { subcause: 'account', credential }))
    expect(planFor({ pods, findings }).declined).toMatchObject([
      { code: 'same-account-limited', username: 'alice' },
    ])
  })

  test('a bare pod that an interrupted run deleted is restored', () => {
    const interruptedPods = [{ run: 'r1', namespace: 'web', name: 'bare', uid: null, ending: null }]
    const plan = planFor({ pods: [], fixObjects: { interruptedPods } })
    expect(plan.changes.at(-1)).toMatchObject({ action: 'restore-bare-pod', run: 'r1' })
  })
})
