/** The way up from a pod to its topmost controller. */
import { expect, test } from 'vitest'
import { topmostOwner } from '../../src/diagnosis/owner.ts'
import type { OwnerLink } from '../../src/snapshot/snapshot.ts'
import { pod } from './snapshots.ts'

const reference = (kind: string, name: string) => ({ apiVersion: 'v1', kind, name, uid: `${kind}/${name}` })
const link = (kind: string, name: string, controller: OwnerLink['controller']): [string, OwnerLink] => [
  `${kind}/${name}`,
  { namespace: 'web', kind, name, uid: `${kind}/${name}`, controller },
]
const ofReplicaSet = pod({ controller: reference('ReplicaSet', 'shop-6d4') })

test('a ReplicaSet leads to its Deployment, and on to the resource that owns that', () => {
  const links = new Map([
    link('ReplicaSet', 'shop-6d4', reference('Deployment', 'shop')),
    link('Deployment', 'shop', reference('Shop', 'eu')),
    link('Shop', 'eu', null),
  ])
  expect(topmostOwner(ofReplicaSet, links)).toEqual({ kind: 'Shop', name: 'eu' })
})

test('what could not be read ends the way: the ReplicaSet is said', () => {
  expect(topmostOwner(ofReplicaSet, new Map())).toEqual({ kind: 'ReplicaSet', name: 'shop-6d4' })
})

test('a bare pod has none', () => {
  expect(topmostOwner(pod(), new Map())).toBeNull()
})

test('controllers that own each other do not hang it', () => {
  const links = new Map([link('A', 'a', reference('B', 'b')), link('B', 'b', reference('A', 'a'))])
  expect(topmostOwner(pod({ controller: reference('A', 'a') }), links)).not.toBeNull()
})
