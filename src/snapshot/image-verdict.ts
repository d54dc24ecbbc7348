/** What a registry's answers prove about an image. */

import type { ImageAnswer, ImageAsk, ImageCheck } from './image-check.ts'
import type { Pod } from './pod.ts'

export type ImageVerdict =
  | 'opens-anonymously'
  /** It can be pulled without a login, but not with the login that the pod sends. */
  | 'opens-but-not-for-pod'
  | 'opens-for-pod'
  | 'opens-for-machine'
  | 'no-such-tag'
  | 'no-such-digest'
  | 'no-such-repository'
  /** The registry does not have the image; it is unknown whether the tag or the repository is missing. */
  | 'not-found'
  /** Docker Hub lists no public repository of that name: it is missing or private. */
  | 'not-public'
  /** Denied with every credential, or it does not exist: the registry does not say which. */
  | 'denied'
  | 'rate-limited'
  | 'unreachable'
  | 'failed'
  | 'not-asked'

/** A check as part of a finding: only the requests that concern the pod, with their verdict. */
export interface JudgedCheck extends Omit<ImageCheck, 'replacement'> {
  verdict: ImageVerdict
  replacement: JudgedCheck | null
}

/** Returns what the answers prove. If one request got no real answer (rate limit, no connection), denials of the others prove nothing. */
export function verdictOf(check: Pick<ImageCheck, 'reference' | 'asks' | 'repository'>): ImageVerdict {
  const { asks, repository } = check
  if (asks.length === 0) return 'not-asked'
  const opened = asks.find(({ answer }) => answer === 'exists')
  if (opened !== undefined) return opening(opened, asks)
  const answers = new Set(asks.map(({ answer }) => answer))
  if (answers.has('missing') && repository === 'there')
    return check.reference.includes('@') ? 'no-such-digest' : 'no-such-tag'
  if (repository === 'absent') return 'no-such-repository'
  const refused = REFUSALS.some(answer => answers.has(answer))
  if (answers.has('missing') && !refused) return 'not-found'
  const trouble = TROUBLES.find(answer => answers.has(answer))
  if (trouble !== undefined) return trouble
  return repository === 'not-public' ? 'not-public' : 'denied'
}

const REFUSALS: ImageAnswer[] = ['denied', 'login-refused', 'withheld']
const TROUBLES = ['rate-limited', 'unreachable', 'failed'] as const

function opening({ as }: ImageAsk, asks: ImageAsk[]): ImageVerdict {
  if (as === 'pod') return 'opens-for-pod'
  if (as === 'machine') return 'opens-for-machine'
  const pod = asks.filter(ask => ask.as === 'pod')
  const refusedForPod =
    pod.length > 0 && pod.every(({ answer }) => REFUSALS.includes(answer) && answer !== 'withheld')
  return refusedForPod ? 'opens-but-not-for-pod' : 'opens-anonymously'
}

/** Whether the image can be pulled, with some login or without one. */
export function isPullable(verdict: ImageVerdict): boolean {
  return verdict.startsWith('opens-')
}

const ABSENT: ImageVerdict[] = ['no-such-tag', 'no-such-digest', 'no-such-repository', 'not-found']

/** Whether the answers prove that the registry does not have the image. */
export function isAbsent(verdict: ImageVerdict): boolean {
  return ABSENT.includes(verdict)
}

/** Whether the registry does not have the image or, for Docker Hub, at least does not list it. */
export function isMissing(verdict: ImageVerdict): boolean {
  return isAbsent(verdict) || verdict === 'not-public'
}

/** Returns the check of an image for one pod; null if the image was not checked. Without a pod, requests with pull secrets are omitted. */
export function checkFor(
  reference: string | null,
  checks: readonly ImageCheck[],
  pod: Pick<Pod, 'namespace' | 'pullSecrets'> | null,
): JudgedCheck | null {
  const check = checks.find(each => each.reference === reference)
  return check === undefined ? null : judged(check, pod)
}

function judged(check: ImageCheck, pod: Pick<Pod, 'namespace' | 'pullSecrets'> | null): JudgedCheck {
  const asks = check.asks.filter(
    ({ secret }) =>
      secret === null ||
      (pod !== null && pod.namespace === secret.namespace && pod.pullSecrets.includes(secret.name)),
  )
  const { reference, replacement, ...rest } = check
  const verdict = verdictOf({ ...check, asks })
  return { reference, verdict, ...rest, asks, replacement: replacement && judged(replacement, pod) }
}
