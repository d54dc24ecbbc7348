/** Hosts that are not the ones meant, cannot be known to a node, or were reached and refused: what is corrected, and where. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { misspelledRegistry } from '../../src/image/mistakes/similar-names.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { codesIn, findingOf, pulled, stepsIn } from './situation.ts'

const unresolved = (host: string) =>
  `failed to do request: Head "https://${host}/v2/a/b/manifests/1": dial tcp: lookup ${host.replace(/:\d+$/, '')} on 10.0.0.2:53: no such host`
const answered = (host: string, status: string) =>
  `unexpected status from HEAD request to https://${host}/v2/a/b/manifests/1: ${status}`

describe('a registry that other containers were pulled from', () => {
  const refused = (host: string) =>
    `failed to do request: Head "https://${host}/v2/a/b/manifests/1": dial tcp 192.0.2.4:443: connect: connection refused`
  const at = (host: string, error: string, hostsBeside: string[]) =>
    stepsIn({ image: `${host}/a/b:1`, error: pulled(`${host}/a/b:1`, error), shown: { hostsBeside } })

  test.each([
    ['registry.nordpsot.example', 'registry.nordpost.example', unresolved],
    ['registry.exmaple:5000', 'registry.example:5000', unresolved],
    ['registry.lan.example', 'registry.lan.example:5000', refused],
    // k3d's own registry has this name for its nodes.
    ['localhost:5111', 'k3d-registry.localhost:5111', refused],
    ['127.0.0.1:5000', 'registry.lan.example:5000', refused],
  ])('is meant by %s: %s', (host, to, error) => {
    const steps = at(host, error(host), [to])
    expect(steps[0]).toMatchObject({ code: 'correct-registry', from: host, to })
    const codes = steps.map(({ code }) => code)
    expect(codes).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/fix-dns|check-listener|allow-http/)]),
    )
  })

  test.each([
    [
      'that one runs, too',
      'registry.lan.example',
      ['registry.lan.example', 'registry.lan.example:5000'],
      refused,
    ],
    [
      'two are as near',
      'registry.lan.example',
      ['registry.lan.example:5000', 'registry.lan.example:5001'],
      refused,
    ],
    [
      'a port is not why a name does not resolve',
      'registry.lan.example',
      ['registry.lan.example:5000'],
      unresolved,
    ],
    [
      'a misspelled name that leads somewhere may be meant',
      'registry.exmaple',
      ['registry.example'],
      refused,
    ],
    ['numbers tell registries apart', 'registry2.lan.example', ['registry1.lan.example'], unresolved],
    [
      'its DNS server failed',
      'registry.exmaple',
      ['registry.example'],
      () => 'lookup registry.exmaple: server misbehaving',
    ],
    [
      'one host can have several registries',
      'nexus.lan.example:8083',
      ['nexus.lan.example:8082'],
      () => refused('nexus.lan.example:8083'),
    ],
    ['each node may have its own', 'localhost:5001', ['localhost:5000'], refused],
    ['each node may have its own at this port, too', 'localhost:5000', ['127.0.0.1:5000'], refused],
    ['it has no port to be known by', 'localhost', ['registry.lan.example'], refused],
  ])('is not taken for another one: %s', (_why, host, hostsBeside, error) => {
    expect(at(host, error(host), hostsBeside)[0]?.code).not.toBe('correct-registry')
  })

  test('may be that of the same pod', () => {
    const image = 'registry.nordpsot.example/a/b:1'
    const other = container({
      name: 'mta',
      image: 'registry.nordpost.example/a/mta:1',
      state: { type: 'running', startedAt: null },
    })
    const error = pulled(image, unresolved('registry.nordpsot.example'))
    const failing = container({ image, state: waiting('ErrImagePull', error) })
    const steps = stepsIn({ image, error, pod: { containers: [failing, other] } })
    expect(steps[0]).toMatchObject({ code: 'correct-registry', why: 'other-name' })
  })
})

describe('a registry whose name has a typo', () => {
  test.each([
    ['gchr.io', 'ghcr.io'],
    ['dcoker.io', 'docker.io'],
    ['quay.oi', 'quay.io'],
    ['grc.io', 'gcr.io'],
    ['registry.k8s.oi', 'registry.k8s.io'],
    ['mcr.microsft.com', 'mcr.microsoft.com'],
    ['acme.azurcr.io', 'acme.azurecr.io'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.con', '123456789012.dkr.ecr.eu-west-1.amazonaws.com'],
  ])('%s is corrected to %s before its DNS is looked at', (host, to) => {
    const image = `${host}/a/b:1`
    const steps = stepsIn({ image, error: pulled(image, unresolved(host)) })
    expect(steps[0]).toEqual({ code: 'correct-registry', from: host, to, why: 'typo' })
    expect(steps.map(({ code }) => code)).not.toContain('fix-dns')
  })

  test('never gets a login, as somebody else may own the name', () => {
    const image = 'ghrc.io/a/b:1'
    const codes = codesIn({ image, error: pulled(image, answered('ghrc.io', '401 Unauthorized')) })
    expect(codes[0]).toBe('correct-registry')
    expect(codes).not.toContain('distribute-login')
  })

  test.each([
    ['a token server at the same host', 'ghrc.io', 'https://ghrc.io/token?scope=a', undefined],
    ['a letter too few in a long name', 'mcr.microsft.com', 'https://mcr.microsft.com/v2/', undefined],
    ['a login of the pod for the other one', 'qhay.io', 'https://qhay.io/v2/', 'quay.io'],
  ])('gets none whatever refuses the pull, by %s', (_what, host, url, login) => {
    const image = `${host}/a/b:1`
    const error = pulled(image, `unexpected status from GET request to ${url}: 401 Unauthorized`)
    const finding = findingOf({ image, error, ...(login && { login }) })
    expect(finding.remedies).toEqual([])
    expect(stepsFor(finding).map(({ code }) => code)).not.toContain('distribute-login')
    expect(stepsFor(finding)[0]).toMatchObject({ code: 'correct-registry', why: 'typo' })
  })

  test.each([
    ['harbor2.acme.example', 'harbor1.acme.example'],
    ['qhay.io', 'qhax.io'],
    ['ghr.io', 'registry.gitlab.com'],
  ])("is not suspected in %s by one's own names beside it", (host, login) => {
    const image = `${host}/a/b:1`
    const finding = findingOf({ image, error: pulled(image, answered(host, '401 Unauthorized')), login })
    expect(stepsFor(finding).map(({ code }) => code)).not.toContain('correct-registry')
  })

  test.each(['ocr.io', 'registry.example', 'ghcr.io', 'quay.acme.example', 'harbor.io', 'azurecr.io'])(
    'is not suspected in %s, which answers',
    host => {
      expect(misspelledRegistry(host, { swapped: true })).toBeNull()
    },
  )

  test.each(['registry.example', 'harbor.acme.io', 'quay.acme.io', 'ghr.io', 'docker.acme.io:5000'])(
    'is not suspected in %s, which is near none or several',
    host => {
      expect(misspelledRegistry(host, { swapped: false })).toBeNull()
    },
  )
})

describe("Google's cache of Docker Hub", () => {
  const image = 'mirror.gcr.io/grafana/loki-canary:3.6.3'
  const missing = (error: string) => findingOf({ image, error })

  test.each([
    pulled(image, `${image}: not found`),
    'reading manifest 3.6.3 in mirror.gcr.io/grafana/loki-canary: manifest unknown: Failed to fetch "3.6.3"',
  ])('proves nothing about an image that it lacks, which Docker Hub may have: %s', error => {
    const found = missing(error)
    expect(found).toMatchObject({ cause: 'image-not-found', subcause: 'not-in-mirror' })
    const [first, ...others] = stepsFor(found)
    expect(first).toEqual({
      ...{ code: 'correct-registry', from: 'mirror.gcr.io', to: 'docker.io' },
      why: 'cache-of-hub',
    })
    expect(others.map(({ code }) => code)).not.toContain('mirror-lacks-image')
  })

  test('keeps its name where it answers with an error', () => {
    const codes = stepsFor(missing(pulled(image, answered('mirror.gcr.io', '502 Bad Gateway'))))
    expect(codes.map(({ code }) => code)).not.toContain('correct-registry')
  })
})

describe('a registry inside of Alibaba Cloud', () => {
  const timeout = (host: string) =>
    `failed to do request: Head "https://${host}/v2/a/b/manifests/1": dial tcp 100.100.0.7:443: i/o timeout`
  test.each([
    ['registry-vpc.cn-hangzhou.aliyuncs.com', 'registry.cn-hangzhou.aliyuncs.com'],
    ['registry-internal.cn-beijing.aliyuncs.com', 'registry.cn-beijing.aliyuncs.com'],
  ])('has a public name, too, for nodes elsewhere: %s', (host, to) => {
    const image = `${host}/a/b:1`
    const [first, second] = stepsIn({ image, error: pulled(image, timeout(host)) })
    expect(first).toEqual({ code: 'correct-registry', from: host, to, why: 'inside-alibaba' })
    // Nodes inside may have another problem.
    expect(second?.code).toBe('test-connection')
  })

  test.each([
    ['registry.cn-hangzhou.aliyuncs.com', timeout],
    // Nobody pulls by the public name of such an instance (alibabacloud.com/help/en/acr).
    ['crpi-0a1b-vpc.cn-hangzhou.personal.cr.aliyuncs.com', timeout],
    ['registry-vpc.cn-hangzhou.aliyuncs.com', (host: string) => answered(host, '404 Not Found')],
  ])('keeps its name if it is public or answered, or no other one serves pulls: %s', (host, error) => {
    const image = `${host}/a/b:1`
    expect(codesIn({ image, error: pulled(image, error(host)) })).not.toContain('correct-registry')
  })
})

describe("a port of the node's own where nothing listens", () => {
  const at = (port: number, labels: Record<string, string>) => {
    const image = `localhost:${port}/app:1`
    const error = `failed to do request: Head "http://localhost:${port}/v2/app/manifests/1": dial tcp 127.0.0.1:${port}: connect: connection refused`
    return codesIn({ image, error: pulled(image, error), node: { labels } })
  }
  const labels = { 'microk8s.io/cluster': 'true' }

  test("is most likely meant to be that of MicroK8s' registry on its nodes", () => {
    expect(at(3200, labels)[0]).toBe('correct-registry')
    expect(at(5000, labels)[0]).toBe('correct-registry')
  })

  test('is right if it is that one, and any other on other nodes', () => {
    expect(at(32000, labels)).not.toContain('correct-registry')
    expect(at(3200, {})).not.toContain('correct-registry')
  })
})

describe('a token server that nodes can not reach', () => {
  const image = 'git.lan:3000/acme/web:1'
  const failed = (host: string, why: string) =>
    pulled(image, `failed to authorize: failed to fetch oauth token: Post "https://${host}/v2/token": ${why}`)
  const noHost = 'dial tcp: lookup git.acme.example on 10.0.0.2:53: no such host'

  test.each([
    noHost,
    'dial tcp 192.0.2.7:443: i/o timeout',
    'dial tcp 192.0.2.7:443: connect: connection refused',
  ])('is named by the settings of its registry: %s', why => {
    const steps = stepsIn({ image, error: failed('git.acme.example', why) })
    expect(steps.filter(({ code }) => code === 'token-realm')).toEqual([
      { code: 'token-realm', host: 'git.acme.example', registry: 'git.lan:3000', product: null },
    ])
  })

  test('is announced once, even if only a cluster knows it', () => {
    const why = 'dial tcp 192.0.2.7:443: i/o timeout'
    const codes = codesIn({ image, error: failed('gitea.default.svc', why) })
    expect(codes.filter(code => code === 'token-realm')).toHaveLength(1)
  })

  test.each(['auth.docker.io', 'git.lan:3000'])(
    'is not announced by a setting if others run it, or it is the registry: %s',
    host => {
      expect(codesIn({ image, error: failed(host, 'dial tcp 192.0.2.7:443: i/o timeout') })).not.toContain(
        'token-realm',
      )
    },
  )
})

describe("the registry's name in OpenShift 3", () => {
  const host = 'docker-registry.default.svc.cluster.local:5000'
  const image = `${host}/team/api:2`
  test('is replaced on nodes that may be of OpenShift 4', () => {
    const [first, ...others] = stepsIn({
      image,
      error: `initializing source docker://${image}: pinging container registry ${host}: Get "https://${host}/v2/": dial tcp: lookup docker-registry.default.svc.cluster.local on 10.0.0.2:53: no such host`,
    })
    expect(first).toMatchObject({ to: 'image-registry.openshift-image-registry.svc:5000' })
    expect(others.map(({ code }) => code)).not.toContain('resolve-host')
  })

  test('is an ordinary Service elsewhere', () => {
    const codes = codesIn({ image, error: pulled(image, unresolved(host)) })
    expect(codes).toEqual(['replace-service-name'])
  })
})

test("a Service's name is neither looked up nor added to the DNS of nodes, one that only looks like it is", () => {
  const known = codesIn({
    image: 'registry.tools.svc/a/b:1',
    error: pulled('registry.tools.svc/a/b:1', unresolved('registry.tools.svc')),
  })
  expect(known).toEqual(['replace-service-name'])
  const alike = codesIn({
    image: 'registry.my-tools/a/b:1',
    error: pulled('registry.my-tools/a/b:1', unresolved('registry.my-tools')),
  })
  expect(alike).toContain('resolve-host')
})

describe('a name that was never set', () => {
  const token = (host: string) =>
    `failed to authorize: failed to fetch anonymous token: Get "https://${host}/service/token?scope=repository%3Aa%2Fb%3Apull": dial tcp: lookup ${host}: no such host`
  test.each([
    ['core.harbor.domain', 'harbor'],
    ['gitlab.example.com', 'gitlab'],
    ['chart-example.local', 'helm'],
    ['auth.example.org', 'documentation'],
  ] as const)('%s is set first', (host, of) => {
    const image = 'registry.lan.example/a/b:1'
    const [first] = stepsIn({ image, error: pulled(image, token(host)) })
    expect(first).toMatchObject({ code: 'default-name', of, host, role: 'token' })
  })

  test('is not suspected once it resolves', () => {
    const image = 'core.harbor.domain/a/b:1'
    const codes = codesIn({ image, error: pulled(image, answered('core.harbor.domain', '502 Bad Gateway')) })
    expect(codes).not.toContain('default-name')
  })
})

describe('docker.io as a server in the settings of mirrors', () => {
  test.each([
    'failed to do request: Head "https://docker.io/v2/a/b/manifests/1?ns=docker.io": dial tcp 1.2.3.4:443: i/o timeout',
    'unexpected status from HEAD request to https://hub.docker.com/v2/a/b/manifests/1?ns=docker.io: 404 Not Found',
  ])('is corrected there, whatever it led to: %s', error => {
    const [first, ...others] = stepsIn({ image: 'a/b:1', error: pulled('docker.io/a/b:1', error) })
    expect(first).toMatchObject({ code: 'mirror-settings', about: 'literal-server' })
    expect(others.map(({ code }) => code)).not.toContain('fix-dns')
  })

  test('is not suspected where docker.io is only part of a name', () => {
    const error =
      'reading manifest 1 in docker.io/a/b: errors: denied: requested access to the resource is denied'
    expect(codesIn({ image: 'a/b:1', error })).not.toContain('mirror-settings')
  })
})

describe('a mirror that failed before the registry', () => {
  const mirrors = (why: string, rest: string) =>
    `(Mirrors also failed: [cache.lan:5000/a/b:1: pinging container registry cache.lan:5000: Get "https://cache.lan:5000/v2/": ${why}]): ghcr.io/a/b:1: ${rest}`
  const image = 'ghcr.io/a/b:1'
  const broken = { code: 'broken-mirror', host: 'cache.lan:5000', registry: 'ghcr.io' }

  test('comes first if the registry was not reached', () => {
    const error = mirrors(
      'dial tcp: lookup cache.lan: no such host',
      'pinging container registry ghcr.io: Get "https://ghcr.io/v2/": dial tcp 1.2.3.4:443: connect: no route to host',
    )
    expect(stepsIn({ image, error })[0]).toEqual({ ...broken, why: 'no such host' })
  })

  test('comes second if the registry limits', () => {
    const error = mirrors('EOF', 'reading manifest 1 in ghcr.io/a/b: toomanyrequests: retry-after: 1s')
    expect(stepsIn({ image, error })[1]).toMatchObject(broken)
  })

  test('needs another address if only the DNS of the cluster has its name', () => {
    const rest = 'reading manifest 1 in ghcr.io/a/b: toomanyrequests: retry-after: 1s'
    const error = mirrors('dial tcp: lookup hub.nexus.svc on 10.0.0.2:53: no such host', rest)
    const host = 'hub.nexus.svc:8082'
    const steps = stepsIn({ image, error: error.replaceAll('cache.lan:5000', host) })
    expect(steps.slice(1, 3)).toEqual([
      { code: 'replace-service-name', host, role: 'mirror', service: { name: 'hub', namespace: 'nexus' } },
      { code: 'mirror-settings', host, registry: 'ghcr.io', about: 'endpoint' },
    ])
    // A name in a domain of somebody's own, which DNS servers have.
    const own = codesIn({ image, error: error.replaceAll('cache.lan', 'hub.svc.acme.example') })
    expect(own.slice(1, 3)).not.toContain('replace-service-name')
    // A node that does resolve it has another problem.
    const refused = mirrors('dial tcp 10.96.0.20:8082: connect: connection refused', rest)
    expect(codesIn({ image, error: refused.replaceAll('cache.lan:5000', host) })[1]).toBe('broken-mirror')
  })

  test('needs a login of the nodes if it refused them, and nothing to repair', () => {
    const error = mirrors(
      'unauthorized: authentication required',
      'error pinging docker registry ghcr.io: Get "https://ghcr.io/v2/": dial tcp 1.2.3.4:443: connect: connection refused',
    )
    const steps = stepsIn({ image, error })
    expect(steps[0]).toEqual({
      code: 'mirror-login',
      host: 'cache.lan:5000',
      registry: 'ghcr.io',
      sent: 'unknown',
    })
    expect(steps.map(({ code }) => code)).not.toContain('broken-mirror')
  })

  test('has nothing to repair if it only lacks the image', () => {
    const error = mirrors('manifest unknown', 'reading manifest 1 in ghcr.io/a/b: manifest unknown')
    expect(codesIn({ image, error })).not.toContain('broken-mirror')
  })
})

test.each([
  'failed to copy: read tcp 10.0.0.4:41000->1.2.3.4:443: read: connection reset by peer',
  'copying system image from manifest list: writing blob: storing blob to file "/var/tmp/storage1/2": happened during read: unexpected EOF',
  'failed to copy: stream error: stream ID 7; PROTOCOL_ERROR; received from peer',
])('a transfer that broke off is tried again, not looked for at a closed port: %s', error => {
  const codes = codesIn({ image: 'registry.example/a/b:1', error })
  expect(codes.slice(0, 2)).toEqual(['restart-pull', 'check-download'])
  expect(codes).not.toContain('check-listener')
})

test.each(['httpReadSeeker', 'httpReaderSeeker'])(
  'a download whose connection was never opened (%s) is not just repeated',
  reader => {
    const image = 'reg.example/a/b:1'
    const error = `failed to pull and unpack image "${image}": failed to copy: ${reader}: failed open: failed to do request: Get "https://reg.example/v2/a/b/blobs/sha256:1": dial tcp 192.0.2.7:443: connect: connection refused`
    expect(codesIn({ image, error })).not.toContain('restart-pull')
  },
)

test('a connection that broke off before the layer came is tested', () => {
  const error =
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn.example/v2/a/b/blobs/sha256:aa": EOF'
  expect(codesIn({ image: 'registry.example/a/b:1', error })).toContain('test-connection')
})

test('a storage host that answered 403 was reached: its own rule is looked for', () => {
  const error =
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://acme-layers.s3.eu-west-1.amazonaws.com/docker/registry/v2/blobs/sha256/6a/data?X-Amz-Signature=x: 403 Forbidden'
  const codes = codesIn({ image: 'registry.example/a/b:1', error })
  expect(codes.slice(0, 2)).toEqual(['storage-refused', 'show-proxy'])
  expect(codes).not.toContain('open-host')
})

test('a Job is created again right after what its immutable template keeps out', () => {
  const error = `${answered('registry-1.docker.io', '429 Too Many Requests')} - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit`
  const codes = codesIn({
    image: 'alpine:3',
    error,
    pod: { controller: { apiVersion: 'batch/v1', kind: 'Job', name: 'load', uid: 'j' } },
  })
  expect(codes.slice(0, 3)).toEqual(['distribute-login', 'replace-registry', 'recreate-job'])
})

test("a CronJob's run keeps the wrong registry, so it is deleted once the CronJob has the right one", () => {
  const image = 'quya.io/a/b:1'
  const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'nightly-1', uid: 'j' }
  const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: 'c' }
  const codes = codesIn({
    image,
    error: pulled(image, unresolved('quya.io')),
    pod: { controller: job },
    owners: [{ ...job, namespace: 'web', controller: cronJob }],
  })
  expect(codes[0]).toBe('correct-registry')
  expect(codes).toContain('delete-run')
})

test.each(['registry.redhat.io', 'registry.connect.redhat.com', 'dhi.io'])(
  '%s serves nobody without a login, so that comes before the name',
  registry => {
    const image = `${registry}/a/b:1`
    const codes = codesIn({ image, error: pulled(image, answered(registry, '401 Unauthorized')) })
    expect(codes[0]).toBe('distribute-login')
  },
)
