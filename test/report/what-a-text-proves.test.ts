/** Reports on texts that prove less, or more, than they seem to: whose login, host, limit, or layer an error is about. */
import { expect, test } from 'vitest'
import { withSteps } from '../../src/advice/add-steps.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { credentialLines } from '../../src/report/words/credential/credential.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import { findingOf, NODE, pulled, type Situation } from '../advice/situation.ts'
import { container, event, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { type Expected, textsOf } from './texts-of.ts'

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/hub/library/busybox:1.35'
const DIGEST = `sha256:${'a'.repeat(64)}`
const layerFrom = (url: string) =>
  pulled(
    ECR,
    `failed to copy: httpReadSeeker: failed open: failed to do request: Get "${url}": dial tcp 104.18.125.25:443: i/o timeout`,
  )
const answered = (url: string, error: string) =>
  `error parsing HTTP 404 response body: json: cannot unmarshal number into Go struct field Error.detail of type float64: "{\\"errors\\":[{\\"code\\":\\"MANIFEST_UNKNOWN\\",\\"message\\":\\"manifest unknown\\",\\"detail\\":{\\"Op\\":\\"Get\\",\\"URL\\":\\"${url}\\",\\"Err\\":${error}`
const ACCESS_DENIED =
  'error pulling image configuration: error parsing HTTP 403 response body: invalid character \'<\' looking for beginning of value: "<?xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>\\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"'

const fromToken = (kind: string, status: string) =>
  `failed to authorize: failed to fetch ${kind} token: unexpected status from GET request to https://auth.example/token: ${status}`

const unparsed = (host: string, error: string) =>
  `failed to authorize: failed to fetch anonymous token: Get "https://${host}/token": tls: failed to parse certificate from server: x509: ${error}`

test.each<[string, Situation, Expected]>([
  // kubernetes/kubernetes#27451.
  [
    'a token for another repository is not the fault of the name',
    {
      image: 'gcr.io/google_containers/pause-amd64:3.0',
      error:
        'Error response from daemon: name invalid: Requested repository does not match bearer token resource: google_containers/pause-amd64',
    },
    {
      first: /status\.cloud\.google\.com/,
      says: /got a token for another repository/,
      never: /set image|does not parse|rejects the name/,
    },
  ],
  // rancher/rancher#8533.
  [
    "Docker's older words leave open whether an image is missing or private",
    {
      image: 'acme/billing:1.4',
      error: 'Error: image acme/billing:1.4 not found',
      login: 'https://index.docker.io/v1/',
    },
    { says: /private repository that the login.*See which login/s, never: /repository exists, but/ },
  ],
  [
    'and of an official image, only the tag can be missing',
    { image: 'nginx:nope', error: 'Error: image library/nginx:nope not found' },
    { says: /has no such tag/, never: /private/ },
  ],
  // groundnuty/k8s-wait-for#70.
  [
    "GitHub's token server writes so of a login that it does not accept",
    {
      image: 'ghcr.io/acme/app:1',
      error: 'Error response from daemon: Head "https://ghcr.io/v2/acme/app/manifests/1": denied: denied',
      login: 'ghcr.io',
    },
    { first: /renew or remove the login/ },
  ],
  // Azure/acr#231; the pod's login is tried first.
  [
    'a server error beside a refusal is not left out, and the refused login may be another',
    {
      image: 'acme.azurecr.io/portal:1',
      error:
        '[rpc error: code = Unknown desc = Error response from daemon: Get https://acme.azurecr.io/v2/portal/manifests/1: received unexpected HTTP status: 500 Internal Server Error, rpc error: code = Unknown desc = Error response from daemon: Get https://acme.azurecr.io/v2/portal/manifests/1: unauthorized: authentication required]',
      login: 'acme.azurecr.io',
    },
    { first: /docker login acme/, says: /answered with a server error \(500\)/, never: /was refused/ },
  ],
  [
    'a refusal of the attempt without a login says nothing of the login, which met a server error',
    {
      image: 'registry.example/team/api:1',
      error: `[rpc error: code = Unknown desc = ${fromToken('oauth', '503 Service Unavailable')}, rpc error: code = Unknown desc = ${fromToken('anonymous', '403 Forbidden')}]`,
      login: 'registry.example',
    },
    { first: /^Wait/, says: /nothing is known of the login/, never: /docker login|was changed or added/ },
  ],
  // Georift/install-jellyfin-tizen#20.
  [
    'a node without an address of IPv6 has no route there, and was not refused',
    {
      image: 'redis',
      error:
        'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp [2600:1f18:2148:bc02:445d:9ace:d20b:c303]:443: connect: cannot assign requested address',
    },
    { first: /Give the node IPv6/, says: /has no route to registry-1/, never: /refused or dropped/ },
  ],
  [
    'a node without a free port sent nothing, so that no host or firewall refused it',
    {
      image: 'redis',
      error:
        'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp 44.205.64.79:443: connect: cannot assign requested address',
    },
    {
      first: /^See to where most connections are open.*dst 44\.205\.64\.79.*ss -Htan/,
      says: /no free port for a connection to registry-1/,
      never: /refused or dropped|curl|route/,
    },
  ],
  [
    'and so does one of Windows',
    {
      image: 'registry.example/app:1',
      error:
        'failed to do request: Head "https://registry.example/v2/app/manifests/1": dial tcp 10.1.2.3:443: connectex: Only one usage of each socket address (protocol/network address/port) is normally permitted.',
      node: { os: 'windows' },
    },
    { first: /Get-NetTCPConnection/, never: /\bss\b|curl|firewall,/ },
  ],
  // ciiiii/cloudflare-docker-proxy#79.
  [
    "a cache that sends nodes to another registry's token server announces its own",
    {
      image: 'docker.acme.example/nginx:alpine',
      error: pulled(
        'docker.acme.example/nginx:alpine',
        'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3Anginx%3Apull&service=registry.docker.io": dial tcp 199.59.149.230:443: connect: connection refused',
      ),
    },
    {
      first: /^Let docker\.acme\.example announce a token server of its own/,
      never: /mirror of docker\.acme/,
    },
  ],
  // yogeshojha/rengine#224.
  [
    'a billing error is that of the account behind the image',
    {
      image: 'ghcr.io/acme/app:1',
      error:
        'denied: Encountered a billing-related error. Please verify the billing status for this account.',
    },
    { first: /^Ask the owner of the account/, never: /typo/ },
  ],
  [
    'no authority helps with a certificate that is not parsed, which a well-known host does not have',
    { image: 'redis', error: unparsed('auth.docker.io', 'negative serial number') },
    {
      says: /can't parse the certificate.*negative serial number, which programs built with Go 1\.23.*issue its certificates again, with positive serial numbers, or exempt auth\.docker\.io/s,
      never: /trust store|does not trust|clock/,
    },
  ],
  [
    "a host of one's own may have such a certificate itself",
    { image: 'reg.corp/a/b:1', error: unparsed('reg.corp', 'negative serial number') },
    {
      says: /Reissue the certificate of reg\.corp, .*positive serial number/,
      never: /trust store|Others who ask/,
    },
  ],
  [
    'whatever else is wrong with it, trust is not the matter',
    { image: 'redis', error: unparsed('auth.docker.io', 'cannot parse dnsName "*"') },
    { says: /without what the error names/, never: /trust store|does not trust|serial number|clock/ },
  ],
  [
    'a runtime class may need the snapshotter that failed to load',
    {
      image: 'nginx',
      error: pulled(
        'nginx',
        `failed to stat snapshot sha256:f999: snapshotter not loaded: devmapper: invalid argument`,
      ),
      pod: { runtimeClass: 'kata-fc' },
    },
    {
      first:
        /thin pool is gone since the node was restarted: `dmsetup ls`.*runtime class kata-fc may work with no other/,
      never: /overlayfs/,
    },
  ],
  [
    'a pod without one can do with another',
    {
      image: 'nginx',
      error: pulled(
        'nginx',
        `failed to stat snapshot sha256:f999: snapshotter not loaded: devmapper: invalid argument`,
      ),
    },
    { first: /dmsetup ls.*, or use overlayfs/, never: /runtime class/ },
  ],
  [
    'a missing image does not show whether its node has a login',
    { image: 'ghcr.io/a/b:1', error: pulled('ghcr.io/a/b:1', 'ghcr.io/a/b:1: not found') },
    { says: /the pod has no login; the node's own login is used, if it has one/, never: /anonymous/ },
  ],
  [
    'a request for an anonymous token shows that the node has none',
    {
      image: 'ghcr.io/a/b:1',
      error: pulled(
        'ghcr.io/a/b:1',
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aa%2Fb%3Apull&service=ghcr.io: 401 Unauthorized',
      ),
    },
    { says: /so the pull is anonymous/, never: /sent a login of its own/ },
  ],
  [
    "the refusal of a login that the pod does not have shows the node's",
    {
      image: 'redis:7',
      error:
        'Head "https://registry-1.docker.io/v2/library/redis/manifests/7": unauthorized: personal access token is expired',
    },
    { says: /the node's own login was used/, never: /anonymous/ },
  ],
  [
    'CRI-O has the same words for every 401, but an image that is open to all is refused only with a login',
    { image: 'alpine:3', error: 'unable to retrieve auth token: invalid username/password' },
    { first: /^Renew or remove the login for Docker Hub that node/, says: /refused the login that was sent/ },
  ],
  [
    'GHCR knows the workflow that lacks access to a package',
    {
      image: 'ghcr.io/a/b:1',
      error:
        "pull access denied for ghcr.io/a/b, repository does not exist or may require 'docker login': denied: installation not allowed to Read organization package",
    },
    {
      first: /^Give the repository .* read access to the package a\/b/,
      never: /is private or does not exist:/,
    },
  ],
  [
    "a layer at the upstream of ECR's cache needs no bucket of S3",
    { image: ECR, error: layerFrom('https://production.cloudflare.docker.com/registry-v2/blobs/x/data') },
    { says: /a cache of ECR redirects there, to its upstream/, never: /S3|where ECR keeps/ },
  ],
  [
    'a layer at ECR itself needs one',
    {
      image: ECR,
      error: layerFrom('https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x'),
    },
    { says: /where ECR keeps the layers.*S3 gateway endpoint/, never: /upstream/ },
  ],
  [
    'a URL in the detail of an answer is what the registry asked for, not the node',
    {
      image: 'registry.example:5000/a/b:1',
      error: answered('https://registry-1.docker.io/v2/', '{\\"Certificate\\":'),
    },
    {
      first:
        /^Let registry\.example:5000 trust the authority of the certificate that it gets for registry-1\.docker\.io/,
      says: /could not fetch the image from registry-1\.docker\.io: it did not accept the certificate/,
      never: /the mirror registry-1/,
    },
  ],
  [
    'the registry may not have reached its upstream at all',
    {
      image: 'registry.example:5000/a/b:1',
      error: answered('https://registry-1.docker.io/v2/', '{\\"Op\\":\\"dial\\"'),
    },
    { first: /^Let registry\.example:5000 reach registry-1\.docker\.io/, never: /certificate/ },
  ],
  [
    'Docker has the same words for a missing tag and for a missing part of it',
    {
      image: 'ghcr.io/a/b:1',
      error: 'Error response from daemon: manifest unknown',
      node: { runtime: 'docker://27.3.1' },
    },
    { says: /has no such tag, or lacks what it lists/, never: /The repository exists/ },
  ],
  [
    'a tag that Docker names is missing itself',
    {
      image: 'ghcr.io/a/b:1',
      error: 'Error response from daemon: manifest for ghcr.io/a/b:1 not found: manifest unknown',
      node: { runtime: 'docker://27.3.1' },
    },
    { says: /has no such tag\n/, never: /lists/ },
  ],
  [
    'a manifest that an index lists is missing, however the text is broken into lines',
    {
      image: 'ghcr.io/a/b:latest',
      error: `reading manifest ${DIGEST}\nin ghcr.io/a/b:\nmanifest unknown`,
    },
    { says: /lacks a manifest of the image/, never: /no tag latest/ },
  ],
  [
    'CRI-O ended a pull at its limit, so the next one ends the same way',
    {
      image: 'quay.io/a/b:1',
      error: 'rpc error: code = Canceled desc = copying config: context canceled',
      node: { runtime: 'cri-o://1.34.1' },
    },
    { first: /pull_progress_timeout/ },
  ],
  [
    'containerd canceled a pull, which a restart of it does, too',
    {
      image: 'quay.io/a/b:1',
      error: pulled('quay.io/a/b:1', 'context canceled'),
      node: { runtime: 'containerd://2.1.4' },
    },
    { first: /^Wait for the next attempt/, says: /image_pull_progress_timeout.*Spegel/ },
  ],
  [
    'a layer that broke off may have come from a mirror',
    {
      image: 'docker.io/a/b:1',
      error: pulled('docker.io/a/b:1', 'failed to read expected number of bytes: unexpected EOF'),
    },
    { says: /^The download of a layer was cut off/, never: /connection to registry-1/ },
  ],
  [
    "layers of Docker's own type for zstd are nothing that a snapshotter knows",
    {
      image: 'registry.example/a/b:1',
      error: pulled(
        'registry.example/a/b:1',
        `failed to extract layer ${DIGEST}: failed to get stream processor for application/vnd.docker.image.rootfs.diff.tar.zstd: no processor for media-type: unknown`,
      ),
      node: { runtime: 'containerd://1.7.22' },
    },
    { first: /oci-mediatypes=true.* or update containerd .* to 2\.0/, never: /snapshotter/ },
  ],
  [
    'a layer whose diff ID differs was not damaged on its way',
    {
      image: 'registry.example/a/b:1',
      error: pulled(
        'registry.example/a/b:1',
        'wrong diff id calculated on extraction "sha256:df087996d45b03e7eb8c133c0298fd98d35113fca26aaba58612fef3cc212cad"',
      ),
    },
    { first: /build it again with another builder.* diff ID/, never: /damaged|journalctl|proxy/ },
  ],
  ...(
    [
      ['an old Docker', 'docker://17.3.2', /^Update the container runtime .*docker 17\.3\.2/],
      ['a proxy or cache', 'docker://26.1.4', /proxy/i],
      ['such a cache in front of containerd', 'containerd://2.1.5', /proxy/i],
    ] as const
  ).map(([what, runtime, first]): [string, Situation, Expected] => [
    `a registry that is not asked for OCI's format: ${what}`,
    {
      image: 'ghcr.io/acme/web:latest',
      error:
        'manifest for ghcr.io/acme/web:latest not found: manifest unknown: OCI index found, but Accept header does not support OCI indexes',
      node: { runtime },
    },
    { first, says: /oci-mediatypes=false/, never: /oci-mediatypes=true|unknown media type/ },
  ]),
  [
    'a mirror that the node is set to ask, which may leave the format out',
    {
      image: 'ghcr.io/acme/web:latest',
      error:
        'unexpected status from HEAD request to https://mirror.example/v2/acme/web/manifests/latest?ns=ghcr.io: 404 Not Found: manifest unknown: OCI index found, but Accept header does not support OCI indexes',
      node: { runtime: 'containerd://2.1.5' },
    },
    { first: /mirror\.example/ },
  ],
  [
    "Docker Desktop's own client of Docker",
    {
      image: 'nginx:1.29.3',
      error:
        'Error response from daemon: client version 1.43 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version',
      node: { runtime: 'docker://29.1.3', kubelet: 'v1.34.1', osImage: 'Docker Desktop' },
    },
    {
      first: /^Update Docker Desktop.*"min-api-version": "1\.43" in Docker Desktop's settings/,
      never: /systemctl/,
    },
  ],
  ...(
    [
      ['v1.34.2', /^Update cri-dockerd on node node-1 to a current release/],
      ['v1.23.17', /^Go back to an older Docker on node node-1: the kubelet asks/],
    ] as const
  ).map(([kubelet, first]): [string, Situation, Expected] => [
    `Docker refused its client of Kubernetes ${kubelet}`,
    {
      image: 'nginx:1.29.3',
      reason: 'ImageInspectError',
      error:
        'Failed to inspect image "nginx:1.29.3": rpc error: code = Unknown desc = Error response from daemon: client version 1.43 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version',
      node: { runtime: 'docker://29.1.3', kubelet },
    },
    {
      first,
      says: /DOCKER_MIN_API_VERSION=1\.43.*No registry was asked|No registry was asked.*DOCKER_MIN_API_VERSION=1\.43/s,
      never: /kubectl debug|docker pull/,
    },
  ]),
  [
    'containerd compares the digest before pigz unpacks a layer',
    {
      image: 'registry.example/a/b:1',
      error: `failed to extract layer ${DIGEST}: exit status 1: unpigz: skipping: <stdin>: corrupted -- crc32 mismatch`,
      node: { runtime: 'containerd://2.1.4' },
    },
    { first: /CONTAINERD_DISABLE_PIGZ=1/, says: /its digest was compared first/, never: /cut off|rmi/ },
  ],
  [
    'CRI-O unpacks while it downloads',
    {
      image: 'registry.example/a/b:1',
      error:
        'writing blob: storing blob to file "/var/tmp/1": pigz: skipping: <stdin>: corrupted -- crc32 mismatch: exit status 1',
      node: { runtime: 'cri-o://1.34.1' },
    },
    { first: /uninstall pigz/, never: /compared first/ },
  ],
  [
    'artifact streaming of AKS could not mount a layer when the container was created',
    {
      image: 'acme.azurecr.io/a/b:1',
      reason: 'CreateContainerError',
      error: `failed to create containerd container: failed to attach and mount for snapshot 218: failed to enable target for /sys/kernel/config/target/core/user_999999999/dev_218, failed:failed to open remote file as tar file /https://acme.azurecr.io/v2/a/b/blobs/${DIGEST}: No such file or directory: unknown`,
      node: { runtime: 'containerd://2.1.4', labels: { 'kubernetes.azure.com/cluster': 'mc' } },
    },
    { first: /^Read the log of the snapshotter .*artifact streaming of AKS/ },
  ],
  [
    "Docker lost a layer's folder when the container was created",
    {
      image: 'registry.example/a/b:1',
      reason: 'CreateContainerError',
      error: `error creating overlay mount to /var/lib/docker/overlay2/${'c'.repeat(64)}-init/merged: no such file or directory`,
      node: { runtime: 'docker://19.3.13' },
    },
    { says: /image store .* is damaged/ },
  ],
  [
    'a pull secret that is missing is not why a public image is',
    {
      image: 'busybox:1.37.9',
      error: 'docker.io/library/busybox:1.37.9: not found',
      secret: { problem: 'missing', type: null },
    },
    { says: /does not exist.*; that is not why this image, which is public, is missing/ },
  ],
])('%s', (_name, situation, { first = /(?:)/, says = /(?:)/, never = /(?!)/ }) => {
  const report = textsOf(situation)
  const all = [report.all, ...credentialLines([findingOf(situation)])].join('\n')
  expect(report.first).toMatch(first)
  expect(all).toMatch(says)
  expect(all).not.toMatch(never)
})

test('an image volume that could not be mounted is at fault, not the image of the container that uses it', () => {
  const error = 'failed to mount image volume: ImageVolumeMountFailed: failed to mount image volume component'
  const containers = [
    container({ image: 'nginx:1', state: waiting('CreateContainerError', error) }),
    container({ name: 'data', kind: 'volume', image: 'quay.io/a/data:1' }),
  ]
  const found = findingOf({ image: 'nginx:1', error, pod: { containers } })
  expect(found).toMatchObject({
    cause: 'corrupt-or-unpack',
    image: 'quay.io/a/data:1',
    containerKind: 'volume',
  })
})

test.each([
  [
    'containerd://1.7.4',
    'failed to generate container "cc99" spec: failed to apply OCI options: failed to mkdir "": mkdir : no such file or directory',
    /^Update the container runtime on node node-1 \(now 1\.7\.4\) to containerd 2\.1/,
  ],
  ['cri-o://1.30.2', 'mount.HostPath is empty', /to CRI-O 1\.31/],
  [
    'docker://29.6.2',
    "Error response from daemon: invalid volume specification: ':/data:ro'",
    /^Use nodes with containerd 2\.1/,
  ],
])(
  'a runtime that mounts no images as volumes is updated, whichever volume it is: %s',
  (runtime, error, first) => {
    const used = container({ image: 'nginx:1', state: waiting('CreateContainerError', error) })
    const volumes = ['quay.io/a/data:1', 'quay.io/a/model:2'].map((image, index) =>
      container({ name: `volume-${index}`, kind: 'volume', image }),
    )
    const situation = { image: 'nginx:1', error, node: { runtime }, pod: { containers: [used, ...volumes] } }
    expect(findingOf(situation)).toMatchObject({ cause: 'other', image: 'quay.io/a/data:1' })
    expect(textsOf(situation).first).toMatch(first)
    const { findings } = diagnose(snapshot({ pods: [pod({ containers: [used] })] }))
    expect(findings).toEqual([])
  },
)

test('an image volume that was imported is pushed to a registry, not imported again', () => {
  const digest = `sha256:${'d8'.repeat(32)}`
  const error = `failed to mount image volume: failed to get image from containerd "${digest}": image "docker.io/library/import-2026-01-29@${digest}": not found`
  const used = container({ image: 'nginx:1', state: waiting('CreateContainerError', error) })
  const volume = container({ name: 'data', kind: 'volume', image: 'localhost/model-data:v1' })
  const situation = {
    image: 'nginx:1',
    error,
    node: { provider: 'kind' },
    pod: { containers: [used, volume] },
  }
  const { first, all } = textsOf(situation)
  expect(first).toMatch(/^Push the image to a registry that the nodes pull from .* in the volume/)
  expect(all).toMatch(/does not find an image that was imported/)
  expect(all).not.toMatch(/kind load docker-image|crictl rmi|was pulled/)
})

test('of several image volumes, the one is at fault whose image the error names', () => {
  const error = 'mount image: image "quay.io/a/model:2" does not exist locally'
  const used = container({ image: 'nginx:1', state: waiting('CreateContainerError', error) })
  const volumes = ['quay.io/a/data:1', 'quay.io/a/model:2'].map((image, index) =>
    container({ name: `volume-${index}`, kind: 'volume', image }),
  )
  const found = findingOf({ image: 'nginx:1', error, pod: { containers: [used, ...volumes] } })
  expect(found.image).toBe('quay.io/a/model:2')
})

test('a pause image whose layers S3 refuses on AWS needs the policy of the S3 endpoint', () => {
  const events = [
    event({
      fieldPath: '',
      reason: 'FailedCreatePodSandBox',
      message: `Failed create pod sandbox: ${ACCESS_DENIED}`,
    }),
  ]
  const { findings } = diagnose(
    snapshot({
      pods: [pod({ node: 'node-1', containers: [container({ state: waiting('ContainerCreating') })] })],
      events,
      nodes: [{ ...NODE, provider: 'aws', runtime: 'docker://19.3.13' }],
    }),
  )
  const [first] = stepsOf([withSteps(findings[0] as Finding)], {
    program: 'pullguard',
    flags: [],
    fromDump: false,
  })
  expect(first.text).toMatch(/rule that refuses layers.*VPC's S3 endpoint/)
})
