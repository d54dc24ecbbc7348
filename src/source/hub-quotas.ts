/** Asks Docker Hub how many pulls are left: for this machine's address, and for each login once, wherever it was found. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { bounded } from '../network/bounded.ts'
import type { QuotaOutcome } from '../registry/outcome.ts'
import type { HubQuota, QuotaAnswer } from '../snapshot/hub-quota.ts'
import { UniqueLogins } from './image-checks/pod-logins.ts'

/** Who answers: a `Registry` that represents Docker Hub. */
export interface QuotaSource {
  quota(credential: Credential | null): Promise<QuotaOutcome>
}

/** Token server and registry see at most so many requests of ours at once. */
const LOGINS_AT_ONCE = 8

/**
 * The anonymous answer first, then one for each login in the order given. A login that was found in several places is asked for once and names
 * them all. Costs no pulls. Throws only when the source's signal is aborted.
 */
export async function readHubQuotas(logins: readonly Credential[], hub: QuotaSource): Promise<HubQuota[]> {
  const same = new UniqueLogins()
  const places = Map.groupBy(logins, login => same.of(login))
  const identities = [{ login: null, found: [] }, ...[...places].map(([login, found]) => ({ login, found }))]
  return bounded(identities, LOGINS_AT_ONCE, async ({ login, found }) => ({
    identity: {
      type: login === null ? 'anonymous' : 'login',
      username: login?.username ?? null,
      origins: originsOf(found),
    },
    answer: answerOf(await hub.quota(login)),
  }))
}

/** One Secret may hold a login under several keys. */
function originsOf(found: readonly Credential[]): string[] {
  return [...new Set(found.map(({ origin }) => origin))]
}

/** The same in the words of a snapshot. */
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
    case 'not-told':
      return { status: 'unknown', why: 'no-quota-there', detail: '' }
  }
}
