/** Steps about a pod's login: one that is missing, one that is in the cluster already, and one that the registry refused. */

import { clueOf } from '../diagnosis/clue.ts'
import type { AttemptProblem, Finding } from '../diagnosis/finding.ts'
import type { CredentialHint } from '../diagnosis/pull-credential.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import { cloudOf, hidesMissing, isPublic } from '../image/registries.ts'
import { hasClue, isInCloud, stepsIf } from './conditions.ts'
import type { LoginReason, ShortLived, Step, UsableHint } from './step.ts'

/** How this container gets a login: with `fix`, or else on the node, or with a new debug container. */
export function loginSteps(finding: Finding, reason: LoginReason): Step[] {
  const { registry, remedies, workload, containerKind } = finding
  const steps: Step[] = []
  if (remedies.includes('recreate')) steps.push({ code: 'recreate-pods' })
  if (remedies.includes('authenticate') && registry !== null)
    steps.push({
      code: 'distribute-login',
      reason: isStopgap(finding, reason) ? 'stopgap' : reason,
      registry,
      ...missingSecret(finding),
    })
  // A static pod, which the kubelet created from a file; its owner is the node.
  if (workload?.kind === 'Node') steps.push({ code: 'kubelet-login' })
  if (containerKind === 'ephemeral') steps.push({ code: 'other-debug-container', reason: 'login' })
  return steps
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
export function knownSecretSteps({ credential, namespace, remedies }: Finding): Step[] {
  const hints = (credential.hints ?? []).filter(isUsable)
  const isNamed = (hint: UsableHint) =>
    'secret' in hint &&
    credential.attempts.some(({ problem, secret }) => problem === 'secret-missing' && secret === hint.secret)
  // The pod names this one already.
  const found = hints.find(isNamed) ?? hints[0]
  return found === undefined || !remedies.includes('authenticate')
    ? []
    : [{ code: 'use-known-secret', hint: found, namespace }]
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

/** The pod's malformed secrets, each of which fails every image of the pod. */
export function malformedSecrets({ credential }: Pick<Finding, 'credential'>): string[] {
  const malformed = credential.attempts.filter(({ problem }) => problem === 'malformed')
  return [...new Set(malformed.map(({ secret }) => secret))]
}

/** Problems of a secret that was meant for this registry, which a corrected secret of the same name ends. */
const CORRECTABLE: readonly AttemptProblem[] = [
  'wrong-type',
  'wrong-key',
  'wrong-layout',
  'key-never-matches',
  'creds-store-only',
  'no-entries',
  'empty-auth',
  'token-only',
  'half',
]

/** Those of a secret that has its login, but in a form or under a key in which the kubelet does not find it. */
const MISPLACED: readonly AttemptProblem[] = ['wrong-type', 'wrong-key', 'wrong-layout', 'key-never-matches']

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
  const meant = credential.attempts.filter(
    ({ problem, mismatch }) =>
      problem !== null &&
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

/** Logins that the kubelet can use, but that were not written as they were meant. */
export function miswrittenLogins(finding: Finding): Step[] {
  return [...cutUserNames(finding), ...paddedLogins(finding), ...overriddenLogins(finding)]
}

/** In double quotes, the shell expands `$team` in `robot$team+pull`, so the user name was cut off. */
function cutUserNames({ credential, registry }: Finding): Step[] {
  // A robot of Quay is named so.
  const cut = registry === 'quay.io' ? /\$$/ : /^robot(?:\+.*)?$|\$$/
  return credential.attempts.flatMap(({ usable, secret, username }): Step[] =>
    usable && username !== null && cut.test(username) ? [{ code: 'cut-user-name', secret, username }] : [],
  )
}

/** A stray line feed, such as `echo` adds, becomes part of the password that the registry gets. */
function paddedLogins({ credential }: Finding): Step[] {
  return credential.attempts.flatMap(({ usable, secret, padded }): Step[] =>
    usable && padded === true ? [{ code: 'padded-login', secret }] : [],
  )
}

/** A password that was changed beside `auth`, or the reverse. */
function overriddenLogins({ credential }: Finding): Step[] {
  return credential.attempts.flatMap(({ usable, secret, overridden }): Step[] =>
    usable && overridden === true ? [{ code: 'overridden-login', secret }] : [],
  )
}

/** A login that the registry refused although the pull went on: it costs each pull an attempt, and fails alone. */
export function passedOverLogins(finding: Finding): Step[] {
  const status = clueOf(finding.clues, 'login-passed-over')?.status
  const secrets = usableSecrets(finding)
  if (status === undefined || secrets.length === 0 || finding.registry === null) return []
  return [
    { code: 'replace-passed-over', secrets, status, registry: finding.registry },
    ...shortLived(finding),
  ]
}

/** Where a refused login comes from: whatever writes its Secret would overwrite another one. */
function writerSteps({ credential, namespace }: Finding): Step[] {
  const written = credential.attempts.flatMap(({ usable, secret, writer }): Step[] =>
    usable && writer !== undefined && writer.type !== 'fix'
      ? [{ code: 'secret-writer', secret, namespace, writer }]
      : [],
  )
  return written.slice(0, 1)
}

/** Whoever pushed the image may have meant it for everyone: at registries that hide what they lack, new images are mostly private. */
export function publicSteps({ registry, reference, credential }: Finding): Step[] {
  if (registry === null || !hidesMissing(registry) || isPublic(reference)) return []
  return stepsIf(credential.status === 'none' && credential.attempts.length === 0, {
    code: 'make-public',
    registry,
  })
}

/** The pod's secrets with a usable login, in the kubelet's order. */
export function usableSecrets({ credential }: Pick<Finding, 'credential'>): string[] {
  return [...new Set(credential.attempts.filter(({ usable }) => usable).map(({ secret }) => secret))]
}

/** Whether a usable secret of the pod was created by `pullguard fix`, whose next run renews its login. */
function isDistributed({ credential }: Finding): boolean {
  return credential.attempts.some(({ usable, writer }) => usable && writer?.type === 'fix')
}

/** The repository without registry, tag, and digest; empty if the name does not parse. */
export function repositoryOf({ reference }: Pick<Finding, 'reference'>): string {
  return (reference === null ? null : parseReference(reference))?.repository ?? ''
}

/** The steps for a refused login: another one, a longer-lived one, or none. */
export function refusedLoginSteps(finding: Finding): Step[] {
  const { namespace, registry } = finding
  const secrets = usableSecrets(finding)
  // No image of a private ECR registry is public.
  const mayBePublic = secrets.length > 0 && cloudOf(registry) !== 'ecr'
  const remove: Step[] =
    mayBePublic && registry !== null ? [{ code: 'remove-login', namespace, secrets, registry }] : []
  const see = stepsIf(remove.length === 0, { code: 'see-why', after: 'login' })
  // The image is public, so the refused login is the only obstacle. One that a fix distributed was meant to spare the anonymous limit.
  if (isPublic(finding.reference)) {
    const renew = loginSteps(finding, 'refused')
    return isDistributed(finding)
      ? [...renew, ...remove, ...see]
      : [...remove, ...nodeLogin(finding), ...renew, ...see]
  }
  const cloud = cloudOf(registry)
  const scope: Step[] =
    hasClue(finding, 'token-scope') && registry !== null ? [{ code: 'token-scope', registry }] : []
  return [
    ...shortLived(finding),
    ...writerSteps(finding),
    ...stepsIf(cloud !== null && secrets.length === 0, {
      code: 'check-provider',
      cloud,
      sent: 'refused',
      likely: true,
    }),
    ...nodeLogin(finding),
    ...(secrets.length === 0 ? knownSecretSteps(finding) : []),
    ...loginSteps(finding, refusedReason(finding, secrets)),
    ...correctedSecretSteps(finding),
    ...scope,
    ...remove,
    ...see,
  ]
}

/** A login was sent and refused, and the pod has none: it was the node's own. A cloud's credential provider has a step of its own. */
function nodeLogin(finding: Finding): Step[] {
  const { credential, registry, containerKind } = finding
  return credential.status === 'none' &&
    containerKind !== 'sandbox' &&
    registry !== null &&
    cloudOf(registry) === null &&
    !hasClue(finding, 'ambiguous-refusal')
    ? [{ code: 'node-login', registry }]
    : []
}

/** If the pod has no login, the node's own login was refused, or none was sent. */
function refusedReason(finding: Finding, secrets: string[]): LoginReason {
  if (secrets.length > 0) return 'refused'
  return hasClue(finding, 'ambiguous-refusal') ? 'missing' : 'private'
}

/** User names of tokens that expire after minutes or hours. */
const SHORT_LIVED = new Map<string, ShortLived>([
  ['gitlab-ci-token', 'gitlab-job'],
  ['AWS', 'ecr'],
  ['oauth2accesstoken', 'google'],
  ['00000000-0000-0000-0000-000000000000', 'acr'],
])

/** A secret whose login was a short-lived token. */
function shortLived({ credential }: Finding): Step[] {
  return credential.attempts
    .filter(({ usable }) => usable)
    .flatMap(({ secret, username, validUntil = null }): Step[] => {
      const kind = SHORT_LIVED.get(username ?? '')
      return kind === undefined ? [] : [{ code: 'short-lived-login', secret, kind, validUntil }]
    })
    .slice(0, 1)
}
