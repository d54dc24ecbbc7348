/**
 * GKE: `registryHosts` of a node pool's runtime configuration file (google.container.v1.ContainerdConfig,
 * cloud.google.com/kubernetes-engine/docs/how-to/customize-containerd-configuration). Each entry is one hosts.toml; `host` takes a scheme,
 * port, and path, and `dialTimeout` at most 180 s.
 */

import { stringify } from 'yaml'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { type MirrorTarget, mirrorNotes, type PlatformRule } from '../setup.ts'

const LONGEST_DIAL_TIMEOUT = 180
/** What only the user knows comes last, so that a shell rejects the line until it is filled in. */
const NODE_POOL = '--cluster=<cluster> --location=<location> <pool>'

function runtimeConfiguration({ address, registries, dialTimeout, authority }: MirrorTarget): string {
  const secret = 'projects/PROJECT/secrets/SECRET/versions/VERSION'
  const host = {
    host: address.url,
    capabilities: ['HOST_CAPABILITY_PULL', 'HOST_CAPABILITY_RESOLVE'],
    ...(address.prefix === '' ? {} : { overridePath: true }),
    dialTimeout: `${Math.min(dialTimeout, LONGEST_DIAL_TIMEOUT)}s`,
    ...(authority === null ? {} : { ca: [{ gcpSecretManagerSecretUri: secret }] }),
  }
  const registryHosts = registries.map(server => ({ server, hosts: [host] }))
  return stringify({ registryHosts }, { lineWidth: 0, aliasDuplicateObjects: false })
}

export const gke: PlatformRule = (target, group) => {
  if (group.os === 'windows') return { unsupported: 'windows-pool' }
  const { registries, authority } = target
  return {
    files: [{ name: 'containerd-configuration.yaml', place: null, content: runtimeConfiguration(target) }],
    delivery: 'node-pool',
    put: [
      {
        on: 'machine',
        line: `gcloud container node-pools update --containerd-config-from-file=containerd-configuration.yaml ${NODE_POOL}`,
      },
    ],
    effect: 'nodes-recreated',
    activate: null,
    check: [
      {
        on: 'machine',
        line: `gcloud container node-pools describe --format='yaml(config.containerdConfig)' ${NODE_POOL}`,
      },
      {
        on: 'node',
        line: `/home/kubernetes/bin/crictl pull ${registries.includes(DOCKER_HUB) ? 'docker.io/library/busybox:latest' : `${registries[0]}/<image>`}`,
      },
    ],
    deadMirrorDelay: Math.min(target.dialTimeout, LONGEST_DIAL_TIMEOUT),
    login: 'pod-secrets',
    notes: [
      ...(registries.includes(DOCKER_HUB)
        ? [{ code: 'built-in-cache', host: 'mirror.gcr.io' } as const]
        : []),
      ...(authority === null ? [] : [{ code: 'authority-secret' } as const]),
      ...mirrorNotes(target),
    ],
  }
}
