/** Steps for a pod whose pull policy was set to Always at admission, such as by the plugin AlwaysPullImages: its template can't change it. */
import { expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import type { PullPolicy } from '../../src/snapshot/pod.ts'
import { container, ownerLink, waiting } from '../diagnosis/snapshots.ts'
import { findingOf, pulled, type Situation } from './situation.ts'

const SCOPE =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
const LIMIT =
  '429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.'

/** A container of a ReplicaSet's pod with policy Always. @param template the policy in the template; null if it has none but Always */
function found(template: PullPolicy | null, { image, error, ...more }: Situation) {
  const ref = `docker.io/library/${image}`
  const failing = container({
    image,
    pullPolicy: 'Always',
    state: waiting('ErrImagePull', pulled(ref, error)),
  })
  const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-6d4', uid: 'shop-6d4' }
  const made = {
    mark: '6d4',
    images: { [failing.name]: image },
    ...(template !== null && { policies: { [failing.name]: template } }),
    pullSecrets: [],
  }
  return findingOf({
    image,
    error,
    ...more,
    pod: { controller, templateHash: '6d4', containers: [failing] },
    owners: [ownerLink('ReplicaSet', 'shop-6d4', { template: made })],
  })
}

const codes = (...of: Parameters<typeof found>) => stepsFor(found(...of)).map(({ code }) => code)

test('an image on the node has to get to a registry, and nothing in the template is changed', () => {
  const own = { image: 'report:dev', error: SCOPE, node: { images: ['docker.io/library/report:dev'] } }
  expect(stepsFor(found('IfNotPresent', own))[0]).toEqual({
    code: 'use-local-image',
    listed: true,
    template: 'IfNotPresent',
  })
  expect(stepsFor(found(null, own))[0]).toEqual({ code: 'use-local-image', listed: true })
})

test('an image that is loaded into the node would not be used', () => {
  const own = { image: 'report:dev', error: SCOPE, node: { provider: 'kind' } }
  expect(codes(null, own)).toContain('load-image')
  expect(codes('Never', own)).not.toContain('load-image')
})

test('no other policy in the template saves pulls', () => {
  const limited = { image: 'nginx:1.27', error: LIMIT, node: { provider: 'kind' } }
  expect(found(null, limited).remedies).toContain('pull-policy')
  expect(found('IfNotPresent', limited).remedies).not.toContain('pull-policy')
  expect(codes('IfNotPresent', limited)).not.toContain('load-pulled')
})
