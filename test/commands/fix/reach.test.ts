/** A narrowed fix and what proposes it: nothing reaches beyond what was looked at or named. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { workload } from '../../simulator/drafts.ts'
import { type Incident, startIncident } from '../incident.ts'

let incident: Incident
beforeEach(async () => {
  incident = await startIncident()
})
afterEach(() => incident.close())

/** Deployment web, which can't pull, in each of these namespaces. */
async function addWeb(...namespaces: string[]): Promise<void> {
  const { cluster, settle } = incident.simulator
  for (const namespace of namespaces) {
    cluster.addNamespace(namespace)
    const metadata = { name: 'web', namespace, labels: { tier: 'gold' } }
    cluster.add({ ...workload('Deployment', 'web', 'nginx'), metadata })
  }
  await settle()
}

/** The first command that a diagnosis proposes, without the program's name. */
async function proposed(...flags: string[]): Promise<string[]> {
  const { findings } = JSON.parse((await incident.run(['diagnose', ...flags, '-o', 'json'])).out)
  const command: string = findings[0].steps[0].command
  return command.split(' && ').map(each => each.replace(/^pullguard /, ''))
}

test.each<[string, string[], string[], string[]]>([
  ['two namespaces', ['-n', 'a,b'], ['fix -n a'], ['a']],
  ['all but some', ['-A', '--exclude-namespace', 'b,default,kube-system'], ['fix -n a'], ['a']],
  ['one workload', ['deploy/web', '-n', 'b'], ['fix deployment/web -n b'], ['b']],
])('a diagnosis of %s proposes a fix of nothing else', async (_name, flags, commands, namespaces) => {
  await addWeb('a', 'b')
  expect(await proposed(...flags)).toEqual(commands)
  for (const command of commands) {
    const { out } = await incident.run([...command.split(' '), '--dry-run', '-o', 'json'])
    const { changes } = JSON.parse(out)
    const reached = changes.map(({ target }: { target: { namespace: string } }) => target.namespace)
    expect([...new Set(reached)]).toEqual(namespaces)
  }
})

test('the next step after a diagnosis of two namespaces reaches these two, and what was named in both is fixed in each', async () => {
  await addWeb('a', 'b', 'c')
  const wide = await incident.run(['diagnose', '-n', 'a,b'])
  expect(wide.err).toContain('pullguard fix -n a,b --affected')
  const pods = ['a', 'b'].map(
    namespace => `${namespace}/${incident.simulator.cluster.list('Pod', namespace)[0]?.metadata.name}`,
  )
  const named = await incident.run(['diagnose', ...pods])
  expect(named.err.replace(/\s+/g, ' ')).toContain(
    'pullguard fix deployment/web -n a && pullguard fix deployment/web -n b',
  )
  await incident.run(['fix', '-n', 'a,b', '--affected', '--yes'])
  expect(incident.simulator.cluster.list('Secret').map(({ metadata }) => metadata.namespace)).toEqual([
    'a',
    'b',
  ])
})

test('a wait for workloads by their own labels proposes to fix them by name, as their pods may lack the labels', async () => {
  await addWeb('a')
  const { out } = await incident.run(['wait', 'deploy', '-l', 'tier=gold', '-n', 'a', '--timeout', '0'])
  expect(out).toContain('pullguard fix deployment/web -n a')
  expect(out).not.toContain('fix -l')
})

test('a diagnosis of labels says nothing of other pods', async () => {
  const failing = await incident.run(['diagnose', '-A', '-l', 'app=fifthnginx'])
  expect(failing.err.replace(/\s+/g, ' ')).toContain(
    "1 pod with app=fifthnginx in all namespaces of simulator can't pull its images",
  )
})

test('an empty -l is refused: it would select every pod', async () => {
  for (const selector of ['', ' ']) {
    const { code, err } = await incident.run(['fix', '-l', selector, '--yes'])
    expect([code, err]).toEqual([2, expect.stringContaining('-l is empty and would select every pod')])
  }
  expect(incident.writes()).toEqual([])
  const { err } = await incident.run(['diagnose', '-l', ''])
  expect(err).toMatch(/pullguard fix -n default$/m)
})

test.each([
  ['-n is empty', ['fix', '-n', '', '--yes']],
  ['--exclude-namespace is empty', ['fix', '-A', '--exclude-namespace', '', '--yes']],
])('%s: refused, as an unset variable would fix other namespaces', async (text, command) => {
  expect(await incident.run(command)).toMatchObject({ code: 2, err: expect.stringContaining(text) })
  expect(incident.writes()).toEqual([])
})

test('a pod that only claims a named workload as its owner brings the login to no other account', async () => {
  const { cluster, settle } = incident.simulator
  const [pod] = cluster.list('Pod', 'default').filter(({ metadata }) => metadata.labels?.app === 'fifthnginx')
  const deployment = cluster.get('Deployment', 'default', 'fifthnginx')
  const set = pod?.metadata.name.replace(/-[^-]+$/, '') ?? ''
  cluster.add({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'another', namespace: 'default' },
  })
  const claims = [
    [`${set}-zzzzz`, { kind: 'ReplicaSet', name: set, uid: 'of-nothing' }],
    ['direct', { kind: 'Deployment', name: 'fifthnginx', uid: deployment?.metadata.uid ?? '' }],
  ] as const
  for (const [name, owner] of claims) {
    const ownerReferences = [{ apiVersion: 'apps/v1', controller: true, ...owner }]
    cluster.add({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { ...pod?.metadata.labels }, ownerReferences },
      spec: { serviceAccountName: 'another', containers: [{ name: 'c', image: 'nginx' }] },
    })
  }
  await settle()
  const { out } = await incident.run(['fix', 'deploy/fifthnginx', '--dry-run', '-o', 'json'])
  const { changes, declined } = JSON.parse(out)
  const named = (entries: { target: { name: string } }[]) => entries.map(({ target }) => target.name)
  expect(named(changes)).toEqual(['dockercreds', 'default', pod?.metadata.name])
  expect(named(declined).sort()).toEqual(['direct', `${set}-zzzzz`])
})

test('labels of one pod only are declined with the way to fix its workload, not as beyond pullguard', async () => {
  const { cluster } = incident.simulator
  const [pod] = cluster.list('Pod', 'default').filter(({ metadata }) => metadata.labels?.app === 'fifthnginx')
  cluster.change('Pod', 'default', pod?.metadata.name ?? '', ({ metadata }) => {
    metadata.labels = { ...metadata.labels, canary: 'yes' }
  })
  const { code, out } = await incident.run(['fix', '-l', 'canary', '--yes'])
  expect(code).toBe(5)
  // All its pods may have the label, as those that the server adds: what they will have is for the template to say.
  expect(out).toContain('1 workload whose template does not match canary')
  expect(out.trimEnd().split('\n').slice(-3)).toEqual([
    'Nothing to apply, for the reasons shown above.',
    'To fix the whole workload, name it.',
    'Next: pullguard fix deployment/fifthnginx -n default',
  ])
  expect(incident.writes()).toEqual([])
})
