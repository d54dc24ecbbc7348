/** Gives the same kubeconfigs and flags to kubectl and to pullguard: both must send the same request to the same server. */

import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { openConnection } from '../../src/kubernetes/http/open-connection.ts'
import type { ConnectionOptions } from '../../src/kubernetes/kubeconfig/connection-options.ts'
import { Redacted } from '../../src/secrecy/redacted.ts'
import { selfSignedCertificate } from '../../src/simulator/api-server/certificate.ts'
import { type ScriptedServer, type Seen, serveTls } from './api-server.ts'
import { type Folder, folderWith, kubeconfig } from './kubeconfig/files.ts'

const run = promisify(execFile)
const hasKubectl = await run('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
)

type Flags = Partial<Omit<ConnectionOptions, 'env' | 'token'>> & { token?: string; KUBECONFIG?: string }

const { certificate, key } = await selfSignedCertificate()
const LOGIN = `#!/bin/sh
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'
`
const plugin = (more: Record<string, unknown>) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', ...more },
})
/** The files of one situation; `SERVER` is replaced by the server's URL and `CA` by its certificate in base64. */
const FILES = {
  'a/config': kubeconfig({
    current: 'main',
    clusters: { c: { server: 'SERVER/prefix/', 'certificate-authority': 'ca.crt' } },
    users: {
      token: { token: 'first' },
      files: {
        'client-certificate': '../tls/c.crt',
        'client-key': '../tls/c.key',
        as: 'eve',
        'as-groups': ['x', 'y'],
      },
      extra: { token: 'e', as: 'eve', 'as-uid': '7', 'as-user-extra': { 'example.com/Scope': ['a', 'b'] } },
      plugin: plugin({ command: './login' }),
      both: { token: 'wins', ...plugin({ command: './missing' }) },
      tokenFile: { tokenFile: '../tls/token' },
      basic: { username: 'jane', password: 'pw' },
    },
    contexts: {
      main: { cluster: 'c', user: 'token' },
      ...Object.fromEntries(
        ['files', 'extra', 'plugin', 'both', 'tokenFile', 'basic'].map(user => [
          user,
          { cluster: 'c', user },
        ]),
      ),
    },
  }),
  'a/login': LOGIN,
  'a/ca.crt': 'CA',
  'tls/c.crt': certificate,
  'tls/c.key': key,
  'tls/token': 'from-file\n',
  'b/config': kubeconfig({
    current: 'second',
    clusters: {
      c: { server: 'https://127.0.0.1:1' },
      d: { server: 'SERVER', 'insecure-skip-tls-verify': true },
    },
    users: { token: { username: 'u', password: 'p' }, other: { token: 'second' } },
    contexts: { second: { cluster: 'd', user: 'token' }, third: { cluster: 'c', user: 'other' } },
  }),
  'home/.kube/config': kubeconfig({
    current: 'h',
    clusters: { h: { server: 'SERVER', 'insecure-skip-tls-verify': true } },
    users: { h: { token: 'home' } },
    contexts: { h: { cluster: 'h', user: 'h' } },
  }),
}

const CASES: [string, Flags][] = [
  ['the home file', {}],
  ['several files, missing and doubled ones among them', { KUBECONFIG: 'none::a/config:b/config:a/config' }],
  ['several files the other way', { KUBECONFIG: 'b/config:a/config' }],
  [
    'another context, whose user is in one file and its cluster in both',
    { KUBECONFIG: 'a/config:b/config', context: 'third' },
  ],
  [
    'a client certificate by relative paths, with impersonation',
    { kubeconfig: 'a/config', context: 'files' },
  ],
  [
    "one file, and a client certificate's flags over its token",
    { kubeconfig: 'a/config', clientCertificate: 'tls/c.crt', clientKey: 'tls/c.key' },
  ],
  [
    "a client certificate's flags with --token, over a plugin",
    {
      kubeconfig: 'a/config',
      context: 'plugin',
      token: 'f',
      clientCertificate: 'tls/c.crt',
      clientKey: 'tls/c.key',
    },
  ],
  ['impersonation with uid and extra', { kubeconfig: 'a/config', context: 'extra' }],
  ['--as over it', { kubeconfig: 'a/config', context: 'files', as: 'adam', asUid: '9', asGroup: ['z', 'w'] }],
  ['a plugin next to its kubeconfig', { kubeconfig: 'a/config', context: 'plugin' }],
  ['a token beside a plugin', { kubeconfig: 'a/config', context: 'both' }],
  ['a token file', { kubeconfig: 'a/config', context: 'tokenFile' }],
  ['basic login', { kubeconfig: 'a/config', context: 'basic' }],
  ['--cluster and --user', { KUBECONFIG: 'a/config:b/config', cluster: 'd', user: 'other' }],
  ['--server alone', { KUBECONFIG: 'none', server: 'SERVER', insecureSkipTlsVerify: true, token: 'flag' }],
  ['--server without TLS flags over a context', { kubeconfig: 'a/config', server: 'SERVER/elsewhere' }],
  [
    '--certificate-authority and --tls-server-name',
    { kubeconfig: 'b/config', certificateAuthority: 'a/ca.crt', tlsServerName: 'localhost' },
  ],
]

const VERSION = JSON.stringify({ major: '1', minor: '34', gitVersion: 'v1.34.0' })

/** The relevant parts of a request: its destination and its credentials. */
function identityOf({ url, headers, client }: Seen) {
  const identity = Object.entries(headers).filter(([name]) => /^(authorization|impersonate-.*)$/.test(name))
  return { path: url?.split('?')[0], client, identity: Object.fromEntries(identity.sort()) }
}

function kubectlFlags({ KUBECONFIG: _, asGroup = [], ...flags }: Flags): string[] {
  const named = Object.entries(flags).map(([name, value]) => {
    const flag =
      name === 'insecureSkipTlsVerify'
        ? 'insecure-skip-tls-verify'
        : name.replace(/[A-Z]/g, upper => `-${upper.toLowerCase()}`)
    return `--${flag}=${value}`
  })
  return [...named, ...asGroup.map(group => `--as-group=${group}`)]
}

let server: ScriptedServer
let folder: Folder
/** Names the server in a file or a flag. */
const fill = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('SERVER', server.url))
beforeAll(async () => {
  server = await serveTls(() => ({ body: VERSION }))
  folder = await folderWith({ ...fill(FILES), 'a/ca.crt': server.ca })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

test.skipIf(!hasKubectl).each(CASES)('%s makes both send the same request', async (_, flags) => {
  const { path } = folder
  const home = join(path, 'home')
  const filled: Flags = fill(flags)
  const { KUBECONFIG, token, ...flagsOfOurs } = filled
  const own = { ...flagsOfOurs, ...(token !== undefined && { token: new Redacted(token) }) }
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ...(KUBECONFIG && { KUBECONFIG: KUBECONFIG.replaceAll(':', delimiter) }),
  }
  await run('kubectl', ['version', ...kubectlFlags(filled)], { cwd: path, env })
  const theirs = server.seen.splice(0).map(identityOf)
  const connection = await openConnection({
    ...own,
    env,
    cwd: path,
    home,
    userAgent: 'test',
    clock: systemClock,
  })
  const { body } = await connection.send({ method: 'GET', path: '/version', headers: {} })
  for await (const _chunk of body);
  await connection.close()
  expect(theirs[0]).toBeDefined()
  expect(server.seen.splice(0).map(identityOf)).toEqual([theirs[0]])
})
