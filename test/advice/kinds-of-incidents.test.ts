/** For incidents of many kinds: the first step, steps that also have to be there, and steps that would do harm or waste time. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import type { Step, StepOf } from '../../src/advice/step/step.ts'
import type { Node } from '../../src/snapshot/node.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import { container, event, waiting } from '../diagnosis/snapshots.ts'
import { titled } from '../titled.ts'
import { codesIn, findingOf, pulled, type Situation, stepsIn } from './situation.ts'

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const head = (host: string, status: string) =>
  `unexpected status from HEAD request to https://${host}/v2/a/b/manifests/1: ${status}`
const request = (host: string, why: string) =>
  `failed to do request: Head "https://${host}/v2/a/b/manifests/1": ${why}`
const SCOPE =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'

describe('a proxy', () => {
  test('that refuses to pass a request on is the endpoint, and the host of the text is what it has to allow', () => {
    const found = findingOf({
      image: 'registry.k8s.io/sig-storage/csi:4',
      error: request('europe-west3-docker.pkg.dev', 'Forbidden'),
    })
    expect(found).toMatchObject({ cause: 'proxy', endpoint: { host: null, role: 'proxy' } })
    expect(stepsFor(found)).toContainEqual({
      code: 'pass-proxy',
      host: 'europe-west3-docker.pkg.dev',
      answer: 'forbidden',
    })
    expect(stepsFor(found)).toContainEqual({ code: 'bypass-proxy', host: 'europe-west3-docker.pkg.dev' })
  })

  test('that was never reached is bypassed for the host of the text, not of the image', () => {
    const error =
      'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://production.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs/sha256/aa/data?verify=1": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused'
    const steps = stepsIn({ image: 'nginx', error })
    expect(steps).toContainEqual({ code: 'fix-proxy', host: '10.0.0.9:3128', scheme: false })
    expect(steps).toContainEqual({ code: 'bypass-proxy', host: 'production.cloudflare.docker.com' })
  })

  test("on the node's own loopback has to get an address that nodes reach", () => {
    const codes = codesIn({
      image: 'nginx',
      error: request('registry-1.docker.io', 'proxyconnect tcp: dial tcp 127.0.0.1:1082: connection refused'),
    })
    expect(codes[0]).toBe('replace-loopback')
    expect(codes).not.toContain('fix-proxy')
  })

  test.each([
    [
      'dial tcp 10.0.0.9:1080: connect: connection refused',
      { code: 'fix-proxy', host: 'socks.corp:1080', scheme: false },
    ],
    [
      'unknown error host unreachable',
      { code: 'pass-proxy', host: 'registry-1.docker.io', answer: 'unreached' },
    ],
    [
      'unknown error connection not allowed by ruleset',
      { code: 'pass-proxy', host: 'registry-1.docker.io', answer: 'forbidden' },
    ],
  ])('may be a SOCKS proxy: %s', (why, step) => {
    const error = request(
      'registry-1.docker.io',
      `socks connect tcp socks.corp:1080->registry-1.docker.io:443: ${why}`,
    )
    expect(stepsIn({ image: 'nginx', error })).toContainEqual(step)
  })
})

describe('a 403 without a reason', () => {
  test.each([
    ['ghcr.io/a/b:1', 'ghcr.io'],
    [`${ECR}/a/b:1`, ECR],
    ['registry-1.docker.io', 'registry-1.docker.io'],
  ])('from %s is checked for a proxy in between', (image, host) => {
    const steps = stepsIn({
      image: image === host ? 'a/b:1' : image,
      error: pulled(image, head(host, '403 Forbidden')),
    })
    expect(steps).toContainEqual({ code: 'who-answered', host })
  })

  test('is not how Docker Hub denies an image: it blocks the address, or something else answered', () => {
    const found = findingOf({
      image: 'a/b:1',
      error: pulled('docker.io/a/b:1', head('registry-1.docker.io', '403 Forbidden')),
    })
    expect(found.subcause).toBe('blocked')
    expect(stepsFor(found)[0].code).toBe('who-answered')
  })

  test("is not one with a registry's own words, nor a mirror's", () => {
    const words = '403 Forbidden - Server message: denied: this package is private'
    const error = pulled('ghcr.io/a/b:1', head('ghcr.io', words))
    expect(codesIn({ image: 'ghcr.io/a/b:1', error })).not.toContain('who-answered')
    const mirror = `unexpected status from HEAD request to https://cache.example/v2/a/b/manifests/1?ns=ghcr.io: 403 Forbidden`
    expect(codesIn({ image: 'ghcr.io/a/b:1', error: mirror })).not.toContain('who-answered')
  })
})

describe('a refusal', () => {
  test.each<[string, string, Step['code']]>([
    ['of another project asks for the role there first', 'shared/base:1', 'grant-pull'],
    ["of the pod's own project asks for the image stream first", 'web/base:1', 'see-image-stream'],
  ])("by OpenShift's registry of an image %s", (_name, path, first) => {
    const image = `image-registry.openshift-image-registry.svc:5000/${path}`
    const error = `initializing source docker://${image}: reading manifest 1 in ${image}: authentication required`
    expect(codesIn({ image, error })[0]).toBe(first)
  })

  test.each<[string, string, Step['code']]>([
    [ECR, 'ip-10-0-1-7.ec2.internal', 'check-provider'],
    ['acme.azurecr.io', 'aks-pool-1-vmss0', 'grant-cloud-role'],
  ])('with 401 by %s is about the login, not about the name', (host, name, first) => {
    const error = pulled(
      `${host}/a/b:1`,
      `pulling from host ${host} failed with status code [manifests 1]: 401 Unauthorized`,
    )
    const codes = codesIn({ image: `${host}/a/b:1`, error, pod: { node: name } })
    expect(codes[0]).toBe(first)
    expect(codes).not.toContain('ask-registry')
    const elsewhere = codesIn({
      image: `${host}/a/b:1`,
      error,
      node: { labels: { 'microk8s.io/cluster': 'true' } },
    })
    expect(elsewhere[0]).toBe('distribute-login')
  })

  test('that may mean a missing repository ends with another image, also in the words of Docker 17', () => {
    const error = 'Error response from daemon: repository a/b not found: does not exist or no pull access'
    const codes = codesIn({ image: 'a/b', error })
    expect(codes[0]).toBe('check-name')
    expect(codes).toContain('set-image')
  })

  test.each<[string, string, string, Step['code']]>([
    [
      "of GitHub's single sign-on is about the token",
      'denied: Resource protected by organization SAML enforcement. You must grant your token access to this organization.',
      'not-permitted',
      'token-scope',
    ],
    [
      "of GitHub's list of addresses is about the address",
      'denied: Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
      'blocked',
      'allow-address',
    ],
  ])('%s', (_name, error, subcause, first) => {
    const found = findingOf({
      image: 'ghcr.io/a/b:1',
      login: 'ghcr.io',
      error: `Error response from daemon: ${error}`,
    })
    expect(found.subcause).toBe(subcause)
    expect(stepsFor(found)[0].code).toBe(first)
  })

  test("of a credential helper is not the registry's", () => {
    const error =
      'error getting credentials - err: exit status 1, out: `A specified logon session does not exist.`'
    expect(findingOf({ image: 'a/b:1', error })).toMatchObject({ subcause: 'no-credential-sent' })
    expect(codesIn({ image: 'a/b:1', error })).not.toContain('check-name')
  })

  test('of a token that GitHub does not know is not a missing login', () => {
    const error =
      'unexpected status code https://ghcr.io/v2/a/b/blobs/sha256:aa: 401 Unauthorized - Server message: unauthorized: unauthenticated: User cannot be authenticated with the token provided.'
    const found = findingOf({ image: 'ghcr.io/a/b:1', login: 'ghcr.io', error })
    expect(found.subcause).toBe('credential-refused')
    expect(found.credential.contradicted).toBeUndefined()
  })

  test("in CRI-O's words for any 401 proposes a login that may have been missing", () => {
    const steps = stepsIn({
      image: 'registry.redhat.io/ubi9/ubi:1',
      error:
        'initializing source docker://registry.redhat.io/ubi9/ubi:1: unable to retrieve auth token: invalid username/password: unauthorized: Please login to the Red Hat Registry using your Customer Portal credentials. Further instructions can be found here: https://access.redhat.com/RegistryAuthentication',
    })
    expect(steps[0]).toEqual({ code: 'distribute-login', reason: 'missing', registry: 'registry.redhat.io' })
  })

  test('of a bare name on a local node is about an image that was built there', () => {
    const own: Situation = {
      image: 'my-app:latest',
      error: pulled('docker.io/library/my-app:latest', SCOPE),
      node: { provider: 'kind' },
      pod: {
        containers: [
          container({
            image: 'my-app:latest',
            pullPolicy: 'Always',
            state: waiting('ErrImagePull', pulled('docker.io/library/my-app:latest', SCOPE)),
          }),
        ],
      },
    }
    const onNode = { ...own, node: { images: ['docker.io/library/my-app:latest'] } }
    expect(stepsIn(own)[0]).toEqual({ code: 'use-local-image', listed: false })
    expect(stepsIn(onNode)[0]).toEqual({ code: 'use-local-image', listed: true })
    expect(codesIn(own).filter(code => code === 'use-local-image')).toHaveLength(1)
  })

  test('of a version that the node has already is about the policy while the registry is down', () => {
    const down = (image: string, listed: string[]): Situation => {
      const error = pulled(image, head('harbor.acme.example', '503 Service Unavailable'))
      const failing = container({ image, pullPolicy: 'Always', state: waiting('ErrImagePull', error) })
      return { image, error, node: { images: listed }, pod: { containers: [failing] } }
    }
    const step = { code: 'use-local-image', listed: true, meanwhile: true }
    const image = 'harbor.acme.example/shop/api:2.8.1'
    for (const each of [image, 'harbor.acme.example/shop/api:v2.8'])
      expect(stepsIn(down(each, [each]))).toContainEqual(step)
    const moving = 'harbor.acme.example/shop/api:main'
    for (const other of [down(image, []), down(moving, [moving])])
      expect(codesIn(other)).not.toContain('use-local-image')
  })

  test.each<[string, string, string[], Partial<Situation>]>([
    ['a bare name', 'my-app:1', ['load-image', 'check-name'], {}],
    ["a name of Podman's", 'localhost/my-app:1', ['load-image'], {}],
    [
      'a name that Docker Hub hides, after the check of the name',
      'acme/my-app:1',
      ['check-name', 'load-image'],
      {},
    ],
    ['a bare name that is nearly an official one, second', 'nginxx:1', ['near-official', 'load-image'], {}],
    [
      'a name that a login was sent for, not',
      'acme/my-app:1',
      ['check-name', 'ask-registry'],
      { login: 'https://index.docker.io/v1/' },
    ],
    [
      "a name at a cloud's registry, after the check of the name",
      'gcr.io/acme/my-app:1',
      ['check-name', 'load-image'],
      {},
    ],
    [
      "a name at a registry of one's own, after the login",
      'harbor.acme.example/shop/my-app:1',
      ['distribute-login', 'check-name', 'load-image'],
      {},
    ],
    ['a name at another registry, not', 'quay.io/acme/my-app:1', ['check-name', 'make-public'], {}],
  ])(
    'of %s is loaded into the cluster of a developer, unless it is pulled each time',
    (_what, image, first, more) => {
      const found = codesIn({ image, error: pulled(image, SCOPE), node: { provider: 'kind' }, ...more })
      expect(found.slice(0, first.length)).toEqual(first)
      expect(found.includes('load-image')).toBe(first.includes('load-image'))
      const elsewhere = codesIn({ image, error: pulled(image, SCOPE), node: { provider: 'aws' }, ...more })
      expect(elsewhere).not.toContain('load-image')
    },
  )
})

describe('a policy of the node', () => {
  const BLOCKED =
    'initializing source docker://docker.io/acme/tool:2: registry docker.io/acme/tool is blocked in /etc/containers/registries.conf or /etc/containers/registries.conf.d'
  const REJECTED =
    'copying system image from manifest list: Source image rejected: Running image docker://docker.io/acme/tool:2 is rejected by policy.'
  const checkPolicy = ({ kind, signed }: Pick<StepOf<'satisfy-policy'>, 'kind' | 'signed'>): Step[] => [
    { code: 'show-policy', kind },
    { code: 'satisfy-policy', kind, signed },
  ]
  test.each(
    titled<[string, Partial<Situation['node']>, Step[]]>({
      'that blocks a registry is not about signatures': [
        BLOCKED,
        {},
        [...checkPolicy({ kind: 'blocked', signed: null })],
      ],
      'that blocks a registry is an object on OpenShift': [
        BLOCKED,
        { labels: { 'node.openshift.io/os_id': 'rhcos' } },
        [{ code: 'show-image-settings' }, { code: 'satisfy-policy', kind: 'blocked', signed: null }],
      ],
      'that accepts only listed registries is not about signatures': [
        REJECTED,
        {},
        [...checkPolicy({ kind: 'rejected', signed: null })],
      ],
      'that has another key does not make the image unsigned': [
        'Source image rejected: Signature by key 0AB1C2 is not accepted',
        {},
        [...checkPolicy({ kind: 'signature', signed: 'key' })],
      ],
      'that has another signer does not make the image unsigned': [
        'Source image rejected: Required email ci@acme.example not found (got []string{"me@acme.example"})',
        {},
        [...checkPolicy({ kind: 'signature', signed: 'key' })],
      ],
      'that compares names refuses the signature of a copy': [
        'Source image rejected: Signature for identity "quay.io/acme/tool:2" is not accepted',
        {},
        [...checkPolicy({ kind: 'signature', signed: 'name' })],
      ],
      'that got a web page needs the right store of signatures': [
        'copying system image from manifest list: Source image rejected: unrecognized signature format, starting with binary 0x3c',
        {},
        [{ code: 'signature-store' }, ...checkPolicy({ kind: 'signature', signed: null })],
      ],
    }),
  )('%s', (_name, error, node, steps) => {
    expect(
      stepsIn({ image: 'acme/tool:2', error, node: { runtime: 'cri-o://1.34.0', ...node } }),
    ).toMatchObject(expect.arrayContaining(steps))
  })
})

describe('a full disk', () => {
  test.each<[string, string, string | null, Step['code']]>([
    [
      'in a temporary folder is not freed by removing images',
      'writing blob: storing blob to file "/var/tmp/storage178245615/2": write /var/tmp/storage178245615/2: no space left on device',
      '/var/tmp',
      'show-disk',
    ],
    [
      'below a store at a place of its own is looked at there',
      'failed to copy: write /data/containerd/io.containerd.content.v1.content/ingest/ab/data: no space left on device',
      '/data/containerd',
      'show-disk',
    ],
    ['without a path is the default store', 'no space left on device', null, 'show-disk'],
  ])('%s', (_name, error, path, first) => {
    const steps = stepsIn({ image: 'nginx', error })
    expect(steps[0].code).toBe(first)
    expect(steps).toContainEqual({ code: 'show-disk', path })
  })
})

test.each<[string, Partial<Node>, string | null]>([
  [
    'lists the image, and may withhold it',
    { kubelet: 'v1.35.0', images: ['docker.io/acme/app:1'] },
    'not-verified',
  ],
  ['lists it without a version of the kubelet', { images: ['docker.io/acme/app:1'] }, 'not-verified'],
  ['is too old to withhold it', { kubelet: 'v1.32.4' }, 'not-present'],
  ['is too old, but already lists it', { kubelet: 'v1.32.4', images: ['docker.io/acme/app:1'] }, null],
  ['may lack or withhold it', { kubelet: 'v1.35.0' }, null],
])('an image for policy Never on a node that %s', (_what, node, subcause) => {
  const error = 'Container image "acme/app:1" is not present with pull policy of Never'
  const found = findingOf({ image: 'acme/app:1', error, reason: 'ErrImageNeverPull', node })
  expect(found).toMatchObject({ cause: 'never-pull', subcause })
})

test('an image for policy Never is loaded into a cluster on one machine, and on other nodes preloaded, or imported if no registry has it', () => {
  const never: Situation = {
    image: 'my-app:1',
    error: 'Container image "my-app:1" is not present with pull policy of Never',
    reason: 'ErrImageNeverPull',
  }
  expect(codesIn({ ...never, node: { provider: 'kind' } })[0]).toBe('load-image')
  // Nobody else has an image of this name, so letting the kubelet pull it would change nothing.
  expect(codesIn({ ...never, pod: { node: 'k3d-dev-agent-0' } })).toEqual(['load-image'])
  expect(codesIn({ ...never, node: {} })).toEqual(['tag-image', 'import-image', 'allow-pull', 'enter-node'])
  const elsewhere = { ...never, image: 'acme/my-app:1' }
  expect(codesIn({ ...elsewhere, node: {} })).toEqual(['tag-image', 'allow-pull', 'preload', 'enter-node'])
})

test.each([
  ['built by Podman', 'my-app:1', ['localhost/my-app:1'], 'localhost/my-app:1'],
  ['of a registry', 'acme/my-app:1', ['ghcr.io/other/my-app:1'], 'ghcr.io/other/my-app:1'],
  // k3s-io/k3s#7015.
  ['listed by its full name, and not found by that', 'my-app:1', ['docker.io/library/my-app:1'], null],
  ['of another version', 'my-app:1', ['localhost/my-app:11'], undefined],
  [
    "a copy of an official image, and another publisher's",
    'nginx:1',
    ['ghcr.io/a/nginx:1', 'reg.corp/library/nginx:1'],
    'reg.corp/library/nginx:1',
  ],
])('an image for policy Never may be on the node under another name: %s', (_name, image, images, name) => {
  const error = `Container image "${image}" is not present with pull policy of Never`
  const node = { kubelet: 'v1.31.5', runtime: 'containerd://1.7.23', images }
  const found = findingOf({ image, error, reason: 'ErrImageNeverPull', node })
  expect(found.clues.flatMap(clue => (clue.code === 'other-name' ? [clue.name] : []))).toEqual(
    name === undefined ? [] : [name],
  )
  const [first] = stepsFor(found)
  expect(first).toMatchObject({ code: 'tag-image', name: name ?? null })
})

test.each([
  ['lists few images and none of that name', ['docker.io/rancher/mirrored-pause:3.6'], 'import-image'],
  ['lists as many as a kubelet reports', Array.from({ length: 50 }, (_, n) => `a/b:${n}`), 'tag-image'],
  ['lists none at all', [], 'tag-image'],
])('an image for policy Never is copied to the node first if that %s', (_name, images, first) => {
  const error = 'Container image "my-app:1" is not present with pull policy of Never'
  const node = { kubelet: 'v1.33.4+k3s1', runtime: 'containerd://2.0.5-k3s2', images }
  expect(codesIn({ image: 'my-app:1', error, reason: 'ErrImageNeverPull', node })[0]).toBe(first)
})

test('an image for policy Never that other nodes have is loaded on this one first, as a change of the policy reaches their pods, too', () => {
  const never: Situation = {
    image: 'edge/collector:5.0',
    error: 'Container image "edge/collector:5.0" is not present with pull policy of Never',
    reason: 'ErrImageNeverPull',
    node: { kubelet: 'v1.31.5+k3s1', runtime: 'containerd://1.7.23-k3s2' },
  }
  const reference = 'docker.io/edge/collector:5.0'
  const on = (nodes: string[]) => ({ ...never, shown: { preloaded: [{ reference, nodes }] } })
  const [load, allow] = stepsIn(on(['node-1', 'node-2', 'node-3', 'node-4', 'node-5']))
  expect(load).toEqual({
    code: 'load-as-others',
    image: reference,
    others: ['node-2', 'node-3', 'node-4'],
  })
  expect(allow?.code).toBe('allow-pull')
  expect(codesIn({ ...on(['node-2']), image: 'collector:5.0' })).toContain('import-image')
  expect(codesIn(on(['node-1']))).not.toContain('load-as-others')
  // This one has it, and withholds it.
  const verifies = { kubelet: 'v1.35.0', images: [reference] }
  expect(codesIn({ ...on(['node-2']), node: verifies })).not.toContain('load-as-others')
})

const HEX = 'd1da68e766393c4b4eb162128f2c5fd2cee270828811a113fcda1e8a586e7471'

test('an image for another platform is emulated on the machine of a developer, where no node has another architecture', () => {
  const image = 'acme/app:1'
  const codes = (fields: Partial<Situation>) =>
    codesIn({ image, error: 'no match for platform in manifest: not found', ...fields })
  const ofKind = { node: { provider: 'kind', architecture: 'arm64' } } as const
  expect(codes(ofKind).at(-1)).toBe('emulate')
  expect(codes({ ...ofKind, image: `acme/app@sha256:${HEX}` })).not.toContain('emulate')
  expect(codes({ node: { provider: 'aws', architecture: 'arm64' } }).at(-1)).toBe('schedule-elsewhere')
  expect(codes({ node: { provider: 'kind', architecture: 's390x' } })).not.toContain('emulate')
})

test.each([
  [`quay.io/acme/tkn:${HEX}`, 'manifest unknown', ['write-digest', 'check-name']],
  [`quay.io/acme/tkn:@sha256:${HEX}`, 'InvalidImageName', ['write-digest', 'read-name']],
  [`quay.io/acme/tkn@sha256:${HEX}`, 'manifest unknown', ['check-name', 'ask-registry']],
  [`gcr.io/tekton-releases/dogfooding/tkn:${HEX}`, 'not found', ['use-replacement', 'check-name']],
])('a digest in place of the tag, as in %s, is written with its sign', (image, text, first) => {
  const error =
    text === 'InvalidImageName'
      ? `Failed to apply default image tag "${image}": couldn't parse image reference "${image}": invalid reference format`
      : pulled(image, text)
  const steps = stepsIn({ image, error, ...(text === 'InvalidImageName' && { reason: text }) })
  expect(steps.slice(0, 2).map(({ code }) => code)).toEqual(first)
  if (steps[0].code === 'write-digest') expect(steps[0].correct).toBe(`quay.io/acme/tkn@sha256:${HEX}`)
})

test.each<[string, Step]>([
  [':v0.0.7', { code: 'fill-part', image: ':v0.0.7', part: 'repository' }],
  ['quay.io/acme/:1', { code: 'fill-part', image: 'quay.io/acme/:1', part: 'repository' }],
  ['/acme/app:1', { code: 'fill-part', image: '/acme/app:1', part: 'registry' }],
  ['quay.io//app:1', { code: 'fill-part', image: 'quay.io//app:1', part: null }],
  ['quay.io/Acme/app:1', { code: 'read-name', image: 'quay.io/Acme/app:1' }],
])('a value that was empty is filled in where the name is put together, as in %s', (image, step) => {
  const error = `Failed to apply default image tag "${image}": couldn't parse image reference "${image}": invalid reference format`
  const steps = stepsIn({ image, error, reason: 'InvalidImageName' })
  expect(steps[0]).toEqual(step)
})

describe('a limit', () => {
  test('is not met by the nodes of a cluster on one machine if that pulls for all of them', () => {
    const error = pulled('docker.io/a/b:1', head('registry-1.docker.io', '429 Too Many Requests'))
    const codes = (node: Situation['node'], image = 'a/b:1') =>
      codesIn({ image, error, ...(node && { node }) })
    expect(codes({ provider: 'kind' }).slice(0, 2)).toEqual(['distribute-login', 'load-pulled'])
    expect(codes({ provider: 'aws' })).not.toContain('load-pulled')
    expect(codes({ provider: 'kind' }, `a/b:1@sha256:${HEX}`)).not.toContain('load-pulled')
  })

  test("that a HEAD request met shows no message, so Docker Hub's limit of pulls is likely, with a login or without", () => {
    const error = pulled('docker.io/a/b:1', head('registry-1.docker.io', '429 Too Many Requests'))
    expect(findingOf({ image: 'a/b:1', error })).toMatchObject({ subcause: 'unspecified' })
    expect(codesIn({ image: 'a/b:1', error })[0]).toBe('distribute-login')
  })

  test('that was met without the login that the pod now has is retried with it', () => {
    const error =
      'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
    const codes = codesIn({ image: 'a/b:1', error, login: 'https://index.docker.io/v1/' })
    expect(codes.slice(0, 2)).toEqual(['restart-pull', 'see-why'])
    expect(codes).not.toContain('distribute-login')
  })

  test.each<[string, string, string, [Step['code'], Step['code']]]>([
    ['ECR Public', 'public.ecr.aws', ': toomanyrequests: Rate exceeded', ['wait', 'find-askers']],
    ['quay.io', 'quay.io', '', ['wait', 'find-askers']],
    ['the token server of Docker Hub', 'registry-1.docker.io', '', ['wait', 'find-askers']],
  ])('of %s is waited for, unless retries have hit it for long', (_name, host, words, [soon, late]) => {
    const image = host === 'registry-1.docker.io' ? 'a/b:1' : `${host}/a/b:1`
    const url = `https://${host}/v2/a/b/manifests/1`
    const error = pulled(image, `unexpected status code ${url}: 429 Too Many Requests${words}`)
    const first = (lastSeen: string) => {
      const failed = { namespace: 'web', pod: 'api', firstSeen: '2026-11-24T09:00:00Z', lastSeen }
      const events = [event({ ...failed, message: `Failed to pull image "${image}": ${error}` })]
      return codesIn({ image, error, pod: { name: 'api' }, shown: { events } })
    }
    expect(first('2026-11-24T09:04:00Z')[0]).toBe(soon)
    expect(first('2026-11-24T09:46:00Z')[0]).toBe(late)
    expect(first('2026-11-24T09:46:00Z')).not.toContain('wait')
  })

  test.each(['ghcr.io', ECR, 'registry.example'])(
    'of %s counts no accounts, so no login is proposed',
    host => {
      const error = pulled(`${host}/a/b:1`, head(host, '429 Too Many Requests'))
      expect(codesIn({ image: `${host}/a/b:1`, error })).toEqual(['wait', 'use-cache'])
    },
  )
})

test.each(
  titled<[string, string, Step['code'][]]>({
    'an answer of a mirror that fits no cause is looked for at the mirror': [
      'nginx',
      'failed to copy: httpReadSeeker: failed open: unexpected status code https://cache.example/v2/library/nginx/blobs/sha256:566e?ns=docker.io: 400 Bad Request',
      ['check-mirror', 'mirror-settings', 'pull-by-hand'],
    ],
    'a disk that fails is not filled again': [
      'nginx',
      'failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/x/data: input/output error',
      ['check-disk', 'free-host-disk', 'runtime-log'],
    ],
    'a TLS alert without a certificate is not about trust': [
      'nginx',
      request('registry-1.docker.io', 'local error: tls: bad record MAC'),
      ['test-connection', 'show-proxy', 'tls-between'],
    ],
    'a handshake that a public registry refuses is not about its address': [
      'ghcr.io/acme/app:1',
      request('ghcr.io', 'remote error: tls: handshake failure'),
      ['test-connection', 'show-proxy', 'tls-between'],
    ],
    'one that a private name refuses may be at the wrong address': [
      'registry.example/a/b:1',
      request('registry.example', 'remote error: tls: handshake failure'),
      ['resolve-host', 'test-connection', 'show-proxy', 'tls-between'],
    ],
    'a server without a certificate for the name may end it with an internal error': [
      'registry.example/a/b:1',
      request('registry.example', 'remote error: tls: internal error'),
      ['resolve-host', 'test-connection', 'show-proxy', 'tls-between'],
    ],
    'a server that refuses the version of the protocol serves the name': [
      'registry.example/a/b:1',
      request('registry.example', 'remote error: tls: protocol version not supported'),
      ['test-connection', 'show-proxy', 'tls-between'],
    ],
    'an alert about a certificate still is': [
      'registry.example/a/b:1',
      request('registry.example', 'remote error: tls: unknown certificate authority'),
      ['show-certificate', 'trust-authority'],
    ],
    "a proxy is bypassed for the cluster's own registry": [
      'docker-registry.default.svc:5000/web/app:1',
      'Error response from daemon: Get https://docker-registry.default.svc:5000/v2/: Forbidden',
      ['bypass-proxy', 'show-proxy', 'pass-proxy', 'pull-by-hand'],
    ],
    'a web page with a 403 comes from something in between': [
      'nginx',
      "error pulling image configuration: download failed after attempts=1: error parsing HTTP 403 response body: invalid character '<' looking for beginning of value",
      ['page-instead', 'test-connection', 'show-proxy'],
    ],
    'a snapshotter that does not run is started': [
      'acme/x:1',
      'failed to create snapshot: connection error: desc = "transport: Error while dialing dial unix:///run/containerd-nydus/containerd-nydus-grpc.sock: timeout": unavailable',
      ['start-snapshotter', 'snapshotter-log'],
    ],
    'a configuration that the registry lacks is pushed again': [
      'registry.example/a/b:1',
      'could not fetch content descriptor sha256:8f38435637e72e821d5a5aca9e76bba94b3b4787fd6a30b51cf5a55b2d2b5913 (application/vnd.docker.container.image.v1+json) from remote: not found',
      ['missing-layer'],
    ],
    "an image for another Windows is a Windows node's, whatever else is known": [
      'acme/x:1',
      'a Windows version 10.0.18362-based image is incompatible with a 10.0.17763 host',
      ['windows-image', 'schedule-elsewhere', 'show-platforms'],
    ],
    "OpenShift's own registry has a name that its nodes do resolve": [
      'image-registry.openshift-image-registry.svc:5000/web/app:1',
      'Get "https://image-registry.openshift-image-registry.svc:5000/v2/": dial tcp: lookup image-registry.openshift-image-registry.svc on 10.0.0.2:53: no such host',
      ['node-resolver', 'resolve-host'],
    ],
    'a login that failed too often is put right before anything waits': [
      'acme/portal:7',
      'Get "https://registry-1.docker.io/v2/acme/portal/manifests/7": toomanyrequests: too many failed login attempts for username or IP address',
      ['stop-failed-logins', 'wait'],
    ],
    "a region of its own has the images of EKS in an account of its own, which other regions' charts don't name":
      [
        '602401143452.dkr.ecr.me-south-1.amazonaws.com/eks/controller:v2',
        'unexpected status from HEAD request to https://602401143452.dkr.ecr.me-south-1.amazonaws.com/v2/eks/controller/manifests/v2: 403 Forbidden',
        ['correct-registry', 'who-answered', 'other-eks-registry'],
      ],
    "a cache that its upstream limits needs a login of its own, not the pod's": [
      'harbor.example/hub/library/nginx:1',
      'failed to resolve reference "harbor.example/hub/library/nginx:1": unexpected status code: 429 Too Many Requests - Server message: unknown: too many requests to upstream registry',
      ['mirror-limit', 'wait'],
    ],
    'a name without a domain may be that of a container beside the cluster': [
      'kind-registry:5000/app:1',
      'failed to do request: Head "https://kind-registry:5000/v2/app/manifests/1": dial tcp: lookup kind-registry on 172.18.0.1:53: no such host',
      ['resolve-host', 'bare-host', 'fix-dns'],
    ],
    'something on the loopback address that closes connections is looked at, not replaced': [
      'localhost:30500/app:1',
      'Error response from daemon: Get "http://localhost:30500/v2/": EOF',
      ['test-connection', 'check-listener'],
    ],
    'settings that the runtime cannot read are corrected': [
      'registry.example/a/b:1',
      'failed to resolve reference "registry.example/a/b:1": failed to parse hosts.toml: toml: line 3: expected key separator',
      ['mirror-settings', 'pull-by-hand'],
    ],
    'IDs that a user namespace lacks are not about the file system': [
      'acme/x:1',
      'failed to extract layer sha256:aa: failed to Lchown "/var/x" for UID 1000, GID 65537: lchown /var/x: invalid argument (Hint: try increasing the number of subordinate IDs in /etc/subuid and /etc/subgid)',
      ['more-ids', 'runtime-log'],
    ],
    'a mirror that lacks the image comes before the registry that nodes cannot reach': [
      'quay.io/acme/x:1',
      '(Mirrors also failed: [mirror.example:5000/acme/x:1: reading manifest 1 in mirror.example:5000/acme/x: manifest unknown]): quay.io/acme/x:1: pinging container registry quay.io: Get "https://quay.io/v2/": dial tcp 54.1.2.3:443: i/o timeout',
      ['mirror-lacks-image', 'test-connection', 'open-host'],
    ],
    "a cache that the image's name goes through needs a login at the registry behind it": [
      'localhost:7439/registry.hub.docker.com/library/mongo:4',
      'failed to copy: httpReadSeeker: failed open: unexpected status code https://localhost:7439/v2/registry.hub.docker.com/library/mongo/manifests/4: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
      ['mirror-limit', 'wait'],
    ],
    "a cache on the node's loopback is refused with the login that it uses at its upstream": [
      'localhost:7439/ghcr.io/acme/api:2',
      pulled('localhost:7439/ghcr.io/acme/api:2', head('localhost:7439', '401 Unauthorized')),
      ['upstream-login', 'check-name'],
    ],
    'the proxy of kube-image-keeper, which takes no login, with a name from Docker Hub': [
      'localhost:7439/redis:7.0.9',
      'failed to resolve reference "localhost:7439/redis:7.0.9": pulling from host localhost:7439 failed with status code [manifests 7.0.9]: 403 Forbidden',
      ['node-registry', 'check-name', 'see-why'],
    ],
    "another registry on the node's loopback, for which no machine outside has a login": [
      'localhost:5000/acme/api:2',
      pulled('localhost:5000/acme/api:2', head('localhost:5000', '401 Unauthorized')),
      ['node-registry', 'check-name', 'cluster-login', 'see-why'],
    ],
    'a registry behind a NodePort of the node': [
      '127.0.0.1:31999/acme/api:2',
      pulled('127.0.0.1:31999/acme/api:2', head('127.0.0.1:31999', '401 Unauthorized')),
      ['node-port-registry', 'check-name', 'cluster-login', 'see-why'],
    ],
    'a cache of many registries that the whole company uses may want a login of its own': [
      'cache.example/ghcr.io/acme/api:2',
      pulled('cache.example/ghcr.io/acme/api:2', head('cache.example', '401 Unauthorized')),
      ['distribute-login', 'check-name', 'ask-registry', 'set-image', 'see-why'],
    ],
    "a remote repository of Artifactory that is not set up is its administrator's": [
      'artifactory.example/docker-remote/acme/app:1',
      'Error response from daemon: unauthorized: The client does not have permission for manifest: Upstream repository is not configured properly',
      ['upstream-login'],
    ],
    "GitLab's dependency proxy got no token from Docker Hub with its own login": [
      'gitlab.example/acme/dependency_proxy/containers/acme/app:1',
      'Error response from daemon: error parsing HTTP 401 response body: json: cannot unmarshal string into Go value of type errcode.errorResponse: "\\"Expected 200 response code for an access token\\""',
      ['upstream-login', 'check-name'],
    ],
    "Artifact Registry's remote repository was refused by its upstream": [
      'europe-docker.pkg.dev/acme/hub/acme/app:1',
      'unexpected status from HEAD request to https://europe-docker.pkg.dev/v2/acme/hub/acme/app/manifests/1: 401 Unauthorized: denied: Unauthorized error returned by the external repository',
      ['upstream-login', 'check-name'],
    ],
    "Harbor's words for an upstream's refusal may be about the path of an official image": [
      'harbor.example/proxy/alpine:3',
      'Error response from daemon: unauthorized: http status code: 401, body:',
      ['check-name', 'upstream-login'],
    ],
    'of an image of somebody, they are about the login there': [
      'harbor.example/proxy/acme/app:3',
      'Error response from daemon: unauthorized: http status code: 401, body:',
      ['upstream-login', 'check-name'],
    ],
    'an image that a proxy repository does not find may be hidden by its upstream': [
      'nexus.example:9081/acme/app:1',
      'Error response from daemon: manifest for nexus.example:9081/acme/app:1 not found: manifest unknown: manifest unknown',
      ['check-name', 'proxy-project', 'ask-registry', 'set-image'],
    ],
    'a registry in front of a full name is no cache for sure': [
      'registry.example/docker.io/acme/agent:2',
      pulled('registry.example/docker.io/acme/agent:2', SCOPE),
      ['check-name', 'drop-registry', 'ask-registry', 'distribute-login', 'set-image', 'see-why'],
    ],
    'a product that fetches is a registry as well, to which a chart may have added another': [
      'harbor.example/registry.k8s.io/kubectl:v1.32.7',
      pulled('harbor.example/registry.k8s.io/kubectl:v1.32.7', 'not found'),
      ['check-name', 'drop-registry', 'proxy-project', 'ask-registry', 'set-image'],
    ],
    'what a cache of ECR has not imported yet needs other rights than its pull': [
      `${ECR}/quay/acme/agent:2`,
      pulled(`${ECR}/quay/acme/agent:2`, 'not found'),
      ['proxy-project', 'check-name', 'ask-registry', 'set-image'],
    ],
    'a path in ECR that may be a cache, and may be the own name of a folder': [
      `${ECR}/public/acme/agent:2`,
      pulled(`${ECR}/public/acme/agent:2`, 'not found'),
      ['check-name', 'proxy-project', 'ask-registry', 'set-image'],
    ],
    'what a cache of ECR is first asked for by digest, it never imports': [
      `${ECR}/registry-k8s/ingress-nginx/controller:v1.12.1@sha256:${'8d'.repeat(32)}`,
      pulled(`${ECR}/registry-k8s/ingress-nginx/controller@sha256:${'8d'.repeat(32)}`, 'not found'),
      ['proxy-project', 'check-name', 'ask-registry', 'set-image'],
    ],
    'a word in place of a tag is only suspected where the tag is missing': [
      'quay.io/acme/agent:dummy',
      pulled('quay.io/acme/agent:dummy', 'manifest unknown'),
      ['fill-placeholder', 'set-image'],
    ],
    'the name of what belongs in a tag, too': [
      'quay.io/acme/agent:KUBE_VERSION-nanoserver',
      pulled('quay.io/acme/agent:KUBE_VERSION-nanoserver', 'manifest unknown'),
      ['fill-placeholder', 'set-image'],
    ],
    "but not a project's own word in capitals": [
      'quay.io/acme/agent:VERSIONED-2',
      pulled('quay.io/acme/agent:VERSIONED-2', 'manifest unknown'),
      ['check-name', 'ask-registry', 'set-image'],
    ],
    'elsewhere it may be any tag': [
      'quay.io/acme/agent:dummy',
      pulled('quay.io/acme/agent:dummy', head('quay.io', '429 Too Many Requests')),
      ['wait', 'use-cache'],
    ],
    'a limit on the data of a month is not over in a minute': [
      'cr.example/acme/agent:2',
      pulled(
        'cr.example/acme/agent:2',
        'toomanyrequests: remaining traffic quota is not enough to download this layer for current month',
      ),
      ['raise-volume', 'use-other-source', 'use-cache'],
    ],
    'a limit on requests is, whatever they download': [
      'cr.example/acme/agent:2',
      pulled(
        'cr.example/acme/agent:2',
        'toomanyrequests: download limit of 100 requests per second exceeded',
      ),
      ['wait', 'use-cache'],
    ],
    'a layer that is refused without a reason is not about the name or a login, as the manifest was given': [
      'registry.example/acme/agent:2',
      pulled(
        'registry.example/acme/agent:2',
        'failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.example/v2/acme/agent/blobs/sha256:ec6e: 403 Forbidden',
      ),
      ['layer-refused', 'show-proxy', 'use-other-source'],
    ],
    'a registry can serve the layers that it redirects to a host of its own network': [
      'registry.example/acme/agent:2',
      'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://minio.storage.corp:9000/docker/registry/v2/blobs/sha256/aa/data?X-Amz-Signature=x": dial tcp: lookup minio.storage.corp on 10.0.0.2:53: no such host',
      ['resolve-host', 'fix-dns', 'serve-layers'],
    ],
    'nobody here can change where the registries of others redirect': [
      'quay.io/acme/agent:2',
      'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn03.quay.io/quayio-production-s3/sha256/aa?Signature=x": dial tcp: lookup cdn03.quay.io on 10.0.0.2:53: no such host',
      ['resolve-host', 'fix-dns'],
    ],
    'a tag beside a digest goes where the signature check of CRI-O refuses both (cri-o/cri-o#8603)': [
      `registry.k8s.io/pause:3.10@sha256:${'a'.repeat(64)}`,
      `checking signature of "registry.k8s.io/pause:3.10@sha256:${'a'.repeat(64)}": creating docker:// reference for "registry.k8s.io/pause:3.10@sha256:${'a'.repeat(64)}": Docker references with both a tag and digest are currently not supported`,
      ['drop-tag'],
    ],
    'a default registry in front of a full name is removed, whatever its registry answered': [
      'docker.io/registry.example/acme/agent:2',
      pulled('docker.io/registry.example/acme/agent:2', SCOPE),
      ['drop-default-registry'],
    ],
    'a well-known registry in front of another one is removed': [
      'registry.k8s.io/k8s.gcr.io/ingress-nginx/kube-webhook-certgen:v1.0',
      pulled('registry.k8s.io/k8s.gcr.io/ingress-nginx/kube-webhook-certgen:v1.0', 'manifest unknown'),
      ['drop-default-registry'],
    ],
    'an image of Kubernetes is looked for in its own registry, whichever a chart put in front': [
      'quay.io/kube-state-metrics/kube-state-metrics:v2.14.0',
      pulled('quay.io/kube-state-metrics/kube-state-metrics:v2.14.0', 'manifest unknown'),
      ['correct-registry'],
    ],
    'a mirror may have the images of Kubernetes, too': [
      'registry.example/kube-state-metrics/kube-state-metrics:v2.14.0',
      pulled('registry.example/kube-state-metrics/kube-state-metrics:v2.14.0', 'manifest unknown'),
      ['check-name', 'ask-registry', 'set-image'],
    ],
    'an owner at Quay may have a dot in its name': [
      'quay.io/acme.io/agent:2',
      pulled('quay.io/acme.io/agent:2', 'manifest unknown'),
      ['check-name', 'ask-registry', 'set-image'],
    ],
    'a name that only leads to another registry can be replaced by that registry while it fails': [
      'lscr.io/linuxserver/sonarr:4',
      pulled('lscr.io/linuxserver/sonarr:4', head('lscr.io', '503 Service Unavailable')),
      ['status-page', 'use-behind', 'test-connection', 'show-proxy', 'wait'],
    ],
    'where the registry behind it fails, that is of no use': [
      'lscr.io/linuxserver/sonarr:4',
      pulled('lscr.io/linuxserver/sonarr:4', head('ghcr.io', '503 Service Unavailable')),
      ['status-page', 'test-connection', 'show-proxy', 'wait'],
    ],
    'of which only what became a release is there, so that a build needs a newer tag first': [
      'gcr.io/k8s-staging-kueue/kueue:v20250718-5ef92b5c36',
      pulled(
        'gcr.io/k8s-staging-kueue/kueue:v20250718-5ef92b5c36',
        'gcr.io/k8s-staging-kueue/kueue:v20250718-5ef92b5c36: not found',
      ),
      ['check-name', 'use-replacement', 'ask-registry', 'set-image'],
    ],
    'a registry that serves only some networks answers others with a page, which nobody here can change': [
      'quay.azk8s.cn/acme/agent:2',
      pulled(
        'quay.azk8s.cn/acme/agent:2',
        `error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: "<html><h1>403 Forbidden</h1></html>"`,
      ),
      ['use-replacement', 'test-connection', 'show-proxy'],
    ],
    'a mirror that serves only listed images has neither a login nor a log for others': [
      'acme/agent:2',
      pulled(
        'docker.io/acme/agent:2',
        'unexpected status from HEAD request to https://docker.m.daocloud.io/v2/acme/agent/manifests/2?ns=docker.io: 403 Forbidden - Server message: denied: this image is not in the allowlist.',
      ),
      ['mirror-settings', 'ask-registry-admin'],
    ],
    'by its name, too, such a mirror needs another source': [
      'mirror.example/docker.io/acme/agent:2',
      pulled('mirror.example/docker.io/acme/agent:2', 'denied: repository is not on the whitelist'),
      ['use-other-source', 'ask-registry-admin'],
    ],
    'nor does such a word keep a refusal from having the name checked': [
      'registry.example/acme/agent:dummy',
      pulled('registry.example/acme/agent:dummy', head('registry.example', '401 Unauthorized')),
      ['distribute-login', 'check-name', 'ask-registry', 'set-image', 'see-why'],
    ],
    'a name that leads to the node itself is resolved elsewhere before anything is asked there': [
      'git.example.dev:8443/acme/app:1',
      pulled(
        'git.example.dev:8443/acme/app:1',
        request('git.example.dev:8443', 'dial tcp [::1]:8443: connect: connection refused'),
      ),
      ['resolve-elsewhere', 'test-connection', 'check-listener'],
    ],
    "another company's address for a registry is a forged answer, which no firewall of one's own changes": [
      'nginx:1.27',
      request('registry-1.docker.io', 'dial tcp 31.13.95.34:443: i/o timeout'),
      ['resolve-elsewhere', 'resolve-host'],
    ],
    'so is one of IPv6, even where the node has no route for it': [
      'nginx:1.27',
      request(
        'registry-1.docker.io',
        'dial tcp [2a03:2880:f11b:83:face:b00c:0:25de]:443: connect: network is unreachable',
      ),
      ['resolve-elsewhere', 'resolve-host'],
    ],
    "a DNS server's address is not what the name led to": [
      'nginx:1.27',
      request(
        'registry-1.docker.io',
        'dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: read udp 127.0.0.1:40000->127.0.0.53:53: i/o timeout',
      ),
      ['resolve-host', 'fix-dns'],
    ],
    'an address next to those networks may be the own one of the registry': [
      'nginx:1.27',
      request('registry-1.docker.io', 'dial tcp 157.241.0.1:443: i/o timeout'),
      ['test-connection', 'open-host'],
    ],
    'an address that is redirected to the node itself is resolved by nothing': [
      '10.1.2.3:5000/acme/app:1',
      pulled(
        '10.1.2.3:5000/acme/app:1',
        request('10.1.2.3:5000', 'dial tcp 127.0.0.1:5001: connect: connection refused'),
      ),
      ['test-connection', 'check-listener'],
    ],
    "a private endpoint's own name is none of the certificate's": [
      'acme.privatelink.azurecr.io/a:1',
      pulled(
        'acme.privatelink.azurecr.io/a:1',
        request(
          'acme.privatelink.azurecr.io',
          'tls: failed to verify certificate: x509: certificate is valid for *.azurecr.io, not acme.privatelink.azurecr.io',
        ),
      ),
      ['correct-registry', 'show-certificate'],
    ],
    'a pull secret that the kubelet could not read comes before any registry': [
      'acme/x:1',
      'illegal base64 data at input byte 4',
      ['see-why'],
    ],
    'so does one whose JSON has other types than the kubelet reads': [
      'acme/x:1',
      'Failed to pull image "acme/x:1": json: cannot unmarshal array into Go struct field DockerConfigJSON.auths of type string',
      ['see-why'],
    ],
    "a condition of one's own registry is its administrator's": [
      'harbor.example/a/b:1',
      pulled('harbor.example/a/b:1', head('harbor.example', '412 Precondition Failed')),
      ['ask-registry-admin', 'use-other-source'],
    ],
    'a condition of gcr.io is that it was shut down': [
      'gcr.io/a/b:1',
      pulled('gcr.io/a/b:1', head('gcr.io', '412 Precondition Failed')),
      ['find-replacement', 'migrate-project', 'check-name'],
    ],
    'what gcr.io lacks may be a typo, or was not moved to its successor': [
      'gcr.io/team/shop:1.2',
      pulled('gcr.io/team/shop:1.2', 'gcr.io/team/shop:1.2: not found'),
      ['check-name', 'find-replacement', 'ask-registry', 'set-image'],
    ],
    'what the frozen k8s.gcr.io does not have is looked for at registry.k8s.io first': [
      'k8s.gcr.io/nginx-slim:foo',
      pulled('k8s.gcr.io/nginx-slim:foo', 'k8s.gcr.io/nginx-slim:foo: not found'),
      ['use-replacement', 'check-name', 'ask-registry'],
    ],
    'what else happens there is over at registry.k8s.io': [
      'k8s.gcr.io/nginx-slim:0.8',
      pulled('k8s.gcr.io/nginx-slim:0.8', head('k8s.gcr.io', '403 Forbidden')),
      ['use-replacement', 'who-answered', 'show-proxy', 'allow-address', 'use-other-source', 'use-cache'],
    ],
    'nobody needs access to a frozen repository whose images anyone can pull elsewhere': [
      'gcr.io/google-containers/kube2sky:1.1',
      'Error pulling image (1.1) from gcr.io/google-containers/kube2sky, Server error: 403 trying to fetch remote history',
      ['use-replacement', 'check-name'],
    ],
    'nobody grants access at a registry that was shut down': [
      'docker.bintray.io/jfrog/artifactory-cpp-ce:7.6.2',
      'Error response from daemon: unauthorized: The client does not have permission for manifest',
      ['find-replacement', 'check-name', 'see-why'],
    ],
  }),
)('%s', (_name, image, error, codes) => {
  expect(codesIn({ image, error, pod: { node: null } })).toEqual(codes)
})

test("a login that was refused although the pod has none is the node's own", () => {
  const error = pulled(
    'quay.io/a/b:1',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://quay.io/v2/auth?scope=repository%3Aa%2Fb%3Apull&service=quay.io: 401 Unauthorized',
  )
  expect(codesIn({ image: 'quay.io/a/b:1', error })[0]).toBe('node-login')
  expect(codesIn({ image: 'quay.io/a/b:1', error, login: 'quay.io' })).not.toContain('node-login')
})

test.each([
  ['containerd://2.1.4', 'connect: connection refused', true],
  // Docker has tried HTTPS before, and something answered at port 80.
  ['docker://27.3.1', 'connect: connection refused', false],
  ['containerd://2.1.4', 'EOF', false],
])('a host that was asked over HTTP may serve TLS: %s, %s', (runtime, why, mayServeTls) => {
  const codes = codesIn({
    image: 'hub.corp.example/a/b:1',
    error: request('hub.corp.example', `dial tcp 192.168.6.30:80: ${why}`).replace('https', 'http'),
    node: { runtime },
  })
  expect(codes.includes('use-https')).toBe(mayServeTls)
})

test.each([
  ['fra.ocir.io', 'jane@acme.example', true],
  ['fra.ocir.io', 'ns/jane@acme.example', false],
  ['nvcr.io', '', true],
  ['nvcr.io', '$oauthtoken', false],
  ['europe-docker.pkg.dev', 'jane@acme.example', true],
  ['europe-docker.pkg.dev', '_json_key_base64', false],
  [ECR, 'admin', true],
  ['registry.example', 'jane', false],
])('%s refuses a user name of a form that it does not have: "%s", %s', (registry, username, foreign) => {
  const image = `${registry}/a/b/c:1`
  const codes = codesIn({
    image,
    error: pulled(image, head(registry, '401 Unauthorized')),
    secret: { entries: [{ key: registry, username, problem: null }] },
  })
  expect(codes[0] === 'foreign-user-name').toBe(foreign)
})

test("EKS's pause image is brought back by its service or a new node; the kubelet's credential provider is not asked for it", () => {
  const image = '602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/pause:3.5'
  const error = `failed to get sandbox image "${image}": failed to pull image "${image}": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`
  const sandbox = container({ kind: 'sandbox', image, state: waiting('ErrImagePull', error) })
  const codes = codesIn({ image, error, pod: { containers: [sandbox] } })
  expect(codes.slice(0, 3)).toEqual(['restore-sandbox-image', 'ecr-login-of-node', 'set-sandbox-image'])
  expect(codes).not.toContain('check-provider')
})

test.each([
  ['602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause-amd64:3.1', 'docker://19.3.13'],
  [`${ECR}/pause:3.10`, 'containerd://2.1.4'],
])(
  'a pause image in ECR that no service brings back needs the login of its node first: %s',
  (image, runtime) => {
    const error = `failed pulling image "${image}": Error response from daemon: Get https://${image.replace('/', '/v2/')}: no basic auth credentials`
    const sandbox = container({ kind: 'sandbox', image, state: waiting('ErrImagePull', error) })
    const codes = codesIn({ image, error, node: { runtime }, pod: { containers: [sandbox] } })
    expect(codes.slice(0, 2)).toEqual(['ecr-login-of-node', 'set-sandbox-image'])
  },
)

test("an ingress controller's default certificate needs the host's own, not another authority", () => {
  const codes = codesIn({
    image: 'harbor.example/a/b:1',
    error: request(
      'harbor.example',
      'tls: failed to verify certificate: x509: certificate is valid for ingress.local, not harbor.example',
    ),
  })
  expect(codes[0]).toBe('ingress-certificate')
  expect(codes).not.toContain('trust-authority')
})

test('a Service name without .svc is no host name of a domain', () => {
  const lookup = (host: string) => ({
    image: `${host}:5000/app:1`,
    error: `failed to do request: Head "https://${host}:5000/v2/app/manifests/1": dial tcp: lookup ${host} on 10.0.0.2:53: no such host`,
  })
  expect(codesIn(lookup('registry.container-registry'))[0]).toBe('replace-service-name')
  expect(codesIn(lookup('registry.default'))[0]).toBe('replace-service-name')
  expect(codesIn(lookup('registry.corp'))[0]).toBe('resolve-host')
  expect(codesIn(lookup('registry.xn--bcher-kva'))[0]).toBe('resolve-host')
})

test('the token server that Artifactory asked for its remote repository is not the one of the pull', () => {
  const image = 'artifactory.example/hub-remote/acme/app:1'
  const error =
    "unknown: Invalid username/password configured for Remote Docker repository: hub-remote: Error in getting information for 'acme/app/1/list.manifest.json' (java.lang.IllegalStateException: Can't fetch token for repo: hub-remote realm: https://auth.docker.io/token scope:repository:acme/app:pull)."
  expect(stepsIn({ image, error, login: 'artifactory.example' })).toEqual([
    { code: 'upstream-login', host: 'artifactory.example', kind: 'other', repository: 'hub-remote' },
    { code: 'check-name', how: 'plain' },
  ])
})

test('a Nexus that has blocked its upstream is asked about that upstream', () => {
  const error = 'Error response from daemon: unknown: Remote Auto Blocked until 2026-11-27T10:45:05.681Z'
  expect(stepsIn({ image: 'nexus.example:8193/kolla/haproxy:1', error })[0]).toEqual({
    code: 'unblock-upstream',
    host: 'nexus.example:8193',
  })
})

test('an image for another Windows version runs on nodes with that version', () => {
  const error = 'a Windows version 10.0.18362-based image is incompatible with a 10.0.17763 host'
  expect(stepsIn({ image: 'acme/app:1', error, node: { os: 'windows' } })).toContainEqual({
    code: 'schedule-elsewhere',
    os: 'windows',
    architecture: 'amd64',
    build: '10.0.18362',
  })
})

test("a link in a registry's message is not the host that answered", () => {
  const error =
    'Error response from daemon: unauthorized: Please log in. Further instructions can be found here: https://portal.example/how-to'
  expect(findingOf({ image: 'registry.example/a/b:1', error }).endpoint).toBeNull()
})

test('a pause image that was only looked for on the node gets its full name, and a full disk is relieved first', () => {
  const image = 'rancher/mirrored-pause:3.6'
  const error = `failed to get sandbox image "${image}": image "${image}": not found`
  const sandbox = container({ kind: 'sandbox', image, state: waiting('ErrImagePull', error) })
  const found = findingOf({ image, error, pod: { containers: [sandbox] }, node: { diskPressure: true } })
  expect(found).toMatchObject({ cause: 'image-not-found', subcause: 'unspecified' })
  expect(stepsFor(found).slice(0, 2)).toEqual([
    { code: 'set-sandbox-image', image, full: `docker.io/${image}` },
    { code: 'relieve-disk' },
  ])
})

test('a login for pods that a program makes goes to their service account, or to the secrets that it gives them', () => {
  const image = 'ghcr.io/acme/app:1'
  const error = pulled(image, head('ghcr.io', '403 Forbidden'))
  const made: Partial<Pod> = { maker: 'jenkins', controller: null }
  expect(codesIn({ image, error, pod: made })).toEqual(
    expect.arrayContaining(['distribute-login', 'run-again']),
  )
  const own = codesIn({ image, error, pod: made, login: 'ghcr.io' })
  expect(own).toContain('login-of-maker')
  expect(own).not.toContain('distribute-login')
})

test('a refusal without a reason is that of a login which had expired by its own claim', () => {
  const image = `${ECR}/shop/api:1`
  const entry = { key: ECR, username: 'AWS', problem: null }
  const found = (validUntil: string, answer = '403 Forbidden') =>
    findingOf({
      image,
      error: pulled(image, head(ECR, answer)),
      secret: { entries: [{ ...entry, validUntil }] },
    })
  expect(found('2026-11-24T22:00:00Z').subcause).toBe('not-permitted')
  expect(found('2026-11-23T22:00:00Z').subcause).toBe('credential-refused')
  const named = `403 Forbidden: User: arn:aws:sts::111122223333:assumed-role/node/i-1 is not authorized to perform: ecr:BatchGetImage`
  expect(found('2026-11-23T22:00:00Z', named).subcause).toBe('not-permitted')
})
