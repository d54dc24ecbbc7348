/** The remedies, and which of them fit a finding. What a remedy needs, such as a working login, is checked before anything is written. */

import { isDockerHub } from '../image/docker-hub.ts'
import { isFixedImage } from '../image/fixed-tag.ts'
import { isLocal } from '../image/host.ts'
import { isInLibrary } from '../image/official-images.ts'
import { isGoogleCache, isPublic, relayedRegistry } from '../image/registries.ts'
import { isOfCustomController } from '../snapshot/owners.ts'
import type { Container, Pod } from '../snapshot/pod.ts'
import { OF_CACHE_RULE } from './cache-rule.ts'
import { isLimitOfMinutes } from './causes/rate-limited.ts'
import { hasOwnUnnamed, type PodCredentials } from './credential/pod-credential.ts'
import type { FailedPull } from './failed-pull.ts'
import type { Finding, Remedy, Subcause } from './finding.ts'
import { nodeServiceAt } from './node/node-services.ts'
import { isOfOtherServer, isOpenToAll } from './refusal/denial.ts'
import { isRemoteMirror } from './text/endpoint.ts'

/** What decides whether a remedy fits. */
interface Facts {
  pull: FailedPull
  /** The policy that its template can change: null if it is set at admission. */
  pullPolicy: Container['pullPolicy']
  /** Whether the pull would succeed with a login. */
  loginHelps: boolean
  /** Whether a new pod would get that login from its service account. */
  newPodHasIt: boolean
  /**
   * Whether another template would meet a limit less often, and `fix` can change the pod's: a bare pod has none, a Job's is immutable, and other
   * controllers are not known.
   */
  canSavePulls: boolean
}

/** Whether each remedy helps, the most helpful first: a credential removes the limit for good, the others avoid pulls or the registry. */
const HELPS: Readonly<Record<Remedy, (facts: Facts) => boolean>> = {
  authenticate: ({ loginHelps, newPodHasIt }) => loginHelps && !newPodHasIt,
  recreate: ({ loginHelps, newPodHasIt }) => loginHelps && newPodHasIt,
  'pull-policy': ({ canSavePulls, pullPolicy }) => canSavePulls && pullPolicy === 'Always',
  pin: ({ canSavePulls, pull }) => canSavePulls && pull.parsed !== null && pull.parsed.digest === null,
  'replace-registry': ({ canSavePulls, pull }) => canSavePulls && isDockerHub(pull.registry ?? ''),
}

const MOST_HELPFUL_FIRST = Object.keys(HELPS) as Remedy[]

/**
 * The remedies that help, the most helpful first; none if only a person can help (a typo, DNS, a certificate…).
 * @param workload the pod's topmost controller; null for a bare pod
 */
export function remediesFor(
  pull: FailedPull,
  {
    pod,
    container,
    workload,
    isPolicyForced,
  }: { pod: Pod; container: Container; workload: Finding['workload']; isPolicyForced: boolean },
  credentials: PodCredentials,
): Remedy[] {
  // The API server can't change a static pod: its manifest and its logins are on the node.
  // A debug container pulls with its pod's secrets and ends with the pod, so no change reaches it.
  if (pull.registry === null || pod.mirror || container.kind === 'ephemeral') return []
  const loginHelps = loginWouldHelp(pull)
  const newPodHasIt = loginHelps && recreatingWouldHelp(pod, container, credentials)
  const hasTemplate = workload !== null && workload.kind !== 'Job' && !isOfCustomController(pod)
  const canSavePulls = hasTemplate && pull.cause === 'rate-limited'
  const pullPolicy = isPolicyForced ? null : container.pullPolicy
  const facts = { pull, pullPolicy, loginHelps, newPodHasIt, canSavePulls }
  return MOST_HELPFUL_FIRST.filter(remedy => HELPS[remedy](facts))
}

/** A remedy, and what it would do. */
export interface RemedyOffer {
  remedy: Remedy
  /** How many findings it would help. */
  findings: number
  /** Another remedy that some of them need, too: each node would keep another build of an image whose tag moves, unless it is pinned. */
  needs: 'pin' | null
}

/** The remedies that help at least one finding, most helpful first. */
export function fittingRemedies(findings: Finding[]): RemedyOffer[] {
  return MOST_HELPFUL_FIRST.map(remedy => {
    const helped = findings.filter(finding => finding.remedies.includes(remedy) && hasEffect(remedy, finding))
    const moves = helped.some(({ reference }) => !isFixedImage(reference ?? ''))
    const needs = remedy === 'pull-policy' && moves ? ('pin' as const) : null
    return { remedy, findings: helped.length, needs }
  }).filter(({ findings: count }) => count > 0)
}

/** Whether the remedy would change anything: the registry that is offered has only Docker's official images. */
function hasEffect(remedy: Remedy, { reference }: Finding): boolean {
  return remedy !== 'replace-registry' || isInLibrary(reference)
}

/** Refusals that no login of the pod can end: a blocked address, a policy, and a cache's own login at its upstream. */
const NOT_FIXED_BY_LOGIN: readonly Subcause[] = ['blocked', 'policy', 'upstream']

function loginWouldHelp(pull: FailedPull): boolean {
  // Whoever has such a name may collect what is sent there.
  if (pull.near !== null) return false
  if (pull.cause === 'rate-limited') return loginRaisesLimit(pull)
  return pull.cause === 'auth-required-or-denied' && loginEndsRefusal(pull)
}

function loginRaisesLimit({ subcause, registry, parsed, endpoint, text }: FailedPull): boolean {
  // A cache's limit is that of its own login.
  if ((parsed !== null && relayedRegistry(parsed) !== null) || OF_CACHE_RULE.test(text)) return false
  // Docker Hub counts pulls over hours, so a limit per minute is that of another host, which no login for Docker Hub raises.
  if (isDockerHub(registry ?? '') && isLimitOfMinutes(text)) return false
  // The abuse limit counts the address even with a login.
  return subcause !== 'abuse' && (!isRemoteMirror(endpoint) || isBeforeHub(endpoint))
}

/** Whether Google's cache refused: Docker Hub, which the runtime asks next, takes the login, and has failed without one. */
function isBeforeHub(endpoint: FailedPull['endpoint']): boolean {
  return endpoint?.role === 'mirror' && isGoogleCache(endpoint.host)
}

function loginEndsRefusal(pull: FailedPull): boolean {
  const { subcause, reference, parsed, endpoint, moved, text } = pull
  if (isOfOtherServer(text, { reference: parsed, endpoint })) return false
  // A cache on the node's own loopback takes no login from pods.
  if (isCacheOfNode(pull)) return false
  if (subcause !== null && NOT_FIXED_BY_LOGIN.includes(subcause)) return false
  if (moved?.state === 'deleted' || moved?.state === 'retired') return false
  // Nobody needs a login for its new place.
  if (moved?.to != null && isPublic(moved.to)) return false
  // Public images need no login: only a refused one can be in the way.
  if (isOpenToAll({ reference, subcause })) return subcause === 'credential-refused'
  // The runtime would send the login to the mirror.
  return !isRemoteMirror(endpoint)
}

function isCacheOfNode({ registry, parsed }: FailedPull): boolean {
  const host = registry ?? ''
  const isKnown = nodeServiceAt({ host, role: 'registry' }) === 'kube-image-keeper'
  return isKnown || (isLocal(host) && parsed !== null && relayedRegistry(parsed) !== null)
}

/** Whether the service account got a credential after the pod was created; only a new pod would get it (admission copies the list once). */
function recreatingWouldHelp(pod: Pod, { image }: Container, credentials: PodCredentials): boolean {
  const account = credentials.accountOf(pod)
  if (hasOwnUnnamed(pod, account)) return false
  if (pod.pullSecrets.length > 0 && !credentials.isOfOlderAccount(pod)) return false
  const added = account?.imagePullSecrets.filter(name => !pod.pullSecrets.includes(name))
  if (added === undefined || added.length === 0) return false
  return credentials.reportFor({ ...pod, pullSecrets: added }, image).status === 'usable'
}
