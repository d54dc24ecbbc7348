/** `diagnose` on the command line: one sentence for bad input, every refusal by a cluster, and a dump with the same result. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { invocationOf } from '../../src/commands/shared-flags.ts'
import { selfSignedCertificate } from '../../src/simulator/api-server/certificate.ts'
import type { Fault } from '../../src/simulator/api-server/faults.ts'
import { runCommandLine } from './command-line.ts'
import { CANARY, type Incident, startIncident } from './incident.ts'

/** A dump of one pod that had been failing for 15 minutes at the time of the dump. */
const FAILS_SINCE_MARCH = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'web', name: 'a', uid: 'u', creationTimestamp: '2025-03-01T10:00:00Z' },
  spec: { nodeName: 'n', containers: [{ name: 'c', image: 'nginx:1.O' }] },
  status: {
    phase: 'Pending',
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2025-03-01T10:15:00Z' }],
    containerStatuses: [
      { name: 'c', state: { waiting: { reason: 'ErrImagePull', message: 'nginx:1.O: not found' } } },
    ],
  },
})

let incident: Incident
beforeAll(async () => {
  incident = await startIncident()
  await givePullSecret(incident.simulator)
  const files = {
    'plain.txt': 'hello',
    'cut.json': '{"kind":"List","apiVersion":"v1","items":[{"kind":"Pod","apiVersion":"v1"',
    'deployment.json': '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"x"}}',
    'empty.json': '',
    'no-pods.json': '{"kind":"List","apiVersion":"v1","items":[]}',
    'bundle/version.json': '{"info":{}}',
    'bundle/deep/pods.json': FAILS_SINCE_MARCH,
    'bundle/pods.json': '{"kind":"PodList","apiVersion":"v1","items":[]}',
    'folder/below/no-pods.json': '{"kind":"List","apiVersion":"v1","items":[]}',
    'other-ca.pem': (await selfSignedCertificate()).certificate,
    'broken.yaml': '{ clusters: [',
  }
  for (const folder of ['folder/below', 'bundle/deep'])
    await mkdir(join(incident.home, folder), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(incident.home, name), text)
})
afterAll(() => incident.close())

/** A pull secret for the pod in kube-system, with a login for another registry. */
async function givePullSecret({ cluster, settle }: Incident['simulator']): Promise<void> {
  const login = { auths: { 'ghcr.io': { username: 'acme', password: CANARY } } }
  cluster.add({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'kube-system', name: 'hub' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(login)).toString('base64') },
  })
  cluster.change('ServiceAccount', 'kube-system', 'default', account =>
    Object.assign(account, { imagePullSecrets: [{ name: 'hub' }] }),
  )
  const [pod] = cluster.list('Pod', 'kube-system')
  cluster.remove('Pod', 'kube-system', pod?.metadata.name ?? '')
  await settle()
}
afterEach(() => incident.simulator.faults.clear())

const diagnose = (...argv: string[]) => incident.run(['diagnose', ...argv])
const DUMP =
  '`kubectl get pods,events,nodes,serviceaccounts,secrets,deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs -A -o json`'

describe('bad input is one sentence and exit code 2', () => {
  test.each<[string, string[], string]>([
    ['a pod that does not exist', ['shop-0'], 'Pod "shop-0" not found in namespace "default": '],
    ['a format', ['-o', 'xml'], 'Invalid --output "xml": choose table, wide, text, json,'],
    [
      'sarif',
      ['-o', 'sarif'],
      'Invalid --output "sarif": SARIF points to lines in files, and pods have none.',
    ],
    ['a severity', ['--fail-on', 'bad'], 'Invalid --fail-on "bad": choose error, warning, info, or never.'],
    ['a time', ['--request-timeout', 'soon'], 'give a time such as 30s, 2m, or 1m30s.'],
    ['a selector', ['-l', 'app in'], 'The label selector "app in" is wrong at character 7:'],
    ['a namespace', ['-n', 'nope'], 'There is no namespace "nope" in this cluster:'],
    ['no kubeconfig', ['--kubeconfig', 'nope'], "Kubeconfig nope (from --kubeconfig) doesn't exist."],
    ['a broken kubeconfig', ['--kubeconfig', 'broken.yaml'], 'broken.yaml'],
    [
      'a context',
      ['--context', 'nope'],
      'has no context nope (it has simulator): choose one with --context.',
    ],
    ['a user', ['--user', 'nope'], 'has no user nope (it has admin): choose one with --user.'],
    ['a server', ['-s', 'ftp://prod.example'], 'The server ftp://prod.example is not a URL:'],
    [
      'a server with a login in it',
      ['-s', 'https://me:C4nary@prod.example:99999'],
      'The server https://[redacted]@prod.example:99999 is not a URL:',
    ],
    ['a missing file', ['-f', 'nope.json'], "Can't read nope.json: there is no such file or folder."],
    ['an empty name', ['-f', ''], '-f was given an empty name:'],
    ['plain text', ['-f', 'plain.txt'], `plain.txt is plain text. Make a dump with ${DUMP}.`],
    ['a cut dump', ['-f', 'cut.json'], 'cut.json ends in the middle, at byte 73: it was cut off.'],
    ['another kind', ['-f', 'deployment.json'], 'There are no pods in deployment.json, only Deployment.'],
    ['an empty file', ['-f', 'empty.json'], 'empty.json is empty.'],
    ['nothing on stdin', ['-f', '-'], 'Standard input is empty.'],
    ['a folder', ['-f', 'folder'], 'has no .json, .yaml, or .yml file; with -R the folders below it are'],
    ['-R alone', ['-R'], '-R needs -f:'],
  ])('for %s', async (_name, argv, sentence) => {
    const result = await diagnose(...argv)
    expect(result).toMatchObject({ code: 2, out: '' })
    expect(result.err).toContain(sentence)
    expect(result.err).toMatch(/^[^\n]*[.?]\n$/)
  })

  test('a mismatched certificate makes the cluster unreachable, and both remedies are named', async () => {
    const strange = await incident.runOverTls(['diagnose', '--certificate-authority', 'other-ca.pem'])
    expect(strange).toMatchObject({ code: 4, out: '' })
    expect(strange.err).toContain('give its CA with --certificate-authority')
    const misnamed = await incident.runOverTls(['diagnose', '--tls-server-name', 'other.example'])
    expect(misnamed).toMatchObject({ code: 4, out: '' })
    expect(misnamed.err).toContain('say which name to expect with --tls-server-name')
  })
})

describe('scope', () => {
  test('is the namespace of the context, another one, or all of them; -A overrides -n as in kubectl', async () => {
    const names = async (...argv: string[]) =>
      (await diagnose('-o', 'name', ...argv)).out.replace(/-[^-\n]+-[^-\n]+$/gm, '').split('\n')
    expect(await names()).toEqual(['default/fifthnginx', 'default/sixthnginx', ''])
    expect(await names('-n', 'kube-system')).toEqual(['kube-system/calico-kube-controllers', ''])
    expect(await names('-A', '-n', 'kube-public')).toHaveLength(4)
    expect(await names('-A', '-l', 'app=sixthnginx')).toEqual(['default/sixthnginx', ''])
  })

  test('a selector that matches no pod is reported, because it could be a typo', async () => {
    const result = await diagnose('-l', 'app=fithnginx')
    expect(result).toMatchObject({ code: 0, out: '' })
    expect(result.err).toContain('No pods with app=fithnginx in namespace default of simulator.')
  })

  test.each([
    ['error', 1],
    ['never', 0],
  ])('--fail-on %s ends with %i for the same findings', async (severity, code) => {
    expect((await diagnose('-A', '-o', 'json', '--fail-on', severity)).code).toBe(code)
  })
})

describe('with few permissions', () => {
  const READ = ['get', 'list']
  const namespaced = (...namespaces: string[]) => [{ verbs: READ, resources: ['*'], namespaces }]
  const LISTS = { verbs: READ, resources: ['namespaces'] }

  test.each([
    ["lists the namespaces it can't read", 1, [LISTS, ...namespaced('default')], 3],
    ['finds nothing where it may look: incomplete', 3, [LISTS, ...namespaced('kube-public')], 3],
    ['without permission to list namespaces reads its own', 1, namespaced('default'), 0],
    ['none at all, nothing is known', 3, [], 1],
  ])('-A %s', async (_name, code, rules, unread) => {
    incident.simulator.server.users.add('somebody', rules)
    const kubeconfig = await incident.kubeconfigFor('somebody')
    const result = await diagnose('-A', '-o', 'json', '--kubeconfig', kubeconfig)
    expect(result.code).toBe(code)
    const { complete, gaps } = JSON.parse(result.out) as { complete: boolean; gaps: { what: string }[] }
    expect(complete).toBe(false)
    expect(gaps.filter(({ what }) => what === 'pods')).toHaveLength(unread)
    expect(gaps.some(({ what }) => what === 'namespaces')).toBe(!rules.includes(LISTS))
  })

  test('without access to Secrets the credential of a pod that names one is unknown', async () => {
    const viewer = await incident.kubeconfigFor('viewer')
    const result = await diagnose('-n', 'kube-system', '-o', 'json', '--kubeconfig', viewer)
    expect(result.code).toBe(1)
    expect(JSON.parse(result.out)).toMatchObject({
      findings: [{ credential: { status: 'unknown' } }],
      gaps: [{ what: 'secrets', namespace: 'kube-system', why: 'forbidden' }],
    })
  })
})

describe('a failing server ends diagnose with 4 and prints nothing that looks complete', () => {
  test.each<[string, Fault, string]>([
    ['401', 401, 'did not accept the credentials of the context "simulator"; log in again.'],
    ['500', 500, 'The request to the API server failed: Internal error occurred:'],
    ['a cut connection', 'reset', 'closed the connection before it answered'],
    ['half an answer', 'truncated', 'was cut off'],
  ])('%s', async (_name, fault, sentence) => {
    incident.simulator.faults.when(({ path }) => path === '/api/v1/pods', fault)
    const result = await incident.runOverTls(['diagnose', '-A', '-o', 'json'])
    expect(result).toMatchObject({ code: 4, out: '' })
    expect(result.err).toContain(sentence)
    expect(result.err).toMatch(/^[^\n]*\.\n$/)
  })

  test("a user who can't impersonate", async () => {
    const kubeconfig = await incident.kubeconfigFor('viewer')
    const result = await diagnose('-A', '--as', 'admin', '--kubeconfig', kubeconfig)
    expect(result).toMatchObject({ code: 4, out: '' })
    expect(result.err).toContain(
      'does not allow you to act as another user: users "admin" is forbidden: User "viewer"',
    )
  })

  test('an unknown token', async () => {
    expect(await diagnose('--token', 'wrong')).toMatchObject({ code: 4, out: '' })
  })
})

test('a signal in the middle of a list exits with its code and prints nothing', async () => {
  const stop = new AbortController()
  const arrives = ({ path }: { path: string }) => {
    if (path === '/api/v1/pods') stop.abort('SIGTERM')
    return path === '/api/v1/pods'
  }
  incident.simulator.faults.when(arrives, { slow: 10 })
  const result = await incident.runOverTls(['diagnose', '-A', '-o', 'json'], '', stop.signal)
  expect(result).toEqual({ code: 143, out: '', err: '' })
})

test('in a CI log the words of the screen are the default, and -o table is still plain columns', async () => {
  const env = { CI: 'true' }
  const words = await incident.run(['diagnose', '-A'], '', undefined, env)
  expect(words.out).toMatch(/^Context simulator \(.*\), all namespaces\n\nError: Docker Hub's limit/)
  expect(words.out).toMatch(/Next \(helps all 3 pods\): pullguard fix --all-namespaces --affected\n$/)
  expect(words.err).toBe('')
  const off = await incident.run(['diagnose', '-A'], '', undefined, { CI: 'false' })
  expect(off.out).toMatch(/^NAMESPACE +POD /)
  const table = await incident.run(['diagnose', '-A', '-o', 'table'], '', undefined, env)
  expect(table.out).toMatch(/^NAMESPACE +POD /)
})

describe('plain columns', () => {
  const rows = async (...flags: string[]) =>
    (await diagnose('-A', ...flags)).out
      .trimEnd()
      .split('\n')
      .map(line => line.split(/ {2,}/))

  test('have no header with --no-headers', async () => {
    const [header, ...all] = await rows()
    expect(header?.[0]).toBe('NAMESPACE')
    expect(all).toHaveLength(3)
    // The age may have changed meanwhile.
    const withoutAge = (cells: string[][]) => cells.map(row => row.toSpliced(5, 1))
    expect(withoutAge(await rows('--no-headers'))).toEqual(withoutAge(all))
    expect(await rows('--no-headers', '-o', 'wide')).toHaveLength(3)
  })

  test.each([
    ['pod', 1],
    ['namespace', 0],
    ['image', 4],
  ] as const)('are sorted by %s with --sort-by', async (key, index) => {
    const cells = (await rows('--sort-by', key, '--no-headers')).map(row => row[index] ?? '')
    expect(cells).toEqual([...cells].sort())
    expect(cells).toHaveLength(3)
  })

  test('are printed in a CI log and on a terminal, too, where a flag asks for them', async () => {
    const inCi = await incident.run(['diagnose', '-A', '--sort-by', 'age'], '', undefined, { CI: 'true' })
    expect(inCi.out).toMatch(/^NAMESPACE +POD /)
    const { home, simulator } = incident
    const shown = await runCommandLine(['diagnose', '-A', '--no-headers'], {
      ...{ home, env: { KUBECONFIG: join(home, 'admin.yaml') }, clock: simulator.clock, columns: 80 },
    })
    expect(shown.out).toMatch(/^kube-system +\S+ +\S+ +rate-limited /)
    expect(shown.err).toContain('Next (helps all 3 pods)')
  })

  test.each([
    [
      ['--sort-by', 'age', '-o', 'json'],
      "--sort-by can't be combined with -o json: use table, wide or name.",
    ],
    [['--no-headers', '-o', 'name'], "--no-headers can't be combined with -o name: use table or wide."],
    [['--no-headers', '-w'], "--no-headers can't be combined with --watch, which prints each change."],
  ])('%j is refused, as it would do nothing', async (flags, sentence) => {
    expect(await diagnose(...flags)).toEqual({ code: 2, out: '', err: `${sentence}\n` })
  })
})

describe('--quiet', () => {
  test.each([
    [['diagnose', '-A'], 1],
    [['diagnose', '-n', 'kube-public'], 0],
    [['why', 'deploy/fifthnginx'], 1],
    [['wait', 'deploy/fifthnginx', '--timeout', '0'], 3],
    [['fix', '-A', '--dry-run'], 0],
    [['audit', '-A', '--fail-on', 'never'], 0],
    [['quota', '--fail-under', '101'], 1],
    [['mirror'], 0],
  ])('%j prints nothing, and the exit code answers', async (argv, code) => {
    expect(await incident.run([...argv, '-q'])).toEqual({ code, out: '', err: '' })
  })

  test('leaves errors, and asks nothing', async () => {
    const unknown = await incident.run(['diagnose', '-n', 'nosuch', '-q'])
    expect(unknown).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no namespace "nosuch"') })
    const before = incident.writes()
    const unasked = await incident.run(['fix', '-A', '-q'])
    expect(unasked).toMatchObject({ code: 5, out: '', err: expect.stringContaining('--yes') })
    expect(incident.writes()).toEqual(before)
  })

  test.each([['-o', 'json'], ['--no-headers'], ['--sort-by', 'age'], ['-w']])(
    'is refused with %s %s, which would do nothing',
    async (...flags) => {
      const { code, err } = await diagnose('-q', ...flags.filter(Boolean))
      expect(code).toBe(2)
      expect(err).toMatch(/^Option '-q, --quiet' cannot be used with option /)
    },
  )
})

test('suggested commands name no file that the shell made for this run alone', () => {
  const connection = { kubeconfig: '/dev/fd/63', clientKey: './client.key' }
  expect(invocationOf({ program: 'pullguard' }, connection).flags).toEqual([
    ...['--kubeconfig', '<kubeconfig>'],
    ...['--client-key', './client.key'],
  ])
})

test('a dump of the cluster gives the same result as the cluster', async () => {
  const kinds = ['Pod', 'Event', 'ServiceAccount', 'Secret', 'ReplicaSet', 'Deployment', 'Job']
  const listed = () => kinds.flatMap(kind => incident.simulator.cluster.list(kind))
  const dumped = () => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: listed() })
  const readBoth = async () => ({ dump: dumped(), live: await diagnose('-A', '-o', 'json') })
  let { dump, live } = await readBoth()
  // Both must be of one moment: the kubelet may try again meanwhile.
  while (dump !== dumped()) ({ dump, live } = await readBoth())
  const saved = await incident.run(['diagnose', '-f', '-', '-o', 'json'], dump)
  expect(saved.code).toBe(live.code)
  // A dump names no cluster: commands suggested for it have a placeholder.
  expect(findingsOf(saved.out.replaceAll(' --context <context>', ''))).toEqual(findingsOf(live.out))
  expect(findingsOf(live.out)).toHaveLength(3)
})

test('for a folder, skipped files and folders are listed in one line on standard error', async () => {
  const deep = await diagnose('-f', 'bundle', '-R', '-o', 'json')
  expect(deep).toMatchObject({
    code: 1,
    err: '1 file was skipped because it holds no Kubernetes objects: bundle/version.json.\n',
  })
  expect(JSON.parse(deep.out)).toMatchObject({ complete: true, source: { passedOver: { count: 1 } } })
  expect(await diagnose('-f', 'bundle', '-o', 'json')).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^1 file .*\nFolders in bundle were not read: add -R to read them too\.\n$/),
  })
})

test("ages in a dump are relative to the dump's time", async () => {
  const result = await incident.run(['diagnose', '-f', '-'], FAILS_SINCE_MARCH)
  expect(result.out).toMatch(/nginx:1\.O +15m /)
})

test('server warnings are printed once, and the log of -v contains no token', async () => {
  incident.simulator.server.warnings.push('299 - "v1 ComponentStatus is deprecated"')
  const { err } = await diagnose('-A', '-v', '6')
  incident.simulator.server.warnings.pop()
  expect(err.match(/ComponentStatus is deprecated/g)).toHaveLength(1)
  expect(err).toMatch(/^GET https:\/\/\S+\/api\/v1\/pods\S* 200 in \d+ ms$/m)
  expect(err).not.toContain(incident.simulator.server.users.named('admin').token)
})

function findingsOf(json: string): unknown[] {
  return (JSON.parse(json) as { findings: unknown[] }).findings
}
