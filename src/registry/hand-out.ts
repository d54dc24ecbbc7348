/** Proves this machine's logins at their registries and makes ready what a cluster gets of them. */

import { UnreachableError } from '../errors.ts'
import { parseReference, type Reference } from '../image/reference.ts'
import type { Registries } from './client.ts'
import type { Credential } from './credentials/credential.ts'
import type { FoundCredentials } from './credentials/find-credentials.ts'
import { dockerConfigJson } from './docker-config.ts'
import { DOCKER_HUB, registryName } from './docker-hub.ts'
import type { Proof, QuotaOutcome } from './outcome.ts'
import { failureText } from './problem-text.ts'
import { Redacted } from './redacted.ts'

/** A login without its password, as a plan names it. */
interface HandedOut {
  registry: string
  /** The `auths` key it is written under. */
  key: string
  username: string
  origin: string
}

export interface HandOut {
  /** What goes into the Secret, for the plan. */
  credentials: HandedOut[]
  /** Registries that need a login and get none, with the reason in one clause. */
  missing: { registry: string; detail: string }[]
  /** Text of the `.dockerconfigjson`, always the same bytes for the same logins; null where there is none. */
  dockerConfigJson: Redacted | null
  /** Registries whose login goes into the Secret and ends in some hours, as cloud helpers make them. */
  shortLived: string[]
  /** Logins for pullguard's own questions: those proven, and identity tokens, which the kubelet could not use. */
  forReading: Credential[]
  /** Pulls that the Docker Hub account has left now; null: no limit, none that is known, or no such account. Asks by HEAD each time. */
  pullsLeft(): Promise<number | null>
}

/**
 * Asks each registry with its login for an image that needs it (`images`: those whose pulls a login should mend; others in them are passed
 * over), until one opens. A registry that asks nobody to log in counts as missing: its login would change nothing.
 * Throws UnreachableError, naming account and place, where a login is refused, opens none of the images or can't be checked: nothing
 * unproven reaches a cluster.
 */
export async function proveHandOut(
  registries: Registries,
  found: FoundCredentials,
  images: Iterable<string>,
): Promise<HandOut> {
  const references = [...images].map(parseReference).filter(reference => reference !== null)
  const missing = found.refusals.map(({ registry, detail }) => ({ registry, detail }))
  const proven: Credential[] = []
  for (const credential of found.credentials) {
    const served = references.filter(reference => serves(credential, reference))
    const refusal = await refusalOf(registries, credential, served)
    if (refusal === null) proven.push(credential)
    else missing.push({ registry: credential.registry, detail: refusal })
  }
  const tokens = found.refusals.map(({ forReading }) => forReading).filter(token => token !== null)
  return {
    credentials: proven.map(({ registry, key, username, origin }) => ({ registry, key, username, origin })),
    missing,
    dockerConfigJson: proven.length === 0 ? null : new Redacted(dockerConfigJson(proven)),
    shortLived: proven.filter(({ shortLived }) => shortLived).map(({ registry }) => registry),
    forReading: [...proven, ...tokens],
    pullsLeft: () => pullsLeft(registries, proven),
  }
}

/** A login serves its registry, or where its key names a path, the repositories at and below it. */
export function serves({ registry, key }: Credential, reference: Reference): boolean {
  if (registryName(reference.registry) !== registry) return false
  const path = key.startsWith(`${registry}/`) ? key.slice(registry.length + 1) : ''
  return path === '' || reference.repository === path || reference.repository.startsWith(`${path}/`)
}

/** Each repository is one question; a cluster with more broken ones than this is told by those. */
const MOST_QUESTIONS = 10

/** Null if the login is proven, the reason if the registry wants none. Throws for any other. */
async function refusalOf(
  registries: Registries,
  credential: Credential,
  references: Reference[],
): Promise<string | null> {
  const registry = registries.of(credential.registry)
  const byRepository = new Map(references.map(reference => [reference.repository, reference]))
  const questions = [...byRepository.values()].slice(0, MOST_QUESTIONS)
  let proof: Proof | null = null
  let repository: string | null = null
  for (const reference of questions.length === 0 ? [null] : questions) {
    proof = await registry.proveCredential(credential, reference)
    repository = reference?.repository ?? null
    // Only this one image may be the reason: a typo in its name looks the same as a door that stays shut.
    if (proof.proven || proof.why !== 'no-access') break
  }
  if (proof === null || proof.proven) return null
  const whose = `${printable(credential.username)} (${credential.origin})`
  const text = failureText(proof, credential.registry, repository, whose)
  if (proof.why === 'not-asked-for') return text
  throw new UnreachableError(text)
}

async function pullsLeft(registries: Registries, credentials: Credential[]): Promise<number | null> {
  const accounts = credentials.filter(({ registry }) => registry === DOCKER_HUB)
  const left: number[] = []
  for (const account of accounts) {
    const known = leftOf(await registries.of(DOCKER_HUB).quota(account))
    if (known !== null) left.push(known)
  }
  return left.length === 0 ? null : Math.min(...left)
}

/** A hub that takes no more requests has no pulls for us either. */
function leftOf(quota: QuotaOutcome): number | null {
  if (quota.status === 'rate-limited') return 0
  return quota.status === 'limited' ? quota.remaining : null
}

function printable(username: string): string {
  return username.replace(/[^\x20-\x7e]/g, '?')
}
