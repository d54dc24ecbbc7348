/** How far a fix reaches: the requested namespaces and nothing else. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Incident, startIncident } from './incident.ts'

let incident: Incident
beforeEach(async () => {
  incident = await startIncident()
})
afterEach(() => incident.close())

/** A fix was killed after it had deleted bare pod kube-public/lost. */
async function killedFix() {
  const uid = incident.simulator.cluster.get('Namespace', undefined, 'kube-system')?.metadata.uid
  const server = incident.simulator.server.url
  const target = { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-public', name: 'lost', uid: 'uid-of-lost' }
  const run = '20261124T100000Z-abcdef'
  const base = { id: 'pod:kube-public/lost', target, needs: [], managedBy: null, reason: { code: 'stuck' } }
  const lines = [
    {
      type: 'run',
      run,
      startedAt: '2026-11-24T10:00:00Z',
      cluster: { uid, server, context: null },
      namespaces: null,
    },
    {
      type: 'intent',
      change: { ...base, action: 'recreate-bare-pod', method: 'delete', secretName: null, pulls: 1 },
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'lost', namespace: 'kube-public' },
        spec: { containers: [] },
      },
    },
  ]
  const folder = join(incident.home, 'state', 'pullguard', String(uid))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${run}.jsonl`), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
}

async function planned(...flags: string[]): Promise<string[]> {
  const { out } = await incident.run(['fix', '--dry-run', '-o', 'json', ...flags])
  return JSON.parse(out).changes.map(({ id }: { id: string }) => id)
}

test('a bare pod that a killed fix deleted is restored by a fix whose scope includes it, and by no other', async () => {
  await killedFix()
  const back = 'pod:kube-public/lost'
  expect(await planned('-A')).toContain(back)
  expect(await planned('-A', '--affected')).toContain(back)
  expect(await planned('-n', 'kube-public')).toContain(back)
  expect(await planned('-n', 'default')).not.toContain(back)
  expect(await planned('-A', '--exclude-namespace', 'kube-public')).not.toContain(back)
})

test('undo of a run that was undone before names the run that was not', async () => {
  await incident.run(['fix', '-n', 'default', '--yes'])
  const older = (await incident.run(['undo', '--list', '-o', 'name'])).out.trim()
  await incident.run(['fix', '-n', 'kube-system', '--yes'])
  await incident.run(['undo', '--yes'])
  const again = await incident.run(['undo', '--yes'])
  expect(again.err).toBe(`Run ${older} is still in place: \`pullguard undo ${older}\` undoes it.\n`)
  expect(incident.accounts()['default/default']).toEqual(['dockercreds'])
})

test('an excluded namespace that does not exist causes a warning: it could be a typo', async () => {
  const result = await incident.run([
    'fix',
    '-A',
    '--dry-run',
    '--exclude-namespace',
    'kube-sytem,kube-public',
  ])
  expect(result.err).toContain(
    'Warning: --exclude-namespace kube-sytem: there is no such namespace, so it excludes nothing.\n',
  )
})

test('Ctrl-C during an undo prints how to continue, and that command works', async () => {
  const before = incident.accounts()
  await incident.run(['fix', '-A', '--yes'])
  const stop = new AbortController()
  const watching = incident.simulator.cluster.store.watch(({ kind }) => {
    if (kind.kind === 'ServiceAccount') stop.abort('SIGINT')
  })
  const result = await incident.run(['undo', '--yes'], '', stop.signal)
  watching()
  expect(result.code).toBe(130)
  expect(result.err).toMatch(
    /interrupted, with part of run \S+ undone. Run `pullguard undo \S+` again to continue/,
  )
  expect(await incident.run(['undo', '--yes'])).toMatchObject({ code: 0 })
  expect(incident.accounts()).toEqual(before)
  expect(incident.simulator.cluster.list('Secret')).toEqual([])
})
