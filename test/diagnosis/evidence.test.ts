/** Which message is the evidence, and since when the pull has failed. */
import { describe, expect, test } from 'vitest'
import { failingContainers, firstSign, prove } from '../../src/diagnosis/failing-container.ts'
import { classify } from '../../src/diagnosis/text/classify.ts'
import { indexEvents, ownEvents } from '../../src/snapshot/own-events.ts'
import type { Container, Pod } from '../../src/snapshot/pod.ts'
import type { PodEvent } from '../../src/snapshot/snapshot.ts'
import { container, event, pod, waiting } from './snapshots.ts'

const LIMITED = 'toomanyrequests: You have reached your unauthenticated pull rate limit.'
const MISSING = 'docker.io/library/nginx:1.27: not found'
const failed = (error: string, fields: Partial<PodEvent> = {}) =>
  event({ message: `Failed to pull image "nginx:1.27": ${error}`, ...fields })

function proof(fields: Partial<Container>, events: PodEvent[], of: Partial<Pod> = {}) {
  const owner = pod({ ...of, containers: [container(fields), ...(of.containers ?? [])] })
  const [first] = failingContainers(owner, ownEvents(owner, indexEvents(events)))
  if (first === undefined) throw new Error('nothing fails')
  return prove(first, classify)
}

describe('the newest error wins', () => {
  test('the status of a newer kubelet contains it, shown in full', () => {
    const message = `Back-off pulling image "nginx:1.27": ErrImagePull: ${LIMITED}`
    expect(proof({ state: waiting('ImagePullBackOff', message) }, [failed(MISSING)])).toMatchObject({
      cause: 'rate-limited',
      evidence: { from: 'status', text: message },
    })
  })

  test('with an older kubelet the newest failed event does', () => {
    const events = [
      failed(LIMITED, { lastSeen: '2026-11-24T10:09:00Z' }),
      failed(MISSING, { lastSeen: '2026-11-24T10:02:00Z' }),
      event({ message: 'Error: ErrImagePull', lastSeen: '2026-11-24T10:09:30Z' }),
      event({ message: 'Error: ImagePullBackOff', lastSeen: '2026-11-24T10:09:40Z' }),
    ]
    expect(proof({}, events)).toMatchObject({
      cause: 'rate-limited',
      evidence: { from: 'event', text: events[0]?.message },
    })
  })

  test("an event's reason can be specific to a vendor", () => {
    const renamed = failed(MISSING, { reason: 'FailedPullImage' })
    expect(proof({}, [renamed])).toMatchObject({
      cause: 'image-not-found',
      evidence: { text: renamed.message },
    })
  })

  test('a status that only repeats its reason is no evidence', () => {
    expect(proof({ state: waiting('ErrImagePull', 'ErrImagePull') }, [failed(MISSING)]).cause).toBe(
      'image-not-found',
    )
  })

  test('a status without a known cause yields to an event with one', () => {
    expect(proof({ state: waiting('ErrImagePull', 'it broke') }, [failed(MISSING)]).cause).toBe(
      'image-not-found',
    )
  })
})

describe("an event without the kubelet's usual prefix", () => {
  const bare = event({ message: `Error response from daemon: ${LIMITED}` })

  test('is evidence if nothing else is', () => {
    expect(proof({}, [bare])).toMatchObject({ cause: 'rate-limited', evidence: { text: bare.message } })
  })

  test('yields to one with the prefix', () => {
    expect(proof({}, [failed(MISSING), bare]).cause).toBe('image-not-found')
  })

  test.each([
    ['does not mention a pull', 'Internal PreStartContainer hook failed: it broke'],
    ['is of a failed start', 'Error: failed to create containerd task: no space left on device'],
  ])('is not evidence if it %s', (_what, message) => {
    expect(proof({}, [event({ message })])).toMatchObject({ cause: 'other', evidence: { from: 'status' } })
  })
})

describe('which container an event belongs to', () => {
  test.each<[string, Partial<PodEvent>]>([
    ['of an earlier pod of the same name', { podUid: 'uid-old' }],
    ['of another container', { fieldPath: 'spec.containers{sidecar}' }],
    ['of an init container of the same name', { fieldPath: 'spec.initContainers{app}' }],
    ['of another pod', { pod: 'shop-2' }],
  ])('not one %s', (_whose, fields) => {
    expect(proof({}, [failed(MISSING, fields)])).toMatchObject({
      cause: 'other',
      evidence: { from: 'status' },
    })
  })

  test('an event about the whole pod belongs to the container whose image it names', () => {
    const others = { containers: [container({ name: 'other', image: 'nginx' })] }
    expect(proof({}, [failed(MISSING, { fieldPath: '' })], others).cause).toBe('image-not-found')
    const other = event({ fieldPath: '', message: `Failed to pull image "redis:7": ${MISSING}` })
    expect(proof({}, [other], others).cause).toBe('other')
  })

  test('the kubelet adds the tag latest to an image without a tag', () => {
    const latest = event({ fieldPath: '', message: `Failed to pull image "nginx:latest": ${MISSING}` })
    expect(proof({ image: 'nginx' }, [latest], { containers: [container({ name: 'b' })] }).cause).toBe(
      'image-not-found',
    )
  })
})

describe('missing messages', () => {
  test('status and events without a message: other, with the back-off message', () => {
    expect(proof({}, [])).toMatchObject({
      cause: 'other',
      evidence: { from: 'status', text: 'Back-off pulling image "nginx:1.27"' },
    })
  })

  test('without a message there is no evidence', () => {
    expect(proof({ state: waiting('ErrImagePull') }, [])).toMatchObject({ cause: 'other', evidence: null })
  })

  test('some reasons are causes themselves', () => {
    expect(proof({ state: waiting('ErrImageNeverPull') }, [])).toMatchObject({ cause: 'never-pull' })
    expect(proof({ state: waiting('InvalidImageName') }, [])).toMatchObject({ cause: 'invalid-reference' })
  })
})

const TAKEN = '2026-11-24T10:10:00Z'

test('the failure began with the first event, or with the pod if the image was never pulled', () => {
  const [never] = failingContainers(pod(), [
    failed(MISSING),
    failed(LIMITED, { firstSeen: '2026-11-24T10:00:30Z' }),
  ])
  const [silent] = failingContainers(pod(), [])
  const [again] = failingContainers(pod({ containers: [container({ imageId: 'sha256:1' })] }), [])
  if (!never || !silent || !again) throw new Error('nothing fails')
  expect(firstSign(never, pod().createdAt, TAKEN)).toBe('2026-11-24T10:00:30Z')
  expect(firstSign(silent, pod().createdAt, TAKEN)).toBe('2026-11-24T10:00:00Z')
  expect(firstSign(again, pod().createdAt, TAKEN)).toBeNull()
  // The events of a node whose clock is ahead.
  const [ahead] = failingContainers(pod(), [failed(MISSING, { firstSeen: '2027-03-09T10:00:30Z' })])
  if (!ahead) throw new Error('nothing fails')
  expect(firstSign(ahead, pod().createdAt, TAKEN)).toBe('2026-11-24T10:00:00Z')
})
