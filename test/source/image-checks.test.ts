/** Checking images with registries: which logins are used, in which order, and how often, and what the answers prove; never with a pull. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Credential } from '../../src/dockerconfig/registry-credential.ts'
import { parseReference, type Reference } from '../../src/image/reference.ts'
import type { Registries } from '../../src/registry/client.ts'
import { checkFor } from '../../src/snapshot/image-verdict.ts'
import { PodLogins } from '../../src/source/image-checks/pod-logins.ts'
import { type ImageQuestion, type MachineLogins, readImageChecks } from '../../src/source/image-checks.ts'
import { login, startHub } from '../registry/hub.ts'
import { type Answer, CANARY, registriesAt, serve } from '../registry/loopback.ts'

const named = (name: string): Reference => {
  const reference = parseReference(name)
  if (reference === null) throw new Error(name)
  return reference
}
const question = (name: string, fields: Partial<ImageQuestion> = {}): ImageQuestion => ({
  reference: named(name),
  pods: [],
  platforms: false,
  replacement: null,
  ...fields,
})

interface Askers {
  machine?: Credential[]
  podLogins?: PodLogins
  timeUp?: AbortSignal
}

/** The verdict for the first pod of each question. */
async function check(registries: Registries, questions: ImageQuestion[], askers: Askers = {}) {
  const machineLogins = vi.fn(
    async (_images: Reference[]): Promise<MachineLogins> => ({
      credentials: askers.machine ?? [],
      problem: null,
    }),
  )
  const checks = await readImageChecks(questions, {
    registries,
    podLogins: askers.podLogins ?? null,
    machineLogins,
    timeUp: askers.timeUp ?? new AbortController().signal,
  })
  const pods = new Map(questions.map(({ reference, pods: [pod] }) => [reference, pod ?? null]))
  const judged = [...pods].flatMap(([{ registry, repository, tag, digest }, pod]) => {
    const name = `${registry}/${repository}${digest === null ? `:${tag ?? 'latest'}` : `@${digest}`}`
    return checkFor(name, checks, pod) ?? []
  })
  return { checks, judged, machineLogins }
}

/** The hub, which also serves Docker Hub's web API. */
async function start() {
  const { hub, url, ...rest } = await startHub()
  hub.addImage({ repository: 'library/redis', tags: ['7', '7-alpine'] })
  const registries = registriesAt({ 'docker.io': url, 'hub.docker.com': url })
  return {
    ...rest,
    hub,
    url,
    registries,
    asked: () => hub.requests.map(({ method, path }) => `${method} ${path}`),
  }
}

const secret = (name: string, auths: object, namespace = 'web') => ({
  metadata: { namespace, name },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
})
const hubAuth = (username: string, password: string) => ({
  'https://index.docker.io/v1/': { username, password },
})
const podLogins = (...secrets: object[]) => {
  const logins = new PodLogins()
  for (const each of secrets) logins.add(each as Record<string, unknown>)
  return logins
}
const pod = (...pullSecrets: string[]) => ({ namespace: 'web', pullSecrets })

test('a public image, a missing tag, a missing repository and a private image are distinguished without a pull', async () => {
  const { hub, registries, nginx } = await start()
  const names = ['nginx:1.27', 'nginx:1.72', 'ngnix', 'acme/app:1', 'other/secret:1', 'acme/ap:1']
  const { judged } = await check(
    registries,
    names.map(name => question(name)),
    { machine: [login()] },
  )
  expect(judged.map(({ verdict, repository }) => [verdict, repository])).toEqual([
    ['opens-anonymously', 'there'],
    ['no-such-tag', 'there'],
    ['no-such-repository', 'absent'],
    ['opens-for-machine', 'there'],
    ['not-public', 'not-public'],
    ['not-public', 'not-public'],
  ])
  expect(judged[0]?.digest).toBe(nginx.top.digest)
  expect(judged[1]).toMatchObject({ nearTags: ['1.27'], likelyTag: null, tagsComplete: true })
  expect(judged[2]).toMatchObject({ nearRepositories: ['nginx'], nearTags: null })
  expect(hub.pulls).toEqual([])
  expect(hub.requests.filter(({ method, path }) => method === 'GET' && path.includes('/manifests/'))).toEqual(
    [],
  )
})

test.each<[what: string, answer: Answer, verdict: string]>([
  [
    'a login portal that answers everything with a page',
    { headers: { 'content-type': 'text/html' } },
    'failed',
  ],
  [
    'a mirror that asks for its own login',
    { status: 401, headers: { 'www-authenticate': 'Basic' } },
    'denied',
  ],
  ['a mirror that denies without asking for a login', { status: 401 }, 'denied'],
])('in place of Docker Hub, %s proves nothing about an official image', async (_what, answer, verdict) => {
  const { origin } = await serve(() => answer)
  const { judged } = await check(registriesAt({ 'docker.io': origin }), [question('nginx:1.27')])
  expect(judged[0]?.verdict).toBe(verdict)
})

test('a login of this machine is looked up only if anonymous access was denied, and sent to its own registry only', async () => {
  const { registries, url } = await start()
  const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
  const quay = await serve(() => basic)
  const both = registriesAt({ 'docker.io': url, 'hub.docker.com': url, 'quay.io': quay.origin })
  const { judged, machineLogins } = await check(
    both,
    [question('nginx:1.27'), question('acme/app:1'), question('quay.io/a/b:1')],
    { machine: [login()] },
  )
  expect(machineLogins.mock.calls).toEqual([[[named('acme/app:1'), named('quay.io/a/b:1')]]])
  expect(judged[2]).toMatchObject({ verdict: 'denied', asks: [{ as: 'anonymous', answer: 'denied' }] })
  expect(new Set(quay.seen.map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
  const open = await check(registries, [question('nginx:1.27'), question('ngnix')], { machine: [login()] })
  expect(open.machineLogins).not.toHaveBeenCalled()
})

test("a pod's check uses its own secrets like the kubelet, one after another until one gives access", async () => {
  const { registries } = await start()
  const logins = podLogins(
    secret('other', { 'quay.io': { username: 'x', password: 'y' } }),
    secret('wrong', hubAuth('jane', 'wrong')),
    secret('right', hubAuth('jane', CANARY)),
  )
  const { judged, machineLogins } = await check(
    registries,
    [question('acme/app:1', { pods: [pod('other', 'wrong', 'right')] })],
    { podLogins: logins, machine: [login()] },
  )
  expect(judged).toMatchObject([
    {
      verdict: 'opens-for-pod',
      asks: [
        { as: 'anonymous', secret: null, username: null, answer: 'denied' },
        { as: 'pod', secret: { namespace: 'web', name: 'wrong' }, username: 'jane', answer: 'login-refused' },
        { as: 'pod', secret: { namespace: 'web', name: 'right' }, username: 'jane', answer: 'exists' },
      ],
    },
  ])
  expect(machineLogins).not.toHaveBeenCalled()
})

test("a pod's wrong login is found even if the image needs none, and one malformed secret leaves the pod without a login", async () => {
  const { registries } = await start()
  const broken = {
    ...secret('broken', {}),
    data: { '.dockerconfigjson': Buffer.from('{').toString('base64') },
  }
  const logins = podLogins(secret('wrong', hubAuth('jane', 'wrong')), broken)
  const ask = async (...secrets: string[]) =>
    (await check(registries, [question('nginx:1.27', { pods: [pod(...secrets)] })], { podLogins: logins }))
      .judged
  expect(await ask('wrong')).toMatchObject([{ verdict: 'opens-but-not-for-pod' }])
  expect(await ask('wrong', 'broken')).toMatchObject([{ verdict: 'opens-anonymously', asks: { length: 1 } }])
})

test('an image of many pods is checked once for each login, and each pod gets the answers for its own', async () => {
  const { hub, registries } = await start()
  const copies = Array.from({ length: 30 }, (_, index) => `ns-${index}`)
  const logins = podLogins(...copies.map(name => secret('hub', hubAuth('jane', CANARY), name)))
  const pods = copies.map(namespace => ({ namespace, pullSecrets: ['hub'] }))
  const { checks } = await check(
    registries,
    [...pods, pod()].map(each => question('acme/app:1', { pods: [each] })),
    { podLogins: logins },
  )
  expect(checks).toHaveLength(1)
  const verdicts = [...pods, pod()].map(each => checkFor('docker.io/acme/app:1', checks, each)?.verdict)
  expect(verdicts).toEqual([...copies.map(() => 'opens-for-pod'), 'denied'])
  const heads = hub.requests.filter(({ method, user }) => method === 'HEAD' && user === 'jane')
  expect(heads).toHaveLength(1)
})

test('a wrong login is sent once, whoever has it and however many images need it', async () => {
  const { hub, registries } = await start()
  const wrong = secret('hub', hubAuth('jane', 'wrong'))
  await check(
    registries,
    ['acme/app:1', 'acme/b:1', 'acme/c:1', 'other/d:1'].map(name => question(name, { pods: [pod('hub')] })),
    { podLogins: podLogins(wrong), machine: [login('wrong')] },
  )
  expect(hub.requests.filter(({ path, status }) => path === '/token' && status === 401)).toHaveLength(1)
})

test.each<[verdict: string, Answer | null]>([
  ['rate-limited', { status: 429, headers: { 'retry-after': '30' } }],
  ['unreachable', null],
])('a registry that is %s is not asked again for the next image', async (verdict, answer) => {
  const quay = await serve(() => answer)
  const names = ['quay.io/a/a:1', 'quay.io/a/b:1', 'quay.io/a/c:1']
  const registries = registriesAt({ 'quay.io': quay.origin })
  const { judged } = await check(
    registries,
    names.map(name => question(name)),
  )
  expect(judged.map(each => each.verdict)).toEqual([verdict, verdict, verdict])
  expect(judged[2]?.asks).toMatchObject([
    { answer: verdict, retryAfterSeconds: verdict === 'rate-limited' ? 30 : null },
  ])
  expect(quay.seen).toHaveLength(1)
})

test('an anonymous rate limit does not apply to a login', async () => {
  const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
  let first = true
  const quay = await serve(({ authorization }) => {
    if (authorization) return {}
    const answer = first ? { status: 429 } : basic
    first = false
    return answer
  })
  const { judged } = await check(registriesAt({ 'quay.io': quay.origin }), [question('quay.io/a/b:1')], {
    machine: [login(CANARY, 'quay.io')],
  })
  expect(judged).toMatchObject([
    { verdict: 'opens-for-machine', asks: [{ answer: 'rate-limited' }, { as: 'machine', answer: 'exists' }] },
  ])
})

test.each([
  'localhost/a:1',
  'localhost:5000/a:1',
  'registry.localhost/a:1',
  '127.0.0.1:5000/a:1',
  '127.1:5000/a:1',
  '0x7f000001:80/a:1',
  '10.0.0.7/a:1',
  '169.254.169.254/a:1',
  '192.168.1.1:443/a:1',
  '[::1]:5000/a:1',
  '[fe80:1:2:3]:5000/a:1',
])('%s is not contacted unless an endpoint is set for it', async name => {
  const { checks, machineLogins } = await check(registriesAt({}), [question(name)], { machine: [login()] })
  expect(checks).toMatchObject([{ asks: [], unasked: expect.stringMatching(/^(internal-address|no-host)$/) }])
  expect(machineLogins).not.toHaveBeenCalled()
  const server = await serve(() => ({}))
  const { registry } = named(name)
  const { judged } = await check(registriesAt({ [registry]: server.origin }), [question(name)])
  expect(judged).toMatchObject([{ verdict: 'opens-anonymously' }])
})

test('an invalid host, images beyond the limit, and those after the timeout are reported as skipped', async () => {
  const { registries } = await start()
  const { checks } = await check(registries, [question('quay.io:99999/a/b:1')])
  expect(checks).toMatchObject([{ unasked: 'no-host', host: 'quay.io:99999' }])
  const many = Array.from({ length: 103 }, (_, index) => question(`127.0.0.1/a:${index}`))
  const well = await serve(() => ({}))
  const all = await check(registriesAt({ '127.0.0.1': well.origin }), many)
  expect(all.checks.filter(({ unasked }) => unasked === 'too-many')).toHaveLength(3)
  expect(well.seen).toHaveLength(100)
  const late = await check(registries, [question('nginx:1.27')], { timeUp: AbortSignal.abort() })
  expect(late.checks).toMatchObject([{ asks: [], unasked: 'out-of-time' }])
})

test('at most four requests to one host and eight in all run at once', async () => {
  const running = new Map<string, number>()
  let most = 0
  let inAll = 0
  const registries = {
    hubApi: () => null,
    isInternal: () => false,
    of: (host: string) => known.get(host) ?? known.set(host, registryOf(host)).get(host),
  }
  const known = new Map<string, object>()
  const registryOf = (host: string) => ({
    host,
    headManifest: async () => {
      running.set(host, (running.get(host) ?? 0) + 1)
      most = Math.max(most, running.get(host) ?? 0)
      inAll = Math.max(
        inAll,
        [...running.values()].reduce((sum, count) => sum + count),
      )
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
      running.set(host, (running.get(host) ?? 0) - 1)
      return { status: 'found', digest: null, mediaType: null, identity: 'anonymous', withheldFrom: null }
    },
  })
  const names = ['a.io', 'b.io', 'c.io'].flatMap(host =>
    Array.from({ length: 12 }, (_, tag) => `${host}/x:${tag}`),
  )
  const { judged } = await check(
    registries as never,
    names.map(name => question(name)),
  )
  expect(judged.every(({ verdict }) => verdict === 'opens-anonymously')).toBe(true)
  expect([most, inAll]).toEqual([4, 8])
})

test('if a list of tags is too long to be read whole, the tags that sort near the wanted one are read as well', async () => {
  const { hub, registries } = await start()
  const tags = Array.from({ length: 5500 }, (_, index) => `build-${String(index).padStart(5, '0')}`)
  hub.addImage({ repository: 'library/many', tags: [...tags, 'release-1.4-alpine'] })
  const { judged } = await check(registries, [question('many:release-1.4-alpnie')])
  expect(judged).toMatchObject([
    { verdict: 'no-such-tag', likelyTag: 'release-1.4-alpine', tagsComplete: false },
  ])
  expect(hub.requests.filter(({ path }) => path.endsWith('/tags/list'))).toHaveLength(5)
})

test('Docker Hub alone is not proof without its web API, except for official images', async () => {
  const { url } = await start()
  const registries = registriesAt({ 'docker.io': url })
  const { judged } = await check(registries, [question('acme/ap:1'), question('ngnix')], {
    machine: [login()],
  })
  expect(judged.map(({ verdict, nearRepositories }) => [verdict, nearRepositories])).toEqual([
    ['denied', null],
    ['no-such-repository', null],
  ])
  const forbidden = await serve(() => ({ status: 403 }))
  const blocked = await check(registriesAt({ 'docker.io': forbidden.origin }), [question('nginx')])
  expect(blocked.judged).toMatchObject([{ verdict: 'denied', asks: [{ answer: 'denied', detail: '403' }] }])
})

test('on other registries the list of tags shows whether the repository exists', async () => {
  const script = (list: Answer) => serve(({ line }) => (line.startsWith('HEAD') ? { status: 404 } : list))
  const verdict = async (list: Answer, name = 'quay.io/a/b:1.0') => {
    const quay = await script(list)
    const { judged } = await check(registriesAt({ 'quay.io': quay.origin }), [question(name)])
    return [judged[0]?.verdict, judged[0]?.nearTags]
  }
  const unknown = { status: 404, body: { errors: [{ code: 'NAME_UNKNOWN' }] } }
  expect(await verdict({ body: { tags: ['1.1'] } })).toEqual(['no-such-tag', ['1.1']])
  expect(await verdict({ body: { tags: null } })).toEqual(['no-such-tag', []])
  expect(await verdict(unknown)).toEqual(['no-such-repository', null])
  expect(await verdict({ status: 404, body: 'page not found' })).toEqual(['not-found', null])
  expect(await verdict({ status: 500 })).toEqual(['not-found', null])
  const digest = `quay.io/a/b@sha256:${'a'.repeat(64)}`
  expect(await verdict({ body: { tags: ['1.1'] } }, digest)).toEqual(['no-such-digest', null])
})

test('the platforms of an image are found without a pull of Docker Hub, and elsewhere with one request for its digest', async () => {
  const { hub, registries, url, nginx } = await start()
  hub.addImage({ repository: 'a/b', tags: ['1'], platforms: ['linux/arm64'] })
  const { judged } = await check(registries, [
    question('nginx:1.27', { platforms: true }),
    question('redis:7'),
    question(`nginx@${nginx.top.digest}`, { platforms: true }),
  ])
  expect(judged.map(({ platforms }) => platforms)).toEqual([['linux/amd64', 'linux/arm64'], null, null])
  expect(hub.pulls).toEqual([])
  const quay = await check(registriesAt({ 'quay.io': url }), [question('quay.io/a/b:1', { platforms: true })])
  expect(quay.judged).toMatchObject([{ platforms: ['linux/arm64'] }])
  const [get] = hub.requests.filter(({ method, path }) => method === 'GET' && path.includes('/manifests/'))
  expect(get?.path).toContain('/manifests/sha256:')
})

test('the replacement of a moved image is checked like any other image, once for all that it replaces', async () => {
  const { url } = await start()
  const quay = registriesAt({ 'docker.io': url, 'hub.docker.com': url, 'quay.io': url })
  const moved = { replacement: named('quay.io/library/redis:7') }
  const { judged, checks } = await check(quay, [
    question('old/redis:7', moved),
    question('older/redis:7', moved),
    question('old/redis:8', { replacement: named('quay.io/library/redis:8') }),
  ])
  expect(
    judged.map(({ verdict, replacement }) => [verdict, replacement?.reference, replacement?.verdict]),
  ).toEqual([
    ['not-public', 'quay.io/library/redis:7', 'opens-anonymously'],
    ['not-public', 'quay.io/library/redis:7', 'opens-anonymously'],
    ['not-public', 'quay.io/library/redis:8', 'no-such-tag'],
  ])
  expect(checks).toHaveLength(3)
})

test("a credentials file that can't be read is reported and does not end the check", async () => {
  const { registries } = await start()
  const checks = await readImageChecks([question('acme/app:1')], {
    registries,
    podLogins: null,
    machineLogins: async () => ({ credentials: [], problem: '~/.docker/config.json is not valid JSON' }),
    timeUp: new AbortController().signal,
  })
  expect(checks[0]?.asks).toMatchObject([
    { as: 'anonymous', answer: 'denied' },
    { as: 'machine', username: null, answer: 'failed', detail: '~/.docker/config.json is not valid JSON' },
  ])
})

test("a registry's answer never puts a password into the result, even if the answer is the password itself", async () => {
  const part = fc.constantFrom('authorization', 'password', 'plain')
  const answer = fc.record({
    status: fc.constantFrom(200, 301, 400, 401, 403, 404, 429, 500),
    header: fc.constantFrom(
      'www-authenticate',
      'location',
      'docker-content-digest',
      'content-type',
      'retry-after',
      'link',
    ),
    part,
    body: fc.constantFrom('tags', 'errors', 'token', 'text'),
  })
  const password = fc.stringMatching(/^[A-Za-z0-9]{12,20}$/)
  await fc.assert(
    fc.asyncProperty(
      password,
      fc.array(answer, { minLength: 1, maxLength: 6 }),
      async (secretText, answers) => {
        let turn = 0
        const quay = await serve(({ authorization }, url) => {
          if (!authorization && url.pathname !== '/token') {
            return { status: 401, headers: { 'www-authenticate': `Bearer realm="${quay.origin}/token"` } }
          }
          const { status, header, part: told, body } = answers[turn++ % answers.length] ?? {}
          const echo =
            told === 'authorization' ? (authorization ?? 'x') : told === 'password' ? secretText : 'plain'
          const bodies = {
            tags: { tags: [echo] },
            errors: { errors: [{ code: echo }] },
            token: { token: echo },
          }
          return {
            status: status ?? 200,
            headers: { [header ?? 'link']: `<${echo}>; rel="next"` },
            body: body === undefined || body === 'text' ? echo : bodies[body],
          }
        })
        const logins = podLogins(secret('hub', { 'quay.io': { username: 'jane', password: secretText } }))
        const { checks } = await check(
          registriesAt({ 'quay.io': quay.origin }),
          [question('quay.io/a/b:1', { pods: [pod('hub')], platforms: true })],
          { podLogins: logins, machine: [login(secretText, 'quay.io')] },
        )
        const text = JSON.stringify(checks)
        const auth = Buffer.from(`jane:${secretText}`).toString('base64')
        // A tag with that name is the registry's own and can be shown.
        const tags = checks.flatMap(({ nearTags }) => nearTags ?? [])
        const shown = tags.reduce((rest, tag) => rest.replaceAll(JSON.stringify(tag), '""'), text)
        expect(shown).not.toContain(secretText)
        expect(shown).not.toContain(auth)
      },
    ),
    { numRuns: 25 },
  )
})
