/** `.pullguard.yaml`: accepted settings, and one line for anything else; the published schema agrees. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { RULES } from '../../src/audit/rules/index.ts'
import { readSettings } from '../../src/source/files/audit-settings.ts'
import { folderOf } from './dumps.ts'

const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../schema/config-v1.json'), 'utf8'))
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)

const read = (cwd: string) =>
  readSettings({
    cwd,
    signal: new AbortController().signal,
    rules: RULES,
    severities: ['error', 'warning', 'info', 'off'],
  })

test('the schema knows every rule', () => {
  expect(Object.keys(schema.properties.rules.properties).sort()).toEqual([...RULES].sort())
})

const WHOLE = `rules:
  no-digest: off
  no-deadline: error
exclude:
  paths: [vendor, "**/test/**"]
  namespaces: [kube-system]
pullSecret: dockercreds
replaceRegistry:
  docker.io: mirror.example/hub
`

test.each([WHOLE, '', '# nothing\n', 'rules:\nexclude:\n'])('settings are read from %j', async text => {
  const folder = await folderOf({ '.pullguard.yaml': text })
  const settings = await read(folder)
  expect(validate(parse(text))).toBe(true)
  if (text === WHOLE)
    expect(settings).toEqual({
      rules: new Map([
        ['no-digest', 'off'],
        ['no-deadline', 'error'],
      ]),
      excludedPaths: ['vendor', '**/test/**'],
      excludedNamespaces: ['kube-system'],
      pullSecret: 'dockercreds',
      replacements: [{ from: 'docker.io', to: 'mirror.example/hub' }],
      folder,
    })
})

test.each([
  ['rules: {no-digests: off}\n', ':1:9: rules has the unknown key "no-digests": did you mean no-digest?.'],
  ['rules: {no-digest: never}\n', ':1:20: rules.no-digest is one of error, warning, info, off, not "never".'],
  ['rules: {no-digest: 1}\n', ':1:20: rules.no-digest must be a string.'],
  ['rule: {}\n', ':1:1: settings has the unknown key "rule": did you mean rules?.'],
  ['exclude: {paths: vendor}\n', ':1:18: exclude.paths must be a list.'],
  ['exclude: [vendor]\n', ':1:10: exclude must be an object.'],
  ['pullSecret: ""\n', ':1:13: pullSecret must be a string.'],
  ['replaceRegistry: {docker.io: 1}\n', ':1:30: replaceRegistry.docker.io must be a string.'],
  [
    'pullSecret: Docker Creds\n',
    `:1:13: pullSecret: "Docker Creds" can't be the name of a Secret: give lower case letters, digits, - and ., such as dockercreds.`,
  ],
  [
    'replaceRegistry: {docker.io: https://mirror.example}\n',
    ':1:30: replaceRegistry: "https://mirror.example" is not a registry, a path in one, or an image.',
  ],
  [
    'replaceRegistry: {"docker .io": mirror.example}\n',
    ':1:33: replaceRegistry: "docker .io" is not a registry, a path in one, or an image.',
  ],
  ['- a\n', ':1:1: settings must be an object.'],
])('settings %j are refused in one line that names the place', async (text, message) => {
  await expect(read(await folderOf({ '.pullguard.yaml': text }))).rejects.toThrow(
    `.pullguard.yaml${message.replace('?.', '?')}`,
  )
  expect(validate(parse(text))).toBe(false)
})

test('the file is looked for in the folders above, up to the root of the repository', async () => {
  const files = { '.pullguard.yaml': WHOLE, 'repo/.git/HEAD': '', 'deep/er/empty': '' }
  const folder = await folderOf(files)
  expect((await read(join(folder, 'deep/er'))).pullSecret).toBe('dockercreds')
  expect((await read(join(folder, 'repo'))).pullSecret).toBeNull()
})
