/** Compares the age of a pod's pull secrets with its last attempt, and with how long the tokens in them last. */

import { PULL_SECRET_TYPE } from '../../dockerconfig/pull-secret-content.ts'
import { type Cloud, cloudOf, cloudOfToken } from '../../image/cloud-registries.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import { allPullSecrets, type Snapshot } from '../../snapshot/snapshot.ts'
import type { Clue, RenewedElsewhere } from '../clues/clue.ts'
import { lastFailure } from '../failing-container.ts'
import type { Finding } from '../finding.ts'
import { knewIdentity } from '../refusal/denial-words.ts'
import type { CredentialReport } from './credential-report.ts'
import { renewerFor } from './failing-renewers.ts'
import type { KnownLogins } from './known-logins.ts'
import { type PodCredentials, usableAttempts } from './pod-credential.ts'
import type { RefusedPull } from './pull-credential.ts'

/** When the secret got its content, as far as is known; null if nothing is. */
function writtenAt({ createdAt, changedAt }: PullSecret): number | null {
  const time = Date.parse(changedAt ?? createdAt ?? '')
  return Number.isNaN(time) ? null : time
}

/** The kubelet's longest wait between two attempts (kubelet.go, imageBackOff). */
const LONGEST_WAIT_MS = 300_000

/**
 * Whether every usable secret of the pod is newer than the newest attempt. The kubelet's events are thinned out, so another attempt may have
 * followed the newest one that is known; not if the registry saw no login (`contradicted`), or if the kubelet can have waited since then.
 */
export function isNewer(
  { pod, failing, cause, evidence, endpoint }: RefusedPull,
  credential: CredentialReport,
  contradicted: boolean,
  { credentials, snapshot }: KnownLogins,
): boolean {
  const lastTry = Date.parse(lastFailure(failing) ?? '')
  const times = credentials.usableFor(pod, credential).map(writtenAt)
  if (times.length === 0 || !times.every(time => time !== null && time > lastTry)) return false
  if (contradicted) return true
  const waited = Date.parse(snapshot.takenAt) - Math.max(...times.map(Number))
  return (
    cause === 'auth-required-or-denied' &&
    endpoint?.role !== 'mirror' &&
    waited <= LONGEST_WAIT_MS &&
    !knewIdentity(evidence?.text ?? '')
  )
}

/** Whether the login had expired by its token's own claim, if no other was tried. */
export function hasExpired(credential: CredentialReport, takenAt: string): boolean {
  const ends = usableAttempts(credential).map(({ validUntil }) => Date.parse(validUntil ?? ''))
  return ends.length > 0 && ends.every(end => end < Date.parse(takenAt))
}

const LEAVES_OPEN: readonly Finding['subcause'][] = ['not-permitted', 'denied-or-missing', 'unspecified']

/** Whether an expired login can be what was refused, as well as a lack of rights or a wrong name: registries answer a HEAD request without a word. */
export function mayBeOfExpiredLogin(subcause: Finding['subcause']): boolean {
  return LEAVES_OPEN.includes(subcause)
}

/** How many hours the tokens last that clouds give for their registries. */
const TOKEN_HOURS: Record<Cloud, number> = { ecr: 12, gar: 1, acr: 3 }

/** The only login that the pod has for a registry of a cloud, and the secret with it; null if it has none, or several. */
function onlyLogin(
  pod: Pod,
  { registry, credential }: Pick<Finding, 'registry' | 'credential'>,
  credentials: PodCredentials,
): { cloud: Cloud; attempt: CredentialReport['attempts'][number]; secret: PullSecret } | null {
  const cloud = cloudOf(registry)
  const [attempt, ...others] = usableAttempts(credential)
  const [secret] = credentials.usableFor(pod, credential)
  if (cloud === null || attempt === undefined || secret === undefined || others.length > 0) return null
  return { cloud, attempt, secret }
}

/** Whether the secret has nothing but one login, so that it can be replaced. */
export function isAlone({ entries, type }: PullSecret): boolean {
  return entries.length === 1 && type === PULL_SECRET_TYPE
}

/** A login that is such a token, in a secret that is older than the token lasts. Nothing is guessed of one that says itself until when it is valid. */
export function agedToken(
  pod: Pod,
  finding: Pick<Finding, 'registry' | 'credential'>,
  { credentials, snapshot }: KnownLogins,
): Clue[] {
  const login = onlyLogin(pod, finding, credentials)
  const written = login === null ? null : writtenAt(login.secret)
  if (login === null || written === null || login.attempt.validUntil !== undefined) return []
  const { cloud, attempt, secret } = login
  const hours = TOKEN_HOURS[cloud]
  const seconds = (Date.parse(snapshot.takenAt) - written) / 1000
  return cloudOfToken(attempt.username) === cloud && seconds > hours * 3600
    ? [
        {
          code: 'aged-token',
          secret: secret.name,
          key: attempt.key ?? '',
          cloud,
          seconds,
          hours,
          alone: isAlone(secret),
          isRenewed: attempt.writer !== undefined,
        },
      ]
    : []
}

/** Secrets that the pod could use instead, whose login is such a token. */
export function agedHints(
  { registry, credential: { hints = [] } }: Pick<Finding, 'registry' | 'credential'>,
  { secretNamed, snapshot }: KnownLogins,
): Clue[] {
  const cloud = cloudOf(registry)
  if (cloud === null) return []
  return hints.flatMap(hint => {
    const secret =
      'namespace' in hint && 'secret' in hint
        ? secretNamed(objectKey(hint.namespace, hint.secret))
        : undefined
    const tokens = secret?.entries.filter(({ username }) => cloudOfToken(username) === cloud) ?? []
    return secret !== undefined &&
      tokens.length > 0 &&
      tokens.every(({ key }) => isValid(secret, { cloud, key }, snapshot.takenAt) === false)
      ? [{ code: 'aged-hint', namespace: secret.namespace, secret: secret.name, hours: TOKEN_HOURS[cloud] }]
      : []
  })
}

/** A token that has ended, in a secret whose namesakes in other namespaces have newer ones: what renews those skips this one. */
export function renewedElsewhere(
  pod: Pod,
  finding: Pick<Finding, 'registry' | 'credential'>,
  { credentials, snapshot, renewedCopies }: KnownLogins,
): Clue[] {
  const login = onlyLogin(pod, finding, credentials)
  // A writer of its own is what has to renew it.
  if (login === null || login.attempt.writer !== undefined) return []
  const token = { cloud: login.cloud, key: login.attempt.key ?? '' }
  const { name } = login.secret
  if (isValid(login.secret, token, snapshot.takenAt) !== false) return []
  const copies = renewedCopies(name, token)
  return copies === null
    ? []
    : [{ ...copies, code: 'renewed-elsewhere', secret: name, alone: copies.alone && isAlone(login.secret) }]
}

interface Token {
  cloud: Cloud
  /** Of its entry. */
  key: string
}

/** Returns the secrets of a name that have a newer token; null if there are none, or if it is not known that something renews them. */
export type RenewedCopies = (name: string, token: Token) => Omit<RenewedElsewhere, 'secret'> | null

/** Indexes the secrets by name. Each search is made once: thousands of namespaces can have a copy, and pods that were refused with it. */
export function renewedCopiesIn(snapshot: Snapshot): RenewedCopies {
  const { cronJobs, takenAt } = snapshot
  const byName = Map.groupBy(allPullSecrets(snapshot), ({ name }) => name)
  const found = new Map<string, ReturnType<RenewedCopies>>()
  return (name, token) => {
    const id = `${name} ${token.cloud} ${token.key}`
    const known = found.get(id)
    if (known !== undefined) return known
    const copies = (byName.get(name) ?? []).filter(copy => isValid(copy, token, takenAt) === true)
    const result = describeCopies(copies, renewerFor(token.cloud, cronJobs))
    found.set(id, result)
    return result
  }
}

function describeCopies(
  copies: PullSecret[],
  renewer: RenewedElsewhere['renewer'],
): ReturnType<RenewedCopies> {
  const writers = copies.flatMap(({ writer }) => writer ?? [])
  const writer = writers.length === copies.length ? writers[0] : undefined
  // One copy may have been renewed by hand, as those are that a fix distributed.
  const isKnown = renewer !== null || writer !== undefined
  if (copies.length < (isKnown ? 1 : 2) || writers.some(({ type }) => type === 'fix')) return null
  return {
    alone: copies.every(isAlone),
    namespaces: copies.map(({ namespace }) => namespace).sort(),
    renewer,
    ...(writer && { writer }),
  }
}

/** Whether the secret's token of the cloud can't have ended, by its own claim or else by the age of the secret; null if it has none, or no age. */
function isValid(secret: PullSecret, { cloud, key }: Token, takenAt: string): boolean | null {
  const entry = secret.entries.find(each => each.key === key && each.problem === null)
  if (entry === undefined || cloudOfToken(entry.username) !== cloud) return null
  const now = Date.parse(takenAt)
  if (entry.validUntil !== undefined) return Date.parse(entry.validUntil) > now
  const written = writtenAt(secret)
  return written === null ? null : now - written < TOKEN_HOURS[cloud] * 3_600_000
}
