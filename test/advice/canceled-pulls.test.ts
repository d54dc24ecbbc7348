/** Steps for a pull that was canceled: by a restart on its node, and while the kubelet is pulling again. */
import { expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import type { Node } from '../../src/snapshot/node.ts'
import type { NodeRestart } from '../../src/snapshot/snapshot.ts'
import { event } from '../diagnosis/snapshots.ts'
import { findingOf } from './situation.ts'

const IMAGE = 'ghcr.io/acme/app:1'
const CANCELED = `failed to pull and unpack image "${IMAGE}": failed to copy: context canceled`

/** The finding of a pod whose pull failed at 10:05, in a snapshot of 10:10. */
const canceled = (shown: {
  pulling?: string
  restart?: Partial<NodeRestart>
  error?: string
  firstSeen?: string
  lastSeen?: string
  node?: Partial<Node>
}) => {
  const {
    pulling,
    restart,
    error = CANCELED,
    firstSeen = '2026-11-24T10:05:00Z',
    lastSeen = '2026-11-24T10:05:00Z',
    node,
  } = shown
  const failed = event({ message: `Failed to pull image "${IMAGE}": ${error}`, firstSeen, lastSeen })
  const began = event({ reason: 'Pulling', message: `Pulling image "${IMAGE}"`, lastSeen: pulling ?? null })
  return findingOf({
    image: IMAGE,
    error,
    ...(node === undefined ? {} : { node }),
    pod: { controller: { apiVersion: 'batch/v1', kind: 'Job', name: 'run', uid: 'run' } },
    shown: {
      events: [failed, ...(pulling === undefined ? [] : [began])],
      restarts:
        restart === undefined
          ? []
          : [{ node: 'node-1', of: 'runtime', at: '2026-11-24T10:05:20Z', ...restart }],
    },
  })
}
const codes = (shown: Parameters<typeof canceled>[0]) => stepsFor(canceled(shown)).map(({ code }) => code)

test('a pull that has begun since is awaited, and not cut off', () => {
  const pulling = '2026-11-24T10:06:00Z'
  const [first, ...others] = stepsFor(canceled({ pulling }))
  expect(first).toEqual({ code: 'await-pull', since: pulling })
  const cutsOff = others.filter(({ code }) => code === 'restart-pull' || code === 'pull-by-hand')
  expect(cutsOff).toEqual([])
})

test.each([
  ['failed at the same second', { pulling: '2026-11-24T10:05:00Z' }],
  ['began less than a minute ago', { pulling: '2026-11-24T10:09:30Z' }],
  ['is not known', {}],
])('a canceled pull is tried again where the newest one %s', (_name, shown) => {
  expect(codes(shown)[0]).toBe('restart-pull')
})

test('a pull that failed for another reason is not awaited', () => {
  const error = 'failed to resolve reference: unauthorized: authentication required'
  expect(codes({ pulling: '2026-11-24T10:06:00Z', error })).not.toContain('await-pull')
})

test.each([
  ['at the same time', {}, true],
  ['an hour before', { at: '2026-11-24T09:05:00Z' }, false],
  ['on another node', { node: 'node-2' }, false],
])('a restart %s explains it, so that the pull was not too slow', (_name, restart, explains) => {
  expect(canceled({ restart }).clues.some(({ code }) => code === 'restarted')).toBe(explains)
  expect(codes({ restart }).includes('slow-pull')).toBe(!explains)
})

test.each([
  ['others were canceled long before', { restart: {}, firstSeen: '2026-11-24T09:30:00Z' }],
  [
    'it was over before the pod was there',
    {
      restart: { at: '2026-11-24T09:59:50Z' },
      firstSeen: '2026-11-24T10:01:00Z',
      lastSeen: '2026-11-24T10:01:00Z',
    },
  ],
])('a restart does not explain a canceled pull where %s', (_name, shown) => {
  expect(canceled(shown).clues.some(({ code }) => code === 'restarted')).toBe(false)
})

test('a pull that ends after a fixed time is done by hand, although the next one is running', () => {
  const steps = stepsFor(
    canceled({
      pulling: '2026-11-24T10:06:00Z',
      error: 'context deadline exceeded',
      node: { runtime: 'docker://24.0.7', kubelet: 'v1.26.5' },
    }),
  )
  expect(steps[0]).toMatchObject({ code: 'pull-by-hand', before: true })
})

test.each([
  ['cri-dockerd, which also serves older kubelets', 'context deadline exceeded', 'pull-by-hand'],
  [
    "the kubelet's own client of Docker, of another request",
    'operation timeout: context deadline exceeded',
    'restart-pull',
  ],
])('a deadline is that of %s', (_name, error, first) => {
  const node = { runtime: 'docker://20.10.17', kubelet: 'v1.22.12' }
  expect(codes({ error, node })[0]).toBe(first)
})
