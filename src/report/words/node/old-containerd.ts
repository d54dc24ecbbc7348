/** Where containerd before 1.5 has its settings for registries: in its main configuration, as it reads no hosts.toml (containerd's docs/cri/registry.md, docs/hosts.md). */

import type { Platform } from '../../../diagnosis/node/node-platform.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { releaseOf } from './node.ts'

/** Platforms whose own settings become a configuration that their containerd reads. */
const OWN_SETTINGS: readonly (Platform | null)[] = [
  'k3s',
  'rke2',
  'talos',
  'bottlerocket',
  'openshift',
  'gke',
]

/** Whether the node's containerd reads no hosts.toml, and its settings are written by hand. */
export function isOldContainerd({ platform, runtime, version }: PullingNode): boolean {
  const [major, minor] = releaseOf(version)
  return runtime === 'containerd' && major === 1 && minor < 5 && !OWN_SETTINGS.includes(platform)
}

/** MicroK8s and k0s write the configuration of their containerd from files of their own. */
function configuration({ platform, os }: PullingNode): string {
  if (platform === 'microk8s') return '/var/snap/microk8s/current/args/containerd-template.toml'
  if (platform === 'k0s') return '/etc/k0s/containerd.toml'
  return os === 'windows' ? 'C:\\Program Files\\containerd\\config.toml' : '/etc/containerd/config.toml'
}

/** The table below which these settings are. */
function tableOf({ version }: PullingNode, part: string): string {
  return `[${releaseOf(version)[1] < 3 ? 'plugins.cri' : 'plugins."io.containerd.grpc.v1.cri"'}.registry.${part}]`
}

/** What follows the table: 1.3 and 1.4 still read the file's first format, and a file of one format has no use for the tables of the other. */
function note({ version, platform }: PullingNode): string {
  const format =
    releaseOf(version)[1] < 3 ? '' : 'in a file without version = 2, the table begins with plugins.cri; '
  const service = platform === 'k0s' ? 'k0s' : platform === 'microk8s' ? 'MicroK8s' : 'containerd'
  return `${format}restart ${service}${service === 'containerd' ? ', which' : ': its containerd'} reads no hosts.toml before 1.5`
}

/** Returns the file with the keys and their table. */
function keysIn(node: PullingNode, keys: string, part: string): string {
  return `${configuration(node)} (${keys} in ${tableOf(node, part)}; ${note(node)})`
}

/** Returns where its mirrors of one registry are. */
export function oldMirrors(node: PullingNode, registry: string): string {
  return `${tableOf(node, `mirrors."${registry}"`)} of ${configuration(node)} (${note(node)})`
}

/** Returns where a registry or a mirror gets an endpoint with http://. */
export function oldPlainHttp(node: PullingNode, host: string, registry: string): string {
  return keysIn(node, `endpoint = ["http://${host}"]`, `mirrors."${registry}"`)
}

/** Returns where a host's authority, or the node's own certificate for it, is; null before 1.3, which has no such setting. */
export function oldCertificates(node: PullingNode, host: string, keys: string): string | null {
  return releaseOf(node.version)[1] < 3 ? null : keysIn(node, keys, `configs."${host}".tls`)
}

/** Returns where a login for a host is. */
export function oldLogin(node: PullingNode, host: string): string {
  const part = releaseOf(node.version)[1] < 3 ? `auths."https://${host}"` : `configs."${host}".auth`
  return keysIn(node, 'username and password', part)
}
