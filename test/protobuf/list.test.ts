/** Lists in protobuf: they give what JSON gives, however the bytes are cut, and broken bytes never give a short list. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isProtobuf, readObject } from '../../src/protobuf/envelope.ts'
import { type ItemShape, ProtobufList } from '../../src/protobuf/list.ts'
import { ProtobufError } from '../../src/protobuf/message.ts'
import { one, type Shape, shapeOf } from '../../src/protobuf/shape.ts'
import { protobufFromJson } from '../../src/simulator/api-server/protobuf.ts'
import { narrowEvent } from '../../src/source/narrow/event.ts'
import { narrowPod } from '../../src/source/narrow/pod.ts'
import { EVENT_SHAPE, POD_SHAPE } from '../../src/source/narrow/protobuf-shapes.ts'
import SAMPLES from './samples.json' with { type: 'json' }

/** Each was written in both forms by Kubernetes' own serializers (1.34). */
const [PODS, NONE, EVENTS, STATUS] = SAMPLES.map(({ protobuf, object }) => ({
  bytes: Buffer.from(protobuf, 'base64'),
  object: object as { items?: object[] | null; metadata: object },
})) as [Sample, Sample, Sample, Sample]

interface Sample {
  bytes: Buffer
  object: { items?: object[] | null; metadata: object }
}

function read(chunks: Uint8Array[], shape: Shape = POD_SHAPE, longest = 1e6, only?: ItemShape['only']) {
  const items: unknown[] = []
  const list = new ProtobufList({ shape, only }, item => items.push(item), longest)
  for (const chunk of chunks) list.write(chunk)
  return { items, head: list.end() }
}

/** Cuts the bytes at these places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const ends = [...new Set([...places.map(place => place % bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

describe('a list', () => {
  test.each<[string, Sample, Shape, (raw: unknown) => unknown]>([
    ['of pods', PODS, POD_SHAPE, narrowPod],
    ['of events', EVENTS, EVENT_SHAPE, narrowEvent],
    ['of nothing', NONE, POD_SHAPE, narrowPod],
  ])('%s gives the same as its JSON', (_what, { bytes, object }, shape, narrow) => {
    const { items, head } = read([bytes], shape)
    expect(items.map(narrow)).toEqual((object.items ?? []).map(narrow))
    expect(head.metadata).toEqual(object.metadata)
  })

  test('gives the same wherever its bytes are cut', () => {
    const whole = read([PODS.bytes])
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), places => {
        expect(read(cut(PODS.bytes, places))).toEqual(whole)
      }),
    )
    expect(read([...PODS.bytes].map(byte => Uint8Array.of(byte)))).toEqual(whole)
  })

  test('gives no more than a glance at what is not wanted', () => {
    const place = shapeOf({ 1: one('metadata', shapeOf({ 1: 'name' })) })
    const names = read([PODS.bytes], place).items
    const [wanted] = names
    const isWanted = (item: unknown) => isDeepStrictEqual(item, wanted)
    const { items } = read([PODS.bytes], POD_SHAPE, 1e6, { shape: place, isWanted })
    expect(items).toEqual([read([PODS.bytes]).items[0], ...names.slice(1)])
  })

  test('that ends anywhere before its end is known to be cut off', () => {
    for (let end = 0; end < PODS.bytes.length; end++) {
      const error = thrownBy(() => read([PODS.bytes.subarray(0, end)]))
      // After the list itself come two empty fields, which can be missing.
      if (error === undefined) expect(end).toBeGreaterThan(PODS.bytes.length - 5)
      else expect(error).toMatchObject({ truncated: true })
    }
  })

  test('of broken bytes is refused, or read to the end, and quickly', () => {
    fc.assert(
      fc.property(fc.nat(PODS.bytes.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(PODS.bytes)
        bytes[at] = byte
        const error = thrownBy(() => read([bytes]))
        if (error !== undefined) expect(error).toBeInstanceOf(ProtobufError)
      }),
      { numRuns: 300 },
    )
  })

  test('is not buffered if one of its items is too long', () => {
    expect(() => read([PODS.bytes], POD_SHAPE, 100)).toThrow(ProtobufError)
  })

  test('gives the same as JSON for any pods', () => {
    const text = fc.oneof(
      fc.constantFrom('', 'nginx', 'ImagePullBackOff', 'é\u2028"'),
      fc.string({ maxLength: 9 }),
    )
    const state = fc.oneof(
      fc.record({ waiting: fc.record({ reason: text, message: text }) }),
      fc.record({ running: fc.constant({ startedAt: '2026-11-24T09:05:45Z' }) }),
      fc.record({ terminated: fc.record({ exitCode: fc.integer({ min: -255, max: 255 }), reason: text }) }),
      fc.constant({}),
    )
    const container = fc.record({ name: text, image: text, imagePullPolicy: text })
    const status = fc.record({ name: text, ready: fc.boolean(), imageID: text, state, lastState: state })
    const pod = fc.record({
      metadata: fc.record({
        name: text,
        namespace: text,
        uid: text,
        labels: fc.dictionary(text, text, { maxKeys: 2 }),
        annotations: fc.dictionary(text, text, { maxKeys: 2 }),
        ownerReferences: fc.array(fc.record({ kind: text, name: text, controller: fc.boolean() }), {
          maxLength: 2,
        }),
      }),
      spec: fc.record({
        containers: fc.array(container, { maxLength: 2 }),
        initContainers: fc.array(container, { maxLength: 1 }),
        imagePullSecrets: fc.array(fc.record({ name: text }), { maxLength: 2 }),
        volumes: fc.array(fc.record({ name: text, image: fc.record({ reference: text }) }), { maxLength: 1 }),
        nodeName: text,
        serviceAccountName: text,
      }),
      status: fc.record({ phase: text, containerStatuses: fc.array(status, { maxLength: 2 }) }),
    })
    fc.assert(
      fc.property(fc.array(pod, { maxLength: 3 }), items => {
        const bytes = protobufFromJson({ apiVersion: 'v1', kind: 'PodList', metadata: {}, items })
        expect(read([bytes ?? Buffer.alloc(0)]).items.map(narrowPod)).toEqual(items.map(narrowPod))
      }),
      { numRuns: 50 },
    )
  })
})

test('an error in protobuf is read like an object', () => {
  const shape = shapeOf({ 3: 'message', 4: 'reason' })
  expect(readObject(STATUS.bytes, shape)).toEqual({
    kind: 'Status',
    object: { message: 'no: ümlaut', reason: 'Expired' },
  })
})

test('protobuf is recognized by its first four bytes, and by no fewer', () => {
  expect(['', 'k', 'k8s', 'k8s\0', 'k8s\0x', '{', 'k9'].map(text => isProtobuf(Buffer.from(text)))).toEqual([
    undefined,
    undefined,
    undefined,
    true,
    true,
    false,
    false,
  ])
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}
