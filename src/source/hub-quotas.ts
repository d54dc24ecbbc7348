/** Finds the logins for Docker Hub in pull secrets, and asks how many pulls are left: anonymously, and once for each distinct login. */

import { keyMatches, normalizeKey } from '../dockerconfig/kubelet-key.ts'
import type { Credential } from '../dockerconfig/registry-credential.ts'
import { DOCKER_HUB, DOCKER_HUB_INDEX } from '../image/docker-hub.ts'
import { KINDS, nameOf, namespaceOf } from '../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import { byText } from '../order.ts'
import type { QuotaOutcome } from '../registry/outcome.ts'
import { redactUser } from '../secrecy/redact.ts'
import type { HubQuota, QuotaAnswer } from '../snapshot/hub-quota.ts'
import { secretCredential, UniqueLogins } from './image-checks/pod-logins.ts'
import { assertExists } from './live/namespaces.ts'
import type { NamespaceOrAll, Reading } from './live/reading.ts'
import { PULL_SECRET_TYPES, pullLoginsOf } from './narrow/pull-secret.ts'

/** Secrets per page: each can be up to 1 MiB (core/v1/types.go). */
const PAGE = 100

/**
 * Reads the logins for Docker Hub in the pull secrets of one namespace, or of all, sorted by where they were found; they are sent only to
 * Docker Hub. A list that can't be read leaves a gap.
 * @throws UsageError for a namespace that does not exist
 */
export async function readHubLogins(reading: Reading, namespace: NamespaceOrAll): Promise<Credential[]> {
  const logins: Credential[] = []
  await bounded(PULL_SECRET_TYPES, AT_ONCE, type =>
    reading.listOrGap(KINDS.Secret, namespace, { fieldSelector: `type=${type}`, limit: PAGE }, secret => {
      logins.push(...hubLoginsOf(secret))
    }),
  )
  if (namespace !== null && logins.length === 0) await assertExists(reading, namespace)
  return logins.sort(byText(({ origin }) => origin))
}

function hubLoginsOf(secret: unknown): Credential[] {
  const logins = pullLoginsOf(secret)
  if (logins === 'malformed') return []
  const named = { namespace: namespaceOf(secret), name: nameOf(secret) ?? '' }
  return logins.filter(({ key }) => isForHub(key)).map(login => secretCredential(login, DOCKER_HUB, named))
}

/** Whether the kubelet uses an entry with this key for any image on Docker Hub. */
function isForHub(key: string): boolean {
  const filed = normalizeKey(key)
  if (filed === null) return false
  const [host = ''] = filed.split('/')
  return filed === DOCKER_HUB_INDEX || host === DOCKER_HUB || keyMatches(filed, `${DOCKER_HUB}/any/image`)
}

/** The part of a `Registry` for Docker Hub that reports quotas. */
interface QuotaSource {
  quota(credential: Credential | null): Promise<QuotaOutcome>
}

/** How many requests are sent to the token server and the registry at once. */
const LOGINS_AT_ONCE = 8

/**
 * Returns the anonymous answer first, then one answer for each login in the given order. A login found in several places is asked for once,
 * and its answer lists them all. Costs no pulls. Throws only if the source's signal is aborted.
 */
export async function readHubQuotas(logins: readonly Credential[], hub: QuotaSource): Promise<HubQuota[]> {
  const same = new UniqueLogins()
  const places = Map.groupBy(logins, login => same.of(login))
  const identities = [{ login: null, found: [] }, ...[...places].map(([login, found]) => ({ login, found }))]
  const answers = await bounded(
    identities,
    LOGINS_AT_ONCE,
    async ({ login, found }): Promise<HubQuota> => ({
      identity: {
        type: login === null ? 'anonymous' : 'login',
        username: login === null ? null : redactUser(login),
        origins: originsOf(found),
      },
      answer: answerOf(await hub.quota(login)),
    }),
  )
  const [anonymous] = answers
  const isSilent = anonymous?.answer.status === 'unknown' && anonymous.answer.why === 'no-quota-there'
  // What reports no quota at all doesn't show that an account has no limit.
  return answers.map(each =>
    isSilent && each.answer.status === 'unlimited' ? { ...each, answer: anonymous.answer } : each,
  )
}

/** Returns each origin once: one Secret can contain a login under several keys. */
function originsOf(found: readonly Credential[]): string[] {
  return [...new Set(found.map(({ origin }) => origin))]
}

/** Converts a registry's outcome to a snapshot's answer. */
export function answerOf(outcome: QuotaOutcome): QuotaAnswer {
  switch (outcome.status) {
    case 'limited':
    case 'unlimited':
    case 'rate-limited':
    case 'wrong-credential':
      return outcome
    case 'unreachable':
    case 'server-error':
      return { status: 'unknown', why: outcome.status, detail: outcome.detail }
    case 'denied':
      return { status: 'unknown', why: 'denied', detail: `HTTP ${outcome.httpStatus}` }
    case 'withheld':
      return { status: 'unknown', why: 'withheld', detail: outcome.from }
    case 'not-found':
    case 'not-reported':
      return { status: 'unknown', why: 'no-quota-there', detail: '' }
  }
}
