/** What the wording of a runtime's errors, and the paths and pause images in them, show of the node. */

import { firstMatch } from '../text/first-match.ts'
import type { Platform } from './node-platform.ts'

export type Runtime = 'containerd' | 'cri-o' | 'docker'

/** What an error text shows about the node; null for what it does not show. */
export interface NodeHints {
  runtime: Runtime | null
  platform: Platform | null
  os: 'linux' | 'windows' | null
  /** On Windows, such as `10.0.20348.4294`. */
  kernel: string | null
  /** What the runtime looked for in the image's index, which may run with fewer bits than its node has. */
  asked: { os: string; architecture: string } | null
  /** Whether containerd unpacked or kept the layers, as it does for Docker with containerd's image store. */
  storedByContainerd: boolean
}

/** Reads the wording of the runtime's errors, and paths and pause images in them. */
export function nodeHintsIn(text: string): NodeHints {
  const [, host = null, asked = null] = WINDOWS_HOST.exec(text) ?? []
  return {
    runtime: firstMatch(text, WORDING),
    platform: firstMatch(text, SIGNS),
    os: WINDOWS.test(text) ? 'windows' : null,
    kernel: host ?? asked,
    asked: askedPlatform(text),
    storedByContainerd: OF_CONTAINERD_STORE.test(text),
  }
}

/** Folders of containerd's plugins, and the words of its unpacker and its content store (containerd, core/unpack, plugins/content/local). */
const OF_CONTAINERD_STORE =
  /\bio\.containerd\.(?:snapshotter|content|metadata)\.|\bfailed to (?:extract layer|prepare extraction snapshot)\b|\bapply layer error for\b|\bfailed commit on ref\b/i

/** The platform that Docker, or containers/image, did not find. */
const ASKED_PLATFORM =
  /\bno matching manifest for (linux|windows)\/(?!unknown)(\w+)|\bhost platform \((linux|windows)\/(\w+)|\bfor architecture \\*"?(\w+)\\*"?,(?: variant \\*"?\w*\\*"?,)? OS \\*"?(linux|windows)\b/i

function askedPlatform(text: string): NodeHints['asked'] {
  const [, a, b, c, d, e, f] = ASKED_PLATFORM.exec(text) ?? []
  const [os, architecture] = [a ?? c ?? f, b ?? d ?? e]
  return os === undefined || architecture === undefined ? null : { os: os.toLowerCase(), architecture }
}

/** The node's Windows version, where Docker compares it with the image's, or looks for it in an image's index. */
const WINDOWS_HOST =
  /-based image is incompatible with a (10\.0\.\d{4,6}) host|no matching manifest for windows\/\w+ (10\.0\.\d{4,6})/i

const WINDOWS =
  /windows\/(?:amd64|arm64)|windows version \d|operating system \\*"linux\\*" cannot be used|\bhcsshim\b|in win32|[a-z]:\\ProgramData\\/i

/** The wording of runtimes' errors (moby, containerd remotes, containers/image): last that of a library which caches of registries use, too, and then quote. */
const WORDING: [Runtime, RegExp][] = [
  [
    'docker',
    /Error response from daemon|failed to register layer|no matching manifest for .{1,60} in the manifest list|registry-1\.docker\.io\/v2\/": .{0,40}\bdaemon\b/i,
  ],
  [
    'containerd',
    /failed to pull and unpack image|failed to resolve (?:reference|image)|failed to get sandbox image|on snapshotter /i,
  ],
  [
    'cri-o',
    /initializing source |pinging (?:container|docker) registry|reading manifest \S+ in |OCI artifact|\(Mirrors also failed|copying system image from manifest list|determining manifest MIME type|parsing image configuration: |writing blob: |copying config: |Source image rejected: /i,
  ],
]
/**
 * Paths that no other platform has, and the default pause images of K3s and RKE2, which containerd quotes as they are configured (k3s-io/k3s,
 * pkg/cli/cmds/agent.go; rancher/rke2, pkg/images). RKE1 has Docker, which words it in another way.
 */
const SIGNS: [Platform, RegExp][] = [
  ['k3s', /\/var\/lib\/rancher\/k3s\/|failed to get sandbox image \\*"rancher\/(?:mirrored-)?pause:/],
  [
    'rke2',
    /\/var\/lib\/rancher\/rke2\/|failed to get sandbox image \\*"index\.docker\.io\/rancher\/(?:mirrored-)?pause:/,
  ],
  ['k0s', /\/var\/lib\/k0s\/|\/run\/k0s\//],
  ['microk8s', /\/var\/snap\/microk8s\//],
]
