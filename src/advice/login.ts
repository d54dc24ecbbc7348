/** Steps that give a pod a login: one that is in the cluster already, a corrected secret, or a new login. */

import { clueOf, hasClue } from '../diagnosis/clue.ts'
import type { AttemptProblem, CredentialHint } from '../diagnosis/credential-report.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { usableSecrets } from '../diagnosis/pod-credential.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { isLocal, isOfCluster } from '../image/host.ts'
import { cloudOf, hidesMissing, isOpenShiftService, isPublic } from '../image/registries.ts'
import type { PodMaker } from '../snapshot/pod.ts'
import { isInCloud, isPackaged, stepsIf } from './conditions.ts'
import type { Step } from './step.ts'
import type { LoginReason, UsableHint } from './step-for-access.ts'

/**
 * The login that other pods have, which run the image. A token that has ended needs more than a copy, and what a mirror refuses is another
 * login. Only one that the registry does not accept at all can be overwritten: others still serve other images.
 */
export function otherLogin({ credential, clues, namespace, endpoint, subcause }: Finding): Step[] {
  const other = clueOf(clues, 'runs-elsewhere')?.login ?? null
  const isTried = credential.status === 'usable' && !credential.cameLater && !credential.contradicted
  if (other === null || !isTried || endpoint?.role === 'mirror') return []
  if (hasClue(clues, 'aged-token')) return []
  const names = usableSecrets(credential)
  const secret = other.namespace === namespace ? names[0] : names.find(name => name === other.secret)
  return secret === undefined
    ? []
    : [
        {
          code: 'use-other-login',
          namespace,
          secret,
          other: { ...other, alone: other.alone && subcause === 'credential-refused' },
        },
      ]
}

/** What the nodes' own logins lack, where other nodes run the image, or where OpenShift's own login has it; a secret that the pod can name comes first. */
export function nodesOwnLogin(finding: Finding): Step[] {
  const { clues, registry, credential, host } = finding
  const place = clueOf(clues, 'runs-elsewhere')
  const [node] = place?.alike === true ? place.nodes : []
  const hasNone = credential.status === 'none'
  const isKnown = nearSecretSteps(finding).length > 0 || finding.remedies.includes('recreate')
  if (registry === null || isKnown || isPublic(finding.reference)) return []
  const hasLogin = hasClue(clues, 'global-login')
  const held = clueOf(clues, 'pool-held')
  if (!hasNone && !(hasLogin && credential.status === 'broken')) return []
  if (hasLogin || (held !== undefined && node !== undefined))
    return [{ code: 'global-pull-secret', registry, hasLogin, pool: held ?? null }]
  const cloud = cloudOf(registry)
  const isOfCloud = cloud !== null && isInCloud(finding, cloud)
  return node === undefined || isOfCloud || host.virtual !== undefined
    ? []
    : [{ code: 'login-of-others', registry, node }]
}

/** How this container gets a login: with `fix`, or else on the node, or with a new debug container. */
export function loginSteps(finding: Finding, reason: LoginReason): Step[] {
  const { registry, remedies, workload, containerKind } = finding
  const steps: Step[] = []
  if (remedies.includes('recreate')) steps.push({ code: 'recreate-pods' })
  if (remedies.includes('authenticate') && registry !== null)
    steps.push(
      ...(isOfCluster(registry) || isLocal(registry)
        ? clusterLogin(finding, registry)
        : (loginAtOwner(finding, reason, registry) ?? [
            {
              code: 'distribute-login' as const,
              reason: isStopgap(finding, reason) ? ('stopgap' as const) : reason,
              registry,
              ...missingSecret(finding),
            },
          ])),
    )
  // A static pod, which the kubelet created from a file; its owner is the node.
  if (workload?.kind === 'Node') steps.push({ code: 'kubelet-login' })
  if (containerKind === 'ephemeral') steps.push({ code: 'other-debug-container', reason: 'login' })
  return steps
}

/**
 * The login where an operator takes the pull secrets of its service accounts from, as `fix` does not change what is an operator's; null if the pod
 * has another account, or names the secret already. No step if one for a secret that is there says so.
 */
function loginAtOwner({ clues, credential, namespace }: Finding, reason: LoginReason, registry: string) {
  const owned = clueOf(clues, 'owned-account')
  const isNew = reason === 'missing' || reason === 'limit' || reason === 'private'
  if (owned === undefined || !isNew || credential.attempts.length > 0) return null
  const isKnown = credential.hints?.some(hint => 'ownedBy' in hint && hint.ownedBy !== undefined) === true
  const { own, owner } = owned
  return stepsIf(!isKnown, { code: 'login-at-owner', registry, reason, own, namespace, owner })
}

/** A login that has to be made by hand, as this machine can't reach what the nodes mean; a valid one that lacks a right would only be replaced by another. */
function clusterLogin(finding: Finding, registry: string): Step[] {
  const { credential, subcause } = finding
  const isValid = credential.status === 'usable' && subcause !== 'credential-refused'
  const missing = missingSecret(finding)
  // OpenShift makes the logins for its own registry, tokens of service accounts, and puts them into secrets itself.
  const isMade = isOpenShiftService(registry) && missing.secret === undefined
  return stepsIf(!isValid && !isMade, { code: 'cluster-login', registry, ...missing })
}

/** The secret that the pod names and that does not exist: with it, no other object has to change, and all pods that name it can pull. */
function missingSecret({ credential: { status, attempts } }: Finding): { secret?: string } {
  const missing =
    status === 'broken' ? attempts.find(({ problem }) => problem === 'secret-missing') : undefined
  return missing === undefined ? {} : { secret: missing.secret }
}

/** A person's token for ECR or Artifact Registry ends within hours, and until then hides that the node's own identity does not work. */
function isStopgap(finding: Finding, reason: LoginReason): boolean {
  const cloud = cloudOf(finding.registry)
  return (
    (cloud === 'ecr' || cloud === 'gar') &&
    (reason === 'missing' || reason === 'private') &&
    finding.credential.status === 'none' &&
    isInCloud(finding, cloud)
  )
}

/** A secret in the cluster that has a login already: using it is a smaller change than a new one. */
export function knownSecretSteps(finding: Finding): Step[] {
  const { credential, namespace, remedies } = finding
  const usable = (credential.hints ?? []).filter(isUsable)
  const hints = credential.unnamed ? usable.filter(({ code }) => !NAMEABLE.includes(code)) : usable
  const isNamed = (hint: UsableHint) =>
    'secret' in hint &&
    credential.attempts.some(({ problem, secret }) => problem === 'secret-missing' && secret === hint.secret)
  // The pod names this one already.
  const found = hints.find(isNamed) ?? hints[0]
  if (found === undefined || !remedies.includes('authenticate')) return []
  return isOfVirtualCluster(finding)
    ? untranslated(finding)
    : [{ code: 'use-known-secret', hint: found, namespace }]
}

/** Secrets that an entry of the pod can name at once. */
const NAMEABLE: readonly CredentialHint['code'][] = ['service-account-secrets-ignored', 'not-named']

/** The pod's entry without a name, which was meant to name a secret. */
export function unnamedSecretSteps({ credential, remedies }: Finding): Step[] {
  const { unnamed, status, hints = [] } = credential
  if (!unnamed || status === 'usable' || !remedies.includes('authenticate')) return []
  const ignored = hints.find(hint => hint.code === 'service-account-secrets-ignored')
  const beside = hints.flatMap(hint => (hint.code === 'not-named' ? [hint.secret] : []))
  return [
    {
      code: 'name-secret',
      secrets: ignored?.secrets ?? beside.slice(0, 1),
      serviceAccount: ignored?.serviceAccount ?? null,
    },
  ]
}

/** Programs that copy pods out of a virtual cluster, and their secrets under other names: what is changed in a copy does not last. */
const VIRTUAL_CLUSTERS: readonly PodMaker[] = ['vcluster', 'k3k']

function isOfVirtualCluster({ clues }: Finding): boolean {
  const maker = clueOf(clues, 'made-by')?.maker
  return maker !== undefined && VIRTUAL_CLUSTERS.includes(maker)
}

/** The secret was copied, as NAME-x-NAMESPACE-x-CLUSTER like the pod, but the pod has the name of the original (loft-sh/vcluster#1912). */
function untranslated({ credential, clues, pod }: Finding): Step[] {
  const maker = clueOf(clues, 'made-by')?.maker
  const place = /-x-.+/.exec(pod)?.[0] ?? ''
  const copies = credential.hints?.flatMap(hint => (hint.code === 'not-named' ? hint.secret : [])) ?? []
  const found = credential.attempts.flatMap(({ secret, problem, from }) => {
    const copy = copies.find(name => name.startsWith(`${secret}-x-`) && name.endsWith(place))
    // What an account of this cluster added is no name of the virtual one.
    return problem !== 'secret-missing' || from !== 'pod' || copy === undefined
      ? []
      : [{ named: secret, copy }]
  })[0]
  return maker === undefined || found === undefined ? [] : [{ code: 'untranslated-secret', maker, ...found }]
}

/** One of these in the pod's own namespace, which was meant for its pods. */
export function nearSecretSteps(finding: Finding): Step[] {
  return knownSecretSteps(finding).filter(
    step => step.code === 'use-known-secret' && step.hint.code !== 'in-namespace',
  )
}

function isUsable(hint: CredentialHint): hint is UsableHint {
  return (
    hint.code !== 'service-account-changed-later' && hint.code !== 'same-account' && hint.code !== 'hub-name'
  )
}

/** The pod has a login for Docker Hub, but its image is named after another host of Docker Hub. */
export function hubNameSteps({ credential, registry }: Pick<Finding, 'credential' | 'registry'>): Step[] {
  const isThere = credential.hints?.some(({ code }) => code === 'hub-name') === true
  return registry !== null && isThere
    ? [{ code: 'correct-registry', from: registry, to: DOCKER_HUB, why: 'hub-login' }]
    : []
}

/** Problems of a secret that has its login, but in a form or under a key in which the kubelet does not find it. */
const MISPLACED: readonly AttemptProblem[] = [
  'impossible-name',
  'wrong-type',
  'wrong-key',
  'wrong-layout',
  'key-never-matches',
]

/** Problems of a secret that was meant for this registry, which a corrected secret of the same name ends. */
const CORRECTABLE: readonly AttemptProblem[] = [
  ...MISPLACED,
  'creds-store-only',
  'no-entries',
  'empty-auth',
  'token-only',
  'half',
]

/** The pod's secrets that have a login for this registry in a form that the kubelet does not read: a smaller change than a new login. */
export function misplacedLoginSteps(finding: Finding): Step[] {
  return correctedSecretSteps(finding).filter(
    step => step.code === 'repair-secret' && MISPLACED.includes(step.problem),
  )
}

/** The pod's secrets that could not be read: what they have is unknown, and a new login might change nothing. */
export function unreadSecretSteps({ credential, namespace }: Finding): Step[] {
  if (credential.status !== 'unknown') return []
  return credential.attempts
    .flatMap(({ secret, problem }): Step[] =>
      problem === 'secret-forbidden' || problem === 'secret-unread'
        ? [{ code: 'read-secret', namespace, secret, problem }]
        : [],
    )
    .slice(0, 1)
}

/** The pod's secrets that were meant for this registry but give it no login: correcting one is the smallest change. */
export function correctedSecretSteps({ credential, namespace }: Finding): Step[] {
  if (credential.status === 'usable') return []
  // The step for a secret that is there corrects the name of this one.
  const named = credential.hints?.flatMap(hint => (hint.code === 'not-named' ? (hint.misspelled ?? []) : []))
  const meant = credential.attempts.filter(
    ({ secret, problem, mismatch }) =>
      problem !== null &&
      named?.includes(secret) !== true &&
      (CORRECTABLE.includes(problem) || (problem === 'other-registry' && mismatch !== undefined)),
  )
  return [...new Map(meant.map(attempt => [attempt.secret, attempt])).values()].slice(0, 2).map(
    ({ secret, problem }): Step => ({
      code: 'repair-secret',
      namespace,
      secret,
      problem: problem ?? 'no-entries',
    }),
  )
}

/** A key for Docker Hub that only lacks its last slash: the login itself is there, and correcting the key is all that it needs. */
export function missingSlash({ credential, namespace }: Finding): Step[] {
  if (credential.status === 'usable') return []
  const found = credential.attempts.find(({ mismatch }) => mismatch === 'slash-missing')
  return found?.problem == null
    ? []
    : [{ code: 'repair-secret', namespace, secret: found.secret, problem: found.problem }]
}

/** Whoever pushed the image may have meant it for everyone: at registries that hide what they lack, new images are mostly private. */
export function publicSteps(finding: Finding): Step[] {
  const { registry, reference, credential } = finding
  if (registry === null || !hidesMissing(registry) || isPublic(reference) || isPackaged(finding)) return []
  return stepsIf(credential.status === 'none' && credential.attempts.length === 0, {
    code: 'make-public',
    registry,
  })
}
