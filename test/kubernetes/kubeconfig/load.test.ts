/** Which kubeconfig files are read, and how they are merged. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import { loadKubeconfig } from '../../../src/kubernetes/kubeconfig/load.ts'
import { untilTestEnds } from '../../until-test-ends.ts'
import { folderWith, kubeconfig, oneContext } from './files.ts'

const FIRST = kubeconfig({
  current: '',
  clusters: { shared: { server: 'https://first' } },
  users: { red: { token: 'a' } },
})
const SECOND = kubeconfig({
  current: 'blue',
  clusters: { shared: { server: 'https://second', 'tls-server-name': 'x' }, own: { server: 'https://own' } },
  contexts: { blue: { cluster: 'own', user: 'red' } },
})
const THIRD = kubeconfig({ current: 'green', users: { red: { token: 'c', username: 'd' } } })

async function loaded(path: string, options: { kubeconfig?: string; KUBECONFIG?: string }) {
  const { KUBECONFIG, ...flags } = options
  const { config } = await loadKubeconfig({
    ...flags,
    env: { KUBECONFIG },
    cwd: path,
    home: join(path, 'home'),
  })
  return {
    current: config.currentContext,
    servers: [...config.clusters].map(([name, { fields }]) => `${name}=${fields.reveal().server}`).sort(),
    shared: config.clusters.get('shared')?.fields.reveal(),
    red: config.users.get('red')?.fields.reveal(),
  }
}

const files = {
  first: FIRST,
  second: SECOND,
  third: THIRD,
  'home/.kube/config': oneContext('home', { server: 'h' }),
}

test.each([
  ['only the flag, despite KUBECONFIG', { kubeconfig: 'second', KUBECONFIG: 'first' }, 'blue'],
  ['the home folder without flag and environment', {}, 'home'],
  ['the home folder with an empty environment', { KUBECONFIG: '' }, 'home'],
  ['nothing of the home folder when the environment names only missing files', { KUBECONFIG: 'no' }, ''],
  ['nothing when the environment names only empty names', { KUBECONFIG: '::' }, ''],
  ['the first current context that is not empty', { KUBECONFIG: 'first:no::third:second:third' }, 'green'],
])('a command uses %s', async (_, options, current) => {
  const folder = untilTestEnds(await folderWith(files))
  expect((await loaded(folder.path, options)).current).toBe(current)
})

test('the first file that names an entry provides all of it, and later files add other entries', async () => {
  const folder = untilTestEnds(await folderWith(files))
  expect(await loaded(folder.path, { KUBECONFIG: 'first:second:third' })).toEqual({
    current: 'blue',
    servers: ['own=https://own', 'shared=https://first'],
    shared: { server: 'https://first' },
    red: { token: 'a' },
  })
})

const YAML = `clusters:
- name: shared
  cluster: &shared {server: 'https://first'}
- name: own
  cluster:
    <<: *shared
    tls-server-name: x
users:
- {name: red, user: {token: a, token: b}}
current-context: green
current-context: blue
`

test.each<[string, string | Buffer]>([
  ['the last of two equal keys and merge keys', YAML],
  ['the first of several documents', `---\n${YAML}---\ncurrent-context: green\n`],
  ['UTF-16, which a redirection in PowerShell writes', Buffer.from(`\ufeff${YAML}`, 'utf16le')],
])('a kubeconfig is read as by kubectl: %s', async (_, content) => {
  const folder = untilTestEnds(await folderWith({}))
  await writeFile(join(folder.path, 'config'), content)
  expect(await loaded(folder.path, { kubeconfig: 'config' })).toMatchObject({
    current: 'blue',
    servers: ['own=https://first', 'shared=https://first'],
    red: { token: 'b' },
  })
})

test.each([
  [
    'a missing file that the flag names',
    { kubeconfig: 'nowhere' },
    "Kubeconfig nowhere (from --kubeconfig) doesn't exist",
  ],
  ['a folder instead of a file', { kubeconfig: 'home' }, "can't be read (EISDIR)"],
  [
    'broken YAML, by its line and without quoting it',
    { KUBECONFIG: 'first:broken' },
    'broken is not valid YAML at line 4',
  ],
  ['text that is not a mapping', { KUBECONFIG: 'list' }, 'list is not a mapping'],
  ['two entries of one name', { KUBECONFIG: 'twice' }, 'has two users named x'],
])('a kubeconfig is refused for %s', async (_, options, message) => {
  const broken = 'users:\n- name: x\n  user: {token: secret-token\nclusters: ]'
  const twice = 'users: [{name: x, user: {}}, {name: x, user: {}}]'
  const folder = untilTestEnds(await folderWith({ ...files, broken, twice, list: '- 1' }))
  const error = await loaded(folder.path, options).catch(reason => reason)
  expect(error).toBeInstanceOf(UsageError)
  expect(error.message).toContain(message)
  expect(error.message).not.toContain('secret-token')
})

test('aliases of aliases are not reported as a bug', async () => {
  const nine = (alias: string) => Array(9).fill(alias).join(', ')
  const levels = Array.from(
    { length: 12 },
    (_, at) => `a${at}: &a${at} [${at === 0 ? 'x' : nine(`*a${at - 1}`)}]`,
  )
  const { path } = untilTestEnds(await folderWith({ bomb: levels.join('\n') }))
  const loading = loaded(path, { KUBECONFIG: join(path, 'bomb') })
  await expect(loading).rejects.toThrow(UsageError)
  await expect(loading).rejects.toThrow('aliases')
})
