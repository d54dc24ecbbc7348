/**
 * containerd's hosts.toml, one file for each registry (containerd's docs/hosts.md). Top-level keys come before tables. `server` is taken
 * literally, so Docker Hub's is registry-1.docker.io. A custom path needs `override_path`. `dial_timeout` exists from 2.1 on, and in 2.0
 * from 2.0.6 on (containerd/containerd#11106, #12136); earlier versions give a connection 30 seconds.
 */

import { atLeast, isOlder } from '../../diagnosis/node/pulling-node.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { apiHost } from '../../image/registries.ts'
import { rootOf } from '../address.ts'
import {
  type MirrorFile,
  type MirrorTarget,
  mirrorNotes,
  type NodeGroup,
  type SetupCommand,
  type SetupNote,
} from '../setup.ts'

/** Where containerd's documentation and most distributions put the files. */
export const CERTS_D = '/etc/containerd/certs.d'

/** Where most distributions put containerd's own configuration. */
const CONFIG_FILE = '/etc/containerd/config.toml'

/** Seconds that containerd gives a connection if the file does not set them. */
const DEFAULT_DIAL_TIMEOUT = 30

function knowsDialTimeout(group: NodeGroup): boolean {
  return atLeast(group, 2, 1) || (atLeast(group, 2, 0, 6) && !atLeast(group, 2, 1))
}

export function deadMirrorDelay({ dialTimeout }: MirrorTarget, group: NodeGroup): number {
  return knowsDialTimeout(group) ? dialTimeout : DEFAULT_DIAL_TIMEOUT
}

/**
 * The files of all registries, each with the certificate authority beside it.
 * @param folder from config_path, with the system's separator at its end
 */
export function hostsFiles(target: MirrorTarget, group: NodeGroup, folder: string): MirrorFile[] {
  const separator = folder.at(-1) ?? '/'
  return target.registries.flatMap(registry => {
    const name = folderName(registry)
    const place = `${folder}${name}${separator}`
    const own = {
      name: `${name}/hosts.toml`,
      place: `${place}hosts.toml`,
      content: hostsToml(target, group, registry),
    }
    return target.authority === null
      ? [own]
      : [own, { name: `${name}/mirror-ca.crt`, place: `${place}mirror-ca.crt`, content: target.authority }]
  })
}

/** A Windows path can't contain a colon; containerd looks for `host_port_` before `host:port` on every system. */
export function folderName(registry: string): string {
  return registry.replace(/:(\d+)$/, '_$1_')
}

function hostsToml(
  { address, dialTimeout, authority }: MirrorTarget,
  group: NodeGroup,
  registry: string,
): string {
  const lines = [
    `server = "https://${apiHost(registry)}"`,
    '',
    `[host."${address.url}"]`,
    '  capabilities = ["pull", "resolve"]',
    ...(address.prefix === '' ? [] : ['  override_path = true']),
    // A relative path starts at the folder of the file itself.
    ...(authority === null ? [] : ['  ca = "mirror-ca.crt"']),
    ...(knowsDialTimeout(group) ? [`  dial_timeout = "${dialTimeout}s"`] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** Notes for every platform whose containerd reads such files. */
export function containerdNotes(target: MirrorTarget, group: NodeGroup): SetupNote[] {
  const notes: SetupNote[] = [{ code: 'old-tables' }]
  // The transfer service takes a list of folders for one name (containerd/containerd#12415, #12808).
  if (atLeast(group, 2, 1)) notes.push({ code: 'one-folder' })
  return [...notes, ...mirrorNotes(target)]
}

/** The note on config_path, whose place depends on the major version. */
export function configPath(group: NodeGroup, folder: string, file = CONFIG_FILE): SetupNote {
  return { code: 'config-path', major: atLeast(group, 2, 0) ? 2 : 1, folder, file }
}

/** Whether containerd is older than 1.5, the first version to read the files. An unknown version counts as current. */
export function isTooOld(group: NodeGroup): boolean {
  return group.runtime === 'containerd' && isOlder(group, 1, 5)
}

/**
 * Asks the mirror, from the node, for an image that any cache of the registry can have.
 * @param files may include the certificate authority's
 */
export function askMirror(
  { address, registries: [registry = DOCKER_HUB], authority }: MirrorTarget,
  files: readonly MirrorFile[],
): SetupCommand {
  const path = `${rootOf(address)}/v2/${address.prefix === '' ? '' : `${address.prefix}/`}`
  const image = registry === DOCKER_HUB ? 'library/busybox/manifests/latest' : ''
  const query = image === '' ? '' : `?ns=${registry}`
  const onNode = files.find(({ content }) => content === authority)?.place
  const trust = onNode ? `--cacert ${onNode} ` : ''
  return { on: 'node', line: `curl -sSI ${trust}'${path}${image}${query}'` }
}

/** An image of the registry, to pull through the runtime. */
export function sampleImage({ registries: [registry = DOCKER_HUB] }: MirrorTarget): string {
  return registry === DOCKER_HUB ? 'docker.io/library/busybox:latest' : `${registry}/<image>`
}
