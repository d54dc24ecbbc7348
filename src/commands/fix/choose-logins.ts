/** Chooses the logins that a fix may distribute. The cluster's content alone never selects one. */

import type { Finding, Remedy } from '../../diagnosis/finding.ts'
import { type Credential, tokenKind } from '../../dockerconfig/registry-credential.ts'
import { canonicalRegistry, DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { HARDENED_IMAGES } from '../../image/registries.ts'
import { type LocalLogins, localLogins } from '../../keychain/local-logins.ts'
import type { WantedRegistry } from '../../keychain/wanted-registries.ts'
import { isHelpedByLogin, type PlanCredential, type PlanScope } from '../../plan/plan.ts'
import { otherLoginQuestion } from '../../report/views/questions.ts'
import { redactUser } from '../../secrecy/redact.ts'
import type { CommandContext } from '../context.ts'
import type { FixFacts } from './fix-facts.ts'
import type { FixOptions, FixSession } from './session.ts'

export interface Logins extends LocalLogins {
  /** Registries that the user named in a flag or an answer. */
  named: string[]
  /** Registries that pods need and the user did not name, so their logins are not distributed. */
  unnamed: string[]
}

interface WantedLogins {
  remedies: ReadonlySet<Remedy>
  /** Registries whose login an interrupted fix was distributing. */
  unfinished: string[]
}

/** Finds the logins on this machine, and asks about those that must not be distributed unasked. @throws UsageError */
export async function chooseLogins(
  session: FixSession,
  facts: Pick<FixFacts, 'scope' | 'diagnosis'>,
  wanted: WantedLogins,
): Promise<Logins> {
  return confirmOtherLogins(session, facts, await findLogins(session, facts.diagnosis.findings, wanted))
}

const NO_LOGINS: LocalLogins = { credentials: [], forReading: [], missing: [] }

/**
 * Limits how many unnamed registries are looked up: anyone who can start a pod can name one, and each look-up may start a helper program.
 */
const MAX_UNNAMED = 20

/**
 * Returns logins for the registries that the user named or, without any, for those that the findings need. Docker Hub's may be distributed;
 * `confirmOtherLogins` decides about the others.
 * @throws UsageError for a malformed file or flag
 */
export async function findLogins(
  { options, context }: FixSession,
  findings: Finding[],
  { remedies, unfinished }: WantedLogins,
): Promise<Logins> {
  const named = options.registries.map(canonicalRegistry)
  if (!remedies.has('authenticate')) return { ...NO_LOGINS, named, unnamed: [] }
  const fixable = findings.filter(isHelpedByLogin)
  const given = await givenLogin(options, context)
  if (given !== null) {
    const unnamed = registriesToAuthenticate(findings).filter(registry => registry !== given.registry)
    return { ...NO_LOGINS, credentials: [given], named: [given.registry], unnamed }
  }
  const called = registriesNeedingLogin(findings, fixable, unfinished)
  const wanted = named.length > 0 ? named : called.slice(0, MAX_UNNAMED)
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

/**
 * Returns the logins that may be distributed. Anyone who can start pods in the cluster can name a registry. So for more than one namespace,
 * asks the user about each registry that no flag names; without an answer, that login is not distributed. The same applies, in any scope,
 * to a login that a helper creates for this machine's own identity.
 */
export async function confirmOtherLogins(
  { options, context }: FixSession,
  { scope, diagnosis: { findings } }: Pick<FixFacts, 'scope' | 'diagnosis'>,
  logins: Logins,
): Promise<Logins> {
  const asks = context.ask.available && !options.yes
  const open = logins.credentials.filter(credential => !mayDistributeUnasked(credential, scope, logins))
  const named = [...logins.named]
  const refused: string[] = []
  for (const [registry, own] of Map.groupBy(open, credential => credential.registry)) {
    const places = [
      ...new Set(findings.filter(each => each.registry === registry).map(each => each.namespace)),
    ]
    const question = otherLoginQuestion(own.map(planCredentialOf), places.sort())
    if (asks && (await context.ask.confirm(question))) named.push(registry)
    else refused.push(registry)
  }
  return {
    ...logins,
    credentials: logins.credentials.filter(({ registry }) => !refused.includes(registry)),
    named,
    unnamed: [...logins.unnamed, ...refused],
  }
}

function mayDistributeUnasked(
  { registry, issuedByHelper, shortLived }: Credential,
  { namespaces }: PlanScope,
  { named }: Logins,
): boolean {
  if (named.includes(registry) || registry === DOCKER_HUB) return true
  return namespaces?.length === 1 && !issuedByHelper && !shortLived
}

/** Returns the login without its password. */
export function planCredentialOf(credential: Credential): PlanCredential {
  const { registry, key, origin } = credential
  const token = tokenKind(credential)
  return { registry, key, username: redactUser(credential), origin, ...(token === null ? {} : { token }) }
}
