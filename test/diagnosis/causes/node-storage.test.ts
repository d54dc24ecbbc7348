/** Texts of failures on the node after the download: space, layers, snapshots. */
import { expectCause } from './expect-cause.ts'

const SHA = 'sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8'

expectCause('corrupt-or-unpack', {
  'docker, a changed layer':
    'could not verify layer data for: sha256:aa. This may be because internal files were modified',
  'CRI-O, its list of layers':
    'loading primary layer store data: loading "/var/lib/containers/storage/overlay-layers/layers.json": unexpected end of JSON input',
  'CRI-O, other manifest': `Manifest does not match provided manifest digest ${SHA}`,
  'CRI-O, a layer in parts': `partial pull of blob ${SHA}: staging a partially-pulled layer: invalid manifest checksum`,
  'cri-dockerd, after a good pull': 'unable to inspect image reg.corp/a/b:1',
})

expectCause('disk-full', {
  containerd: `failed to extract layer ${SHA}: write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/9/fs/usr/lib/x: no space left on device: unknown`,
  'containerd, ingest': `failed to copy: failed to send write: write /var/lib/containerd/io.containerd.content.v1.content/ingest/x/data: no space left on device: unknown`,
  docker:
    'failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x: no space left on device',
  'CRI-O':
    'writing blob: storing blob to file "/var/tmp/container_images_storage1/1": write /var/tmp/container_images_storage1/1: no space left on device',
  quota: `failed to prepare extraction snapshot "extract-1-abc ${SHA}": mkdir /var/lib/containerd/x: disk quota exceeded`,
  Windows:
    'failed to register layer: re-exec error: exit status 1: output: There is not enough space on the disk.',
  devicemapper:
    'devmapper: Thin Pool has 36408 free data blocks which is less than minimum required 163840 free data blocks. Create more free space in thin pool or use dm.min_free_space option to change behavior',
})

expectCause('corrupt-or-unpack', {
  'nydus, its daemon is gone':
    'failed to prepare extraction snapshot "extract-983914117-nQvy sha256:cc2447e1835a40530975ab80bb1f872fbab0f2a0faecf2ab16fbbb89b3589438": connection error: desc = "transport: Error while dialing dial unix:///run/containerd-nydus/containerd-nydus-grpc.sock: timeout": unavailable',
  'nydus, not ready':
    'failed to create containerd container: snapshot 10056 is not ready, err: wait until daemon is RUNNING: get daemon state: daemon socket /var/lib/containerd-nydus/socket/cj4b/api.sock: not found: unknown',
  'Docker, old':
    'Error pulling image (latest) from docker.io/library/python, Untar re-exec error: exit status 1: output: unexpected EOF',
  digest: `failed commit on ref "layer-${SHA}": unexpected commit digest sha256:0000000000000000000000000000000000000000000000000000000000000000, expected ${SHA}: failed precondition`,
  docker:
    'filesystem layer verification failed for digest sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8',
  'content store': `rpc error: code = NotFound desc = failed to pull and unpack image "reg.corp/app:1": failed to extract layer ${SHA}: failed to get reader from content store: content digest ${SHA}: not found`,
  snapshot: `failed to prepare extraction snapshot "extract-795119289-7389 ${SHA}": parent snapshot ${SHA} does not exist: not found`,
  'snapshot twice': `failed to prepare extraction snapshot "extract-795119289-7389 ${SHA}": failed to rename: file exists: already exists`,
  tar: 'failed to register layer: archive/tar: invalid tar header',
  gzip: `failed to extract layer ${SHA}: failed to create diff tar stream: gzip: invalid header: unknown`,
  'truncated layer': `failed to extract layer ${SHA}: unexpected EOF: unknown`,
  'CRI-O, storage': 'committing the finished image: creating image "50aa": layer not known',
  'Docker, cut off': 'ApplyLayer exit status 1 unexpected EOF',
  'no snapshotter': 'unable to initialize unpacker: no unpack platforms defined: invalid argument',
  'read-only': 'failed to create temp dir: mkdir /var/lib/containerd/tmpmounts/x: read-only file system',
  'docker, rootfs': `layers from manifest don't match image configuration`,
  soci: `rpc error: code = Unavailable desc = failed to pull and unpack image "reg.corp/app:1": failed to prepare extraction snapshot "extract-1-x ${SHA}": layer "3496" unavailable: unavailable`,
  'Docker on Windows':
    'failed to register layer: re-exec error: exit status 1: output: ProcessBaseLayer \\\\?\\C:\\ProgramData\\Docker\\windowsfilter\\b37b: Access is denied.',
  'containerd on Windows':
    'hcsshim::ProcessBaseLayer \\\\?\\C:\\ProgramData\\containerd\\root\\io.containerd.snapshotter.v1.windows\\snapshots\\1: The specified module could not be found.: unknown',
  'an encrypted layer':
    'failed to get stream processor for application/vnd.oci.image.layer.v1.tar+gzip+encrypted: exec: "ctd-decoder": executable file not found in $PATH: unknown',
  'CRI-O, diff id': `writing blob: layer 0 (blob "${SHA}"/"${SHA}"/"${SHA}") does not match config's DiffID "${SHA}"`,
  'CRI-O, mount': `reading layer "5f70" for blob "${SHA}": creating overlay mount to /var/lib/containers/storage/overlay/5f70/merged: no such file or directory`,
  'a lock': `rpc error: code = Unavailable desc = ref k8s.io/1/layer-${SHA} locked for 234.449907ms (since 2026-09-11 11:54:05.578308467 +0200 CEST m=+13.046516127): unavailable`,
  'the snapshotter is gone, not the runtime': `failed to prepare extraction snapshot "extract-1 ${SHA}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/soci-snapshotter-grpc/soci-snapshotter-grpc.sock: connect: connection refused"`,
  'CRI-O, an image half there':
    'error locating item named "manifest" for image with ID "5f70" (consider removing the image to resolve the issue): file does not exist',
  'devmapper, with records of another pool': `failed to prepare extraction snapshot "extract-1 ${SHA}": failed to create new thin device "pool-snap-7" (dev: 7): file exists: unknown`,
})
