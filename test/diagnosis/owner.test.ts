/** From a pod up to its topmost controller. */
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

test('a bare pod has no controller', () => {
  expect(topmost(pod())).toBeNull()
})

test('controllers that own each other do not cause an endless loop', () => {
  const of = pod({ controller: reference('A', 'a') })
  expect(topmost(of, link('A', 'a', reference('B', 'b')), link('B', 'b', reference('A', 'a')))).not.toBeNull()
})
