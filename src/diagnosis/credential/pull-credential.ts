/** The credential of one failed pull: what the pod has, whether the registry contradicts that, and where else the cluster has a login. */

import { PULL_SECRET_TYPE } from '../../dockerconfig/pull-secret-content.ts'
import { cloudOf } from '../../image/cloud-registries.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { generatedFrom, similarNames } from '../../image/mistakes/similar-names.ts'
import { parseReference, type Reference } from '../../image/reference.ts'
import { countsAtHub, HARDENED_IMAGES } from '../../image/registries.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { nameInside, type PullSecret } from '../../snapshot/pull-secret.ts'
import { hasClue } from '../clues/clue.ts'
import type { FailingContainer } from '../failing-container.ts'
import type { Finding } from '../finding.ts'
import { INSTALLATION, knewIdentity, refusesLogin, WITH_LOGIN } from '../refusal/denial-words.ts'
import type { CredentialHint, CredentialReport } from './credential-report.ts'
import { hasLoginFor, isGlobalPullSecret, isUsable, type KnownLogins } from './known-logins.ts'
import { malformedSecrets, usableAttempts } from './pod-credential.ts'
import { isNewer } from './secret-age.ts'
import { accountOwner, serviceAccountProblem } from './service-account.ts'

export interface RefusedPull extends Pick<Finding, 'cause' | 'evidence' | 'image' | 'endpoint'> {
  pod: Pod
  failing: FailingContainer
}

/** The node or the guest pulls with its own credentials, which the cluster does not show. */
const NOT_THE_PODS: CredentialReport = { status: 'unknown', attempts: [] }

/** What the pod has, with hints and contradictions only for refusals and rate limits: other pulls don't depend on a login. */
export function pullCredential(pull: RefusedPull, logins: KnownLogins): CredentialReport {
  const { pod, image, cause, failing } = pull
  if (!failing.usesPullSecrets) return NOT_THE_PODS
  const credential = logins.credentials.reportFor(pod, image)
  if (cause !== 'auth-required-or-denied' && cause !== 'rate-limited') return credential
  const hints = hintsFor(pod, image, credential, logins)
  const hasLogin = credential.status === 'usable'
  const contradicted = hasLogin && reportsNoLogin(pull, logins)
  const cameLater = hasLogin && isNewer(pull, credential, contradicted, logins)
  return {
    ...credential,
    ...(hints.length > 0 && { hints }),
    ...(contradicted && { contradicted }),
    ...(cameLater && { cameLater }),
    ...(isOfNode(pull, credential) && { ofNode: true }),
  }
}

/** Whether the text proves that a login was sent, which was the node's own, as the pod has none. A mirror gets the one of its own settings. */
function isOfNode({ evidence, image, endpoint }: RefusedPull, { status }: CredentialReport): boolean {
  if ((status !== 'none' && status !== 'broken') || endpoint?.role === 'mirror') return false
  const text = evidence?.text ?? ''
  const isCloud = cloudOf(parseReference(image)?.registry ?? null) !== null
  const isSent = WITH_LOGIN.test(text) || INSTALLATION.test(text) || refusesLogin(text)
  return (isCloud && knewIdentity(text)) || isSent
}

/** The same, once it is known why the registry refused: whatever login it refused was not the pod's, if the pod has none. */
export function ofRefusedNode(
  credential: CredentialReport,
  { subcause, clues, endpoint }: Pick<Finding, 'subcause' | 'clues' | 'endpoint'>,
): CredentialReport {
  const isRefused = subcause === 'credential-refused' && endpoint?.role !== 'mirror'
  const isSure = isRefused && !hasClue(clues, 'ambiguous-refusal')
  return credential.status === 'none' && isSure ? { ...credential, ofNode: true } : credential
}

/** Whether the registry reports that no login was sent. A mirror's text is about the mirror's own login, so it does not count. */
function reportsNoLogin({ evidence, endpoint }: RefusedPull, { noLoginSent }: KnownLogins): boolean {
  return evidence !== null && endpoint?.role !== 'mirror' && noLoginSent(evidence.text)
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
  // Those of its account are in `own`, unless a new pod with all of them would not get a login either.
  const ofAccount = known.credentials.accountOf(pod)?.imagePullSecrets ?? []
  const named = new Set([...pod.pullSecrets, ...ofAccount])
  const others = newestGenerations(here.filter(({ name }) => !named.has(name)))
  const missing = attempts.flatMap(({ secret, problem }) =>
    problem === 'secret-missing' || problem === 'impossible-name' ? [secret] : [],
  )
  const hints = [
    ...underHubName(pod, reference, known),
    ...own,
    ...others.map(secret => hintAt(secret, { pod, known, missing })),
    ...sameAccount(pod, reference, known),
  ]
  if (hints.length > 0) return hints.slice(0, MOST_HINTS)
  const ownedBy = accountOwner(pod, known.credentials)
  const account = ownedBy === undefined ? pod.serviceAccount : undefined
  return hintsElsewhere(reference, { namespace: pod.namespace, account }, known)
}

/** Logins for the image that are only in other namespaces. @param among those of secrets with the same keys that can be proposed */
export function hintsElsewhere(
  image: Reference,
  own: { namespace: string; account: string | undefined },
  { serving }: Pick<KnownLogins, 'serving'>,
  among: (secrets: PullSecret[]) => PullSecret[] = secrets => secrets,
): CredentialHint[] {
  return serving(image)
    .flatMap(({ secrets }) => among(secrets).slice(0, MOST_HINTS))
    .filter(({ namespace }) => namespace !== own.namespace)
    .filter(secret => !isGlobalPullSecret(secret))
    .slice(0, MOST_HINTS)
    .map(({ namespace, name, type }) => ({
      code: 'in-namespace',
      namespace,
      secret: name,
      ...(own.account !== undefined && { account: own.account }),
      ...(type !== PULL_SECRET_TYPE && { old: true as const }),
    }))
}

/** Without secrets that kustomize generated before another one of the same name: it leaves those to whoever prunes them. */
function newestGenerations(secrets: PullSecret[]): PullSecret[] {
  const newest = new Map<string | null, string>()
  for (const { name, createdAt = '' } of secrets) {
    const base = generatedFrom(name)
    if (base !== null && createdAt > (newest.get(base) ?? '')) newest.set(base, createdAt)
  }
  return secrets.filter(({ name, createdAt }) => {
    const last = newest.get(generatedFrom(name))
    return last === undefined || createdAt === undefined || createdAt === last
  })
}

/** @param place.missing the pull secrets that the pod names and that do not exist */
function hintAt(
  { namespace, name: secret }: PullSecret,
  { pod, known, missing }: { pod: Pod; known: KnownLogins; missing: string[] },
): CredentialHint {
  const ownedBy = accountOwner(pod, known.credentials)
  const at = { namespace, secret, own: pod.serviceAccount, ...(ownedBy && { ownedBy }) }
  if (known.credentials.isInTemplate(pod, secret)) return { code: 'not-named', ...at, dropped: true }
  const serviceAccount = known.accounts.get(objectKey(namespace, secret))
  if (serviceAccount !== undefined) return { code: 'on-service-account', ...at, serviceAccount }
  const misspelled = missing.find(
    name => nameInside(name) === secret || similarNames(name, [secret], 1).length > 0,
  )
  if (misspelled === undefined) return { code: 'not-named', ...at }
  const isOfAccount = known.credentials.accountOf(pod)?.imagePullSecrets.includes(misspelled) === true
  const listedIn = known.credentials.isInTemplate(pod, misspelled)
    ? ('template' as const)
    : isOfAccount
      ? ('account' as const)
      : undefined
  return { code: 'not-named', ...at, misspelled, ...(listedIn && { listedIn }) }
}

/** Docker Hub's images have other names, too, by its own hosts or a publisher's, but the kubelet has its login only for docker.io. */
function underHubName(pod: Pod, { registry, repository }: Reference, known: KnownLogins): CredentialHint[] {
  if (registry === DOCKER_HUB || !countsAtHub(registry)) return []
  const name = `${DOCKER_HUB}/${repository}`
  const [found] = usableAttempts(known.credentials.reportFor(pod, name))
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
  // Its predecessor, whose personal access tokens it takes (docs.github.com, "Migrating to the Container registry from the Docker registry").
  ['ghcr.io', 'docker.pkg.github.com'],
])

/**
 * Registries of one operator under several names, and the user names with which they all take one password (cloud.google.com/artifact-registry,
 * "Configure authentication to Artifact Registry for Docker"; cloud.ibm.com/docs/Registry, "Authenticating").
 */
const ONE_OPERATOR: readonly { isOwn(host: string): boolean; user: RegExp }[] = [
  { isOwn: host => cloudOf(host) === 'gar', user: /^_json_key(?:_base64)?$/ },
  // At cp.icr.io, only what an entitlement key opens.
  { isOwn: host => /^(?:(?!cp\.)[a-z]{2}\.)?icr\.io$/.test(host), user: /^iamapikey$/ },
]

function sameAccount(
  pod: Pod,
  { registry }: Reference,
  { credentials }: Pick<KnownLogins, 'credentials'>,
): CredentialHint[] {
  const { namespace } = pod
  return credentials.secretsOf(pod).flatMap((secret): CredentialHint[] => {
    const of = hostOfOperator(secret, registry) ?? sisterIn(secret, registry)
    return of === null ? [] : [{ code: 'same-account', namespace, secret: secret.name, key: registry, of }]
  })
}

/** Another registry of the same operator, if the secret has a login for it that all of them take. */
function hostOfOperator({ entries }: PullSecret, registry: string): string | null {
  const operator = ONE_OPERATOR.find(({ isOwn }) => isOwn(registry))
  if (operator === undefined) return null
  const hosts = entries
    .filter(({ username, problem }) => problem === null && operator.user.test(username ?? ''))
    .map(({ key }) => key.replace(/^https?:\/\//, '').replace(/\/.*$/, ''))
  return hosts.find(operator.isOwn) ?? null
}

/** The registry with the same accounts, if the secret has a login for it. */
function sisterIn(secret: PullSecret, registry: string): string | null {
  const sister = SAME_ACCOUNT.get(registry)
  if (sister === undefined || !isUsable(secret)) return null
  return hasLoginFor(secret.entries, { registry: sister, repository: 'library/any' }) ? sister : null
}
