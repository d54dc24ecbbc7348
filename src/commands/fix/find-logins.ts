/** Finds the logins that a fix may distribute, on this machine or in the flags, and Secrets of earlier fixes with another login. The cluster's content alone never chooses one. */

import { listRuns } from '../../apply/journal/find-runs.ts'
import { isUndone, madeSecrets, type Run } from '../../apply/journal/run.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { type Credential, tokenKind } from '../../dockerconfig/registry-credential.ts'
import { UsageError } from '../../errors.ts'
import { canonicalRegistry, DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { HARDENED_IMAGES } from '../../image/registries.ts'
import { findCredentials } from '../../keychain/find-credentials.ts'
import { givenCredential } from '../../keychain/given-credential.ts'
import type { WantedRegistry } from '../../keychain/wanted-registries.ts'
import { isNarrowed, type PlanCredential, type PlanScope, reachesInto } from '../../plan/plan.ts'
import { outdatedSecretsText } from '../../report/views/logins.ts'
import { credentialRedactor, redact } from '../../secrecy/redact.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import { readSecretsNamed } from '../../source/live/fix-logins.ts'
import { Reading } from '../../source/live/reading.ts'
import type { CommandContext } from '../context.ts'
import { invocationOf } from '../invocation.ts'
import type { FixOptions, FixSession } from './session.ts'

/** The logins found on this machine. */
export interface Found {
  credentials: Credential[]
  /** Identity tokens, which a pull secret can't hold; pullguard's own requests to registries use them. */
  forReading: Credential[]
  missing: { registry: string; detail: string | null }[]
}

export interface Logins extends Found {
  /** Registries that the user named by flag or answer. */
  named: string[]
  /** Registries that pods need and the user did not name, so their logins are not distributed. */
  unnamed: string[]
}

const NOTHING: Found = { credentials: [], forReading: [], missing: [] }

/** How many registries that nobody named are looked up: everybody who can start a pod can name one, and each look-up may start a helper program. */
const MOST_UNNAMED = 20

/**
 * Logins for the registries that the user named, or else that the findings need. Docker Hub's may be distributed; `confirmOtherLogins` decides
 * about the others.
 * @throws UsageError for a malformed file or flag
 */
export async function findLogins(
  { options, context }: FixSession,
  findings: Finding[],
  { remedies, unfinished }: { remedies: ReadonlySet<Remedy>; unfinished: string[] },
): Promise<Logins> {
  const named = options.registries.map(canonicalRegistry)
  if (!remedies.has('authenticate')) return { ...NOTHING, named, unnamed: [] }
  const fixable = findings.filter(
    ({ remedies: fitting }) => fitting.includes('authenticate') || fitting.includes('recreate'),
  )
  const given = await loginFromFlags(options, context)
  if (given !== null) {
    const unnamed = registriesToAuthenticate(findings).filter(registry => registry !== given.registry)
    return { ...NOTHING, credentials: [given], named: [given.registry], unnamed }
  }
  const called = calledFor(findings, fixable, unfinished)
  const wanted = named.length > 0 ? named : called.slice(0, MOST_UNNAMED)
  const found = await withSameAccount(
    await machineLoginsFor(withRepositories(wanted, fixable), context),
    context,
  )
  return { ...found, named, unnamed: called.filter(registry => !wanted.includes(registry)) }
}

/** This machine's logins for exactly these registries and repositories. @throws UsageError */
export async function machineLoginsFor(
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

/** Docker's hardened images take a login for Docker Hub, under their own key: it fills in where there is none for them, and is proven like any other. */
async function withSameAccount(found: Found, context: CommandContext): Promise<Found> {
  if (!found.missing.some(({ registry }) => registry === HARDENED_IMAGES)) return found
  const isHubs = ({ registry, kind }: Credential) => registry === DOCKER_HUB && kind === 'password'
  const here = found.credentials.some(isHubs)
    ? found
    : await machineLoginsFor([{ registry: DOCKER_HUB, repositories: [] }], context)
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

/** The registries that the findings need, Docker Hub first: a tenant's registries must not crowd it out. */
function calledFor(findings: Finding[], fixable: Finding[], unfinished: string[]): string[] {
  const called = [...registriesToAuthenticate(findings), ...unfinished]
  // After an interrupted fix the findings may only need new pods, but the rest of that fix still needs the login.
  const names = called.length > 0 ? called : fixable.flatMap(({ registry }) => registry ?? [])
  const each = new Set(names)
  return [...[...each].filter(name => name === DOCKER_HUB), ...[...each].filter(name => name !== DOCKER_HUB)]
}

function withRepositories(registries: string[], fixable: Finding[]): WantedRegistry[] {
  return [...new Set(registries)].map(registry => {
    const repositories = fixable
      .filter(finding => finding.registry === registry)
      .flatMap(({ reference }) => parseReference(reference ?? '')?.repository ?? [])
    return { registry, repositories: [...new Set(repositories)] }
  })
}

/**
 * The login given by flags; null where there is none. It is Docker Hub's unless `--registry` names another registry: what pods name never
 * decides where a password goes.
 * @throws UsageError where the flags don't make one login for one registry
 */
export async function loginFromFlags(
  options: FixOptions,
  context: CommandContext,
): Promise<Credential | null> {
  const { username, passwordStdin, registries } = options
  if (username === undefined) {
    if (passwordStdin) throw new UsageError('--password-stdin needs --username: give the account as well.')
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

/** Bytes. No password is longer; the limit stops endless input such as /dev/zero. */
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
export function planCredentialOf(credential: Credential): PlanCredential {
  const { registry, key, username, origin } = credential
  const token = tokenKind(credential)
  return { registry, key, username, origin, ...(token === null ? {} : { token }) }
}

/** A redactor for exactly these logins and for everything that looks like a secret. */
export function redactor(credentials: Credential[]): (text: string) => string {
  const known = credentialRedactor(credentials)
  return text => redact(known(text))
}

/** Prints on standard error how to renew them. Nothing fails yet, so Secrets that can't be read and missing logins are not reported. */
export async function warnOfRotatedLogins(session: FixSession, scope: PlanScope): Promise<void> {
  const { options, context, cluster, journals } = session
  // A fix of some pods speaks of nothing that is written for others.
  if (!options.authenticate || isNarrowed(scope)) return
  const all = await listRuns(journals, { server: cluster.server })
  const runs = all.filter(run => isOpen(run, options.secretName))
  const registries = [...new Set(runs.flatMap(({ plan }) => plan?.registries ?? []))]
  const written = new Set(runs.flatMap(secretNamespaces))
  const namespaces = [...written].filter(name => reachesInto(scope, name))
  if (registries.length === 0 || namespaces.length === 0) return
  const wanted = registries.map(registry => ({ registry, repositories: [] }))
  const { credentials } = await machineLoginsFor(wanted, context)
  if (credentials.length === 0) return
  const reading = new Reading(cluster, { signal: context.signal })
  const wide = scope.namespaces === null
  const content = PullSecretContent.of(credentials)
  const named = {
    secretName: options.secretName,
    wanted: content,
    madeSecrets: madeSecrets(all, session.clusterUid),
  }
  const secrets = await readSecretsNamed(reading, { namespaces, wide }, named)
  const old = secrets.filter(({ ours, served }) => ours && !content.keys.every(key => served.includes(key)))
  if (old.length === 0) return
  const rotated = { secrets: old.length, registries, scope }
  await context.err.write(`${outdatedSecretsText(rotated, invocationOf(context, options.connection))}\n`)
}

function isOpen(run: Run, secretName: string): boolean {
  return run.plan?.secretName === secretName && !isUndone(run)
}

function secretNamespaces({ entries }: Run): string[] {
  return entries.flatMap(({ change: { target } }) => (target.kind === 'Secret' ? [target.namespace] : []))
}
