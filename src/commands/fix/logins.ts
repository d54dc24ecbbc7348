/** The logins that a fix hands out: found on this machine, or given by the user. */

import type { Finding, Remedy } from '../../diagnosis/finding.ts'
import type { Credential } from '../../dockerconfig/credential.ts'
import { UsageError } from '../../errors.ts'
import { canonicalRegistry, DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { findCredentials } from '../../keychain/find-credentials.ts'
import { givenCredential } from '../../keychain/given-credential.ts'
import type { WantedRegistry } from '../../keychain/wanted-registries.ts'
import type { PlanCredential } from '../../plan/plan.ts'
import { registriesToAuthenticate } from '../../plan/remedies.ts'
import { redact } from '../../secrecy/redact.ts'
import { credentialRedactor } from '../../secrecy/redact-credentials.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { CommandContext } from '../context.ts'
import type { FixOptions, FixSession } from './session.ts'

export interface Logins {
  credentials: Credential[]
  /** Identity tokens, which no pull secret can hold: good for pullguard's own questions. */
  forReading: Credential[]
  missing: { registry: string; detail: string | null }[]
}

const NONE: Logins = { credentials: [], forReading: [], missing: [] }

/** Logins for the registries that the findings call for, or that were named. @throws UsageError for a malformed file or flag */
export async function findLogins(
  { options, context }: FixSession,
  findings: Finding[],
  { remedies, unfinished }: { remedies: ReadonlySet<Remedy>; unfinished: string[] },
): Promise<Logins> {
  if (!remedies.has('authenticate')) return NONE
  const wanted = wantedRegistries(options, findings, unfinished)
  const given = await givenLogin(options, wanted, context)
  const rest = wanted.filter(({ registry }) => registry !== given?.registry)
  const found = await onThisMachine(rest, context)
  return { ...found, credentials: [...(given ? [given] : []), ...found.credentials] }
}

/** This machine's logins for exactly these registries and repositories. @throws UsageError */
export async function onThisMachine(
  wanted: WantedRegistry[],
  { env, home, clock, signal }: CommandContext,
): Promise<Logins> {
  if (wanted.length === 0) return NONE
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

function wantedRegistries(
  { registries }: FixOptions,
  findings: Finding[],
  unfinished: string[],
): WantedRegistry[] {
  const mendable = findings.filter(
    ({ remedies }) => remedies.includes('authenticate') || remedies.includes('recreate'),
  )
  const called = [...registriesToAuthenticate(findings), ...unfinished]
  // Where an interrupted fix has attached its login already, only new pods are called for; the rest of it still needs the login.
  const halfDone = called.length > 0 ? called : mendable.flatMap(({ registry }) => registry ?? [])
  const names = registries.length > 0 ? registries.map(canonicalRegistry) : halfDone
  return [...new Set(names)].map(registry => {
    const references = mendable.filter(finding => finding.registry === registry)
    const repositories = references.flatMap(
      ({ reference }) => parseReference(reference ?? '')?.repository ?? [],
    )
    return { registry, repositories: [...new Set(repositories)] }
  })
}

/** @throws UsageError where the flags don't make one login for one registry */
export async function givenLogin(
  options: FixOptions,
  wanted: WantedRegistry[],
  context: CommandContext,
): Promise<Credential | null> {
  const { username, passwordStdin } = options
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
  const [first, ...others] = wanted
  if (others.length > 0) {
    const names = wanted.map(({ registry }) => registry).join(', ')
    throw new UsageError(
      `--username is a login for one registry, and several are meant (${names}): name it with --registry.`,
    )
  }
  return givenCredential(first?.registry ?? DOCKER_HUB, username, await textOf(context.stdin))
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<Redacted> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return new Redacted(Buffer.concat(chunks).toString('utf8'))
}

/** The login without its password. */
export function planned({ registry, key, username, origin }: Credential): PlanCredential {
  return { registry, key, username, origin }
}

/** Takes these very logins out of a text, besides whatever looks like a secret. */
export function redactor(credentials: Credential[]): (text: string) => string {
  const known = credentialRedactor(credentials)
  return text => redact(known(text))
}
