/** The end of a mirror report: what was written, and where its commands work. */
import { expect, test } from 'vitest'
import { readAddress } from '../../src/mirror/address.ts'
import { setupFor } from '../../src/mirror/platforms/index.ts'
import type { MirrorPlatform, MirrorTarget, NodeGroup } from '../../src/mirror/setup.ts'
import { renderMirror } from '../../src/report/views/mirror.ts'

const survey = {
  takenAt: '2026-11-24T12:00:00Z',
  source: { type: 'cluster' as const, context: 'prod', server: 'https://prod.example.com' },
  ...{ groups: [], seen: [], configured: [], pulls: [], gaps: [] },
}

function screenFor(platform: MirrorPlatform, written: string[]): string {
  const address = readAddress('https://mirror.example.com', {
    ...{ plainHttp: false, onEveryNode: false, registries: ['docker.io'] },
  })
  if ('problem' in address) throw new Error(address.problem)
  const target: MirrorTarget = { address, registries: ['docker.io'], dialTimeout: 2, authority: null }
  const group: NodeGroup = {
    ...{ platform, runtime: 'containerd', version: '2.1.4', os: 'linux', osImage: null },
    ...{ managed: null, nodes: ['node-1'] },
  }
  const planned = [{ group, setup: setupFor(target, group) }]
  const invocation = { program: 'pullguard', flags: ['--context', 'prod'], fromDump: false }
  return renderMirror(
    { survey, target, planned, verification: null, written },
    { format: 'table', width: 400, color: false, terminal: false, invocation },
  )
}

test('commands that name a written file say where they are to be run', () => {
  const where = 'Run the commands from the folder with the files.'
  expect(screenFor('openshift', ['m/openshift/a.yaml', 'm/openshift/b.yaml'])).toContain(where)
  expect(screenFor('kind', ['m/hosts.toml'])).toContain(where)
  expect(screenFor('containerd', ['m/hosts.toml'])).not.toContain(where)
  expect(screenFor('openshift', [])).not.toContain(where)
})

test('a command for the cluster repeats the connection flags', () => {
  expect(screenFor('openshift', [])).toContain('kubectl --context prod apply -f image-tag-mirror-set.yaml')
})
