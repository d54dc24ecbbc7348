/** Where a login is all that helps, its absence is one sentence: the registry, the place, the reason, the remedy. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import { explicitCredential } from '../../../src/registry/credentials/credential.ts'
import { findCredentials } from '../../../src/registry/credentials/find-credentials.ts'
import { requireLogin } from '../../../src/registry/credentials/require-login.ts'

const HUB = 'https://index.docker.io/v1/'
const CANARY = 'c4n4ry-p4ssw0rd'
const wanted = [{ registry: 'docker.io', repositories: [] }]

function machineWith(config: unknown) {
  const home = mkdtempSync(join(tmpdir(), 'pullguard-home-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  mkdirSync(join(home, '.docker'))
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify(config))
  return { env: { PATH: '' }, home, platform: 'linux' as const, wanted }
}

test.each<[what: string, config: unknown, sentence: RegExp]>([
  [
    'nothing',
    {},
    /^no usable login for docker\.io: no login for it in ~\/\.docker\/config\.json, .*; run `docker login`, or give --username and --password-stdin$/,
  ],
  [
    'an empty entry',
    { auths: { [HUB]: {} } },
    /: file ~\/\.docker\/config\.json: its entry for docker\.io is empty; run `docker login`/,
  ],
  [
    'an identity token',
    { auths: { [HUB]: { identitytoken: CANARY } } },
    /: file ~\/\.docker\/config\.json: its entry for docker\.io holds only an identity token, which the kubelet ignores; make an access token/,
  ],
  [
    'a helper that is not there',
    { credsStore: 'nowhere' },
    /: docker-credential-nowhere \(file ~\/\.docker\/config\.json\) is not on the PATH; install it, or/,
  ],
  [
    'a helper that is a path',
    { credsStore: '../x' },
    /: file ~\/\.docker\/config\.json names a helper that is not a plain program name; it was not run; correct/,
  ],
])('%s', async (_what, config, sentence) => {
  const found = await findCredentials(machineWith(config))
  let error: unknown = null
  try {
    requireLogin(found, ['docker.io'])
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(UsageError)
  expect((error as Error).message).toMatch(sentence)
  expect(inspect(error)).not.toContain(CANARY)
  expect(() => requireLogin(found, ['quay.io'])).not.toThrow()
})

test('a login that a person gave serves its registry, whatever lies on the machine', async () => {
  const machine = machineWith({ auths: { [HUB]: { auth: 'broken' } } })
  const explicit = explicitCredential('docker.io', 'jane', CANARY)
  const more = [...wanted, { registry: 'quay.io', repositories: [] }]
  const found = await findCredentials({ ...machine, wanted: more, explicit })
  expect(found.credentials).toEqual([explicit])
  expect(found.refusals).toMatchObject([{ registry: 'quay.io', reason: 'no-entry' }])
  expect(() => requireLogin(found, ['docker.io'])).not.toThrow()
})
