import { expect, test } from 'vitest'
import { PodStore } from '../../../src/source/following/pod-store.ts'

const pod = (uid: string, controller: string | null, phase = 'Running') => ({
  metadata: {
    ...{ name: `pod-${uid}`, namespace: 'web', uid },
    ...(controller === null
      ? {}
      : { ownerReferences: [{ kind: 'ReplicaSet', name: 'set', uid: controller, controller: true }] }),
  },
  spec: { containers: [{ name: 'main', image: 'nginx' }] },
  status: { phase },
})

function held(claimed: Set<string>) {
  const gone: string[] = []
  const claims = {
    controller: (uid: string) => claimed.has(uid),
    pod: (_at: string, name: string) => name === 'pod-bare',
  }
  return { pods: new PodStore(claims, uid => void gone.push(uid)), gone }
}

test('of a list only pods that are waited for and pods that have not started are held', () => {
  const { pods } = held(new Set(['set-1']))
  const list = pods.begin()
  for (const one of [
    pod('a', 'set-1'),
    pod('b', 'other'),
    pod('c', 'other', 'Pending'),
    pod('bare', null),
    pod('d', null),
  ])
    list.take(one)
  list.end()
  expect(['a', 'b', 'c', 'bare', 'd'].map(uid => pods.has(uid))).toEqual([true, false, true, true, false])
})

test('a static pod is also known by the uid that its events have', () => {
  const { pods, gone } = held(new Set())
  const { metadata, ...rest } = pod('bare', null)
  const object = {
    ...rest,
    metadata: { ...metadata, annotations: { 'kubernetes.io/config.mirror': '5a3c' } },
  }
  pods.change({ type: 'added', object })
  expect([pods.has('bare'), pods.has('5a3c')]).toEqual([true, true])
  pods.change({ type: 'deleted', object })
  expect([pods.has('5a3c'), gone]).toEqual([false, ['bare', '5a3c']])
})

test('a pod that is heard of before its controller is there when it is claimed', () => {
  const claimed = new Set<string>()
  const { pods } = held(claimed)
  pods.change({ type: 'added', object: pod('a', 'set-2') })
  claimed.add('set-2')
  expect(pods.controlledBy('set-2').map(({ pod: { uid } }) => uid)).toEqual(['a'])
})

test('of pods without a known controller only the newest are kept', () => {
  const { pods, gone } = held(new Set())
  for (let index = 0; index < 2_001; index++)
    pods.change({ type: 'added', object: pod(`u${index}`, 'other') })
  expect([pods.has('u0'), pods.has('u1'), gone]).toEqual([false, true, ['u0']])
})

test('what a list no longer shows is gone, and another pod of the same name is another one', () => {
  const { pods, gone } = held(new Set(['set-1']))
  pods.change({ type: 'added', object: pod('a', 'set-1') })
  const list = pods.begin()
  list.take({ ...pod('b', 'set-1'), metadata: { ...pod('b', 'set-1').metadata, name: 'pod-a' } })
  list.end()
  expect(gone).toEqual(['a'])
  expect(pods.podNamed('web', 'pod-a')?.pod.uid).toBe('b')
})
