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

test('the table of nodes keeps its columns at 80 characters, and names the mirrors where there is room', () => {
  const host = 'a-mirror-with-a-long-name.example.com'
  const seen = { host, registry: 'docker.io', nodes: ['node-1'] }
  const osImage = 'Debian GNU/Linux 12 (bookworm)'
  const group: NodeGroup = {
    ...{ platform: 'containerd', runtime: 'containerd', version: '2.4.2', os: 'linux', osImage },
    ...{ managed: null, nodes: ['node-1'] },
  }
  const mirror = { state: 'seen' as const, seen: [seen], configured: [] }
  const surveyed = { ...survey, groups: [{ group, mirror, notes: [] }], seen: [seen] }
  const invocation = { program: 'pullguard', flags: [], fromDump: false }
  const rows = (width: number) =>
    renderMirror(
      { survey: surveyed, target: null, planned: [], verification: null, written: [] },
      { format: 'table', width, color: false, terminal: true, invocation },
    )
      .split('\n')
      .slice(0, 2)
  expect(rows(80)).toEqual([
    'NODES  PLATFORM    RUNTIME           SYSTEM                          MIRROR',
    '1      containerd  containerd 2.4.2  Debian GNU/Linux 12 (bookworm)  seen',
  ])
  expect(rows(160)[1]).toMatch(/ {2}seen: a-mirror-with-a-long-name\.example\.com$/)
})
