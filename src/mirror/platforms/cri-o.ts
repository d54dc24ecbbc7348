/**
 * CRI-O: a drop-in of containers/image (containers-registries.conf(5), containers-registries.conf.d(5), containers-certs.d(5)).
 * CRI-O does not send the namespace to mirrors as a query, and never sends them a pod's login (containers/image#2949).
 */

import { locationOf } from '../address.ts'
import type { GroupSetup, MirrorFile, MirrorTarget, PlatformRule, SetupNote } from '../setup.ts'
import { askMirror, sampleImage } from './hosts-toml.ts'

const DROP_IN = '50-mirror.conf'

/** The drop-in, and the mirror's certificate authority in the place where containers/image reads it. */
function registriesConf(target: MirrorTarget): MirrorFile[] {
  const { address, registries, authority } = target
  const tables = registries.map(registry =>
    [
      '[[registry]]',
      `prefix = "${registry}"`,
      `location = "${registry}"`,
      '',
      '[[registry.mirror]]',
      `location = "${locationOf(address)}"`,
      ...(address.scheme === 'http' ? ['insecure = true'] : []),
      'pull-from-mirror = "all"',
    ].join('\n'),
  )
  const place = `/etc/containers/certs.d/${address.host}/ca.crt`
  return [
    {
      name: DROP_IN,
      place: `/etc/containers/registries.conf.d/${DROP_IN}`,
      content: `${tables.join('\n\n')}\n`,
    },
    ...(authority === null ? [] : [{ name: 'ca.crt', place, content: authority }]),
  ]
}

export function crioNotes({ address, registries }: MirrorTarget): SetupNote[] {
  return [
    ...(registries.length > 1 && address.prefix === '' ? [{ code: 'no-namespace-query' } as const] : []),
    ...(address.scheme === 'http' ? [{ code: 'insecure-skips-tls' } as const] : []),
    { code: 'pod-logins-stay' },
  ]
}

export function crioSetup(target: MirrorTarget): GroupSetup {
  const files = registriesConf(target)
  return {
    files,
    delivery: 'copy-to-every-node',
    put: [],
    effect: 'after-reload',
    activate: { on: 'node', line: 'systemctl reload crio' },
    check: [askMirror(target, files), { on: 'node', line: `crictl pull ${sampleImage(target)}` }],
    deadMirrorDelay: null,
    login: 'node-auth-file',
    notes: crioNotes(target),
  }
}

export const crio: PlatformRule = target => crioSetup(target)
