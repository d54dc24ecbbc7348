/** Messages of kubelets, runtimes and guests about a failed pull are recognized among all their other messages. */
import { describe, expect, test } from 'vitest'
import { mentionsFailedPull, pullStage } from '../../src/image/pull-messages.ts'

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
    `failed to create containerd container: content digest sha256:${'7c'.repeat(32)}: not found`,
    'failed to create containerd container: snapshotter not loaded: nydus: invalid argument',
    `Error response from daemon: stat /var/lib/docker/overlay2/${'7c'.repeat(32)}: no such file or directory`,
    // kubernetes/kubernetes#74019 and #99157, in newer and older words of Windows.
    'failed to create containerd task: failed to create shim task: hcs::CreateComputeSystem web: The container operating system does not match the host operating system.: unknown',
    'failed to start container "web": Error response from daemon: container 1d encountered an error during CreateContainer: failure in a Windows system call: The operating system of the container does not match the operating system of the host. (0xc0370101)',
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
