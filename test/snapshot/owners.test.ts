/** The way up to a pod's topmost controller. */
import { describe, expect, test } from 'vitest'
import {
  climbReading,
  holdsUpRollout,
  indexOwners,
  servingBefore,
  topmostOwner,
  type Unreplaced,
  whyUnreplaced,
} from '../../src/snapshot/owners.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { OwnerLink } from '../../src/snapshot/snapshot.ts'
import { pod } from '../diagnosis/snapshots.ts'

const reference = (kind: string, name: string, uid = `${kind}/${name}`) => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  uid,
})
const link = (
  kind: string,
  name: string,
  controller: OwnerLink['controller'],
  uid = `${kind}/${name}`,
): OwnerLink => ({ namespace: 'web', kind, name, uid, controller })
const ofReplicaSet = (uid?: string) => pod({ controller: reference('ReplicaSet', 'shop-6d4', uid) })
const topmost = (of: Parameters<typeof topmostOwner>[0], ...links: OwnerLink[]) =>
  topmostOwner(of, indexOwners(links))

test('a ReplicaSet leads to its Deployment, and from there to the resource that owns it', () => {
  expect(
    topmost(
      ofReplicaSet(),
      link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop')),
      link('Deployment', 'shop', reference('Shop', 'eu')),
      link('Shop', 'eu', null),
    ),
  ).toEqual({ kind: 'Shop', name: 'eu' })
})

test('a ConfigMap or a Secret above a Job is no workload: it only ends with what belongs to it', () => {
  const ofJob = pod({ controller: { ...reference('Job', 'unpack'), apiVersion: 'batch/v1' } })
  const holder = { ...reference('ConfigMap', 'unpack'), apiVersion: 'v1' }
  expect(topmost(ofJob, link('Job', 'unpack', holder))).toEqual({ kind: 'Job', name: 'unpack' })
})

test('in a dump without uids, owners are matched by name', () => {
  expect(
    topmost(
      ofReplicaSet(''),
      link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop', ''), ''),
      link('Deployment', 'shop', null, ''),
      link('ReplicaSet', 'cart-8f2', reference('Deployment', 'cart', ''), ''),
    ),
  ).toEqual({ kind: 'Deployment', name: 'shop' })
})

test('an owner derived from names has no uid, and its own owner is still found', () => {
  expect(
    topmost(
      ofReplicaSet(),
      { ...link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop', '')), derived: true },
      link('Deployment', 'shop', reference('Shop', 'eu')),
    ),
  ).toEqual({ kind: 'Shop', name: 'eu' })
})

test('a controller with the same name and another uid is not the owner', () => {
  const later = link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop'), 'later')
  expect(topmost(ofReplicaSet(), later)).toEqual({ kind: 'ReplicaSet', name: 'shop-6d4' })
})

test('a controller in another namespace is not the owner, even with the same uid', () => {
  const foreign = { ...link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop')), namespace: 'other' }
  expect(topmost(ofReplicaSet(), foreign)).toEqual({ kind: 'ReplicaSet', name: 'shop-6d4' })
})

test('a bare pod has no controller', () => {
  expect(topmost(pod())).toBeNull()
})

test('controllers that own each other do not cause an endless loop', () => {
  const of = pod({ controller: reference('A', 'a') })
  expect(topmost(of, link('A', 'a', reference('B', 'b')), link('B', 'b', reference('A', 'a')))).not.toBeNull()
})

describe('controllers that are read one by one', () => {
  const known = [
    link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop')),
    link('Deployment', 'shop', reference('Shop', 'eu')),
    link('A', 'a', reference('B', 'b')),
    link('B', 'b', reference('A', 'a')),
    link('Job', 'later', null, 'another'),
  ]
  test.each([
    ['ReplicaSet', 'shop-6d4', 'topmost', ['shop-6d4', 'shop'], ['shop-6d4', 'shop']],
    ['ReplicaSet', 'gone', 'unknown', ['gone'], []],
    ['Job', 'later', 'unknown', ['later'], []],
    ['A', 'a', 'circular', ['a', 'b'], ['a', 'b']],
  ])('%s %s: the way up ends %s', async (kind, name, end, expected, objects) => {
    const read: string[] = []
    const way = await climbReading(
      reference(kind, name),
      async owner => {
        read.push(owner.name)
        return known.find(each => each.kind === owner.kind && each.name === owner.name) ?? null
      },
      owner => owner.kind !== 'Shop',
    )
    expect(way.end).toBe(end)
    expect(read).toEqual(expected)
    expect(way.steps.flatMap(({ object }) => object?.name ?? [])).toEqual(objects)
  })
})

describe('an older revision of a Deployment', () => {
  const set = (name: string, number: number, ready: number) => ({
    ...link('ReplicaSet', name, reference('Deployment', 'shop')),
    revision: { number, ready },
  })
  const found = (...sets: OwnerLink[]) => servingBefore(ofReplicaSet(), indexOwners(sets))

  test('still serves if it has ready pods, the newest of several', () => {
    expect(found(set('shop-6d4', 9, 0), set('shop-7aa', 8, 2), set('shop-5bb', 7, 1))).toEqual({
      number: 8,
      ready: 2,
      images: {},
    })
  })

  test.each<[string, OwnerLink[]]>([
    ['none of its pods is ready', [set('shop-6d4', 9, 0), set('shop-7aa', 8, 0)]],
    [
      'the pod itself is of an older one',
      [set('shop-6d4', 8, 0), set('shop-7aa', 9, 0), set('shop-5bb', 7, 1)],
    ],
    [
      'it is of another Deployment',
      [set('shop-6d4', 9, 0), { ...set('cart-7aa', 8, 1), controller: reference('Deployment', 'cart') }],
    ],
    ['its revisions were not read', [link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop'))]],
  ])('does not if %s', (_name, sets) => {
    expect(found(...sets)).toBeNull()
  })
})

describe('a pod of an older revision', () => {
  const ordered = { revision: 'db-new', from: 1, below: 3 }
  const old = { name: 'db-1', controller: reference('StatefulSet', 'db'), revisionHash: 'db-old' }
  const holdsUp = (fields: Partial<Pod>, owner: Partial<OwnerLink> = { ordered }) =>
    holdsUpRollout(
      pod({ ...old, ...fields }),
      indexOwners([{ ...link('StatefulSet', 'db', null), ...owner }]),
    )

  test('holds up a StatefulSet that updates one pod after the other', () => {
    expect(holdsUp({})).toBe(true)
  })

  test('becomes one of the newest revision, once the template is changed', () => {
    const set = (ordered?: OwnerLink['ordered']) =>
      indexOwners([{ ...link('StatefulSet', 'db', null), ...(ordered && { ordered }) }])
    const newest = pod({ ...old, revisionHash: 'db-new' })
    expect(whyUnreplaced(newest, set(ordered))).toBe('one-by-one')
    expect(whyUnreplaced(pod(old), set(ordered))).toBeNull()
    expect(whyUnreplaced(newest, set())).toBe('perhaps-one-by-one')
  })

  test.each<[string, string, OwnerLink[], Unreplaced | null]>([
    ['a ReplicaSet alone', 'ReplicaSet', [link('ReplicaSet', 'db', null)], 'no-updates'],
    [
      'a ReplicationController alone',
      'ReplicationController',
      [link('ReplicationController', 'db', null)],
      'no-updates',
    ],
    [
      "a Deployment's ReplicaSet",
      'ReplicaSet',
      [link('ReplicaSet', 'db', reference('Deployment', 'shop'))],
      null,
    ],
    [
      "a paused Deployment's ReplicaSet",
      'ReplicaSet',
      [
        link('ReplicaSet', 'db', reference('Deployment', 'shop')),
        { ...link('Deployment', 'shop', null), paused: true },
      ],
      'paused',
    ],
    ['a ReplicaSet that was not read', 'ReplicaSet', [], null],
    [
      'a DaemonSet that waits for deletions',
      'DaemonSet',
      [{ ...link('DaemonSet', 'db', null), update: 'on-delete' }],
      'on-delete',
    ],
    ['any other DaemonSet', 'DaemonSet', [{ ...link('DaemonSet', 'db', null), update: 'rolling' }], null],
    [
      'a StatefulSet that waits for deletions',
      'StatefulSet',
      [{ ...link('StatefulSet', 'db', null), update: 'on-delete' }],
      'on-delete',
    ],
    [
      'a StatefulSet whose operator deletes its pods',
      'StatefulSet',
      [
        {
          ...link('StatefulSet', 'db', {
            ...reference('Elasticsearch', 'main'),
            apiVersion: 'k8s.elastic.co/v1',
          }),
          update: 'on-delete',
        },
      ],
      null,
    ],
    [
      'a StatefulSet that starts its pods in parallel',
      'StatefulSet',
      [{ ...link('StatefulSet', 'db', null), update: 'parallel' }],
      null,
    ],
    ['a StatefulSet that was not read', 'StatefulSet', [], 'perhaps-one-by-one'],
  ])('of %s is replaced after a change of the template, or has to be deleted', (_name, kind, links, why) => {
    expect(whyUnreplaced(pod({ ...old, controller: reference(kind, 'db') }), indexOwners(links))).toBe(why)
  })

  test.each<[string, Partial<Pod>, Partial<OwnerLink>?]>([
    ['has the newest revision', { revisionHash: 'db-new' }],
    ['is kept by a partition', { name: 'db-0' }],
    ['is no longer wanted', { name: 'db-3' }],
    ['has no ordinal', { name: 'db' }],
    ["is a DaemonSet's", { controller: reference('DaemonSet', 'db') }],
    ["is of a StatefulSet that updates in parallel, or that can't be read", {}, {}],
  ])('does not if it %s', (_name, fields, owner) => {
    expect(holdsUp(fields, owner)).toBe(false)
  })
})
