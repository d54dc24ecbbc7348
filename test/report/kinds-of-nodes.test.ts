/** Reports on faults of a node or on the way to it: what is said of clocks, caches, settings, and names that one node knows. */
import { describe, expect, test } from 'vitest'
import type { Node } from '../../src/snapshot/node.ts'
import { findingOf, type Situation } from '../advice/situation.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { type Expected, expectReport, expectRow, type Row, sandboxOf, textsOf } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
const DIGEST = `sha256:${'a'.repeat(64)}`

test.each<[string, Situation['node'], RegExp]>([
  ['MicroK8s', { labels: { 'microk8s.io/cluster': 'true' } }, /HTTPS_PROXY in .*\/args\/containerd-env/],
  ['K3s', { kubelet: 'v1.34.1+k3s1' }, /HTTPS_PROXY in .*k3s\.service\.env/],
  ['Docker beside K3s', { kubelet: 'v1.34.1+k3s1', runtime: 'docker://27.1.1' }, /runtime's environment\)/],
  ['any other node', {}, /HTTPS_PROXY in the runtime's environment\)/],
])('%s has its own place for the proxy of its runtime', (_name, node, says) => {
  const error =
    'failed to do request: Head "https://registry-1.docker.io/v2/a/b/manifests/1": dial tcp 192.0.2.1:443: i/o timeout'
  expectReport({ image: 'a/b:1', error, node: node ?? {} }, { says })
})

test('a mirror that lacks the digest of a tag has no say in its name', () => {
  const error = `failed to copy: httpReadSeeker: failed open: content at http://10.0.3.19:30020/v2/team/api/manifests/${DIGEST}?ns=registry.example not found: not found`
  const never = /for a typo|--check-images/
  expectReport(
    { image: OWN, error },
    {
      first: /^Update the mirror 10\.0\.3\.19:30020.*Spegel/,
      says: /resolved to a manifest that the mirror does not have.*remove the mirror/s,
      never,
    },
  )
  const byTag = error.replace(DIGEST, '3')
  expectReport({ image: OWN, error: byTag }, { first: /^Load the image on a node/, says: /for a typo/ })
})

test.each<[string, Situation['node'], RegExp]>([
  ['hosts.toml', { runtime: 'containerd://2.1.4' }, /^Set override_path = true/],
  [
    'registries.yaml of K3s',
    { runtime: 'containerd://2.1.4-k3s1', kubelet: 'v1.33.5+k3s1' },
    /^Correct the path/,
  ],
  ['registries.conf', { runtime: 'cri-o://1.33.1' }, /^Correct the path/],
  [
    'the settings of Bottlerocket',
    { runtime: 'containerd://2.1.4+bottlerocket', osImage: 'Bottlerocket OS 1.60.0 (aws-k8s-1.33)' },
    /^Correct the path/,
  ],
])("where a mirror's path got a second /v2, it is corrected in %s", (_name, node, first) => {
  const image = 'public.ecr.aws/x/y:1'
  const error = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to https://10.8.1.5/v2/team/v2/x/y/manifests/1?ns=public.ecr.aws: 404 Not Found`
  expectReport({ image, error, node: node ?? {} }, { first, never: /override_path.*registries/ })
})

test('the name of a token server stands in no image, so it has no typo', () => {
  const error =
    'failed to authorize: failed to fetch oauth token: Post "https://git.acme.example/v2/token": dial tcp: lookup git.acme.example on 10.0.0.2:53: no such host'
  expectReport(
    { image: 'git.lan:3000/acme/web:1', error },
    { first: /^Look up git\.acme\.example/, says: /Or let git\.lan:3000 announce .*ROOT_URL/, never: /typo/ },
  )
})

describe('a tag that is made from the node', () => {
  test.each<[string, string, Situation['node'], RegExp]>([
    [
      "NVIDIA's driver",
      'nvcr.io/nvidia/driver:550.90.07-debian12',
      {},
      /^Choose a driver version .*\(debian12\)/,
    ],
    ["NVIDIA's driver on RHEL", 'nvcr.io/nvidia/driver:535.104.05-rhel9.4', {}, /\(rhel9\.4\)/],
    ["NVIDIA's driver on OKD", 'nvcr.io/nvidia/driver:570.148.08-scos4.18', {}, /\(scos4\.18\)/],
    [
      "NVIDIA's driver on Buildroot",
      'nvcr.io/nvidia/driver:515.65.01-buildroot2021.02.12',
      {},
      /\(buildroot2/,
    ],
    ["NVIDIA's driver on SLES", 'nvcr.io/nvidia/driver:535.104.05-sles15.5', {}, /\(sles15\.5\)/],
    [
      'a network driver for one CPU',
      'nvcr.io/nvidia/mellanox/doca-driver:24.10-0-ubuntu22.04-amd64',
      {},
      /\(ubuntu22\.04\)/,
    ],
    [
      'a precompiled driver',
      'nvcr.io/nvidia/driver:535-5.15.0-84-generic-ubuntu22.04',
      {},
      /kernel of node node-1 \(5\.15\.0-84-generic/,
    ],
    [
      'a kernel module',
      'quay.io/acme/simple:v1-5.14.0-427.el9.x86_64',
      { kernel: '5.14.0-427.el9.x86_64' },
      /^Build or copy .*kernel of node/,
    ],
  ])('is not misspelled: %s', (_name, image, node, first) => {
    const tag = image.replace(/.*:/, '')
    expectReport(
      { image, error: `manifest for ${image} not found: manifest unknown`, node: node ?? {} },
      { first, never: new RegExp(`set image|${tag}<`) },
    )
  })

  test.each([
    ['docker.io/library/python:3.12-debian12', {}],
    ['quay.io/acme/app:5.14.0', { kernel: '5.14.0-427.el9.x86_64' }],
    ['mcr.microsoft.com/windows/servercore:10.0.20348.4294', { os: 'windows', kernel: '10.0.20348.4294' }],
  ])('is not %s', (image, node) => {
    expectReport(
      { image, error: `manifest for ${image} not found: manifest unknown`, node },
      { first: /typo/ },
    )
  })
})

test('a debug pod of a Windows node is bound to it, so it gets another image', () => {
  expectReport(
    {
      image: 'acme.azurecr.io/busybox:2.0',
      error: 'no match for platform in manifest: not found',
      node: { os: 'windows', kernel: '10.0.20348.2402' },
      pod: { maker: 'kubectl-debug' },
    },
    { first: /^Delete this pod and run `kubectl debug` again/, never: /nodeSelector|injector/ },
  )
})

describe("a port of the node's own loopback", () => {
  const refused = (host: string) =>
    `failed to do request: Head "http://${host}/v2/team/api/manifests/3?ns=registry.example": dial tcp 127.0.0.1: connect: connection refused`
  test.each([
    ['localhost:7439', /kube-image-keeper.*spec\.nodeName=node-1/],
    ['127.0.0.1:30020', /Spegel.*spec\.nodeName=node-1/],
    ['127.0.0.1:65001', /client of Dragonfly/],
    ['127.0.0.1:31999', /registry of Zarf.*-n zarf get pods/],
    ['localhost:8578', /artifact streaming of AKS.*journalctl -u acr-mirror/],
    ['localhost:5000', /let something listen at localhost:5000 on every node/],
  ])('%s tells what should listen there', (host, first) => {
    expectReport({ image: OWN, error: refused(host) }, { first, says: /Or correct or remove the mirror/ })
  })

  test('is not in the settings of the embedded registry, which asks for certificates', () => {
    const settings = { says: /Check the endpoints of registry\.example/, never: /remove the mirror/ }
    expectReport(
      { image: OWN, error: refused('127.0.0.1:6443') },
      { first: /embedded registry of K3s.*ss -ltnp/, ...settings },
    )
    const error =
      'unexpected status from HEAD request to https://127.0.0.1:6443/v2/team/api/manifests/3?ns=registry.example: 500 Internal Server Error'
    expectReport({ image: OWN, error }, { says: settings.says, never: /curl|remove the mirror/ })
    expectReport(
      { image: OWN, error: error.replace('500 Internal Server Error', '401 Unauthorized') },
      { says: /knows the nodes .* by their certificates/, never: /requires a login|docker login/ },
    )
    expectReport(
      {
        image: OWN,
        error:
          'failed to do request: Head "https://127.0.0.1:6443/v2/team/api/manifests/3?ns=registry.example": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      },
      { says: /embedded registry of K3s.*restart it there/s, never: /trust it|ca_file/ },
    )
    expectReport(
      {
        image: OWN,
        error:
          'failed to do request: Head "https://127.0.0.1:9345/v2/team/api/manifests/3?ns=registry.example": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-24T10:09:00Z is after 2026-11-20T08:00:00Z',
        node: { runtime: 'containerd://2.1.4-k3s1', kubelet: 'v1.34.1+rke2r1' },
      },
      { first: /^Let K3s or RKE2 renew .* 127\.0\.0\.1:9345: restart rke2-server/, never: /its operator/ },
    )
  })

  test('is not guessed from a port that may be anything in the name of an image', () => {
    const error =
      'failed to do request: Head "http://localhost:4001/v2/a/manifests/1": dial tcp 127.0.0.1:4001: connect: connection refused'
    expectReport(
      { image: 'localhost:4001/a:1', error },
      { first: /let something listen at localhost:4001 on every node/, never: /Dragonfly/ },
    )
  })

  test('may lack access to ACR if it is the artifact streaming of AKS, and says so with a 503', () => {
    const asked = (registry: string, why: string) => ({
      image: `${registry}/team/api:3`,
      error: `unexpected status from HEAD request to http://localhost:8578/v2/team/api/manifests/3?ns=${registry}: ${why}`,
    })
    const access = /check that the cluster is allowed to pull from acme\.azurecr\.io/
    expectReport(asked('acme.azurecr.io', '503 Service Unavailable'), { first: access })
    expectReport(asked('docker.io', '503 Service Unavailable'), {
      first: /acr-mirror/,
      never: /allowed to pull from/,
    })
  })

  test("is a proxy's, too", () => {
    const error =
      'failed to do request: Head "https://registry-1.docker.io/v2/a/b/manifests/1": proxyconnect tcp: dial tcp 127.0.0.1:65001: connect: connection refused'
    expectReport({ image: 'a/b:1', error }, { first: /client of Dragonfly/ })
  })

  test.each([
    ['localhost:30081', /NodePort 30081: .*localhost is the node itself.* get services -A/],
    ['127.0.0.1:31999', /NodePort 31999, by default that of the registry of Zarf/],
    ['localhost:5000', /^See what listens at localhost:5000 on node node-1.*ss -ltnp/],
  ])('%s is asked by no other machine whether it has an image', (host, first) => {
    const image = `${host}/library/busybox:1.36`
    const error = `manifest for ${image} not found: manifest unknown: manifest unknown`
    expectReport({ image, error }, { first, says: /typo/, never: /--check-images|need library/ })
  })

  test('is named by the image, too, which then has no mirror to remove', () => {
    const error =
      'pinging container registry localhost:7439: Get "http://localhost:7439/v2/": dial tcp [::1]:7439: connect: connection refused'
    expectReport(
      { image: 'localhost:7439/docker.io/library/nginx:1', error },
      { first: /kube-image-keeper.*asked over IPv6/, never: /mirror localhost|check everything between/ },
    )
  })
})

describe('what stops the runtime on the node says nothing of the registry, or of a damaged image', () => {
  const never =
    /registry\.example\/v2|crictl rmi|damaged in the registry|Sign the image|digest does not match/
  const crio = { runtime: 'cri-o://1.31.4' }
  const containerd = { runtime: 'containerd://2.2.0' }
  test.each<[string, string, NonNullable<Situation['node']>, Expected]>([
    [
      'a policy with a key that the runtime does not know',
      'invalid policy in "/etc/containers/policy.json": Unknown key "keyPaths"',
      crio,
      {
        first: /cat \/etc\/containers\/policy\.json/,
        says: /can't be read[\s\S]*update the container runtime/,
      },
    ],
    [
      'a policy of one namespace',
      'invalid policy in "/etc/crio/policies/web.json": unexpected end of JSON input',
      crio,
      { first: /cat \/etc\/crio\/policies\/web\.json/ },
    ],
    [
      'no policy at all',
      'open /etc/containers/policy.json: no such file or directory',
      crio,
      {
        first: /Restore \/etc\/containers\/policy\.json on node node-1/,
        says: /policy on node node-1 is missing/,
      },
    ],
    [
      'a drop-in in version 1',
      'loading registries configuration: loading drop-in registries configuration "/etc/containers/registries.conf.d/9-a.conf": registry must be in v2 format but is in v1',
      crio,
      {
        first: /^Rewrite \/etc\/containers\/registries\.conf\.d\/9-a\.conf on node node-1/,
        says: /^The file \/etc\/containers\/registries\.conf\.d\/9-a\.conf on node node-1 has a format/,
      },
    ],
    [
      'a drop-in that is not TOML',
      'loading registries configuration: loading drop-in registries configuration "/etc/containers/registries.conf.d/9-a.conf": toml: line 3: expected value',
      crio,
      { first: /^Correct \/etc\/containers\/registries\.conf\.d\/9-a\.conf, / },
    ],
    [
      'more layers than Docker stacks',
      'failed to register layer: max depth exceeded',
      { runtime: 'docker://20.10.24' },
      { first: /^Build .*fewer layers.*containerd/, says: /at most 125 layers/ },
    ],
    [
      'more layers than CRI-O stacks',
      'writing blob: storing blob to file: creating layer with ID "a": max depth exceeded',
      crio,
      { first: /^Build .*crane flatten/, says: /only so many layers/ },
    ],
    [
      'a size that Docker no longer reports, and an older kubelet reads',
      'Id or size of image "registry.example/team/api:3" is not set',
      { runtime: 'docker://25.0.0', kubelet: 'v1.22.17' },
      { first: /^Go back to Docker 24 on node node-1, or update Kubernetes/, says: /no registry was asked/ },
    ],
    [
      'a size that Docker no longer reports to cri-dockerd',
      'Id or size of image "registry.example/team/api:3" is not set',
      { runtime: 'docker://25.0.0', kubelet: 'v1.29.1' },
      { first: /or update cri-dockerd/ },
    ],
    [
      'a snapshotter that the kubelet asks for images',
      'connection error: desc = "transport: Error while dialing dial unix /run/containerd-stargz-grpc/containerd-stargz-grpc.sock: connect: no such file or directory"',
      containerd,
      {
        first: /systemctl restart stargz-snapshotter/,
        says: /image service endpoint[\s\S]*journalctl -u stargz-snapshotter/,
        never: /restart containerd/,
      },
    ],
    [
      'a snapshotter that the runtime asks',
      `failed to prepare extraction snapshot "extract-1-a ${DIGEST}": connection error: desc = "transport: Error while dialing: dial unix /run/containerd-nydus/containerd-nydus-grpc.sock: connect: connection refused": unavailable`,
      containerd,
      {
        first: /let the runtime use overlayfs there systemctl restart nydus-snapshotter/,
        says: /^The snapshotter on node node-1 is not running\n[\s\S]*journalctl -u nydus-snapshotter/,
        never: /arrived|damaged|crictl rmi|registry\.example\/v2/,
      },
    ],
    [
      "GKE's snapshotter is that of its image streaming",
      `failed to prepare extraction snapshot "extract-1-a ${DIGEST}": connection error: desc = "transport: Error while dialing: dial unix /run/containerd-gcfs-grpc/containerd-gcfs-grpc.sock: connect: connection refused": unavailable`,
      {},
      {
        first:
          /^Restart GKE's image streaming .* --no-enable-image-streaming.* systemctl restart gcfs-snapshotter gcfsd/,
        never: /nydus|SOCI/,
      },
    ],
    [
      'Windows, which denies a file',
      `failed to extract layer ${DIGEST}: hcsshim::ProcessBaseLayer \\\\?\\C:\\ProgramData\\containerd\\root\\snapshots\\1: Access is denied.: unknown`,
      { runtime: 'containerd://2.0.5', os: 'windows' },
      {
        first: /virus scanners.*icacls C:\\ProgramData\\containerd/,
        says: /Windows denied the runtime a file in its own store on node node-1/,
      },
    ],
    [
      'a file system that the kernel lacks',
      `failed to extract layer ${DIGEST}: failed to mount /var/lib/containerd/tmpmounts/containerd-mount1: mount source: "/var/lib/containerd/io.containerd.snapshotter.v1.erofs/snapshots/9/layer.erofs", target: "/var/lib/containerd/tmpmounts/containerd-mount1", fstype: erofs, flags: 1, data: "", err: no such device`,
      containerd,
      {
        first: /supports on node node-1; load the module .*overlayfs cat \/proc\/filesystems/,
        says: /no file system erofs/,
      },
    ],
    [
      "a type of containerd's own that reached the kernel",
      `failed to extract layer ${DIGEST}: failed to mount /tmp/m: mount source: "overlay", target: "/tmp/m", fstype: format/mkdir/overlay, flags: 0, data: "workdir=/var/lib/containerd/io.containerd.snapshotter.v1.erofs/snapshots/1/work", err: no such device`,
      containerd,
      { first: /^Update containerd on node node-1, or let it use overlayfs: format\/mkdir\/overlay/ },
    ],
    [
      'a mount that the kernel refuses',
      `failed to extract layer ${DIGEST}: failed to mount /var/lib/containerd/tmpmounts/containerd-mount1: invalid argument: unknown`,
      containerd,
      { first: /why the kernel refused the mount.*dmesg/, says: /\(invalid argument\)/ },
    ],
  ])('%s', (_name, error, node, expected) => {
    expectReport({ image: OWN, error, node }, { never, ...expected })
  })
})

test.each([
  ['127.0.1.1', /[Ss]tart the DNS service .* on node node-1 itself .*names no server/],
  ['10.0.0.2', /[Ss]tart the DNS service that should listen at 10\.0\.0\.2, or/],
])('a DNS server that does not run is started, as the name may be right: %s', (server, step) => {
  const error = `Get "https://registry.example/v2/": dial tcp: lookup registry.example on ${server}:53: read udp 10.0.0.7:39049->${server}:53: read: connection refused`
  expectReport({ image: OWN, error }, { says: step, never: /The name does not exist|name is correct/ })
})

describe('a mirror that is gone', () => {
  const asked = (why: string) =>
    `failed to do request: Head "https://cache.example/v2/team/api/manifests/3?ns=registry.example": ${why}`
  test.each([
    ['refused', 'dial tcp 10.0.0.9:443: connect: connection refused'],
    ['silent', 'dial tcp 10.0.0.9:443: i/o timeout'],
    ['unknown', 'dial tcp: lookup cache.example on 10.0.0.2:53: no such host'],
    ['broken', 'unexpected status: 503 Service Unavailable'],
  ])('is corrected or removed in the settings of the nodes, by the second step: %s', (_name, why) => {
    const steps = textsOf({ image: OWN, error: asked(why) })
      .all.split('\n')
      .slice(2)
    expect(steps.slice(0, 2).join('\n')).toMatch(/correct or remove the mirror cache\.example/)
  })

  test('is known only by a URL: an address alone is the registry itself', () => {
    expectReport(
      { image: OWN, error: 'failed to pull image: dial tcp 10.0.0.9:443: i/o timeout' },
      { never: /mirror 10\./ },
    )
  })
})

test.each<[string, string, Expected]>([
  ['431', '431 Request Header Fields Too Large', { says: /answered with status 431/ }],
  ['400', '400 Bad Request', { says: /answered with status 400/ }],
])('a status that no cause stands for is said: %s', (_name, status, expected) => {
  expectReport(
    {
      image: OWN,
      error: `unexpected status from HEAD request to https://registry.example/v2/team/api/manifests/3: ${status}`,
    },
    { first: /^See the log of registry\.example/, ...expected },
  )
})

test.each<[string, string, Expected]>([
  [
    'a verifier that did not finish',
    `blocking pull of ${OWN} with digest ${DIGEST}: image verifier bindir returned error: failed to call verifier cosign (runtime 10s): context deadline exceeded`,
    { first: /image verifier fails on node node-1.*per_verifier_timeout/, never: /Sign the image|canceled/ },
  ],
  [
    'a socket of Nydus',
    `failed to prepare extraction snapshot "extract-1 ${DIGEST}": mount rafs instance: Post "http://unix/api/v1/mount": dial unix /run/nydus/api.sock: connect: connection refused`,
    { first: /^Start the snapshotter Nydus/, never: /unix serves/ },
  ],
  [
    "an image that is missing in the runtime's own list",
    `failed to get image "${OWN}" from containerd image store: image "${OWN}": not found`,
    { first: /crictl rmi/, never: /typo|has no image/ },
  ],
  [
    'a layer that arrived in part',
    'failed to pull and unpack image: short read: expected 1048576 bytes but got 524288: unexpected EOF',
    { first: /next attempt/, says: /virus scanner/ },
  ],
])('%s is not blamed on the registry', (_name, error, expected) => {
  expectReport({ image: OWN, error, node: { runtime: 'containerd://2.1.4' } }, expected)
})

describe('a runtime that does not answer its kubelet', () => {
  const node = { runtime: 'containerd://2.1.4' }
  const rpc = (code: string, why: string) => `rpc error: code = ${code} desc = ${why}`
  test.each<[string, string, Expected]>([
    [
      'it went away',
      rpc('Unavailable', 'error reading from server: EOF'),
      { first: /runtime's log/, says: /lost the connection.*Killed process.*next attempt/s },
    ],
    [
      'it is starting',
      rpc('Unknown', 'server is not initialized yet'),
      { first: /next attempt/, says: /was still starting/ },
    ],
    [
      'it has no CRI service',
      rpc('Unimplemented', 'unknown service runtime.v1.ImageService'),
      { first: /disabled_plugins/, says: /does not serve the kubelet \(CRI\)/ },
    ],
    [
      'a firewall on the node is in the way',
      'failed to do request: Head "https://registry.example/v2/a/manifests/3": dial tcp 10.0.0.9:443: connect: operation not permitted',
      { says: /firewall or security software on the node itself/, never: /listening/ },
    ],
    [
      'it can open no connection',
      'failed to do request: Head "https://registry.example/v2/a/manifests/3": dial tcp 10.0.0.9:443: socket: too many open files',
      { first: /^Restart the container runtime/, says: /no host was asked/, never: /refused or dropped/ },
    ],
    [
      'it takes too long',
      `Failed to inspect image "": ${rpc('DeadlineExceeded', 'context deadline exceeded')}`,
      { first: /runtime's log/, says: /did not answer the kubelet in time/, never: /slow connection/ },
    ],
    [
      'its snapshotter went away',
      `failed to prepare extraction snapshot "extract-1 ${DIGEST}": error reading from server: EOF: unavailable`,
      { first: /^Start the snapshotter/, never: /lost the connection/ },
    ],
  ])('is not an unknown reason: %s', (_name, error, expected) => {
    expectReport({ image: OWN, error, node }, { never: /doesn't recognize/, ...expected })
  })
})

describe('a name that begins with localhost/', () => {
  const refused = (image: string) =>
    `failed to do request: Head "https://localhost/v2/${image}/manifests/1": dial tcp 127.0.0.1:443: connect: connection refused`
  test('is that of an image which is only on a machine', () => {
    expectReport(
      { image: 'localhost/app:1', error: refused('app') },
      { first: /^Push localhost\/app:1 to a registry/, never: /NodePort|listening on/ },
    )
  })

  test('is brought back to a node of EKS if it is the pause image', () => {
    const image = 'localhost/kubernetes/pause:1'
    const error = `failed to get sandbox image "${image}": ${refused('kubernetes/pause')}`
    expectReport(
      {
        image,
        error,
        pod: { containers: [sandboxOf(image, error)] },
        node: { runtime: 'containerd://2.1.4', osImage: 'Amazon Linux 2023', kubelet: 'v1.34.1-eks-113cf36' },
      },
      { first: /^Restore the pause image/, says: /pinned_images/, never: /Push localhost|policy is Always/ },
    )
  })

  test('is looked for with its tag on a node of EKS if its name has none', () => {
    const image = 'localhost/kubernetes/pause'
    const error = `failed to start sandbox "6141": failed to get sandbox image "${image}": image "${image}": not found`
    const sandbox = container({
      kind: 'sandbox',
      name: 'sandbox',
      image,
      state: waiting('ErrImagePull', error),
    })
    expectReport(
      {
        image,
        error,
        pod: { containers: [sandbox] },
        node: { runtime: 'containerd://2.3.0', osImage: 'Amazon Linux 2023', kubelet: 'v1.35.0-eks-1' },
      },
      {
        first: /^See whether node \S+ has localhost\/kubernetes\/pause:latest/,
        says: /images ls -q \| grep pause/,
      },
    )
  })
})

describe('the virtual machine of Docker Desktop', () => {
  const node = { osImage: 'Docker Desktop', runtime: 'docker://28.0.4', kubelet: 'v1.32.2' }

  test('is started again with Docker Desktop, as it has no systemd', () => {
    const error =
      'Failed to inspect image "acme/api:1": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"'
    expectReport(
      { image: 'acme/api:1', error, node },
      {
        first: /^Restart Docker Desktop: nothing answers at.*hides the images and containers/,
        never: /systemctl|journalctl|SSH/,
      },
    )
  })

  test("looks names up with its machine's DNS servers", () => {
    const image = 'europe-docker.pkg.dev/acme/images/app:1'
    const error =
      'failed to do request: Head "https://europe-docker.pkg.dev/v2/acme/images/app/manifests/1": dial tcp: lookup europe-docker.pkg.dev on 192.168.65.7:53: no such host'
    expectReport(
      { image, error, node },
      {
        says: /Docker Desktop asks the DNS servers of its machine/,
        never: /resolv\.conf|Private Google|SSH|it asks/,
      },
    )
  })
})

test.each([
  ['5.10.220-209.869.amzn2.x86_64', 'Amazon Linux 2', /systemctl restart sandbox-image/],
  ['6.1.115-126.197.amzn2023.x86_64', 'Amazon Linux 2023', /so replace the node/],
  [null, 'Amazon Linux 2023.6.20241121', /so replace the node/],
  [null, 'Amazon Linux 2', /systemctl restart sandbox-image/],
])(
  "EKS's pause image has a service that brings it back only on Amazon Linux 2: %s",
  (kernel, osImage, first) => {
    const image = '602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/pause:3.5'
    const error = `failed to get sandbox image "${image}": failed to pull image "${image}": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`
    expectReport(
      {
        image,
        error,
        pod: { containers: [sandboxOf(image, error)] },
        node: { runtime: 'containerd://1.7.23', kubelet: 'v1.30.4-eks-a737599', osImage, kernel },
      },
      { first },
    )
  },
)

test.each([
  'failed to resolve image: failed to get credentials for "registry.example": invalid decoded auth: [redacted]',
  'failed to resolve image: failed to do request: Head "https://registry.example/v2/a": net/http: invalid header field value for "Authorization"',
])('a login that the runtime can not use is not called refused: %s', error => {
  expectReport(
    { image: OWN, error, node: { runtime: 'containerd://2.1.4' } },
    { first: /^Renew or remove the login/, says: /can't be read or sent/, never: /typo|refused the pull/ },
  )
})

describe("settings of the runtime's own that are wrong", () => {
  const node = { runtime: 'containerd://2.1.4' }
  const resolve = (why: string) => `failed to pull and unpack image "${OWN}": failed to resolve image: ${why}`
  test.each<[string, string, Expected]>([
    [
      'a host that may not look up tags',
      resolve('no resolve hosts: not found'),
      { first: /certs\.d\/registry\.example\/hosts\.toml .*"resolve"/, never: /typo|has no image/ },
    ],
    ['a value of another type', resolve('invalid type 5 for "ca"'), { first: /hosts\.toml/ }],
    ['a file that is not TOML', resolve('toml: expected character ='), { first: /hosts\.toml/ }],
    [
      'an address with a space',
      resolve('unable to parse server a b: parse "https://a b": invalid character " " in host name'),
      { first: /hosts\.toml/, never: /server error/ },
    ],
    [
      'a certificate that is not there',
      resolve('unable to read CA cert "/etc/ca.crt": open /etc/ca.crt: no such file or directory'),
      {
        first: /^Put the file \/etc\/ca\.crt on node node-1, or remove it from .*hosts\.toml/,
        says: /name \/etc\/ca\.crt, which does not exist there, so it contacted no host/,
        never: /handshake|openssl|PEM/,
      },
    ],
    [
      'a certificate that the runtime may not read',
      resolve('unable to read CERT file "/etc/c/a.cert": open /etc/c/a.cert: permission denied'),
      { first: /^Let the runtime read \/etc\/c\/a\.cert on node node-1/, never: /exist/ },
    ],
    [
      'an authority that is not PEM',
      resolve('unable to load CA cert "/etc/ca.crt"'),
      { first: /^Put a certificate in PEM format into \/etc\/ca\.crt on node node-1/, never: /exist/ },
    ],
    [
      'an authority of the settings before certs.d',
      resolve(
        'failed to get TLSConfig for registry "https://registry.example": failed to load CA file: open /etc/ca.crt: no such file or directory',
      ),
      { first: /^Put the file \/etc\/ca\.crt on node node-1/ },
    ],
    [
      'a key that is not PEM',
      resolve('failed to load X509 key pair: tls: failed to find any PEM data in key input'),
      { first: /^Correct the certificate or key file/, never: /handshake/ },
    ],
  ])('are not blamed on the registry: %s', (_name, error, expected) => {
    expectReport({ image: OWN, error, node }, expected)
  })
})

test.each<[string, string, Expected]>([
  [
    'a handshake that does not end',
    'net/http: TLS handshake timeout',
    { says: /did not finish the TLS handshake/, never: /got nothing back/ },
  ],
  [
    'data that stops',
    'net/http: request canceled (Client.Timeout exceeded while reading body)',
    { says: /The connection was opened/, never: /got nothing back/ },
  ],
])('%s is told from a host that does not answer', (_name, why, expected) => {
  expectReport(
    {
      image: OWN,
      error: `failed to do request: Get "https://registry.example/v2/team/api/manifests/3": ${why}`,
    },
    expected,
  )
})

describe('an image for Linux on a Windows node', () => {
  const error = 'image operating system "linux" cannot be used on this platform'
  const node = { os: 'windows', kernel: '10.0.20348.4294', runtime: 'docker://20.10.9' }
  const windows = { platform: { os: 'windows', architecture: null } }
  test.each<Row>([
    [
      'may be a copy without Windows, if the pod asks for Windows',
      OWN,
      error,
      { node, pod: windows },
      {
        first: /all platforms/,
        says: /is for Linux, and the node runs Windows/,
        never: /kubernetes\.io\/os: linux|or not for this/,
      },
    ],
    [
      'may be in the wrong place, if the pod asks for nothing',
      OWN,
      error,
      { node },
      { first: /kubernetes\.io\/os: linux/, never: /all platforms/ },
    ],
    [
      'has a first layer without the files of Windows',
      OWN,
      `failed to extract layer ${DIGEST}: hcsshim::ProcessBaseLayer \\\\?\\C:\\ProgramData\\containerd\\root\\io.containerd.snapshotter.v1.windows\\snapshots\\25: The system cannot find the path specified.: unknown`,
      { node: { ...node, runtime: 'containerd://1.7.20' } },
      {
        first: /kubernetes\.io\/os: linux/,
        says: /is for Linux, and the node runs Windows/,
        never: /icacls|Remove what is left/,
      },
    ],
    [
      "is not a copy at a publisher's registry",
      'docker.io/istio/proxyv2:1',
      error,
      { node, pod: windows },
      { first: /built for Windows/, says: /injector/, never: /all platforms/ },
    ],
  ])('%s', expectRow)

  test('is replaced on the node if it is the pause image, for all pods there', () => {
    const image = 'index.docker.io/rancher/pause:3.6'
    const why = `failed to get sandbox image "${image}": failed to pull image "${image}": no match for platform in manifest: not found`
    expectReport(
      {
        image,
        error: why,
        node: { ...node, runtime: 'containerd://1.6.15' },
        pod: { ...windows, containers: [sandboxOf(image, why)] },
      },
      {
        first: /pause image that is built for its Windows build, 10\.0\.20348/,
        says: /the pause image isn't built for Windows/,
        never: /container sandbox|injector|preload/,
      },
    )
  })

  // containerd/containerd#7093: not the layer is at fault, but what the kernel lets an old containerd do with it.
  test('is not pulled again where the kernel refuses what a layer needs', () => {
    const error = `failed to extract layer sha256:${'1'.repeat(64)}: operation not permitted: unknown`
    const old = { runtime: 'containerd://1.6.4' }
    expectReport(
      { image: OWN, error, node: old },
      { says: /full rights.*before 1\.7/, never: /rmi|push the image again/ },
    )
    expectReport(
      { image: OWN, error, node: { runtime: 'containerd://2.0.5' } },
      { says: /full rights/, never: /before 1\.7/ },
    )
  })

  // containerd/containerd#7834: containerd creates the folder when it starts.
  test('is unpacked again by a runtime that is restarted where its folder was removed', () => {
    const folder = '/data/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots'
    const error = `failed to create containerd container: failed to create prepare snapshot dir: failed to create temp dir: stat ${folder}: no such file or directory`
    expectReport(
      { image: OWN, error, reason: 'CreateContainerError', node: { runtime: 'containerd://1.6.12' } },
      { first: /systemctl restart containerd/, says: /was removed while it ran/, never: /damaged|rmi/ },
    )
  })

  // CRI-O checks the pulled image once more before it starts it: cri-o/cri-o#9478, cri-o/cri-o#8603.
  test('is not to be signed where the runtime finds no GnuPG, and keeps its digest where a tag is too much', () => {
    const fails = { reason: 'CreateContainerError', node: { runtime: 'cri-o://1.34.0' } }
    expectReport(
      {
        ...fails,
        image: OWN,
        error: `checking signature of "${OWN}": verifying signatures: Invalid crypto engine`,
      },
      { first: /^Install GnuPG on node node-1/, says: /not at fault/, never: /Sign the image/ },
    )
    const name = `${OWN}@sha256:${'a'.repeat(64)}`
    expectReport(
      {
        ...fails,
        image: name,
        error: `checking signature of "${name}": creating docker:// reference for "${name}": Docker references with both a tag and digest are currently not supported`,
      },
      { first: /^Remove :\S+ from the name/, never: /breaks the rules|Set the correct image:/ },
    )
  })

  // kubernetes/kubernetes#72295: the setting had a quotation mark at its end.
  test.each([
    [
      'failed to inspect sandbox image "reg.example/pause-amd64:3.0\\"": Error response from daemon: no such image: reg.example/pause-amd64:3.0": invalid reference format',
      /^Correct the name of the pause image .*quotation mark/,
    ],
    [
      'failed to get sandbox image "pause:3.9": short-name "pause:3.9" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
      /^Write the pause image with its registry/,
    ],
  ])('is named correctly in the settings of the runtime if it is the pause image: %s', (error, first) => {
    const image = 'reg.example/pause-amd64:3.0'
    expectReport(
      { image, error, pod: { containers: [sandboxOf(image, error)] } },
      { first, never: /public or in your mirror/ },
    )
  })
})

test.each<[string, string, Expected]>([
  [
    'HTTP',
    'http: server gave HTTP response to HTTPS client',
    { says: /speaks plain HTTP.*\n.*\n.*configure the runtime/, never: /or the reverse/ },
  ],
  ['HTTP, to TLS', 'tls: first record does not look like a TLS handshake', { says: /speaks plain HTTP/ }],
  [
    'HTTPS',
    'StatusCode: 400, Client sent an HTTP request to an HTTPS server.',
    { says: /speaks HTTPS[\s\S]*uses HTTPS only/, never: /plain HTTP, configure|server = "http:/ },
  ],
  ['HTTPS, behind nginx', '400 The plain HTTP request was sent to HTTPS port', { says: /speaks HTTPS/ }],
  [
    'HTTPS, unread',
    'net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"',
    { says: /speaks HTTPS/ },
  ],
])('a port that speaks %s is said to', (_name, why, expected) => {
  expectReport(
    {
      image: 'registry.example:5000/team/api:3',
      error: `pinging container registry registry.example:5000: ${why}`,
    },
    expected,
  )
})

describe('a certificate that is not valid now', () => {
  const x509 = (now: string, side: string, date: string) =>
    `tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${now} is ${side} ${date}`
  const hub = (why: string) =>
    `failed to do request: Head "https://registry-1.docker.io/v2/library/nginx/manifests/1": ${why}`
  const own = (why: string) =>
    `failed to do request: Head "https://registry.example/v2/team/api/manifests/3": ${why}`
  const BARE = 'x509: certificate has expired or is not yet valid'
  test.each<Row>([
    [
      'of a registry for everyone points to the clock',
      'nginx:1',
      hub(BARE),
      { node: { runtime: 'containerd://2.1.4' } },
      { first: /Compare the clock on node node-1.*date -u/, says: /proxy in between/ },
    ],
    [
      'of a registry for everyone, with a date that is over, points to old roots',
      'nginx:1',
      hub(x509('2026-11-24T10:05:00Z', 'after', '2021-09-30T14:01:15Z')),
      {
        first: /^Update the root certificates.*DST Root CA X3/,
        says: /A certificate in the chain.*2021-09-30/,
      },
    ],
    [
      'on Talos, too',
      'nginx:1',
      hub(BARE),
      { node: { osImage: 'Talos (v1.12.0)' } },
      { first: /talosctl time -n <address>/ },
    ],
    [
      'of a host of its own has expired on a day that the error proves',
      OWN,
      own(x509('2026-11-24T10:05:00Z', 'after', '2026-11-21T23:59:59Z')),
      {
        first: /that expired on 2026-11-21; if you don't run the host/,
        says: /^A certificate in the chain of registry\.example expired on 2026-11-21/,
        never: /clock, if/,
      },
    ],
    [
      'is new, or the clock is behind',
      OWN,
      own(x509('2026-11-24T10:05:00Z', 'before', '2026-11-24T11:00:00Z')),
      {
        first: /Compare the clock/,
        says: /valid from 2026-11-24 on.*If the clock is right, reissue the certificate/s,
        never: /Renew the certificate/,
      },
    ],
    [
      'only looks so to a clock that is some hours behind',
      OWN,
      own(x509('2026-11-24T04:05:00Z', 'before', '2026-11-24T06:00:00Z')),
      { first: /Compare the clock/, says: /^The clock of node node-1 is at least 5 hours off/ },
    ],
    [
      'only looks so to a clock that is older than the pod',
      OWN,
      own(x509('2021-01-01T00:05:00Z', 'before', '2026-09-01T00:00:00Z')),
      { first: /Compare the clock/, says: /^The clock of node node-1 is at least 2,\d+ days off/ },
    ],
    [
      'only looks so to a clock that is later than the report',
      OWN,
      own(x509('2031-01-01T00:05:00Z', 'after', '2027-01-01T00:00:00Z')),
      { first: /Compare the clock/, says: /days off/ },
    ],
    [
      'may be anything without a date',
      OWN,
      own(BARE),
      { first: /Look at the certificate/, says: /or the node's clock is wrong/ },
    ],
  ])('%s', expectRow)
})

describe('what is wrong on the node itself, or with what it was sent to,', () => {
  const node = { runtime: 'cri-o://1.34.1' }
  test.each<[string, string, Expected]>([
    [
      'a policy whose key is missing',
      'Source image rejected: open /etc/pki/rpm-gpg/KEY: no such file or directory',
      {
        says: /A key of the signature policy on node node-1 can't be read(?:.*\n)*Put the key or certificate/,
        never: /Sign the image/,
      },
    ],
    [
      "a namespace's policy that the runtime can't read",
      'get context for namespace: read policy path /etc/crio/policies/web.json: stat /etc/crio/policies/web.json: permission denied',
      { says: /Correct \/etc\/crio\/policies\/web\.json/, never: /Sign the image/ },
    ],
    [
      'a file of logins that is no JSON',
      'getting username and password: reading JSON file "/var/lib/kubelet/config.json": unmarshaling JSON at "/var/lib/kubelet/config.json": unexpected end of JSON input',
      {
        first: /^Correct \/var\/lib\/kubelet\/config\.json on node node-1/,
        says: /openshift-config\/pull-secret/,
        never: /docker login|server error/,
      },
    ],
    [
      'a store without a layer that others build on',
      `writing blob: adding layer with blob "${DIGEST}": can't stat lower layer "/var/lib/containers/storage/overlay/abc/diff": no such file or directory`,
      { says: /The image store on node node-1 is damaged/, never: /push the image again/ },
    ],
    [
      'a host without a registry',
      'pinging container registry registry.example: StatusCode: 404, ""',
      {
        first: /in place of the registry/,
        says: /does not answer as a registry(?:.*\n)*.*a registry answers 200 or 401/,
        never: /404 is fine|has no image/,
      },
    ],
    [
      'a layer that is refused after the manifest',
      `copying system image from manifest list: reading blob ${DIGEST}: fetching blob: StatusCode: 403, "<?xml version"`,
      { first: /Find the rule that refuses layers/, never: /docker login|does not exist|web page/ },
    ],
    [
      "a layer that Docker's object store refuses",
      'download failed after attempts=1: error parsing HTTP 403 response body: invalid character \'<\' looking for beginning of value: "<?xml version=\\"1.0\\"?><Error><Code>AccessDenied</Code></Error>"',
      { first: /Find the rule that refuses layers/, never: /docker login|does not exist|web page/ },
    ],
    [
      'a layer that is missing after the manifest',
      `copying image: reading blob ${DIGEST}: fetching blob: StatusCode: 404, ""`,
      { says: /lacks a layer/, never: /has no image with this name/ },
    ],
    [
      'a store of signatures that has no address',
      'Source image rejected: Get "https://sig.corp/team/api@sha256=4b/signature-1": dial tcp: lookup sig.corp on 10.0.0.2:53: no such host',
      { says: /sig\.corp stores the signatures/, never: /serves? the layers/ },
    ],
    [
      'a process that is killed while it unpacks',
      `writing blob: adding layer with blob "${DIGEST}": unpacking failed (error: signal: killed; output: )`,
      { first: /memory/, says: /was killed or could not be started/, never: /rmi|push the image again/ },
    ],
    [
      'an image that its store asks to remove',
      'locating item named "manifest" for image with ID "ab" (consider removing the image to resolve the issue): file does not exist',
      {
        first: /crictl rmi/,
        says: /does not have the image|does not have it/,
        never: /push the image again/,
      },
    ],
    [
      'a configuration that is no JSON of an image',
      'parsing image configuration: json: cannot unmarshal string into Go struct field Image.rootfs of type image.RootFS',
      { says: /can't use what the registry returned/, never: /server error/ },
    ],
    [
      'no key for an encrypted image',
      `decrypting layer ${DIGEST}: missing private key needed for decryption`,
      { first: /\/etc\/crio\/keys/, says: /The image is encrypted/, never: /rmi|push the image again/ },
    ],
    [
      'a signature that can not be read',
      'Source image rejected: reading manifest sha256-4b.sig in registry.example/team/api: received unexpected HTTP status: 500 Internal Server Error',
      { says: /could not read this image's/, never: /Sign the image|did not pass/ },
    ],
    [
      'a host that refuses everyone',
      'pinging container registry registry.example: StatusCode: 403, "no"',
      { says: /does not let this address pull/, never: /docker login|does not exist/ },
    ],
    [
      "a request beside Nexus's connectors",
      'unexpected status from HEAD request to https://registry.example/v2/team/api/manifests/3: 400 Bad Request: Not a Docker request',
      { first: /Nexus has a separate connector port/, says: /does not answer as a registry/ },
    ],
  ])('%s', (_name, error, expected) => {
    expectReport({ image: OWN, error, node }, expected)
  })
})

describe('on a node that no longer reports', () => {
  const node = { silentSince: '2026-11-28T13:20:00Z' }

  test('nothing is run, and what it reported is called old', () => {
    expectReport(
      { image: OWN, error: 'write /var/lib/containerd/x: no space left on device', node },
      {
        first: /^See why node node-1 no longer reports .*13:20 UTC.* describe node node-1/,
        says: /Node node-1 no longer reports/,
        never: /debug node|crictl|prune/,
      },
    )
  })

  test('a wrong name is still corrected in the template', () => {
    expectReport(
      { image: OWN, error: 'manifest unknown', node },
      { first: /^See why node/, says: /Check the name and the tag/, never: /delete pod/ },
    )
  })
})

const AUTO_MODE: Situation['node'] = {
  osImage: 'Bottlerocket (EKS Auto, Standard) 2026.7.18 (aws-k8s-1.34-standard)',
  runtime: 'containerd://2.1.4+bottlerocket',
  labels: { 'eks.amazonaws.com/compute-type': 'auto' },
}

const FARGATE: Situation['node'] = {
  runtime: 'containerd://1.7.27',
  labels: { 'eks.amazonaws.com/compute-type': 'fargate' },
}

describe('on a virtual node', () => {
  const azure = (code: string, why: string) =>
    `api call to https://management.azure.com/subscriptions/1/resourceGroups/g/providers/Microsoft.ContainerInstance/containerGroups/web?api-version=2021-10-01: got HTTP response status code 400 error code "${code}": ${why}`
  const answered = (code: string, why: string) =>
    `PUT https://management.azure.com/subscriptions/1/providers/Microsoft.ContainerInstance/containerGroups/web\n${'-'.repeat(80)}\nRESPONSE 400: 400 Bad Request\nERROR CODE: ${code}\n${'-'.repeat(80)}\n{ "error": { "code": "${code}", "message": "${why}" } }`
  const image = 'acme.azurecr.io/team/api:3'
  const inaccessible = `The image '${image}' in container group 'web' is not accessible. Please check the image and registry credential.`
  const never = /crictl|debug node|journalctl|attach-acr|AcrPull|management\.azure/
  test.each<[string, Situation, Expected]>([
    [
      'an image that Azure Container Instances can not get needs the right name and a pull secret',
      { image, error: azure('InaccessibleImage', inaccessible) },
      {
        first: /docker login acme\.azurecr\.io.*pullguard fix/,
        says: /^Azure Container Instances can't access the image at acme\.azurecr\.io\n.*not with the identity of the cluster's nodes/,
        never,
      },
    ],
    [
      'its newer client writes the same answer over several lines',
      { image, error: answered('InaccessibleImage', inaccessible) },
      { first: /docker login acme\.azurecr\.io/, says: /^Azure Container Instances can't/, never },
    ],
    [
      'an image for another operating system is called that',
      {
        image: OWN,
        error: azure(
          'ImageOsTypeNotMatchContainerGroup',
          `The container image '${OWN}' doesn't support specified OS 'Linux' for container group 'web'.`,
        ),
      },
      { says: /isn't built for this node's OS/, never },
    ],
    [
      "a registry's unexplained error is tried again with a new pod, as nothing else does that",
      {
        image: 'nginx:1.27',
        error: azure(
          'RegistryErrorResponse',
          "An error response is received from the docker registry 'index.docker.io'. Please retry later.",
        ),
      },
      { says: /Delete the pod and create it again/, never },
    ],
    [
      'a pull secret that does not exist stops the pod before any registry is asked',
      { image, error: 'secret "regcred" not found', secret: { problem: 'missing' } },
      {
        first: /^Create secret regcred/,
        says: /^A pull secret can't be used, so acme\.azurecr\.io was not asked\n.*\n(?:.*\n)*Delete the pod and create it again/,
        never,
      },
    ],
    [
      "Fargate's are tested from a pod beside, and nothing is set on them",
      {
        image: OWN,
        error:
          'failed to do request: Head "https://registry.example/v2/a": x509: certificate signed by unknown authority',
        reason: 'ErrImagePull',
        pod: { node: 'fargate-ip-10-0-0-7.ec2.internal' },
      },
      {
        first: /openssl/,
        says: /a pod of the same Fargate profile/,
        never: /debug node|chroot|ca-certificates/,
      },
    ],
    [
      'a machine of Fargate is as new as its pod',
      {
        image: OWN,
        error: `failed to extract layer ${DIGEST}: failed to get reader from content store: content digest ${DIGEST}: not found`,
        reason: 'ErrImagePull',
        node: FARGATE,
      },
      {
        first: /^Delete the pod and create it again: it then gets another machine on Fargate/,
        never: /ctr -n|discard_unpacked/,
      },
    ],
    [
      'a disk of Fargate is as large as its pod requests',
      {
        image: OWN,
        error: `failed to extract layer ${DIGEST}: write /var/lib/containerd/x: no space left on device`,
        reason: 'ErrImagePull',
        node: FARGATE,
      },
      { first: /^Give the pod more storage: .*20 GiB/, never: /delete pod|df -h|on another node/ },
    ],
    [
      "Autopilot's are tested from a pod, and have Google's own ways to the internet",
      {
        image: 'acme/api:3',
        error:
          'failed to do request: Head "https://registry-1.docker.io/v2/acme/api/manifests/3": dial tcp 192.0.2.1:443: i/o timeout',
        reason: 'ErrImagePull',
        pod: { node: 'gk3-acme-pool-1-0a1b2c3d-x4z5' },
      },
      {
        first: /curl .*registry-1\.docker\.io/,
        says: /Cloud NAT for private nodes.*remote repository of Artifact Registry.*\n.*Autopilot gives no shell/s,
        never: /debug node|chroot|SSH|HTTPS_PROXY|load the image on/,
      },
    ],
    [
      "EKS Auto Mode's are tested from a debug pod, and trust what their NodeClass says",
      {
        image: OWN,
        error:
          'failed to do request: Head "https://registry.example/v2/a": x509: certificate signed by unknown authority',
        reason: 'ErrImagePull',
        node: AUTO_MODE,
      },
      {
        first: /openssl/,
        says: /certificateBundles.*\n.*neither SSH nor a session.*`nsenter -t 1 -m`/,
        never: /apiclient|settings\.|admin container|chroot|on another node/,
      },
    ],
    [
      "a copy of an image that Auto Mode's node can not use is left behind with the machine",
      {
        image: OWN,
        error:
          'failed to extract layer sha256:1: failed to get reader from content store: content digest sha256:1: not found',
        reason: 'ErrImagePull',
        node: AUTO_MODE,
      },
      {
        first:
          /^Replace node .*without a controller for good \(as this one.*logs \(read them first.*kubectl cordon node-1` instead, and delete the failing pod and create it again .*delete node node-1/,
        never: /ctr -n|discard_unpacked_layers|on another node/,
      },
    ],
    [
      'what Auto Mode has no setting for is a reason to use another node',
      {
        image: OWN,
        error:
          'failed to do request: Head "https://registry.example/v2/a": http: server gave HTTP response to HTTPS client',
        reason: 'ErrImagePull',
        node: AUTO_MODE,
      },
      {
        says: /erve registry\.example over TLS.*on another node: .*Auto Mode/s,
        never: /hosts\.toml/,
      },
    ],
    [
      'Autopilot has settings for mirrors and authorities all the same',
      {
        image: OWN,
        error:
          'failed to do request: Head "https://registry.example/v2/a": x509: certificate signed by unknown authority',
        reason: 'ErrImagePull',
        pod: { node: 'gk3-acme-pool-1-0a1b2c3d-x4z5' },
      },
      { first: /openssl/, says: /trust/, never: /debug node|on another node/ },
    ],
  ])('%s', (_name, situation, expected) => {
    expectReport({ reason: 'ProviderFailed', ...situation }, expected)
  })
})

test.each<[string, string, Expected]>([
  [
    'no address',
    'dial tcp: lookup registry.example on 10.0.0.2:53: no such host',
    {
      first: /^Check the host name for a typo/,
      says: /DNS server 10\.0\.0\.2 knows no address for this name; .*If the name is correct, fix DNS/s,
      never: /did not answer/,
    },
  ],
  [
    'no answer',
    'lookup registry.example on 10.0.2.3:53: read udp 10.0.2.15:39674->10.0.2.3:53: i/o timeout',
    {
      first: /^Look up/,
      says: /DNS server 10\.0\.2\.3 did not answer in time/,
      never: /does not exist|is correct/,
    },
  ],
  [
    'an error',
    'dial tcp: lookup registry.example on 127.0.0.53:53: server misbehaving',
    {
      first: /^Look up/,
      says: /answered with an error[\s\S]*it asks systemd-resolved at 127\.0\.0\.53: `resolvectl status`/,
      never: /does not exist|resolv\.conf/,
    },
  ],
  [
    'two answers for two names',
    'lookup cache.example: no such host; lookup registry.example on 10.0.0.2:53: server misbehaving',
    { says: /The name does not exist, or/ },
  ],
])('a DNS server that gives %s', (_name, error, expected) => {
  expectReport({ image: OWN, error }, expected)
})

test.each<[string, Situation['node'], RegExp]>([
  [
    'AWS',
    { provider: 'aws' },
    /\(\/etc\/resolv\.conf, whose servers come from the DHCP options of the VPC; it asks 10\.0\.0\.2\)/,
  ],
  ['Azure', { provider: 'azure' }, /from the DNS servers of the virtual network \(nodes take a change/],
  ['Google Cloud', { provider: 'gce' }, /come from Google's network, with the zones and server policies/],
  ['another cloud', { provider: 'linode' }, /fix DNS .*\(\/etc\/resolv\.conf; it asks 10\.0\.0\.2\)/],
  [
    "one of EKS's hybrid nodes",
    { provider: 'aws', labels: { 'eks.amazonaws.com/compute-type': 'hybrid' } },
    /\(\/etc\/resolv\.conf; it asks/,
  ],
])('a machine of %s gets its DNS servers from there', (_name, node, says) => {
  const error = 'dial tcp: lookup registry.example on 10.0.0.2:53: no such host'
  expectReport({ image: OWN, error, node: node ?? {} }, { says })
})

test("the limit of a mirror that others run is none of this cluster's to raise", () => {
  const error =
    'unexpected status from HEAD request to https://mirror.gcr.io/v2/acme/api/manifests/1?ns=docker.io: 429 Too Many Requests'
  expectReport(
    { image: 'acme/api:1', error, node: { provider: 'gce', kubelet: 'v1.33.2-gke.1111000' } },
    {
      first: /pullguard fix/,
      says: /limit is that of mirror\.gcr\.io, which others run.*a mirror of your own/s,
      never: /--verify|its own login|upstream limits it/,
    },
  )
})

const UNANSWERED =
  'failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.9": dial tcp 192.0.2.1:443: i/o timeout'

test.each<[string, Situation, Expected]>([
  [
    "a node of AWS has no credential provider for Azure's registry",
    {
      image: 'acme.azurecr.io/api:1',
      error:
        'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Aapi%3Apull&service=acme.azurecr.io: 401 Unauthorized',
      node: { provider: 'aws', runtime: 'containerd://2.1.4' },
    },
    {
      first: /^Renew or remove the login for acme\.azurecr\.io that node node-1 itself sends/,
      never: /AcrPull|acr-credential/,
    },
  ],
  [
    'nor does its network have a private way to it',
    {
      image: 'acme.azurecr.io/api:1',
      error:
        'failed to do request: Head "https://acme.azurecr.io/v2/api/manifests/1": dial tcp 192.0.2.1:443: i/o timeout',
      node: { provider: 'aws' },
    },
    { says: /allow the nodes to reach acme\.azurecr\.io/, never: /private endpoint/ },
  ],
  [
    'AKS sets the pause image of its nodes itself',
    {
      image: 'registry.k8s.io/pause:3.9',
      error: UNANSWERED,
      pod: { containers: [sandboxOf('registry.k8s.io/pause:3.9', UNANSWERED)] },
      node: { labels: { 'kubernetes.azure.com/cluster': 'MC_acme' }, runtime: 'containerd://1.7.27-1' },
    },
    { says: /replace the node, or preload .* AKS sets the name of that image itself/, never: /config\.toml/ },
  ],
  [
    "Oracle's cloud runs CRI-O without being OpenShift",
    {
      image: 'quay.io/acme/api:1',
      error:
        'pinging container registry quay.io: Get "https://quay.io/v2/": dial tcp 192.0.2.1:443: i/o timeout',
      node: { runtime: 'cri-o://1.32.1', osImage: 'Oracle Linux Server 8.10' },
    },
    { says: /give them a mirror/, never: /OpenShift/ },
  ],
])('%s', (_name, situation, expected) => {
  expectReport(situation, expected)
})

test("the DNS servers of Bottlerocket are in its settings, not in systemd-resolved's files", () => {
  expectReport(
    {
      image: OWN,
      error: 'dial tcp: lookup registry.example on 127.0.0.53:53: server misbehaving',
      node: { osImage: 'Bottlerocket OS 1.45.0 (aws-k8s-1.33)' },
    },
    { says: /it asks 127\.0\.0\.53/, never: /netplan|resolvectl/ },
  )
})

test.each([
  ['minikube', /minikube ssh -p minikube -n minikube/],
  ['kind-worker2', /docker exec -it kind-worker2 bash/],
])('a shell on node %s needs no debug pod, even if its object was not read', (node, says) => {
  const error = 'dial tcp: lookup registry.example on 10.0.0.2:53: server misbehaving'
  expectReport({ image: OWN, error, pod: { node } }, { says, never: /kubectl debug/ })
})

test.each<[string, NonNullable<Situation['node']>, RegExp]>([
  [
    'K3s',
    { runtime: 'containerd://2.0.5-k3s2', kubelet: 'v1.33.4+k3s1' },
    /restart k3s, or k3s-agent on an agent/,
  ],
  ['RKE2', { kubelet: 'v1.33.4+rke2r1' }, /restart rke2-server, or rke2-agent on an agent/],
  ['RKE2 on Windows', { kubelet: 'v1.33.4+rke2r1', os: 'windows' }, /restart rke2\)/],
])('a setting of %s takes effect when the service of the node is restarted', (_what, node, says) => {
  const error =
    'failed to do request: Head "https://registry.example/v2/team/api/manifests/3": http: server gave HTTP response to HTTPS client'
  expectReport({ image: OWN, error, node }, { says })
})

test('AKS tests its way to a registry from any machine', () => {
  const error = 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized'
  const node = { provider: 'azure:///subscriptions/x', labels: { 'kubernetes.azure.com/cluster': 'mc' } }
  const { first } = textsOf({ image: 'acme.azurecr.io/api:3', error, node })
  expect(first).toMatch(
    /^Test whether the cluster can pull from acme\.azurecr\.io.*az aks check-acr --acr acme\.azurecr\.io/,
  )
  expect(first).not.toContain('journalctl')
})

describe("a node that asks the cluster's own DNS", () => {
  const image = 'registry.k8s.io/coredns/coredns:v1.11.3'
  const lookUp = (server: string, why: string) =>
    `failed to do request: Head "https://registry.k8s.io/v2/coredns/coredns/manifests/v1.11.3": dial tcp: lookup registry.k8s.io on ${server}:53: ${why}`
  const refused = (server: string) =>
    lookUp(server, `read udp 192.168.121.31:41873->${server}:53: read: connection refused`)
  const dns = { servesDns: true } as const

  test.each<Row>([
    [
      'gets another server first where its pods are the ones that fail',
      image,
      refused('10.96.0.10'),
      { pod: dns },
      {
        first:
          /^Have the resolver on node node-1 \(\/etc\/resolv\.conf\) ask the DNS server of its network instead of 10\.96\.0\.10, .*cluster's own DNS Service: these pods have to answer there/,
        says: /most likely the cluster's own DNS Service: these pods have to answer there/,
        never: /[Ss]tart the DNS service/,
      },
    ],
    [
      'is only supposed to where the address is not a usual one',
      image,
      refused('10.0.0.10'),
      { pod: dns },
      {
        first: /^Look up registry\.k8s\.io/,
        says: /Nothing listens at 10\.0\.0\.10[\s\S]*If 10\.0\.0\.10 is the cluster's own DNS Service, have the resolver .*; otherwise, start/,
        never: /most likely the cluster/,
      },
    ],
    [
      'must not need it for other pods either',
      OWN,
      refused('10.43.0.10'),
      {
        first: /^Have the resolver .* instead of 10\.43\.0\.10, .*a pull must not depend on it/,
        never: /these pods/,
      },
    ],
    [
      'has an answer if that is that the name does not exist',
      image,
      lookUp('10.96.0.10', 'no such host'),
      { pod: dns },
      { first: /^Look up/, never: /cluster's own DNS Service/ },
    ],
  ])('%s', expectRow)
})

describe('an image for policy Never that a full disk cost', () => {
  const image = 'docker.io/acme/edge-agent:1.4.2'
  const error = `Container image "${image}" is not present with pull policy of Never`
  const k3s = { kubelet: 'v1.31.4+k3s1', runtime: 'containerd://1.7.23-k3s2' }
  const never: Situation = { image, error, reason: 'ErrImageNeverPull' }
  const again =
    /Then load the image on node node-1 again, from the archive that it came from \(if that is in \/var\/lib\/rancher\/k3s\/agent\/images, a restart of K3s imports it\) k3s ctr images import <file>\nOr, if a registry has the image/

  test.each<Row>([
    [
      'needs room and its archive, by events of the node',
      { ...never, node: k3s, fullNodes: ['node-1'] },
      {
        first: /^Free space on node node-1: by its events, its disk was full, and then the kubelet removes/,
        says: again,
        never: /crictl pull|DiskPressure/,
      },
    ],
    [
      'needs the same by its condition',
      { ...never, node: { ...k3s, diskPressure: true } },
      { first: /^Free space on node node-1: the node reports DiskPressure/, says: again },
    ],
    [
      'is not known to have been there on another node',
      { ...never, node: k3s, fullNodes: ['node-2'] },
      {
        first: /^See whether the image is on node node-1 under another name/,
        says: /Or, if a registry has the image, let the kubelet pull it.*if no registry that it reaches has the image, import an archive \(`k3s ctr images import <file>`\) k3s crictl pull/s,
        never: /disk fills up/,
      },
    ],
  ])('%s', expectRow)
})

describe('the container that a program adds to its pods', () => {
  const image = 'jenkins/inbound-agent:3283.v92c105e0f819-7'
  const error =
    'failed to do request: Head "https://registry-1.docker.io/v2/jenkins/inbound-agent/manifests/3283.v92c105e0f819-7": dial tcp 54.236.113.205:443: i/o timeout'
  const made = (name: string) => ({
    maker: 'jenkins' as const,
    containers: [container({ name, image, state: waiting('ErrImagePull', error) })],
  })

  test('gets an image that nodes reach where the program is told which', () => {
    expectReport(
      { image, error, pod: made('jnlp') },
      {
        says: /Jenkins' Kubernetes plugin adds the container jnlp .*[\s\S]*or copy the image to a registry that they reach and set it in a container named jnlp of Jenkins' pod template/,
      },
    )
  })

  test('is none that its user named', () => {
    expectReport(
      { image, error, pod: made('maven') },
      { says: /and set it in the Jenkinsfile's podTemplate/, never: /adds the container/ },
    )
  })
})

describe('an answer that asks for a user name and password', () => {
  const error =
    'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'

  test.each(['registry.k8s.io/pause:3.9', 'nginx:1.29', 'acme/app:1', 'quay.io/acme/app:1'])(
    'is not that of the registry of %s, which takes tokens',
    image => {
      expectReport(
        { image, error, node: { runtime: 'containerd://2.1.4' } },
        {
          first: /^Look for a mirror of .*header\.Authorization/,
          says: /^A mirror or proxy answered in place of/,
          never: /docker login|the name is wrong|for a typo/,
        },
      )
    },
  )

  test('is that of a registry that may do so', () => {
    expectReport({ image: OWN, error }, { first: /docker login registry\.example/, never: /in place of/ })
  })

  test('leaves the pod without a login that its registry did not ask for', () => {
    expect(findingOf({ image: 'acme/app:1', error }).remedies).toEqual([])
    expect(findingOf({ image: OWN, error }).remedies).toEqual(['authenticate'])
  })
})

test.each([
  [
    'http',
    /set it to https:\/\/ on every node, in \/etc\/containerd\/certs\.d\/docker\.io\/hosts\.toml: .* answered with 400/,
  ],
  ['https', /^Check the health and the log of the mirror/],
])('a bad request over %s is that of a client that speaks to a port for TLS, or not', (scheme, first) => {
  const error = `failed to pull and unpack image "docker.io/acme/app:1": failed to resolve reference "docker.io/acme/app:1": unexpected status from HEAD request to ${scheme}://10.236.0.9:1443/v2/acme/app/manifests/1?ns=docker.io: 400 Bad Request`
  expectReport({ image: 'acme/app:1', error, node: { runtime: 'containerd://2.1.4' } }, { first })
})

test('a node without any route may be IPv6-only, or air-gapped', () => {
  const error =
    'failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.9": dial tcp 34.96.108.209:443: connect: network is unreachable'
  expectReport(
    {
      image: 'registry.k8s.io/pause:3.9',
      error,
      node: { kubelet: 'v1.31.1+k0s', runtime: 'containerd://1.7.22' },
    },
    {
      first: /if it is air-gapped, it needs a mirror instead/,
      says: /as an archive in \/var\/lib\/k0s\/images/,
    },
  )
})

describe("Red Hat's registry without a login", () => {
  const error =
    'unable to retrieve auth token: invalid username/password: unauthorized: Please login to the Red Hat Registry using your Customer Portal credentials.'
  const labels = { 'node.openshift.io/os_id': 'rhel' }
  const image = 'registry.redhat.io/amq7/amq-broker:7.8'
  const runtime = 'cri-o://1.33.2'

  test('gets that of the cluster on OpenShift', () => {
    expectReport({ image, error, node: { runtime, labels } }, { first: /openshift-config/ })
  })

  test('gets that of the HostedCluster where the control plane is hosted', () => {
    const hosted = { ...labels, 'hypershift.openshift.io/nodePool': 'web' }
    expectReport(
      { image, error, node: { runtime, labels: hosted } },
      { first: /spec\.pullSecret of the HostedCluster/, never: /openshift-config/ },
    )
  })

  test('has no such place on MicroShift', () => {
    const ofEdge = { ...labels, 'node.kubernetes.io/instance-type': 'rhde' }
    expectReport(
      { image, error, node: { runtime, labels: ofEdge } },
      { first: /docker login/, never: /openshift-config/ },
    )
  })
})

describe('what one kind of node decides', () => {
  const DUAL_STACK = '123456789012.dkr-ecr.us-west-2.on.aws/ledger:1'
  const OTHERS = '210987654321.dkr.ecr.eu-west-1.amazonaws.com/shared/auth:1.9'
  const NO_LOGIN =
    'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'
  const FRAMEWORK = 'mcr.microsoft.com/dotnet/framework/samples:aspnetapp'
  const UNFIT = 'no match for platform in manifest: not found'
  const LAYERS =
    'failed to unpack image on snapshotter overlayfs: mismatched image rootfs and manifest layers'
  const wasm = (version: string, runtimeClass: string): Situation => ({
    image: 'acme/spin-hello:1',
    error: `failed to pull and unpack image "docker.io/acme/spin-hello:1": ${LAYERS}`,
    node: { runtime: `containerd://${version}` },
    pod: { runtimeClass },
  })
  const late = (node: Situation['node']): Situation => ({
    image: 'quay.io/acme/notebook:1',
    error: 'rpc error: code = Unknown desc = context deadline exceeded',
    node: { runtime: 'docker://20.10.17', kubelet: 'v1.24.3', ...node },
  })
  const forbidden = (node: string): Situation => ({
    image: OTHERS,
    error: `unexpected status from HEAD request to https://${OTHERS.replace('/', '/v2/').replace(':', '/manifests/')}: 403 Forbidden`,
    account: { workloadIdentity: 'aws' },
    node: { name: node, provider: 'aws' },
    pod: { node },
  })

  test.each<Row>([
    [
      'a pod on Fargate has the rights of a role of its profile',
      forbidden('fargate-ip-10-1-7-44.eu-west-1.compute.internal'),
      {
        first:
          /^Allow Fargate to pull \(the pull failed on node \S+\): the pod execution role .* its repository policy must allow/,
        says: /IRSA.* does not pull images: the pod execution role/,
        never: /nodes' IAM role|the node's identity does/,
      },
    ],
    [
      'a registry of another cloud gives that role no rights',
      'europe-docker.pkg.dev/p/r/app:1',
      'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-docker.pkg.dev/v2/token?scope=repository%3Ap%2Fr%2Fapp%3Apull&service=europe-docker.pkg.dev: 403 Forbidden: denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/p/locations/europe/repositories/r" (or it may not exist)',
      {
        node: { name: 'fargate-ip-10-1-7-44.eu-west-1.compute.internal', provider: 'aws' },
        pod: { node: 'fargate-ip-10-1-7-44.eu-west-1.compute.internal' },
      },
      { says: /roles\/artifactregistry\.reader/, never: /pod execution role/ },
    ],
    [
      'a pod on a machine has those of the node',
      forbidden('ip-10-1-7-44.eu-west-1.compute.internal'),
      {
        first: /^Allow the nodes to pull \(the pull failed on node \S+\): the nodes' IAM role/,
        never: /Fargate/,
      },
    ],
    [
      "an old Bottlerocket does not know ECR's dual-stack names",
      DUAL_STACK,
      NO_LOGIN,
      { node: { provider: 'aws', osImage: 'Bottlerocket OS 1.36.0 (aws-k8s-1.32)' } },
      {
        first:
          /^Add \*\.dkr-ecr\.\*\.on\.aws to .*\(image-patterns\).*Or use 123456789012\.dkr\.ecr\.us-west-2\.amazonaws\.com .*apiclient get settings\.kubernetes\.credential-providers/,
      },
    ],
    [
      "another node's plugin has a list, too",
      DUAL_STACK.replace('ecr.', 'ecr-fips.'),
      NO_LOGIN,
      { node: { provider: 'aws' } },
      { first: /^Add \*\.dkr-ecr-fips\.\*\.on\.aws to .*\(matchImages\).*\.dkr\.ecr-fips\.us-west-2\./ },
    ],
    [
      'a Linux node does not run an image for Windows',
      FRAMEWORK,
      UNFIT,
      { node: {} },
      {
        first:
          /^Schedule the pods on Windows nodes with the nodeSelector kubernetes\.io\/os: windows, or use/,
        never: /linux\/arm64|buildx/,
      },
    ],
    [
      'the tag of such an image names its Windows version',
      'acme.example/app:1.0-nanoserver-ltsc2022',
      UNFIT,
      { node: {} },
      { first: /windows-build: 10\.0\.20348, which the tag is for/ },
    ],
    [
      'an image of .NET is for Linux, too',
      'mcr.microsoft.com/dotnet/samples:aspnetapp',
      UNFIT,
      { node: {} },
      { never: /Windows nodes/ },
    ],
    [
      'an old containerd does not unpack WebAssembly modules',
      wasm('1.6.24', 'wasmtime-spin'),
      { first: /^Update containerd on node node-1 \(1\.6\.24\) to 1\.6\.25, 1\.7\.7/, never: /Helm chart/ },
    ],
    ['nor does an early 1.7', wasm('1.7.6', 'spin'), { first: /^Update containerd/ }],
    [
      'a newer one does, so the image is something else',
      wasm('1.7.7', 'wasmedge'),
      { first: /^Use the name of a container image/, never: /WebAssembly/ },
    ],
    [
      'an old one is not asked about WebAssembly where nothing runs it',
      wasm('1.6.24', 'gvisor'),
      { first: /^Use the name of a container image/ },
    ],
    [
      "cri-dockerd ends a pull after the kubelet's two minutes",
      late({ labels: { 'minikube.k8s.io/name': 'minikube' } }),
      {
        first: /^Pull the image on node node-1 by hand.* docker pull quay\.io\/acme\/notebook:1/,
        says: /minikube image load/,
        never: /Retry the pull now/,
      },
    ],
    [
      'an older kubelet can have cri-dockerd, too, and gives a pull no such limit itself',
      late({ kubelet: 'v1.22.12' }),
      {
        first: /^Pull the image .* by hand.*cri-dockerd before 0\.2\.6/,
        says: /deadline of cri-dockerd/,
        never: /deadline of the kubelet/,
      },
    ],
  ])('%s', expectRow)
})

// kubernetes/minikube#10171.
test.each<[string, Partial<Node>, RegExp]>([
  [
    'by CRI-O',
    { runtime: 'cri-o://1.20.5' },
    /registries\.conf: \[\[registry\]\] location = "registry\.minikube"/,
  ],
  ['by Docker', { runtime: 'docker://20.10.17' }, /--insecure-registry registry\.minikube/],
])(
  'a name that leads to a private address may be of a registry without TLS, asked %s',
  (_name, node, says) => {
    const image = 'registry.minikube/acme/app'
    const refused = (address: string) =>
      `error pinging docker registry registry.minikube: Get https://registry.minikube/v2/: dial tcp ${address}:443: connect: connection refused`
    const labels = { 'minikube.k8s.io/name': 'minikube' }
    expectReport({ image, error: refused('10.101.166.84'), node: { ...node, labels } }, { says })
    expectReport(
      { image, error: refused('203.0.113.84'), node: { ...node, labels } },
      { never: /plain HTTP/ },
    )
  },
)

test.each<[string, Partial<Node>, string]>([
  [
    'K3s',
    { runtime: 'containerd://1.7.23', kubelet: 'v1.31.4+k3s1' },
    'k3s ctr images tag localhost/app:1 docker.io/library/app:1',
  ],
  ['Docker', { runtime: 'docker://27.3.1' }, 'docker tag localhost/app:1 docker.io/library/app:1'],
  ['CRI-O', { runtime: 'cri-o://1.31.1' }, 'podman tag localhost/app:1 docker.io/library/app:1'],
])('an image is given the name that the kubelet looks for, with the client of %s', (_name, node, command) => {
  const image = 'app:1'
  const error = `Container image "${image}" is not present with pull policy of Never`
  const situation = {
    image,
    error,
    reason: 'ErrImageNeverPull',
    node: { kubelet: 'v1.31.4', images: ['localhost/app:1'], ...node },
  }
  expectReport(situation, { first: new RegExp(command), never: /1\.33/ })
})
