/** What containerd needs to read a hosts.toml: which folder its configuration has to name, in which table, and what the file must contain. */

import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { virtualMachineOf } from './local-clusters.ts'
import { releaseOf } from './node.ts'
import { isOldContainerd } from './old-containerd.ts'

/** Whether the node's containerd ignores hosts.toml with several folders (containerd/containerd#12808). */
export function mayIgnoreList({ platform, runtime, version }: PullingNode): boolean {
  const [major, minor] = releaseOf(version)
  return runtime === 'containerd' && platform === null && (major > 2 || (major === 2 && minor >= 1))
}

/** Returns what containerd needs to read hosts.toml: before 2.2, no folder is the default (docs/hosts.md, containerd/containerd#6485). */
export function configPath(node: PullingNode): string {
  const folder = node.os === 'windows' ? 'C:\\ProgramData\\containerd\\certs.d' : '/etc/containerd/certs.d'
  const needs = `config_path in ${registryTable(node)} has to be ${folder}`
  if (hasDefaultFolders(node))
    return `${needs} alone: with a list, which is the default, containerd can ignore the file`
  const before = node.version === null ? ' before 2.2' : ''
  return `${needs}${mayIgnoreList(node) ? ' alone' : ''}: it is empty by default${before}, and the file is then ignored`
}

/** Whether containerd has folders for hosts.toml by default, with which it can't have the older tables (containerd/containerd#12636). */
function hasDefaultFolders({ version }: PullingNode): boolean {
  const [major, minor] = releaseOf(version)
  return major > 2 || (major === 2 && minor >= 2)
}

/** Returns the table for registries in containerd's configuration, whose name depends on the file's version (docs/hosts.md); Colima writes that file at each start (abiosoft/colima, docs/FAQ.md). */
function registryTable(node: PullingNode): string {
  const file =
    virtualMachineOf(node) === 'Colima'
      ? "containerd's configuration (~/.config/containerd/config.toml on the computer)"
      : "containerd's configuration"
  const [major] = releaseOf(node.version)
  if (major === 0) return file
  const old = '[plugins."io.containerd.grpc.v1.cri".registry]'
  return major === 1
    ? `${old} of ${file}`
    : `[plugins."io.containerd.cri.v1.images".registry] of ${file} (or ${old}, if that has version = 2)`
}

/** Returns what else a hosts.toml needs to be read; empty for platforms that see to it. With the older tables beside config_path, containerd does not serve the kubelet (ValidateImageConfig; of configs, only tls, up to 1.7). */
export function oneFolder(node: PullingNode): string {
  if (node.runtime !== 'containerd' || node.platform !== null || isOldContainerd(node)) return ''
  const [major] = releaseOf(node.version)
  const restarted = virtualMachineOf(node) === 'Colima' ? 'Colima' : 'containerd'
  if (hasDefaultFolders(node)) return `; ${configPath(node)}; restart ${restarted} after a change there`
  const older = major >= 2 ? 'registry.mirrors' : 'registry.mirrors and the tls of registry.configs'
  return `; ${configPath(node)}; first move ${older} from there to such files, as containerd serves no pods with both, then restart ${restarted}`
}

/** Returns what containerd 1.5 to 1.7 needs: it can't read a hosts.toml without such a section, and goes on without the file (containerd/containerd#10027). */
export function hostSection({ version }: PullingNode): string {
  return releaseOf(version)[0] >= 2
    ? ''
    : ', and below it an empty section [host], without which containerd 1 ignores the file'
}
