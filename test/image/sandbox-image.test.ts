/** The pull of a sandbox's image is told from everything else that can fail before a pod has its sandbox. */
import { describe, expect, test } from 'vitest'
import { isSandboxFailure } from '../../src/image/pull-messages.ts'
import { sandboxImage } from '../../src/image/sandbox-image.ts'
import { titled } from '../titled.ts'

const SANDBOX = 'Failed to create pod sandbox: rpc error: code = Unknown desc = '
const CRIO = `${SANDBOX}error creating pod sandbox with name "k8s_web-0_default_1d_0": `
const DOCKER = `${SANDBOX}Error response from daemon: `
const DIGEST = 'sha256:7031c1b283388d2c2e09b57badb803c05ebed362dc88d84b480cc47f72a21097'

describe('the image of a sandbox', () => {
  test.each(
    titled<[image: string, message: string]>({
      'containerd 1.x': [
        'registry.k8s.io/pause:3.9',
        `${SANDBOX}failed to get sandbox image "registry.k8s.io/pause:3.9": failed to pull image "registry.k8s.io/pause:3.9": failed to resolve reference "registry.k8s.io/pause:3.9": i/o timeout`,
      ],
      'containerd 2.x': [
        'reg.corp/pause:3.10',
        `${SANDBOX}failed to start sandbox "3f7b": failed to get sandbox image "reg.corp/pause:3.10": failed to pull image "reg.corp/pause:3.10": not found`,
      ],
      'containerd 2.3': [
        'reg.corp:5000/pause:3.10.1',
        `${SANDBOX}failed to start sandbox "3f7b": failed to pull image "reg.corp:5000/pause:3.10.1": failed to resolve image: not found`,
      ],
      'containerd, a name that does not parse': [
        'Registry/pause:3',
        `${SANDBOX}failed to start sandbox "3f7b": failed to parse image reference "Registry/pause:3": invalid reference format: repository name must be lowercase`,
      ],
      'containerd, a part of one, which it does not name': [
        '',
        `${SANDBOX}failed to start sandbox "3f7b": failed to get image spec: content digest sha256:7c: not found`,
      ],
      'an event that quotes it once more': [
        'reg.corp/pause:3.5',
        `(combined from similar events): ${SANDBOX}failed to get sandbox image \\"reg.corp/pause:3.5\\": 401 Unauthorized`,
      ],
      'CRI-O': [
        'registry.k8s.io/pause:3.9',
        `${CRIO}initializing source docker://registry.k8s.io/pause:3.9: pinging container registry registry.k8s.io: EOF`,
      ],
      'CRI-O 1.34': [
        'registry.k8s.io/pause:3.10',
        `${CRIO}unable to pull image or OCI artifact: pull image err: initializing source docker://registry.k8s.io/pause:3.10: EOF; artifact err: x`,
      ],
      'CRI-O, by its manifest': [
        'reg.corp/pause:3.9',
        `${CRIO}reading manifest 3.9 in reg.corp/pause: manifest unknown`,
      ],
      'CRI-O, by digest': [`reg.corp/a@${DIGEST}`, `${CRIO}reading manifest ${DIGEST} in reg.corp/a: denied`],
      // cri-o/cri-o#3233.
      'CRI-O, another CPU than the node has': [
        '',
        `${CRIO}Image architecture mismatch: image uses "amd64", expecting "arm64"`,
      ],
      'CRI-O, a blocked registry': [
        '',
        `${CRIO}registry reg.corp is blocked in /etc/containers/registries.conf`,
      ],
      'CRI-O, settings that it does not read': [
        '',
        `${CRIO}loading registries configuration "/etc/containers/registries.conf": toml: line 3: expected key`,
      ],
      'CRI-O, no room to download': ['', `${CRIO}mkdir /var/tmp/storage12: no space left on device`],
      'runc, another CPU than the node has': [
        '',
        `${SANDBOX}failed to start sandbox container task "3f7b": failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/pause": exec format error: unknown`,
      ],
      'Docker, which has lost it': [
        'reg.corp/pause:3.9',
        `${SANDBOX}failed to create a sandbox for pod "web-0": Error response from daemon: No such image: reg.corp/pause:3.9`,
      ],
      'Windows, another version than the node has': [
        '',
        `${SANDBOX}failed to start sandbox container for pod "web-0": Error response from daemon: CreateComputeSystem 94d1: The container operating system does not match the host operating system.`,
      ],
      'Docker, whose error the kubelet introduces': [
        'k8s.gcr.io/pause:3.2',
        'Failed create pod sandbox: rpc error: code = Unknown desc = failed pulling image "k8s.gcr.io/pause:3.2": Error response from daemon: Get https://k8s.gcr.io/v2/: EOF',
      ],
      'Docker, with a login of the node, by its request': [
        '602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/pause-amd64:3.1',
        `${DOCKER}Get https://602401143452.dkr.ecr.eu-west-1.amazonaws.com/v2/eks/pause-amd64/manifests/3.1: no basic auth credentials`,
      ],
      'Docker, with several logins of the node': [
        'reg.corp/pause:3.9',
        `${SANDBOX}[Error response from daemon: Head "https://reg.corp/v2/pause/manifests/3.9": unauthorized: x, Error response from daemon: Head "https://reg.corp/v2/pause/manifests/3.9": EOF]`,
      ],
      'Docker, by its words for a tag': [
        'reg.corp/pause:3.9',
        `${DOCKER}manifest for reg.corp/pause:3.9 not found`,
      ],
      'old CRI-O, by its words for a type': [
        'k8s.gcr.io/pause:3.1',
        `${CRIO}Error determining manifest MIME type for docker://k8s.gcr.io/pause:3.1: pinging docker registry returned: EOF`,
      ],
      'a damaged image, which no message names': [
        '',
        `${SANDBOX}failed to create containerd container: error unpacking image: failed to extract layer ${DIGEST}: content digest ${DIGEST}: not found`,
      ],
      'containerd, whose snapshotter lost the layers': [
        '',
        `${SANDBOX}failed to create containerd container: create snapshot: missing parent "k8s.io/2/${DIGEST}" bucket: not found`,
      ],
      'containerd, whose snapshotter for Nydus has other records': [
        '',
        `${SANDBOX}failed to create containerd container: create instance 6: object with key "6" already exists: unknown`,
      ],
      'CRI-O, whose storage lost the layers': ['', `${CRIO}layer not known`],
      'CRI-O, without the folder of a layer': [
        '',
        `${SANDBOX}error creating read-write layer with ID "cae2": Stat /var/lib/containers/storage/overlay2/ba0d: no such file or directory`,
      ],
    }),
  )('%s: %j', (_runtime, image, message) => {
    expect(isSandboxFailure({ reason: 'FailedCreatePodSandBox', message })).toBe(true)
    expect(isSandboxFailure({ reason: 'SomeVendorsReason', message })).toBe(true)
    expect(sandboxImage(message)).toBe(image)
  })

  test.each([
    'Get https://k8s.gcr.io/v2/: dial tcp 108.177.97.82:443: i/o timeout',
    'Get https://k8s.gcr.io/v1/_ping: dial tcp 108.177.97.82:443: i/o timeout',
    'Get "https://k8s.gcr.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    'Get https://k8s.gcr.io/v2/: dial tcp: lookup k8s.gcr.io on 10.0.0.2:53: no such host',
    'Get https://reg.corp/v2/: x509: certificate signed by unknown authority',
    'Get https://reg.corp:5000/v2/: http: server gave HTTP response to HTTPS client',
    'Get https://reg.corp/v2/: proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    'toomanyrequests: You have reached your pull rate limit.',
    'unauthorized: authentication required',
    'denied: requested access to the resource is denied',
    'repository reg.corp/pause not found: does not exist or no pull access',
    'manifest unknown: manifest unknown',
    'no matching manifest for linux/arm64/v8 in the manifest list entries',
    'received unexpected HTTP status: 503 Service Unavailable',
    `error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: "<html>"`,
    'failed to register layer: write /pause: no space left on device',
    'unexpected EOF',
  ])('was not pulled by Docker with a login of the node: %s', text => {
    expect(sandboxImage(DOCKER + text)).toBe('')
  })

  test('was not unpacked by Docker, which had begun to report the pull', () => {
    expect(sandboxImage(`${SANDBOX}failed to register layer: exit status 1`)).toBe('')
  })

  test.each([
    'error pinging docker registry k8s.gcr.io: Get "https://k8s.gcr.io/v2/": dial tcp 10.254.3.15:443: connect: connection refused',
    'pinging container registry registry.k8s.io: Get "https://registry.k8s.io/v2/": dial tcp: lookup registry.k8s.io: no such host',
    'unable to retrieve auth token: invalid username/password: unauthorized: authentication required',
    'Requesting bearer token: invalid status code from registry 503 (Service Unavailable)',
    'parsing image configuration: Get "https://cdn01.quay.io/x": dial tcp 1.2.3.4:443: i/o timeout',
    'reading blob sha256:aa: fetching blob: received unexpected HTTP status: 504 Gateway Timeout',
    'no image found in manifest list for architecture arm64, variant v8, OS linux',
    'toomanyrequests: You have reached your pull rate limit.',
    'Get "https://registry.k8s.io/v2/": x509: certificate has expired or is not yet valid',
  ])('was not pulled by CRI-O: %s', text => {
    expect(sandboxImage(CRIO + text)).toBe('')
    // The name of the pod proves nothing.
    expect(
      sandboxImage(
        `${SANDBOX}creating pod sandbox with name "k8s_istio-cni-node-x_kube-system_1d_0": ${text}`,
      ),
    ).toBe('')
  })

  test.each([
    'failed to setup network for sandbox "b8": plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory',
    'failed to set up sandbox container "a" network for pod "image-puller-0": networkPlugin cni failed to set up pod "image-puller-0_default" network: connection refused',
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: unable to apply cgroup configuration: not found',
    'failed to get sandbox runtime: no runtime for "kata" is configured',
    'failed to reserve sandbox name "web_0": name is reserved for "x"',
    'failed to create containerd container: get apparmor_parser version: executable file not found in $PATH',
    'error creating read-write layer with ID "cae2": mkdir /var/lib/containers/storage/overlay/ba: no space left on device',
    'creating pod sandbox with name "k8s_web_default_1d_0": mount overlay: permission denied: unknown',
    'failed to start sandbox container for pod "web-0": Error response from daemon: OCI runtime create failed: unable to apply cgroup configuration: i/o timeout',
    'failed to create a sandbox for pod "web-0": Error response from daemon: Conflict. The container name "/k8s_POD_web-0" is already in use',
    'networkPlugin cni failed to set up pod "web-0_default" network: Get https://10.96.0.1:443/api/v1/namespaces/default: dial tcp 10.96.0.1:443: i/o timeout',
    'failed to setup network for sandbox "b8": plugin type="calico" failed (add): client: etcd cluster is unavailable or misconfigured; error #0: Get http://10.0.0.1:2379/v2/keys/calico/v1: dial tcp 10.0.0.1:2379: i/o timeout',
    'failed to setup network for sandbox "b8": plugin type="cilium-cni" failed (add): Get "http://localhost/v1/config": dial unix /var/run/cilium/cilium.sock: no such file or directory',
    'failed to create pod network sandbox k8s_web-0_default_1d_0(b8): error adding pod to CNI network "multus": [default/web-0:nsx]: Get "https://nsx.corp/v2/infra": unauthorized',
    'Error response from daemon: cannot start a stopped process',
    'context deadline exceeded',
    'operation timeout: context deadline exceeded',
  ])('is not what failed: %s', text => {
    expect(sandboxImage(SANDBOX + text)).toBeNull()
  })
})
