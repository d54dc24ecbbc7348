/** The credential of one failed pull: what the pod had, what the registry's words say of it, and where else a login lies. */

import { lookUpCredentials } from '../dockerconfig/kubelet-lookup.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { parseReference, type Reference } from '../image/reference.ts'
import { HARDENED_IMAGES } from '../image/registries.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { PullSecret } from '../snapshot/pull-secret.ts'
import type { ServiceAccount, Snapshot } from '../snapshot/snapshot.ts'
import type { CredentialReport, Finding } from './finding.ts'
import { textMemo } from './memoize-by-text.ts'
import { type PodCredentials, podCredentials } from './pod-credential.ts'
import { parsePullErrors } from './pull-error.ts'
import { serviceAccountProblem } from './service-account.ts'

/** Where a login that would serve lies. */
export type CredentialHint =
  /** The pod's own service account has it, which was changed after the pod was made, or which the pod's own list leaves out. */
  | {
      code: 'service-account-changed-later' | 'service-account-secrets-ignored'
      serviceAccount: string
      secrets: string[]
    }
  /** In the pod's namespace, where nobody who is known hands it out. */
  | { code: 'not-named'; namespace: string; secret: string }
  /** In the pod's namespace, on another service account. */
  | { code: 'on-service-account'; namespace: string; secret: string; serviceAccount: string }
  /** In another namespace, whose secrets a pod can't use. */
  | { code: 'in-namespace'; namespace: string; secret: string }
  /** The account of this secret is the one that the registry takes, but under a key that the secret lacks. */
  | { code: 'same-account'; namespace: string; secret: string; key: string }

interface Pull extends Pick<Finding, 'cause' | 'evidence' | 'image' | 'endpoint'> {
  pod: Pod
}

/** Only of a pull that a login was asked of is there more to tell than what the pod had. */
export function pullCredential(pull: Pull, logins: KnownLogins): CredentialReport {
  const { pod, image, cause } = pull
  const credential = logins.credentials.reportFor(pod, image)
  if (cause !== 'auth-required-or-denied' && cause !== 'rate-limited') return credential
  const hints = hintsFor(pod, image, credential, logins)
  const contradicted = credential.status === 'usable' && contradictsUsableLogin(pull, logins)
  return { ...credential, ...(hints.length > 0 && { hints }), ...(contradicted && { contradicted }) }
}

/** A mirror speaks of its own login at its upstream. */
function contradictsUsableLogin({ evidence, endpoint }: Pull, { noLoginSent }: KnownLogins): boolean {
  return evidence !== null && endpoint?.role !== 'mirror' && noLoginSent(evidence.text, null)
}

const NOTHING_SENT =
  /\bunauthenticated\b|\banonymous(?:ly)?\b|\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b|\bnot logged in\b/

/** Whether every attempt of the pull was without a login: with several credentials one attempt without proves nothing of the others. */
export function reportsNoCredentialSent(text: string): boolean {
  return parsePullErrors(text).attempts.every(({ masked }) => NOTHING_SENT.test(masked))
}

type Image = Pick<Reference, 'registry' | 'repository'>

/** Secrets with the same keys, as copies of one in many namespaces are: judged once for all. */
interface SameKeys {
  entries: PullSecret['entries']
  secrets: PullSecret[]
  byNamespace: ReadonlyMap<string, PullSecret[]>
}

/** What is known of pull secrets, arranged for one question after another. */
export interface KnownLogins {
  snapshot: Snapshot
  /** What each pod's own secrets give. */
  credentials: PodCredentials
  /** reportsNoCredentialSent, once for texts that are alike. */
  noLoginSent: (text: string, about: null) => boolean
  /** Secrets that serve the image. */
  serving: (image: Image) => SameKeys[]
  /** The first service account that names a secret, by `namespace/secret`. */
  accounts: ReadonlyMap<string, string>
}

export function knownLogins(snapshot: Snapshot): KnownLogins {
  const { pullSecrets, serviceAccounts, elsewhere } = snapshot
  const usable = [...pullSecrets, ...(elsewhere?.pullSecrets ?? [])].filter(isUsable)
  const sameKeys = [...Map.groupBy(usable, keysOf).values()].map(secrets => ({
    entries: secrets[0]?.entries ?? [],
    secrets,
    byNamespace: Map.groupBy(secrets, ({ namespace }) => namespace),
  }))
  const served = new Map<string, SameKeys[]>()
  const serving = (image: Image) => {
    const key = `${image.registry}/${image.repository}`
    const found = served.get(key) ?? sameKeys.filter(({ entries }) => serves(entries, image))
    served.set(key, found)
    return found
  }
  return {
    snapshot,
    credentials: podCredentials(snapshot),
    noLoginSent: textMemo()(reportsNoCredentialSent, () => ''),
    serving,
    accounts: accountsOf([...serviceAccounts, ...(elsewhere?.serviceAccounts ?? [])]),
  }
}

function accountsOf(serviceAccounts: ServiceAccount[]): Map<string, string> {
  const accounts = new Map<string, string>()
  for (const { namespace, name, imagePullSecrets } of serviceAccounts) {
    for (const secret of imagePullSecrets) {
      const key = `${namespace}/${secret}`
      if (!accounts.has(key)) accounts.set(key, name)
    }
  }
  return accounts
}

function isUsable({ problem, entries }: PullSecret): boolean {
  return problem === null && entries.some(entry => entry.problem === null)
}

function keysOf({ entries }: PullSecret): string {
  return JSON.stringify(entries.map(({ key, problem }) => [key, problem]))
}

function serves(entries: PullSecret['entries'], image: Image): boolean {
  return lookUpCredentials(image, entries).tried.some(({ problem }) => problem === null)
}

const MOST_HINTS = 3

/** The nearest first, and few: none for a pull that had a login, or may have had one. One in the pod's namespace leaves the others out. */
function hintsFor(
  pod: Pod,
  image: string,
  { status, attempts }: CredentialReport,
  known: KnownLogins,
): CredentialHint[] {
  const reference = parseReference(image)
  if (reference === null || status === 'usable' || status === 'unknown') return []
  // Beside a malformed secret no other helps.
  if (attempts.some(({ problem }) => problem === 'malformed')) return []
  const serving = known.serving(reference)
  const here = serving.flatMap(({ byNamespace }) => byNamespace.get(pod.namespace) ?? [])
  const own = serviceAccountProblem(pod, image, known.credentials).filter(({ secrets }) =>
    here.some(({ name }) => secrets.includes(name)),
  )
  const named = new Set([...pod.pullSecrets, ...own.flatMap(({ secrets }) => secrets)])
  const others = here.filter(({ name }) => !named.has(name))
  const hints = [
    ...own,
    ...others.map(secret => hintAt(secret, known)),
    ...sameAccount(pod, reference, known),
  ]
  if (hints.length > 0) return hints.slice(0, MOST_HINTS)
  return serving
    .flatMap(({ secrets }) => secrets.slice(0, MOST_HINTS))
    .filter(({ namespace }) => namespace !== pod.namespace)
    .slice(0, MOST_HINTS)
    .map(({ namespace, name }) => ({ code: 'in-namespace', namespace, secret: name }))
}

function hintAt({ namespace, name: secret }: PullSecret, { accounts }: KnownLogins): CredentialHint {
  const serviceAccount = accounts.get(`${namespace}/${secret}`)
  return serviceAccount === undefined
    ? { code: 'not-named', namespace, secret }
    : { code: 'on-service-account', namespace, secret, serviceAccount }
}

/** Docker's hardened images take the account of Docker Hub, under a key of their own. */
const ANY_OF_HUB = { registry: DOCKER_HUB, repository: 'library/any' }

function sameAccount(
  { namespace, pullSecrets }: Pod,
  { registry }: Reference,
  { snapshot }: KnownLogins,
): CredentialHint[] {
  if (registry !== HARDENED_IMAGES) return []
  return snapshot.pullSecrets
    .filter(secret => secret.namespace === namespace && pullSecrets.includes(secret.name))
    .filter(secret => isUsable(secret) && serves(secret.entries, ANY_OF_HUB))
    .map(({ name }) => ({ code: 'same-account', namespace, secret: name, key: HARDENED_IMAGES }))
}
