/**
 * K3s and RKE2: one registries.yaml on every node, from which each start generates containerd's files
 * (docs.k3s.io/installation/private-registry, docs.rke2.io/install/private_registry). The registry itself is asked last, under
 * its usual name.
 */

import { stringify } from 'yaml'
import { rootOf } from '../address.ts'
import {
  type GroupSetup,
  type MirrorTarget,
  mirrorNotes,
  type PlatformRule,
  type SetupCommand,
} from '../setup.ts'
import { askMirror, sampleImage } from './hosts-toml.ts'

type Distribution = 'k3s' | 'rke2'

const CRICTL: Record<Distribution, string> = {
  k3s: 'k3s crictl',
  rke2: '/var/lib/rancher/rke2/bin/crictl --config /var/lib/rancher/rke2/agent/etc/crictl.yaml',
}

/** Only what runs is restarted: an agent of RKE2 has the server's unit too, and must not start it. The pattern matches units in memory. */
const RESTART: Record<Distribution, SetupCommand> = {
  k3s: { on: 'node', line: "systemctl try-restart 'k3s*'" },
  rke2: { on: 'node', line: "systemctl try-restart 'rke2-*'" },
}

function registriesYaml({ address, registries, authority }: MirrorTarget, folder: string): string {
  const endpoint = [rootOf(address)]
  // The documented way to use a path below /v2: rewrite names; the endpoint stays the root.
  const rewrite = address.prefix === '' ? {} : { rewrite: { '^(.*)$': `${address.prefix}/$1` } }
  return stringify(
    {
      mirrors: Object.fromEntries(registries.map(registry => [registry, { endpoint, ...rewrite }])),
      ...(authority === null
        ? {}
        : { configs: { [address.host]: { tls: { ca_file: `${folder}/mirror-ca.crt` } } } }),
    },
    { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' },
  )
}

function setupOf(distribution: Distribution, target: MirrorTarget): GroupSetup {
  const folder = `/etc/rancher/${distribution}`
  const { authority } = target
  const files = [
    {
      name: 'registries.yaml',
      place: `${folder}/registries.yaml`,
      content: registriesYaml(target, folder),
    },
    ...(authority === null
      ? []
      : [{ name: 'mirror-ca.crt', place: `${folder}/mirror-ca.crt`, content: authority }]),
  ]
  return {
    files,
    delivery: 'copy-to-every-node',
    put: [],
    effect: 'after-restart',
    activate: RESTART[distribution],
    check: [
      askMirror(target, files),
      { on: 'node', line: `${CRICTL[distribution]} pull ${sampleImage(target)}` },
    ],
    deadMirrorDelay: 30,
    login: 'registries-yaml',
    notes: [{ code: 'merge' }, ...mirrorNotes(target)],
  }
}

export const k3s: PlatformRule = target => setupOf('k3s', target)
export const rke2: PlatformRule = target => setupOf('rke2', target)
