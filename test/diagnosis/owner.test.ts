/** The way up from a pod to its topmost controller. */
import { expect, test } from 'vitest'
import { indexOwners, topmostOwner } from '../../src/diagnosis/owner.ts'
import type { OwnerLink } from '../../src/snapshot/snapshot.ts'
import { pod } from './snapshots.ts'

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

test('a ReplicaSet leads to its Deployment, and on to the resource that owns that', () => {
  expect(
    topmost(
      ofReplicaSet(),
      link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop')),
      link('Deployment', 'shop', reference('Shop', 'eu')),
      link('Shop', 'eu', null),
    ),
  ).toEqual({ kind: 'Shop', name: 'eu' })
})

test('in a dump without uids names lead the way, each to its own', () => {
  expect(
    topmost(
      ofReplicaSet(''),
      link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop', ''), ''),
      link('Deployment', 'shop', null, ''),
      link('ReplicaSet', 'cart-8f2', reference('Deployment', 'cart', ''), ''),
    ),
  ).toEqual({ kind: 'Deployment', name: 'shop' })
})

test('an owner that is only derived has no uid, and what owns it is still found', () => {
  expect(
    topmost(
      ofReplicaSet(),
      { ...link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop', '')), derived: true },
      link('Deployment', 'shop', reference('Shop', 'eu')),
    ),
  ).toEqual({ kind: 'Shop', name: 'eu' })
})

test('a controller of the same name and another uid is another one', () => {
  const later = link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop'), 'later')
  expect(topmost(ofReplicaSet(), later)).toEqual({ kind: 'ReplicaSet', name: 'shop-6d4' })
})

test('a bare pod has none', () => {
  expect(topmost(pod())).toBeNull()
})

test('controllers that own each other do not hang it', () => {
  const of = pod({ controller: reference('A', 'a') })
  expect(topmost(of, link('A', 'a', reference('B', 'b')), link('B', 'b', reference('A', 'a')))).not.toBeNull()
})
