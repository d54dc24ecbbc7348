/** Which logins a fix may distribute: the images of pods alone never choose one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { confirmOtherLogins, findLogins } from '../../../src/commands/fix/choose-logins.ts'
import type { FixOptions, FixSession } from '../../../src/commands/fix/session.ts'
import type { Finding } from '../../../src/diagnosis/finding.ts'
import type { Questions } from '../../../src/terminal.ts'
import { finding } from '../../report/samples.ts'
import { diagnosisOf, sessionWith } from './session.ts'

const basic = (login: string) => ({ auth: Buffer.from(login).toString('base64') })
const CONFIG = {
  auths: {
    'https://index.docker.io/v1/': basic('jane:dckr_pat_x'),
    'ghcr.io': basic('joe:ghp_x'),
    'quay.io/team': basic('team+robot:x'),
  },
}

/** A machine with these logins; `stdin` is a password for --username. */
function machine(
  options: Partial<FixOptions>,
  { config = CONFIG as object, helpers = {} as Record<string, string>, ask = {} as Partial<Questions> } = {},
): FixSession {
  const home = mkdtempSync(join(tmpdir(), 'pullguard-logins-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  mkdirSync(join(home, '.docker'))
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify(config))
  for (const [name, script] of Object.entries(helpers)) {
    writeFileSync(join(home, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  const session = sessionWith(options, ask)
  const stdin = Readable.from([Buffer.from('typed\n')])
  Object.assign(session.context, { home, env: { PATH: `${home}:/usr/bin:/bin` }, stdin, clock: systemClock })
  return session
}

const wants = (reference: string, namespace = 'web'): Finding => {
  const registry = reference.split('/')[0] ?? ''
  return finding({
    cause: 'auth-required-or-denied',
    subcause: null,
    namespace,
    image: reference,
    reference,
    registry,
    remedies: ['authenticate'],
  })
}

async function distributed(session: FixSession, findings: Finding[]) {
  const choice = { remedies: new Set(['authenticate'] as const), unfinished: [] }
  const { allNamespaces, namespaces } = session.options
  const reached = allNamespaces ? null : namespaces.length === 0 ? ['web'] : [...namespaces]
  const facts = {
    scope: { namespaces: reached, affected: false, excluded: [] },
    diagnosis: diagnosisOf(findings),
  }
  const logins = await confirmOtherLogins(session, facts, await findLogins(session, findings, choice))
  return {
    keys: logins.credentials.map(({ key, username }) => `${username} ${key}`),
    unnamed: logins.unnamed,
    named: logins.named,
  }
}

const HUB = 'jane https://index.docker.io/v1/'
const ATTACK = [wants('attacker.example/x:1', 'tenant')]

test('a given password is for Docker Hub, whatever pods name, unless --registry names another', async () => {
  const given = { username: 'hub-bot', passwordStdin: true, yes: true }
  expect(await distributed(machine(given), ATTACK)).toMatchObject({
    keys: ['hub-bot https://index.docker.io/v1/'],
    unnamed: ['attacker.example'],
  })
  const more = [...ATTACK, wants('docker.io/acme/app:1')]
  expect((await distributed(machine(given), more)).keys).toEqual(['hub-bot https://index.docker.io/v1/'])
  const named = { ...given, registries: ['ghcr.io'] }
  expect((await distributed(machine(named), ATTACK)).keys).toEqual(['hub-bot ghcr.io'])
  const several = machine({ ...given, registries: ['ghcr.io', 'quay.io'] })
  await expect(distributed(several, [])).rejects.toThrow('name one')
})

test("with -A and no terminal, only Docker Hub's login and those of named registries leave the machine", async () => {
  const findings = [wants('ghcr.io/attacker/x:1', 'tenant'), wants('docker.io/acme/app:1')]
  expect(await distributed(machine({ yes: true }), findings)).toMatchObject({
    keys: [HUB],
    unnamed: ['ghcr.io'],
  })
  const named = machine({ yes: true, registries: ['ghcr.io'] })
  expect(await distributed(named, findings)).toMatchObject({ keys: ['joe ghcr.io'] })
})

test('at a terminal each registry is confirmed with its account, kind of token and namespaces', async () => {
  const asked: string[] = []
  const confirm = async (question: string) => void asked.push(question) === undefined && asked.length === 1
  const findings = [wants('ghcr.io/acme/x:1', 'api'), wants('quay.io/team/x:1'), wants('ghcr.io/acme/y:1')]
  const session = machine({}, { ask: { available: true, confirm } })
  expect(await distributed(session, findings)).toEqual({
    keys: ['joe ghcr.io'],
    named: ['ghcr.io'],
    unnamed: ['quay.io'],
  })
  expect(asked[0]).toContain('joe for ghcr.io (a personal access token from file ~/.docker/config.json)')
  expect(asked[0]).toContain('Pods in api and web need it')
  expect(asked[1]).toContain('team+robot for quay.io')
})

test('in one namespace the need of its pods is enough, except for tokens that a helper generates', async () => {
  const one = { allNamespaces: false, yes: true }
  expect((await distributed(machine(one), [wants('ghcr.io/acme/x:1')])).keys).toEqual(['joe ghcr.io'])
  const config = { credHelpers: { 'us-docker.pkg.dev': 'gcloud', 'ghcr.io': 'pass' } }
  const answer = (name: string) => `echo '{"Username":"${name}","Secret":"s"}'`
  const helpers = { gcloud: answer('_dcgcloud_token'), pass: answer('joe') }
  const findings = [wants('us-docker.pkg.dev/p/r/x:1'), wants('ghcr.io/acme/x:1')]
  expect(await distributed(machine(one, { config, helpers }), findings)).toMatchObject({
    keys: ['joe ghcr.io'],
    unnamed: ['us-docker.pkg.dev'],
  })
  const named = machine({ ...one, registries: ['us-docker.pkg.dev'] }, { config, helpers })
  expect((await distributed(named, findings)).keys).toEqual(['_dcgcloud_token us-docker.pkg.dev'])
})

test('in several namespaces a registry other than Docker Hub has to be named, as with -A', async () => {
  const two = { allNamespaces: false, namespaces: ['web', 'tenant'], yes: true }
  const findings = [wants('ghcr.io/attacker/x:1', 'tenant'), wants('docker.io/acme/app:1')]
  expect(await distributed(machine(two), findings)).toMatchObject({ keys: [HUB], unnamed: ['ghcr.io'] })
  const named = machine({ ...two, registries: ['ghcr.io'] })
  expect((await distributed(named, findings)).keys).toEqual(['joe ghcr.io'])
})

test('of dozens of invented registries few start a helper, and Docker Hub is among them', async () => {
  const config = { credsStore: 'pass' }
  const helpers = { pass: 'cat >> "$0.asked"; echo >> "$0.asked"; exit 1' }
  const session = machine({ yes: true }, { config, helpers })
  const invented = Array.from({ length: 60 }, (_, index) => wants(`r${index}.attacker.example/x:1`, 'tenant'))
  const { unnamed } = await distributed(session, [...invented, wants('docker.io/acme/app:1')])
  expect(unnamed).toHaveLength(41)
  expect(unnamed).not.toContain('docker.io')
})

test("Docker's hardened images get Docker Hub's login under their own key, where they have none and it is named or asked for", async () => {
  const findings = [wants('dhi.io/python:3')]
  const here = machine({ allNamespaces: false })
  expect((await distributed(here, findings)).keys).toEqual(['jane dhi.io'])
  const everywhere = await distributed(machine({ yes: true }), findings)
  expect(everywhere).toMatchObject({ keys: [], unnamed: ['dhi.io'] })
  const named = machine({ yes: true, registries: ['dhi.io'] })
  expect((await distributed(named, findings)).keys).toEqual(['jane dhi.io'])
  const both = machine({ allNamespaces: false })
  const two = [...findings, wants('docker.io/acme/app:1')]
  expect((await distributed(both, two)).keys).toEqual([HUB, 'jane dhi.io'])
  const own = { auths: { ...CONFIG.auths, 'dhi.io': basic('jane:own') } }
  const withOwn = await distributed(machine({ allNamespaces: false }, { config: own }), findings)
  expect(withOwn.keys).toEqual(['jane dhi.io'])
  const none = machine({ allNamespaces: false }, { config: { auths: {} } })
  expect((await distributed(none, findings)).keys).toEqual([])
})
