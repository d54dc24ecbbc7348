/** The scope of a fix: the requested namespaces and nothing else. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Incident, startIncident } from './incident.ts'

let incident: Incident
beforeEach(async () => {
  incident = await startIncident()
})
afterEach(() => incident.close())

/** Simulates a fix that was killed after it had deleted bare pod kube-public/lost. */
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

describe('a bare pod that a killed fix deleted is restored by a fix whose scope includes it, and by no other', () => {
  const back = 'pod:kube-public/lost'
  beforeEach(killedFix)

  test('by namespaces', async () => {
    expect(await planned('-A')).toContain(back)
    expect(await planned('-A', '--affected')).toContain(back)
    expect(await planned('-n', 'kube-public')).toContain(back)
    expect(await planned('-n', 'default')).not.toContain(back)
    expect(await planned('-A', '--exclude-namespace', 'kube-public')).not.toContain(back)
  })

  test('by names and labels', async () => {
    expect(await planned('kube-public/lost')).toEqual([back])
    expect(await planned('-A', '-l', '!app')).toEqual([back])
    expect(await planned('-A', '-l', 'app=fifthnginx')).not.toContain(back)
    expect(await planned('-n', 'default', 'deploy/fifthnginx')).not.toContain(back)
  })
})

/** The names of the Deployment's pods. */
const podsOf = (app: string) =>
  incident.simulator.cluster
    .list('Pod', 'default')
    .filter(({ metadata }) => metadata.labels?.app === app)
    .map(({ metadata }) => metadata.name)

test('a fix of a workload leaves every other as it is, and the workload itself once it pulls fine', async () => {
  const [pod = ''] = podsOf('fifthnginx')
  const others = podsOf('sixthnginx')
  const before = incident.accounts()
  const { code, out } = await incident.run(['fix', 'deploy/fifthnginx', '--yes'])
  expect(code).toBe(0)
  expect(out.trimEnd().split('\n').at(-1)).toBe('The pod that could not pull is running now.')
  expect(podsOf('fifthnginx')).not.toContain(pod)
  expect(podsOf('sixthnginx')).toEqual(others)
  expect(incident.accounts()).toEqual({ ...before, 'default/default': ['dockercreds'] })
  const secrets = incident.simulator.cluster.list('Secret').map(({ metadata }) => metadata.namespace)
  expect(secrets).toEqual(['default'])
  const again = await incident.run(['fix', 'deploy/fifthnginx', '--yes'])
  expect(again).toMatchObject({ code: 0 })
  expect(again.out).toContain('No image pulls are failing in deployment fifthnginx of namespace default.')
})

test('a pod, a ReplicaSet, and labels stand for their workload', async () => {
  const [pod = ''] = podsOf('fifthnginx')
  const whole = await planned('deploy/fifthnginx')
  expect(whole).toEqual([
    'secret:default/dockercreds',
    'serviceaccount:default/default',
    `pod:default/${pod}`,
  ])
  const labels = ['-n', 'default', '-l', 'app=fifthnginx']
  for (const argv of [[pod], [`rs/${pod.replace(/-[^-]+$/, '')}`], labels])
    expect(await planned(...argv)).toEqual(whole)
})

test('a workload that is deleted during its fix is an outcome, not an error', async () => {
  const { cluster } = incident.simulator
  const watching = cluster.store.watch(({ type, object }) => {
    if (type !== 'DELETED' || !object.metadata.name.startsWith('fifthnginx-')) return
    // The account's other objects are deleted with it and would call this again.
    watching()
    cluster.remove('Deployment', 'default', 'fifthnginx', { propagationPolicy: 'Background' })
  })
  const { code, out, err } = await incident.run(['fix', 'deploy/fifthnginx', '--yes', '--timeout', '1m'])
  expect([code, err]).toEqual([3, expect.not.stringContaining('not found')])
  expect(out).toContain('0 of 1 pod back')
  expect(out).toMatch(/deleted/)
})

test('a type without pods is refused, unless a namespace or a pod has that name', async () => {
  const { cluster } = incident.simulator
  const dryRun = (...argv: string[]) => incident.run(['fix', ...argv, '--dry-run'])
  for (const argv of [['svc/x'], ['svc/x', '-n', 'default'], ['svc', 'x'], ['ingress/node']])
    expect(await dryRun(...argv)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is not a type of workload or pod: those are deployment, .* and pod\.\n$/),
    })
  cluster.addNamespace('ingress')
  const spec = { containers: [{ name: 'c', image: 'nginx:1.27' }] }
  cluster.add({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'ingress', name: 'node' }, spec })
  await incident.simulator.settle()
  for (const argv of [['ingress/node'], ['ingress/node', '-n', 'ingress'], ['node', '-n', 'ingress']])
    expect((await dryRun(...argv)).out).toContain('pod node of namespace ingress')
  expect(await dryRun('ingress/web')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Pod "web" not found in namespace "ingress": '),
  })
})

test('names in two namespaces are refused: one answer could not speak for both', async () => {
  const pods = ['default', 'kube-system'].map(namespace => {
    const [first] = incident.simulator.cluster.list('Pod', namespace)
    return `${namespace}/${first?.metadata.name}`
  })
  const { code, err } = await incident.run(['fix', ...pods, '--yes'])
  expect([code, err]).toEqual([2, expect.stringContaining('fix takes names in one namespace at a time')])
  expect(incident.writes()).toEqual([])
})

describe('a saved plan of one workload', () => {
  const file = () => join(incident.home, 'plan.json')
  const save = async (...argv: string[]) => {
    const { out } = await incident.run(['fix', ...argv, '--plan', file()])
    expect(out).toContain(`Plan saved to ${file()}.\nNext: pullguard fix --apply ${file()}\n`)
    return JSON.parse(await readFile(file(), 'utf8'))
  }
  const apply = () => incident.run(['fix', '--apply', file(), '--yes'])

  test.each([[['deploy/fifthnginx']], [['-l', 'app=fifthnginx']]])('made for %j is applied', async argv => {
    const plan = await save(...argv)
    expect(plan.changes).toHaveLength(3)
    expect(await apply()).toMatchObject({ code: 0 })
    expect(incident.writes()).toHaveLength(3)
  })

  test.each([[['deploy/fifthnginx']], [['-l', 'app=fifthnginx']]])(
    'made for %j is refused where it changes the account or the pods of another',
    async argv => {
      incident.simulator.cluster.add({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'robot', namespace: 'default' },
      })
      const plan = await save(...argv)
      const changes = plan.changes.map((change: { action: string; target: { name: string } }) =>
        change.action === 'patch-serviceaccount'
          ? { ...change, target: { ...change.target, name: 'robot' } }
          : change,
      )
      await writeFile(file(), JSON.stringify({ ...plan, changes }))
      const other = await apply()
      expect(other.code).toBe(5)
      expect(other.err).toContain(
        'changes service account default/robot, but no pod in its scope runs as that account',
      )

      const { changes: wide } = await save('-n', 'default')
      await writeFile(file(), JSON.stringify({ ...plan, changes: wide }))
      const more = await apply()
      expect(more.code).toBe(5)
      expect(more.err).toMatch(/changes Pod default\/sixthnginx-\S+, which is outside its own scope/)
      expect(incident.writes()).toEqual([])
    },
  )

  test('made for a workload says who shares its account now, whatever the file says, by one list of its pods', async () => {
    const plan = await save('deploy/fifthnginx')
    const changes = plan.changes.map((change: { action: string }) =>
      change.action === 'patch-serviceaccount' ? { ...change, sharedWith: [] } : change,
    )
    await writeFile(file(), JSON.stringify({ ...plan, changes }))
    const { requests } = incident.simulator
    const before = requests.length
    const { code, out } = await incident.run(['fix', '--apply', file(), '--dry-run'])
    expect([code, out]).toEqual([0, expect.stringContaining('default is also used by deployment/sixthnginx')])
    const lists = requests.slice(before).filter(({ query }) => query.includes('spec.serviceAccountName'))
    expect(lists).toHaveLength(1)
  })

  test('made for labels is refused where it would restore a pod without them, or where they are empty and select everything', async () => {
    const plan = await save('-n', 'default', '-l', 'app=fifthnginx')
    const run = '20261124T100000Z-abcdef'
    const restore = {
      id: 'pod:default/lost',
      action: 'restore-bare-pod',
      target: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'lost', uid: null },
      needs: [],
      managedBy: null,
      reason: { code: 'interrupted', run },
      run,
      ending: null,
      pulls: 0,
    }
    await writeFile(file(), JSON.stringify({ ...plan, changes: [...plan.changes, restore] }))
    const outside = 'changes Pod default/lost, which is outside its own scope'
    expect(await apply()).toMatchObject({ code: 5, err: expect.stringContaining(outside) })
    await writeFile(file(), JSON.stringify({ ...plan, scope: { ...plan.scope, selector: '' } }))
    const empty = 'scope.selector is missing or wrong'
    expect(await apply()).toMatchObject({ code: 2, err: expect.stringContaining(empty) })
    expect(incident.writes()).toEqual([])
  })

  test('made for labels is refused where it changes a template without them', async () => {
    const plan = await save('-n', 'default', '-l', 'app=fifthnginx', '--pull-policy', 'IfNotPresent', '--pin')
    const actions = plan.changes.map(({ action }: { action: string }) => action)
    expect(actions).toContain('patch-template')
    await writeFile(file(), JSON.stringify({ ...plan, scope: { ...plan.scope, selector: 'app=sixthnginx' } }))
    expect(await apply()).toMatchObject({ code: 5, err: expect.stringContaining('outside its own scope') })
    expect(incident.writes()).toEqual([])
  })
})

test('a fix of two namespaces reaches both, and none beside them', async () => {
  const shared = (await planned('-n', 'default,kube-public')).filter(id => !id.startsWith('pod:'))
  expect(shared).toEqual([
    'secret:default/dockercreds',
    'secret:kube-public/dockercreds',
    'serviceaccount:default/default',
    'serviceaccount:kube-public/default',
  ])
})

test('an undo stays done if another run can not be read, and the next one names that run', async () => {
  await incident.run(['fix', '-n', 'kube-system', '--yes', '--no-recreate'])
  const older = (await incident.run(['undo', '--list', '-o', 'name'])).out.trim()
  await incident.run(['fix', '-n', 'default', '--yes', '--no-recreate'])
  incident.simulator.faults.when(({ path }) => path.startsWith('/api/v1/namespaces/kube-system/'), 403)
  const result = await incident.run(['undo', '--yes'])
  expect(result).toMatchObject({ code: 0 })
  expect(result.out).toContain('Undid 2 changes.')
  expect(result.err).not.toContain('has not been undone')
  incident.simulator.faults.clear()
  const again = await incident.run(['undo', '--yes'])
  expect(again.err).toBe(`Run ${older} has not been undone.\nTo undo it too: pullguard undo ${older}\n`)
  expect(incident.accounts()['kube-system/default']).toEqual(['dockercreds'])
})

test('an excluded namespace that does not exist causes a warning: it could be a typo', async () => {
  const { err } = await incident.run([
    'fix',
    '-A',
    '--dry-run',
    '--exclude-namespace',
    'kube-sytem,kube-public',
  ])
  expect(err).toContain(
    'Warning: --exclude-namespace kube-sytem: there is no such namespace, so it excludes nothing.\n',
  )
})

test('an undo says in its first line which interrupted run it undoes too', async () => {
  const stop = new AbortController()
  const watching = incident.simulator.cluster.store.watch(({ kind }) => {
    if (kind.kind === 'Secret') stop.abort('SIGINT')
  })
  await incident.run(['fix', '-A', '--yes'], '', stop.signal)
  watching()
  await incident.run(['fix', '-A', '--yes', '--no-recreate'])
  const [second, first] = (await incident.run(['undo', '--list', '-o', 'name'])).out.trim().split('\n')
  const { out } = await incident.run(['undo', '--dry-run'])
  expect(out.split('\n\n')[0]?.replace(/\s+/g, ' ')).toBe(
    `Undoing run ${second} and the interrupted run ${first}, which it continued`,
  )
  const json = JSON.parse((await incident.run(['undo', '--yes', '-o', 'json'])).out)
  expect([json.run, json.continued]).toEqual([second, [first]])
})

test('Ctrl-C during an undo prints how to continue, and that command works', async () => {
  const before = incident.accounts()
  await incident.run(['fix', '-A', '--yes', '--no-recreate'])
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
