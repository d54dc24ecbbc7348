/** Helpers as real programs on the PATH: a script of ours, and docker-credential-pass if it is installed. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { findCredentials } from '../../src/keychain/find-credentials.ts'

const HUB = 'https://index.docker.io/v1/'
const CANARY = 'c4n4ry-p4ssw0rd'
const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin'

function machine(config: unknown) {
  const home = mkdtempSync(join(tmpdir(), 'pullguard-home-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  mkdirSync(join(home, '.docker'))
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify(config))
  const env: NodeJS.ProcessEnv = { PATH: `${join(home, 'bin')}:${SYSTEM_PATH}`, HOME: home }
  const find = (...registries: string[]) => {
    const wanted = registries.map(registry => ({ registry, repositories: ['a/b'] }))
    return findCredentials({ clock: systemClock, env, home, platform: process.platform, wanted })
  }
  return { home, env, find }
}

const windows = process.platform === 'win32'

test.skipIf(windows)('a helper script on the PATH is run once for each registry', async () => {
  const { home, find } = machine({ credsStore: 'script', auths: { [HUB]: {} } })
  const log = join(home, 'log')
  const path = join(home, 'bin/docker-credential-script')
  writeFileSync(
    path,
    `#!/bin/sh
read -r server
echo "$* $server" >> '${log}'
case $server in
  ${HUB}) echo '{"ServerURL":"x","Username":"jane","Secret":"${CANARY}"}';;
  *) echo 'credentials not found in native keychain'; exit 1;;
esac
`,
  )
  chmodSync(path, 0o755)
  const { credentials, refusals } = await find('docker.io', 'quay.io')
  expect(credentials).toMatchObject([
    { key: HUB, username: 'jane', origin: 'docker-credential-script (file ~/.docker/config.json)' },
  ])
  expect(credentials[0]?.password.reveal()).toBe(CANARY)
  expect(refusals).toMatchObject([{ registry: 'quay.io', reason: 'helper-has-none' }])
  expect(inspect({ credentials, refusals }, { depth: 9 })).not.toContain(CANARY)
  const asked = readFileSync(log, 'utf8').trim().split('\n')
  expect(asked.sort()).toEqual([`get ${HUB}`, 'get quay.io'])
})

test.skipIf(windows)('a helper without execute permission is a refusal with its reason', async () => {
  const { home, find } = machine({ credsStore: 'script' })
  writeFileSync(join(home, 'bin/docker-credential-script'), '#!/bin/sh\n')
  expect((await find('quay.io')).refusals).toMatchObject([
    { reason: 'helper-failed', detail: expect.stringContaining('could not be run (EACCES)') },
  ])
})

const installed = !windows && ['docker-credential-pass', 'pass', 'gpg'].every(isInstalled)

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.skipIf(!installed)(
  'the real docker-credential-pass returns what was stored in it',
  { timeout: 60_000 },
  async () => {
    const { home, env, find } = machine({ credsStore: 'pass' })
    mkdirSync(join(home, '.gnupg'), { mode: 0o700 })
    const run = (program: string, args: string[], input = '') =>
      execFileSync(program, args, { env, input, stdio: ['pipe', 'pipe', 'pipe'] })
    onTestFinished(() => void run('gpgconf', ['--kill', 'all']))
    run('gpg', [
      '--batch',
      '--passphrase',
      '',
      '--quick-gen-key',
      'pullguard@example.org',
      // An elliptic curve: making an RSA key takes seconds.
      'future-default',
      'default',
      'never',
    ])
    expect((await find('docker.io')).refusals, 'before the store was made').toHaveLength(1)
    run('pass', ['init', 'pullguard@example.org'])
    run(
      'docker-credential-pass',
      ['store'],
      JSON.stringify({ ServerURL: HUB, Username: 'jane', Secret: CANARY }),
    )
    const { credentials, refusals } = await find('docker.io', 'quay.io')
    expect(credentials).toMatchObject([{ registry: 'docker.io', key: HUB, username: 'jane' }])
    expect(credentials[0]?.password.reveal()).toBe(CANARY)
    expect(refusals).toMatchObject([{ registry: 'quay.io', reason: 'helper-has-none' }])
  },
)
