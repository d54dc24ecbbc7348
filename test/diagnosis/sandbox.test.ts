/** A pod whose sandbox image can't be pulled is a finding about its node; one with a sandbox, or without a network yet, is not. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { explainPod } from '../../src/diagnosis/why.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { PodEvent } from '../../src/snapshot/snapshot.ts'
import { NODE } from '../advice/situation.ts'
import { container, event, pod, snapshot, waiting } from './snapshots.ts'

const PAUSE = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme/pause:3.9'
const DENIED = `failed to get sandbox image "${PAUSE}": failed to pull image "${PAUSE}": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`
const NETWORK = 'failed to setup network for sandbox "b8": plugin type="calico" failed (add): not found'

const failure = (error: string, fields: Partial<PodEvent> = {}) =>
  event({
    fieldPath: '',
    reason: 'FailedCreatePodSandBox',
    message: `Failed to create pod sandbox: rpc error: code = Unknown desc = ${error}`,
    ...fields,
  })
const creating = (fields: Partial<Pod> = {}) =>
  pod({ pullSecrets: ['hub'], containers: [container({ state: waiting('ContainerCreating') })], ...fields })
const findings = (found: Pod, ...events: PodEvent[]) => diagnose(snapshot({ pods: [found], events })).findings

test('the finding has the image, the node and the event, and blames no pull secret', () => {
  const older = failure(DENIED, { firstSeen: '2026-11-24T10:00:05Z', lastSeen: '2026-11-24T10:00:05Z' })
  const newest = failure(DENIED)
  const secret = event({ fieldPath: '', reason: 'FailedToRetrieveImagePullSecret', message: 'hub' })
  expect(findings(creating(), newest, older, { ...secret, lastSeen: '2026-11-24T10:09:00Z' })).toMatchObject([
    {
      cause: 'auth-required-or-denied',
      container: 'sandbox',
      containerKind: 'sandbox',
      node: 'node-1',
      image: PAUSE,
      reference: PAUSE,
      reason: 'FailedCreatePodSandBox',
      since: '2026-11-24T10:00:05Z',
      evidence: { from: 'event', text: newest.message },
      credential: { status: 'unknown', attempts: [] },
      remedies: [],
    },
  ])
})

test('the finding comes first, because nothing new starts on that node', () => {
  const critical = pod({ name: 'agent', uid: 'a', namespace: 'kube-system' })
  const seen = snapshot({ pods: [critical, creating()], events: [failure(DENIED)] })
  expect(diagnose(seen).findings.map(({ containerKind }) => containerKind)).toEqual(['sandbox', 'container'])
})

test("an older CRI-O's error while it copies the image is one of a pull", () => {
  const copying = 'error creating pod sandbox with name "k8s_a": copying system image from manifest list: '
  expect(findings(creating(), failure(`${copying}writing blob: no space left on device`))).toMatchObject([
    { cause: 'disk-full', containerKind: 'sandbox', image: '' },
  ])
})

test.each([
  // containerd/nydus-snapshotter#680, confidential-containers/confidential-containers#286, openshift/openshift-azure#711.
  'failed to create containerd container: create snapshot: missing parent "k8s.io/2/sha256:961e" bucket: not found',
  'failed to create containerd container: create instance 6: object with key "6" already exists: unknown',
  'error creating pod sandbox with name "k8s_a_b_0": image not known',
])('a pause image whose layers the node has lost is pulled again, not replaced: %s', error => {
  const [found] = findings(creating(), failure(error))
  expect(found).toMatchObject({ cause: 'corrupt-or-unpack', containerKind: 'sandbox', image: '' })
  const steps = found === undefined ? [] : stepsFor(found).map(({ code }) => code)
  expect(steps[0]).toBe('renew-sandbox-image')
  expect(steps).not.toContain('set-sandbox-image')
  // The kubelet makes the sandbox again by itself.
  expect(steps).not.toContain('restart-pull')
})

// cri-o/cri-o#4285
test("CRI-O can't remove a pause image of which it lost a layer, so its store is emptied first", () => {
  const [found] = findings(
    creating(),
    failure('error creating pod sandbox with name "k8s_a_b_0": layer not known'),
  )
  expect(
    found === undefined
      ? []
      : stepsFor(found)
          .map(({ code }) => code)
          .slice(0, 2),
  ).toEqual(['check-store', 'runtime-log'])
})

test('a pause image for another CPU is replaced, and nobody is asked to build one that is not named', () => {
  const error =
    'error creating pod sandbox with name "k8s_a_b_0": Image architecture mismatch: image uses "amd64", expecting "arm64"'
  const [found] = findings(creating(), failure(error))
  expect(found).toMatchObject({ cause: 'platform-mismatch', image: '' })
  const steps = found === undefined ? [] : stepsFor(found).map(({ code }) => code)
  expect(steps[0]).toBe('set-sandbox-image')
  expect(steps).not.toContain('build-for')
})

test('another pause image is not proposed where the policy for all images is missing', () => {
  const error =
    'error creating pod sandbox with name "k8s_a_b_0": open /etc/containers/policy.json: no such file or directory'
  const [found] = findings(creating(), failure(error))
  expect(found).toMatchObject({ cause: 'signature-policy', containerKind: 'sandbox' })
  expect(found === undefined ? [] : stepsFor(found).map(({ code }) => code)).toEqual(['repair-policy-file'])
})

test("another pause image is not proposed where the node's own logins can't be read", () => {
  const error =
    'initializing source docker://registry.k8s.io/pause:3.10: getting username and password: reading JSON file "/run/auth.json": unmarshaling JSON at "/run/auth.json": unexpected end of JSON input'
  const codes = findings(creating(), failure(error)).map(finding => stepsFor(finding).map(({ code }) => code))
  expect(codes).toEqual([expect.not.arrayContaining(['set-sandbox-image'])])
  expect(codes[0]?.[0]).toBe('correct-login-file')
})

test('an error that does not name the image is reported as well', () => {
  const damaged =
    'failed to create containerd container: error unpacking image: failed to extract layer sha256:aa: not found'
  expect(findings(creating(), failure(damaged))).toMatchObject([
    { cause: 'corrupt-or-unpack', image: '', reference: null, registry: null },
  ])
})

test('a damaged image without a name is pulled again, and its missing name is not called invalid', () => {
  const gone = `failed to extract layer sha256:aa: failed to get reader from content store: content digest sha256:${'0'.repeat(64)}: not found`
  const seen = snapshot({ pods: [creating()], events: [failure(gone)] })
  const [found] = diagnose(seen).findings
  expect(found && stepsFor(found).map(({ code }) => code)).toEqual([
    'renew-sandbox-image',
    'keep-layers',
    'runtime-log',
    'enter-node',
  ])
  const [sandbox] = explainPod(creating(), seen).containers
  expect(sandbox).toMatchObject({ verdict: 'unknown', problems: [{ code: 'pull-failed' }] })
})

test('pods of a restarted node lack their sandbox although their containers have run', () => {
  const ended = container({ state: { type: 'terminated', reason: 'Unknown', exitCode: 255, message: '' } })
  const found = creating({ phase: 'Running', hasSandbox: false, containers: [ended] })
  expect(findings(found, failure(DENIED))).toHaveLength(1)
})

describe('nothing is reported', () => {
  const running = container({ state: { type: 'running', startedAt: null } })
  const later = { lastSeen: '2026-11-24T10:09:00Z' }
  test.each<[string, Pod, PodEvent[]]>([
    ['of another error', creating(), [failure(NETWORK)]],
    ['once the newest error is another', creating(), [failure(DENIED), failure(NETWORK, later)]],
    ['of a pod that runs', creating({ containers: [running] }), [failure(DENIED)]],
    ['of one that has its sandbox', creating({ hasSandbox: true }), [failure(DENIED)]],
    ['of one that has ended', creating({ phase: 'Failed' }), [failure(DENIED)]],
    [
      'once a container was seen to',
      creating(),
      [failure(DENIED), event({ reason: 'Pulling', message: 'Pulling image "nginx:1.27"', ...later })],
    ],
    ['of another pod of that name', creating(), [failure(DENIED, { podUid: 'old' })]],
  ])('%s', (_what, found, events) => {
    expect(findings(found, ...events)).toEqual([])
  })
})

test("a container's own failed pull is reported instead of an older sandbox failure", () => {
  const found = findings(pod(), failure(DENIED))
  expect(found).toMatchObject([{ containerKind: 'container', evidence: { from: 'status' } }])
})

describe('an error that names the image by its URL only', () => {
  const docker = (url: string) =>
    failure(`Error response from daemon: Head "${url}": x509: certificate signed by unknown authority`)

  test.each([
    [
      'https://us-west1-docker.pkg.dev/v2/acme/images/pause/manifests/3.8',
      'us-west1-docker.pkg.dev/acme/images/pause:3.8',
    ],
    ['https://registry-1.docker.io/v2/acme/pause/manifests/3.8', 'docker.io/acme/pause:3.8'],
    ['https://mirror.example/v2/pause/manifests/3.9?ns=registry.k8s.io', 'registry.k8s.io/pause:3.9'],
  ])('is of the image that the URL names: %s', (url, reference) => {
    expect(findings(creating(), docker(url))).toMatchObject([
      { cause: 'tls', containerKind: 'sandbox', reference },
    ])
  })

  test('is no pull if the URL is not one of a registry', () => {
    expect(findings(creating(), docker('https://10.96.0.1/api/v1/namespaces'))).toEqual([])
  })
})

// containerd/containerd#8653, k3s-io/k3os#431, replicatedhq/kURL#1191.
describe('a pause image whose registry a node does not reach', () => {
  const asked = (host: string, why: string) =>
    `failed to get sandbox image "registry.k8s.io/pause:3.6": failed to pull image "registry.k8s.io/pause:3.6": failed to pull and unpack image "registry.k8s.io/pause:3.6": failed to resolve reference "registry.k8s.io/pause:3.6": failed to do request: Head "https://${host}": ${why}`
  const stepsAfter = (error: string) => {
    const [found] = findings(creating(), failure(error))
    return found === undefined ? [] : stepsFor(found)
  }

  test.each([
    'dial tcp: lookup registry.k8s.io on 10.0.8.16:53: server misbehaving',
    'dial tcp 34.96.108.209:443: i/o timeout',
    'dial tcp 34.96.108.209:443: connect: connection refused',
  ])('is another one in a closed network, before the way is repaired: %s', why => {
    const steps = stepsAfter(asked('registry.k8s.io/v2/pause/manifests/3.6', why))
    expect(steps[0]).toMatchObject({ code: 'set-sandbox-image', closedTo: 'registry.k8s.io' })
    expect(steps[1]?.code).toMatch(/^(?:resolve-host|test-connection)$/)
  })

  test('is another one, too, where the node does not reach the host that the registry redirected to', () => {
    const host = 'us-west2-docker.pkg.dev'
    const path = 'v2/k8s-artifacts-prod/images/pause/manifests/3.6'
    const [first] = stepsAfter(asked(`${host}/${path}`, 'dial tcp 142.250.4.82:443: i/o timeout'))
    expect(first).toMatchObject({ code: 'set-sandbox-image', closedTo: host })
  })

  test.each([
    [
      'a mirror that somebody chose',
      'mirror.example/v2/pause/manifests/3.6?ns=registry.k8s.io',
      'i/o timeout',
    ],
    [
      'a certificate',
      'registry.k8s.io/v2/pause/manifests/3.6',
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
    [
      'a resolver of the node that does not run',
      'registry.k8s.io/v2/pause/manifests/3.6',
      'dial tcp: lookup registry.k8s.io on 127.0.0.53:53: read udp 127.0.0.1:4711->127.0.0.53:53: read: connection refused',
    ],
    [
      'a resolver that got no answer',
      'registry.k8s.io/v2/pause/manifests/3.6',
      'dial tcp: lookup registry.k8s.io: Try again',
    ],
    [
      'a connection that was open',
      'registry.k8s.io/v2/pause/manifests/3.6',
      'read tcp 10.0.0.4:4711->34.96.108.209:443: i/o timeout',
    ],
  ])('is repaired first for %s', (_what, url, why) => {
    const steps = stepsAfter(asked(url, why))
    expect(steps[0].code).not.toBe('set-sandbox-image')
    expect(steps).toContainEqual({ code: 'set-sandbox-image', image: 'registry.k8s.io/pause:3.6' })
  })
})

test.each([
  ['a registry of its own', 'registry.acme.dev/pause:3.10', 'v1.36.2'],
  [
    'the registry of its cloud',
    '602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/pause:3.10',
    'v1.33.5-eks-1',
  ],
])('the way to %s is repaired before another pause image is set', (_what, image, kubelet) => {
  const [host = ''] = image.split('/')
  const error = `failed to get sandbox image "${image}": failed to pull image "${image}": failed to do request: Head "https://${host}/v2/pause/manifests/3.10": dial tcp 10.9.8.7:443: i/o timeout`
  const nodes = [{ ...NODE, kubelet, runtime: 'containerd://2.1.4' }]
  const [found] = diagnose(snapshot({ pods: [creating()], events: [failure(error)], nodes })).findings
  if (found === undefined) throw new Error('no finding')
  const steps = stepsFor(found)
  expect(steps[0].code).toBe('test-connection')
  expect(steps).toContainEqual({ code: 'set-sandbox-image', image })
})

test('a mirror that refuses the pause image without a login gets one, before another pause image is set', () => {
  const url =
    'https://hub.acme.dev/artifactory/api/docker/hub/v2/token?scope=repository%3Arancher%2Fpause%3Apull&service=hub.acme.dev'
  const image = 'docker.io/rancher/pause:3.6'
  const error = `failed to get sandbox image "${image}": failed to pull image "${image}": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to ${url}: 401 Unauthorized`
  const [found] = findings(creating(), failure(error))
  if (found === undefined) throw new Error('no finding')
  const codes = stepsFor(found).map(({ code }) => code)
  expect(codes[0]).toBe('mirror-login')
  expect(codes).toContain('set-sandbox-image')
  expect(codes).not.toContain('sandbox-login')
})

// k0sproject/k0sctl#1117
test.each<[string, string, string, string, string | undefined]>([
  ['k0s', 'registry.k8s.io/pause:3.10.2', 'v1.36.2+k0s', 'containerd://2.3.1', 'quay.io/k0sproject/pause'],
  ['K3s', 'registry.k8s.io/pause:3.10', 'v1.33.3+k3s1', 'containerd://2.0.5-k3s1', 'rancher/mirrored-pause'],
  ['K3s with Docker', 'registry.k8s.io/pause:3.10', 'v1.33.3+k3s1', 'docker://28.1.1', undefined],
  [
    'k0s of old, which sets this image',
    'registry.k8s.io/pause:3.9',
    'v1.30.1+k0s',
    'containerd://1.7.16',
    undefined,
  ],
  ['no distribution', 'registry.k8s.io/pause:3.10', 'v1.36.2', 'containerd://2.3.1', undefined],
  ['another image', 'quay.io/acme/pause:3.10', 'v1.36.2+k0s', 'containerd://2.3.1', undefined],
])(
  "the default of containerd in place of a distribution's own pause image: %s",
  (_name, image, kubelet, runtime, own) => {
    const [host = ''] = image.split('/')
    const error = `failed to get sandbox image "${image}": failed to pull image "${image}": failed to do request: Head "https://${host}/v2/pause/manifests/3": dial tcp: lookup ${host} on 10.8.0.2:53: no such host`
    const nodes = [{ ...NODE, kubelet, runtime }]
    const [found] = diagnose(snapshot({ pods: [creating()], events: [failure(error)], nodes })).findings
    if (found === undefined) throw new Error('no finding')
    const steps = stepsFor(found)
    const set = steps.find(({ code }) => code === 'set-sandbox-image')
    // Without one, the network may be closed to the host on purpose.
    const why = own === undefined ? { closedTo: host } : { own }
    expect(set).toEqual({ code: 'set-sandbox-image', image, ...why })
    expect(steps[0]).toBe(set)
  },
)
