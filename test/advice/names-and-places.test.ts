/** Names that no registry knows: IDs instead of names, short names, and places that images have left. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { MOVED_IMAGES } from '../../src/image/moved-images.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { findingOf, pulled, type Situation } from './situation.ts'

const codesIn = (situation: Situation) => stepsFor(findingOf(situation)).map(({ code }) => code)

describe('an image ID instead of a name', () => {
  const DENIED =
    "Error response from daemon: pull access denied for it, repository does not exist or may require 'docker login'"
  test.each([
    ['5d1fe335608f', DENIED],
    ['sha256:5d1fe335608f', DENIED],
    ['0'.repeat(64), 'InvalidImageName: cannot specify 64-byte hexadecimal strings'],
  ])('%s is replaced with the name, and not checked for a typo', (image, error) => {
    const codes = codesIn({ image, error })
    expect(codes[0]).toBe('name-not-id')
    expect(codes).toContain('set-image')
    expect(codes).not.toContain('check-name')
    expect(codes).not.toContain('distribute-login')
  })

  test.each(['acme/5d1fe335608f', 'deadbeef', '5d1fe335608f:1', `nginx@sha256:${'0'.repeat(64)}`])(
    'is not %s',
    image => {
      expect(codesIn({ image, error: DENIED })).not.toContain('name-not-id')
    },
  )
})

describe('an image that left its registry', () => {
  const REFUSED = 'failed to authorize: failed to fetch oauth token: 403 Forbidden'
  test.each([
    [
      'gcr.io/tekton-releases/github.com/tektoncd/pipeline/cmd/git-init:v0.29.0',
      REFUSED,
      'ghcr.io/tektoncd/github.com/tektoncd/pipeline/cmd/git-init:v0.29.0',
    ],
    ['gcr.io/kubernetes-helm/tiller:v2.16.9', 'not found', 'ghcr.io/helm/tiller:v2.16.9'],
    ['gcr.io/cadvisor/cadvisor:v0.55.1', 'not found', 'ghcr.io/google/cadvisor:v0.55.1'],
    [
      'cr.step.sm/smallstep/step-ca:0.30.2',
      'dial tcp: lookup cr.step.sm on 10.0.0.2:53: no such host',
      'cr.smallstep.com/smallstep/step-ca:0.30.2',
    ],
  ])('%s is taken from its new place', (image, error, to) => {
    const [first] = stepsFor(findingOf({ image, error: pulled(image, error) }))
    expect(first).toMatchObject({ code: 'use-replacement', to })
  })

  test('is not suspected while its old place only refuses', () => {
    const image = 'gcr.io/cadvisor/cadvisor:v0.49.1'
    expect(findingOf({ image, error: pulled(image, REFUSED) }).moved).toBeNull()
  })

  test('is never replaced with one that another row calls gone', () => {
    const gone = MOVED_IMAGES.filter(({ state }) => state === 'deleted' || state === 'retired')
    for (const { to } of MOVED_IMAGES) expect(gone.map(({ prefix }) => prefix)).not.toContain(to)
  })
})

test('a short name that an old CRI-O does not search for is written in full', () => {
  const error =
    'pulling image failed: rpc error: code = Unknown desc = no registries configured while trying to pull an unqualified image, add at least one in either /etc/crio/crio.conf or /etc/containers/registries.conf'
  expect(findingOf({ image: 'nginx', error }).cause).toBe('invalid-reference')
  expect(codesIn({ image: 'nginx', error })[0]).toBe('full-name')
})

test.each([
  'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://x/v2/token: 403 Forbidden - Server message: denied: ',
  'cannot unpack package: failed to fetch package digest from remote: GET https://europe-docker.pkg.dev/v2/token?scope=a&service=b: DENIED: ',
  'initializing source docker://europe-docker.pkg.dev/acme/docker/app:1: reading manifest 1 in europe-docker.pkg.dev/acme/docker/app: denied: ',
])("Google's refusal names the missing permission in any wrapping: %s", wrapping => {
  const image = 'registry.example/app:1'
  const denied =
    'Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme/locations/europe/repositories/docker" (or it may not exist)'
  const state = waiting('ErrImagePull', `${wrapping}${denied}`)
  const found = findingOf({ image, error: '', pod: { containers: [container({ image, state })] } })
  expect(found.subcause).toBe('not-permitted')
})
