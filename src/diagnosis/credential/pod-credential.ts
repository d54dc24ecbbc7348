/** Whether a pull had a usable credential: the pod's pull secrets, matched against one image as the kubelet does it. */

import { isForOthers, keyMismatch } from '../../dockerconfig/key-mismatch.ts'
import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import { parseReference, type Reference } from '../../image/reference.ts'
import { isSubdomain, objectKey } from '../../snapshot/object-key.ts'
import { type OwnerIndex, templateSecrets } from '../../snapshot/owners.ts'
import type { Pod } from '../../snapshot/pod.ts'
import {
  nameInside,
  type PullSecret,
  type PullSecretEntry,
  type PullSecretProblem,
  type SecretWriter,
} from '../../snapshot/pull-secret.ts'
import type { ServiceAccount, Snapshot } from '../../snapshot/snapshot.ts'
import type { Attempt, AttemptProblem, CredentialReport, CredentialStatus } from './credential-report.ts'

const WHOLE_SECRET: Record<PullSecretProblem, AttemptProblem> = {
  missing: 'secret-missing',
  forbidden: 'secret-forbidden',
  failed: 'secret-unread',
  'not-in-dump': 'secret-unread',
  'wrong-type': 'wrong-type',
  'wrong-key': 'wrong-key',
  'wrong-layout': 'wrong-layout',
  malformed: 'malformed',
  'creds-store-only': 'creds-store-only',
  'no-entries': 'no-entries',
}

interface PodSecret {
  name: string
  from: Attempt['from']
  /** null if it was not read. */
  content: PullSecret | null
}

interface Entry extends PullSecretEntry {
  secret: PodSecret
}

/** The credentials of one snapshot's pods. Reports are shared: don't change them. */
export interface PodCredentials {
  /** The service account that the pod runs as, if it was read. */
  accountOf(pod: Pick<Pod, 'namespace' | 'serviceAccount'>): ServiceAccount | undefined
  /** The secrets that the pod names and that are known, by name. */
  secretsOf(pod: Pick<Pod, 'namespace' | 'pullSecrets'>): PullSecret[]
  /** Those of them that have a login for the image that the report is about. */
  usableFor(pod: Pick<Pod, 'namespace'>, report: CredentialReport): PullSecret[]
  /**
   * Whether the pod's list is one that its account had when the pod was created: its template names none, and the account has others by now.
   * Where the template is not known, the list has to be a part of the account's own.
   */
  isOfOlderAccount(pod: Pod): boolean
  /**
   * Whether a new pod would get the pod's list again, whatever its account has: it is that of the template, or of a bare pod, which is created
   * again from what it is. Null if that is not known.
   */
  keepsList(pod: Pod): boolean | null
  /**
   * Whether the pod's list is its account's, of today or of then. Admission copies the whole list or nothing, so one name that the account lacks means
   * that the pod wrote its own, unless the account was changed since.
   */
  isOfAccount(pod: Pod): boolean
  /** Whether a secret is in the template that the pod was made from. If the pod does not name it, something replaced its list on the way. */
  isInTemplate(pod: Pod, secret: string): boolean
  /**
   * What the kubelet finds for an image in the pod's pull secrets. Credentials of the node itself can't be seen from outside.
   * @param image as written; for one that does not parse no secret is tried, but a broken secret is still reported
   */
  reportFor(pod: Pod, image: string): CredentialReport
}

type Secrets = Pick<Snapshot, 'pullSecrets' | 'serviceAccounts'>

/** Indexes secrets and service accounts, and judges pods with the same secrets and image once. */
export function podCredentials(
  { pullSecrets, serviceAccounts }: Secrets,
  owners: OwnerIndex,
): PodCredentials {
  const secrets = byName(pullSecrets)
  const accounts = byName(serviceAccounts)
  const reports = new Map<string, CredentialReport>()
  const accountOf: PodCredentials['accountOf'] = ({ namespace, serviceAccount }) =>
    accounts.get(objectKey(namespace, serviceAccount))
  const hasOthers = (pod: Pod) =>
    accountOf(pod)?.imagePullSecrets.some(name => !pod.pullSecrets.includes(name)) === true
  const isPart = (pod: Pod) => pod.pullSecrets.every(name => accountOf(pod)?.imagePullSecrets.includes(name))
  const keepsList: PodCredentials['keepsList'] = pod => {
    const ofTemplate = templateSecrets(pod, owners)
    if (ofTemplate !== null) return pod.pullSecrets.some(name => ofTemplate.includes(name))
    return pod.controller === null && hasOthers(pod) ? pod.pullSecrets.length > 0 : null
  }
  // Where the account has no others, a webhook may have added what the pod names.
  const isOfOlderAccount: PodCredentials['isOfOlderAccount'] = pod =>
    !hasOwnUnnamed(pod, accountOf(pod)) &&
    hasOthers(pod) &&
    (templateSecrets(pod, owners)?.length === 0 || (keepsList(pod) === null && isPart(pod)))
  const isOfAccount: PodCredentials['isOfAccount'] = pod =>
    isOfOlderAccount(pod) || (!hasOwnUnnamed(pod, accountOf(pod)) && keepsList(pod) !== true && isPart(pod))
  const known = (namespace: string, names: string[]) =>
    names.flatMap(name => secrets.get(objectKey(namespace, name)) ?? [])
  return {
    accountOf,
    secretsOf: ({ namespace, pullSecrets: names }) => known(namespace, [...new Set(names)].sort()),
    usableFor: ({ namespace }, report) => known(namespace, usableSecrets(report)),
    isOfOlderAccount,
    keepsList,
    isOfAccount,
    isInTemplate: (pod, secret) => templateSecrets(pod, owners)?.includes(secret) === true,
    reportFor: (pod, image) => {
      const { namespace, serviceAccount } = pod
      const unnamed = hasOwnUnnamed(pod, accountOf(pod))
      const copied = isOfAccount(pod)
      const key = JSON.stringify([namespace, serviceAccount, pod.pullSecrets, unnamed, copied, image])
      const known = reports.get(key)
      if (known !== undefined) return known
      const named = pod.pullSecrets.map(
        (name): PodSecret => ({
          name,
          from: copied ? 'serviceaccount' : 'pod',
          content: secrets.get(objectKey(namespace, name)) ?? null,
        }),
      )
      const judged = judge(named, parseReference(image))
      const report = unnamed ? { ...judged, unnamed: true as const } : judged
      reports.set(key, report)
      return report
    },
  }
}

/**
 * Whether an entry without a name is the pod's own: the kubelet skips it, but with it the list is not empty, so admission does not add that of the
 * service account (kubernetes pkg/kubelet/kubelet_pods.go, plugin/pkg/admission/serviceaccount/admission.go; bitnami/charts#3135).
 */
export function hasOwnUnnamed(
  { unnamedSecret }: Pick<Pod, 'unnamedSecret'>,
  account: ServiceAccount | undefined,
): boolean {
  return unnamedSecret === true && account?.unnamedSecret !== true
}

/** Indexes objects by namespace and name; the first of each name wins. */
function byName<T extends { namespace: string; name: string }>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.toReversed().map(object => [objectKey(object.namespace, object.name), object]))
}

function judge(secrets: PodSecret[], reference: Reference | null): CredentialReport {
  const entries = secrets.flatMap(secret =>
    (secret.content?.entries ?? []).map(entry => ({ ...entry, secret })),
  )
  const { tried, shadowed } =
    reference === null ? { tried: [], shadowed: [] } : lookUpCredentials(reference, entries)
  const matched = new Set([...tried, ...shadowed].map(({ secret }) => secret))
  const unmatched = secrets.filter(secret => !matched.has(secret))
  const attempts = [
    ...tried.map(entry => attemptOf(entry, entry.problem)),
    ...shadowed.map(entry => attemptOf(entry, 'shadowed')),
    ...unmatched.flatMap(secret => uselessAttempt(secret, reference)),
  ]
  return { status: statusOf(attempts), attempts }
}

function attemptOf(
  { secret, key, username, problem: _own, ...marks }: Entry,
  problem: AttemptProblem | null,
): Attempt {
  const base = { from: secret.from, secret: secret.name, key, username, usable: problem === null, problem }
  return { ...base, ...marks, ...writtenBy(secret) }
}

function writtenBy({ content }: PodSecret): Pick<Attempt, 'writer'> {
  return content?.writer === undefined ? {} : { writer: content.writer }
}

/** Why a secret has no login for this image: the whole secret is unusable, or none of its keys match. */
function uselessAttempt(secret: PodSecret, reference: Reference | null): Attempt[] {
  const base = {
    ...{ from: secret.from, secret: secret.name, username: null, usable: false },
    ...writtenBy(secret),
  }
  const whole = secret.content === null ? 'failed' : secret.content.problem
  // The API server takes any text as the name of a pull secret.
  if (whole !== null && !isSubdomain(secret.name)) {
    const meant = nameInside(secret.name)
    return [{ ...base, key: null, problem: 'impossible-name', ...(meant !== null && { detail: meant }) }]
  }
  if (whole !== null) {
    const { detail, provenBy, fields, maker } = secret.content ?? {}
    // For a malformed secret, `detail` is a key of its auths; for others, a type or a data key.
    const key = whole === 'malformed' ? (detail ?? null) : null
    return [
      {
        ...base,
        key,
        problem: WHOLE_SECRET[whole],
        ...(detail === undefined || key !== null ? {} : { detail }),
        ...(provenBy && { provenBy }),
        ...(fields && { fields }),
        ...(maker && { maker }),
      },
    ]
  }
  if (reference === null) return []
  const keys = secret.content?.entries.map(entry => entry.key) ?? []
  const meant = keys.flatMap(key => {
    const mismatch = keyMismatch(key, reference)
    return mismatch === null ? [] : { key, mismatch }
  })
  const misspelt = meant.find(({ mismatch }) => !isForOthers(mismatch))
  if (misspelt !== undefined) return [{ ...base, ...misspelt, problem: 'key-never-matches' }]
  const near = meant.length === keys.length ? meant[0] : undefined
  return [{ ...base, key: keys.join(', ') || null, ...near, problem: 'other-registry' }]
}

/** The logins that the kubelet can send, in its order. */
export function usableAttempts({ attempts }: Pick<CredentialReport, 'attempts'>): Attempt[] {
  return attempts.filter(({ usable }) => usable)
}

/** What writes the Secret of an attempt, and so overwrites what is changed in it by hand: null if nothing is known to. A fix only renews what it wrote itself. */
export function foreignWriter({ writer }: Pick<Attempt, 'writer'>): SecretWriter | null {
  return writer === undefined || writer.type === 'fix' ? null : writer
}

/** The secrets with a usable login, in the kubelet's order, each once. */
export function usableSecrets(credential: Pick<CredentialReport, 'attempts'>): string[] {
  return [...new Set(usableAttempts(credential).map(({ secret }) => secret))]
}

/** The malformed secrets, each once: one is enough to fail every image of the pod. */
export function malformedSecrets({ attempts }: Pick<CredentialReport, 'attempts'>): string[] {
  const malformed = attempts.filter(({ problem }) => problem === 'malformed')
  return [...new Set(malformed.map(({ secret }) => secret))]
}

/** Whether the secret could not be read, so that it may have a login for the image. */
export function isUnreadSecret(
  problem: AttemptProblem | null,
): problem is 'secret-forbidden' | 'secret-unread' {
  return problem === 'secret-forbidden' || problem === 'secret-unread'
}

function statusOf(attempts: Attempt[]): CredentialStatus {
  const problems = attempts.map(({ problem }) => problem)
  // The kubelet can't build a keyring with a malformed secret in it, so every image of the pod fails.
  if (problems.includes('malformed')) return 'broken'
  if (usableAttempts({ attempts }).length > 0) return 'usable'
  if (problems.some(isUnreadSecret)) return 'unknown'
  const isOther = ({ problem, mismatch }: Attempt) => problem === 'other-registry' && mismatch === undefined
  return attempts.every(isOther) ? 'none' : 'broken'
}
