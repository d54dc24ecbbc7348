/**
 * Talos: from 1.12 on, a RegistryMirrorConfig for each registry and a RegistryTLSConfig for the certificate authority (docs.siderolabs.com,
 * the JSON Schema of siderolabs/talos); before, `machine.registries`. talosctl patches the machine configuration; no restart is needed.
 */

import { stringify } from 'yaml'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { type MirrorTarget, mirrorNotes, type NodeGroup, type PlatformRule } from '../setup.ts'

const LAYOUT = { lineWidth: 0 } as const

function documents({ address, registries, authority }: MirrorTarget): string {
  const override = address.prefix === '' ? {} : { overridePath: true }
  const mirrors = registries.map(name => ({
    apiVersion: 'v1alpha1',
    kind: 'RegistryMirrorConfig',
    name,
    endpoints: [{ url: address.url, ...override }],
  }))
  const tls =
    authority === null
      ? []
      : [{ apiVersion: 'v1alpha1', kind: 'RegistryTLSConfig', name: address.host, ca: authority }]
  return [...mirrors, ...tls].map(document => stringify(document, LAYOUT)).join('---\n')
}

function patch({ address, registries, authority }: MirrorTarget): string {
  const override = address.prefix === '' ? {} : { overridePath: true }
  const mirror = { endpoints: [address.url], ...override }
  // `ca` is base64 here, like everywhere in the old machine configuration.
  const config = authority === null ? {} : { config: { [address.host]: { tls: { ca: btoa(authority) } } } }
  const mirrors = Object.fromEntries(registries.map(name => [name, mirror]))
  return stringify(
    { machine: { registries: { mirrors, ...config } } },
    { ...LAYOUT, aliasDuplicateObjects: false },
  )
}

/** Whether Talos is older than 1.12, according to the node's osImage: `Talos (v1.12.0)`. */
function isBefore112({ osImage }: NodeGroup): boolean {
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(osImage ?? '') ?? []
  if (major === undefined) return false
  return Number(major) === 1 && Number(minor) < 12
}

export const talos: PlatformRule = (target, group) => {
  const old = isBefore112(group)
  const { registries } = target
  return {
    files: [{ name: 'mirror.yaml', place: null, content: old ? patch(target) : documents(target) }],
    delivery: 'machine-config',
    put: [
      {
        on: 'machine',
        line: "talosctl patch machineconfig --patch '@mirror.yaml' --dry-run -n <address>,<address>",
      },
      { on: 'machine', line: "talosctl patch machineconfig --patch '@mirror.yaml' -n <address>,<address>" },
    ],
    effect: 'at-once',
    activate: null,
    check: [
      {
        on: 'machine',
        line: `talosctl image pull ${registries.includes(DOCKER_HUB) ? 'docker.io/library/busybox:latest' : `${registries[0]}/<image>`} -n <address>`,
      },
      { on: 'machine', line: 'talosctl logs cri -n <address>' },
    ],
    deadMirrorDelay: null,
    login: 'registry-auth-config',
    notes: [...(old ? [{ code: 'old-talos' } as const] : []), ...mirrorNotes(target)],
  }
}
