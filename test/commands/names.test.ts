/** Pods and workloads named on the command line of `diagnose`: what is read, what the report says, and names that don't exist. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Incident, startIncident } from './incident.ts'

let incident: Incident
let pod: string
const nightly = { containers: [{ name: 'n', image: 'nginx' }], restartPolicy: 'Never' }
beforeAll(async () => {
  incident = await startIncident({ frozen: true })
  const { simulator } = incident
  const jobTemplate = { spec: { template: { spec: nightly } } }
  simulator.cluster.addNamespace('jobs')
  await simulator.settle()
  simulator.cluster.add({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { namespace: 'default', name: 'nightly' },
    spec: { schedule: '0 3 * * *', jobTemplate },
  })
  simulator.cluster.add({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { namespace: 'default', name: 'never-started' },
    spec: { schedule: '0 3 * * *', suspend: true, jobTemplate },
  })
  simulator.cluster.add({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      namespace: 'default',
      name: 'nightly-29000000',
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: 'u', controller: true },
      ],
    },
    spec: { template: { spec: nightly } },
  })
  simulator.cluster.add({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'jobs', name: 'fifthnginx' },
    spec: nightly,
  })
  await simulator.settle()
  pod = simulator.cluster.list('Pod', 'default')[0]?.metadata.name ?? ''
})
afterAll(() => incident.close())

const diagnose = (...argv: string[]) => incident.run(['diagnose', ...argv])
const found = async (...argv: string[]) => {
  const { out, err, code } = await diagnose(...argv, '-o', 'json')
  if (out === '') return { code, err }
  const { findings, scope, summary } = JSON.parse(out)
  const workloads = findings.map(
    ({ workload, pod: name }: { workload: { kind: string; name: string } | null; pod: string }) =>
      workload === null ? name : `${workload.kind}/${workload.name}`,
  )
  return { code, workloads: [...new Set(workloads)].sort(), scope, pods: summary.pods }
}

describe('a live cluster', () => {
  test.each<[string, string[], string[]]>([
    ['TYPE/NAME', ['deploy/fifthnginx'], ['Deployment/fifthnginx']],
    ['a full type', ['deployment.apps/fifthnginx'], ['Deployment/fifthnginx']],
    [
      'several',
      ['deploy/fifthnginx', 'deployments/sixthnginx'],
      ['Deployment/fifthnginx', 'Deployment/sixthnginx'],
    ],
    [
      'TYPE NAME…',
      ['deploy', 'fifthnginx', 'sixthnginx'],
      ['Deployment/fifthnginx', 'Deployment/sixthnginx'],
    ],
    ['a CronJob by its Jobs', ['cj/nightly'], ['CronJob/nightly']],
    ['a Job', ['job/nightly-29000000'], ['CronJob/nightly']],
    ['a namespace that is called like a type', ['jobs/fifthnginx'], ['fifthnginx']],
    [
      'several namespaces',
      ['-n', 'default,jobs'],
      ['CronJob/nightly', 'Deployment/fifthnginx', 'Deployment/sixthnginx', 'fifthnginx'],
    ],
    [
      'all but some namespaces',
      ['-A', '--exclude-namespace', 'default', '--exclude-namespace=jobs'],
      ['Deployment/calico-kube-controllers'],
    ],
  ])('is read as far as %s reaches', async (_name, argv, workloads) => {
    expect(await found(...argv)).toMatchObject({ code: 1, workloads })
  })

  test('gives one pod by its name, however it is written', async () => {
    const [plain, ...others] = await Promise.all([
      diagnose(pod),
      diagnose(`pod/${pod}`),
      diagnose(`default/${pod}`),
      diagnose(pod, '-n', 'default'),
    ])
    expect(plain?.err.replace(/\n/g, ' ')).toContain(
      `Pod ${pod} of namespace default of simulator can't pull its images`,
    )
    for (const other of others) expect(other).toEqual(plain)
  })

  test('is asked only for the pods that the selector of a workload matches', async () => {
    const { requests } = incident.simulator
    requests.length = 0
    expect(await found('deploy/fifthnginx')).toMatchObject({
      pods: 1,
      scope: {
        namespaces: ['default'],
        subjects: [{ kind: 'Deployment', name: 'fifthnginx', namespace: 'default' }],
      },
    })
    const lists = requests.filter(({ path }) => path.endsWith('/pods'))
    expect(lists.length).toBeGreaterThan(0)
    for (const { query } of lists) expect(query).toContain('labelSelector=')
  })

  test('is not asked for pods of a CronJob that has started no Job', async () => {
    const { requests } = incident.simulator
    requests.length = 0
    expect(await found('cj/never-started')).toMatchObject({ code: 0, workloads: [], pods: 0 })
    expect(requests.filter(({ path }) => path.endsWith('/pods'))).toEqual([])
  })

  test('is described by what was named', async () => {
    expect((await diagnose('deploy/fifthnginx')).err.replace(/\n/g, ' ')).toContain(
      "1 pod in deployment fifthnginx of namespace default of simulator can't pull its images",
    )
    expect((await diagnose('-A', '--exclude-namespace', 'default')).err.replace(/\n/g, ' ')).toContain(
      'in all namespaces of simulator except default',
    )
  })

  test.each([
    [['deploy/fifthnginx'], 'pullguard fix deployment/fifthnginx -n default'],
    [['-n', 'default,kube-system', '-l', 'app=fifthnginx'], 'pullguard fix -l app=fifthnginx -n default'],
    [['-n', 'default'], 'pullguard fix -n default'],
  ])('proposes a fix of what %j names and no more', async (argv, command) => {
    const { err } = await diagnose(...argv)
    expect(err.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`Next[^:]*: ${command}$`))
  })

  test('that can be read only as pods still shows whose they are', async () => {
    incident.simulator.server.users.add('pod-viewer', [
      { verbs: ['*'], resources: ['pods', 'events', 'namespaces', 'serviceaccounts', 'secrets', 'nodes'] },
    ])
    const kubeconfig = await incident.kubeconfigFor('pod-viewer')
    const { code, err, out } = await diagnose('deploy/fifthnginx', '--kubeconfig', kubeconfig, '-o', 'name')
    expect([code, out.trim().split('\n').length, err]).toEqual([1, 1, expect.stringContaining('deployments')])
  })
})

test.each<[string[], string]>([
  [['deploy/fifthngin'], 'Deployment "fifthngin" not found in namespace "default": did you mean fifthnginx?'],
  [
    ['sts/db'],
    'StatefulSet "db" not found in namespace "default": `kubectl get statefulsets -n default` lists them.',
  ],
  [['fifthnginx-'], 'Pod "fifthnginx-" not found in namespace "default": did you mean fifthnginx-'],
  [['deploy/x', '-n', 'nosuch'], 'There is no namespace "nosuch" in this cluster'],
  [
    ['Secret/x'],
    'There is no namespace "Secret" in this cluster, and "Secret" is not a type of workload or pod:',
  ],
  [['svc/x', '-n', 'default'], '"svc" is not a type of workload or pod: those are deployment, statefulset'],
  [['rollouts.argoproj.io/x'], '"rollouts.argoproj.io" is not a type of workload or pod: those are'],
  [['service', 'x'], '"service" is not a type of workload or pod: those are'],
  [['node'], 'Pod "node" not found in namespace "default", and "node" is not a type of workload or pod:'],
  [['deploy'], 'deploy is a type without a name: give TYPE/NAME, such as deploy/web.'],
  [['a/b/c'], '"a/b/c" names neither a pod nor a workload: give POD, NAMESPACE/POD, or TYPE/NAME.'],
  [['web/x', '-n', 'default'], '"web/x" and -n default name different namespaces: give only one.'],
  [
    ['x', '-A'],
    "x can't be combined with -A: a name is looked up in one namespace, with -n or as NAMESPACE/POD.",
  ],
  [['x', '-n', 'a,b'], "x can't be combined with several namespaces"],
  [['x', '-l', 'a=b'], "x can't be combined with -l"],
  [['-n', 'default', '--exclude-namespace', 'default'], '--exclude-namespace excludes every namespace of -n'],
  [['-A', '--exclude-namespace', 'kube-*'], 'give whole names of namespaces, such as kube-system.'],
])('%j is one sentence', async (argv, sentence) => {
  const { code, out, err } = await diagnose(...argv)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(sentence)
})

describe('a dump', () => {
  const owned = (name: string, controller: object | null) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'web',
      name,
      labels: { 'pod-template-hash': 'abc' },
      ...(controller && { ownerReferences: [{ uid: 'r', controller: true, ...controller }] }),
    },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'nginx:1.O' }] },
    status: {
      phase: 'Pending',
      containerStatuses: [
        { name: 'c', state: { waiting: { reason: 'ErrImagePull', message: 'nginx:1.O: not found' } } },
      ],
    },
  })
  const dump = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      owned('web-abc-1', { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc' }),
      owned('db-0', { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' }),
      owned('db-1', { apiVersion: 'apps.kruise.io/v1', kind: 'StatefulSet', name: 'db' }),
      owned('alone', null),
      { kind: 'EventList', apiVersion: 'v1', items: [] },
    ],
  })
  const of = async (...argv: string[]) => {
    const { out, err, code } = await incident.run(['diagnose', '-f', '-', ...argv, '-o', 'json'], dump)
    return out === ''
      ? { code, err }
      : { code, pods: JSON.parse(out).findings.map((finding: { pod: string }) => finding.pod) }
  }

  test.each<[string[], string[]]>([
    [['deploy/web'], ['web-abc-1']],
    [['sts/db'], ['db-0']],
    [['web/alone'], ['alone']],
    [
      ['alone', 'deploy/web'],
      ['alone', 'web-abc-1'],
    ],
    [
      ['--exclude-namespace', 'other', '-l', '!x'],
      ['alone', 'db-0', 'db-1', 'web-abc-1'],
    ],
  ])('is narrowed by %j', async (argv, pods) => {
    const result = await of(...argv)
    expect(result).toMatchObject({ code: 1 })
    expect([...(result.pods ?? [])].sort()).toEqual(pods)
  })

  test('lacks a workload that has neither an object nor a pod in it', async () => {
    expect(await of('deploy/nope')).toEqual({ code: 2, err: 'Deployment "nope" not found in the dump.\n' })
    expect(await of('ds/alone', '-n', 'web')).toEqual({
      code: 2,
      err: 'DaemonSet "alone" not found in namespace "web" in the dump.\n',
    })
    expect(await of('svc/alone')).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /^Pod "alone" not found in namespace "svc" in the dump, and "svc" is not a type of workload or pod:/,
      ),
    })
  })
})
