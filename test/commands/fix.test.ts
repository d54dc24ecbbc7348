/** `fix` and `undo` from the command line to the cluster: the article's story, and runs that must not change everything, or anything. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serve } from '../registry/loopback.ts'
import { auths, podWithImage, pullSecret, workload } from '../simulator/drafts.ts'
import { CANARY, type Incident, startIncident } from './incident.ts'

let incident: Incident
beforeEach(async () => {
  incident = await startIncident()
})
afterEach(() => incident.close())

const podsRunning = () =>
  incident.simulator.cluster.list('Pod').every(({ status }) => status?.phase === 'Running')
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)
const accountBefore = { imagePullSecrets: [{ name: 'regcred' }] }
const giveDefaultAnEntry = () =>
  incident.simulator.cluster.change('ServiceAccount', 'default', 'default', account =>
    Object.assign(account, accountBefore),
  )

/** Adds a login for another registry to those of this machine. */
async function loginElsewhere(): Promise<void> {
  const path = join(incident.home, '.docker', 'config.json')
  const { auths: own } = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ auths: { ...own, ...auths('someone', 'else', 'ghcr.io').auths } }))
}

/** A bare pod in namespace tenant whose registry requires a login for its image. */
function addDenied(image: string): void {
  const { cluster } = incident.simulator
  cluster.add({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'denied', namespace: 'tenant' },
    spec: { nodeName: 'elsewhere', containers: [{ name: 'c', image }] },
  })
  const message = `failed to resolve reference "${image}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
  const state = { waiting: { reason: 'ErrImagePull', message } }
  const container = { name: 'c', image, imageID: '', ready: false, restartCount: 0, state }
  cluster.change('Pod', 'tenant', 'denied', pod =>
    Object.assign(pod, { status: { phase: 'Pending', containerStatuses: [container] } }),
  )
}

test('the article: diagnosed, fixed, running, diagnosed clean, undone; a second fix and a second undo write nothing', async () => {
  giveDefaultAnEntry()
  const before = incident.accounts()
  expect((await incident.run(['diagnose', '-A'])).code).toBe(1)

  const fixed = await incident.run(['fix', '-A', '--yes'])
  expect(fixed).toMatchObject({ code: 0 })
  expect(fixed.err).toContain(
    'The login of demo-user for Docker Hub works: 200 of 200 pulls left in this 6-hour window.',
  )
  expect(lastLine(fixed.out)).toBe('All 3 pods that could not pull are running now.')
  expect(podsRunning()).toBe(true)
  expect(incident.accounts()['default/default']).toEqual(['regcred', 'dockercreds'])
  expect(incident.accounts()['kube-public/default']).toEqual([])
  expect(incident.simulator.hub.pulls.filter(({ identity }) => identity === 'demo-user')).not.toEqual([])
  expect((await incident.run(['diagnose', '-A'])).code).toBe(0)

  const written = incident.writes()
  const again = await incident.run(['fix', '-A', '--yes'])
  expect(again.code).toBe(0)
  expect(lastLine(again.out)).toBe('No image pulls are failing. Nothing to fix.')
  expect(incident.writes()).toEqual(written)

  expect((await incident.run(['undo', '--list'])).out).toContain('in place')
  expect(await incident.run(['undo', '--yes'])).toMatchObject({ code: 0 })
  expect(incident.accounts()).toEqual(before)
  expect(incident.simulator.cluster.list('Secret')).toEqual([])

  const undone = incident.writes()
  const more = await incident.run(['undo', '--yes'])
  expect(more.code).toBe(0)
  expect(lastLine(more.out)).toBe('Nothing is left to undo, so nothing is written.')
  expect(more.err).not.toContain('still in place')
  expect(incident.writes()).toEqual(undone)
})

describe('nothing is written', () => {
  afterEach(() => expect(incident.writes()).toEqual([]))

  test('with a wrong password', async () => {
    await incident.login('wrong-password')
    const result = await incident.run(['fix', '-A', '--yes'])
    expect(result.code).toBe(5)
    expect(result.err).toContain('does not accept the login of demo-user')
    expect(result.err).toContain('Nothing was changed.')
  })

  test('with an account that has no pulls left', async () => {
    incident.simulator.hub.exhaust('demo-user')
    const result = await incident.run(['fix', '-A', '--yes'])
    expect(result.code).toBe(5)
    expect(result.err).toContain('0 of 200 pulls')
  })

  test('with a malformed config.json, which is named', async () => {
    await writeFile(join(incident.home, '.docker', 'config.json'), '{ "auths": ')
    const result = await incident.run(['fix', '-A', '--yes'])
    expect(result.code).toBe(2)
    expect(result.err).toContain('config.json')
  })

  test('with no login on this machine, and the error explains how to get one', async () => {
    await writeFile(join(incident.home, '.docker', 'config.json'), '{}')
    const result = await incident.run(['fix', '-A', '--yes'])
    expect(result.code).toBe(5)
    expect(lastLine(result.out)).toBe('Next: docker login')
  })
})

describe('a plan in a file', () => {
  const file = () => join(incident.home, 'plan.json')
  const save = () => incident.run(['fix', '-A', '--plan', file()])

  test('is readable by its owner only and applied unchanged; once more, it writes nothing and reports that its pods run', async () => {
    const saved = await save()
    expect(lastLine(saved.out)).toBe(`Next: pullguard fix --apply ${file()}`)
    expect(incident.writes()).toEqual([])
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect(await incident.run(['fix', '--apply', file(), '--yes'])).toMatchObject({ code: 0 })
    expect(podsRunning()).toBe(true)
    const written = incident.writes()
    const again = await incident.run(['fix', '--apply', file(), '--yes'])
    expect(again.code).toBe(0)
    expect(lastLine(again.out)).toBe('All 3 pods that could not pull are running now.')
    expect(incident.writes()).toEqual(written)
  })

  test('without changes is not enough to call pods well that have begun to fail since', async () => {
    await save()
    const { changes: _, ...plan } = JSON.parse(await readFile(file(), 'utf8'))
    await writeFile(file(), JSON.stringify({ ...plan, changes: [] }))
    const { code, out } = await incident.run(['fix', '--apply', file(), '--yes'])
    expect(code).toBe(1)
    expect(out).not.toContain('No image pulls are failing')
    incident.simulator.server.faults.when(({ path }) => path.endsWith('/pods'), 403)
    expect(await incident.run(['fix', '--apply', file(), '--yes'])).toMatchObject({ code: 3 })
  })

  test('whose pods are back already leaves nothing for the next fix to continue', async () => {
    await save()
    await incident.run(['fix', '-A', '--yes'])
    await incident.run(['undo', '--yes'])
    expect(await incident.run(['fix', '--apply', file(), '--yes'])).toMatchObject({ code: 0 })
    const nowhere = { DOCKER_CONFIG: join(incident.home, 'nowhere') }
    const next = await incident.run(['fix', '-A', '--dry-run', '-o', 'json'], '', undefined, nowhere)
    expect(JSON.parse(next.out)).toMatchObject({ changes: [], declined: [] })
  })

  test('whose Secrets fail before any write offers no undo', async () => {
    await save()
    const isSecret = (path: string) => path.endsWith('/secrets')
    incident.simulator.server.faults.when(({ method, path }) => method === 'POST' && isSecret(path), 500)
    const { code, out } = await incident.run(['fix', '--apply', file(), '--yes'])
    expect(code).toBe(3)
    expect(out).toContain('Nothing was written. 7 changes were not applied.')
    expect(out).not.toContain('Undo:')
    expect(incident.writes()).toEqual([])
  })

  test('that is stale is refused, and nothing is written', async () => {
    await save()
    giveDefaultAnEntry()
    const result = await incident.run(['fix', '--apply', file(), '--yes'])
    expect(result.code).toBe(5)
    expect(result.err).toContain('stale')
    expect(incident.writes()).toEqual([])
  })
})

test('objects managed by Helm are left to Helm, and the patch is shown', async () => {
  incident.simulator.cluster.change('ServiceAccount', 'kube-system', 'default', ({ metadata }) => {
    metadata.labels = { 'app.kubernetes.io/managed-by': 'Helm' }
    metadata.annotations = { 'meta.helm.sh/release-name': 'calico' }
  })
  const result = await incident.run(['fix', '-A', '--yes'])
  expect(result.code).toBe(5)
  expect((await incident.run(['fix', '-A', '--yes', '--fail-on', 'never'])).code).toBe(0)
  expect(result.out).toContain('Helm release calico')
  expect(lastLine(result.out)).toContain('shown above.')
  expect(result.out).toContain("Both targeted pods are running now; 1 other pod still can't pull, for")
  expect(incident.accounts()['kube-system/default']).toEqual([])
  expect(incident.accounts()['default/default']).toEqual(['dockercreds'])
})

test("the password appears nowhere: not in output, not at -v 9, not in a server's warning, journal, or plan", async () => {
  const { cluster, server } = incident.simulator
  // Only once the server has the password: nobody could redact what nobody has read.
  const watching = cluster.store.watch(({ kind }) => {
    if (kind.kind === 'Secret') server.warnings.push(`saw ${CANARY} go by`)
  })
  const fixed = await incident.run(['fix', '-A', '--yes', '-v', '9', '-o', 'json'])
  expect(fixed.err).toContain('Warning: saw [redacted] go by\n')
  watching()
  server.warnings.length = 0
  const result = [
    fixed,
    await incident.run(['fix', '-A', '--plan', join(incident.home, 'state', 'p.json')]),
    await incident.run(['undo', '--yes', '-v', '9', '-o', 'json']),
  ]
  const folder = join(incident.home, 'state')
  await mkdir(folder, { recursive: true })
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const kept = files.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  expect(kept.some(name => name.endsWith('.jsonl'))).toBe(true)
  for (const name of kept) expect((await stat(name)).mode & 0o077).toBe(0)
  const texts = [
    ...result.flatMap(({ out, err }) => [out, err]),
    ...(await Promise.all(kept.map(name => readFile(name, 'utf8')))),
  ]
  const forms = [
    CANARY,
    Buffer.from(CANARY).toString('base64'),
    Buffer.from(`demo-user:${CANARY}`).toString('base64'),
  ]
  for (const text of texts) for (const form of forms) expect(text).not.toContain(form)
})

test('Ctrl-C in a fix that only recreates pods offers no undo', async () => {
  await incident.run(['fix', '-A', '--yes', '--no-recreate'])
  const stop = new AbortController()
  const watching = incident.simulator.cluster.store.watch(({ type, object }) => {
    if (type === 'DELETED' && object.kind === 'Pod') stop.abort('SIGINT')
  })
  const { code, err } = await incident.run(['fix', '-A', '--yes'], '', stop.signal)
  watching()
  expect([code, err]).toEqual([130, expect.stringContaining('Run the same command again to continue.\n')])
})

test('Ctrl-C during the wait leaves a journal that undo can use', async () => {
  const before = incident.accounts()
  const stop = new AbortController()
  const watching = incident.simulator.cluster.store.watch(({ type, kind }) => {
    if (kind.kind !== 'Pod' || type !== 'DELETED') return
    // No new pod can pull, so the wait would not end.
    incident.simulator.hub.trouble = 503
    stop.abort('SIGINT')
  })
  const result = await incident.run(['fix', '-A', '--yes'], '', stop.signal)
  watching()
  expect(result.code).toBe(130)
  expect(result.err).toMatch(/pullguard undo \S+/)
  expect(await incident.run(['undo', '--yes'])).toMatchObject({ code: 0 })
  expect(incident.accounts()).toEqual(before)
})

test('a password that was changed on this machine is offered, and renewed on request', async () => {
  await incident.run(['fix', '-A', '--yes'])
  expect((await incident.run(['fix', '-A', '--yes'])).err).not.toContain('another login')
  incident.simulator.hub.addAccount({ name: 'demo-user', password: 'a-new-password' })
  await incident.login('a-new-password')
  const offered = await incident.run(['fix', '-A', '--yes'])
  expect(offered.code).toBe(0)
  expect(offered.err).toContain('2 secrets of an earlier fix have another login for Docker Hub')
  expect(offered.err).toContain('pullguard fix --all-namespaces --registry docker.io')
  expect((await incident.run(['fix', '-A', '--yes', '--registry', 'docker.io'])).code).toBe(0)
  expect((await incident.run(['fix', '-A', '--yes'])).err).not.toContain('another login')
})

test("a login that can't be proven stops the changes that need it, and nothing else", async () => {
  await loginElsewhere()
  incident.simulator.cluster.addNamespace('tenant')
  await incident.simulator.settle()
  addDenied('ghcr.io/acme/app:1')
  const registries = ['--registry', 'ghcr.io', '--registry', 'docker.io']
  const endpoints = `ghcr.io=http://127.0.0.1:1,${incident.simulator.registryEndpoints}`
    .split(',')
    .flatMap(one => ['--registry-endpoint', one])
  const alone = await incident.run(['fix', '-A', '--yes', '--registry', 'ghcr.io', ...endpoints])
  expect(alone.code).toBe(4)
  expect(incident.writes()).toEqual([])
  incident.simulator.requests.length = 0
  const result = await incident.run(['fix', '-A', '--yes', ...registries, ...endpoints])
  expect(result.code).toBe(3)
  // The plan without that login is made from what was read for the first plan.
  const lists = incident.simulator.requests.filter(({ path }) => path === '/api/v1/serviceaccounts')
  expect(lists).toHaveLength(1)
  expect(result.out).toContain('The login of someone for ghcr.io is not distributed')
  const stuck = incident.simulator.cluster.list('Pod').filter(({ status }) => status?.phase !== 'Running')
  expect(stuck.map(({ metadata }) => metadata.name)).toEqual(['denied'])
})

test('a named login that no pod needs is neither tried nor distributed, and blocks nothing', async () => {
  await loginElsewhere()
  const registries = ['--registry', 'ghcr.io', '--registry', 'docker.io']
  const result = await incident.run(['fix', '-A', '--yes', ...registries])
  expect(result.code).toBe(0)
  expect(result.out).toContain('No failing pod needs the login of someone for ghcr.io')
  expect(podsRunning()).toBe(true)
})

test('a later fix applies what an earlier one could not, although no pod waits for it', async () => {
  incident.simulator.cluster.addNamespace('team')
  const isRefused = ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path === '/api/v1/namespaces/team/secrets'
  incident.simulator.faults.when(isRefused, 403)
  const first = await incident.run(['fix', '-A', '--yes'])
  expect(first.code).toBe(3)
  expect(lastLine(first.out)).toBe('Resolve what the server refused, then run the same fix again.')
  expect(podsRunning()).toBe(true)
  incident.simulator.faults.clear()
  expect(await incident.run(['fix', '-A', '--yes'])).toMatchObject({ code: 0 })
  expect(incident.accounts()['team/default']).toEqual(['dockercreds'])
  const written = incident.writes().length
  expect(await incident.run(['fix', '-A', '--yes'])).toMatchObject({ code: 0 })
  expect(incident.writes()).toHaveLength(written)
})

test('a password from standard input goes to no registry that a pod names for itself, which does not stop the fix of others', async () => {
  await writeFile(join(incident.home, '.docker', 'config.json'), '{}')
  const { cluster } = incident.simulator
  const bait = await serve(({ authorization }) =>
    authorization === undefined
      ? { status: 401, headers: { 'www-authenticate': 'Basic realm="bait"' } }
      : { status: 200, headers: { 'docker-content-digest': `sha256:${'a'.repeat(64)}` } },
  )
  cluster.addNamespace('tenant')
  await incident.simulator.settle()
  addDenied('attacker.example/x:1')
  await incident.simulator.settle()
  expect((await incident.run(['diagnose', '-n', 'tenant'])).out).toContain('auth-required-or-denied')
  const result = await incident.run(
    [
      ...['fix', '-A', '--yes', '--username', 'demo-user', '--password-stdin'],
      ...['--registry-endpoint', `attacker.example=${bait.origin}`],
    ],
    `${CANARY}\n`,
  )
  expect(bait.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([])
  const keys = cluster.list('Secret').flatMap(({ data }) => {
    const content = Buffer.from((data as Record<string, string>)['.dockerconfigjson'] ?? '', 'base64')
    return Object.keys(JSON.parse(content.toString()).auths)
  })
  expect(new Set(keys)).toEqual(new Set(['https://index.docker.io/v1/']))
  expect(result.out).toContain('Anyone who can read Secrets or create pods in')
  expect(result.err).toContain('The login of demo-user for Docker Hub works')
})

test('with unreadable namespaces a fix is never reported as complete', async () => {
  incident.simulator.faults.when(({ path }) => path === '/api/v1/namespaces', 403)
  const tried = await incident.run(['fix', '-A', '--dry-run=server'])
  expect(tried).toMatchObject({ code: 3, out: expect.stringContaining('Not everything in scope') })
  const result = await incident.run(['fix', '-A', '--yes'])
  expect(result.code).toBe(3)
  expect(result.out).toContain('Not everything could be read')
})

test('a fix goes on without a service account whose pods can not be listed, and says so', async () => {
  const { cluster, faults } = incident.simulator
  cluster.add({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'builder', namespace: 'default' },
  })
  faults.when(({ query }) => query.includes('serviceAccountName%3Dbuilder'), 503)
  const { code, out } = await incident.run(['fix', '-n', 'default', '--yes'])
  expect(code).toBe(3)
  expect(out).toContain('Not everything in scope could be read')
  expect(incident.accounts()).toMatchObject({ 'default/default': ['dockercreds'], 'default/builder': [] })
})

test.each([
  ['a fix', []],
  ['a saved plan', ['--apply']],
])("%s is not reported as complete if the pods can't be read afterward", async (_what, flags) => {
  const { cluster, faults } = incident.simulator
  // A mistyped tag, which no fix can correct.
  cluster.add(workload('Deployment', 'mistyped', 'nginx:1.27-alpne'))
  await incident.simulator.settle()
  const plan = join(incident.home, 'plan.json')
  if (flags.length > 0) await incident.run(['fix', '-n', 'default', '--plan', plan])
  faults.when(
    ({ method, path, query }) =>
      incident.writes().length > 0 &&
      method === 'GET' &&
      path === '/api/v1/namespaces/default/pods' &&
      !query.includes('labelSelector'),
    403,
  )
  const scope = flags.length > 0 ? [...flags, plan] : ['-n', 'default']
  const { code, out } = await incident.run(['fix', ...scope, '--yes'])
  expect(out).toContain('Not everything in scope could be read')
  expect(code).toBe(3)
})

test('a failing pod with the name of a service account that was changed is still reported', async () => {
  incident.simulator.cluster.add(podWithImage('default', 'nginx:1.27-alpne'))
  await incident.simulator.settle()
  const { code } = await incident.run(['fix', '-n', 'default', '--yes'])
  expect(incident.accounts()['default/default']).toEqual(['dockercreds'])
  expect(code).toBe(1)
})

test("a login is found beside an old entry that hides Docker Hub's usual key", async () => {
  const { cluster } = incident.simulator
  cluster.add(pullSecret('regcred', auths('demo-user', 'expired', 'docker.io')))
  giveDefaultAnEntry()
  // A private image that requires a login.
  cluster.add(workload('Deployment', 'billing', 'demo-user/billing:2.4'))
  await incident.simulator.settle()
  expect((await incident.run(['diagnose', '-A'])).out).toContain('auth-required-or-denied')

  expect((await incident.run(['fix', '-A', '--yes'])).code).toBe(0)
  expect(podsRunning()).toBe(true)
  const keys = (namespace: string) => {
    const { data } = cluster.get('Secret', namespace, 'dockercreds') as { data?: Record<string, string> }
    const text = Buffer.from(data?.['.dockerconfigjson'] ?? '', 'base64').toString()
    return Object.keys(JSON.parse(text).auths)
  }
  expect(keys('default')).toEqual(['https://index.docker.io/v1/', 'docker.io'])
  expect(keys('kube-system')).toEqual(['https://index.docker.io/v1/'])
})

test('an account with too few pulls fixes what it can, and the rest waits for the limit', async () => {
  incident.simulator.hub.exhaust('demo-user', 2)
  const result = await incident.run(['fix', '-A', '--yes'])
  expect(result.code).toBe(3)
  expect(result.err).toContain('The plan may need 3')
  expect(result.out).toContain('the account has no pulls left for its images')
  expect(lastLine(result.out)).toBe('Next, once the limit resets: pullguard fix --all-namespaces')
  incident.simulator.hub.quota.refill('demo-user')
  expect((await incident.run(['fix', '-A', '--yes'])).code).toBe(0)
  expect(podsRunning()).toBe(true)
})
