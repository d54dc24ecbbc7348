/**
 * Finds the logins that a fix may distribute, in the flags or on this machine, and Secrets of earlier fixes with an outdated login. The
 * cluster's content alone never selects a login.
 */

import { isUndone, madeSecrets, type Run } from '../../apply/journal/run.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { type Credential, tokenKind } from '../../dockerconfig/registry-credential.ts'
import { canonicalRegistry, DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { HARDENED_IMAGES } from '../../image/registries.ts'
import type { WantedRegistry } from '../../keychain/wanted-registries.ts'
import { isNarrowed, type PlanCredential, reachesInto } from '../../plan/plan.ts'
import { wrapLines } from '../../report/screen/layout.ts'
import { outdatedSecretsText } from '../../report/views/login-proofs.ts'
import type { MadeSecret, ScopeSecret } from '../../snapshot/fix-objects.ts'
import { type NamespaceScope, readSecretsNamed } from '../../source/live/fix-objects.ts'
import type { CommandContext } from '../context.ts'
import { type LocalLogins, localLogins } from '../registries.ts'
import { invocationOf } from '../report-options.ts'
import type { FixOptions, FixSession, PreparedFix } from './session.ts'

export interface Logins extends LocalLogins {
  /** Registries that the user named in a flag or an answer. */
  named: string[]
  /** Registries that pods need and the user did not name, so their logins are not distributed. */
  unnamed: string[]
}

const NO_LOGINS: LocalLogins = { credentials: [], forReading: [], missing: [] }

/**
 * Limits how many unnamed registries are looked up: anyone who can start a pod can name one, and each look-up may start a helper program.
 */
const MOST_UNNAMED = 20

/**
 * Returns logins for the registries that the user named or, without any, for those that the findings need. Docker Hub's may be distributed;
 * `confirmOtherLogins` decides about the others.
 * @throws UsageError for a malformed file or flag
 */
export async function findLogins(
  { options, context }: FixSession,
  findings: Finding[],
  { remedies, unfinished }: { remedies: ReadonlySet<Remedy>; unfinished: string[] },
): Promise<Logins> {
  const named = options.registries.map(canonicalRegistry)
  if (!remedies.has('authenticate')) return { ...NO_LOGINS, named, unnamed: [] }
  const fixable = findings.filter(
    ({ remedies: fitting }) => fitting.includes('authenticate') || fitting.includes('recreate'),
  )
  const given = await givenLogin(options, context)
  if (given !== null) {
    const unnamed = registriesToAuthenticate(findings).filter(registry => registry !== given.registry)
    return { ...NO_LOGINS, credentials: [given], named: [given.registry], unnamed }
  }
  const called = registriesNeedingLogin(findings, fixable, unfinished)
  const wanted = named.length > 0 ? named : called.slice(0, MOST_UNNAMED)
  const found = await withSameAccount(await localLogins(withRepositories(wanted, fixable), context), context)
  return { ...found, named, unnamed: called.filter(registry => !wanted.includes(registry)) }
}

/** Returns the login from the flags; null without one. @throws UsageError if the flags don't describe one login for one registry */
async function givenLogin(options: FixOptions, context: CommandContext): Promise<Credential | null> {
  if (options.username === undefined && !options.passwordStdin) return null
  const { loginFromFlags } = await import('./given-credential.ts')
  return loginFromFlags(options, context)
}

/**
 * Docker Hardened Images accept a Docker Hub login under their own key. If they have no login, adds Docker Hub's, which is proven like any
 * other.
 */
async function withSameAccount(found: LocalLogins, context: CommandContext): Promise<LocalLogins> {
  if (!found.missing.some(({ registry }) => registry === HARDENED_IMAGES)) return found
  const isHubs = ({ registry, kind }: Credential) => registry === DOCKER_HUB && kind === 'password'
  const here = found.credentials.some(isHubs)
    ? found
    : await localLogins([{ registry: DOCKER_HUB, repositories: [] }], context)
  const same = here.credentials
    .filter(isHubs)
    .map(login => ({ ...login, registry: HARDENED_IMAGES, key: HARDENED_IMAGES }))
  if (same.length === 0) return found
  const missing = found.missing.filter(({ registry }) => registry !== HARDENED_IMAGES)
  return { ...found, credentials: [...found.credentials, ...same], missing }
}

/** Returns the registries whose findings a login would fix, each once, in the order of the findings. */
function registriesToAuthenticate(findings: Finding[]): string[] {
  const registries = findings
    .filter(({ remedies }) => remedies.includes('authenticate'))
    .flatMap(({ registry }) => registry ?? [])
  return [...new Set(registries)]
}

/** Returns the registries that the findings need, Docker Hub first, so that a tenant's registries can't displace it. */
function registriesNeedingLogin(findings: Finding[], fixable: Finding[], unfinished: string[]): string[] {
  const called = [...registriesToAuthenticate(findings), ...unfinished]
  // After an interrupted fix, the findings may need only new pods, but the rest of that fix still needs the login.
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

/** Returns the login without its password. */
export function planCredentialOf(credential: Credential): PlanCredential {
  const { registry, key, username, origin } = credential
  const token = tokenKind(credential)
  return { registry, key, username, origin, ...(token === null ? {} : { token }) }
}

/**
 * Prints on standard error how to renew Secrets of earlier fixes whose login is no longer this machine's. Nothing fails yet, so unreadable
 * Secrets and missing logins are not reported.
 */
export async function warnOfOutdatedSecrets(
  { plan: { scope }, runs: all }: PreparedFix,
  session: FixSession,
): Promise<void> {
  const { options, context } = session
  // A fix of specific pods does not report what was written for others.
  if (!options.authenticate || isNarrowed(scope)) return
  const runs = all.filter(run => canBeUndone(run, options.secretName))
  const registries = [...new Set(runs.flatMap(({ plan }) => plan?.registries ?? []))]
  const written = new Set(runs.flatMap(secretNamespaces))
  const namespaces = [...written].filter(name => reachesInto(scope, name))
  if (registries.length === 0 || namespaces.length === 0) return
  const wanted = registries.map(registry => ({ registry, repositories: [] }))
  const { credentials } = await localLogins(wanted, context)
  if (credentials.length === 0) return
  const made = madeSecrets(all, session.clusterUid)
  const where = { namespaces, wide: scope.namespaces === null }
  const secrets = await countOutdated(PullSecretContent.of(credentials), made, where, session)
  if (secrets === 0) return
  const text = outdatedSecretsText({ secrets, registries, scope }, invocationOf(context, options.connection))
  await context.err.write(wrapLines(text, context.err.width))
}

/** Returns how many Secrets of earlier fixes lack a login of the content. */
async function countOutdated(
  content: PullSecretContent,
  made: MadeSecret[],
  where: NamespaceScope,
  { options: { secretName }, reading }: FixSession,
): Promise<number> {
  const named = { secretName, wanted: content, madeSecrets: made }
  const secrets = await readSecretsNamed(reading, where, named)
  const isCurrent = ({ served }: ScopeSecret) => content.keys.every(key => served.includes(key))
  return secrets.filter(secret => secret.ours && !isCurrent(secret)).length
}

function canBeUndone(run: Run, secretName: string): boolean {
  return run.plan?.secretName === secretName && !isUndone(run)
}

function secretNamespaces({ entries }: Run): string[] {
  return entries.flatMap(({ change: { target } }) => (target.kind === 'Secret' ? [target.namespace] : []))
}
