/** Logging in by exec plugin, token file and auth-provider, and again after a 401. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { UnreachableError } from '../../../src/errors.ts'
import { readerOver } from '../../../src/kubernetes/api/reader.ts'
import { openConnection } from '../../../src/kubernetes/http/open-connection.ts'
import { selfSignedCertificate } from '../../../src/simulator/api-server/certificate.ts'
import { untilTestEnds } from '../../until-test-ends.ts'
import { type ScriptedAnswer, type Seen, serveTls } from '../api-server.ts'
import { fakeClock } from '../fake-clock.ts'
import { folderWith, oneContext } from '../kubeconfig/files.ts'

type Entry = Record<string, unknown>

/** A login program in sh, which starts in a small part of Node's time: `$runs` counts its runs, `print` returns a status, `token` a token. */
const login = (body: string) => `#!/bin/sh
printf x >> "$FOLDER/runs"
read -r log < "$FOLDER/runs"
runs=\${#log}
print() { printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":%s}\\n' "$1"; }
token() { print "{\\"token\\":\\"$1\\"}"; }
${body}
`

const exec = (more: Entry = {}) => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './login',
    interactiveMode: 'Never',
    ...more,
  },
})

async function session(
  user: Entry,
  files: Record<string, string>,
  script: (request: Seen) => ScriptedAnswer = () => ({}),
  more: { storedLoginOnly?: boolean } = {},
) {
  const server = await serveTls(script)
  const cluster = {
    server: server.url,
    'certificate-authority-data': Buffer.from(server.ca).toString('base64'),
  }
  const folder = await folderWith({ ...files, config: oneContext('here', cluster, user) })
  const { path } = folder
  const env = { PATH: process.env.PATH, KUBECONFIG: 'config', FOLDER: path }
  const connection = await openConnection({
    env,
    cwd: path,
    home: path,
    userAgent: 'test',
    ...more,
    clock: systemClock,
  })
  return {
    path,
    server,
    connection,
    async get() {
      const { status, body } = await connection.send({ method: 'GET', path: '/version', headers: {} })
      for await (const _ of body);
      return status
    },
    authorizations: () => server.seen.map(({ headers }) => headers.authorization?.[0]),
    async [Symbol.asyncDispose]() {
      await connection.close()
      await folder[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const unlessToken = (token: string) => (request: Seen) =>
  request.headers.authorization?.[0] === `Bearer ${token}` ? {} : { status: 401 }

test('an exec plugin runs once for many requests, and again when its token is refused', async () => {
  const files = { login: login('token t$runs') }
  const here = untilTestEnds(await session(exec(), files, unlessToken('t2')))
  expect(await Promise.all([here.get(), here.get(), here.get()])).toEqual([200, 200, 200])
  expect(here.authorizations().sort()).toEqual([...Array(3).fill('Bearer t1'), ...Array(3).fill('Bearer t2')])
})

test('a 401 for the renewed token is returned', async () => {
  const files = { login: login('token t$runs') }
  const here = untilTestEnds(await session(exec(), files, () => ({ status: 401 })))
  expect(await here.get()).toBe(401)
  expect(here.authorizations()).toEqual(['Bearer t1', 'Bearer t2'])
})

test('an expired token is renewed before it is sent', async () => {
  const files = {
    login: login('print \'{"token":"t\'$runs\'","expirationTimestamp":"2020-01-01T00:00:00Z"}\''),
  }
  const here = untilTestEnds(await session(exec(), files))
  await here.get()
  await here.get()
  expect(here.authorizations()).toEqual(['Bearer t1', 'Bearer t2'])
})

test('a plugin can return a client certificate, and later another one', async () => {
  const { certificate, key } = await selfSignedCertificate()
  const status = JSON.stringify({ clientCertificateData: certificate, clientKeyData: key })
  const files = { login: login(`[ $runs = 1 ] && token old || print '${status}'`) }
  const here = untilTestEnds(
    await session(exec(), files, ({ client }) => ({ status: client === null ? 401 : 200 })),
  )
  expect(await here.get()).toBe(200)
  expect(here.authorizations()).toEqual(['Bearer old', undefined])
})

test('a plugin gets its arguments, its environment and, on request, the cluster', async () => {
  const body = 'printf %s "$KUBERNETES_EXEC_INFO" > "$FOLDER/info"; token "$1,$ROLE"'
  const user = exec({ args: ['token'], env: [{ name: 'ROLE', value: 'admin' }], provideClusterInfo: true })
  const here = untilTestEnds(await session(user, { login: login(body) }))
  await here.get()
  expect(here.authorizations()).toEqual(['Bearer token,admin'])
  expect(JSON.parse(await readFile(join(here.path, 'info'), 'utf8'))).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { cluster: { server: here.server.url } },
  })
})

test.each([
  [
    'that is missing',
    exec({ command: 'no-such-login', installHint: 'Get it from X\nor Y' }),
    '',
    'no-such-login that the kubeconfig names is not installed or not in PATH: install it (Get it from X)',
  ],
  [
    'that fails',
    exec(),
    'printf "eyJhbGciOi.eyJzdWIi.c2ln is old\\n\\033[31mlog in again\\n" >&2; exit 3',
    'failed (exit code 3): log in again',
  ],
  [
    'whose last word is a token',
    exec(),
    'echo "refused eyJhbGciOi.eyJzdWIi.c2ln" >&2; exit 1',
    'failed (exit code 1): refused [redacted]',
  ],
  [
    'that speaks of its secrets',
    exec(),
    'echo "client_secret: C4nary-01, https://me:C4nary-02@idp, refresh_token=C4nary-03" >&2; exit 1',
    'client_secret: [redacted], https://[redacted]@idp, refresh_token=[redacted]',
  ],
  ['that floods', exec(), 'exec yes c4nary', 'printed far more than a credential'],
  ['that ends its token with a line break', exec(), 'token "c4nary\\\\n"', "that can't be sent"],
  [
    'that returns an invalid certificate',
    exec(),
    'print \'{"clientCertificateData":"c4nary","clientKeyData":"c4nary"}\'',
    "gave a client certificate that can't be used: the certificate is not valid PEM",
  ],
  ['that prints no JSON', exec(), 'echo hello', 'gave no usable credential'],
  [
    'that gives half a certificate',
    exec(),
    'print \'{"clientCertificateData":"x"}\'',
    'gave no usable credential',
  ],
  ['that needs a terminal', exec({ interactiveMode: 'Always' }), '', 'needs a terminal'],
])('a login program %s is reported with what to do', async (_, user, body, expected) => {
  const here = untilTestEnds(await session(user, { login: login(body) }))
  const error = await here.get().catch(reason => reason)
  expect(error).toBeInstanceOf(UnreachableError)
  expect(error.message).toContain(expected)
  expect(here.server.seen).toEqual([])
})

test('a token file is read again after a 401', async () => {
  const here = untilTestEnds(await session({ tokenFile: 'token' }, { token: 'old\n' }, unlessToken('new')))
  expect(await here.get()).toBe(401)
  await writeFile(join(here.path, 'token'), 'new\n')
  expect(await here.get()).toBe(200)
  expect(here.authorizations()).toEqual(['Bearer old', 'Bearer old', 'Bearer new'])
})

test("a token file takes precedence over a token, which is used if the file can't be", async () => {
  const both = untilTestEnds(await session({ token: 'beside', tokenFile: 'token' }, { token: 'file' }))
  await both.get()
  expect(both.authorizations()).toEqual(['Bearer file'])
  const gone = untilTestEnds(await session({ token: 'beside', tokenFile: 'nowhere' }, {}))
  await gone.get()
  expect(gone.authorizations()).toEqual(['Bearer beside'])
  const empty = untilTestEnds(await session({ tokenFile: 'token' }, { token: '\n' }))
  await expect(empty.get()).rejects.toThrow('is empty: log in again')
})

test('the ID token of an auth-provider is sent, and an auth-provider without a token is reported', async () => {
  const claims = Buffer.from(JSON.stringify({ exp: 4_000_000_000 })).toString('base64url')
  const token = `${Buffer.from('{}').toString('base64url')}.${claims}.c2ln`
  const provider = (config: Entry) => ({ 'auth-provider': { name: 'oidc', config } })
  const here = untilTestEnds(await session(provider({ 'id-token': token }), {}))
  expect(await here.get()).toBe(200)
  expect(here.authorizations()).toEqual([`Bearer ${token}`])
  const broken = untilTestEnds(await session(provider({ 'id-token': 'a.%.c' }), {}))
  await expect(broken.get()).rejects.toThrow("The kubeconfig's auth-provider oidc returned no token")
})

test('basic login is sent, and a missing token file is reported', async () => {
  const basic = untilTestEnds(await session({ username: 'jane', password: 'pw' }, {}))
  await basic.get()
  expect(basic.authorizations()).toEqual([`Basic ${Buffer.from('jane:pw').toString('base64')}`])
  const missing = untilTestEnds(await session({ tokenFile: 'nowhere' }, {}))
  await expect(missing.get()).rejects.toThrow(`${join(missing.path, 'nowhere')} can't be read (ENOENT)`)
})

test('a login that takes too long is not blamed on the server', async () => {
  const files = { login: login('exec sleep 1000') }
  const here = untilTestEnds(await session(exec(), files))
  const clock = fakeClock()
  const asked = readerOver(here.connection, { clock, requestTimeoutMs: 2000 }).get('/version')
  await expect(asked).rejects.toThrow(
    "GET /version was not sent: the kubeconfig's login took more than 2 s; raise the limit with --request-timeout",
  )
})

test.each<[string, Entry]>([
  ['an exec plugin', exec()],
  ['an auth-provider', { 'auth-provider': { name: 'oidc', config: {} } }],
])('%s is not started where only a stored login may be used', async (_, user) => {
  const files = { login: login('token t') }
  await expect(session(user, files, undefined, { storedLoginOnly: true })).rejects.toThrow(
    'logs in with a program',
  )
  const here = untilTestEnds(
    await session({ ...user, token: 'kept' }, files, undefined, { storedLoginOnly: true }),
  )
  expect(await here.get()).toBe(200)
})
