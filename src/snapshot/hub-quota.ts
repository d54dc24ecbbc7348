/** What Docker Hub answered to the question of how many pulls are left, one answer for each identity that can pull. */

/** Whose pulls an answer counts. */
interface QuotaIdentity {
  type: 'anonymous' | 'login'
  /** The account's name; null for anonymous pulls. */
  username: string | null
  /** Where the login was found, for people: `~/.docker/config.json`, `secret web/dockercreds`. Of anonymous pulls the node, or empty for this machine. */
  origins: string[]
}

/** Why an answer says nothing of the pulls that are left. */
export type QuotaTrouble =
  /** Nothing answered, or not in HTTP. */
  | 'unreachable'
  /** An answer that makes no sense, or a 5xx. */
  | 'server-error'
  /** 401 or 403 though nothing is wrong with the login: the registry doesn't serve the repository that tells the quota. */
  | 'denied'
  /** The same with a 404: not Docker Hub, but a registry in its place. */
  | 'no-quota-there'
  /** The token server is on another site, so the login was not sent. */
  | 'withheld'

export type QuotaAnswer =
  | {
      status: 'limited'
      limit: number
      /** Null where the registry tells the limit only. */
      remaining: number | null
      /** Seconds; null where the registry doesn't say. */
      windowSeconds: number | null
      /** The address or account id that the pulls are counted for: personal data. */
      source: string | null
    }
  /** No headers: Docker Hub doesn't limit this identity. */
  | { status: 'unlimited' }
  /** 429: none left, or too many requests in a short time. */
  | { status: 'rate-limited'; retryAfterSeconds: number | null }
  | { status: 'wrong-credential' }
  | { status: 'unknown'; why: QuotaTrouble; detail: string }

export interface HubQuota {
  identity: QuotaIdentity
  answer: QuotaAnswer
}

/** What is left of the limit that a pull ran into. */
export interface LimitSight {
  /** Of this machine's address, which need not be the node's, or of the account that the pod pulls with. */
  of: 'address' | 'account'
  /** Null: no limit now. */
  limit: number | null
  /** Null where Docker Hub doesn't say. */
  remaining: number | null
  /** Seconds; null where Docker Hub doesn't say. */
  windowSeconds: number | null
}

/** The answers, sorted by what they mean for whoever needs `failUnder` pulls. */
export interface JudgedQuotas {
  quotas: readonly HubQuota[]
  failUnder: number
  /** Logins that Docker Hub doesn't accept. */
  refused: readonly HubQuota[]
  /** Those with fewer pulls left. */
  short: readonly HubQuota[]
  /** Those that are unknown. */
  unknown: readonly HubQuota[]
}

/** Sorts them. */
export function judgeQuotas(quotas: readonly HubQuota[], failUnder: number): JudgedQuotas {
  return {
    quotas,
    failUnder,
    refused: quotas.filter(({ answer }) => answer.status === 'wrong-credential'),
    short: quotas.filter(({ answer }) => isShort(answer, failUnder)),
    unknown: quotas.filter(({ answer }) => isUnknown(answer)),
  }
}

/** A 429 to a request that costs nothing says that none is left. */
function isShort(answer: QuotaAnswer, failUnder: number): boolean {
  if (answer.status === 'rate-limited') return failUnder > 0
  return answer.status === 'limited' && (answer.remaining ?? Number.POSITIVE_INFINITY) < failUnder
}

function isUnknown(answer: QuotaAnswer): boolean {
  return answer.status === 'unknown' || (answer.status === 'limited' && answer.remaining === null)
}
