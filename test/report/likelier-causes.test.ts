/** Reports on failures whose likeliest cause is another one than their words suggest. */
import { expect, test } from 'vitest'
import { NODE, pulled } from '../advice/situation.ts'
import { event } from '../diagnosis/snapshots.ts'
import { expectRow, heldOn, type Row, sandboxOf, textsOf } from './texts-of.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const NO_MATCH = 'no match for platform in manifest: not found'
const onArm = (runtime: string) => ({ ...NODE, architecture: 'arm64', runtime })
const GKE = { labels: { 'cloud.google.com/gke-nodepool': 'p' }, provider: 'gce' as const }
const UNAUTHORIZED = 'unauthorized: authentication required'
const WROTE = 'failed to register layer: write /usr/lib/x.so: input/output error'
const ANONYMOUS = 'failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden'
const PAGE = `failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${DIGEST}: not found`

const OF_MIRROR = {
  image: 'quay.io/acme/till:4',
  error:
    'initializing source docker://quay.io/acme/till:4: (Mirrors also failed: [mirror.example:5000/acme/till:4: pinging container registry mirror.example:5000: Get "https://mirror.example:5000/v2/": dial tcp 10.9.0.4:5000: connect: connection refused]): quay.io/acme/till:4: reading manifest 4 in quay.io/acme/till: unauthorized: access to the requested resource is not authorized',
  node: { runtime: 'cri-o://1.34.0' },
}

test.each<Row>([
  [
    'an image of Kubernetes lost its other platforms in a mirror',
    'registry.k8s.io/kube-proxy:v1.34.2',
    NO_MATCH,
    { node: onArm('containerd://2.1.4') },
    {
      first:
        /^Look in .*registry\.k8s\.io\/hosts\.toml for a mirror of registry\.k8s\.io, and copy registry\.k8s\.io\/kube-proxy:v1\.34\.2/,
      says: /publishes this image for that platform: most likely, a mirror or a cache on the way has it only/,
      never: /build this one|isn't built for|too old/,
    },
  ],
  [
    'an old runtime does not find the image of Kubernetes for its node',
    'k8s.gcr.io/kube-apiserver:v1.20.0',
    NO_MATCH,
    { node: onArm('cri-o://1.20.5') },
    { first: /^Update the container runtime on node node-1 \(cri-o 1\.20\.5\)/, says: /too old to find it/ },
  ],
  [
    'a digest may be that of one platform',
    `registry.k8s.io/pause@${DIGEST}`,
    NO_MATCH,
    { node: onArm('containerd://2.1.4') },
    { never: /Kubernetes publishes/ },
  ],
  [
    'the first pause images were built for one platform',
    'k8s.gcr.io/pause:3.0',
    NO_MATCH,
    { node: onArm('containerd://2.1.4') },
    { never: /Kubernetes publishes/ },
  ],
  [
    'a word for Windows in the name sends the pod to nodes with Windows',
    'ghcr.io/acme/windows-exporter:1',
    NO_MATCH,
    { node: NODE },
    {
      first:
        /^If the image is for Windows, as its name suggests, schedule .*kubernetes\.io\/os: windows: node node-1 runs Linux/,
      says: /or build this one/,
      never: /other than amd64/,
    },
  ],
  [
    'an image that has that word may also be one for another architecture of Linux',
    'dockurr/windows',
    NO_MATCH,
    { node: onArm('containerd://2.1.4') },
    { first: /^If the image is for Windows/, says: /schedule the pods on nodes .*other than arm64/ },
  ],
  [
    'an image of Kubernetes lost its other platforms where Docker has no mirror of its registry',
    'registry.k8s.io/kube-proxy:v1.34.2',
    NO_MATCH,
    { node: onArm('docker://27.3.1') },
    { says: /a proxy or a cache on the way/, never: /a mirror or/ },
  ],
  ...(
    [
      'registry.gitlab.com/gitlab-org/gitlab-runner-helper:v17.5.0',
      'quay.io/cilium/ciliumm:v1',
      'ghcr.io/fluxcd/source-controler:v1',
    ] as const
  ).map(
    (image): Row => [
      `a publisher's images are public, so a wrong name comes before a login: ${image}`,
      image,
      pulled(image, ANONYMOUS),
      {
        first: /^Check the (?:owner and the )?name/,
        says: /[Ii]f the image is private, run `docker login/,
        never: /make it public/,
      },
    ],
  ),
  [
    'an image whose tag is for Windows never runs on Linux, however its pull fails',
    'registry.example/acme/web:10.0-ltsc2019',
    pulled('registry.example/acme/web:10.0-ltsc2019', 'x509: certificate signed by unknown authority'),
    { node: NODE },
    { first: /certificate/, says: /Schedule the pods on Windows nodes/ },
  ],
  [
    "a node of GKE that sent no login to Google's registry lacks a scope, most likely",
    'gcr.io/acme/app:1',
    UNAUTHORIZED,
    { node: GKE },
    {
      first: /access scopes .*devstorage\.read_only or cloud-platform.*gcloud container node-pools describe/,
      says: /If the image exists, and the nodes' service account lacks the permission.*, give it/,
      never: /: the nodes' service account lacks/,
    },
  ],
  [
    'the words for an anonymous request say the same',
    'eu.gcr.io/acme/app:1',
    pulled('eu.gcr.io/acme/app:1', ANONYMOUS),
    { node: GKE },
    { first: /access scopes/ },
  ],
  [
    'a node elsewhere has no scopes',
    'gcr.io/acme/app:1',
    UNAUTHORIZED,
    { node: {} },
    { never: /access scopes/ },
  ],
  [
    'a write fails in a virtual machine whose host is full',
    'nginx',
    WROTE,
    { node: { provider: null } },
    { says: /is failing, or that of the computer it runs on is full.*free space on that computer/s },
  ],
  [
    'on the node of Docker Desktop, that comes first',
    'nginx',
    WROTE,
    { node: { name: 'docker-desktop' }, pod: { node: 'docker-desktop' } },
    { first: /free space on that computer/ },
  ],
  [
    'a machine of a cloud has a disk of its own',
    'nginx',
    WROTE,
    { node: { provider: 'aws' } },
    { says: /The disk or file system on node node-1 is failing/, never: /computer/ },
  ],
  [
    'nodes of AKS that asked without a login lack their identity, too',
    'acme.azurecr.io/app:1',
    pulled('acme.azurecr.io/app:1', ANONYMOUS),
    { node: { labels: { 'kubernetes.azure.com/cluster': 'mc' }, provider: 'azure' } },
    { says: /most likely because of the address.*az aks check-acr/s, never: /no login changes that/ },
  ],
  [
    'they have their identity where others pulled the image with it, and only their address is refused',
    'acme.azurecr.io/app:1',
    pulled('acme.azurecr.io/app:1', ANONYMOUS),
    {
      node: { labels: { 'kubernetes.azure.com/cluster': 'mc' }, provider: 'azure' },
      held: [heldOn('acme.azurecr.io/app:1')],
    },
    {
      says: /most likely because of the address.*outgoing address of node node-1 .*check-acr --node-name node-1/s,
      never: /lack theirs|AcrPull|no login changes/,
    },
  ],
  [
    'either node may have a mirror where another one pulled an image meanwhile that is not found here',
    'ghcr.io/acme/app:1',
    pulled('ghcr.io/acme/app:1', 'ghcr.io/acme/app:1: not found'),
    {
      held: [{ ...heldOn('ghcr.io/acme/app:1'), pulls: [{ node: 'node-2', at: '2026-11-24T10:03:00Z' }] }],
      shown: { events: [event({ message: 'Failed to pull image "ghcr.io/acme/app:1": not found' })] },
    },
    {
      says: /most likely they were not answered by the same server.*one here that lacks the image, or one there that still has it/s,
      never: /so ghcr\.io has it|Something other than/,
    },
  ],
  [
    "or a login that sees more, at a registry of one's own",
    'nexus.corp.example/app:1',
    pulled('nexus.corp.example/app:1', 'nexus.corp.example/app:1: not found'),
    {
      login: 'nexus.corp.example',
      held: [
        {
          ...heldOn('nexus.corp.example/app:1'),
          by: [{ namespace: 'shop', pullSecrets: ['nexus'], nodes: ['node-2'] }],
          pulls: [{ node: 'node-2', at: '2026-11-24T10:03:00Z' }],
        },
      ],
      shown: { events: [event({ message: 'Failed to pull image "nexus.corp.example/app:1": not found' })] },
    },
    {
      says: /their logins may not see the same images.*and the pull secrets of the pods/s,
      never: /not answered by the same server/,
    },
  ],
  [
    'a digest may be that of an index for one platform, which another one cannot run either',
    `ghcr.io/acme/app:1@${DIGEST}`,
    NO_MATCH,
    { node: onArm('containerd://2.1.4') },
    {
      first: /^See whether the digest is that of the image for one platform/,
      never: /one platform's manifest/,
    },
  ],
  [
    'they may lack their identity where other nodes may have the image by the pull secret of other pods',
    'acme.azurecr.io/app:1',
    pulled('acme.azurecr.io/app:1', ANONYMOUS),
    {
      node: { labels: { 'kubernetes.azure.com/cluster': 'mc' }, provider: 'azure' },
      held: [
        {
          ...heldOn('acme.azurecr.io/app:1'),
          pods: 2,
          by: [
            { namespace: 'shop', pullSecrets: ['acr'], nodes: ['node-2'] },
            { namespace: 'web', pullSecrets: [], nodes: ['node-2'] },
          ],
        },
      ],
    },
    { says: /most likely because of the address.*lack theirs/s, never: /in the same way|--node-name/ },
  ],
  [
    'a node that no longer reports makes no further attempt',
    'nginx',
    'Back-off pulling image "nginx"',
    { reason: 'ImagePullBackOff', node: { silentSince: '2026-03-02T04:00:00Z' } },
    { says: /reason is no longer recorded.*Nothing is tried until the node is back/s, never: /five minutes/ },
  ],
  [
    'other nodes are only shut out',
    'acme.azurecr.io/app:1',
    pulled('acme.azurecr.io/app:1', ANONYMOUS),
    { node: {} },
    { says: /does not let this address pull.*no login changes that/s },
  ],
  [
    'a registry of your own wants a login before it looks for a name',
    'nexus.corp.example:8082/team/app:1',
    UNAUTHORIZED,
    { first: /^If the image is private, run `docker login nexus\.corp\.example:8082`/ },
  ],
  [
    'an image of a mirror of Docker Hub is public, as is the first project of Harbor',
    'hub.corp.example/library/nginxx:1',
    UNAUTHORIZED,
    { first: /^Check the name hub\.corp\.example\/library\/nginxx:1/ },
  ],
  [
    'a forge where anyone publishes hides what it lacks',
    'codeberg.org/acme/app:1',
    UNAUTHORIZED,
    { first: /^Check the name codeberg\.org/ },
  ],
  [
    'a registry where anyone publishes hides what it lacks',
    'registry.cn-hangzhou.aliyuncs.com/acme/app:1',
    UNAUTHORIZED,
    { first: /^Check the name registry\.cn-hangzhou\.aliyuncs\.com\/acme\/app:1/ },
  ],
  [
    'what Docker has no file system for is not an image (moby/moby#44405)',
    'registry.example/charts/shop:1',
    'Error response from daemon: invalid rootfs in image configuration',
    {
      first:
        /^Use the name of a container image: .*Helm chart.*crane manifest registry\.example\/charts\/shop:1/,
    },
  ],
  [
    "the hosts of Quay's layers fail for everyone at times",
    'quay.io/acme/app:1',
    pulled(
      'quay.io/acme/app:1',
      `failed to copy: httpReadSeeker: failed open: unexpected status code https://quay.io/v2/acme/app/blobs/${DIGEST}: 403 Forbidden`,
    ),
    { first: /rule that refuses layers/, says: /Check Quay's status/ },
  ],
  [
    'a web page in place of a manifest is that of a mirror with a wrong path',
    'docker.io/acme/app:1',
    PAGE,
    { node: { runtime: 'containerd://2.1.4' } },
    {
      first:
        /docker\.io\/hosts\.toml for a mirror of Docker Hub.*override_path = true.*registry-1\.docker\.io/,
    },
  ],
  [
    'the settings of GKE have another word for that',
    'docker.io/acme/app:1',
    PAGE,
    { node: { ...GKE, runtime: 'containerd://2.1.4' } },
    { first: /registryHosts.*overridePath: true/, never: /override_path/ },
  ],
  [
    'no path is corrected where the settings of mirrors have none',
    'acme/app:1',
    PAGE,
    { node: { runtime: 'docker://29.1.0' } },
    {
      first: /^Look in .*daemon\.json.* for a mirror of Docker Hub/,
      never: /override_path|as the server of/,
    },
  ],
  [
    'Docker asks mirrors for images of Docker Hub only',
    'gcr.io/acme/app:1',
    PAGE,
    { node: { runtime: 'docker://29.1.0' } },
    { never: /daemon\.json/ },
  ],
  [
    'a name without its organization is wrong at Huawei, whatever the login',
    'swr.cn-east-2.myhuaweicloud.com/coredns:1.8.0',
    'Error response from daemon: Head "https://swr.cn-east-2.myhuaweicloud.com/v2/coredns/manifests/1.8.0": denied: You may not login yet',
    { first: /^Add the organization to the name swr\./ },
  ],
  [
    "a record of Docker's that cri-dockerd can't read is no registry's",
    'ghcr.io/acme/app:1',
    'Failed to inspect image "": rpc error: code = Unknown desc = unable to convert a nil pointer to a runtime API image',
    { reason: 'ImageInspectError', node: { runtime: 'docker://28.1.1' } },
    {
      first: /^If Docker on node node-1 stores images with containerd, turn that off/,
      says: /no registry was asked/,
      never: /doesn't recognize/,
    },
  ],
  [
    "nobody changes what a cloud's registry announces",
    'registry.cn-hangzhou.aliyuncs.com/acme/app:1',
    'Error response from daemon: Get https://registry.cn-hangzhou.aliyuncs.com/v2/acme/app/manifests/1: Get https://dockerauth.cn-hangzhou.aliyuncs.com/auth?scope=repository%3Aacme%2Fapp%3Apull: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    { first: /dockerauth\.cn-hangzhou/, never: /announce/ },
  ],
  [
    'a cache that is still filled lacks layers for a while',
    'acme.azurecr.io/docker-hub/acme/app:1',
    pulled(
      'acme.azurecr.io/docker-hub/acme/app:1',
      `failed to copy: httpReadSeeker: failed open: could not fetch content descriptor ${DIGEST} (application/vnd.docker.image.rootfs.diff.tar.gzip) from remote: not found`,
    ),
    { first: /^Wait for the next attempts/, never: /Push the image/ },
  ],
  [
    "Google's token server knows the account of a login that it answers with 403",
    'europe-west3-docker.pkg.dev/acme/models/app:4',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-west3-docker.pkg.dev/v2/token?service=a: 403 Forbidden',
    { login: 'europe-west3-docker.pkg.dev' },
    {
      first:
        /to the account in the pull secret .* gcloud artifacts repositories add-iam-policy-binding models /,
      never: /refused the login|Even a public image fails/,
    },
  ],
  [
    'a repository whose value may only end in a slash',
    'quay.io/acme/app/:1',
    "Failed to apply default image tag: couldn't parse image reference: invalid reference format",
    { reason: 'InvalidImageName' },
    { first: /or remove the slash before its tag or digest/, never: /so the value is empty/ },
  ],
  [
    'a token server of somebody else says nothing of what Google knows',
    'europe-west3-docker.pkg.dev/acme/models/app:4',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://harbor.example/service/token?service=a: 403 Forbidden',
    { login: 'europe-west3-docker.pkg.dev' },
    { never: /knows the identity|add-iam-policy-binding/ },
  ],
  [
    'whose account is a person where the login is a token of theirs',
    'europe-west3-docker.pkg.dev/acme/models/app:4',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-west3-docker.pkg.dev/v2/token?service=a: 403 Forbidden',
    {
      secret: {
        entries: [{ key: 'europe-west3-docker.pkg.dev', username: 'oauth2accesstoken', problem: null }],
      },
    },
    { first: /to the account in the pull secret/, never: /serviceAccount:/ },
  ],
  [
    'a mirror that no longer answers gave other nodes what its registry refuses to all',
    { ...OF_MIRROR, held: [heldOn('quay.io/acme/till:4')] },
    { first: /^Find out why the mirror mirror\.example:5000 failed/ },
  ],
  [
    'a login that other pods have is not what a mirror gave them',
    { ...OF_MIRROR, held: [heldOn('quay.io/acme/till:4', ['node-2'], ['regcred'])] },
    { first: /^(?!Find out why the mirror)/, says: /Find out why the mirror/ },
  ],
  [
    'what writes a Secret without a login would overwrite one that is put into it',
    'ghcr.io/acme/app:1',
    UNAUTHORIZED,
    {
      secret: {
        problem: 'no-entries',
        writer: { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'regcred' },
      },
    },
    { first: /^Correct secret regcred, .* in what writes it \(ExternalSecret regcred\)/ },
  ],
  [
    'where nothing is known to write it, a new login comes first',
    'ghcr.io/acme/app:1',
    UNAUTHORIZED,
    { secret: { problem: 'no-entries' } },
    { first: /docker login ghcr\.io/, says: /Recreate secret regcred/ },
  ],
  [
    'Docker Hub wants a Docker ID in place of an address',
    'acme/app:1',
    'Error response from daemon: Get https://registry-1.docker.io/v2/acme/app/manifests/1: unauthorized: incorrect username or password',
    {
      secret: {
        entries: [{ key: 'https://index.docker.io/v1/', username: 'me@example.com', problem: null }],
      },
    },
    { says: /the user name is the Docker ID/ },
  ],
])('%s', expectRow)

test("a pause image of Kubernetes' own is not replaced by the same one", () => {
  const image = 'registry.k8s.io/pause:3.10'
  const error = `failed to get sandbox image "${image}": failed to pull image "${image}": failed to pull and unpack image "${image}": ${NO_MATCH}`
  const containers = [sandboxOf(image, error)]
  const node = onArm('containerd://2.1.4')
  const { first, all } = textsOf({ image, error, node, pod: { containers }, reason: 'ContainerCreating' })
  expect(first).toMatch(
    /^Look in .* for a mirror of registry\.k8s\.io, and copy registry\.k8s\.io\/pause:3\.10/,
  )
  expect(all).not.toMatch(/Give the runtime/)
})
