/** The cluster and user that result from flags, a kubeconfig, and a pod's own configuration. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import type { ConnectionOptions } from '../../../src/kubernetes/kubeconfig/connection-options.ts'
import { findTarget, inClusterTarget } from '../../../src/kubernetes/kubeconfig/find-target.ts'
import type { Target } from '../../../src/kubernetes/kubeconfig/target.ts'
import { Redacted } from '../../../src/secrecy/redacted.ts'
import { untilTestEnds } from '../../until-test-ends.ts'
import { folderWith, kubeconfig } from './files.ts'

const TOKEN = new Redacted('t')
const CONFIG = kubeconfig({
  current: 'prod',
  clusters: {
    prod: {
      server: 'https://prod',
      'certificate-authority': 'pki/ca.crt',
      'tls-server-name': 'prod.internal',
    },
    test: { server: 'https://test', 'certificate-authority-data': Buffer.from('PEM').toString('base64') },
    empty: {},
  },
  users: {
    admin: {
      tokenFile: '../token',
      'client-certificate': '/abs/c',
      'client-key': 'k',
      as: 'root',
      'as-groups': ['g'],
    },
    plugin: {
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './bin/login', args: null, env: null },
    },
    onPath: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'login', args: ['a'] } },
    nothing: { exec: {} },
  },
  contexts: {
    prod: { cluster: 'prod', user: 'admin', namespace: 'web' },
    test: { cluster: 'test', user: 'plugin' },
    bare: { cluster: 'test', user: 'gone' },
    lost: { cluster: 'gone', user: 'admin' },
  },
})

async function targetIn(folder: string, flags: Partial<ConnectionOptions> = {}) {
  const home = join(folder, 'home')
  return findTarget({ env: { KUBECONFIG: 'sub/config' }, cwd: folder, home, userAgent: 'test', ...flags })
}

/** Includes the secret texts. */
function revealed({ cluster, user, ...target }: Target) {
  const authority = cluster.certificateAuthority
  const shown = authority !== null && 'data' in authority ? { data: authority.data.reveal() } : authority
  return {
    ...target,
    cluster: { ...cluster, certificateAuthority: shown },
    user: { ...user, token: user.token?.reveal() },
  }
}

test('the target is that of the current context, with paths relative to the file', async () => {
  const folder = untilTestEnds(await folderWith({ 'sub/config': CONFIG }))
  const { context, namespace, cluster, user } = await targetIn(folder.path)
  expect({ context, namespace }).toEqual({ context: 'prod', namespace: 'web' })
  expect(cluster).toMatchObject({
    server: 'https://prod',
    certificateAuthority: { file: join(folder.path, 'sub/pki/ca.crt') },
    tlsServerName: 'prod.internal',
  })
  expect(user).toMatchObject({
    tokenFile: join(folder.path, 'token'),
    clientCertificate: { file: '/abs/c' },
    clientKey: { file: join(folder.path, 'sub/k') },
    impersonate: { user: 'root', groups: ['g'] },
  })
})

test.each([
  [
    { context: 'test' },
    { context: 'test', namespace: 'default', cluster: { certificateAuthority: { data: 'PEM' } } },
  ],
  [{ context: 'test', namespace: 'x' }, { namespace: 'x' }],
  [{ cluster: 'test' }, { context: 'prod', cluster: { server: 'https://test' }, user: { name: 'admin' } }],
  [{ user: 'onPath' }, { user: { exec: { command: 'login', args: ['a'] } } }],
  [{ server: 'https://x' }, { cluster: { server: 'https://x', tlsServerName: '' } }],
  [{ server: 'https://x', tlsServerName: 'y' }, { cluster: { server: 'https://x', tlsServerName: 'y' } }],
  [
    { context: 'lost', server: 'https://x' },
    { cluster: { server: 'https://x' }, user: { name: 'admin' } },
  ],
  [{ context: 'bare', token: TOKEN }, { user: { token: 't' } }],
  [{ token: TOKEN }, { user: { token: 't', tokenFile: '', clientCertificate: { file: '/abs/c' } } }],
  [{ as: 'me' }, { user: { impersonate: { user: 'me', groups: ['g'] } } }],
  [
    { asGroup: ['a', 'b'], asUid: '7' },
    { user: { impersonate: { user: 'root', groups: ['a', 'b'], uid: '7' } } },
  ],
  [{ insecureSkipTlsVerify: true }, { cluster: { insecureSkipTlsVerify: true, certificateAuthority: null } }],
])('flags %j override the context', async (flags, expected) => {
  const folder = untilTestEnds(await folderWith({ 'sub/config': CONFIG }))
  expect(revealed(await targetIn(folder.path, flags))).toMatchObject(expected)
})

test('--certificate-authority is relative to the working directory, an exec plugin to its kubeconfig', async () => {
  const folder = untilTestEnds(await folderWith({ 'sub/config': CONFIG }))
  const { cluster, user } = await targetIn(folder.path, { context: 'test', certificateAuthority: 'ca' })
  expect(cluster.certificateAuthority).toEqual({ file: join(folder.path, 'ca') })
  expect(user.exec?.command).toBe(join(folder.path, 'sub/bin/login'))
})

test.each([
  [{ context: 'x' }, 'no context x (it has bare, lost, prod, test): choose one with --context'],
  [{ cluster: 'x' }, 'no cluster x (it has empty, prod, test)'],
  [{ user: 'x' }, 'no user x (it has admin, nothing, onPath, plugin)'],
  [{ context: 'bare' }, 'no user gone'],
  [{ context: 'lost' }, 'no cluster gone'],
  [{ cluster: 'empty' }, 'Cluster empty in'],
  [{ user: 'nothing' }, 'exec plugin of user nothing in the kubeconfig has no command'],
  [{ user: 'onPath', asGroup: ['g'] }, '--as-group and --as-uid need --as'],
  [{ env: { KUBECONFIG: 'none' } }, 'No kubeconfig was found'],
  [{ kubeconfig: 'blank' }, 'The kubeconfig has no context ('],
])('what is missing for %j is reported', async (flags, message) => {
  const blank = 'apiVersion: v1\nkind: Config\n'
  const folder = untilTestEnds(await folderWith({ 'sub/config': CONFIG, blank }))
  const error = await targetIn(folder.path, flags).catch(reason => reason)
  expect(error).toBeInstanceOf(UsageError)
  expect(error.message).toContain(message)
})

test('a kubeconfig without a current context requires --context', async () => {
  const { 'current-context': _, ...config } = CONFIG
  const folder = untilTestEnds(await folderWith({ 'sub/config': config }))
  await expect(targetIn(folder.path)).rejects.toThrow(
    'choose one with --context, such as bare, lost, prod, test',
  )
})

test('in a pod the default is its own service account, and flags override it', async () => {
  const folder = untilTestEnds(await folderWith({ token: 'secret', namespace: 'web\n', 'ca.crt': 'PEM' }))
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
  const options = { env, cwd: '/', home: '/', userAgent: 'test' }
  expect(await inClusterTarget(options, folder.path)).toMatchObject({
    context: null,
    namespace: 'web',
    cluster: { server: 'https://[fd00::1]:443', certificateAuthority: { file: join(folder.path, 'ca.crt') } },
    user: { tokenFile: join(folder.path, 'token') },
  })
  const flagged = await inClusterTarget({ ...options, token: TOKEN, namespace: 'n' }, folder.path)
  expect(flagged && revealed(flagged)).toMatchObject({
    namespace: 'n',
    user: { token: 't', tokenFile: '' },
  })
  expect(await inClusterTarget({ ...options, env: {} }, folder.path)).toBeNull()
})

test("flags of a client certificate are relative to the working folder, replace the kubeconfig's, and go with a token", async () => {
  const files = untilTestEnds(await folderWith({ 'sub/config': CONFIG }))
  const folder = files.path
  const flags = { clientCertificate: 'mine.crt', clientKey: '/abs/mine.key' }
  const both = {
    clientCertificate: { file: join(folder, 'mine.crt') },
    clientKey: { file: '/abs/mine.key' },
  }
  const { user } = await targetIn(folder, flags)
  expect(user).toMatchObject({ name: 'admin', ...both })
  expect((await targetIn(folder, { ...flags, token: TOKEN })).user).toMatchObject({
    ...both,
    token: TOKEN,
    tokenFile: '',
  })
  expect((await targetIn(folder, { clientKey: 'k2' })).user).toMatchObject({
    clientCertificate: { file: '/abs/c' },
    clientKey: { file: join(folder, 'k2') },
  })
})
