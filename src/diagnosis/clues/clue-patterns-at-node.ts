/** The clues of the image's content and of the node, by the words that show them: layers, formats, signatures, settings, disks, and runtimes. */

import { UNKNOWN_VOLUME } from '../../image/pull-messages.ts'
import { FAULTY_LAYER, SNAPSHOTTER_GONE } from '../causes/corrupt-or-unpack.ts'
import { THIN_POOL } from '../causes/disk-full.ts'
import { NO_BASE_LAYER } from '../causes/platform-mismatch.ts'
import { NO_CRI, RUNTIME_GONE, RUNTIME_STARTING } from '../causes/runtime-gone.ts'
import { DOWNLOADING } from '../text/download-host.ts'
import type { ContentClue, NodeClue } from './clue-at-node.ts'

export const NODE_CLUES: readonly [ContentClue | NodeClue, RegExp][] = [
  [
    { code: 'other-manifest' },
    /\bref "?(?:manifest|index)-sha\w*:.{0,400}(?:failed size validation|unexpected commit digest)|manifest does not match (?:provided|selected) manifest digest|manifest verification failed for digest/i,
  ],
  [
    { code: 'missing-layer' },
    new RegExp(
      String.raw`${DOWNLOADING}.{0,200}\b404\b|\b(?:unknown blob|blob[_ ]unknown)\b|could not fetch content descriptor (?!\S{1,80} \(\S{1,80}manifest|\S{1,80} \(\S{1,80}index).{0,200} from remote: not found`,
      'i',
    ),
  ],
  // quay/quay, endpoints/v2: only if the repository's history has the tag.
  [{ code: 'tag-deleted' }, /\bwas deleted or has expired\b/i],
  [{ code: 'not-on-node' }, /failed to get sandbox image "[^"]*": image "[^"]*": not found/i],
  [{ code: 'content-gone' }, /content digest sha\d+:\w+: not found|reader from content store/i],
  [
    { code: 'snapshotter-without-login' },
    /failed to prepare extraction snapshot .{1,900}(?:no basic auth credentials|failed to authorize|failed to fetch anonymous token)/i,
  ],
  // Nydus' snapshotter, before and after it moved to containerd's project (dragonflyoss/nydus#48, kata-containers/kata-containers#8407).
  [
    { code: 'snapshotter-without-name' },
    /\bfailed to find image ref of snapshot\b|\bmissing CRI reference annotation for snap/i,
  ],
  [
    { code: 'layer-mismatch' },
    /mismatched image rootfs|number of layers and diffids don't match|mismatch between manifest layers and diff ids|layers from manifest don't match image configuration|config claims|image config has only \d+ diffid/i,
  ],
  // containerd, core/unpack: the layer's own digest was compared before.
  [
    { code: 'wrong-diff-id' },
    /\bwrong diff id calculated on extraction\b|\bdoes not match config's diffid\b/i,
  ],
  // containers/image, copy: it compares the index, too, since 2019 (cri-o/cri-o#2157).
  [{ code: 'digest-of-index' }, /\bdigest of source image's manifest would not match\b/i],
  [{ code: 'nydus-layer' }, /\bimage\.layer\.nydus\./i],
  // distribution, registry/handlers/manifests.go.
  [{ code: 'oci-unread' }, /\baccept header does not support oci\b/i],
  [
    { code: 'file-system' },
    /whiteout.{0,200}not supported|lchown.{0,300}operation not (?:permitted|supported)|(?:l?setxattr|mknod) \S{1,300}: operation not supported|cross-device link|stale (?:nfs )?file handle/i,
  ],
  [{ code: 'pigz' }, /\b(?:un)?pigz: skipping: /i],
  [
    { code: 'partial-layer' },
    /failed size validation|unexpected commit (?:digest|size)|short read|unexpected eof|content digest mismatch|(?:filesystem layer|image(?: config)?) verification failed for digest|digest did not match|flate: corrupt input|invalid (?:blob |manifest )?checksum|crc(?:32)? mismatch/i,
  ],
  [
    { code: 'discarded' },
    /failed size validation|unexpected commit (?:digest|size)|(?:filesystem layer|image(?: config)?) verification failed for digest|digest did not match|blob (?:size|digest) mismatch|invalid (?:blob|manifest) checksum/i,
  ],
  [
    { code: 'kernel-refuses', for: 'limit' },
    /too many open files|file table overflow|(?:fork\/exec|pthread_create|newosproc|clone).{0,200}resource temporarily unavailable/i,
  ],
  [
    { code: 'kernel-refuses', for: 'rights' },
    // An owner that can't be set may be the file system's fault: see file-system.
    /\b(?:setxattr|mknod|chmod|mount|unshare|unlinkat|whiteout)\b.{0,400}operation not permitted|\b(?:open|mkdir|mknod|mount|rename|unlinkat|chmod|l?stat) \/\S{1,300}: permission denied|required privilege is not held|failed to extract layer \S{1,90}: operation not permitted/i,
  ],
  [
    { code: 'kernel-refuses', for: 'rights' },
    // containerd unpacks in a callback of its mount; Docker and containers/storage in a process of their own.
    /\b(?:failed to (?:extract|register) layer|applylayer|processing tar file)\b(?!.{0,1500}\bl?chown).{0,1500}(?:operation not permitted|permission denied)\b/i,
  ],
  [{ code: 'pull-records' }, /record image pull intent/i],
  [{ code: 'locked-layer' }, /\bref \S{1,200} locked\b/i],
  [
    { code: 'store-folder-gone' },
    // containerd's (containerd/containerd#7834), and two of Docker's and containers/storage, which make them when they start.
    /failed to create temp dir: (?:stat|mkdir) \S{1,300}\/snapshots\b\S{0,80}: no such file or directory|open \S{1,200}\/tmp\/GetImageBlob\d+: no such file or directory|symlink \S{1,200} \S{1,200}\/overlay2?\/l\/\w{26}: no such file or directory/i,
  ],
  [
    { code: 'torn-store' },
    /parent snapshot \S{1,200} does not exist|missing parent "|failed to get active snapshot|target snapshot \S{1,200} already exists|failed to rename: .{0,600}file exists|rename \S{1,200}\/layerdb\/tmp\/\S{1,80} \S{1,300}: (?:file exists|directory not empty)|object with key \S{1,200} already exists|thin device .{0,300}(?:file exists|no data available)|failed to create snapshot: no data available|failed to stat parent|(?:bucket|snapshot|lease) does not exist|status for ref \S{1,200}: not found|failed reading status of resume write|ref key does not match: |provided total differs from status: /i,
  ],
  [
    { code: 'encrypted' },
    /\+encrypted\b|decryptlayer|ctd-decoder|ocicrypt|missing private key needed for decryption|decrypting (?:blob|layer)|failed to decrypt (?:the image )?layer/i,
  ],
  [{ code: 'snapshotter-gone' }, SNAPSHOTTER_GONE],
  [{ code: 'runtime-lost', how: 'gone' }, RUNTIME_GONE],
  [{ code: 'runtime-lost', how: 'starting' }, RUNTIME_STARTING],
  [{ code: 'runtime-lost', how: 'no-cri' }, NO_CRI],
  [
    { code: 'runtime-lost', how: 'slow' },
    /failed to inspect image .{0,600}(?:context deadline exceeded|context canceled)/i,
  ],
  // Docker, and containers/image before and after it quotes names.
  [{ code: 'asks-arm-v8' }, /\blinux\/arm\/v8\b|\barchitecture \\*"?arm\\*"?, variant \\*"?v8\b/i],
  [{ code: 'for-linux' }, /operating system \\*"linux\\*" cannot be used/i],
  [{ code: 'for-linux' }, NO_BASE_LAYER],
  [{ code: 'disk-quota' }, /\bdisk quota exceeded\b|\bEDQUOT\b/i],
  [{ code: 'thin-pool' }, THIN_POOL],
  [{ code: 'memory' }, /cannot allocate memory|out of memory|not enough (?:free )?memory/i],
  [
    { code: 'user-namespace' },
    // The kernel answers so to an owner that the user namespace does not map; by default, one has 65,536 IDs.
    /subordinate ids|cannot be mapped to a host id|\/etc\/subuid|insufficient uids or gids|\blchown.{0,300}invalid argument|\bfailed to lchown .{1,900} for uid (?:\d{6,}|\d{1,5}, gid \d{6,})/i,
  ],
  [
    { code: 'mirror-config' },
    // The second line is containerd's for values of hosts.toml (core/remotes/docker/config/hosts.go).
    /hosts\.toml|parse endpoint url|get registry endpoints|loading registries(?: configuration|: )|\binvalid condition: |\bpull-from-mirror (?:must|value|for)\b|invalid unqualified-search-registries entry|parse registry endpoint|(?:reference "[^"]{1,400}"|resolve image): toml: |failed to parse toml|unable to parse server|unknown capability \S|invalid (?:type|pair) .{1,200} for (?:header )?"|unable to cast .{1,200} to string|invalid \Whost\W tree|registries\.conf(?:\.d)?\S*: (?:toml|parse|decod|bare keys)/i,
  ],
  [{ code: 'busy-mount' }, /(?:mount|snapshot|rootfs|overlay).{0,300}device or resource busy/i],
  // The block device of an image that OverlayBD serves is not the node's disk (containerd/accelerated-container-image#76).
  [
    { code: 'disk-fault' },
    /^(?!.*failed to mount \/dev\/\S{1,80} to \S{0,300}overlaybd).*(?:input\/output error|read-only file system|structure needs cleaning|: bad message\b)/is,
  ],
  [
    { code: 'read-only' },
    /^(?!.*failed to mount \/dev\/\S{1,80} to \S{0,300}overlaybd).*: read-only file system\b/is,
  ],
  [{ code: 'failed-write' }, /\b(?:write|sync|open|mkdir) [^\s:]{1,400}: input\/output error\b/i],
  [{ code: 'old-settings' }, /must be in v2 format|mixing sysregistry v1\/v2/i],
  [{ code: 'source-blocked' }, /is blocked in (?:one of )?\S*registries\.conf/i],
  // containers/image, signature/policy_eval_*.go; Notation for the last one.
  [{ code: 'signed-otherwise', with: 'name' }, /signature for identity .{1,300} is not accepted/i],
  [
    { code: 'signed-otherwise', with: 'key' },
    /none of the signatures were accepted|cryptographic signature verification failed|invalid signature when validating|signature by key .{1,80} is not accepted|invalid gpg signature|\brequired (?:e-?mail|identity|subject|signer)\b|not (?:produced|signed) by a trusted|unexpected (?:fulcio )?(?:oidc issuer|subject)|key not found for key id|no public key verified/i,
  ],
  // containers/image, docker/docker_client.go (containers/image#2058).
  [{ code: 'signed-otherwise', with: 'media-type' }, /unexpected mime type for sigstore attachment/i],
  [{ code: 'verifier-failed' }, /image verifier \S{1,100} returned error: /i],
  [{ code: 'not-listed' }, /\bis rejected by policy\b/i],
  [
    { code: 'layer-type' },
    /stream processor for application\/vnd\.(?:oci|docker)\.(?!\S{1,200}\+zstd)|layer\.nydus\.|unsupported layer media|encrypted layer/i,
  ],
  [{ code: 'signed-artifact' }, /pushing signatures for oci images is not supported/i],
  [{ code: 'attestation' }, /vnd\.in-toto\+json|attestation-manifest/i],
  // cosign (also for attestations, which it wraps in DSSE), Sigstore's bundles, and Notation.
  [
    { code: 'signature-artifact' },
    /application\/vnd\.(?:dev\.cosign|dev\.sigstore|dsse\.envelope|cncf\.notary)\b/i,
  ],
  [
    { code: 'layer-format' },
    /invalid tar header|unhandled tar header|invalid whiteout name|gzip: invalid header|stream processor for \S{1,200}\+zstd|unsupported (?:layer|compression)|unknown compression|magic number mismatch/i,
  ],
  [{ code: 'faulty-layer' }, FAULTY_LAYER],
  [
    { code: 'thin-devices' },
    // containerd's snapshotter (plugins/snapshots/devmapper), then Docker's and containers/storage's drivers.
    /failed to (?:create|activate) (?:new )?(?:thin |snapshot )device|metadata for (?:new thin )?device "|thin device .{0,300}(?:file exists|no data available)|dm_task_run failed|devmapper: unknown device/i,
  ],
  [
    { code: 'imported-name' },
    // `ctr images import --digests`, as kind runs it (kubernetes-sigs/kind#4099).
    /failed to get image from containerd .{0,200}\/import-\d{4}-\d\d-\d\d@sha256:\w{1,64}\\*": not found/i,
  ],
  [
    { code: 'damaged-store' },
    /image not known|does not resolve to an image id|failed to get image from containerd|from containerd image store|failed to create image reference|failed to resolve image "[^"]*": not found|no such image: \S+$|unable to inspect image \S+$|consider removing the image to resolve/i,
  ],
  [
    { code: 'broken-store' },
    // containers/storage and Docker: their own lists of layers, and the links between layers.
    /loading (?:primary|additional) layer store|\/(?:layers|images)\.json": (?:unexpected end|invalid character)|can't stat lower layer|link \S{1,300}\/overlay2?\/l\b\S{0,40}: (?:invalid argument|no such file)|readlink \S{1,200}\/overlay2?: invalid argument|\/(?:layerdb|imagedb)\/\S{1,200}: no such file|\/overlay2?\/[\w-]{1,80}(?:\/(?:diff|link|lower|merged|work))?: no such file|layer does not exist|layer not known|parent layer \S{1,100}: unknown layer|recreating the missing symlinks/i,
  ],
  [
    { code: 'signature-lookup' },
    /reading signature from |\/signature-\d+["':]|source image rejected: (?:downloading signatures|reading manifest \S{1,300}\.sig\b|get ")/i,
  ],
  [
    { code: 'policy-key' },
    // containers/image, signature/policy_eval_*.go.
    /source image rejected: (?:open|read|stat) \/|source image rejected: parsing (?:rekor )?public key|error loading (?:fulcio|pki) ca/i,
  ],
  // GPGME_ERR_INV_ENGINE.
  [{ code: 'no-gnupg' }, /\binvalid crypto engine\b/i],
  [{ code: 'file-denied' }, /\baccess is denied\b(?! due)|\bthe process cannot access the file\b/i],
  // confidential-containers/guest-components#131 and #544.
  [{ code: 'guest-gave-up' }, /channel: send failed \W{0,3}SendError/i],
  [{ code: 'unpacker-killed' }, /signal: killed/i],
  [{ code: 'too-many-layers' }, /\bmax depth exceeded\b/i],
  // cri-dockerd, which needs the image's Config (core/convert.go).
  [{ code: 'no-image-config' }, /\bunable to convert a nil pointer to a runtime api image\b/i],
  [{ code: 'no-image-volumes' }, UNKNOWN_VOLUME],
  [{ code: 'no-image-size' }, /\bid or size of image .{1,400} is not set/i],
  [{ code: 'schema1' }, /schema ?(?:version )?1\b|manifest\.v1\+prettyjws|docker v1|(?:^|: )no signatures$/i],
  [
    { code: 'mixed-types' },
    // containers/image, internal/manifest/errors.go, before and since 5.24.
    /artifact with type \W{0,3}application\/vnd\.docker\.container\.image|invalid mixed oci image/i,
  ],
  [
    { code: 'artifact' },
    /stream processor for (?!application\/vnd\.(?:oci|docker)\.)\w|vnd\.cncf\.helm|application\/vnd\.wasm|application\/(?:vnd\.)?(?:cyclonedx|spdx|syft)\b|(?<!image or )oci artifact|not a (?:container )?image|artifact (?:with )?type(?! \W{0,3}application\/vnd\.docker\.container\.image)|unknown config media|vnd\.unknown\.config|media ?type \W?application\/vnd\.(?!oci\.|docker\.)|encountered remote (?!\S{0,20}\bvnd\.(?:oci\.image|docker\.container\.image)\.)\S{1,150}\((?:unknown|plugin)\)|invalid rootfs in image configuration|empty\.v1\+json|ai models are not|not container images/i,
  ],
]
