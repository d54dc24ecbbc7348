/** Finds what is wrong with the logins of a refused pull: one was sent and has expired, or one is meant for the pod and was not sent. */

import { cloudOf } from '../../image/cloud-registries.ts'
import { isHosted } from '../../image/registries.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { allServiceAccounts, type ServiceAccount } from '../../snapshot/snapshot.ts'
import { hasOwnList } from '../credential/credential-report.ts'
import type { KnownLogins } from '../credential/known-logins.ts'
import { agedHints, agedToken, hasExpired, renewedElsewhere } from '../credential/secret-age.ts'
import { accountOwner } from '../credential/service-account.ts'
import type { FailedPull } from '../failed-pull.ts'
import { WITH_LOGIN } from '../refusal/denial-words.ts'
import { type Clue, cluesIf, cluesWith } from './clue.ts'

/** The registries of each cloud in whose identities service accounts can be annotated. */
const IDENTITY_OF = { aws: 'ecr', azure: 'acr', google: 'gar' } as const

/** The clues in the login that was sent, and in one that the pod's account has for itself. */
export function loginClues(pod: Pod, pull: FailedPull, logins: KnownLogins): Clue[] {
  const { snapshot } = logins
  return [
    ...cluesIf(hasExpired(pull.credential, snapshot.takenAt), { code: 'expired' }),
    ...ownedAccount(pod, pull, logins),
    ...hookAccount(pod, pull, logins),
    ...(pull.cause === 'auth-required-or-denied'
      ? [
          ...globalLogin(pull, logins),
          ...newNamespace(pod, pull, logins),
          ...workloadIdentity(pod, pull, logins),
          ...annotatedProvider(pod, pull, logins),
          ...agedToken(pod, pull, logins),
          ...agedHints(pull, logins),
          ...renewedElsewhere(pod, pull, logins),
        ]
      : []),
  ]
}

/** A group of Kubernetes' own has no dot, or is below k8s.io. */
const OF_KUBERNETES = /^[^.]*$|(?:^|\.)k8s\.io$/

function ownedAccount(pod: Pod, { credential }: FailedPull, { credentials }: KnownLogins): Clue[] {
  const owner = accountOwner(pod, credentials)
  return owner === undefined || hasOwnList({ credential }) || OF_KUBERNETES.test(owner.group)
    ? []
    : [{ code: 'owned-account', own: pod.serviceAccount, owner }]
}

function hookAccount(pod: Pod, { credential }: FailedPull, { credentials }: KnownLogins): Clue[] {
  const hook = credentials.accountOf(pod)?.hook
  return hook === undefined || hasOwnList({ credential })
    ? []
    : [{ code: 'hook-account', own: pod.serviceAccount, release: hook.release }]
}

/** In milliseconds: what makes a namespace for a run creates the pods at once. */
const AT_ONCE = 60_000

function newNamespace(pod: Pod, { credential }: FailedPull, { credentials }: KnownLogins): Clue[] {
  const since = credentials.accountOf({ ...pod, serviceAccount: 'default' })?.namespaceSince ?? ''
  const age = Date.parse(pod.createdAt) - Date.parse(since)
  return cluesIf(credential.status === 'none' && age >= 0 && age <= AT_ONCE, { code: 'new-namespace' })
}

/** The nodes should have this login, too. OpenShift is installed with a login for quay.io, which is Red Hat's own and not for other images there. */
function globalLogin({ parsed, registry }: FailedPull, { serving }: KnownLogins): Clue[] {
  const isServed = parsed !== null && registry !== 'quay.io' && serving(parsed).some(same => same.withGlobal)
  return cluesIf(isServed, { code: 'global-login' })
}

/** The pod's own processes use the account's identity; the kubelet and the runtime pull with the node's. */
function workloadIdentity(pod: Pod, { registry }: FailedPull, { credentials }: KnownLogins): Clue[] {
  const of = credentials.accountOf(pod)?.workloadIdentity
  return of === undefined || IDENTITY_OF[of] !== cloudOf(registry)
    ? []
    : [{ code: 'workload-identity', of, serviceAccount: pod.serviceAccount }]
}

/** The provider that is meant to get the pod's login for this registry, which is Quay, one of ECR, or one of anybody's own. */
function annotatedProvider(pod: Pod, { registry, credential }: FailedPull, logins: KnownLogins): Clue[] {
  const account = logins.credentials.accountOf(pod)
  const of = account?.pullsThrough
  if (account === undefined || registry === null || credential.status !== 'none') return []
  const isOfEcr = cloudOf(registry) === 'ecr'
  if (of === undefined) return isOfEcr ? unannotated(account, logins) : []
  const isMeant = of === 'ecr' ? isOfEcr : !isHosted(registry) || (of === 'quay' && registry === 'quay.io')
  return cluesIf(isMeant, { code: 'annotated-provider', of, serviceAccount: pod.serviceAccount })
}

/** Where the provider of ECR takes service accounts' tokens, accounts without its annotation may get no login (kubernetes/cloud-provider-aws#1280). */
function unannotated({ namespace, name }: ServiceAccount, { snapshot }: KnownLogins): Clue[] {
  const like = allServiceAccounts(snapshot).find(
    other => other.namespace === namespace && other.pullsThrough === 'ecr',
  )
  return cluesWith(
    'unannotated-account',
    like === undefined ? null : { serviceAccount: name, like: like.name },
  )
}

/** Registries that nobody has an account at. */
const WITHOUT_LOGINS =
  /^(?:registry\.k8s\.io|k8s\.gcr\.io|mcr\.microsoft\.com|registry\.access\.redhat\.com|docker\.elastic\.co)$/

/** The clue that a mirror's token server failed, most likely. */
export function mirrorLogin({ cause, text, endpoint, registry, credential, node }: FailedPull): Clue[] {
  // The kubelet of a machine at Google sends its token to k8s.gcr.io, as to all of gcr.io.
  const isOfGoogle = registry === 'k8s.gcr.io' && node?.provider === 'gce'
  const isForMirror =
    cause === 'registry-server-error' &&
    endpoint === null &&
    registry !== null &&
    WITHOUT_LOGINS.test(registry) &&
    WITH_LOGIN.test(text) &&
    credential.status !== 'usable'
  return cluesIf(isForMirror && !isOfGoogle, { code: 'login-for-mirror' })
}
