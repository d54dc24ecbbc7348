/** Names that no registry knows: IDs instead of names, short names, and places that images have left. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { MOVED_ROWS } from '../../src/image/moved/moved.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { OwnerLink } from '../../src/snapshot/snapshot.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { codesIn, findingOf, pulled, type Situation, stepsIn } from './situation.ts'

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
    [
      'gcr.io/cloud-provider-vsphere/csi/release/syncer:v3.3.1',
      REFUSED,
      'registry.k8s.io/csi-vsphere/syncer:v3.3.1',
    ],
    [
      'gcr.io/cloud-provider-vsphere/cpi/release/manager:v1.31.0',
      REFUSED,
      'registry.k8s.io/cloud-pv-vsphere/cloud-provider-vsphere:v1.31.0',
    ],
    ['gcr.io/cadvisor/cadvisor:v0.55.1', 'not found', 'ghcr.io/google/cadvisor:v0.55.1'],
    [
      'gcr.io/k8s-staging-ingress-nginx/controller:v1.9.0',
      'not found',
      'registry.k8s.io/ingress-nginx/controller:v1.9.0',
    ],
    [
      'metallb/speaker:v0.9.6',
      'pull access denied, repository does not exist or may require authorization',
      'quay.io/metallb/speaker:v0.9.6',
    ],
    ['consul', 'not found', 'docker.io/hashicorp/consul:latest'],
    ['quay.io/coreos/flannel:v0.26.7', 'not found', 'ghcr.io/flannel-io/flannel:v0.26.7'],
    ['getsentry/sentry:25.8.0', 'not found', 'ghcr.io/getsentry/sentry:25.8.0'],
    [
      'bitnami/bitnami-shell:11-debian-11-r63',
      'pull access denied, repository does not exist or may require authorization',
      'docker.io/bitnamilegacy/os-shell:11-debian-11-r63',
    ],
    ['tootsuite/mastodon:v4.2.0', 'not found', 'ghcr.io/mastodon/mastodon:v4.2.0'],
    [
      'gcr.io/cloudsql-docker/gce-proxy:2.14.1',
      'manifest unknown',
      'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1',
    ],
    [
      'owasp/zap2docker-stable:2.14.0',
      'pull access denied, repository does not exist or may require authorization',
      'docker.io/zaproxy/zap-stable:2.14.0',
    ],
    ['weaveworks/kured:1.15.0', 'not found', 'ghcr.io/kubereboot/kured:1.15.0'],
    ['ghcr.io/onedr0p/sonarr:4', '403 Forbidden', 'ghcr.io/home-operations/sonarr:4'],
    [
      'cr.step.sm/smallstep/step-ca:0.30.2',
      'dial tcp: lookup cr.step.sm on 10.0.0.2:53: no such host',
      'cr.smallstep.com/smallstep/step-ca:0.30.2',
    ],
  ])('%s is taken from its new place', (image, error, to) => {
    const [first] = stepsIn({ image, error: pulled(image, error) })
    expect(first).toMatchObject({ code: 'use-replacement', to })
  })

  test.each([
    ['bitnami/redis:7.2.5', false],
    // Its new place has what was there, so that a name that is missing may be mistyped.
    ['k8s.gcr.io/nginx-slim:foo', true],
  ])('makes a typo unlikely if its old place was emptied: %s', (image, mayBeTypo) => {
    const steps = stepsIn({ image, error: pulled(image, `${image}: not found`) })
    expect(steps[0].code).toBe('use-replacement')
    expect(steps.some(({ code }) => code === 'check-name')).toBe(mayBeTypo)
  })

  test('is not suspected where only another version of it moved', () => {
    const image = 'gcr.io/cloudsql-docker/gce-proxy:1.99.0'
    const { moved } = findingOf({ image, error: pulled(image, 'manifest unknown') })
    expect(moved).toMatchObject({ state: 'succeeded', to: null })
  })

  test('is looked for where its publisher has other versions, if it has no new place itself', () => {
    const image = 'gcr.io/ml-pipeline/argoexec:v3.4.17-license-compliance'
    const error = "denied: Permission denied: Consumer 'project:ml-pipeline' has been suspended."
    const [first] = stepsIn({ image, error: pulled(image, error) })
    expect(first).toMatchObject({ code: 'find-replacement', moved: { others: 'quay.io/argoproj' } })
  })

  test.each(['bitnami/kubectl:1.35.0', 'docker.io/bitnamilegacy/kubectl:1.34'])(
    'is not proposed for a version that is newer than its copy: %s',
    image => {
      const steps = stepsFor(findingOf({ image, error: pulled(image, `${image}: not found`) }))
      expect(steps[0]).toMatchObject({
        code: 'find-replacement',
        moved: { state: 'ended', others: 'registry.k8s.io/kubectl' },
      })
      expect(steps.map(({ code }) => code)).not.toContain('check-name')
    },
  )

  test('is not judged by its tag while its digest may be there', () => {
    const image = `bitnami/kubectl:1.35.0@sha256:${'a'.repeat(64)}`
    const error = pulled(
      image,
      'unexpected status code https://registry-1.docker.io/v2/: 429 Too Many Requests',
    )
    expect(findingOf({ image, error }).moved).toBeNull()
  })

  test.each(['minio/minio:latest', 'quay.io/minio/minio:latest'])(
    'is not proposed at a place that its publisher left, too: %s',
    image => {
      const [first] = stepsFor(findingOf({ image, error: pulled(image, REFUSED) }))
      expect(first).toMatchObject({ code: 'find-replacement', moved: { state: 'deleted', to: null } })
    },
  )

  test('is not suspected while its old place only refuses', () => {
    const image = 'gcr.io/cadvisor/cadvisor:v0.49.1'
    expect(findingOf({ image, error: pulled(image, REFUSED) }).moved).toBeNull()
  })

  test('of a registry that is shut down is looked for as soon as its name does not resolve', () => {
    const image = 'registry.opensource.zalan.do/acid/postgres-operator:v1.8.2'
    const lookUp = (why: string) =>
      findingOf({
        image,
        error: pulled(
          image,
          `failed to do request: Head "https://registry.opensource.zalan.do/v2/acid/postgres-operator/manifests/v1.8.2": dial tcp: lookup registry.opensource.zalan.do on 10.0.0.2:53: ${why}`,
        ),
      })
    const gone = lookUp('no such host')
    expect(gone).toMatchObject({ cause: 'registry-not-found-dns', moved: { state: 'retired' } })
    expect(stepsFor(gone)[0]).toMatchObject({
      code: 'use-replacement',
      to: 'ghcr.io/zalando/postgres-operator:v1.8.2',
    })
    // A DNS server that fails says nothing about the name.
    for (const why of ['server misbehaving', 'i/o timeout']) expect(lookUp(why).moved).toBeNull()
  })

  test('does not include an image that its publisher kept there', () => {
    const moved = (image: string) => findingOf({ image, error: pulled(image, 'not found') }).moved
    expect(moved('bitnami/sealed-secrets-controller:9.9.9')).toBeNull()
    expect(moved('ghcr.io/onedr0p/exportarr:v9.9.9')).toBeNull()
    expect(moved('bitnami/kubectl:1.33.4')).toMatchObject({ to: 'docker.io/bitnamilegacy/kubectl:1.33.4' })
    expect(moved('bitnami/redis:7.2.5')).toMatchObject({ to: 'docker.io/bitnamilegacy/redis:7.2.5' })
  })

  test('is never replaced with one that another row calls gone', () => {
    const rows = MOVED_ROWS
    const gone = rows.filter(({ state }) => state === 'deleted' || state === 'retired')
    const places = gone.flatMap(({ moves }) => Object.keys(moves))
    for (const { moves } of rows) for (const to of Object.values(moves)) expect(places).not.toContain(to)
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
  'initializing source docker://europe-docker.pkg.dev/acme/docker/app:1: reading manifest 1 in europe-docker.pkg.dev/acme/docker/app: denied: ',
])("Google's refusal names the missing permission in any wrapping: %s", wrapping => {
  const image = 'registry.example/app:1'
  const denied =
    'Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme/locations/europe/repositories/docker" (or it may not exist)'
  const state = waiting('ErrImagePull', `${wrapping}${denied}`)
  const found = findingOf({ image, error: '', pod: { containers: [container({ image, state })] } })
  expect(found.subcause).toBe('not-permitted')
})

test.each([
  ['ghcr.io/acme/agent:6f1a:6f1a', 'ghcr.io/acme/agent:6f1a'],
  ['ghcr.io/acme/agent:1.2:1.3', null],
])('%s needs one of its tags, and no other step for its name', (image, correct) => {
  const error = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
  expect(stepsIn({ image, error, reason: 'InvalidImageName' })).toEqual([
    expect.objectContaining({ code: 'drop-surplus-tag', repository: 'ghcr.io/acme/agent', correct }),
  ])
})

describe('an image that is not the one in the template', () => {
  const missing = (image: string) => pulled(image, `${image}: not found`)
  const ofPod = (image: string, fields: Partial<Pod> = {}): Situation => ({
    image,
    error: missing(image),
    pod: {
      templateHash: '6d4',
      controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-6d4', uid: 'rs' },
      ...fields,
    },
    owners: [replicaSet({ app: 'quay.io/acme/api:2' })],
  })
  const replicaSet = (images: Record<string, string>): OwnerLink => ({
    ...{ namespace: 'web', kind: 'ReplicaSet', name: 'shop-6d4', uid: 'rs' },
    controller: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', uid: 'd' },
    template: { mark: '6d4', images, pullSecrets: [] },
  })

  test('is set where the container is added, if it lacks the platform of the node', () => {
    const image = 'hashicorp/vault:1'
    const error = 'choosing image instance: no image found in manifest list for architecture s390x, OS linux'
    const [first] = stepsFor(
      findingOf({ ...ofPod(image), error, owners: [replicaSet({ web: 'acme/web:1' })] }),
    )
    expect(first).toMatchObject({ code: 'correct-admission', template: null })
    // Another image of the template may be what lacks it.
    expect(stepsIn({ ...ofPod(image), error })[0].code).not.toBe('correct-admission')
  })

  test('is what the registry refused, which may not be where its own name is from', () => {
    const image = 'harbor.example/quay/acme/api:2'
    const error = pulled(
      image,
      'unexpected status from HEAD request to https://harbor.example: 403 Forbidden',
    )
    // A dump may lack the label of a ReplicaSet's pods.
    const { templateHash: _none, ...pod } = ofPod(image).pod ?? {}
    const steps = stepsIn({ ...ofPod(image), pod, error }).map(({ code }) => code)
    expect(steps[1]).toBe('correct-admission')
    expect(steps).not.toContain('check-name')
    const written = { ...ofPod('docker.io/acme/api:2'), owners: [replicaSet({ app: 'acme/api:2' })] }
    expect(stepsIn(written).map(({ code }) => code)).not.toContain('correct-admission')
  })

  test('is only created again, if what was added is a digest that is gone', () => {
    const digest = `sha256:${'a'.repeat(64)}`
    for (const image of [`quay.io/acme/api:2@${digest}`, `quay.io/acme/api@${digest}`]) {
      const steps = stepsIn(ofPod(image))
      expect(steps[0]).toEqual({ code: 'resolve-again', template: 'quay.io/acme/api:2' })
      expect(steps.map(({ code }) => code)).not.toContain('correct-admission')
    }
    // A copy elsewhere may never have had it.
    expect(stepsIn(ofPod(`harbor.example/acme/api:2@${digest}`))[0].code).toBe('correct-admission')
  })

  test('is corrected where it was changed, as a new name in the template would be changed again', () => {
    const [first, ...others] = stepsIn(ofPod('harbor.example/quay/acme/api:2'))
    expect(first).toEqual({
      ...{ code: 'correct-admission', template: 'quay.io/acme/api:2', policies: [], doubled: null },
    })
    expect(others.map(({ code }) => code)).not.toContain('set-image')
    expect(others.map(({ code }) => code)).not.toContain('check-name')
  })

  test('names the policy and what it put there twice', () => {
    const twice = ofPod('harbor.example/quay/harbor.example/quay/acme/api:2', { rewriters: ['mirror-quay'] })
    expect(stepsIn(twice)[0]).toMatchObject({
      policies: ['mirror-quay'],
      doubled: 'harbor.example/quay',
    })
  })

  test('may be right where its new host is only out of reach', () => {
    const image = 'harbor.example/quay/acme/api:2'
    const error = pulled(image, 'dial tcp: lookup harbor.example on 10.0.0.2:53: no such host')
    const codes = codesIn({ ...ofPod(image), error })
    expect(codes[0]).toBe('resolve-host')
    expect(codes).toContain('correct-admission')
  })

  test('belongs to an injector if the template has no such container', () => {
    const image = 'docker.io/istio/proxyv2:9'
    const injected = container({ name: 'istio-proxy', image, state: waiting('ErrImagePull', missing(image)) })
    const [first] = stepsIn(ofPod(image, { containers: [injected] }))
    expect(first).toMatchObject({ code: 'correct-admission', template: null })
  })

  test.each<[string, Partial<Pod>]>([
    ['the template is newer than the pod', { templateHash: '5c3' }],
    ['the container is a debug container', { containers: [debug()] }],
  ])('is not assumed if %s', (_why, fields) => {
    expect(codesIn(ofPod('harbor.example/quay/acme/api:2', fields))).not.toContain('correct-admission')
  })

  function debug() {
    const image = 'quay.io/acme/tools:1'
    return container({
      name: 'debug',
      kind: 'ephemeral',
      image,
      state: waiting('ErrImagePull', missing(image)),
    })
  }
})

describe('a prefix that the name has twice', () => {
  test.each([
    ['cache.example/mirror/quay.io/mirror/quay.io/acme/api:2', 'mirror/quay.io'],
    ['registry.corp:5000/registry.corp:5000/acme/api', 'registry.corp:5000'],
  ])('is what to look for in %s', (image, prefix) => {
    const without = image.replace(`${prefix}/`, '')
    const [first] = stepsIn({ image, error: pulled(image, `${image}: not found`) })
    expect(first).toEqual({ code: 'undouble-prefix', prefix, without })
  })

  test.each(['grafana/grafana:1', 'ghcr.io/fluxcd/fluxcd:2', 'quay.io/a/b/b/c:1'])('is not in %s', image => {
    expect(codesIn({ image, error: pulled(image, `${image}: not found`) })).not.toContain('undouble-prefix')
  })
})

describe('a path that Artifact Registry can not have', () => {
  const HOST = 'europe-docker.pkg.dev'
  const [head, token] = [
    (path: string) =>
      `unexpected status from HEAD request to https://${HOST}/v2/${path}/manifests/1: 403 Forbidden`,
    (path: string) =>
      `failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://${HOST}/v2/token?scope=repository%3A${path}%3Apull&service=${HOST}: 403 Forbidden`,
  ]
  test.each([
    ['bitnami/redis', head],
    ['bitnami/redis', token],
    ['nginx', (path: string) => `${HOST}/${path}:1: not found`],
  ])('is corrected first, as no role helps: %s', (path, answer) => {
    const image = `${HOST}/${path}:1`
    const error = pulled(image, answer(path))
    expect(stepsFor(findingOf({ image, error }))[0]).toMatchObject({ code: 'correct-path', path })
    for (const code of ['grant-cloud-role', 'distribute-login', 'set-image', 'check-name'])
      expect(codesIn({ image, error })).not.toContain(code)
  })

  test('has less than three parts', () => {
    const image = `${HOST}/acme/images/app:1`
    expect(codesIn({ image, error: pulled(image, head('acme/images/app')) })).not.toContain('correct-path')
  })
})

// k0sproject/k0s#3713.
describe('a path that begins like the URL of a request', () => {
  const DISABLED = 'denied: Namespace v2 has been disabled. Please contact a system administrator'
  test.each<[string, string, boolean]>([
    ['quay.io/v2/k0sproject/cni-node:1', 'k0sproject/cni-node', true],
    ['registry.k8s.io/v2/pause:3.9', 'pause', true],
    ['v2/library/nginx:1', 'library/nginx', true],
    ['us-docker.pkg.dev/v2/acme-prod/apps/api:1', 'acme-prod/apps/api', true],
    ['registry.example/v2/team/api:1', 'team/api', false],
  ])('is corrected first: %s', (image, likely, certain) => {
    const [first] = stepsFor(findingOf({ image, error: DISABLED }))
    expect(first).toEqual({ code: 'correct-path', path: `v2/${likely}`, likely, certain, ofApi: true })
  })

  test.each(['v2/api:1', 'ghcr.io/v2/api:1', 'registry.example/v2/api:1', 'quay.io/acme/v2/api:1'])(
    'may be the name of an account or a project: %s',
    image => {
      expect(codesIn({ image, error: DISABLED })).not.toContain('correct-path')
    },
  )
})

describe('a path that Docker Hub can not have', () => {
  const denied = (image: string) =>
    pulled(image, 'pull access denied, repository does not exist or may require authorization')
  test.each<[string, string | null, boolean?]>([
    ['selenium/selenium/hub:4', 'selenium/hub'],
    ['docker.io/apache/dolphinscheduler/dolphinscheduler-api:3', 'apache/dolphinscheduler-api'],
    ['acme/api/acme/api:1', 'acme/api'],
    ['acme/backend/api:1', null],
    ['library/bitnami/redis:7', 'bitnami/redis', true],
  ])('is corrected first, as no login helps: %s', (image, likely, certain = false) => {
    const path = image.replace('docker.io/', '').replace(/:.*/, '')
    const codes = codesIn({ image, error: denied(image) })
    expect(stepsIn({ image, error: denied(image) })[0]).toEqual({
      code: 'correct-path',
      path,
      likely,
      certain,
    })
    expect(codes).not.toContain('distribute-login')
    expect(codes).not.toContain('ask-registry')
    const login = 'https://index.docker.io/v1/'
    expect(codesIn({ image, error: denied(image), login })).not.toContain('hub-plan')
  })

  test.each([
    'acme/api:1',
    'quay.io/acme/backend/api:1',
    'docker.io/quay.io/acme/api:1',
    'store/oracle/weblogic:12',
  ])('is not that of %s', image => {
    expect(codesIn({ image, error: denied(image) })).not.toContain('correct-path')
  })

  test('is one that a mirror of it may have', () => {
    const error =
      'unexpected status from HEAD request to https://mirror.example/v2/acme/backend/api/manifests/1?ns=docker.io: 403 Forbidden'
    expect(codesIn({ image: 'acme/backend/api:1', error })).not.toContain('correct-path')
  })

  const HOST = '111111111111.dkr.ecr.eu-west-1.amazonaws.com'
  test.each([
    ['docker-hub/library/percona/operator', 'library/percona/operator', 'percona/operator'],
    ['docker-hub/docker', 'docker-hub/docker', 'docker-hub/library/docker'],
  ])('is refused to a cache of it like a wrong login: %s', (name, path, likely) => {
    const image = `${HOST}/${name}:1`
    const error = `pull access denied for ${HOST}/${name}, repository does not exist or may require 'docker login': denied: The authentication to the upstream registry failed. Verify that the credentials in AWS Secrets Manager are correct`
    const [first, second] = stepsIn({ image, error })
    expect(first).toEqual({ code: 'correct-path', path, likely, certain: true })
    expect(second?.code).toBe('upstream-login')
  })
})

test("a suffix of Zarf's agent that the tag has twice is first, whatever webhook changed the name, and no registry is to be filled", () => {
  const without = '127.0.0.1:31999/acme/api:1-zarf-2783912457'
  const image = `${without}-zarf-1402918838`
  const codes = codesIn({ image, error: pulled(image, `${image}: not found`) })
  expect(codes[0]).toBe('zarf-once')
  expect(codes).not.toContain('node-port-registry')
  // What Zarf's agent changed is in no template, and would be changed again.
  expect(codesIn({ image: without, error: pulled(without, `${without}: not found`) })).toEqual([
    'zarf-package',
  ])
})

describe('a name without a registry', () => {
  const image = 'acme-web:2'
  const denied = {
    image,
    error: pulled(
      'docker.io/library/acme-web:2',
      'pull access denied, repository does not exist or may require authorization',
    ),
  }
  const node = { images: ['harbor.example/shop/acme-api:1'] }

  test('gets the registry and the project of an image beside it', () => {
    expect(stepsIn({ ...denied, node })[0]).toMatchObject({
      ...{ code: 'name-registry', name: 'harbor.example/shop/acme-web:2', same: false },
    })
    const { findings } = diagnose(
      snapshot({
        pods: [pod({ containers: [container({ image, state: waiting('ErrImagePull', denied.error) })] })],
        pulledImages: ['harbor.example/shop/acme-web:1'],
      }),
    )
    expect(findings[0] && stepsFor(findings[0])[0]).toMatchObject({ code: 'name-registry', same: true })
  })

  test('is left as it is if the pod has a login for Docker Hub, or if nothing is beside it', () => {
    expect(codesIn({ ...denied, node, login: 'https://index.docker.io/v1/' })).not.toContain('name-registry')
    expect(codesIn(denied)).not.toContain('name-registry')
  })
})

describe('an image beside one that was pulled without a pull secret', () => {
  const refused = (host: string) =>
    `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${host}/token?service=${host}: 401 Unauthorized`
  const codesFor = (image: string, openImages: string[], error = refused('ghcr.io')) => {
    const failing = pod({ containers: [container({ image, state: waiting('ErrImagePull', error) })] })
    const { findings } = diagnose(snapshot({ pods: [failing], openImages }))
    return findings[0] === undefined ? [] : stepsFor(findings[0]).map(({ code }) => code)
  }

  test('may be misnamed or not public yet, before a login is proposed', () => {
    const codes = codesFor('ghcr.io/acme/shop/web:1', ['ghcr.io/acme/shop/api:1'])
    expect(codes.slice(0, 4)).toEqual(['check-name', 'ask-registry', 'make-public', 'distribute-login'])
  })

  test.each([
    ['in another folder', 'ghcr.io/acme/shop/web:1', ['ghcr.io/acme/tools/api:1']],
    ['of its own name', 'ghcr.io/acme/shop/web:1', ['ghcr.io/acme/shop/web:0', 'ghcr.io/acme/shop/api:1']],
    ['at another registry', 'ghcr.io/acme/shop/web:1', ['quay.io/acme/shop/api:1']],
  ])('is not found in one %s', (_place, image, openImages) => {
    expect(codesFor(image, openImages)[0]).toBe('distribute-login')
  })

  test('is not suspected at a registry of which that is not known', () => {
    const codes = codesFor(
      'registry.example/acme/web:1',
      ['registry.example/acme/api:1'],
      refused('registry.example'),
    )
    expect(codes[0]).toBe('distribute-login')
  })
})
