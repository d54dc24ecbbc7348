/** What is advised about a host that others run, which nobody here can restart or give a certificate. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import type { StepCode } from '../../src/advice/step/step.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { isHosted } from '../../src/image/registries.ts'
import { roleSentence } from '../../src/report/words/nouns.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { titled } from '../titled.ts'
import { findingOf, stepsIn } from './situation.ts'

function codesOf(image: string, error: string): StepCode[] {
  const failing = pod({ containers: [container({ image, state: waiting('ErrImagePull', error) })] })
  const [finding] = diagnose(snapshot({ pods: [failing] })).findings
  if (finding === undefined) throw new Error(`no finding for ${error}`)
  return stepsFor(finding).map(({ code }) => code)
}

const head = (host: string, why: string) =>
  `failed to do request: Head "https://${host}/v2/a/b/manifests/1": ${why}`

test.each<[string, string, StepCode, StepCode]>([
  ['a closed connection', 'EOF', 'open-host', 'front-log'],
  [
    'a foreign certificate',
    'x509: certificate is valid for *.corp.example, not the host',
    'public-certificate',
    'renew-certificate',
  ],
  ['an answer that is not TLS', 'http: server gave HTTP response to HTTPS client', 'open-host', 'allow-http'],
])(
  '%s at a public registry is looked for on the way, at a private one at the host',
  (_name, why, hosted, own) => {
    const ofOthers = codesOf('quay.io/a/b:1', head('quay.io', why))
    const ofOurs = codesOf('registry.example/a/b:1', head('registry.example', why))
    expect(ofOthers).toContain(hosted)
    expect(ofOthers).not.toContain(own)
    expect(ofOurs).toContain(own)
    expect(ofOurs).not.toContain('public-certificate')
  },
)

test('a handshake that does not end leads to the MTU first, a connection that does not open does not', () => {
  expect(codesOf('quay.io/a/b:1', head('quay.io', 'net/http: TLS handshake timeout'))[0]).toBe('check-mtu')
  expect(codesOf('quay.io/a/b:1', head('quay.io', 'dial tcp 1.2.3.4:443: i/o timeout'))).not.toContain(
    'check-mtu',
  )
})

test.each([
  ['net/http: TLS handshake timeout', 'check-mtu'],
  ['read tcp 10.0.0.7:41894->10.96.0.20:5000: i/o timeout', 'test-connection'],
  ['net/http: timeout awaiting response headers', 'test-connection'],
  ['net/http: request canceled (Client.Timeout exceeded while awaiting headers)', 'test-connection'],
  ['dial tcp 10.96.0.20:5000: i/o timeout', 'test-connection'],
  // A wildcard record, most likely.
  ['dial tcp 203.0.113.7:5000: i/o timeout', 'replace-service-name'],
  [
    'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    'replace-service-name',
  ],
])('the name of a Service is not to blame once the node has found it: %s', (error, first) => {
  const host = 'docker-registry.default.svc:5000'
  expect(codesOf(`${host}/a/b:1`, head(host, error))[0]).toBe(first)
})

test('a name that the node found is of a Service only if no company can have it', () => {
  const host = 'harbor.eu.svc.acme.example'
  const refused = codesOf(`${host}/a/b:1`, head(host, 'dial tcp 10.2.3.4:443: connect: connection refused'))
  expect(refused).toContain('check-listener')
  expect(refused).not.toContain('service-pods')
  const unknown = head(host, `dial tcp: lookup ${host} on 10.0.0.2:53: no such host`)
  expect(codesOf(`${host}/a/b:1`, unknown)[0]).toBe('replace-service-name')
})

test.each(
  titled<[string, string, StepCode[]]>({
    'a refused connection leads to the pods of the Service': [
      'registry.tools.svc.cluster.local:5000',
      'dial tcp 10.43.12.7:5000: connect: connection refused',
      ['service-pods', 'service-network'],
    ],
    "a dropped one to the cluster's network, also in a range that is not private": [
      'registry.tools.svc:5000',
      'dial tcp 100.64.12.7:5000: i/o timeout',
      ['test-connection', 'service-network'],
    ],
    'an unfinished handshake to its MTU': [
      'registry.tools.svc:5000',
      'net/http: TLS handshake timeout',
      ['check-mtu', 'service-network'],
    ],
    "OpenShift's own registry is known to every node, whether the text has its address or not": [
      'image-registry.openshift-image-registry.svc:5000',
      'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      ['test-connection', 'service-network'],
    ],
    'and its authority comes from the cluster': [
      'image-registry.openshift-image-registry.svc:5000',
      'x509: certificate signed by unknown authority',
      ['node-ca', 'show-certificate'],
    ],
  }),
)('a Service that the node has found: %s', (_name, host, error, first) => {
  const codes = codesOf(`${host}/a/b:1`, head(host, error))
  expect(codes.slice(0, 2)).toEqual(first)
  const elsewhere: StepCode[] = ['open-host', 'check-listener', 'replace-service-name', 'trust-authority']
  expect(codes.filter(code => elsewhere.includes(code))).toEqual([])
})

test.each([
  ['registry-1.docker.io', true],
  ['production.cloudflare.docker.com:443', true],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', true],
  ['MCR.microsoft.com', true],
  ['registry.example', false],
  ['notquay.io', false],
  ['quay.io.example', false],
  ['10.0.0.5:5000', false],
])('%s is run by others: %s', (host, hosted) => {
  expect(isHosted(host)).toBe(hosted)
})

test('nobody has a login at a registry where everything is public, so its limit is only waited for', () => {
  const limited = codesOf(
    'mcr.microsoft.com/a/b:1',
    'unexpected status from HEAD request to https://mcr.microsoft.com/v2/a/b/manifests/1: 429 Too Many Requests',
  )
  expect(limited).toEqual(['wait', 'use-cache'])
})

describe('a token server that the registry announces by a name of its own network', () => {
  const request = (url: string, why: string) => `Get "https://registry.example/v2/": Get "${url}": ${why}`
  const lookup = (host: string) => `dial tcp: lookup ${host} on 10.0.0.2:53: no such host`
  test.each<[string, string, string | null]>([
    ['http://forgejo:3000/v2/token?service=container_registry', lookup('forgejo'), 'gitea'],
    [
      'http://core.harbor.svc.cluster.local/service/token?service=harbor',
      lookup('core.harbor.svc'),
      'harbor',
    ],
  ])('%s has to be replaced in the settings of the registry', (url, why, product) => {
    const image = 'registry.example/a/b:1'
    const [first] = stepsIn({ image, error: request(url, why), login: 'registry.example' })
    expect(first).toMatchObject({ code: 'token-realm', registry: 'registry.example', product })
  })

  test('is not suspected while a host with a domain only does not resolve', () => {
    const error = request('https://auth.acme.dev/token?service=registry', lookup('auth.acme.dev'))
    expect(stepsIn({ image: 'registry.example/a/b:1', error })[0].code).toBe('resolve-host')
  })
})

describe('a request for a token to a host that the public registry of the image does not name', () => {
  const refused = (url: string, kind = 'anonymous') =>
    `failed to authorize: failed to fetch ${kind} token: unexpected status from GET request to ${url}: 401 Unauthorized`
  const find = (image: string, url: string) => findingOf({ image, error: refused(url) })
  const ARTIFACTORY = 'https://hub.acme.dev/artifactory/api/docker/hub/v2/token'

  test.each([
    ['a/b:1', `${ARTIFACTORY}?scope=repository%3Aa%2Fb%3Apull&service=hub.acme.dev`],
    ['ghcr.io/a/b:1', 'https://hub.acme.dev/service/token?scope=repository%3Aa&service=harbor-registry'],
    ['quay.io/a/b:1', 'https://hub.acme.dev/v2/token?service=https%3A%2F%2Fhub.acme.dev%2Fv2%2Ftoken'],
    ['a/b:1', 'https://hub.acme.dev/token?scope=repository%3Aa%2Fb%3Apull&service=registry.docker.io'],
  ])('is to a mirror that requires a login of its own: %s at %s', (image, url) => {
    const found = find(image, url)
    expect(found.endpoint).toEqual({ host: 'hub.acme.dev', role: 'mirror' })
    expect(stepsFor(found)[0]).toMatchObject({ code: 'mirror-login', host: 'hub.acme.dev', sent: 'nothing' })
  })

  test.each([
    [
      'nginx',
      'https://auth.docker.io/token?scope=repository%3Alibrary%2Fnginx%3Apull&service=registry.docker.io',
    ],
    ['registry.gitlab.com/a/b:1', 'https://gitlab.com/jwt/auth?service=container_registry'],
    ['docker.elastic.co/a/b:1', 'https://docker-auth.elastic.co/auth?service=token-service'],
    ['lscr.io/a/b:1', 'https://ghcr.io/token?service=ghcr.io'],
    // A registry of one's own may have any token server.
    ['registry.example/a/b:1', 'https://auth.acme.dev/token?service=registry.example'],
    // The token server of a mirror has another name than the mirror.
    ['a/b:1', 'https://auth.acme.dev/token?service=hub.acme.dev'],
    ['a/b:1', 'http://core.harbor.svc.cluster.local/service/token?service=harbor-registry'],
  ])('is to a token server for %s: %s', (image, url) => {
    expect(find(image, url).endpoint?.role).toBe('token')
  })

  test('says that a host which is not known from outside issues the tokens of a mirror', () => {
    const found = find('a/b:1', 'https://auth.acme.dev/token?service=hub.acme.dev')
    expect(roleSentence(found)).toBe(
      'auth.acme.dev issues the tokens for a mirror that the node asks instead of Docker Hub.',
    )
  })
})
