/** `why` on the command line: which pod is selected, similar names if there is none, and exit codes. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommandLine } from './command-line.ts'
import { type Incident, startIncident } from './incident.ts'

let incident: Incident
let pod: string
beforeAll(async () => {
  incident = await startIncident({ frozen: true })
  pod = incident.simulator.cluster.list('Pod', 'default')[0]?.metadata.name ?? ''
})
afterAll(() => incident.close())

const why = (...argv: string[]) => incident.run(['why', ...argv])
const list = (items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
const dumped = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name },
  spec: { nodeName: 'n', containers: [{ name: 'c', image: 'nginx:1' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'c', ready: true, state: { running: {} } }] },
})

describe('the pod', () => {
  test('can be named in every common way', async () => {
    const [plain, ...others] = await Promise.all([
      why(pod),
      why(`default/${pod}`),
      why(`pod/${pod}`),
      why(pod, '-n', 'default'),
      why(`default/${pod}`, '-n', 'default'),
    ])
    expect(plain?.code).toBe(1)
    expect(plain?.out).toContain(`Pod default/${pod}, of deployment/fifthnginx`)
    expect(plain?.out).toContain('Problem with container fifthnginx: the pod has no login for Docker Hub.')
    for (const other of others) expect(other).toEqual(plain)
  })

  test("that can't be read is reported as such, with the permission to ask for", async () => {
    incident.simulator.server.users.add('nobody', [])
    const result = await why(`default/${pod}`, '--kubeconfig', await incident.kubeconfigFor('nobody'))
    expect(result).toMatchObject({ code: 3, out: '' })
    expect(result.err).toContain('ask for permission to get and list pods (a Role in default)')
    expect(result.err.trimEnd().split('\n').at(-1)).toBe(
      `Can't explain pod ${pod}: it could not be read, and may not exist.`,
    )
  })

  test('has its chain in JSON', async () => {
    expect(JSON.parse((await why(pod, '-o', 'json')).out)).toMatchObject({
      kind: 'Why',
      namespace: 'default',
      pod,
      containers: [{ verdict: 'anonymous', problems: [{ code: 'no-credential' }, { code: 'pull-failed' }] }],
    })
  })

  test('can be in a namespace that is named like a type', async () => {
    const { simulator } = incident
    simulator.cluster.addNamespace('jobs')
    await simulator.settle()
    simulator.cluster.add(dumped('jobs', 'nightly'))
    const dump = list([dumped('jobs', 'nightly'), dumped('web', 'nightly')])
    for (const result of await Promise.all([
      why('jobs/nightly'),
      why('jobs/nightly', '-n', 'jobs'),
      incident.run(['why', 'jobs/nightly', '-f', '-'], dump),
    ]))
      expect(result.out).toContain('Pod jobs/nightly, ')
  })

  test('that runs has no problem and exit code 0', async () => {
    const result = await incident.run(['why', 'shop-0', '-f', '-'], list([dumped('web', 'shop-0')]))
    expect(result).toMatchObject({ code: 0, err: '' })
    expect(result.out).toContain('No problem found. Nothing to do.')
  })
})

describe('a workload', () => {
  test('is explained by its failing pods, those that are alike once', async () => {
    const { simulator } = incident
    const { cluster } = simulator
    cluster.change('Deployment', 'default', 'sixthnginx', object =>
      Object.assign(object.spec as object, { replicas: 3 }),
    )
    await simulator.settle()
    const pods = cluster
      .list('Pod', 'default')
      .map(({ metadata }) => metadata.name)
      .filter(name => name.startsWith('sixth'))
      .sort()
    expect(pods).toHaveLength(3)
    const { out, code } = await why('deploy/sixthnginx')
    expect(code).toBe(1)
    expect(out.replace(/\n/g, ' ')).toContain(
      `2 more pods are failing in the same way: ${pods[1]} and ${pods[2]}`,
    )
    expect(out.match(/^Pod default\//gm)).toHaveLength(1)
    expect(out).toContain('Problem with container sixthnginx: the pod has no login for Docker Hub.')
    const list = JSON.parse((await why('deployments.apps/sixthnginx', '-o', 'json')).out)
    expect(list).toMatchObject({
      kind: 'WhyList',
      items: [{ pod: pods[0], alike: pods.slice(1) }],
      summary: { failingPods: 3 },
    })
    expect((await why('deploy/sixthnginx', '-o', 'name')).out).toBe(`default/${pods[0]}\n`)
  })

  test('without a failing pod says so, with exit code 0', async () => {
    const controller = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      name: 'shop',
      uid: 's',
      controller: true,
    }
    const owned = dumped('web', 'shop-0')
    const dump = list([{ ...owned, metadata: { ...owned.metadata, ownerReferences: [controller] } }])
    const result = await incident.run(['why', 'sts/shop', '-f', '-'], dump)
    expect(result).toEqual({
      code: 0,
      out: 'No image pulls are failing in statefulset shop of the dump (1 pod checked).\n',
      err: '',
    })
  })
})

describe('without a name', () => {
  test('what could not be read is listed if no failing pod was found', async () => {
    const { simulator, run, kubeconfigFor } = incident
    simulator.server.users.add('nobody', [])
    const { code, err } = await run(['why', '--kubeconfig', await kubeconfigFor('nobody')])
    expect(code).toBe(2)
    expect(err).toContain('ask for permission to get and list pods (a Role in default)')
    expect(err).toMatch(/\nNo pod was given\. No failing pull found in namespace default .*\n$/)
  })

  test('the failing pods are listed where nobody can choose', async () => {
    const { code, out, err } = await why()
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('Which pod? Failing: default/')
    expect(err).toContain(`default/${pod}`)
    expect(err).toMatch(/For example: `pullguard why default\/\S+`\.\n$/)
  })

  const waiting = { reason: 'ErrImagePull', message: 'nginx:1: not found' }
  const status = { phase: 'Pending', containerStatuses: [{ name: 'c', state: { waiting } }] }
  const oneFailing = list([{ ...dumped('web', 'shop-0'), status }, dumped('web', 'shop-1')])

  test('the example for a dump reads that dump', async () => {
    const { err } = await incident.run(['why', '-f', '-'], oneFailing)
    expect(err).toContain('For example: `pullguard why -f - web/shop-0`.')
  })

  test('the only failing pod is explained in a terminal, where nothing is left to choose', async () => {
    const { home } = incident
    const file = join(home, 'dump.json')
    await writeFile(file, oneFailing)
    const terminal = () => Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
    const place = { home, columns: 80, stdin: terminal(), stderr: terminal() }
    const { code, out } = await runCommandLine(['why', '-f', file], place)
    expect(code).toBe(1)
    expect(out).toMatch(/^Pod web\/shop-0/)
  })

  test('a dump without a failing pod says so', async () => {
    const result = await incident.run(['why', '-f', '-'], list([dumped('web', 'shop-0')]))
    expect(result).toEqual({
      code: 2,
      out: '',
      err: 'No pod was given. No image pulls are failing in the dump (1 pod checked).\n',
    })
  })
})

describe('one sentence and exit code 2 for', () => {
  test.each<[string, string[], string]>([
    [
      'a workload that does not exist',
      ['deploy/fifth'],
      'Deployment "fifth" not found in namespace "default"',
    ],
    [
      'a type that is a namespace',
      ['jobs/fifthnginx'],
      'Job "fifthnginx" not found in namespace "default": ',
    ],
    ['a missing file', ['jobs/x', '-f', 'nope.json'], "Can't read nope.json: there is no such file"],
    ['half a name', ['default/'], '"default/" names neither a pod nor a workload:'],
    ['two namespaces', ['default/x', '-n', 'web'], '"default/x" and -n web name different namespaces:'],
    ['a namespace that does not exist', ['nope/x'], 'There is no namespace "nope" in this cluster:'],
    ['a Service', ['svc/x'], 'There is no namespace "svc" in this cluster, and "svc" is not a type of'],
    [
      'a pod far from any',
      ['zzz'],
      'Pod "zzz" not found in namespace "default": `kubectl get pods -n default`',
    ],
  ])('%s', async (_name, argv, sentence) => {
    const result = await why(...argv)
    expect(result).toMatchObject({ code: 2, out: '' })
    expect(result.err).toContain(sentence)
    expect(result.err).toMatch(/^[^\n]*[.?]\n$/)
  })

  test.each(['fifthnginx', 'fifthngin', 'fifthnginx-5d4f8c7b9d-gone1'])(
    'a pod whose name is similar to another: %s',
    async name => {
      expect(await why(name)).toEqual({
        code: 2,
        out: '',
        err: `Pod "${name}" not found in namespace "default": did you mean ${pod}?\n`,
      })
    },
  )

  test('a pod whose name is similar to others of a dump', async () => {
    const dump = list(['shop-a1', 'shop-b2', 'cart-0'].map(name => dumped('web', name)))
    const result = await incident.run(['why', 'shop', '-f', '-'], dump)
    expect(result.err).toBe('Pod "shop" not found in the dump: did you mean web/shop-a1 or web/shop-b2?\n')
  })

  test('a pod that a dump contains twice', async () => {
    const dump = list([dumped('web', 'shop-0'), dumped('test', 'shop-0')])
    const result = await incident.run(['why', 'shop-0', '-f', '-'], dump)
    expect(result).toMatchObject({ code: 2, out: '' })
    expect(result.err).toBe('Several pods are named "shop-0", in test, web: choose one with -n.\n')
  })
})
