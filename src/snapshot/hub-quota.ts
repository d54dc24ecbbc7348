/** Docker Hub's answers to how many pulls are left, one for each identity that can pull. */

/** Whose pulls an answer counts. */
interface QuotaIdentity {
  type: 'anonymous' | 'login'
  /** The account's name; null for anonymous pulls. */
  username: string | null
  /**
   * Where the login was found, for display: `~/.docker/config.json`, `secret web/dockercreds`. For anonymous pulls, the node; empty means
   * this machine.
   */
  origins: string[]
}

/** Why an answer does not say how many pulls are left. */
export type QuotaTrouble =
  /** There was no answer, or it was not HTTP. */
  | 'unreachable'
  /** The answer could not be interpreted, or was a 5xx. */
  | 'server-error'
  /** 401 or 403 although the login is valid: the registry doesn't serve the repository that reports the quota. */
  | 'denied'
  /** The same with a 404: the host is a registry in place of Docker Hub. */
  | 'no-quota-there'
  /** The token server is on another site, so the login was not sent. */
  | 'withheld'

export type QuotaAnswer =
  | {
      status: 'limited'
      limit: number
      /** Null if the registry reports only the limit. */
      remaining: number | null
      /** In seconds, from the header; null if the registry doesn't report it. Never assumed. */
      windowSeconds: number | null
      /** The address or account id that the pulls are counted for, which is personal data; null if not sent. */
      source: string | null
    }
  /** No headers: Docker Hub doesn't limit this identity. */
  | { status: 'unlimited' }
  /** 429: no pulls are left, or there were too many requests in a short time. */
  | { status: 'rate-limited'; retryAfterSeconds: number | null }
  | { status: 'wrong-credential' }
  | { status: 'unknown'; why: QuotaTrouble; detail: string }

export interface HubQuota {
  identity: QuotaIdentity
  answer: QuotaAnswer
}

/** What is left of the limit that a pull exceeded. */
export interface LimitAnswer {
  /** The limit of this machine's address, which can differ from the node's, or of the account that the pod pulls with. */
  of: 'address' | 'account'
  /** Null if there is no limit now. */
  limit: number | null
  /** Null if Docker Hub doesn't report it. */
  remaining: number | null
  /** In seconds; null if Docker Hub doesn't report it. */
  windowSeconds: number | null
}

/** The answers, sorted by whether at least `failUnder` pulls are left. */
export interface JudgedQuotas {
  quotas: readonly HubQuota[]
  failUnder: number
  /** Logins that Docker Hub rejects. */
  refused: readonly HubQuota[]
  /** Identities with fewer than `failUnder` pulls left. */
  short: readonly HubQuota[]
  /** Identities with no pulls left, which is enough if none are required. */
  spent: readonly HubQuota[]
  /** Identities whose remaining pulls are unknown. */
  unknown: readonly HubQuota[]
}

/** Sorts the answers by whether at least `failUnder` pulls are left. */
export function judgeQuotas(quotas: readonly HubQuota[], failUnder: number): JudgedQuotas {
  return {
    quotas,
    failUnder,
    refused: quotas.filter(({ answer }) => answer.status === 'wrong-credential'),
    short: quotas.filter(({ answer }) => isShort(answer, failUnder)),
    spent: quotas.filter(({ answer }) => isShort(answer, 1)),
    unknown: quotas.filter(({ answer }) => isUnknown(answer)),
  }
}

/** A 429 to a request that costs nothing means that no pulls are left. */
function isShort(answer: QuotaAnswer, failUnder: number): boolean {
  if (answer.status === 'rate-limited') return failUnder > 0
  return answer.status === 'limited' && (answer.remaining ?? Number.POSITIVE_INFINITY) < failUnder
}

function isUnknown(answer: QuotaAnswer): boolean {
  return answer.status === 'unknown' || (answer.status === 'limited' && answer.remaining === null)
}
