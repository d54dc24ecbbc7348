/** Steps that the state beside the message decides: what nodes have, whether they take pods, how large a disk is, and what happened since. */
import { describe, expect, test } from 'vitest'
import type { HeldImage } from '../../src/snapshot/held-image.ts'
import { event } from '../diagnosis/snapshots.ts'
import { codesIn, type Situation, stepsIn } from './situation.ts'

const IMAGE = 'ghcr.io/acme/app:1'
const held = (fields: Partial<HeldImage>): HeldImage[] => [
  {
    reference: IMAGE,
    pods: 1,
    nodes: ['node-2'],
    architectures: ['amd64'],
    by: [{ namespace: 'web', pullSecrets: [], nodes: ['node-2'] }],
    otherLogins: [],
    ...fields,
  },
]

describe('an image for policy Never', () => {
  const never = (image: string, images: string[]): Situation => ({
    image,
    error: `Container image "${image}" is not present with pull policy of Never`,
    reason: 'ErrImageNeverPull',
    node: { kubelet: 'v1.31.5', runtime: 'containerd://1.7.23', images },
  })

  test.each([
    ['acme/app:1.4.2', ['docker.io/acme/app:v1.4.2'], 'docker.io/acme/app:v1.4.2'],
    ['acme/app:v1.4.2', ['docker.io/acme/app:1.4.1', 'docker.io/acme/app:1.4.2'], 'docker.io/acme/app:1.4.2'],
  ])('that is there with or without a v in its tag gets the other name: %s', (image, images, name) => {
    const [first, second] = stepsIn(never(image, images))
    expect(first).toMatchObject({ code: 'tag-on-node', tags: expect.arrayContaining([name.split(':')[1]]) })
    expect(second).toMatchObject({ code: 'tag-image', name })
  })

  test('that is there in other versions only is not given the name of another one', () => {
    const [first, second] = stepsIn(
      never('acme/app:1.4.2', ['docker.io/acme/app:1.4.1', 'docker.io/b/app:2']),
    )
    expect(first).toEqual({ code: 'tag-on-node', tags: ['1.4.1'] })
    expect(second).toMatchObject({ code: 'tag-image', name: null })
  })
})

describe('an image for another platform', () => {
  const mismatch: Situation = {
    image: IMAGE,
    error: `failed to pull and unpack image "${IMAGE}": no match for platform in manifest: not found`,
    node: { architecture: 'arm64', provider: 'aws' },
  }

  test('is moved to nodes that take pods, once there are any', () => {
    expect(codesIn({ ...mismatch, held: held({}) })[0]).toBe('schedule-elsewhere')
    const [open, move] = stepsIn({ ...mismatch, held: held({ cordoned: ['node-2'] }) })
    expect(open).toEqual({ code: 'uncordon', nodes: ['node-2'] })
    expect(move?.code).toBe('schedule-elsewhere')
  })

  test('may only have the wrong digest, so that a DaemonSet need not be kept off nodes', () => {
    const image = `${IMAGE}@sha256:${'a'.repeat(64)}`
    const pinned = { ...mismatch, image, error: mismatch.error.replaceAll(IMAGE, image) }
    expect(codesIn(pinned)[0]).toBe('digest-of-index')
    const controller = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'agent' }
    const others = held({ reference: image })
    const ofSet = codesIn({ ...pinned, held: others, pod: { controller } })
    expect(ofSet[0]).toBe('digest-of-index')
    expect(ofSet.at(-1)).toBe('schedule-elsewhere')
    expect(codesIn({ ...pinned, held: others }).slice(0, 2)).toEqual([
      'digest-of-index',
      'schedule-elsewhere',
    ])
  })
})

describe('a disk without space', () => {
  const failed = event({ message: `Failed to pull image "${IMAGE}": no space left on device` })
  const full: Situation = {
    image: IMAGE,
    error: 'write /var/lib/containerd/io.containerd.content.v1.content/ingest/a: no space left on device',
    shown: { events: [failed] },
  }

  test.each([
    ['containerd, compressed', { bytes: 30e9, packed: true }, 'fit-disk'],
    ['another runtime, unpacked', { bytes: 30e9, packed: false }, 'show-disk'],
    ['another runtime, larger than the disk', { bytes: 50e9, packed: false }, 'fit-disk'],
    ['containerd, small', { bytes: 2e9, packed: true }, 'show-disk'],
  ])('is too small for an image of this size: %s', (_name, size, first) => {
    const imageSizes = [{ reference: IMAGE, node: 'node-2', ...size }]
    const node = { diskBytes: 50e9 }
    expect(codesIn({ ...full, node, shown: { events: [failed], imageSizes } })[0]).toBe(first)
    // A node that does not report its disk may have a larger one.
    expect(codesIn({ ...full, node: {}, shown: { events: [failed], imageSizes } })[0]).toBe('show-disk')
  })

  test('is not called too small for an image that the node itself has', () => {
    const imageSizes = [{ reference: IMAGE, node: 'node-1', bytes: 30e9, packed: true }]
    const node = { diskBytes: 50e9 }
    expect(codesIn({ ...full, node, shown: { events: [failed], imageSizes } })[0]).toBe('show-disk')
  })

  test('gets none from unused images if the kubelet found too few of them', () => {
    const tried = { events: [failed], fullNodes: ['node-1'] }
    expect(codesIn({ ...full, shown: tried })).toContain('prune-images')
    const inUse = { ...full, shown: { ...tried, nodesInUse: ['node-1'] } }
    expect(codesIn(inUse)).not.toContain('prune-images')
    expect(codesIn(inUse)[0]).toBe('show-disk')
  })

  test.each([
    ['after', '2026-11-24T10:08:00Z', 'retry-relieved'],
    ['before', '2026-11-24T10:04:00Z', 'show-disk'],
  ])(
    'has most likely space again if DiskPressure ended %s the last attempt',
    (_name, relievedSince, first) => {
      expect(codesIn({ ...full, node: { relievedSince } })[0]).toBe(first)
    },
  )
})

describe('an image that is not found on one node', () => {
  const missing = (pulls: HeldImage['pulls']): Situation => ({
    image: IMAGE,
    error: `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`,
    held: held(pulls === undefined ? {} : { pulls }),
    // Its attempts failed from 10:01 to 10:05.
    shown: { events: [event({ message: `Failed to pull image "${IMAGE}": ${IMAGE}: not found` })] },
  })
  const at = (minute: string, node = 'node-2') => [{ node, at: `2026-11-24T10:${minute}:00Z` }]

  test.each([
    ['meanwhile, is answered by something else', at('03'), 'compare-mirrors'],
    ['since, may be there by now', at('07'), 'restart-pull'],
    ['before, may have been removed', at('00'), 'push-held'],
    ['at a time that is not known, may have been removed', undefined, 'push-held'],
    ['itself, may have been removed', at('03', 'node-1'), 'push-held'],
  ])('which other nodes pulled %s', (_name, pulls, first) => {
    expect(codesIn(missing(pulls))[0]).toBe(first)
  })

  test('which other nodes pulled while it failed here for another reason, may have been removed', () => {
    const { shown, ...situation } = missing(at('03'))
    const unreached = event({
      message: `Failed to pull image "${IMAGE}": dial tcp 192.0.2.1:443: i/o timeout`,
      lastSeen: '2026-11-24T10:02:00Z',
    })
    const since = shown?.events?.map(each => ({ ...each, firstSeen: '2026-11-24T10:04:00Z' })) ?? []
    expect(codesIn({ ...situation, shown: { events: [unreached, ...since] } })[0]).toBe('push-held')
  })
})
