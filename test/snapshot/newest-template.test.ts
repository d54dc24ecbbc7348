/** What the owners of a stuck pod make pods from now, and what gets a pod of that. */
import { describe, expect, test } from 'vitest'
import { newestTemplate } from '../../src/snapshot/newest-template.ts'
import { indexOwners } from '../../src/snapshot/owners.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { OwnerLink } from '../../src/snapshot/snapshot.ts'
import { ownerLink, pod } from '../diagnosis/snapshots.ts'
import { titled } from '../titled.ts'

const images = { shop: 'acme.example/shop:2.0' }
const made = { images, pullSecrets: [] }
const above = (kind: string, name: string) => ({ apiVersion: 'apps/v1', kind, name, uid: name })
const renewal = (of: Partial<Pod>, ...links: OwnerLink[]) =>
  newestTemplate(pod({ namespace: 'web', ...of }), indexOwners(links))?.renewal ?? null

describe('the pod of', () => {
  const set = ownerLink('ReplicaSet', 'shop-6d4', { controller: above('Deployment', 'shop') })
  const ofSet = { controller: above('ReplicaSet', 'shop-6d4') }
  const job = ownerLink('Job', 'shop-1', {
    controller: { ...above('CronJob', 'shop'), apiVersion: 'batch/v1' },
  })
  const agent = { controller: above('DaemonSet', 'agent'), templateGeneration: '4' }

  test.each(
    titled<[Partial<Pod>, OwnerLink[], unknown]>({
      'a Deployment that is paused': [
        ofSet,
        [set, ownerLink('Deployment', 'shop', { template: made, paused: true })],
        { by: 'paused' },
      ],
      'a Deployment': [ofSet, [set, ownerLink('Deployment', 'shop', { template: made })], { by: 'rolling' }],
      'a Deployment whose rollout has stalled': [
        ofSet,
        [
          { ...set, revision: { number: 11, ready: 0 } },
          ownerLink('Deployment', 'shop', { template: made, stall: { by: 'late' } }),
        ],
        { by: 'rolling', stalled: { by: 'late', outgoing: 'shop-6d4' } },
      ],
      'a Deployment whose rollout has stalled, beside ready ones of its revision': [
        ofSet,
        [
          { ...set, revision: { number: 11, ready: 1 } },
          ownerLink('Deployment', 'shop', { template: made, stall: { by: 'refused', message: 'no' } }),
        ],
        { by: 'rolling', stalled: { by: 'refused', message: 'no', outgoing: null } },
      ],
      'a Deployment whose older ReplicaSet is refused its pods': [
        ofSet,
        [
          set,
          ownerLink('Deployment', 'shop', {
            template: made,
            stall: { by: 'refused', message: 'pods "shop-6d4-x7k2p" is forbidden: exceeded quota: team' },
          }),
        ],
        { by: 'rolling' },
      ],
      'a Deployment whose template was not read': [ofSet, [set, ownerLink('Deployment', 'shop')], null],
      'a ReplicaSet alone': [
        ofSet,
        [ownerLink('ReplicaSet', 'shop-6d4', { template: made })],
        { by: 'no-updates' },
      ],
      "another controller's ReplicaSet": [
        ofSet,
        [{ ...set, controller: above('Rollout', 'shop'), template: made }],
        null,
      ],
      'a CronJob': [
        { controller: { ...above('Job', 'shop-1'), apiVersion: 'batch/v1' } },
        [job, ownerLink('CronJob', 'shop', { template: made })],
        { by: 'run' },
      ],
      'a Job alone': [
        { controller: above('Job', 'shop-1') },
        [ownerLink('Job', 'shop-1', { template: { mark: null, ...made } })],
        null,
      ],
      'a DaemonSet, by hand': [
        agent,
        [ownerLink('DaemonSet', 'agent', { template: { mark: '5', ...made }, update: 'on-delete' })],
        { by: 'on-delete' },
      ],
      'a DaemonSet': [
        agent,
        [ownerLink('DaemonSet', 'agent', { template: { mark: '5', ...made }, update: 'rolling' })],
        { by: 'rolling' },
      ],
      "a DaemonSet's newest template": [
        agent,
        [ownerLink('DaemonSet', 'agent', { template: { mark: '4', ...made }, update: 'on-delete' })],
        null,
      ],
      'a DaemonSet that may have another template by now': [
        agent,
        [ownerLink('DaemonSet', 'agent', { template: made, update: 'on-delete' })],
        { by: 'on-delete' },
      ],
    }),
  )('%s', (_what, of, links, expected) => {
    expect(renewal(of, ...links)).toEqual(expected)
  })
})

describe('the pod of a StatefulSet', () => {
  const template = { mark: 'db-2', ...made }
  const found = (name: string, more: Partial<OwnerLink>, revisionHash = 'db-1') =>
    renewal(
      { name, controller: above('StatefulSet', 'db'), revisionHash },
      ownerLink('StatefulSet', 'db', { template, ...more }),
    )

  test.each<[string, string, Partial<OwnerLink>, unknown]>([
    [
      'below the partition',
      'db-1',
      {
        update: 'rolling',
        partition: { pods: 2, first: 0 },
        ordered: { revision: 'db-2', from: 2, below: 3 },
      },
      { by: 'partition', pods: 2, to: 1, oneByOne: true },
    ],
    [
      'below it, with ordinals from 5',
      'db-5',
      { update: 'parallel', partition: { pods: 2, first: 5 } },
      { by: 'partition', pods: 2, to: 0, oneByOne: false },
    ],
    [
      'above it, which the set waits for',
      'db-2',
      {
        update: 'rolling',
        partition: { pods: 2, first: 0 },
        ordered: { revision: 'db-2', from: 2, below: 3 },
      },
      { by: 'one-by-one' },
    ],
    ['updated in parallel', 'db-1', { update: 'parallel' }, { by: 'rolling' }],
    ['updated by hand', 'db-1', { update: 'on-delete' }, { by: 'on-delete' }],
  ])('%s', (_what, name, more, expected) => {
    expect(found(name, more)).toEqual(expected)
  })

  test('without the label of its revision may be of an older one, which the set waits for', () => {
    const owner = ownerLink('StatefulSet', 'db', { template, update: 'rolling' })
    expect(renewal({ name: 'db-1', controller: above('StatefulSet', 'db') }, owner)).toEqual({
      by: 'one-by-one',
    })
  })

  test('of the newest revision needs another template', () => {
    expect(found('db-1', { update: 'on-delete' }, 'db-2')).toBeNull()
  })
})
