/** What fails after the kubelet's own pull: the node's image store has lost the image, or a guest pulls by itself. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { findingOf, stepsIn } from './situation.ts'

const ID = `sha256:${'b'.repeat(64)}`
const created = (error: string, runtimeClass?: string) =>
  findingOf({
    image: 'reg.example/a/b:1',
    login: 'reg.example',
    reason: 'CreateContainerError',
    error,
    ...(runtimeClass !== undefined && { pod: { runtimeClass } }),
  })

describe('an image that was pulled, but is not in the store of its node', () => {
  test.each([
    ['CRI-O', `reading image "${ID}": locating image with ID "${ID}": image not known`],
    [
      'CRI-O, by its reference',
      'reference "[overlay@/var/lib/containers]reg.example/a/b" does not resolve to an image ID',
    ],
    ['containerd', `failed to get image from containerd "${ID}": image "reg.example/a/b@${ID}": not found`],
    ['containerd, before it asks its store', `failed to resolve image "${ID}": not found`],
    ['Docker', `Error response from daemon: No such image: ${ID}`],
    // rancher/rke2#4961, okd-project/okd#1296, kubernetes/kubeadm#738.
    [
      'containerd, without the folder of a snapshot',
      'failed to create containerd container: failed to stat parent: stat /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/214/fs: no such file or directory',
    ],
    [
      'CRI-O, without the folder of a layer',
      'error creating read-write layer with ID "9b42": Stat /var/lib/containers/storage/overlay/7115: no such file or directory',
    ],
    [
      'Docker, with an empty link after a power loss',
      'Error response from daemon: readlink /var/lib/docker/overlay2: invalid argument',
    ],
  ])("is removed and pulled again with the pod's login: %s", (_runtime, error) => {
    for (const runtimeClass of [undefined, 'kata']) {
      const found = created(error, runtimeClass)
      expect(found.cause).toBe('corrupt-or-unpack')
      expect(found.credential.status).not.toBe('unknown')
      expect(
        stepsFor(found)
          .map(({ code }) => code)
          .filter(code => code !== 'pull-by-hand'),
      ).toEqual(['remove-image', 'restart-pull', 'check-store', 'runtime-log', 'enter-node'])
    }
  })

  test('is in no store that another pull repairs, where a layer below those to fetch lost its folder', () => {
    const error =
      'Error committing the finished image: error adding layer with blob "sha256:6c": error creating layer with ID "2d06": Stat /var/lib/containers/storage/overlay/be54: no such file or directory'
    const codes = stepsFor(
      findingOf({ image: 'reg.example/a/b:1', error, node: { runtime: 'cri-o://1.22.5' } }),
    )
    expect(codes.map(({ code }) => code)).toEqual(['check-store', 'runtime-log', 'enter-node'])
  })

  test('is not an image that a registry lacks', () => {
    const error =
      'failed to pull and unpack image "reg.example/a/b:1": failed to resolve image: reg.example/a/b:1: not found'
    expect(findingOf({ image: 'reg.example/a/b:1', error }).cause).toBe('image-not-found')
  })
})

describe('a lazy snapshotter that could not mount a layer', () => {
  const unmounted = (ref: string, by = '') =>
    `rpc error: code = Unavailable desc = failed to pull and unpack image "${ref}": failed to prepare extraction snapshot "extract-6-mVNW sha256:${'e'.repeat(64)}": ${by}layer "551" unavailable: unavailable`

  test.each([
    ['of stargz or SOCI by their common words', '', null],
    [
      'of Nydus by its name',
      'failed to mount /var/lib/containerd/io.containerd.snapshotter.v1.nydus: ',
      'Nydus',
    ],
    ['of SOCI by its own words', 'failed to preload layers for image manifest digest sha256:7f2b: ', 'SOCI'],
    ['of SOCI by its folder', 'mount /var/lib/soci-snapshotter-grpc/snapshotter: ', 'SOCI'],
  ])('%s has a log of its own', (_name, by, name) => {
    const image = 'reg.example/a/b:1'
    const found = findingOf({ image, error: unmounted(image, by), login: 'reg.example' })
    expect(found.cause).toBe('corrupt-or-unpack')
    expect(found.clues).toContainEqual({ code: 'lazy-snapshotter', name })
    if (name !== 'Nydus') expect(stepsFor(found)[0]).toEqual({ code: 'snapshotter-log', name })
    expect(stepsFor(found).map(({ code }) => code)).not.toContain('replace-passed-over')
  })

  const image = 'reg.example/a/b:1'
  const refused = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to https://reg.example/v2/a/b/manifests/1: 401 Unauthorized`
  const stepsAfter = (error: string) => stepsIn({ image, error, login: 'reg.example' })

  test('needs the logins of the kubelet if the registry refused it without one', () => {
    const error = `failed to pull and unpack image "${image}": failed to prepare extraction snapshot "extract-6-mVNW sha256:${'e'.repeat(64)}": failed to preload layers for image manifest digest sha256:7f2b: error getting header info: Get "https://reg.example/v2/a/b/blobs/sha256:6ea5": failed to handle challenge: authorization failed: no basic auth credentials`
    const codes = stepsAfter(error).map(({ code }) => code)
    expect(codes.slice(0, 3)).toEqual(['snapshotter-login', 'bypass-snapshotter', 'snapshotter-log'])
    expect(codes).not.toContain('remove-image')
  })

  test.each([
    'failed to find image ref of snapshot 25, labels map[containerd.io/snapshot/nydus-bootstrap:true]: unknown',
    'failed to find image ref of snapshot 25, labels map[]: unknown',
    'missing CRI reference annotation for snaposhot 3: unknown',
  ])("needs the image's name from containerd: %s", why => {
    const error = `failed to pull and unpack image "${image}": failed to prepare extraction snapshot "extract-6-mVNW sha256:${'e'.repeat(64)}": ${why}`
    expect(stepsAfter(error).slice(0, 2)).toEqual([
      { code: 'annotate-snapshots', name: 'Nydus' },
      { code: 'snapshotter-log', name: 'Nydus' },
    ])
  })

  test("leaves the pod's login alone if a later one was refused, which may be the node's", () => {
    const codes = stepsAfter(`[${unmounted(image)}, ${refused}]`).map(({ code }) => code)
    expect(codes).not.toContain('replace-passed-over')
  })

  test('leaves the login that was refused before to be replaced, as the next one was accepted', () => {
    const steps = stepsAfter(`[${refused}, ${unmounted(image)}]`)
    expect(steps[0].code).toBe('snapshotter-log')
    expect(steps).toContainEqual({
      code: 'replace-passed-over',
      secrets: ['regcred'],
      status: 401,
      registry: 'reg.example',
    })
  })
})

describe('a pull of a guest', () => {
  test.each([
    [
      'the runtime class of peer pods',
      'failed to pull image "reg.example/a/b:1": i/o timeout',
      'kata-remote',
    ],
    [
      'the runtime class of a confidential VM',
      'failed to pull image "reg.example/a/b:1": i/o timeout',
      'kata-cc-isolation',
    ],
  ])('is known by %s', (_evidence, error, runtimeClass) => {
    expect(stepsFor(created(error, runtimeClass))[0].code).toBe('guest-settings')
  })

  const TLS =
    'rpc error: code = Internal desc = failed to pull manifest error sending request for url (https://reg.example/v2/): error trying to connect: '
  const asked = (error: string, runtimeClass?: string) =>
    findingOf({ image: 'reg.example/a/b:1', error, ...(runtimeClass && { pod: { runtimeClass } }) })
  test.each([
    'error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed:ssl/statem/statem_clnt.c:1919: (self signed certificate)',
    'invalid peer certificate: UnknownIssuer',
  ])('that the kubelet asked for needs the authority in the guest: %s', why => {
    expect(stepsFor(asked(TLS + why, 'kata-qemu-sev'))).toEqual([{ code: 'guest-settings', needs: 'trust' }])
    expect(stepsFor(asked(TLS + why))).toEqual([{ code: 'guest-settings', needs: 'trust' }])
  })

  test.each([
    'certificate expired: verification time 1700000000 (UNIX)',
    'certificate not valid for name "reg.example"',
  ])('is not in the way of a certificate with a fault of its own: %s', why => {
    const steps = stepsFor(asked(`${TLS}invalid peer certificate: ${why}`, 'kata-cc'))
    expect(steps.map(({ code }) => code)).toEqual(['renew-certificate'])
  })

  test('that takes too long is given more time in the guest, not repeated on the node', () => {
    const error =
      'level=error msg="kata runtime PullImage err. context deadline exceeded" name=containerd-shim-v2 source=containerd-kata-shim-v2'
    const [first, ...others] = stepsFor(asked(error))
    expect(first).toEqual({ code: 'guest-settings', needs: 'time' })
    expect(others.map(({ code }) => code)).not.toContain('pull-by-hand')
  })

  test.each([
    ['Failed to set permissions for path: /run/kata-containers/image/layers/7', []],
    ['layer digest mismatch', ['push-again']],
  ])('that can not be unpacked is up to what unpacks in the guest: %s', (why, others) => {
    const error = `failed to create shim task: rpc status: Status { code: INTERNAL, message: "[CDH] [ERROR]: Image Pull error: Failed to pull image reg.example/a/b:1: Failed to unpack layer: ${why}" }`
    const [first, ...rest] = stepsFor(created(error))
    expect(first).toEqual({ code: 'guest-settings', needs: 'unpacker' })
    expect(rest.map(({ code }) => code)).toEqual(others)
  })

  test.each([
    // confidential-containers/guest-components#544 and #76.
    [
      'a layer that nothing takes',
      'hasher sha256: channel: send failed SendError { .. }',
      ['room', 'unpacker'],
    ],
    ['files of their own kind', 'hasher sha256: Operation not supported (os error 95)', ['unpacker']],
    ['a key', 'Failed to decrypt layer: Failed to decrypt the image layer', ['key']],
  ])('that ends without a word of a pull is one, and needs the guest to change: %s', (_what, why, needs) => {
    const error = `failed to create containerd task: failed to create shim task: failed to handle layer: ${why}: unknown`
    const found = findingOf({ image: 'reg.example/a/b:1', reason: 'RunContainerError', error })
    expect(stepsFor(found)).toEqual(needs.map(each => ({ code: 'guest-settings', needs: each })))
  })

  test.each([
    'initializing source docker://reg.example/a/b:1: pinging container registry 127.0.0.1:4001: StatusCode: 500, "error sending request for url (https://reg.example/v2/a/b/manifests/1)"',
    'failed to pull and unpack image "reg.example/a/b:1": failed to resolve reference "reg.example/a/b:1": unexpected status from HEAD request to http://127.0.0.1:4001/v2/a/b/manifests/1?ns=reg.example: 500 Internal Server Error: error sending request for url (https://reg.example/v2/a/b/manifests/1)',
  ])('is not made by a cache on the node that is written in Rust as well: %s', error => {
    expect(asked(error, 'kata-qemu-sev').clues).not.toContainEqual({ code: 'guest' })
  })

  test('is not assumed without evidence', () => {
    const found = created(
      'failed to pull image "reg.example/a/b:1": dial tcp 10.0.0.9:443: i/o timeout',
      'gvisor',
    )
    expect(found.credential.status).toBe('usable')
    expect(stepsFor(found)[0].code).toBe('test-connection')
  })
})
