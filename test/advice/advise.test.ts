/** Which step comes first for each kind of failed pull, and which steps must not appear at all. */
import { describe, expect, test } from 'vitest'
import { adviseWhy, withSteps } from '../../src/advice/add-steps.ts'
import { stepsFor } from '../../src/advice/advise.ts'
import type { StepCode } from '../../src/advice/step/step.ts'
import { CAUSES, type Finding } from '../../src/diagnosis/finding.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { typo, why, whyContainer } from '../report/samples.ts'
import { titled } from '../titled.ts'
import { codesIn, findingOf, pulled, type Situation, stepsIn } from './situation.ts'

const LOGINS: StepCode[] = ['distribute-login', 'recreate-pods']

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const DENIED =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'

describe('a pod that holds up the rollout of its StatefulSet', () => {
  const outgoing = (finding: Finding) =>
    stepsFor({ ...finding, workload: { kind: 'StatefulSet', name: 'db' }, outgoing: true }).map(
      ({ code }) => code,
    )

  test('has to be deleted: no other image, and no login, reaches it', () => {
    expect(outgoing(typo())).toEqual(['delete-outgoing-pod'])
    const denied = findingOf({ image: 'acme/api:2', error: pulled('docker.io/acme/api:2', DENIED) })
    expect(outgoing(denied)).toEqual(['delete-outgoing-pod'])
  })

  test('keeps what has to be done on its node', () => {
    const error = 'dial tcp: lookup quay.io on 10.0.0.2:53: no such host'
    expect(outgoing(findingOf({ image: 'quay.io/a/b:1', error }))).toEqual([
      'delete-outgoing-pod',
      'resolve-host',
      'fix-dns',
      'enter-node',
    ])
  })
})

describe('the broken links of a pod', () => {
  const links = (situation: Situation) => {
    const failing = { ...findingOf(situation) }
    const { problems } = whyContainer({
      problems: [
        { code: 'no-credential', registry: failing.registry ?? '' },
        { code: 'pull-failed', finding: withSteps(failing) },
      ],
    })
    const [advised] = adviseWhy(why({ containers: [whyContainer({ problems })] })).containers
    return advised?.problems.map(({ code }) => code)
  }
  const limited = (registry: string, message: string) =>
    `unexpected status from GET request to https://${registry}/v2/a/manifests/1: 429 Too Many Requests${message}`
  const ANONYMOUS =
    ' - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit'

  test('begin with the one that the first step repairs', () => {
    expect(links({ image: 'nginx:1', error: limited('registry-1.docker.io', ANONYMOUS) })).toEqual([
      'no-credential',
      'pull-failed',
    ])
    expect(links({ image: 'ghcr.io/acme/api:2', error: pulled('ghcr.io/acme/api:2', DENIED) })).toEqual([
      'pull-failed',
      'no-credential',
    ])
  })

  test('are without the missing login if none would help', () => {
    expect(links({ image: 'registry.k8s.io/pause:3', error: limited('registry.k8s.io', '') })).toEqual([
      'pull-failed',
    ])
  })
})

describe('a refusal', () => {
  test.each(
    titled<[Situation, StepCode, Finding['subcause']]>({
      'of a name without its registry is about the name': [
        { image: 'ledger-backend', error: pulled('docker.io/library/ledger-backend:latest', DENIED) },
        'check-name',
        'denied-or-missing',
      ],
      "of an official image is not Docker Hub's own answer": [
        { image: 'postgres:17', error: pulled('docker.io/library/postgres:17', DENIED) },
        'existing-official',
        'denied-or-missing',
      ],
      'of a pod for which the kubelet verifies again an image that is on the node is about its login': [
        {
          image: 'ghcr.io/acme/api:2',
          error: pulled('ghcr.io/acme/api:2', DENIED),
          node: { kubelet: 'v1.36.1', images: ['ghcr.io/acme/api:2'] },
        },
        'same-secret',
        'denied-or-missing',
      ],
      'because nothing was sent brings a login': [
        {
          image: 'ghcr.io/acme/api:2',
          error: pulled(
            'ghcr.io/acme/api:2',
            'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fapi%3Apull&service=ghcr.io: 401 Unauthorized',
          ),
        },
        'distribute-login',
        'no-credential-sent',
      ],
      'because a cloud node sent nothing looks at its credential provider': [
        {
          image: `${ECR}/app:1`,
          error: pulled(
            `${ECR}/app:1`,
            'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
          ),
        },
        'check-provider',
        'no-credential-sent',
      ],
      "of a service principal's secret by ACR brings another login": [
        {
          image: 'acme.azurecr.io/app:1',
          login: 'acme.azurecr.io',
          error:
            'Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Invalid clientid or client secret.',
        },
        'distribute-login',
        'credential-refused',
      ],
      'of a known identity asks for its right': [
        {
          image: 'europe-docker.pkg.dev/acme/team/app:1',
          error: pulled(
            'europe-docker.pkg.dev/acme/team/app:1',
            'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-docker.pkg.dev/v2/token?scope=repository%3Aacme%2Fteam%2Fapp%3Apull&service=europe-docker.pkg.dev: 403 Forbidden',
          ),
        },
        'grant-cloud-role',
        'not-permitted',
      ],
      'by a vulnerability policy goes to its administrator': [
        {
          image: 'harbor.example/apps/api:1',
          login: 'harbor.example',
          error: pulled(
            'harbor.example/apps/api:1',
            'unexpected status code https://harbor.example/v2/apps/api/manifests/1: 412 Precondition Failed - Server message: unknown: current image with 12 vulnerabilities cannot be pulled due to configured policy in Prevent images with vulnerability severity of "Critical"',
          ),
        },
        'ask-registry-admin',
        'policy',
      ],
      "of a cache's own login is fixed at the cache": [
        {
          image: `${ECR}/docker-hub/library/nginx:1`,
          error: pulled(
            `${ECR}/docker-hub/library/nginx:1`,
            'unexpected status from HEAD request: 401: denied: The authentication to the upstream registry failed',
          ),
        },
        'upstream-login',
        'upstream',
      ],
      "by a mirror is the mirror's to end": [
        {
          image: 'acme/api:2',
          error: pulled(
            'docker.io/acme/api:2',
            'unexpected status from HEAD request to https://cache.example/v2/acme/api/manifests/2?ns=docker.io: 403 Forbidden',
          ),
        },
        'check-mirror',
        'denied-or-missing',
      ],
    }),
  )('%s', (_name, situation, first, subcause) => {
    const found = findingOf(situation)
    expect(found.cause).toBe('auth-required-or-denied')
    expect(found.subcause).toBe(subcause)
    expect(stepsFor(found)[0].code).toBe(first)
  })

  test.each(
    titled<[Situation]>({
      'an official image': [{ image: 'ngnix', error: pulled('docker.io/library/ngnix:latest', DENIED) }],
      'a firewall': [
        {
          image: 'acme.azurecr.io/app:1',
          error: "denied: client with IP '203.0.113.24' is not allowed access.",
        },
      ],
      'a suspended account': [{ image: 'quay.io/a/b:1', error: 'denied: the account is suspended' }],
      "a cache's upstream": [
        { image: `${ECR}/hub/nginx:1`, error: 'The authentication to the upstream registry failed' },
      ],
      'a mirror': [
        {
          image: 'acme/api:2',
          error: 'Head "https://cache.example/v2/acme/api/manifests/2?ns=docker.io": denied: forbidden',
        },
      ],
      'a repository that was deleted': [
        { image: 'minio/minio:1', error: pulled('docker.io/minio/minio:1', DENIED) },
      ],
      "Istio's placeholder": [{ image: 'auto', error: pulled('docker.io/library/auto:latest', DENIED) }],
      'the pause image': [
        {
          image: 'quay.io/a/pause:3',
          error: DENIED,
          pod: {
            containers: [
              container({
                kind: 'sandbox',
                image: 'quay.io/a/pause:3',
                state: waiting('ErrImagePull', DENIED),
              }),
            ],
          },
        },
      ],
    }),
  )('by %s never leads to a login', (_name, situation) => {
    expect(codesIn(situation).filter(code => LOGINS.includes(code))).toEqual([])
  })
})

describe('the host', () => {
  test.each<[string, Situation, string]>([
    [
      'of a blob store is the one that is tested',
      {
        image: 'mcr.microsoft.com/a/b:1',
        error:
          'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://mcreus0.cdn.mscr.io/a?b": dial tcp 203.0.113.9:443: i/o timeout',
      },
      'mcreus0.cdn.mscr.io',
    ],
    [
      'of Docker Hub is its API',
      { image: 'nginx', error: 'dial tcp 203.0.113.9:443: i/o timeout' },
      '203.0.113.9:443',
    ],
  ])('%s', (_name, situation, host) => {
    const tested = stepsIn(situation).find(step => step.code === 'test-connection')
    expect(tested).toMatchObject({ host })
  })

  test('a registry that was contacted over plain HTTP gets a plain HTTP test command', () => {
    const error =
      'Head "http://127.0.0.1:15000/v2/acme/shop/manifests/1?ns=docker.io": dial tcp 127.0.0.1:15000: connect: connection refused'
    expect(stepsIn({ image: 'acme/shop:1', error })).toContainEqual(
      expect.objectContaining({ code: 'test-connection', scheme: 'http', host: '127.0.0.1:15000' }),
    )
  })

  // containerd's MatchLocalhost; Docker's insecure registries have 127.0.0.0/8.
  test.each([
    ['docker://28.0.1', '127.0.0.1:65001', 'http'],
    ['containerd://2.1.4', 'localhost:5000', 'http'],
    ['cri-o://1.34.1', 'localhost:5000', 'https'],
    ['docker://28.0.1', 'reg.example:5000', 'https'],
  ])('%s asks %s over %s where the text shows no URL', (runtime, host, scheme) => {
    const error = 'error pulling image configuration: received unexpected HTTP status: 502 Bad Gateway'
    expect(stepsIn({ image: `${host}/acme/app:1`, error, node: { runtime } })).toContainEqual(
      expect.objectContaining({ code: 'test-connection', scheme, host }),
    )
  })

  test.each(
    titled<[Situation, StepCode]>({
      "a Service name is not in the nodes' DNS": [
        {
          image: 'nginx',
          error:
            'Head "https://reg.tools.svc.cluster.local/v2/library/nginx/manifests/1?ns=docker.io": dial tcp: lookup reg.tools.svc.cluster.local on 10.0.0.2:53: no such host',
        },
        'replace-service-name',
      ],
      'a dead mirror is looked at first': [
        {
          image: 'nginx',
          error:
            'unexpected status from HEAD request to https://cache.example/v2/library/nginx/manifests/1?ns=docker.io: 503 Service Unavailable',
        },
        'check-mirror',
      ],
      "a mirror's limit is its own": [
        {
          image: 'nginx',
          error:
            'unexpected status from HEAD request to https://cache.example/v2/library/nginx/manifests/1?ns=docker.io: 429 Too Many Requests',
        },
        'mirror-limit',
      ],
      'a mirror that lacks an image proves nothing': [
        {
          image: 'nginx:1',
          error:
            'unexpected status from HEAD request to https://cache.example/v2/library/nginx/manifests/1?ns=docker.io: 404 Not Found',
        },
        'mirror-lacks-image',
      ],
      'a web page with status 200 comes from a mirror, most likely': [
        {
          image: 'nginx:1',
          error:
            'failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:04a7: not found',
        },
        'mirror-settings',
      ],
      'a web page comes from something in front of a registry of your own': [
        {
          image: 'registry.example/acme/app:1',
          error:
            'failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:04a7: not found',
        },
        'page-instead',
      ],
    }),
  )('%s', (_name, situation, first) => {
    expect(codesIn(situation)[0]).toBe(first)
  })
})

test("Docker Hub's own error, relayed by the node's loopback address, still leads to a login", () => {
  const error =
    'failed to copy: httpReadSeeker: failed open: unexpected status code http://127.0.0.1:15000/v2/library/nginx/manifests/sha256:aa?ns=docker.io: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
  const found = findingOf({ image: 'nginx', error })
  expect(found).toMatchObject({
    subcause: 'anonymous',
    endpoint: { host: '127.0.0.1:15000', role: 'mirror' },
  })
  expect(stepsFor(found)[0].code).toBe('distribute-login')
})

describe('the name', () => {
  test.each<[string, string, StepCode]>([
    ['with a number in scientific notation', 'acme/app:2.4e+06', 'quote-number'],
    ['with a word in capitals to fill in', 'gcr.io/PROJECT_ID/app:1', 'fill-placeholder'],
    ['with a package that ko should have built', 'ko://knative.dev/serving/cmd/webhook', 'fill-placeholder'],
    ['with the label of a Bazel target', '//services/api:image', 'fill-placeholder'],
    ['with a scheme', 'https://registry.example/app:1', 'drop-scheme'],
  ])('%s gives the first step by its name alone', (_name, image, first) => {
    const error = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
    expect(codesIn({ image, error, reason: 'InvalidImageName' })[0]).toBe(first)
  })
})

describe('the node', () => {
  const error = 'no match for platform in manifest: not found'
  test('is of the architecture that the runtime asked for, not of a word in a name', () => {
    const build = (image: string, text: string) =>
      stepsIn({ image, error: `pull ${image}: ${text}` }).find(({ code }) => code === 'build-for')
    expect(build('mcr.example/windows/nanoserver:1809', error)).toMatchObject({ platform: 'linux/<arch>' })
    const asked = 'no matching manifest for linux/arm64/v8 in the manifest list entries'
    expect(build('mcr.example/windows/nanoserver:1809', asked)).toMatchObject({ platform: 'linux/arm64' })
  })

  test.each([
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'linux/arm64'],
    [
      'choosing an image from manifest list docker://reg.example/a:1: no image found in image index for architecture "arm", variant "v7", OS "linux"',
      'linux/arm',
    ],
    ['no match for platform in manifest: not found', 'linux/amd64'],
  ])('is of the architecture that the runtime looked for, whatever its object says: %s', (text, platform) => {
    const found = findingOf({ image: 'reg.example/a:1', error: text, node: { architecture: 'amd64' } })
    expect(stepsFor(found)[0]).toEqual({ code: 'build-for', platform })
  })

  test('may run images for arm64 with another system, if it has one of 32 bits', () => {
    const at = (architecture: string) =>
      codesIn({
        image: 'rook/ceph:v1',
        error: 'no match for platform in manifest: not found',
        node: { architecture },
      })
    expect(at('arm').slice(0, 2)).toEqual(['build-for', 'install-64-bit'])
    for (const other of ['arm64', 'amd64']) expect(at(other)).not.toContain('install-64-bit')
  })

  test('gets instructions for how to reach it only where its type is known', () => {
    expect(codesIn({ image: 'nginx', error: 'no space left on device' }).at(-1)).toBe('enter-node')
    expect(codesIn({ image: 'nginx', error: 'no space left on device', pod: { node: null } })).not.toContain(
      'enter-node',
    )
  })
})

test('every cause has a step even if nothing else is known', () => {
  for (const cause of CAUSES) {
    const found = typo({ cause, node: null, workload: null, registry: null, reference: null, evidence: null })
    expect(stepsFor(found).length).toBeGreaterThan(0)
  }
})

test("a limit without a login is met with the secret that the pod's own list hides, before a new login", () => {
  const limited = findingOf({
    image: 'acme/api:3',
    error: 'toomanyrequests: You have reached your unauthenticated pull rate limit.',
  })
  const hint = { code: 'service-account-secrets-ignored' as const, serviceAccount: 'api', secrets: ['hub'] }
  const [first, second] = stepsFor({
    ...limited,
    credential: { status: 'none', attempts: [], hints: [hint] },
  })
  expect(first).toEqual({ code: 'use-known-secret', hint, namespace: 'web' })
  expect(second?.code).toBe('distribute-login')
})
