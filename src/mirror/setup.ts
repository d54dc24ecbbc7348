/** What a group of nodes needs so that it pulls through a mirror: files and commands as text, everything else as codes. */

import type { Platform } from '../diagnosis/pulling-node.ts'
import type { MirrorAddress } from './address.ts'

/** A distribution, cloud, or runtime that keeps its mirrors in its own place. */
export type MirrorPlatform = Platform | 'windows' | 'containerd' | 'cri-o' | 'docker' | 'unknown'

/** Nodes that are configured alike. */
export interface NodeGroup {
  platform: MirrorPlatform
  /** `containerd`, `cri-o`, `docker`; null if the nodes don't say. */
  runtime: string | null
  /** Of the runtime, such as `2.1.4`; null if the nodes don't say. */
  version: string | null
  os: string | null
  osImage: string | null
  /** The provider runs these nodes and gives no way to change their runtime's settings. */
  managed: 'fargate' | 'auto-mode' | null
  nodes: string[]
}

/** What the nodes are to use. */
export interface MirrorTarget {
  address: MirrorAddress
  /** Registries whose images come through the mirror, as in references. */
  registries: string[]
  /** Seconds until a node that can't connect to the mirror asks the registry itself. */
  dialTimeout: number
  /** PEM of the mirror's own certificate authority; null if public authorities vouch for it. */
  authority: string | null
}

export interface MirrorFile {
  /** Below the folder that `-o DIR` names. */
  name: string
  /** On the node; null for an object or a file that goes to another program. */
  place: string | null
  content: string
}

/** `node`: in a shell on the node. `machine`: here. `cluster`: arguments of kubectl. */
export interface SetupCommand {
  on: 'node' | 'machine' | 'cluster'
  line: string
}

/** How the files get to the nodes. */
export type Delivery =
  | 'copy'
  | 'copy-to-every-node'
  | 'user-data'
  | 'daemon-set'
  | 'machine-config'
  | 'objects'
  | 'node-pool'
  | 'settings'
  | 'node-containers'
  | 'minikube-files'

/** When the setting works. */
export type Effect =
  | 'at-once'
  | 'new-nodes'
  | 'after-restart'
  | 'after-reload'
  | 'nodes-recreated'
  | 'nodes-drained'

/** Where a mirror's own login is kept; it is never part of the files. */
export type LoginPlace =
  | 'pod-secrets'
  | 'registries-yaml'
  | 'node-auth-file'
  | 'credential-provider'
  | 'registry-auth-config'
  | 'upstream-credentials'
  | 'docker-hub-only'

export type SetupNote =
  | { code: 'config-path'; major: 1 | 2; folder: string }
  | { code: 'one-folder' }
  | { code: 'old-tables'; removed: boolean }
  | { code: 'pod-logins-reach-mirror' }
  | { code: 'pod-logins-stay' }
  | { code: 'no-namespace-query' }
  | { code: 'several-registries' }
  | { code: 'plain-http' }
  | { code: 'insecure-skips-tls' }
  | { code: 'merge' }
  | { code: 'docker-hub-only'; others: string[] }
  | { code: 'tags-and-digests' }
  | { code: 'insecure-registries'; host: string }
  | { code: 'authority-secret' }
  | { code: 'built-in-cache'; host: string }
  | { code: 'short-name'; host: string }
  | { code: 'old-talos' }
  | { code: 'unconfirmed-place' }

/** Why there is nothing to print for a group. */
export type Unsupported =
  | 'too-old'
  | 'root-only'
  | 'not-docker-hub'
  | 'fargate'
  | 'auto-mode'
  | 'windows-pool'
  | 'numeric-host'
  | 'unknown-runtime'

export interface NodeSetup {
  files: MirrorFile[]
  delivery: Delivery
  /** How the files are put in place, where one command does it. */
  put: SetupCommand[]
  effect: Effect
  /** What makes the setting work; null if nothing is to be done. */
  activate: SetupCommand | null
  check: SetupCommand[]
  /** How long a mirror that doesn't answer delays each request: seconds, or null where the runtime decides. */
  deadMirrorDelay: number | null
  login: LoginPlace
  notes: SetupNote[]
}

export type GroupSetup = NodeSetup | { unsupported: Unsupported }

/** One platform: which nodes are of it, and what they need. */
export interface PlatformRule {
  setup(target: MirrorTarget, group: NodeGroup): GroupSetup
}

/** Whether the version is at least that one; an unknown version is not. */
export function atLeast(
  { version }: Pick<NodeGroup, 'version'>,
  major: number,
  minor: number,
  patch = 0,
): boolean {
  const read = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version ?? '')
  if (read === null) return false
  const [own = 0, ownMinor = 0, ownPatch = 0] = read.slice(1).map(part => Number(part ?? 0))
  return own !== major ? own > major : ownMinor !== minor ? ownMinor > minor : ownPatch >= patch
}
