/** Texts of what happens on the node: names, policies, platforms, unpacking, disk. */
import { expectCause } from './expect-cause.ts'

const SHA = 'sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8'
const UNPACK = 'rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/library/nginx:1"'

expectCause('kubelet-qps', [
  ['kubelet', 'pull QPS exceeded'],
  ['event', 'Failed to pull image "nginx:1": pull QPS exceeded'],
  ['back-off', 'Back-off pulling image "nginx:1": ErrImagePull: pull QPS exceeded'],
])

expectCause('never-pull', [['kubelet', 'Container image "app:1" is not present with pull policy of Never']])
expectCause('never-pull', [['reason alone', '']], 'ErrImageNeverPull')

expectCause('invalid-reference', [
  [
    'kubelet',
    `Failed to apply default image tag "nginx:": couldn't parse image name "nginx:": invalid reference format`,
  ],
  [
    'upper case',
    `Failed to apply default image tag "Acme/App:1": couldn't parse image name "Acme/App:1": invalid reference format: repository name (Acme/App) must be lowercase`,
  ],
  [
    '64 hex',
    `Failed to apply default image tag "${SHA.slice(7)}": couldn't parse image name "${SHA.slice(7)}": invalid repository name (${SHA.slice(7)}), cannot specify 64-byte hexadecimal strings`,
  ],
  ['digest length', `couldn't parse image name "nginx@sha256:abc": invalid checksum digest length`],
  [
    'blanks',
    `Failed to apply default image tag "nginx: connection refused": couldn't parse image name "nginx: connection refused": invalid reference format`,
  ],
  [
    'CRI-O, short name',
    'Failed to inspect image "": rpc error: code = Unknown desc = short-name "nginx:1" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
  ],
  ['CRI-O, ambiguous', 'short name mode is enforcing, but image name nginx:latest returns ambiguous list'],
  [
    'containerd',
    'rpc error: code = InvalidArgument desc = failed to parse image reference "nginx:::1": invalid reference format',
  ],
  [
    'CRI-O',
    'parsing image name "docker://Acme/app": invalid reference format: repository name must be lowercase',
  ],
])
expectCause('invalid-reference', [['reason alone', 'whatever the kubelet says']], 'InvalidImageName')

expectCause('platform-mismatch', [
  ['containerd', `${UNPACK}: no match for platform in manifest: not found`],
  [
    'containerd, digest',
    `rpc error: code = NotFound desc = failed to pull and unpack image "reg.corp/app:1": no match for platform in manifest ${SHA}: not found`,
  ],
  [
    'docker',
    'Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries',
  ],
  ['docker, Windows', 'no matching manifest for windows/amd64 10.0.17763 in the manifest list entries'],
  [
    'CRI-O',
    'choosing image instance: no image found in image index for architecture "arm64", variant "v8", OS "linux"',
  ],
  [
    'CRI-O, older',
    'Error choosing an image from manifest list docker://reg.corp/app:1: no image found in manifest list for architecture arm64, OS linux',
  ],
  [
    'docker-containerd',
    'image with reference nginx:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64',
  ],
  [
    'docker, other OS',
    'image operating system "windows" cannot be used on this platform: operating system is not supported',
  ],
  ['unpacking', `failed to extract layer ${SHA}: exec format error`],
])

expectCause('unsupported-manifest', [
  [
    'containerd 2.1',
    `failed to pull and unpack image "reg.corp/app:1": not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json" or "application/vnd.oci.image.manifest.v1+json"`,
  ],
  [
    'docker',
    'Error response from daemon: unsupported manifest media type and no default available: application/vnd.oci.image.index.v1+json',
  ],
  [
    'docker, helm chart',
    'Error response from daemon: unsupported media type application/vnd.cncf.helm.config.v1+json',
  ],
  ['docker, schema 1', 'Error response from daemon: missing signature key'],
  [
    'moby',
    `mediaType in manifest should be 'application/vnd.docker.distribution.manifest.v2+json' not 'application/vnd.oci.image.manifest.v1+json'`,
  ],
  [
    'containerd, HTML',
    `rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/acme/app:1": failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${SHA}: not found`,
  ],
  [
    'CRI-O',
    'parsing image configuration: unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"',
  ],
  ['registry', 'reading manifest 1 in reg.corp/app: manifest invalid: manifest invalid'],
])

expectCause('signature-policy', [
  ['CRI-O', 'Source image rejected: A signature was required, but no signature exists'],
  ['CRI-O, rejected', 'Source image rejected: Running image docker://reg.corp/app:1 is rejected by policy.'],
  [
    'kubelet since 1.28',
    'image pull failed for reg.corp/app:1 because the signature validation failed: Source image rejected: A signature was required, but no signature exists',
  ],
  [
    'back-off',
    'Back-off pulling image "reg.corp/app:1": SignatureValidationFailed: image pull failed for reg.corp/app:1 because the signature validation failed: Source image rejected: Signature for identity "reg.corp/app:2" is not accepted',
  ],
  [
    'policy file',
    'invalid policy in "/etc/containers/policy.json": invalid character \'}\' looking for beginning of object key string',
  ],
  [
    'blocked',
    'initializing source docker://docker.io/library/nginx:1: registry docker.io is blocked in /etc/containers/registries.conf or /etc/containers/registries.conf.d',
  ],
  [
    'containerd image verifier',
    'failed to pull and unpack image "reg.corp/app:1": image verifier cosign blocked pull of reg.corp/app:1 with digest sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8 for reason: no matching signatures',
  ],
  [
    'docker content trust',
    'Error: remote trust data does not exist for docker.io/acme/app: notary.docker.io does not have trust data for docker.io/acme/app',
  ],
])
expectCause(
  'signature-policy',
  [['reason alone', 'x509: certificate signed by unknown authority']],
  'SignatureValidationFailed',
)

expectCause('disk-full', [
  [
    'containerd',
    `failed to extract layer ${SHA}: write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/9/fs/usr/lib/x: no space left on device: unknown`,
  ],
  [
    'containerd, ingest',
    `failed to copy: failed to send write: write /var/lib/containerd/io.containerd.content.v1.content/ingest/x/data: no space left on device: unknown`,
  ],
  [
    'docker',
    'failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x: no space left on device',
  ],
  [
    'CRI-O',
    'writing blob: storing blob to file "/var/tmp/container_images_storage1/1": write /var/tmp/container_images_storage1/1: no space left on device',
  ],
  [
    'quota',
    `failed to prepare extraction snapshot "extract-1-abc ${SHA}": mkdir /var/lib/containerd/x: disk quota exceeded`,
  ],
  ['memory', 'failed to register layer: fork/exec /usr/bin/unpigz: cannot allocate memory'],
  [
    'Windows',
    'failed to register layer: re-exec error: exit status 1: output: There is not enough space on the disk.',
  ],
])

expectCause('corrupt-or-unpack', [
  [
    'CRI-O 1.33, which then tried it as an artifact',
    'unable to pull image or OCI artifact: pull image err: copying system image from manifest list: committing the finished image: layer not known; artifact err: pull artifact: unsupported manifest media type: 401 Unauthorized',
  ],
  [
    'size',
    `failed commit on ref "layer-${SHA}": "layer-${SHA}" failed size validation: 1024 != 2048: failed precondition`,
  ],
  [
    'digest',
    `failed commit on ref "layer-${SHA}": unexpected commit digest sha256:0000000000000000000000000000000000000000000000000000000000000000, expected ${SHA}: failed precondition`,
  ],
  [
    'docker',
    'filesystem layer verification failed for digest sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8',
  ],
  [
    'content store',
    `rpc error: code = NotFound desc = failed to pull and unpack image "reg.corp/app:1": failed to extract layer ${SHA}: failed to get reader from content store: content digest ${SHA}: not found`,
  ],
  [
    'snapshot',
    `failed to prepare extraction snapshot "extract-795119289-7389 ${SHA}": parent snapshot ${SHA} does not exist: not found`,
  ],
  [
    'snapshot twice',
    `failed to prepare extraction snapshot "extract-795119289-7389 ${SHA}": failed to rename: file exists: already exists`,
  ],
  ['tar', 'failed to register layer: archive/tar: invalid tar header'],
  ['gzip', `failed to extract layer ${SHA}: failed to create diff tar stream: gzip: invalid header: unknown`],
  ['truncated layer', `failed to extract layer ${SHA}: unexpected EOF: unknown`],
  [
    'CRI-O',
    'writing blob: adding layer with blob "sha256:50aa": processing tar file(potentially insufficient UIDs or GIDs available in user namespace (requested 0:42 for /etc/gshadow): Check /etc/subuid and /etc/subgid: lchown /etc/gshadow: invalid argument): exit status 1',
  ],
  ['CRI-O, storage', 'committing the finished image: creating image "50aa": layer not known'],
  ['read-only', 'failed to create temp dir: mkdir /var/lib/containerd/tmpmounts/x: read-only file system'],
  [
    'SELinux',
    `failed to extract layer ${SHA}: mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount1: lchown /var/lib/containerd/tmpmounts/containerd-mount1/etc: operation not permitted: unknown`,
  ],
  ['permissions', 'open /var/lib/containers/storage/overlay-images/images.lock: permission denied'],
  ['docker, rootfs', `layers from manifest don't match image configuration`],
  [
    'overlay',
    'failed to register layer: error creating overlay mount to /var/lib/docker/overlay2/x/merged: device or resource busy',
  ],
  [
    'soci',
    `rpc error: code = Unavailable desc = failed to pull and unpack image "reg.corp/app:1": failed to prepare extraction snapshot "extract-1-x ${SHA}": layer "3496" unavailable: unavailable`,
  ],
])

expectCause('canceled-or-deadline', [
  [
    'containerd',
    `${UNPACK}: failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://reg.corp/v2/app/blobs/${SHA}": context canceled`,
  ],
  ['bare deadline', 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'],
  ['bare cancel', 'rpc error: code = Canceled desc = context canceled'],
  [
    'resolver',
    'failed to do request: Head "https://reg.corp/v2/app/manifests/1": dial tcp: lookup reg.corp: operation was canceled',
  ],
  ['unpacking', `failed to extract layer ${SHA}: context canceled`],
  [
    'dockershim',
    'Failed to pull image "nginx:1": rpc error: code = Unknown desc = net/http: request canceled',
  ],
  ['gRPC code alone', 'rpc error: code = Canceled desc = failed to pull and unpack image "reg.corp/app:1"'],
])

expectCause('other', [
  ['nothing', ''],
  ['a file of the node', 'open /etc/containers/certs.d/reg.corp/client.key: permission denied'],
  ['back-off alone', 'Back-off pulling image "nginx:1"'],
  ['the reason again', 'Error: ErrImagePull'],
  [
    'the runtime is gone',
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
  ],
  ['the runtime went', 'rpc error: code = Unavailable desc = error reading from server: EOF'],
  ['nonsense', 'the moon is made of cheese'],
])
