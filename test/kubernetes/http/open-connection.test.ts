/** Requests as they arrive at an API server, and the errors when none arrives. */

import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { UnreachableError } from '../../../src/errors.ts'
import type { Connection } from '../../../src/kubernetes/http/connection.ts'
import { openConnection } from '../../../src/kubernetes/http/open-connection.ts'
import type { ConnectionOptions } from '../../../src/kubernetes/kubeconfig/connection-options.ts'
import { selfSignedCertificate } from '../../../src/simulator/api-server/certificate.ts'
import { untilTestEnds } from '../../until-test-ends.ts'
import { type ScriptedServer, serveTls } from '../api-server.ts'
import { folderWith, oneContext } from '../kubeconfig/files.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const PODS = { method: 'GET', path: '/api/v1/pods?limit=1', headers: { accept: 'application/json' } } as const

/** The form that `openssl pkey -aes256` writes. */
const ENCRYPTED = String(
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'c4nary' },
  }).privateKey,
)

type Entry = Record<string, unknown>

async function opened(cluster: Entry, user?: Entry, flags: Partial<ConnectionOptions> = {}) {
  const folder = await folderWith({ config: oneContext('here', cluster, user) })
  const surroundings = { env: {}, cwd: folder.path, home: folder.path, userAgent: 'pullguard/test' }
  const connection = await openConnection({
    kubeconfig: 'config',
    ...surroundings,
    ...flags,
    clock: systemClock,
  })
  const dispose = async () => {
    await connection.close()
    await folder[Symbol.asyncDispose]()
  }
  return { connection, [Symbol.asyncDispose]: dispose }
}

const trusting = ({ url, ca }: ScriptedServer) => ({ server: url, 'certificate-authority-data': base64(ca) })

/** A server of its own for the test, and a connection to it. */
async function connected(
  user?: Entry,
  flags?: Partial<ConnectionOptions>,
  script?: Parameters<typeof serveTls>[0],
) {
  const server = untilTestEnds(await serveTls(script))
  const { connection } = untilTestEnds(await opened(trusting(server), user, flags))
  return { server, connection }
}

async function answered(connection: Connection, request: Parameters<Connection['send']>[0] = PODS) {
  const { status, body } = await connection.send(request)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { status, text: Buffer.concat(chunks).toString() }
}

test('the token, the user agent and impersonation are sent, with one header for each group', async () => {
  const extra = { 'as-user-extra': { 'example.com/Scope': ['a', 'b'] } }
  const user = { token: 'abc', as: 'eve', 'as-uid': '7', ...extra }
  const { server, connection } = await connected(user, { asGroup: ['one', 'two'] })
  expect(await answered(connection)).toEqual({ status: 200, text: '{}' })
  expect(server.seen[0]).toMatchObject({
    method: 'GET',
    url: '/api/v1/pods?limit=1',
    headers: {
      authorization: ['Bearer abc'],
      accept: ['application/json'],
      'user-agent': ['pullguard/test'],
      'impersonate-user': ['eve'],
      'impersonate-uid': ['7'],
      'impersonate-group': ['one', 'two'],
      'impersonate-extra-example.com%2fscope': ['a', 'b'],
    },
  })
  expect(server.seen[0]?.headers).not.toHaveProperty('accept-encoding')
})

test('the path of a server URL is kept', async () => {
  const server = untilTestEnds(await serveTls())
  const url = `${server.url}/k8s/clusters/c-xyz/`
  const here = untilTestEnds(await opened({ ...trusting(server), server: url }))
  await answered(here.connection)
  expect(server.seen[0]?.url).toBe('/k8s/clusters/c-xyz/api/v1/pods?limit=1')
  expect(here.connection).toMatchObject({ context: 'here', namespace: 'default' })
})

test('a client certificate logs in, inline and from files', async () => {
  const server = untilTestEnds(await serveTls())
  const { certificate, key } = await selfSignedCertificate()
  const cluster = { server: server.url, 'insecure-skip-tls-verify': true }
  const data = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) }
  const folder = untilTestEnds(await folderWith({ 'c.crt': certificate, 'c.key': key }))
  const files = { 'client-certificate': `${folder.path}/c.crt`, 'client-key': `${folder.path}/c.key` }
  for (const user of [data, files]) {
    const here = untilTestEnds(await opened(cluster, user))
    await answered(here.connection)
  }
  expect(server.seen.map(({ client }) => client)).toEqual(['pullguard simulator', 'pullguard simulator'])
})

test.each<[string, Record<string, string>, string]>([
  [
    'a key that is encrypted',
    { key: ENCRYPTED },
    'its key is encrypted, and pullguard does not ask for a passphrase',
  ],
  [
    "another certificate's key",
    { key: (await selfSignedCertificate()).key },
    'its key belongs to another certificate',
  ],
  ['an invalid key', { key: 'c4nary' }, 'its key is not valid PEM'],
  ['an invalid certificate', { certificate: 'c4nary' }, 'the certificate is not valid PEM'],
])('%s is detected before anything is sent', async (_, wrong, expected) => {
  const { certificate, key } = { ...(await selfSignedCertificate()), ...wrong }
  const user = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) }
  await expect(opened({ server: 'https://127.0.0.1:1' }, user)).rejects.toThrow(
    `The client certificate of user here in the kubeconfig can't be used: ${expected}`,
  )
})

test('an invalid certificate authority is named', async () => {
  const cluster = { server: 'https://127.0.0.1:1', 'certificate-authority-data': base64('c4nary') }
  await expect(opened(cluster)).rejects.toThrow(
    'The certificate authority in the kubeconfig contains no PEM certificate',
  )
})

test.each<[string, Record<string, unknown>, string]>([
  ['a token', { token: 'c4nary\n' }, 'The token contains a line break'],
  ['a user', { token: 'x', as: 'a\nb' }, 'The user to act as, "a\\nb", contains a control character'],
])('%s with a line break is refused before anything is sent', async (_, user, expected) => {
  const error = await opened({ server: 'https://127.0.0.1:1' }, user).catch(reason => reason)
  expect(error.message).toContain(expected)
  expect(error.message).not.toContain('c4nary')
})

test('impersonated users may have any characters and are sent as UTF-8', async () => {
  const user = { token: 'x', as: 'jörg', 'as-groups': ['日本'], 'as-user-extra': { 'a(1)😀': ['ü'] } }
  const { server, connection } = await connected(user)
  await answered(connection)
  const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
  expect(server.seen[0]?.headers).toMatchObject({
    'impersonate-user': [bytes('jörg')],
    'impersonate-group': [bytes('日本')],
    'impersonate-extra-a%281%29%f0%9f%98%80': [bytes('ü')],
  })
})

test('a body is sent in full, and a redirect is returned instead of followed', async () => {
  const redirect = () => ({ status: 307, headers: { location: '/elsewhere' } })
  const { server, connection } = await connected({}, {}, redirect)
  const { status } = await answered(connection, { ...PODS, method: 'POST', body: '{"a":"ä"}' })
  expect({ status, bodies: server.seen.map(({ body }) => body) }).toEqual({
    status: 307,
    bodies: ['{"a":"ä"}'],
  })
})

test('a compressed response is decompressed, and a truncated one is an error', async () => {
  const packed = gzipSync('x'.repeat(100_000))
  const bodies = [packed, packed.subarray(0, packed.length - 20)]
  const headers = { 'content-encoding': 'gzip' }
  const { connection } = await connected({}, {}, () => ({ headers, body: bodies.shift() ?? '' }))
  expect((await answered(connection)).text).toHaveLength(100_000)
  await expect(answered(connection)).rejects.toThrow('unexpected end of file')
})

test('credentials are not sent to a server over plain http', async () => {
  const seen: string[] = []
  const server = createServer(socket => {
    socket.once('data', data => {
      seen.push(String(data))
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const here = untilTestEnds(await opened({ server: `http://127.0.0.1:${port}` }, { token: 'abc' }))
  await answered(here.connection)
  server.close()
  expect(seen[0]).toContain('GET /api/v1/pods?limit=1')
  expect(seen[0]).not.toContain('abc')
})

test('an aborted request throws the reason of the abort', async () => {
  const { connection } = await connected()
  const request = { ...PODS, signal: AbortSignal.abort('SIGINT') }
  await expect(connection.send(request)).rejects.toBe('SIGINT')
})

/** A closed port, which was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const refused = async (cluster: Entry, flags?: Partial<ConnectionOptions>) => {
  const here = untilTestEnds(await opened(cluster, undefined, flags))
  const error = await here.connection.send(PODS).catch(reason => reason)
  expect(error).toBeInstanceOf(UnreachableError)
  expect(error.message).not.toContain('here-token')
  return error.message
}

test('each kind of unreachable server is reported with its name and the remedy', async () => {
  const server = untilTestEnds(await serveTls())
  const port = await closedPort()
  expect(await refused({ server: server.url })).toMatch(
    `The API server ${server.url} presented a certificate from an authority that is not trusted: give its CA with --certificate-authority`,
  )
  const another = { 'certificate-authority-data': base64((await selfSignedCertificate()).certificate) }
  expect(await refused({ server: server.url, ...another })).toMatch('--certificate-authority')
  expect(await refused({ ...trusting(server), 'tls-server-name': 'other' })).toMatch('--tls-server-name')
  expect(await refused({ server: `https://127.0.0.1:${port}` })).toMatch('refused the connection')
})

test('the certificate is checked against --tls-server-name', async () => {
  const { connection } = await connected(undefined, { tlsServerName: 'localhost' })
  expect((await answered(connection)).status).toBe(200)
})

test('a server that answers TLS with plain HTTP or with nothing is reported as such', async () => {
  const endings = ['HTTP/1.1 400 Bad Request\r\n\r\n', '']
  const server = createServer(socket => {
    socket.on('error', () => {}).once('data', () => socket.end(endings.shift() ?? ''))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  expect(await refused({ server: `https://127.0.0.1:${port}` })).toMatch('does not speak TLS on that port')
  expect(await refused({ server: `https://127.0.0.1:${port}` })).toMatch(
    'closed the connection before it answered',
  )
  server.close()
})

test('a DELETE with a body leaves its connection open for the next requests', async () => {
  const { server, connection } = await connected()
  const headers = { 'content-type': 'application/json' }
  const path = '/api/v1/namespaces/web/secrets/dockercreds'
  for (let round = 0; round < 6; round++) {
    await answered(connection, { method: 'DELETE', path, headers, body: '{"kind":"DeleteOptions"}' })
  }
  // The pool may open a second connection while the first delivers its answer.
  expect(new Set(server.seen.map(({ clientPort }) => clientPort)).size).toBeLessThanOrEqual(2)
})
