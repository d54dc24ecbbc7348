/** What a group of nodes needs to pull through a mirror: files and commands as text, everything else as codes. */

import type { Platform } from '../diagnosis/node/node-platform.ts'
import type { MirrorAddress } from './address.ts'

/** A distribution, cloud, or runtime that keeps its mirrors in its own place. */
export type MirrorPlatform = Platform | 'windows' | 'containerd' | 'cri-o' | 'docker' | 'unknown'

/** Nodes that are configured alike. */
export interface NodeGroup {
  platform: MirrorPlatform
  /** `containerd`, `cri-o`, `docker`; null if the nodes don't say. */
  runtime: string | null
  /** The runtime's version, such as `2.1.4`; null if the nodes don't say. */
  version: string | null
  os: string | null
  osImage: string | null
  /** Set if the provider runs these nodes and offers no way to change their runtime's settings. */
  managed: 'fargate' | 'auto-mode' | null
  nodes: string[]
}

/** The mirror that the nodes should use. */
export interface MirrorTarget {
  address: MirrorAddress
  /** Registries whose images should come through the mirror, as in references. */
  registries: string[]
  /** Seconds until a node that can't connect to the mirror asks the registry itself. */
  dialTimeout: number
  /** PEM of the mirror's own certificate authority; null if a public authority signed its certificate. */
  authority: string | null
}

export interface MirrorFile {
  /** Path below the folder of `-o DIR`. */
  name: string
  /** Path on the node; null for an object, or a file that goes to another program. */
  place: string | null
  content: string
}

/** A command and where it runs: `node` is a shell on the node, `machine` this machine, `cluster` arguments of kubectl. */
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

/** When the setting takes effect. */
export type Effect =
  | 'at-once'
  | 'new-nodes'
  | 'new-cluster'
  | 'after-restart'
  | 'after-reload'
  | 'nodes-recreated'
  | 'nodes-drained'

/** Where a mirror's own login is stored; it is never part of the files. */
export type LoginPlace =
  | 'pod-secrets'
  | 'registries-yaml'
  | 'node-auth-file'
  | 'credential-provider'
  | 'registry-auth-config'
  | 'upstream-credentials'
  | 'docker-hub-only'

export type SetupNote =
  | { code: 'config-path'; major: 1 | 2; folder: string; file: string }
  | { code: 'one-folder' }
  | { code: 'old-tables' }
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

/** Notes for runtimes that name the registry to a mirror in the query and send it the pods' logins. */
export function mirrorNotes({ address, registries }: MirrorTarget): SetupNote[] {
  const notes: SetupNote[] = []
  if (registries.length > 1 && address.prefix === '') notes.push({ code: 'several-registries' })
  if (address.scheme === 'http') notes.push({ code: 'plain-http' })
  return [...notes, { code: 'pod-logins-reach-mirror' }]
}

/** Why there is nothing to print for a group. */
export type UnsupportedReason =
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
  /** Commands that put the files in place; empty if that takes more than commands. */
  put: SetupCommand[]
  effect: Effect
  /** Makes the setting take effect; null if nothing has to be done. */
  activate: SetupCommand | null
  check: SetupCommand[]
  /** How long an unreachable mirror delays each request, in seconds; null if the runtime decides. */
  deadMirrorDelay: number | null
  login: LoginPlace
  notes: SetupNote[]
}

export type GroupSetup = NodeSetup | { unsupported: UnsupportedReason }

/** What the nodes of one platform need. */
export type PlatformRule = (target: MirrorTarget, group: NodeGroup) => GroupSetup
