/** Steps about secrets that are in the cluster already: one that the pod could name, and its own that give it no login as they are. */

import { clueOf } from '../diagnosis/clues/clue.ts'
import type { AttemptProblem, CredentialHint } from '../diagnosis/credential/credential-report.ts'
import { isUnreadSecret } from '../diagnosis/credential/pod-credential.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { repositoryOf } from '../image/reference.ts'
import type { PodMaker } from '../snapshot/pod.ts'
import type { Step } from './step/step.ts'
import type { UsableHint } from './step/step-for-access.ts'

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
export function hubNameSteps({ credential, registry }: Finding): Step[] {
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
    step =>
      step.code === 'repair-secret' &&
      (MISPLACED.includes(step.problem) ||
        isForSister(finding, step.secret) ||
        isUnderOtherName(finding, step.secret)),
  )
}

/** Whether the secret's only key for the registry names another image of the same owner, whose login most likely reaches this one, too. */
function isForSister({ credential, reference }: Finding, secret: string): boolean {
  const [owner, ...rest] = repositoryOf(reference).split('/')
  const ofSecret = credential.attempts.filter(attempt => attempt.secret === secret)
  return (
    rest.length > 0 &&
    ofSecret.every(({ key, mismatch }) => mismatch === 'path' && ownerIn(key ?? '') === owner)
  )
}

/** Whether the secret has the login under another name of the registry, which takes it under this one, too. */
function isUnderOtherName({ credential: { attempts } }: Finding, secret: string): boolean {
  return attempts.some(attempt => attempt.secret === secret && attempt.mismatch === 'network')
}

/** The first part of the path in a key, as in `https://ghcr.io/acme/web`; null for several keys. */
function ownerIn(key: string): string | null {
  return /^(?:https?:\/\/)?[^/,\s]+\/(?:v[12]\/)?([^/,\s]+)\/[^,\s]+$/i.exec(key)?.[1] ?? null
}

/** The pod's secrets that could not be read: what they have is unknown, and a new login might change nothing. */
export function unreadSecretSteps({ credential, namespace }: Finding): Step[] {
  if (credential.status !== 'unknown') return []
  return credential.attempts
    .flatMap(({ secret, problem }): Step[] =>
      isUnreadSecret(problem) ? [{ code: 'read-secret', namespace, secret, problem }] : [],
    )
    .slice(0, 1)
}

/** The pod's secrets that were meant for this registry but give it no login: correcting one is the smallest change. */
export function correctedSecretSteps(finding: Finding): Step[] {
  const { credential, namespace } = finding
  if (credential.status === 'usable') return []
  // The step for a secret that is there corrects the name of this one.
  const named = credential.hints?.flatMap(hint => (hint.code === 'not-named' ? (hint.misspelled ?? []) : []))
  const meant = credential.attempts.filter(
    ({ secret, problem, mismatch }) =>
      problem !== null &&
      named?.includes(secret) !== true &&
      (CORRECTABLE.includes(problem) || (problem === 'other-registry' && mismatch !== undefined)),
  )
  const each = [...new Map(meant.map(attempt => [attempt.secret, attempt])).values()]
  // Logins for other paths of the registry have such keys on purpose, so that one step is for all of them.
  const paths = each.filter(({ mismatch }) => mismatch === 'path').map(({ secret }) => secret)
  const [first = '', ...others] = paths
  const beside = others.filter(secret => isForSister(finding, secret) === isForSister(finding, first))
  return each
    .filter(({ secret }) => !beside.includes(secret))
    .slice(0, 2)
    .map(
      ({ secret, problem }): Step => ({
        code: 'repair-secret',
        namespace,
        secret,
        problem: problem ?? 'no-entries',
        ...(secret === first && beside.length > 0 && { beside }),
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
