/** Explains trouble of a node or of a registry's server. */

import type { ExplanationsOf } from './explanation.ts'

export const TROUBLE: ExplanationsOf<
  'disk-full' | 'registry-server-error' | 'corrupt-or-unpack' | 'canceled-or-deadline'
> = {
  'disk-full': {
    title: 'The node has no room for the image',
    is: 'Disk space, inodes, or memory ran out while the layers were written or unpacked.',
    tell: 'The text has "no space left on device". On the node, `df -h` and `df -i` show which file system is full.',
    todo: [
      'Remove unused images on the node: `crictl rmi --prune`',
      'Give nodes larger disks, or lower imageGCHighThresholdPercent in the kubelet configuration',
    ],
    example: 'write /var/lib/containerd/io.containerd.content.v1.content/ingest/…: no space left on device',
    subcauses: {},
  },
  'registry-server-error': {
    title: 'The registry has an error of its own',
    is: 'The registry, its token server, or its storage answered with a 5xx status, or with something that is not an answer of a registry.',
    tell: 'The text has "500", "502", "503", or "504", or shows a web page. The status page of the registry may know more.',
    todo: [
      'Wait and look at the status page of the registry; the kubelet retries on its own',
      'If it is your own registry, read its log and that of the load balancer in front of it',
    ],
    example: 'unexpected status from HEAD request to https://registry.example/v2/…: 503 Service Unavailable',
    subcauses: {},
  },
  'corrupt-or-unpack': {
    title: 'The layers were damaged or could not be unpacked',
    is: 'What arrived does not have the digest that it should have, or the node failed to unpack it: a broken upload, a proxy that changes content, or a fault of the storage on the node.',
    tell: 'The text has "unexpected commit digest", "failed size validation", "failed to extract layer", or "snapshot". If it happens on one node only, it is the node.',
    todo: [
      'On one node only: remove the image there (`crictl rmi IMAGE`) and check its disk',
      'On every node: push the image again, and look for a cache or proxy that changes what it delivers',
    ],
    example: 'failed to extract layer sha256:…: unexpected EOF: unknown',
    subcauses: {},
  },
  'canceled-or-deadline': {
    title: 'The pull was given up',
    is: 'The kubelet or the runtime ended the pull because it made no progress, or because a deadline passed. The text has no better reason.',
    tell: 'The text has "context canceled" or "context deadline exceeded" and names no host. Large images on slow links are the usual reason.',
    todo: [
      'Wait for the next attempt: layers that arrived are kept',
      'If it happens again, make the image smaller, or bring it nearer with a mirror',
      "Raise the runtime's time limit (containerd: image_pull_progress_timeout)",
    ],
    example: 'failed to pull and unpack image "acme/model:7": context canceled',
    subcauses: {},
  },
}
