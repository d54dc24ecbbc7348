/** Once the owner of a pod has another image, no step is about the name of the failing one, and the pod gets to the newest template. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { clueOf } from '../../src/diagnosis/clues/clue.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { OwnerLink } from '../../src/snapshot/snapshot.ts'
import { container, ownerLink, waiting } from '../diagnosis/snapshots.ts'
import { findingOf, pulled, type Situation } from './situation.ts'

const TYPO = 'acme.example/shop:2.O'
const FIXED = 'acme.example/shop:2.0'
const error = pulled(TYPO, `${TYPO}: not found`)

const reference = (kind: string, name: string, apiVersion = 'apps/v1') => ({
  apiVersion,
  kind,
  name,
  uid: name,
})
const name = container({}).name
const made = (image: string, mark?: string) => ({
  ...(mark === undefined ? {} : { mark }),
  images: { [name]: image },
  pullSecrets: [],
})
const found = (pod: Partial<Pod>, owners: OwnerLink[], more: Partial<Situation> = {}) =>
  findingOf({ image: TYPO, error, pod, owners, ...more })
const codes = (...of: Parameters<typeof found>) => stepsFor(found(...of)).map(({ code }) => code)

describe('a pod whose owner has the correct image', () => {
  const deployed = (own: string, newest: string, image = own, text = error): string[] =>
    codes(
      { controller: reference('ReplicaSet', 'shop-6d4'), templateHash: '6d4' },
      [
        ownerLink('ReplicaSet', 'shop-6d4', {
          controller: reference('Deployment', 'shop'),
          template: made(own, '6d4'),
        }),
        ownerLink('Deployment', 'shop', { template: made(newest), paused: true }),
      ],
      { image, error: text },
    )

  test('waits for its paused Deployment', () => {
    expect(deployed(TYPO, FIXED)).toEqual(['renew-pod'])
  })

  test('needs a login first if its repository is what was refused', () => {
    const refused = 'failed to fetch anonymous token: unexpected status: 401 Unauthorized'
    expect(deployed(TYPO, FIXED, TYPO, refused).slice(0, 2)).toEqual(['distribute-login', 'renew-pod'])
    expect(deployed('acme.example/shp:1', FIXED, 'acme.example/shp:1', refused)).toEqual(['renew-pod'])
  })

  test('is of the newest template if that names the same image in other words', () => {
    expect(deployed('nginx:latest', 'docker.io/library/nginx')).toContain('check-name')
    expect(deployed(TYPO, TYPO)).toContain('check-name')
  })

  test('keeps the image of its Deployment when somebody changes its ReplicaSet, which no webhook did', () => {
    expect(deployed(FIXED, TYPO, TYPO)).toEqual(deployed(TYPO, TYPO))
    expect(deployed(FIXED, FIXED, TYPO)[0]).toBe('delete-changed-pod')
  })

  test('may have its image from a webhook, which changes that of the newest template, too', () => {
    expect(deployed('acme.example/shop:1.9', FIXED, 'mirror.example/shop:1.9')).not.toContain('renew-pod')
  })

  test('is not replaced by a ReplicaSet, whose pods show only by their images that they are older', () => {
    const alone = (image: string) =>
      codes({ controller: reference('ReplicaSet', 'shop') }, [
        ownerLink('ReplicaSet', 'shop', { template: made(image) }),
      ])
    expect(alone(FIXED)).toEqual(['renew-pod'])
    expect(alone(TYPO)).toContain('set-image')
    // A webhook for a mirror may have changed the registry.
    expect(alone('quay.io/acme/shop:2.O'.replace('acme/', ''))).toContain('set-image')
  })

  test('belongs to a run that is deleted at once', () => {
    const run = found({ controller: reference('Job', 'shop-29401020', 'batch/v1') }, [
      ownerLink('Job', 'shop-29401020', { controller: reference('CronJob', 'shop', 'batch/v1') }),
      ownerLink('CronJob', 'shop', { template: made(FIXED), concurrencyPolicy: 'Forbid' }),
    ])
    expect(stepsFor(run)).toEqual([{ code: 'delete-run', cronJob: 'shop', corrected: FIXED }])
  })

  test('is of the newest template if a policy changed the image of its Job', () => {
    const image = 'mirror.example/quay.io/acme/shop:2.O'
    const job = reference('Job', 'shop-29401020', 'batch/v1')
    const run = (newest: string) =>
      codes(
        { controller: job },
        [
          ownerLink('Job', job.name, {
            controller: reference('CronJob', 'shop', 'batch/v1'),
            template: { ...made(image), mark: null },
          }),
          ownerLink('CronJob', 'shop', { template: made(newest), concurrencyPolicy: 'Allow' }),
        ],
        { image },
      )
    expect(run('quay.io/acme/shop:2.O')).toContain('check-name')
    expect(run('quay.io/acme/shop:2.0')).toEqual(['delete-run'])
  })

  test('can also get its own image, below a partition', () => {
    const steps = codes({ name: 'db-0', controller: reference('StatefulSet', 'db'), revisionHash: 'db-1' }, [
      ownerLink('StatefulSet', 'db', {
        template: made(FIXED, 'db-2'),
        update: 'rolling',
        partition: { pods: 1, first: 0 },
        ordered: { revision: 'db-2', from: 1, below: 2 },
      }),
    ])
    expect(steps).toEqual(['renew-pod', 'ask-registry'])
  })

  test('keeps what has to be done on its node, unless the image itself was wrong', () => {
    const steps = codes(
      { controller: reference('DaemonSet', 'agent'), templateGeneration: '1' },
      [ownerLink('DaemonSet', 'agent', { template: made(FIXED, '2'), update: 'on-delete' })],
      { error: 'dial tcp: lookup acme.example on 10.0.0.2:53: no such host' },
    )
    expect(steps[0]).toBe('renew-pod')
    expect(steps).toContain('fix-dns')
  })
})

describe('a pod whose image is not that of its template', () => {
  const setOn = (image: string, template: string, owner: OwnerLink, pod: Partial<Pod> = {}) =>
    codes(
      { controller: reference(owner.kind, owner.name), ...pod },
      [{ ...owner, template: made(template, 'own') }],
      { image, error: pulled(image, `${image}: not found`) },
    )

  test.each<[string, OwnerLink, Partial<Pod>]>([
    ['ReplicaSet', ownerLink('ReplicaSet', 'shop'), { templateHash: 'own' }],
    ['StatefulSet', ownerLink('StatefulSet', 'shop'), { revisionHash: 'own' }],
    ['DaemonSet', ownerLink('DaemonSet', 'shop'), { templateGeneration: 'own' }],
  ])('was set on the pod itself if no webhook makes it: its %s makes another one', (_kind, owner, pod) => {
    expect(setOn(TYPO, FIXED, owner, pod).slice(0, 2)).toEqual(['delete-changed-pod', 'correct-admission'])
    // A mirror's webhook, and one that writes digests, make it again.
    for (const image of ['mirror.example/acme/shop:2.0', `acme.example/shop:2.0@sha256:${'1'.repeat(64)}`])
      expect(setOn(image, FIXED, owner, pod)).not.toContain('delete-changed-pod')
  })

  test('is not made again by a Job, which counts a deleted pod as a failure', () => {
    const job = found({ controller: reference('Job', 'shop', 'batch/v1') }, [
      ownerLink('Job', 'shop', { template: { ...made(FIXED), mark: null } }),
    ])
    expect(stepsFor(job)[0]?.code).toBe('correct-admission')
  })
})

test('a container that a template lacks was injected, so that no newer template says anything of it', () => {
  const injected = found(
    {
      controller: reference('ReplicaSet', 'shop'),
      containers: [container({ name: 'proxy', image: TYPO, state: waiting('ErrImagePull', error) })],
    },
    [ownerLink('ReplicaSet', 'shop', { template: made(FIXED) })],
  )
  expect(clueOf(injected.clues, 'template-changed')).toBeUndefined()
})

test('a run that blocks all later ones is deleted before a registry is asked', () => {
  const run = (concurrencyPolicy: string) =>
    codes({ controller: reference('Job', 'shop-29401020', 'batch/v1') }, [
      ownerLink('Job', 'shop-29401020', { controller: reference('CronJob', 'shop', 'batch/v1') }),
      ownerLink('CronJob', 'shop', { template: made(TYPO), concurrencyPolicy }),
    ])
  expect(run('Forbid')).toEqual(['check-name', 'set-image', 'delete-run', 'ask-registry'])
  expect(run('Allow')).toEqual(['check-name', 'ask-registry', 'set-image', 'delete-run'])
})

test('a run whose digest stands in place of a tag keeps that, too', () => {
  const image = `acme.example/shop:sha256:${'a1'.repeat(32)}`
  const text = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
  const run = findingOf({
    image,
    error: text,
    pod: {
      controller: reference('Job', 'shop-29401020', 'batch/v1'),
      containers: [container({ image, state: waiting('InvalidImageName', text) })],
    },
    owners: [
      ownerLink('Job', 'shop-29401020', { controller: reference('CronJob', 'shop', 'batch/v1') }),
      ownerLink('CronJob', 'shop', { template: made(image), concurrencyPolicy: 'Forbid' }),
    ],
  })
  expect(stepsFor(run).map(({ code }) => code)).toEqual(['drop-surplus-tag', 'delete-run'])
})
