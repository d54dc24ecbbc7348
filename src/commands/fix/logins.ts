/** The logins that a fix may distribute: found on this machine, or given by the user. What is in the cluster never makes the choice alone. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedies.ts'
import { type Credential, tokenKind } from '../../dockerconfig/credential.ts'
import { UsageError } from '../../errors.ts'
import { canonicalRegistry, DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { HARDENED_IMAGES } from '../../image/registries.ts'
import { findCredentials } from '../../keychain/find-credentials.ts'
import { givenCredential } from '../../keychain/given-credential.ts'
import type { WantedRegistry } from '../../keychain/wanted-registries.ts'
import type { PlanCredential } from '../../plan/plan.ts'
import { redact } from '../../secrecy/redact.ts'
import { credentialRedactor } from '../../secrecy/redact-credentials.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { CommandContext } from '../context.ts'
import type { FixOptions, FixSession } from './session.ts'

/** What was found on this machine. */
export interface Found {
  credentials: Credential[]
  /** Identity tokens, which no pull secret can hold: good for pullguard's own questions. */
  forReading: Credential[]
  missing: { registry: string; detail: string | null }[]
}

export interface Logins extends Found {
  /** Registries that a flag or an answer named. */
  named: string[]
  /** Registries that pods call for, and whose logins stay here as nobody named them. */
  unnamed: string[]
}

const NOTHING: Found = { credentials: [], forReading: [], missing: [] }

/** Whoever can start a pod can name a registry: so many are looked for, each of which may start a helper program. */
const MOST_UNNAMED = 20

/**
 * Logins for the registries that were named, or that the findings call for. Those of Docker Hub may be distributed as they are; whether others
 * that nobody named may be, `askForOthers` decides.
 * @throws UsageError for a malformed file or flag
 */
export async function findLogins(
  { options, context }: FixSession,
  findings: Finding[],
  { remedies, unfinished }: { remedies: ReadonlySet<Remedy>; unfinished: string[] },
): Promise<Logins> {
  const named = options.registries.map(canonicalRegistry)
  if (!remedies.has('authenticate')) return { ...NOTHING, named, unnamed: [] }
  const mendable = findings.filter(
    ({ remedies: fitting }) => fitting.includes('authenticate') || fitting.includes('recreate'),
  )
  const given = await givenLogin(options, context)
  if (given !== null) {
    const unnamed = registriesToAuthenticate(findings).filter(registry => registry !== given.registry)
    return { ...NOTHING, credentials: [given], named: [given.registry], unnamed }
  }
  const called = calledFor(findings, mendable, unfinished)
  const wanted = named.length > 0 ? named : called.slice(0, MOST_UNNAMED)
  const found = await withSameAccount(
    await onThisMachine(withRepositories(wanted, mendable), context),
    context,
  )
  return { ...found, named, unnamed: called.filter(registry => !wanted.includes(registry)) }
}

/** This machine's logins for exactly these registries and repositories. @throws UsageError */
export async function onThisMachine(
  wanted: WantedRegistry[],
  { env, home, clock, signal }: CommandContext,
): Promise<Found> {
  if (wanted.length === 0) return NOTHING
  const { credentials, refusals } = await findCredentials({
    env,
    home,
    platform: process.platform,
    clock,
    wanted,
    signal,
  })
  const served = new Set(credentials.map(({ registry }) => registry))
  const missing = refusals.filter(({ registry }) => !served.has(registry))
  return {
    credentials,
    forReading: refusals.flatMap(({ forReading }) => forReading ?? []),
    missing: missing.map(({ registry, detail }) => ({ registry, detail })),
  }
}

/** Docker's hardened images take a login for Docker Hub, under a key of their own: it fills in where there is none for them, and is proven like any other. */
async function withSameAccount(found: Found, context: CommandContext): Promise<Found> {
  if (!found.missing.some(({ registry }) => registry === HARDENED_IMAGES)) return found
  const isHubs = ({ registry, kind }: Credential) => registry === DOCKER_HUB && kind === 'password'
  const here = found.credentials.some(isHubs)
    ? found
    : await onThisMachine([{ registry: DOCKER_HUB, repositories: [] }], context)
  const same = here.credentials
    .filter(isHubs)
    .map(login => ({ ...login, registry: HARDENED_IMAGES, key: HARDENED_IMAGES }))
  if (same.length === 0) return found
  const missing = found.missing.filter(({ registry }) => registry !== HARDENED_IMAGES)
  return { ...found, credentials: [...found.credentials, ...same], missing }
}

/** Registries whose findings a login would fix, each once, in the order of the findings. */
function registriesToAuthenticate(findings: Finding[]): string[] {
  const registries = findings
    .filter(({ remedies }) => remedies.includes('authenticate'))
    .flatMap(({ registry }) => registry ?? [])
  return [...new Set(registries)]
}

/** Docker Hub first: what a tenant names must not crowd it out. */
function calledFor(findings: Finding[], mendable: Finding[], unfinished: string[]): string[] {
  const called = [...registriesToAuthenticate(findings), ...unfinished]
  // Where an interrupted fix has attached its login already, only new pods are called for; the rest of it still needs the login.
  const names = called.length > 0 ? called : mendable.flatMap(({ registry }) => registry ?? [])
  const each = new Set(names)
  return [...[...each].filter(name => name === DOCKER_HUB), ...[...each].filter(name => name !== DOCKER_HUB)]
}

function withRepositories(registries: string[], mendable: Finding[]): WantedRegistry[] {
  return [...new Set(registries)].map(registry => {
    const repositories = mendable
      .filter(finding => finding.registry === registry)
      .flatMap(({ reference }) => parseReference(reference ?? '')?.repository ?? [])
    return { registry, repositories: [...new Set(repositories)] }
  })
}

/**
 * The login that the flags give. It is Docker Hub's, unless `--registry` names another: what pods name never decides where a password goes.
 * @throws UsageError where the flags don't make one login for one registry
 */
export async function givenLogin(options: FixOptions, context: CommandContext): Promise<Credential | null> {
  const { username, passwordStdin, registries } = options
  if (username === undefined) {
    if (passwordStdin)
      throw new UsageError('--password-stdin goes with --username: give the account as well.')
    return null
  }
  if (!passwordStdin) {
    throw new UsageError(
      `--username needs the password on standard input: \`${context.program} fix … --username ${username} --password-stdin < token\`.`,
    )
  }
  if (context.stdin.isTTY) {
    throw new UsageError(
      `--password-stdin reads a pipe or a file, and standard input is a terminal, which would show the password: \`… --password-stdin < token\`.`,
    )
  }
  const [registry = DOCKER_HUB, ...others] = new Set(registries.map(canonicalRegistry))
  if (others.length > 0) {
    throw new UsageError(
      `--username is a login for one registry, and --registry names several (${[registry, ...others].join(', ')}): name one.`,
    )
  }
  return givenCredential(registry, username, await textOf(context.stdin))
}

/** No password is longer; what goes on and on, such as /dev/zero, is none. */
const LONGEST_PASSWORD = 64 * 1024

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<Redacted> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > LONGEST_PASSWORD) throw new UsageError('Standard input is too long for a password.')
    chunks.push(chunk)
  }
  return new Redacted(Buffer.concat(chunks).toString('utf8'))
}

/** The login without its password. */
export function planned(credential: Credential): PlanCredential {
  const { registry, key, username, origin } = credential
  const token = tokenKind(credential)
  return { registry, key, username, origin, ...(token === null ? {} : { token }) }
}

/** Takes these very logins out of a text, besides whatever looks like a secret. */
export function redactor(credentials: Credential[]): (text: string) => string {
  const known = credentialRedactor(credentials)
  return text => redact(known(text))
}
