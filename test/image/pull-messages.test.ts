/** Messages of kubelets, runtimes and guests about a failed pull are recognized among all their other messages. */
import { describe, expect, test } from 'vitest'
import {
  isSandboxFailure,
  mentionsFailedPull,
  pullStage,
  sandboxImage,
} from '../../src/image/pull-messages.ts'

const SANDBOX = 'Failed to create pod sandbox: rpc error: code = Unknown desc = '
const CRIO = `${SANDBOX}error creating pod sandbox with name "k8s_web-0_default_1d_0": `
const DIGEST = 'sha256:7031c1b283388d2c2e09b57badb803c05ebed362dc88d84b480cc47f72a21097'

describe('the image of a sandbox', () => {
  test.each([
    [
      'containerd 1.x',
      'registry.k8s.io/pause:3.9',
      `${SANDBOX}failed to get sandbox image "registry.k8s.io/pause:3.9": failed to pull image "registry.k8s.io/pause:3.9": failed to resolve reference "registry.k8s.io/pause:3.9": i/o timeout`,
    ],
    [
      'containerd 2.x',
      'reg.corp/pause:3.10',
      `${SANDBOX}failed to start sandbox "3f7b": failed to get sandbox image "reg.corp/pause:3.10": failed to pull image "reg.corp/pause:3.10": not found`,
    ],
    [
      'containerd 2.3',
      'reg.corp:5000/pause:3.10.1',
      `${SANDBOX}failed to start sandbox "3f7b": failed to pull image "reg.corp:5000/pause:3.10.1": failed to resolve image: not found`,
    ],
    [
      'containerd, a name that does not parse',
      'Registry/pause:3',
      `${SANDBOX}failed to start sandbox "3f7b": failed to parse image reference "Registry/pause:3": invalid reference format: repository name must be lowercase`,
    ],
    [
      'containerd, a part of one, which it does not name',
      '',
      `${SANDBOX}failed to start sandbox "3f7b": failed to get image spec: content digest sha256:7c: not found`,
    ],
    [
      'an event that quotes it once more',
      'reg.corp/pause:3.5',
      `(combined from similar events): ${SANDBOX}failed to get sandbox image \\"reg.corp/pause:3.5\\": 401 Unauthorized`,
    ],
    [
      'CRI-O',
      'registry.k8s.io/pause:3.9',
      `${CRIO}initializing source docker://registry.k8s.io/pause:3.9: pinging container registry registry.k8s.io: EOF`,
    ],
    [
      'CRI-O 1.34',
      'registry.k8s.io/pause:3.10',
      `${CRIO}unable to pull image or OCI artifact: pull image err: initializing source docker://registry.k8s.io/pause:3.10: EOF; artifact err: x`,
    ],
    [
      'CRI-O, by its manifest',
      'reg.corp/pause:3.9',
      `${CRIO}reading manifest 3.9 in reg.corp/pause: manifest unknown`,
    ],
    ['CRI-O, by digest', `reg.corp/a@${DIGEST}`, `${CRIO}reading manifest ${DIGEST} in reg.corp/a: denied`],
    [
      'Docker',
      'k8s.gcr.io/pause:3.2',
      'Failed create pod sandbox: rpc error: code = Unknown desc = failed pulling image "k8s.gcr.io/pause:3.2": Error response from daemon: Get https://k8s.gcr.io/v2/: EOF',
    ],
    [
      'a damaged image, which no message names',
      '',
      `${SANDBOX}failed to create containerd container: error unpacking image: failed to extract layer ${DIGEST}: content digest ${DIGEST}: not found`,
    ],
    [
      'containerd, whose snapshotter lost the layers',
      '',
      `${SANDBOX}failed to create containerd container: create snapshot: missing parent "k8s.io/2/${DIGEST}" bucket: not found`,
    ],
    [
      'containerd, whose snapshotter for Nydus has other records',
      '',
      `${SANDBOX}failed to create containerd container: create instance 6: object with key "6" already exists: unknown`,
    ],
    ['CRI-O, whose storage lost the layers', '', `${CRIO}layer not known`],
    [
      'CRI-O, without the folder of a layer',
      '',
      `${SANDBOX}error creating read-write layer with ID "cae2": Stat /var/lib/containers/storage/overlay2/ba0d: no such file or directory`,
    ],
  ])('%s: %j', (_runtime, image, message) => {
    expect(isSandboxFailure({ reason: 'FailedCreatePodSandBox', message })).toBe(true)
    expect(isSandboxFailure({ reason: 'SomeVendorsReason', message })).toBe(true)
    expect(sandboxImage(message)).toBe(image)
  })

  test.each([
    'failed to setup network for sandbox "b8": plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory',
    'failed to set up sandbox container "a" network for pod "image-puller-0": networkPlugin cni failed to set up pod "image-puller-0_default" network: connection refused',
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: unable to apply cgroup configuration: not found',
    'failed to get sandbox runtime: no runtime for "kata" is configured',
    'failed to reserve sandbox name "web_0": name is reserved for "x"',
    'failed to create containerd container: get apparmor_parser version: executable file not found in $PATH',
    'error creating read-write layer with ID "cae2": mkdir /var/lib/containers/storage/overlay/ba: no space left on device',
    'context deadline exceeded',
  ])('is not what failed: %s', text => {
    expect(sandboxImage(SANDBOX + text)).toBeNull()
  })
})

describe('an error after a successful pull by the kubelet', () => {
  test.each([
    'CreateContainer failed: All attempts fail:\n#1: rpc error: code = Internal desc = failed to pull manifest error sending request for url (https://reg.svc:5000/v2/)',
    'failed to create shim task: rpc status: Status { code: INTERNAL, message: "[CDH] [ERROR]: Image Pull error: Failed to pull image ghcr.io/acme/x:1',
    'Errors happened when pulling image: Failed to fetch manifest',
    'failed to async pull blob stream HTTP status server error (502 Bad Gateway)',
    'failed to create containerd container: error unpacking image: failed to extract layer sha256:aa',
    'locating image with ID "7ca33bd2a1d3": image not known',
    'failed to create containerd container: failed to stat parent: stat /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/214/fs: no such file or directory',
    'error creating read-write layer with ID "9b42": Stat /var/lib/containers/storage/overlay/7115: no such file or directory',
    'Error response from daemon: readlink /var/lib/docker/overlay2/l: invalid argument',
    `failed to create containerd container: parent snapshot sha256:${'7c'.repeat(32)} does not exist: not found`,
    'reference "[overlay@/var/lib/containers/storage]quay.io/a/b@sha256:7c" does not resolve to an image ID: identifier is not an image',
    'unable to pull image or OCI artifact: pull image err: EOF',
  ])('describes a failed pull: %s', text => {
    expect(mentionsFailedPull(text)).toBe(true)
  })

  test.each([
    '',
    'context deadline exceeded',
    'secret "app" not found',
    'back-off 5m0s restarting failed container=image-puller pod=pull-image-0_web(1)',
    'container has runAsNonRoot and image will run as root (pod: "x", container: y)',
    'failed to create containerd task: OCI runtime create failed: exec: "/pull-image.sh": stat /pull-image.sh: no such file or directory',
    'failed to reserve container name "pull-images": name is reserved for "b"',
    'failed to generate container "a" spec: failed to stat "/images/manifest": no such file or directory',
  ])('does not describe one: %s', text => {
    expect(mentionsFailedPull(text)).toBe(false)
  })
})

test.each([
  ['failed', 'Failed to pull image "nginx": EOF'],
  ['failed', '(combined from similar events): Failed to pull image "nginx": EOF'],
  ['failed', 'Container image "app:1" is not present with pull policy of Never'],
  ['back-off', 'Back-off pulling image "nginx"'],
  ['began', 'Pulling image "nginx"'],
  ['began', 'pulling image "nginx"'],
  ['ended', 'Successfully pulled image "nginx" in 2s (3s including waiting). Image size: 5 bytes.'],
  [null, 'Container image "nginx" already present on machine and can be accessed by the pod'],
  [null, 'Back-off restarting failed container pulling-image in pod a_b(c)'],
  [null, 'Error: ErrImagePull'],
])('%s: %s', (stage, sentence) => {
  expect(pullStage(sentence)).toBe(stage)
})
