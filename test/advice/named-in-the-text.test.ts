/** For errors whose text names what to change: the first step is that change, and nothing that can't help comes with it. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import type { Step } from '../../src/advice/step/step.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { OwnerLink } from '../../src/snapshot/snapshot.ts'
import { container, event, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { codesIn, findingOf, pulled, stepsIn } from './situation.ts'

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const ROLE = 'arn:aws:sts::123456789012:assumed-role/node/i-0c3f'
const ecrDenied = (why: string) => ({
  image: `${ECR}/a/b:1`,
  error: pulled(
    `${ECR}/a/b:1`,
    `unexpected status from HEAD request to https://${ECR}/v2/a/b/manifests/1: 403 Forbidden: denied: User: ${ROLE} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/a/b ${why}`,
  ),
})

describe('a denial by AWS', () => {
  test.each([
    ['with an explicit deny in a service control policy', 'service-control', true],
    ['with an explicit deny in a resource control policy', 'resource-control', true],
    ['with an explicit deny in a permissions boundary', 'permissions-boundary', true],
    ['with an explicit deny in an identity-based policy', 'identity', true],
    ['with an explicit deny in a resource-based policy', 'resource', true],
    ['with an explicit deny in a VPC endpoint policy', 'vpc-endpoint', true],
    ['with an explicit deny in a session policy', 'session', true],
    ['with an explicit deny', null, true],
    ['because no permissions boundary allows the ecr:BatchGetImage action', 'permissions-boundary', false],
    ['because no VPC endpoint policy allows the ecr:BatchGetImage action', 'vpc-endpoint', false],
  ])('"%s" is changed in that policy, and no role is attached', (why, policy, denies) => {
    const steps = stepsIn(ecrDenied(why))
    expect(steps[0]).toEqual({ code: 'lift-deny', policy, denies, caller: ROLE })
    const codes = steps.map(({ code }) => code)
    expect(codes).not.toContain('grant-cloud-role')
    expect(codes).not.toContain('check-name')
  })

  test("by no policy of the role is ended with the registry's role", () => {
    const situation = ecrDenied('because no identity-based policy allows the ecr:BatchGetImage action')
    expect(stepsIn(situation)[0]).toMatchObject({ code: 'grant-cloud-role', caller: ROLE, first: true })
    expect(codesIn(situation)).toContain('check-name')
  })
})

describe('a missing tag latest', () => {
  const image = 'registry.redhat.io/acme/ee-minimal'

  test('that the registry explains is replaced with a version, and the name is not in doubt', () => {
    const found = findingOf({
      image,
      error: `Back-off pulling image "${image}": ErrImagePull: initializing source docker://${image}:latest: reading manifest latest in ${image}: unsupported: This repository does not use the "latest" tag to track the most recent image and must be pulled with an explicit version or image reference.`,
    })
    expect(found).toMatchObject({ cause: 'image-not-found', subcause: 'tag' })
    expect(stepsFor(found).map(({ code }) => code)).toEqual(['name-version', 'set-image'])
  })

  test('that is only unknown to the registry may also be a misspelled name', () => {
    const error = `initializing source docker://${image}:latest: reading manifest latest in ${image}: manifest unknown`
    expect(codesIn({ image, error }).slice(0, 2)).toEqual(['name-version', 'check-name'])
    expect(codesIn({ image: `${image}:1`, error: error.replaceAll('latest', '1') })[0]).toBe('check-name')
  })
})

describe('memory that ran out', () => {
  const error =
    'failed to register layer: Error processing tar file(exit status 1): write /usr/lib/libx.so: cannot allocate memory'

  test('is looked at and freed, and no image is removed', () => {
    expect(codesIn({ image: 'a/b:1', error })).toEqual([
      'show-memory',
      'show-killed',
      'more-memory',
      'enter-node',
    ])
  })

  test('is not a full disk', () => {
    const full = error.replace('cannot allocate memory', 'no space left on device')
    expect(codesIn({ image: 'a/b:1', error: full })[0]).toBe('show-disk')
  })
})

test("a layer that the runtime's content store lacks is pulled again on the node, not reached from a guest", () => {
  const digest = `sha256:${'7'.repeat(64)}`
  const codes = codesIn({
    image: 'icr.io/a/b:1',
    reason: 'CreateContainerError',
    error: `failed to create containerd container: error unpacking image: apply layer error for "icr.io/a/b:1": failed to extract layer sha256:${'2'.repeat(64)}: failed to get reader from content store: content digest ${digest}: not found`,
  })
  expect(codes).toEqual(['remove-image', 'keep-layers', 'runtime-log', 'enter-node'])
})

test('Docker has no setting that keeps the layers that it has unpacked', () => {
  const error = `failed to extract layer sha256:${'2'.repeat(64)}: failed to get reader from content store: content digest sha256:${'7'.repeat(64)}: not found`
  expect(codesIn({ image: 'icr.io/a/b:1', error, node: { runtime: 'docker://29.0.1' } })).not.toContain(
    'keep-layers',
  )
})

describe("a mirror on the node's own loopback", () => {
  const image = 'acme.azurecr.io/a/b:1'
  const asked = (host: string, why: string) => ({
    image,
    error: pulled(
      image,
      `failed to do request: Head "https://${host}/v2/a/b/manifests/1?ns=acme.azurecr.io": ${why}`,
    ),
  })

  test.each(['context canceled', 'net/http: TLS handshake timeout', 'dial tcp 127.0.0.1:8578: i/o timeout'])(
    'that does not answer (%s) is looked at on that node',
    why => {
      expect(stepsIn(asked('localhost:8578', why))[0]).toEqual({
        code: 'node-mirror',
        host: 'localhost:8578',
        service: 'artifact-streaming',
      })
    },
  )

  test('is not a mirror elsewhere, which this machine may reach, nor the registry itself', () => {
    expect(codesIn(asked('mirror.acme.example', 'context canceled'))[0]).toBe('check-mirror')
    expect(codesIn({ image, error: 'context canceled' })[0]).toBe('restart-pull')
  })
})

test('an owner that the user namespace does not map needs more IDs, and one that may not be set another disk', () => {
  const error = (why: string) =>
    `failed to extract layer sha256:aa: mount callback failed on /tmp/containerd-mount1: lchown /tmp/containerd-mount1/etc/shadow: ${why}`
  expect(codesIn({ image: 'a/b:1', error: error('invalid argument') })[0]).toBe('more-ids')
  expect(codesIn({ image: 'a/b:1', error: error('operation not permitted') })[0]).toBe('move-store')
})

test('a busy mount is released by the process that holds it', () => {
  const error =
    'failed to extract layer sha256:aa: failed to unmount /var/lib/containerd/tmpmounts/containerd-mount2: failed to unmount target /var/lib/containerd/tmpmounts/containerd-mount2: device or resource busy: unknown'
  const codes = codesIn({ image: 'a/b:1', error })
  expect(codes[0]).toBe('release-mount')
  expect(codes).not.toContain('remove-image')
})

test('no other tag is proposed of a repository that does not exist', () => {
  const image = 'public.ecr.aws/v2k0k1b1/yelb/yelb-ui:2'
  const unknown = "The repository with name 'yelb/yelb-ui' does not exist in the registry with id 'v2k0k1b1'"
  const error = pulled(image, `name unknown: ${unknown}`)
  expect(stepsIn({ image, error }).at(-1)).toEqual({ code: 'set-image', known: 'nothing' })
  const ofTag = pulled(image, 'manifest unknown: Requested image not found')
  expect(stepsIn({ image, error: ofTag }).at(-1)).toEqual({ code: 'set-image', known: 'repository' })
})

describe("a tag that OpenShift's own registry lacks", () => {
  const missing = (repository: string) => {
    const image = `image-registry.openshift-image-registry.svc:5000/${repository}:3.4`
    return {
      image,
      error: `initializing source docker://${image}: reading manifest 3.4 in ${image.replace(/:3\.4$/, '')}: manifest unknown`,
    }
  }

  test('may never have been imported into its image stream', () => {
    expect(stepsIn(missing('web/base'))[0]).toEqual({
      code: 'see-image-stream',
      project: 'web',
      stream: 'base',
      tag: '3.4',
    })
  })

  test('is a digest that was pruned, if the name has one', () => {
    const image = `image-registry.openshift-image-registry.svc:5000/web/base@sha256:${'a'.repeat(64)}`
    const error = `initializing source docker://${image}: reading manifest sha256:${'a'.repeat(64)} in ${image}: manifest unknown`
    expect(stepsIn({ image, error })[0]).toEqual({
      code: 'see-image-stream',
      project: 'web',
      stream: 'base',
      tag: null,
    })
  })

  test('is checked by its name where that is no image stream', () => {
    expect(codesIn(missing('web/base/more'))[0]).toBe('check-name')
  })
})

describe('a local registry of kind', () => {
  const image = 'localhost:5001/shop:dev'
  const lookup = (host: string, name = image) => ({
    image: name,
    error: pulled(
      name,
      `failed to do request: Head "http://${host}/v2/shop/manifests/dev?ns=localhost%3A5001": dial tcp: lookup ${host.replace(/:\d+$/, '')} on 172.18.0.1:53: server misbehaving`,
    ),
  })

  test('whose container the nodes can not resolve is started and connected', () => {
    expect(stepsIn(lookup('kind-registry:5000'))[0]).toEqual({
      code: 'start-local-registry',
      container: 'kind-registry',
    })
  })

  test('is not a mirror with a domain, nor one of another registry', () => {
    expect(codesIn(lookup('cache.acme.example'))).not.toContain('start-local-registry')
    expect(codesIn(lookup('cache', 'quay.io/shop:dev'))).not.toContain('start-local-registry')
  })
})

describe('a Deployment whose older revision still runs', () => {
  const of = (name: string, number: number, ready: number): OwnerLink => ({
    ...{ namespace: 'web', kind: 'ReplicaSet', name, uid: name, revision: { number, ready } },
    controller: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', uid: 'd' },
  })
  const codes = (error: string, fields: Partial<OwnerLink> = {}) =>
    codesIn({
      image: 'acme.example/shop:2O',
      error,
      pod: { controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-2', uid: 'shop-2' } },
      owners: [of('shop-2', 2, 0), { ...of('shop-1', 1, 3) }, { ...DEPLOYMENT, ...fields }],
    })
  const DEPLOYMENT: OwnerLink = {
    namespace: 'web',
    kind: 'Deployment',
    name: 'shop',
    uid: 'd',
    controller: null,
  }
  const missing = pulled('acme.example/shop:2O', 'acme.example/shop:2O: not found')

  test('can go back to it, if the image is what is wrong', () => {
    expect(codes(missing)).toContain('roll-back')
    expect(codes(pulled('acme.example/shop:2O', '401 Unauthorized'))).not.toContain('roll-back')
  })

  test('counts as deployed by Helm only if no custom resource owns it', () => {
    const [of2, deployment] = [
      of('shop-2', 2, 0),
      { ...DEPLOYMENT, managedBy: { tool: 'helm' as const, name: 'shop' } },
    ]
    const found = (fields: Partial<OwnerLink>) =>
      findingOf({
        image: 'acme.example/shop:2O',
        error: missing,
        pod: { controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-2', uid: 'shop-2' } },
        owners: [of2, { ...deployment, ...fields }],
      }).managedBy
    expect(found({})).toEqual({ tool: 'helm', name: 'shop' })
    expect(
      found({ controller: { apiVersion: 'example.com/v1', kind: 'Shop', name: 'eu', uid: 's' } }),
    ).toBeUndefined()
  })

  test('is not rolled back by hand if Flux deploys it', () => {
    expect(codes(missing, { managedBy: { tool: 'flux', name: 'shop' } })).not.toContain('roll-back')
  })
})

test('a cache on the loopback that names were rewritten for is looked at there, a registry is replaced', () => {
  const refused = (image: string) =>
    codesIn({
      image,
      error: 'Get "http://localhost:5005/v2/": dial tcp [::1]:5005: connect: connection refused',
    })
  expect(refused('localhost:5005/quay.io/acme/app:1')[0]).toBe('node-mirror')
  expect(refused('localhost:5005/acme/app:1')[0]).toBe('replace-loopback')
})

describe('the Job of a CronJob', () => {
  const error = pulled('acme.example/report:2O', 'acme.example/report:2O: not found')
  const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'report-29401020', uid: 'j' }

  test('that was created with a wrong image is deleted, as its template never changes', () => {
    const controller = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: 'c' }
    const found = findingOf({
      image: 'acme.example/report:2O',
      error,
      pod: { controller: job },
      owners: [{ namespace: 'web', kind: 'Job', name: job.name, uid: 'j', controller }],
    })
    expect(stepsFor(found).at(-1)).toEqual({
      code: 'delete-run',
      cronJob: 'report',
      corrected: null,
    })
    expect(found.clues).toContainEqual({
      code: 'run-of-cron-job',
      job: 'report-29401020',
      forbidsOthers: null,
    })
  })

  test('is not a Job that somebody created', () => {
    expect(codesIn({ image: 'acme.example/report:2O', error, pod: { controller: job } })).not.toContain(
      'delete-run',
    )
  })
})

describe('Docker Hub, to a login that it knows', () => {
  const error = pulled(
    'docker.io/acme/worker:3',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  )

  test("may count too many private repositories for the owner's plan", () => {
    const steps = stepsIn({ image: 'acme/worker:3', error, login: 'https://index.docker.io/v1/' })
    expect(steps).toContainEqual({ code: 'hub-plan', repository: 'acme/worker' })
    expect(steps[0]?.code).toBe('check-name')
  })

  test('is not asked about a plan without a login, nor is another registry', () => {
    expect(codesIn({ image: 'acme/worker:3', error })).not.toContain('hub-plan')
    const image = 'quay.io/acme/worker:3'
    expect(
      codesIn({ image, error: error.replaceAll('docker.io', 'quay.io'), login: 'quay.io' }),
    ).not.toContain('hub-plan')
  })

  test('gets the login whose key only lacks the last slash', () => {
    const codes = codesIn({ image: 'acme/worker:3', error, login: 'https://index.docker.io/v1' })
    expect(codes[0]).toBe('repair-secret')
    expect(codes.filter(code => code === 'repair-secret')).toHaveLength(1)
  })
})

describe('an attestation instead of the image', () => {
  const image = `acme.example/agent@sha256:${'8'.repeat(64)}`

  test.each([
    'failed to extract layer sha256:2c: failed to get stream processor for application/vnd.in-toto+json: no processor for media-type: unknown',
    'unsupported media type "application/vnd.in-toto+json"',
  ])('is replaced with the digest of the image: %s', error => {
    const codes = codesIn({ image, error: pulled(image, error) })
    expect(codes[0]).toBe('not-the-attestation')
    expect(codes).not.toContain('rebuild-layers')
  })
})

test('a runtime without a snapshotter is configured, also where the pause image is the first to need one', () => {
  const error = pulled(
    'a/b:1',
    'unable to initialize unpacker: no unpack platforms defined: invalid argument',
  )
  const found = findingOf({ image: 'a/b:1', error })
  expect(found.cause).toBe('corrupt-or-unpack')
  expect(stepsFor(found)[0].code).toBe('define-unpacker')
  expect(stepsFor({ ...found, containerKind: 'sandbox' }).map(({ code }) => code)).not.toContain(
    'set-sandbox-image',
  )
})

describe('a manifest that was asked for by its digest and is missing', () => {
  const error = (ref: string) =>
    `failed to pull and unpack image "${ref}": failed to copy: httpReadSeeker: failed open: content at https://ghcr.io/v2/acme/builder/manifests/sha256:${'4'.repeat(64)} not found: not found`

  test('of an image with a tag was removed from its index, so the image is pushed again', () => {
    const image = 'ghcr.io/acme/builder:debug'
    expect(codesIn({ image, error: error(image) })).toEqual(['missing-child'])
  })

  test('of an image with another digest is listed in the index that this digest names', () => {
    const image = `ghcr.io/acme/builder@sha256:${'5'.repeat(64)}`
    const ofCrio = `copying system image from manifest list: reading manifest sha256:${'4'.repeat(64)} in ghcr.io/acme/builder: manifest unknown`
    expect(codesIn({ image, error: error(image) })[0]).toBe('missing-child')
    expect(codesIn({ image, error: ofCrio })[0]).toBe('missing-child')
  })

  test('of an image with a digest is that digest, which may be mistyped', () => {
    const image = `ghcr.io/acme/builder@sha256:${'4'.repeat(64)}`
    expect(stepsIn({ image, error: error(image) })[0]).toEqual({ code: 'check-name', how: 'digest' })
  })

  test('of a repository that does not exist was not looked for', () => {
    const image = `harbor.example/a/b@sha256:${'4'.repeat(64)}`
    const said = pulled(image, 'name unknown: repository name not known to registry')
    expect(stepsIn({ image, error: said })[0]).toEqual({ code: 'check-name', how: 'plain' })
  })
})

describe('a Windows node', () => {
  const error = pulled('ghcr.io/a/b:1', 'no match for platform in manifest: not found')
  const node = { os: 'windows' as const, kernel: '10.0.20348.4294' }

  test('is left by a pod that asks for no operating system, and most likely was meant for Linux', () => {
    expect(codesIn({ image: 'ghcr.io/a/b:1', error, node })[0]).toBe('schedule-elsewhere')
  })

  test('is kept by a pod that asks for Windows, which needs another image', () => {
    const platform = { os: 'windows', architecture: null }
    expect(codesIn({ image: 'ghcr.io/a/b:1', error, node, pod: { platform } })[0]).toBe('windows-image')
  })

  test.each([
    ['mcr.microsoft.com/windows/servercore:ltsc2025', '10.0.26100'],
    ['acme.example/app:4.8-windowsservercore-ltsc2019', '10.0.17763'],
    ['mcr.microsoft.com/windows/nanoserver:1809', null],
    ['mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-ltsc2022', null],
  ])('needs another Windows image where the name says Windows: %s', (image, build) => {
    const steps = stepsIn({
      image,
      error: pulled(image, 'no match for platform in manifest: not found'),
      node,
    })
    expect(steps[0]).toEqual({ code: 'windows-image', kernel: node.kernel })
    const elsewhere = steps.find(({ code }) => code === 'schedule-elsewhere')
    expect(elsewhere ?? null).toEqual(build === null ? null : expect.objectContaining({ build }))
  })

  test("is not named by a word in a repository's path", () => {
    const image = 'ghcr.io/ltsc2022/nanoserver:1'
    expect(
      codesIn({ image, error: pulled(image, 'no match for platform in manifest: not found'), node })[0],
    ).toBe('schedule-elsewhere')
  })
})

test('an anonymous token that a registry refuses, which hides what it lacks, leaves the name to be asked for', () => {
  const refused = (host: string, status = '403 Forbidden') => ({
    image: `${host}/acme/operator:1`,
    error: pulled(
      `${host}/acme/operator:1`,
      `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${host}/token?scope=repository%3Aacme%2Foperator%3Apull&service=${host}: ${status}`,
    ),
  })
  expect(codesIn(refused('ghcr.io', '401 Unauthorized'))).toEqual(
    expect.arrayContaining(['distribute-login', 'check-name', 'ask-registry']),
  )
  // GitHub answers 403 mostly for packages that do not exist.
  expect(codesIn(refused('ghcr.io')).slice(0, 3)).toEqual(['check-name', 'ask-registry', 'distribute-login'])
  expect(codesIn(refused('registry.acme.example'))).not.toContain('ask-registry')
})

test('a web page with a 404 is an outage of a registry that others run, and another port of one of your own', () => {
  const page = (repository: string) => ({
    image: `${repository}:1`,
    error: `initializing source docker://${repository}:1: reading manifest 1 in ${repository}: StatusCode: 404, "<!DOCTYPE HTML><title>404 Not Found</title>"`,
  })
  expect(codesIn(page('quay.io/acme/proxy'))[0]).toBe('status-page')
  expect(codesIn(page('registry.acme.example/acme/proxy'))[0]).toBe('page-instead')
})

describe('a rule around the registry', () => {
  const GAR = 'europe-docker.pkg.dev/acme/apps/api:1'
  const VPC =
    "denied: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: V1m0gU9X"
  const page = (body: string) =>
    `error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: "<html>${body}</html>"`
  test.each<[string, string, string | null]>([
    [`reading manifest 1 in europe-docker.pkg.dev/acme/apps/api: ${VPC}`, 'vpc-service-controls', 'V1m0gU9X'],
    [
      'failed to fetch oauth token: unexpected status from POST request to https://europe-docker.pkg.dev/token: 401 Unauthorized: AADSTS53003: Access has been blocked by Conditional Access policies. Trace ID: 0f3a1b2c-1111',
      'conditional-access',
      '0f3a1b2c-1111',
    ],
    ['denied: the pull is blocked by your organization policy', 'organization-policy', null],
    [page('The requested URL was rejected. Your support ID is: 1234567890'), 'web-firewall', '1234567890'],
    [
      page('Sorry, you have been blocked. Ray ID: <strong>6cd58ae35d8f</strong>'),
      'web-firewall',
      '6cd58ae35d8f',
    ],
    [page('<title>Web Page Blocked</title>'), 'web-filter', null],
  ])('"%s" is brought to whoever made it, with the number of the refusal', (error, perimeter, id) => {
    const found = findingOf({ image: GAR, login: 'europe-docker.pkg.dev', error })
    expect(found).toMatchObject({ cause: 'auth-required-or-denied', subcause: 'blocked', remedies: [] })
    expect(stepsFor(found)[0]).toMatchObject({ code: 'pass-perimeter', perimeter, id })
  })

  test('is not what a maker of firewalls calls its image', () => {
    const image = 'registry.acme.example/fortinet/sophos:1'
    const error = `reading manifest 1 in ${image.slice(0, -2)}: denied: access forbidden`
    expect(codesIn({ image, error })).not.toContain('pass-perimeter')
  })
})

describe('a login', () => {
  const image = 'registry.acme.example/a/b:1'
  const nothingSent = pulled(image, 'failed to do request: no basic auth credentials')
  const AT = '2026-11-28T18:00:00Z'
  const secret = (fields: Partial<PullSecret>): PullSecret => ({
    namespace: 'web',
    name: 'regcred',
    type: 'kubernetes.io/dockerconfigjson',
    problem: null,
    entries: [{ key: 'registry.acme.example', username: 'acme', problem: null }],
    ...fields,
  })
  const withSecret = (fields: Partial<PullSecret>) => {
    const failing = pod({
      namespace: 'web',
      pullSecrets: ['regcred'],
      containers: [container({ image, state: waiting('ImagePullBackOff', nothingSent) })],
    })
    const events = [event({ message: `Failed to pull image "${image}": ${nothingSent}`, lastSeen: AT })]
    const { findings } = diagnose(snapshot({ pods: [failing], events, pullSecrets: [secret(fields)] }))
    const [found] = findings
    if (found === undefined) throw new Error('no finding')
    return stepsFor(found).map(({ code }) => code)
  }

  test.each<[string, Partial<PullSecret>, Step['code'][]]>([
    [
      'of the wrong type',
      { type: 'Opaque', problem: 'wrong-type', entries: [] },
      ['repair-secret', 'distribute-login'],
    ],
    ['in the wrong layout', { problem: 'wrong-layout', entries: [] }, ['repair-secret', 'distribute-login']],
    ['that is not there', { problem: 'no-entries', entries: [] }, ['distribute-login', 'repair-secret']],
    [
      'that a tool was meant to fill',
      { problem: 'no-entries', entries: [], writer: { type: 'copy', of: 'templates/regcred' } },
      ['repair-secret', 'distribute-login'],
    ],
    [
      'that a fix made, and that was emptied',
      { problem: 'no-entries', entries: [], writer: { type: 'fix' } },
      ['distribute-login', 'repair-secret'],
    ],
    ['that could not be read', { problem: 'not-in-dump', entries: [] }, ['read-secret', 'distribute-login']],
    ['that came after the last attempt', { createdAt: '2026-11-28T18:01:00Z' }, ['restart-pull', 'see-why']],
  ])('%s is met with the smallest change first', (_what, fields, codes) => {
    expect(withSecret(fields).slice(0, 2)).toEqual(codes)
  })

  test('for Google that nobody sent is given to the pod, unless the node is one of Google itself', () => {
    const host = 'europe-west1-docker.pkg.dev'
    const error = pulled(
      `${host}/a/b/c:1`,
      `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${host}/v2/token: 403 Forbidden`,
    )
    const first = (node: string) => codesIn({ image: `${host}/a/b/c:1`, error, pod: { node } })[0]
    expect(first('onprem-3')).toBe('distribute-login')
    expect(first('gke-prod-pool-1-7d1f2a3b-k9xq')).toBe('node-scopes')
  })
})

test('a host that was made unreadable is not named by what is left of it', () => {
  const error =
    'failed to send token exchange request: Post https://d*****.azurecr.io/oauth2/exchange: dial tcp 10.201.3.5:443: i/o timeout'
  const found = findingOf({ image: 'dacme.azurecr.io/app:1', error })
  expect(found).toMatchObject({ cause: 'network-timeout', endpoint: null })
  expect(stepsFor(found)[0]).toMatchObject({ code: 'test-connection', host: 'dacme.azurecr.io' })
})

test('a guest gets what it lacks itself, and nothing that only helps nodes', () => {
  const inGuest = (why: string) => ({
    image: 'icr.io/acme/worker:1',
    reason: 'CreateContainerError',
    error: `failed to create containerd task: failed to create shim task: rpc status: Status { code: INTERNAL, message: "failed to pull image in the guest: ${why}" }: unknown`,
  })
  expect(stepsIn(inGuest('error sending request for url (https://icr.io/v2/): operation timed out'))).toEqual(
    [{ code: 'guest-settings', needs: 'way' }],
  )
  expect(stepsIn(inGuest('No space left on device (os error 28)'))).toEqual([
    { code: 'guest-settings', needs: 'room' },
  ])
  expect(codesIn(inGuest('manifest unknown'))[0]).toBe('check-name')
})

describe('a login that was refused', () => {
  const refused = (fields: object, node: object = {}) =>
    findingOf({
      image: 'acme.azurecr.io/app:1',
      secret: {
        entries: [{ key: 'acme.azurecr.io', username: 'acme', problem: null, ...fields }],
        writer: { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'acr' },
      },
      node,
      error: pulled(
        'acme.azurecr.io/app:1',
        'failed to authorize: failed to fetch oauth token: 401 Unauthorized',
      ),
    })
  const ACR = { username: '00000000-0000-0000-0000-000000000000', validUntil: '2026-11-01T08:45:00.000Z' }

  test('is corrected where its Secret is written, and has expired if its token says so', () => {
    const found = refused(ACR)
    expect(stepsFor(found).slice(0, 2)).toEqual([
      { code: 'short-lived-login', secret: 'regcred', kind: 'acr', validUntil: ACR.validUntil },
      {
        ...{ code: 'secret-writer', secret: 'regcred', namespace: 'web' },
        writer: { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'acr' },
      },
    ])
    expect(found.clues).toContainEqual({ code: 'expired' })
  })

  test('is of no use at another registry than the one that issued its token', () => {
    const first = (issuedFor: string) => stepsFor(refused({ ...ACR, issuedFor }))[0]
    expect(first('acmeus.azurecr.io')).toMatchObject({
      code: 'short-lived-login',
      issuedFor: 'acmeus.azurecr.io',
    })
    expect(first('acme.azurecr.io')).not.toHaveProperty('issuedFor')
    // A domain of somebody's own can lead to the registry that issued the token.
    const entries = [
      { key: 'images.acme.example', username: ACR.username, problem: null, issuedFor: 'acme.azurecr.io' },
    ]
    const atDomain = findingOf({
      image: 'images.acme.example/app:1',
      secret: { entries },
      error: pulled('images.acme.example/app:1', 'unauthorized: authentication failed'),
    })
    expect(stepsFor(atDomain)).toContainEqual(expect.objectContaining({ code: 'short-lived-login' }))
    expect(stepsFor(atDomain)).not.toContainEqual(expect.objectContaining({ issuedFor: 'acme.azurecr.io' }))
  })

  test('may be an old one in auth, beside a new one', () => {
    expect(stepsFor(refused({ overridden: true }))[0]).toEqual({
      code: 'overridden-login',
      secret: 'regcred',
    })
  })
})

test.each<[string, string, true | undefined]>([
  [
    `${ECR}/a/b:1`,
    `denied: User: ${ROLE} is not authorized to perform: ecr:BatchImportUpstreamImage on resource: arn:aws:ecr:eu-west-1:1:repository/a/b`,
    true,
  ],
  [
    'europe-docker.pkg.dev/a/b/c:1',
    'denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/a/locations/europe/repositories/b" (or it may not exist)',
    true,
  ],
  [
    'europe-docker.pkg.dev/a/b/c:1',
    'denied: Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "projects/a"',
    undefined,
  ],
  [
    'europe-docker.pkg.dev/a/b/c:1',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-docker.pkg.dev/v2/token: 403 Forbidden',
    true,
  ],
  [
    'registry.example/a:1',
    'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    true,
  ],
  [
    'registry.example/a:1',
    'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    undefined,
  ],
  [
    'redis:alpine',
    'Error response from daemon: Head "https://registry-1.docker.io/v2/library/redis/manifests/alpine": unauthorized: personal access token is expired',
    true,
  ],
  // CRI-O says so of any 401, but only a login makes Docker Hub refuse an image that is open to all.
  ['quay.io/a/b:1', 'unable to retrieve auth token: invalid username/password', undefined],
  ['alpine:3', 'unable to retrieve auth token: invalid username/password', true],
])("%s: where the pod has no login, one that was sent was the node's own: %s", (image, error, ofNode) => {
  expect(findingOf({ image, error }).credential.ofNode).toBe(ofNode)
})

test.each([
  ['of the mirror got a second /v2', 'https://10.8.1.5/v2/team/v2/x/y/manifests/1?ns=public.ecr.aws', true],
  ['of the mirror is its own', 'https://10.8.1.5/v2/team/x/y/manifests/1?ns=public.ecr.aws', false],
])('the path %s', (_name, url, isDoubled) => {
  const error = pulled('public.ecr.aws/x/y:1', `unexpected status from HEAD request to ${url}: 404 Not Found`)
  const [first] = stepsIn({ image: 'public.ecr.aws/x/y:1', error })
  expect(first).toMatchObject(
    isDoubled ? { code: 'mirror-settings', about: 'doubled-path' } : { code: 'mirror-lacks-image' },
  )
})

test('mirrors that lack the image are blamed even if the text ends before the registry is named', () => {
  const error =
    'unable to pull image or OCI artifact: pull image err: (Mirrors also failed: [10.9.8.7:5000/ubi/app:1: reading manifest 1 : artifact not found])'
  const found = findingOf({ image: 'registry.example/ubi/app:1', error })
  expect(found).toMatchObject({
    subcause: 'not-in-mirror',
    endpoint: { host: '10.9.8.7:5000', role: 'mirror' },
  })
  expect(stepsFor(found)[0].code).toBe('mirror-lacks-image')
})
