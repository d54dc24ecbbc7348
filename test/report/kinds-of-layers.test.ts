/** Reports on layers that did not arrive as they should, or that the node can't unpack. */
import { describe, expect, test } from 'vitest'
import type { Situation } from '../advice/situation.ts'
import { type Expected, expectReport, textsOf } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
const DIGEST = `sha256:${'a'.repeat(64)}`
const NOTHING = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const commit = (part: string, why: string) =>
  `failed commit on ref "${part}-${DIGEST}": ${why}: failed precondition`

describe('a download that failed its check', () => {
  const never = /rmi|arrived, but/
  test.each<[string, string, Expected]>([
    [
      'containerd, nothing',
      commit('layer', `unexpected commit digest ${NOTHING}, expected ${DIGEST}`),
      {
        first:
          /^Remove what containerd keeps .* find \/var\/lib\/containerd\/io\.containerd\.content\.v1\.content\/ingest -name ref -exec grep -l sha256:a+ \{\} \+$/,
        says: /is that of no data at all/,
        never: /rmi|arrived, but|[Nn]othing to remove|single byte/,
      },
    ],
    [
      'containerd, no byte',
      commit('layer', `"layer-${DIGEST}" failed size validation: 0 != 30512`),
      { says: /\(0 of 30,512\)/, never },
    ],
    [
      'containerd, no manifest',
      commit('manifest', `unexpected commit digest ${NOTHING}, expected ${DIGEST}`),
      {
        first: /^Remove what containerd keeps/,
        says: /download of the manifest .* does not match its digest.*ingest/s,
        never: /rmi|arrived, but|announced one manifest/,
      },
    ],
    [
      'containerd, another index',
      commit('index', `unexpected commit digest sha256:${'b'.repeat(64)}, expected ${DIGEST}`),
      {
        first: /^Remove the image from the cache/,
        says: /sent another\. containerd keeps what it got.*Remove what containerd keeps/s,
        never: /rmi|the node is not at fault/,
      },
    ],
    [
      'CRI-O, nothing',
      `writing blob: happened during read: Digest did not match, expected ${DIGEST}, got ${NOTHING}`,
      { says: /Not a single byte/, never },
    ],
    [
      'containerd, a part',
      commit('layer', 'unexpected commit size 1024, expected 2048'),
      { says: /was cut off\n.*1,024 bytes of a layer arrived, where 2,048/, never },
    ],
    [
      'containerd, other bytes',
      commit('layer', `unexpected commit digest sha256:${'b'.repeat(64)}, expected ${DIGEST}`),
      {
        first: /^Remove what containerd keeps/,
        says: /keeps these bytes.*push the image again/s,
        never: /rmi|[Nn]othing to remove/,
      },
    ],
    [
      "Docker, other bytes of an image's configuration",
      `error pulling image configuration: image config verification failed for digest ${DIGEST}`,
      { says: /The download of the configuration of the image does not match its digest/, never },
    ],
    [
      'Docker, other bytes',
      `filesystem layer verification failed for digest ${DIGEST}`,
      { says: /does not match its digest/, never },
    ],
  ])('%s: is repeated along the same way, and no image is removed', (_name, error, expected) => {
    expectReport(
      { image: OWN, error, node: { runtime: 'containerd://2.1.4' } },
      { first: /Repeat the pull on node node-1/, ...expected },
    )
  })

  test('is not a layer that a runtime can not read, which is older than the builder or does not get on with it', () => {
    const error = `failed to extract layer ${DIGEST}: archive/tar: invalid tar header: unknown`
    const never = /rmi|it is damaged in the registry/
    const builder = /^Use another tag of the image, or build it again with another builder/
    const first = /^Update the container runtime on node node-1 \(containerd 1\.4\.11-k3s1\)/
    expectReport({ image: OWN, error, node: { runtime: 'containerd://1.4.11-k3s1' } }, { first, never })
    // dell/csm#248.
    const later = { says: /If the pull fails again, update the container runtime/ }
    expectReport(
      { image: OWN, error, node: { runtime: 'containerd://1.5.8' } },
      { first: builder, never, ...later },
    )
    expectReport(
      { image: OWN, error, node: { runtime: 'containerd://1.7.2' } },
      { first: builder, never: /update/i },
    )
  })

  test('is not a layer that Docker could not read, of which it keeps nothing that could be removed', () => {
    const error =
      'Error response from daemon: failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header'
    const never = /rmi/
    const first =
      /^Update the container runtime on node node-1 \(docker 20\.10\.24\): .*zstd, from Docker 23\.0 on/
    expectReport({ image: OWN, error, node: { runtime: 'docker://20.10.24' } }, { first, never })
    const builder = /^Use another tag of the image, or build it again with another builder/
    expectReport({ image: OWN, error, node: { runtime: 'docker://27.1.0' } }, { first: builder, never })
  })

  test('is not an image that can not be unpacked', () => {
    expectReport(
      {
        image: OWN,
        error: `failed to extract layer ${DIGEST}: unexpected EOF: unknown`,
        node: { runtime: 'containerd://2.1.4' },
      },
      { says: /push the image again/, never: /rmi/ },
    )
  })

  test('is in the files of the node, which only a pod has on Talos, and on a machine that goes on Fargate', () => {
    const error = commit('layer', `unexpected commit digest ${NOTHING}, expected ${DIGEST}`)
    expectReport(
      { image: OWN, error, node: { runtime: 'containerd://2.1.4', osImage: 'Talos (v1.11.5)' } },
      {
        first: /^Remove what containerd keeps .* below \/host find \/host\/var\/lib\/containerd\//,
        says: /kubectl .*debug node/,
      },
    )
    const fargate = {
      runtime: 'containerd://1.7.29',
      labels: { 'eks.amazonaws.com/compute-type': 'fargate' },
    }
    expectReport(
      {
        image: OWN,
        error,
        node: fargate,
        pod: { controller: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'api', uid: 'api' } },
      },
      { first: /^Retry the pull now: .* another machine on Fargate/, never: /ingest/ },
    )
    const spark = { apiVersion: 'sparkoperator.k8s.io/v1', kind: 'SparkApplication', name: 'api', uid: 'api' }
    expectReport(
      { image: OWN, error, node: fargate, pod: { controller: spark } },
      {
        first: /^Delete the pod and create it again, if sparkapplication\/api does not: .* another machine/,
        never: /Wait for/,
      },
    )
    expectReport(
      { image: OWN, error, node: fargate },
      { first: /^Delete the pod and create it again: .* another machine on Fargate/ },
    )
  })
})

describe('a quota that is used up', () => {
  const error = (path: string) =>
    `failed to extract layer ${DIGEST}: mount callback failed on /var/lib/containerd/tmpmounts/m1: write ${path}: disk quota exceeded`
  test('is looked for in place of a full disk', () => {
    expectReport(
      {
        image: OWN,
        error: error('/var/lib/containerd/tmpmounts/m1/opt/a.so'),
        node: { runtime: 'containerd://2.1.4' },
      },
      {
        first: /^See which quota applies to \/var\/lib\/containerd on node node-1.* findmnt /,
        says: /^Node node-1 reached a disk quota\n.*file system itself may have free space.*Raise that quota/s,
        never: /df -|larger one or another|ran out of space/,
      },
    )
  })

  test('is not that of a temporary folder, in which images take no room', () => {
    expectReport(
      { image: OWN, error: error('/var/tmp/storage1/2'), node: { runtime: 'cri-o://1.34.0' } },
      { says: /quota on \/var\/tmp.*Free space in \/var\/tmp/s, never: /rmi/ },
    )
  })
})

describe('a DNS server that the question of the node did not arrive at', () => {
  const asked = (server: string, why: string) => `dial tcp: lookup quay.io on ${server}:53: ${why}`
  test.each<[string, string, Expected]>([
    [
      'an IPv6 address without a route to it',
      asked('[2001:db8::53]', 'dial udp [2001:db8::53]:53: connect: network is unreachable'),
      {
        first: /^Give the node a route to 2001:db8::53, the DNS server that it asks/,
        says: /no route to 2001:db8::53, .*quay\.io was never contacted/,
        never: /does not exist|typo|\[/,
      },
    ],
    [
      'an address without a route to it',
      asked('10.0.0.2', 'dial udp 10.0.0.2:53: connect: network is unreachable'),
      { first: /^Give the node a route to 10\.0\.0\.2, .*none for this address on node node-1/ },
    ],
    [
      'an address that a firewall may keep away',
      asked('10.0.0.2', 'read udp 10.0.0.7:5278->10.0.0.2:53: read: no route to host'),
      { first: /^Find out why 10\.0\.0\.2, the DNS server/, never: /does not exist|typo/ },
    ],
    [
      'an IPv6 address where nothing listens',
      asked('[::1]', 'dial udp [::1]:53: connect: connection refused'),
      { first: /^Look up quay\.io/, says: /Nothing listens at ::1, .*should listen at ::1/s },
    ],
  ])('%s', (_name, error, expected) => {
    expectReport({ image: 'quay.io/acme/api:1', error, node: { runtime: 'containerd://2.1.4' } }, expected)
  })
})

describe('a download of more than was announced', () => {
  const error = commit('layer', `"layer-${DIGEST}" failed size validation: 9000 != 2048`)
  const never = /cut off|MTU|push the image again|rmi/
  test.each<[string, Situation['node'], Expected]>([
    [
      'Bottlerocket has a setting for it',
      { runtime: 'containerd://2.1.5+bottlerocket', osImage: 'Bottlerocket OS 1.50.0 (aws-k8s-1.34)' },
      {
        short: /^downloads of more/,
        first: /concurrent-download-chunk-size=0/,
        says: /9,000 bytes of a layer arrived, where 2,048 .*nothing is damaged/,
      },
    ],
    [
      'other nodes have it in the configuration of containerd',
      { runtime: 'containerd://2.1.4' },
      { first: /concurrent_layer_fetch_buffer/, says: /If that changes nothing, look .*ignores Range/ },
    ],
    [
      'an older containerd never asks for parts at once',
      { runtime: 'containerd://1.7.2' },
      {
        first: /^Look for what sends more than was asked for/,
        says: /keeps all of it.*Remove what containerd keeps/s,
      },
    ],
    [
      'nobody gets to the files of a virtual node',
      { runtime: 'containerd://1.7.2', labels: { 'eks.amazonaws.com/compute-type': 'fargate' } },
      { first: /^Look for what sends more/, says: /containerd keeps all of it(?!.*Remove what)/s },
    ],
  ])('was not cut off: %s', (_name, node, { short = /^/, ...expected }) => {
    expectReport({ image: OWN, error, node: node ?? {} }, { ...expected, never })
    expect(textsOf({ image: OWN, error, node: node ?? {} }).short).toMatch(short)
  })
})

describe('a layer that the system of the node does not let the runtime unpack', () => {
  const never = /rmi|images rm|push the image|corrupt|(?<!nothing is )damaged/
  const extract = 'failed to extract layer sha256:aa to overlayfs as "extract-1 sha256:bb":'
  const refused: Expected = {
    short: /can't unpack/,
    first: /^See whether a security module .*ausearch -m avc/,
    says: /not allowed to do what unpacking needs.*kubectl get nodes -o wide/s,
  }
  test.each<[string, string, Situation['node'], Expected]>([
    [
      'Docker',
      'failed to register layer: openat etc/motd: operation not permitted',
      { runtime: 'docker://28.0.1' },
      refused,
    ],
    [
      'CRI-O',
      'writing blob: adding layer with blob "sha256:aa": processing tar file(operation not permitted): exit status 1',
      { runtime: 'cri-o://1.33.0' },
      refused,
    ],
    [
      'Talos',
      `${extract} mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount1: permission denied`,
      { osImage: 'Talos (v1.10.0)' },
      { first: /talosctl dmesg .*grep -iE 'avc:/ },
    ],
    [
      'the release of Bottlerocket that lacks a rule',
      `${extract} mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount1: permission denied`,
      { osImage: 'Bottlerocket OS 1.58.0 (aws-k8s-1.33)' },
      {
        first: /^Update Bottlerocket on node node-1 to 1\.59\.0/,
        says: /known fault of Bottlerocket 1\.58\.0/,
      },
    ],
    [
      'another release of Bottlerocket',
      `${extract} mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount1: permission denied`,
      { osImage: 'Bottlerocket OS 1.59.0 (aws-k8s-1.33)' },
      { first: /^See whether a security module/ },
    ],
    [
      'the releases of Docker that open files to change their mode',
      'failed to register layer: openat etc/motd: operation not permitted',
      { runtime: 'docker://29.7.1' },
      { first: /29\.6\.2/, says: /known fault of Docker 29\.7\.1/ },
    ],
    [
      'the same, where the file is a device',
      'failed to register layer: openat dev/ptmx: no such file or directory',
      { runtime: 'docker://29.7.0' },
      { short: /can't unpack/, first: /29\.6\.2/ },
    ],
    [
      'a label that the kernel does not know',
      'writing blob: adding layer with blob "sha256:aa": Error processing tar file(exit status 1): lsetxattr /vendor: invalid argument',
      { runtime: 'cri-o://1.23.2' },
      {
        first: /^Update CRI-O .* 1\.25 or later, which leaves out the SELinux labels/,
        says: /whose value the kernel.*most often an SELinux label/,
      },
    ],
    [
      'an attribute that the kernel does not accept, of a release that leaves out labels',
      'writing blob: adding layer with blob "sha256:aa": unpacking failed (error: exit status 1; output: lsetxattr /usr/bin/ping: invalid argument)',
      { runtime: 'cri-o://1.32.5' },
      { first: /^Use another tag .*no SELinux label/, says: /the kernel of the node rejects; nothing/ },
    ],
    [
      'the same of containerd, which names the attribute',
      'failed to extract layer sha256:aa: failed to setxattr "/usr/bin/ping" for key "security.capability": invalid argument: unknown',
      {},
      { first: /^Use another tag .*without security\.capability: the kernel/, says: /node rejects; nothing/ },
    ],
    [
      'one of those releases on a kernel that sets modes without opening files',
      'failed to register layer: openat etc/motd: operation not permitted',
      { runtime: 'docker://29.7.1', kernel: '6.8.0-45-generic' },
      { first: /^(?!.*29\.6\.2)/ },
    ],
  ])('is not damaged: %s', (_name, error, node, { short = /^/, ...expected }) => {
    expectReport({ image: OWN, error, node: node ?? {} }, { ...expected, never })
    expect(textsOf({ image: OWN, error, node: node ?? {} }).short).toMatch(short)
  })

  test('is a fault of the file system if owners are what it refuses', () => {
    const error = `${extract} failed to Lchown "/x": lchown /x: operation not permitted: unknown`
    expectReport({ image: OWN, error }, { first: /^Put \/var\/lib/ })
  })
})

describe('a layer that the node can not unpack', () => {
  const MOUNT = '/var/lib/containerd/tmpmounts/containerd-mount1'
  const extract = (type: string, why: string) =>
    `failed to extract layer (application/vnd.${type} ${DIGEST}) to overlayfs as "extract-1 ${DIGEST}": ${why}: unknown`
  const layer = (why: string) =>
    extract('oci.image.layer.v1.tar+gzip', `mount callback failed on ${MOUNT}: ${why}`)
  const prepare = (why: string) => `failed to prepare extraction snapshot "extract-1 ${DIGEST}": ${why}`
  const node = { runtime: 'containerd://2.1.4' }
  test.each<[string, string, Expected]>([
    [
      'for a limit of the kernel',
      layer(`open ${MOUNT}/usr/lib/x: too many open files`),
      { first: /^Restart the container runtime on node node-1/, says: /reached a limit/, never: /rmi/ },
    ],
    [
      'for a lack of rights',
      layer(`failed to setxattr "${MOUNT}/bin/ping" for key "security.capability": operation not permitted`),
      { first: /^Let the runtime .*unprivileged container/, never: /rmi|digest/ },
    ],
    [
      'for a lack of a program',
      prepare(
        'mkfs.xfs couldn\'t initialize "/dev/x": : exec: "mkfs.xfs": executable file not found in $PATH',
      ),
      { first: /^Install mkfs\.xfs on node node-1/, never: /rmi/ },
    ],
    [
      'for a lack of a snapshotter',
      'unable to resolve snapshotter: snapshotter not loaded: nydus: invalid argument',
      { first: /snapshotter nydus, which is not there/, never: /media type|ordinary layers/ },
    ],
    // containerd/containerd#1986.
    [
      "for a lack of containerd's own snapshotter",
      'failed to stat snapshot sha256:f999: snapshotter not loaded: overlayfs: invalid argument',
      { first: /left out its snapshotter overlayfs .*ftype=1/, never: /or use overlayfs|proxy_plugins/ },
    ],
    [
      'for a lack of a key',
      extract(
        'oci.image.layer.v1.tar+gzip+encrypted',
        'call to DecryptLayer failed: missing private key needed for decryption',
      ),
      { first: /private key .*ocicrypt/, says: /is encrypted/, never: /rmi/ },
    ],
    [
      'because it is something else',
      extract(
        'cncf.model.weight.v1.tar',
        'failed to get stream processor for application/vnd.cncf.model.weight.v1.tar: no processor for media-type',
      ),
      { first: /^Use the name of a container image/, never: /ordinary layers/ },
    ],
    [
      'because the runtime is old',
      extract(
        'oci.image.layer.v1.tar+zstd',
        'failed to get stream processor for application/vnd.oci.image.layer.v1.tar+zstd: no processor for media-type',
      ),
      { says: /update the container runtime/, never: /ordinary layers/ },
    ],
    [
      'for records of its own',
      prepare(`parent snapshot ${DIGEST} does not exist: not found`),
      { first: /next attempt/, says: /contradict each other/, never: /push the image|rmi/ },
    ],
    // containerd/containerd#7048, #4790, #5647.
    ...[
      'failed to create new thin device "pool-snap-1"(dev: 6): invalid argument',
      'failed to save initial metadata for new thin device "pool-snap-1": object already exists',
    ].map((why): [string, string, Expected] => [
      `for a device of its thin pool: ${why}`,
      prepare(why),
      {
        first: /thin pool .*lvs -a/,
        says: /remove the pool and \/var\/lib\/containerd .*root_path/,
        never: /rmi|push the image|proxy/,
      },
    ]),
    // GoogleContainerTools/kaniko#2308, containerd/containerd#4658.
    ...[
      layer(`link ${MOUNT}/tmp/src/helm ${MOUNT}/opt/helm: no such file or directory`),
      layer(
        `failed to convert whiteout file "a/.wh.b": failed to mknod("${MOUNT}/a/b", S_IFCHR, 0): not a directory`,
      ),
    ].map((why): [string, string, Expected] => [
      'for files that do not fit together',
      why,
      {
        first: /^Use another tag .*another builder/,
        says: /don't fit together/,
        never: /rmi|update|it is damaged/,
      },
    ]),
    [
      'for a file of its own store',
      layer(
        'open /var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/aa: no such file or directory',
      ),
      { never: /rmi|another builder|fit together/ },
    ],
    [
      'for records of its own content',
      `failed to get status: status for ref layer-${DIGEST}: not found`,
      { says: /contradict each other/, never: /has no image/ },
    ],
    [
      'for a lack of a differ',
      'no matching diff plugins: not found',
      { first: /a snapshotter and a differ/, never: /has no image/ },
    ],
    [
      'for another pull',
      `failed to open writer: ref layer-${DIGEST} locked for 5m3.1s (since 2026-11-29 10:00:00 +0000 UTC): unavailable`,
      { first: /next attempt/, says: /Another pull/, never: /rmi/ },
    ],
    [
      "for the kubelet's own records",
      'failed to record image pull intent: mkdir /var/lib/kubelet/image_manager: read-only file system',
      { first: /\/var\/lib\/kubelet\/image_manager/, says: /reports about the disk/, never: /rmi|arrived/ },
    ],
    [
      "for the kubelet's own records, on a full disk",
      'failed to record image pull intent: failed to create temporary file "/var/lib/kubelet/image_manager/pulling/sha256-ab.tmp": open /var/lib/kubelet/image_manager/pulling/sha256-ab.tmp: no space left on device',
      {
        first: /df -h \/var\/lib\/kubelet/,
        says: /no room to record that it pulls.*no registry was asked.*Free space on the file system of \/var\/lib\/kubelet/s,
        never: /rmi|layers? |arrived/,
      },
    ],
  ])('is not called damaged: %s', (_name, error, expected) => {
    expectReport({ image: OWN, error, node }, expected)
  })
})

describe('a layer that Docker can not unpack', () => {
  const register = (why: string) => `Error response from daemon: failed to register layer: ${why}`
  const shortOf = (error: string) =>
    textsOf({ image: OWN, error, node: { runtime: 'docker://19.3.5' } }).short
  const never = /push the image again|it is damaged|rmi/

  test.each([
    // GoogleContainerTools/kaniko#1059, #132, #1151.
    'Error processing tar file(exit status 1): mkdir /usr/lib/jvm/default-jvm/bin: no such file or directory',
    'Error processing tar file(exit status 1): link /tmp/src/helm /opt/app-root/src/helm: no such file or directory',
    'ApplyLayer exit status 1 stdout:  stderr: unlinkat .//: device or resource busy',
    'mkdir /usr/lib/x: file exists',
  ])('for its own files was built so, or is too new: %s', why => {
    const expected = { first: /^Use another tag .*another builder/, never }
    for (const runtime of ['docker://19.3.5', 'docker://29.1.0'])
      expectReport({ image: OWN, error: register(why), node: { runtime } }, expected)
    expect(shortOf(register(why))).toMatch(/can't unpack/)
  })

  test.each([
    ['before 26', 'lsetxattr user.overlay.impure /etc: operation not supported'],
    ['since then', 'lsetxattr /etc: xattr "user.overlay.impure": operation not supported'],
  ])('for an attribute that its builder forgot on a file: %s', (_release, why) => {
    expectReport(
      { image: OWN, error: register(why), node: { runtime: 'docker://25.0.1' } },
      { first: /docker buildx .*user\.overlay\.impure/, says: /nouser_xattr.*LXC/, never },
    )
  })

  test('for an attribute that the image needs has to be put where files can have it', () => {
    const error = register('lsetxattr /usr/bin/caddy: xattr "security.capability": operation not supported')
    expectReport({ image: OWN, error, node: {} }, { first: /^Let files .*security\.capability/, never })
  })

  test('for a file that Docker loses is a fault of its release, if that has it', () => {
    const error = register('lsetxattr /usr: xattr "security.selinux": no such file or directory')
    const at = (version: string, expected: Expected) =>
      expectReport({ image: OWN, error, node: { runtime: `docker://${version}` } }, { never, ...expected })
    at('29.7.2', {
      first: /^Go back to Docker 29\.6\.2.*moby\/moby#53616/,
      says: /known fault of Docker 29\.7\.2/,
    })
    at('29.1.0', { first: /without SELinux/, says: /Compare .*version/, never: /known fault|53616/ })
  })
})

test('a file system that became read-only is not called a failing disk, and only Docker registers layers', () => {
  const error =
    'failed to register layer: open /var/lib/docker/image/overlay2/layerdb/tmp/write-set-1/diff: read-only file system'
  const expected = {
    first: /^See .*kernel .*fsck.*dmesg/,
    says: /is read-only\n.*-u docker/s,
    never: /is failing/,
  }
  expectReport({ image: OWN, error }, expected)
})
