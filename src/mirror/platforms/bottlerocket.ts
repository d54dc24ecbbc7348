/**
 * Bottlerocket: `settings.container-registry.mirrors`, as user data or with apiclient (bottlerocket.dev, settings/container-registry). The
 * registry itself is asked last. The mirror's own login is ignored (bottlerocket-os/bottlerocket#2677).
 */

import { type MirrorTarget, mirrorNotes, type PlatformRule } from '../setup.ts'

function settings({ address, registries, authority }: MirrorTarget): string {
  const mirrors = registries.map(registry =>
    [
      '[[settings.container-registry.mirrors]]',
      `registry = "${registry}"`,
      `endpoint = ["${address.url}"]`,
    ].join('\n'),
  )
  const trust =
    authority === null ? [] : [`[settings.pki.registry-mirror]\ndata = "${btoa(authority)}"\ntrusted = true`]
  return `${[...mirrors, ...trust].join('\n\n')}\n`
}

export const bottlerocket: PlatformRule = target => {
  return {
    files: [{ name: 'user-data.toml', place: null, content: settings(target) }],
    delivery: 'settings',
    put: [{ on: 'node', line: 'apiclient apply < user-data.toml' }],
    effect: 'at-once',
    activate: null,
    check: [{ on: 'node', line: 'apiclient get settings.container-registry' }],
    deadMirrorDelay: null,
    login: 'upstream-credentials',
    notes: [{ code: 'merge' }, ...mirrorNotes(target)],
  }
}
