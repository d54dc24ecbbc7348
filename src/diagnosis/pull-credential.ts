/** The credential of one failed pull: what the pod has, whether the registry contradicts that, and where else the cluster has a login. */

import { lookUpCredentials } from '../dockerconfig/kubelet-lookup.ts'
import { PULL_SECRET_TYPE } from '../dockerconfig/pull-secret-content.ts'
import { DOCKER_HUB, isDockerHub } from '../image/docker-hub.ts'
import { fullRepository, parseReference, type Reference } from '../image/reference.ts'
import { cloudOf, HARDENED_IMAGES, isHosted } from '../image/registries.ts'
import { similarNames } from '../image/similar-names.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { PullSecret } from '../snapshot/pull-secret.ts'
import type { ServiceAccount, Snapshot } from '../snapshot/snapshot.ts'
import type { Clue } from './clue.ts'
import { knewIdentity, NOTHING_SENT } from './denial.ts'
import type { FailingContainer } from './failing-container.ts'
import type { CredentialReport, Finding } from './finding.ts'
import { textMemo } from './memoize-by-text.ts'
import { malformedSecrets, type PodCredentials, podCredentials } from './pod-credential.ts'
import { parsePullErrors } from './pull-error.ts'
import { agedToken, hasExpired, isNewer } from './secret-age.ts'
import { serviceAccountProblem } from './service-account.ts'

/** Where the cluster has a login for the image that the pod does not use. */
export type CredentialHint =
  /** On the pod's service account, which was changed after the pod was created. */
  | { code: 'service-account-changed-later'; serviceAccount: string; secrets: string[] }
  /** On the pod's service account, whose secrets the pod's own list replaces. */
  | { code: 'service-account-secrets-ignored'; serviceAccount: string; secrets: string[] }
  /** In the pod's namespace, where no known service account lists it. */
  | {
      code: 'not-named'
      namespace: string
      secret: string
      /** The pod's service account, which does not list it. */
      own: string
      /** The name that the pod lists, which is nearly this secret's and no secret's. */
      misspelled?: string
    }
  /** In the pod's namespace, on another service account than the pod's own. */
  | { code: 'on-service-account'; namespace: string; secret: string; serviceAccount: string; own: string }
  /** In another namespace, whose secrets a pod can't use. */
  | {
      code: 'in-namespace'
      namespace: string
      secret: string
      /** Of the older type, kubernetes.io/dockercfg. */
      old?: true
    }
  /** This secret has the right account, but not under the key that this registry needs. */
  | { code: 'same-account'; namespace: string; secret: string; key: string; of: string }
  /** This secret of the pod has a login for Docker Hub, which the kubelet does not find under the image's name, but under this one. */
  | { code: 'hub-name'; namespace: string; secret: string; name: string }

interface Pull extends Pick<Finding, 'cause' | 'evidence' | 'image' | 'endpoint'> {
  pod: Pod
  failing: FailingContainer
}

/** The node or the guest pulls with its own credentials, which the cluster does not show. */
const NOT_THE_PODS: CredentialReport = { status: 'unknown', attempts: [] }

/** What the pod has, with hints and contradictions only for refusals and rate limits: other pulls don't depend on a login. */
export function pullCredential(pull: Pull, logins: KnownLogins): CredentialReport {
  const { pod, image, cause, failing } = pull
  if (!failing.usesPullSecrets) return NOT_THE_PODS
  const credential = logins.credentials.reportFor(pod, image)
  if (cause !== 'auth-required-or-denied' && cause !== 'rate-limited') return credential
  const hints = hintsFor(pod, image, credential, logins)
  const contradicted = credential.status === 'usable' && contradictsUsableLogin(pull, logins)
  const cameLater =
    credential.status === 'usable' && isNewer(pull, credential, { snapshot: logins.snapshot, contradicted })
  return {
    ...credential,
    ...(hints.length > 0 && { hints }),
    ...(contradicted && { contradicted }),
    ...(cameLater && { cameLater }),
    ...(isOfNode(pull, credential) && { ofNode: true }),
  }
}

/** Whether the text proves that a login was sent, which was the node's own, as the pod has none. A mirror gets the one of its own settings. */
function isOfNode({ evidence, image, endpoint }: Pull, { status }: CredentialReport): boolean {
  if ((status !== 'none' && status !== 'broken') || endpoint?.role === 'mirror') return false
  const text = evidence?.text ?? ''
  const isCloud = cloudOf(parseReference(image)?.registry ?? null) !== null
  return (isCloud && knewIdentity(text)) || WITH_LOGIN.test(text)
}

/** How containerd asks a token server for a token if it has a login, and only then (core/remotes/docker/authorizer.go). */
const WITH_LOGIN = /\bfailed to fetch oauth token\b/i

/** Whether the registry reports that no login was sent. A mirror's text is about the mirror's own login, so it does not count. */
function contradictsUsableLogin({ evidence, endpoint }: Pull, { noLoginSent }: KnownLogins): boolean {
  return evidence !== null && endpoint?.role !== 'mirror' && noLoginSent(evidence.text, null)
}

/** Whether every attempt in the text was made without a login. With several credentials, a single such attempt proves nothing. */
export function reportsNoCredentialSent(text: string): boolean {
  return parsePullErrors(text).attempts.every(({ masked }) => NOTHING_SENT.test(masked))
}

type Image = Pick<Reference, 'registry' | 'repository'>

/** Secrets with the same keys, such as copies of one secret in many namespaces; they are judged together. */
interface SameKeys {
  entries: PullSecret['entries']
  secrets: PullSecret[]
  byNamespace: ReadonlyMap<string, PullSecret[]>
}

/** The pull secrets of a snapshot, indexed for many look-ups. */
export interface KnownLogins {
  snapshot: Snapshot
  /** The credentials that pods get from their own secrets. */
  credentials: PodCredentials
  /** reportsNoCredentialSent, once for texts that are alike. */
  noLoginSent: (text: string, about: null) => boolean
  /** The secrets with a usable login for the image. */
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
    const key = fullRepository(image)
    const found = served.get(key) ?? sameKeys.filter(({ entries }) => hasLoginFor(entries, image))
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

function hasLoginFor(entries: PullSecret['entries'], image: Image): boolean {
  return lookUpCredentials(image, entries).tried.some(({ problem }) => problem === null)
}

const MOST_HINTS = 3

/** At most MOST_HINTS, the closest first; none if the pull had or may have had a login. Other namespaces only if the pod's own has none. */
function hintsFor(
  pod: Pod,
  image: string,
  credential: CredentialReport,
  known: KnownLogins,
): CredentialHint[] {
  const { status, attempts } = credential
  const reference = parseReference(image)
  if (reference === null || status === 'usable' || status === 'unknown') return []
  // A malformed secret makes the kubelet ignore all others.
  if (malformedSecrets(credential).length > 0) return []
  const serving = known.serving(reference)
  const here = serving.flatMap(({ byNamespace }) => byNamespace.get(pod.namespace) ?? [])
  const own = serviceAccountProblem(pod, image, known.credentials).flatMap(({ secrets, ...problem }) => {
    const fitting = secrets.filter(secret => here.some(({ name }) => name === secret))
    return fitting.length === 0 ? [] : [{ ...problem, secrets: fitting }]
  })
  const named = new Set([...pod.pullSecrets, ...own.flatMap(({ secrets }) => secrets)])
  const others = here.filter(({ name }) => !named.has(name))
  const missing = attempts.flatMap(({ secret, problem }) => (problem === 'secret-missing' ? [secret] : []))
  const hints = [
    ...underHubName(pod, reference, known),
    ...own,
    ...others.map(secret => hintAt(secret, { pod, known, missing })),
    ...sameAccount(pod, reference, known),
  ]
  if (hints.length > 0) return hints.slice(0, MOST_HINTS)
  return serving
    .flatMap(({ secrets }) => secrets.slice(0, MOST_HINTS))
    .filter(({ namespace }) => namespace !== pod.namespace)
    .slice(0, MOST_HINTS)
    .map(({ namespace, name, type }) => ({
      code: 'in-namespace',
      namespace,
      secret: name,
      ...(type !== PULL_SECRET_TYPE && { old: true as const }),
    }))
}

/** @param place.missing the pull secrets that the pod names and that do not exist */
function hintAt(
  { namespace, name: secret }: PullSecret,
  { pod, known, missing }: { pod: Pod; known: KnownLogins; missing: string[] },
): CredentialHint {
  const at = { namespace, secret, own: pod.serviceAccount }
  const serviceAccount = known.accounts.get(`${namespace}/${secret}`)
  if (serviceAccount !== undefined) return { code: 'on-service-account', ...at, serviceAccount }
  const misspelled = missing.find(name => similarNames(name, [secret], 1).length > 0)
  return { code: 'not-named', ...at, ...(misspelled !== undefined && { misspelled }) }
}

/** Docker Hub's hosts serve its images under their own names, too, but the kubelet has its login only for docker.io. */
function underHubName(pod: Pod, { registry, repository }: Reference, known: KnownLogins): CredentialHint[] {
  if (registry === DOCKER_HUB || !isDockerHub(registry)) return []
  const name = `${DOCKER_HUB}/${repository}`
  const { attempts } = known.credentials.reportFor(pod, name)
  const found = attempts.find(({ usable }) => usable)
  return found === undefined
    ? []
    : [{ code: 'hub-name', namespace: pod.namespace, secret: found.secret, name }]
}

/** Registries that accept the login of another one, which the kubelet sends only if it is under their own key, too. */
const SAME_ACCOUNT: ReadonlyMap<string, string> = new Map([
  [HARDENED_IMAGES, DOCKER_HUB],
  // access.redhat.com/RegistryAuthentication
  ['registry.connect.redhat.com', 'registry.redhat.io'],
  ['registry.redhat.io', 'registry.connect.redhat.com'],
])

function sameAccount(
  { namespace, pullSecrets }: Pod,
  { registry }: Reference,
  { snapshot }: KnownLogins,
): CredentialHint[] {
  const other = SAME_ACCOUNT.get(registry)
  if (other === undefined) return []
  const anyImage = { registry: other, repository: 'library/any' }
  return snapshot.pullSecrets
    .filter(secret => secret.namespace === namespace && pullSecrets.includes(secret.name))
    .filter(secret => isUsable(secret) && hasLoginFor(secret.entries, anyImage))
    .map(({ name }) => ({ code: 'same-account', namespace, secret: name, key: registry, of: other }))
}

const IDENTITY_OF = { aws: 'ecr', azure: 'acr', google: 'gar' } as const

/** The pod's own processes use the account's identity; the kubelet and the runtime pull with the node's. */
function workloadIdentity(pod: Pod, registry: string | null, logins: KnownLogins): Clue[] {
  const of = logins.credentials.accountOf(pod)?.workloadIdentity
  return of === undefined || IDENTITY_OF[of] !== cloudOf(registry)
    ? []
    : [{ code: 'workload-identity', of, serviceAccount: pod.serviceAccount }]
}

/** The provider that is meant to get the pod's login for this registry, which is Quay, or one of anybody's own. */
function annotatedProvider(
  pod: Pod,
  { registry, credential }: Pick<Finding, 'registry' | 'credential'>,
  logins: KnownLogins,
): Clue[] {
  const of = logins.credentials.accountOf(pod)?.pullsThrough
  if (of === undefined || registry === null || credential.status !== 'none') return []
  const isMeant = !isHosted(registry) || (of === 'quay' && registry === 'quay.io')
  return isMeant ? [{ code: 'annotated-provider', of, serviceAccount: pod.serviceAccount }] : []
}

/** The clues in the login that was sent, and in one that the pod's account has for itself. */
export function loginClues(
  pod: Pod,
  { cause, registry, credential }: Pick<Finding, 'cause' | 'registry' | 'credential'>,
  logins: KnownLogins,
): Clue[] {
  return [
    ...(hasExpired(credential, logins.snapshot.takenAt) ? [{ code: 'expired' } as const] : []),
    ...(cause === 'auth-required-or-denied'
      ? [
          ...workloadIdentity(pod, registry, logins),
          ...annotatedProvider(pod, { registry, credential }, logins),
          ...agedToken(pod, registry, credential, logins.snapshot),
        ]
      : []),
  ]
}
