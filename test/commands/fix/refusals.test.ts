/** Every fix that is refused or only shown: on one cluster, because none of them may change it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Incident, startIncident } from '../incident.ts'

let incident: Incident
beforeAll(async () => {
  incident = await startIncident()
  incident.simulator.cluster.add({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace: 'default', name: 'missing-pods' },
    spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } },
  })
})
afterAll(() => incident.close())
afterEach(() => expect(incident.writes()).toEqual([]))

describe('nothing is written', () => {
  test('without a terminal and without --yes, although the plan is shown', async () => {
    const result = await incident.run(['fix', '-A'])
    expect(result.code).toBe(5)
    expect(result.out).toContain('Create secret dockercreds in 2 namespaces')
    expect(result.err).toContain('Use --yes to apply')
  })

  test.each(['--dry-run', '--dry-run=client', '--dry-run=server'])('by %s', async flag => {
    const result = await incident.run(['fix', flag, '-A'])
    expect(result.code).toBe(0)
    expect(result.out).toContain('Nothing was written')
  })

  test('by -o patch, which prints the patch for someone else to apply', async () => {
    const result = await incident.run(['fix', '-A', '--yes', '-o', 'patch'])
    expect(result.code).toBe(0)
    expect(result.out).toContain('# kubectl -n default patch serviceaccount/default --type=json')
  })

  test("while the registry can't be reached", async () => {
    const endpoint = ['--registry-endpoint', 'docker.io=http://127.0.0.1:1']
    const result = await incident.run(['fix', '-A', '--yes', ...endpoint])
    expect(result.code).toBe(4)
    expect(result.err).toContain("can't be reached")
  })

  test('without permission, which is reported verb by verb, indented', async () => {
    const rules = [{ verbs: ['get', 'list', 'watch'], resources: ['*'] }]
    incident.simulator.server.users.add('reader', [
      ...rules,
      { verbs: ['create'], resources: ['selfsubjectaccessreviews', 'secrets'] },
    ])
    const kubeconfig = await incident.kubeconfigFor('reader')
    const result = await incident.run(['fix', '-A', '--yes', '--kubeconfig', kubeconfig])
    expect(result.code).toBe(5)
    expect(result.err).toMatch(/^ {2}patch serviceaccounts in/m)
    expect(result.err).toContain('delete pods in')
    expect(result.err).not.toContain('create secrets')
  })

  test('with flags that contradict each other', async () => {
    const cases = [
      ['fix', '--apply', 'p.json', '--pin'],
      ['fix', '--apply', 'p.json', '-n', 'web'],
      ['fix', '--apply', 'p.json', '--no-recreate'],
      ['fix', '--apply', 'p.json', '-l', 'app=web'],
      ['fix', '--apply', 'p.json', 'deploy/web'],
      ['fix', '--apply', 'p.json', '--secret-name', 'other'],
      ['fix', '--username', 'bob'],
      ['fix', '--registry', 'not a host'],
      ['fix', '--registry', 'https://index.docker.io/v1/'],
      ['fix', '--password-stdin'],
      ['fix', '--no-authenticate', '--username', 'bob', '--password-stdin'],
      ['fix', '--no-authenticate', '--registry', 'ghcr.io'],
      ['fix', '--no-authenticate', '--overwrite-secret'],
      ['fix', '--replace-registry', 'docker.io'],
      ['fix', '--secret-name', 'Not A Name'],
      ['fix', '--plan', 'p.json', '--dry-run=server'],
      ['fix', '-o', 'patch', '--dry-run=server'],
    ]
    for (const argv of cases) {
      const result = await incident.run(argv)
      expect(result).toMatchObject({ code: 2 })
      // Some registries take a token as the user name, too.
      expect(result.err).not.toContain('bob')
      if (argv.includes('--apply')) expect(result.err).toContain(`can't be combined with ${argv[3]}`)
    }
  })
})

describe('a plan in a file', () => {
  const file = () => join(incident.home, 'plan.json')
  let saved = ''
  beforeAll(async () => {
    await incident.run(['fix', '-A', '--plan', file()])
    saved = await readFile(file(), 'utf8')
  })

  test('that does not exist is named', async () => {
    const missing = join(incident.home, 'missing.json')
    const { code, err } = await incident.run(['fix', '--apply', missing])
    expect([code, err]).toEqual([2, `Can't read the plan ${missing}: there is no such file.\n`])
  })

  test('that was damaged is refused as bad input with its place, and nothing is written', async () => {
    await writeFile(file(), saved.replace('"create-secret"', '"reboot"'))
    const result = await incident.run(['fix', '--apply', file(), '--yes'])
    expect(result.code).toBe(2)
    expect(result.err).toContain(
      `${file()} is not a plan of pullguard.dev/v1: changes[0].action is missing or wrong. Make a plan with \`pullguard fix --plan <file>\`.`,
    )
  })

  test.each<[string, (plan: { cluster: { uid: string } }) => unknown, string]>([
    ['of another cluster', plan => (plan.cluster.uid = 'another'), 'another cluster'],
    [
      'whose patch is not what it shows',
      plan => JSON.parse(JSON.stringify(plan).replaceAll('"op":"add"', '"op":"replace"')),
      'does not match its edits',
    ],
    [
      'of a server that only claims to be that cluster',
      plan => JSON.parse(JSON.stringify(plan).replaceAll(incident.simulator.server.url, 'https://elsewhere')),
      'another cluster',
    ],
    [
      'that recreates the pods of another workload than it shows',
      plan =>
        JSON.parse(
          JSON.stringify(plan, (key, value) =>
            key === 'workload' ? { ...value, kind: 'Deployment', name: 'harmless' } : value,
          ),
        ),
      'one of Deployment harmless, which it is not',
    ],
    [
      'that reaches into a namespace outside its own scope',
      plan => ({ ...plan, scope: { namespaces: ['default'], affected: false, excluded: [] } }),
      'changes Secret kube-system/dockercreds, which is outside its own scope. Nothing was changed; make a new plan.',
    ],
    [
      'that reaches into a namespace that it excludes',
      plan => ({ ...plan, scope: { namespaces: null, affected: false, excluded: ['kube-system'] } }),
      'outside its own scope',
    ],
    [
      'that reaches beyond the workload that it names',
      plan => ({
        ...plan,
        scope: {
          namespaces: ['default'],
          affected: false,
          excluded: [],
          subjects: [{ kind: 'Deployment', namespace: 'default', name: 'fifthnginx' }],
        },
        changes: (plan as unknown as { changes: { target: { namespace: string } }[] }).changes.filter(
          ({ target }) => target.namespace === 'default',
        ),
      }),
      'outside its own scope',
    ],
  ])('%s is refused, and nothing is written', async (_name, spoil, expected) => {
    const plan = JSON.parse(saved)
    const spoilt = spoil(plan)
    await writeFile(file(), JSON.stringify(typeof spoilt === 'object' ? spoilt : plan))
    const result = await incident.run(['fix', '--apply', file(), '--yes'])
    expect(result.code).toBe(5)
    expect(result.err).toContain(expected)
  })
})

test('a workload that can not be read is a gap, and its pods are not recreated', async () => {
  const rest = ['pods', 'events', 'namespaces', 'serviceaccounts', 'secrets', 'replicasets', 'nodes']
  incident.simulator.server.users.add('viewer', [{ verbs: ['*'], resources: rest }])
  const kubeconfig = await incident.kubeconfigFor('viewer')
  const { out } = await incident.run(['fix', 'deploy/sixthnginx', '--dry-run', '--kubeconfig', kubeconfig])
  expect(out).toContain('deployments.apps in default: access denied')
  expect(out).toContain('1 pod whose controller is missing or could not be read')
  expect(out).not.toContain('Recreate')
})

test.each([
  ['fix', '--dry-run'],
  ['fix', '-l', 'app=sixthnginx', '--dry-run'],
  ['fix', 'deploy/sixthnginx', '--dry-run'],
  ['diagnose', 'deploy/sixthnginx'],
  ['diagnose', 'deploy/sixthnginx', 'ds/missing-pods'],
  ['why', 'deploy/sixthnginx'],
])('without permission to list pods, %j %j %j ends with a gap', async (...argv) => {
  const rest = ['events', 'namespaces', 'serviceaccounts', 'secrets', 'replicasets', 'deployments']
  incident.simulator.server.users.add('no-pods', [{ verbs: ['*'], resources: [...rest, 'daemonsets'] }])
  const kubeconfig = await incident.kubeconfigFor('no-pods')
  const { code, out, err } = await incident.run([...argv, '--kubeconfig', kubeconfig])
  expect(out + err).toContain('pods in default: access denied; failing pulls there')
  expect(out + err).toContain('ask for permission to get and list pods (a Role in default)')
  expect(code).toBe(3)
})

test.each([[['deploy/fifthnginx']], [['-n', 'default']], [['-n', 'default', '-l', 'app=fifthnginx']]])(
  'without permission to read service accounts, %j creates no Secret that nothing would use',
  async argv => {
    const some = ['pods', 'events', 'namespaces', 'secrets', 'replicasets', 'deployments', 'nodes']
    const resources = [...some, 'daemonsets', 'statefulsets', 'selfsubjectaccessreviews']
    incident.simulator.server.users.add('no-accounts', [{ verbs: ['*'], resources }])
    const kubeconfig = await incident.kubeconfigFor('no-accounts')
    const { code, out } = await incident.run(['fix', ...argv, '--yes', '--kubeconfig', kubeconfig])
    const text = out.replace(/\s+/g, ' ')
    expect(text).toContain("1 service account can't be read, so the pull secret can't be attached to it")
    expect(text).toContain('default serviceaccount/default')
    expect(text).toContain('ask for permission to get and list serviceaccounts (a Role in default)')
    expect(text).not.toContain('remedy:')
    expect(code).toBe(3)
  },
)

test.each<[string[], string]>([
  [['-n', 'kube-system', 'ds/nope'], 'DaemonSet "nope" not found in namespace "kube-system"'],
  [['fifthnginx'], 'Pod "fifthnginx" not found in namespace "default": did you mean fifthnginx-'],
  [['-l', 'app=('], 'The label selector "app=(" is wrong'],
  [['deploy/a', '-A'], "deploy/a can't be combined with -A"],
  [['deploy/a', '-l', 'app=a'], "deploy/a can't be combined with -l"],
  [['deploy/a', '--affected'], "deploy/a can't be combined with --affected"],
])('%j is refused in one sentence', async (argv, sentence) => {
  expect(await incident.run(['fix', ...argv])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(sentence),
  })
})
