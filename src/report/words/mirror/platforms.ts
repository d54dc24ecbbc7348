/** The words of platforms, runtimes, and the state of their mirrors. */

import type { GroupState, RuntimeNote } from '../../../mirror/node-groups.ts'
import type { MirrorPlatform, NodeGroup } from '../../../mirror/setup.ts'
import type { ConfiguredMirror, ReportedMirror } from '../../../mirror/survey.ts'
import { joinList, pluralize, registryLabel, shortList } from '../nouns.ts'

const PLATFORM: Record<MirrorPlatform, string> = {
  k3s: 'K3s',
  rke2: 'RKE2',
  k0s: 'k0s',
  microk8s: 'MicroK8s',
  minikube: 'minikube',
  kind: 'kind',
  talos: 'Talos',
  bottlerocket: 'Bottlerocket',
  openshift: 'OpenShift',
  gke: 'GKE',
  aks: 'AKS',
  eks: 'EKS',
  windows: 'Windows',
  containerd: 'containerd',
  'cri-o': 'CRI-O',
  docker: 'Docker',
  unknown: 'unknown',
}

export function platformName({ platform }: Pick<NodeGroup, 'platform'>): string {
  return PLATFORM[platform]
}

/** Returns, for example, `containerd 1.6.20`; `unknown` if the nodes don't report it. */
export function runtimeName({ runtime, version }: Pick<NodeGroup, 'runtime' | 'version'>): string {
  return runtime === null ? 'unknown' : version === null ? runtime : `${runtime} ${version}`
}

/** Returns, for example, `2 EKS nodes with containerd 2.1.4 (a, b)`; a platform that is also the runtime is named once. */
export function groupTitle(group: NodeGroup): string {
  const { nodes, platform, runtime } = group
  const plain = platform === 'unknown' || platform === runtime
  const kind = plain ? 'node' : `${platformName(group)} node`
  return `${pluralize(nodes.length, kind)} with ${runtime === null ? 'an unknown runtime' : runtimeName(group)} (${shortList(nodes, 3)})`
}

export function seenText({ host, registry, nodes }: ReportedMirror): string {
  const on = nodes.length === 0 ? '' : `, on ${shortList(nodes, 3)}`
  return `${host}, asked for images of ${registryLabel(registry)}${on}`
}

type Words = {
  [Code in ConfiguredMirror['code']]: (mirror: Extract<ConfiguredMirror, { code: Code }>) => string
}

const CONFIGURED: Words = {
  'mirror-set': ({ kind, name, source, mirrors, never }) =>
    `${kind} ${name} sends pulls of ${source} to ${joinList(mirrors)}${never ? ', and never to the source itself' : ''}${kind === 'ImageTagMirrorSet' ? ' (tags)' : ' (digests)'}${kind === 'ImageContentSourcePolicy' ? '; this kind is deprecated: use ImageDigestMirrorSet' : ''}`,
  peer: ({ product, namespace, name }) =>
    `DaemonSet ${namespace}/${name} runs ${product}: nodes pull from each other what one of them has${product === 'spegel' ? '; it writes hosts.toml itself, and keeps other entries only with prependExisting' : ''}`,
  'embedded-registry': ({ nodes }) =>
    `the embedded registry is on for ${shortList(nodes, 3)}: nodes pull from each other what one of them has, for the registries that registries.yaml lists`,
  rewriter: ({ product, name }) =>
    `webhook ${name} (${product}) changes the images of new pods, so they differ from their templates`,
  'built-in-cache': ({ host, registry, nodes }) =>
    `GKE asks ${host} before ${registryLabel(registry)} on its own (${shortList(nodes, 3)}); it has popular public images only`,
}

export function configuredText(mirror: ConfiguredMirror): string {
  // Each code's words take that code's arguments; the compiler can't follow the code through the union.
  return CONFIGURED[mirror.code](mirror as never)
}

/** Returns the state of one group, for a table cell. */
export function stateText({ state, seen, configured }: GroupState): string {
  switch (state) {
    case 'seen':
      return `seen: ${joinList([...new Set(seen.map(({ host }) => host))])}`
    case 'configured':
      return `configured: ${joinList([...new Set(configured.map(shortName))])}`
    case 'unknown':
      return 'unknown'
  }
}

function shortName(mirror: ConfiguredMirror): string {
  switch (mirror.code) {
    case 'mirror-set':
      return mirror.kind
    case 'peer':
    case 'rewriter':
      return mirror.product
    case 'embedded-registry':
      return 'embedded registry'
    case 'built-in-cache':
      return mirror.host
  }
}

export const RUNTIME_NOTE: Record<RuntimeNote, string> = {
  'no-hosts-toml': 'this containerd is older than 1.5 and reads no hosts.toml: update it first',
  'tables-deprecated':
    'registry.mirrors in config.toml is deprecated, and together with config_path it keeps the CRI plugin from starting: use one of them, and prefer hosts.toml',
  'one-folder':
    'if config_path lists several folders, as the default of new versions does, hosts.toml can be ignored: set a single folder',
  'docker-hub-only': 'Docker uses mirrors for Docker Hub only',
}
