/** Explains one pod's images: reference, policy, credentials in the kubelet's order, verdict, and problems. */

import { isPostPullReason } from '../image/pull-messages.ts'
import { fullName, readReference } from '../image/reference.ts'
import { byText } from '../order.ts'
import { checkFor } from '../snapshot/image-verdict.ts'
import { objectKey } from '../snapshot/object-key.ts'
import { indexOwners, topmostOwner } from '../snapshot/owners.ts'
import type { Container, Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { CredentialReport } from './credential/credential-report.ts'
import {
  isUnreadSecret,
  malformedSecrets,
  type PodCredentials,
  podCredentials,
  usableSecrets,
} from './credential/pod-credential.ts'
import { serviceAccountProblem } from './credential/service-account.ts'
import { diagnose } from './diagnose.ts'
import { sandboxWith } from './failing-container.ts'
import type { Finding } from './finding.ts'
import { isOpenToAll } from './refusal/denial.ts'
import type { CredentialState, Obstacle, Why, WhyContainer, WhyProblem } from './why-report.ts'

/** Explains every image of the pod, which has to be part of the snapshot. */
export function explainPod(pod: Pod, snapshot: Snapshot): Why {
  const { findings, pulling } = diagnose({ ...snapshot, pods: [pod] })
  const owners = indexOwners(snapshot.owners)
  const credentials = podCredentials(snapshot, owners)
  const sandboxes = findings.flatMap(({ containerKind, image }) =>
    containerKind === 'sandbox' ? [sandboxWith(image)] : [],
  )
  return {
    takenAt: snapshot.takenAt,
    pod: pod.name,
    namespace: pod.namespace,
    workload: topmostOwner(pod, owners),
    serviceAccount: pod.serviceAccount,
    node: pod.node,
    containers: [...sandboxes, ...pod.containers].map(container => {
      const isIts = ({ container: name, containerKind }: Pick<Finding, 'container' | 'containerKind'>) =>
        name === container.name && containerKind === container.kind
      const finding = findings.find(isIts) ?? null
      const pullingSince = pulling.find(isIts)?.since ?? null
      return explainContainer({ pod, container, snapshot, credentials, finding, pullingSince })
    }),
    obstacle: findings.length > 0 ? null : obstacleOf(pod),
    gaps: snapshot.gaps,
  }
}

interface ContainerFacts {
  pod: Pod
  container: Container
  snapshot: Snapshot
  credentials: PodCredentials
  /** null if its pull does not fail now. */
  finding: Finding | null
  pullingSince: string | null
}

function explainContainer(place: ContainerFacts): WhyContainer {
  const { pod, container, snapshot } = place
  const { name, kind, image, pullPolicy } = container
  const read = readReference(image)
  const reference = 'refused' in read ? null : read
  // Not every error of a sandbox names the pause image; the name is not invalid then.
  const isUnnamed = kind === 'sandbox' && image === ''
  const credential = place.finding?.credential ?? place.credentials.reportFor(pod, image)
  const blocks = [
    ...('refused' in read && !isUnnamed
      ? [{ code: 'invalid-reference' as const, detail: read.refused }]
      : []),
    ...malformedSecrets(credential).map(secret => ({ code: 'malformed-secret' as const, secret })),
    ...(place.finding?.cause === 'never-pull' ? [{ code: 'never-pull' as const }] : []),
  ]
  const links = blocks.length > 0 ? blocks : brokenLinks(place, credential)
  return {
    container: name,
    kind,
    image,
    reference: reference && fullName(reference),
    registry: reference?.registry ?? null,
    pullPolicy,
    attempts: credential.attempts,
    ...(credential.unnamed && { unnamed: true as const }),
    verdict:
      blocks.length > 0 ? 'blocked' : credential.ofNode ? 'authenticated' : VERDICTS[credential.status],
    check: checkFor(reference && fullName(reference), snapshot.imageChecks, pod),
    pullingSince: place.pullingSince,
    finding: place.finding,
    ...problemsAndNotes(links, place),
  }
}

/** Without a failed pull, nothing is a problem while nothing is pulled, and a secret that could not be read is not known to be one. */
function problemsAndNotes(
  links: WhyProblem[],
  place: ContainerFacts,
): Pick<WhyContainer, 'problems' | 'notes'> {
  if (place.finding !== null) return { problems: links }
  const isNote = pullsNothing(place) ? () => true : isUnread
  const notes = links.flatMap(link => (link.code !== 'pull-failed' && isNote(link) ? [link] : []))
  return { problems: links.filter(link => !isNote(link)), ...(notes.length > 0 && { notes }) }
}

function isUnread(link: WhyProblem): boolean {
  return link.code === 'attempt' && isUnreadSecret(link.problem)
}

/**
 * Whether nothing has to be pulled now: the container has started, its image volume is mounted, or the pod is being deleted. Nothing that it lacks
 * needs to be made then: in a namespace that is being deleted, too, Secrets go as well, and the API server refuses new ones.
 */
function pullsNothing({ pod, container }: ContainerFacts): boolean {
  if (pod.terminating) return true
  const { kind, state, imageId } = container
  if (kind === 'volume') return pod.phase === 'Running'
  return imageId !== null || state.type === 'running' || state.type === 'terminated'
}

const VERDICTS: Record<CredentialReport['status'], CredentialState> = {
  none: 'anonymous',
  broken: 'anonymous',
  usable: 'authenticated',
  unknown: 'unknown',
}

/** Whether a login could be what is missing: not for public images, which no login opens, nor if the node's own identity was sent. */
function mayLackLogin({ finding }: ContainerFacts): boolean {
  const isOpen = finding?.cause === 'auth-required-or-denied' && isOpenToAll(finding)
  return !isOpen && finding?.credential.ofNode === undefined
}

/** The link to repair comes first: the credential if the registry wanted a login, else the registry's answer. */
function brokenLinks(place: ContainerFacts, credential: CredentialReport): WhyProblem[] {
  const { finding } = place
  const credentials = credentialProblems(place, credential)
  if (finding === null) return credentials
  const failed: WhyProblem = { code: 'pull-failed', finding }
  const wantsLogin =
    finding.cause === 'auth-required-or-denied' ||
    (finding.cause === 'rate-limited' && finding.subcause !== 'account')
  // Some registries answer 404 to anyone without a login; other failures have nothing to do with one.
  if (!wantsLogin) return finding.cause === 'image-not-found' ? [failed, ...credentials] : [failed]
  const { registry } = finding
  const { contradicted, cameLater } = finding.credential
  if ((contradicted || cameLater) && registry !== null)
    return [{ code: 'credential-unused', registry, secrets: usableSecrets(credential) }, failed]
  const missing: WhyProblem[] =
    credentials.length === 0 && credential.status === 'none' && registry !== null && mayLackLogin(place)
      ? [{ code: 'no-credential', registry }]
      : []
  return [...credentials, ...missing, failed]
}

/** Credentials that can't be used, unless another one can; those for other registries are not problems. */
function credentialProblems(
  { pod, container, credentials }: ContainerFacts,
  credential: CredentialReport,
): WhyProblem[] {
  if (credential.status === 'usable') return []
  const attempts = credential.attempts.flatMap(({ secret, key, problem }): WhyProblem[] =>
    problem === null || problem === 'other-registry' || problem === 'shadowed'
      ? []
      : [{ code: 'attempt', secret, key, problem }],
  )
  return [...serviceAccountProblem(pod, container.image, credentials), ...attempts]
}

/** The first thing that keeps the pod from running. */
function obstacleOf({ phase, reason, node, terminating, containers }: Pod): Obstacle | null {
  if (phase === 'Succeeded') return null
  if (terminating) return { code: 'deleting', container: null, reason: '' }
  if (phase === 'Failed') return { code: 'failed', container: null, reason }
  if (phase === 'Pending' && node === null) return { code: 'unscheduled', container: null, reason: '' }
  const own = containers.filter(({ kind }) => kind !== 'ephemeral' && kind !== 'volume')
  const [first] = own.flatMap(container => obstacleIn(container) ?? [])
  const unready = own.find(({ kind, ready, state }) => kind !== 'init' && state.type === 'running' && !ready)
  return first ?? (unready === undefined ? null : { code: 'not-ready', container: unready.name, reason: '' })
}

function obstacleIn({ name: container, kind, state }: Container): Obstacle | null {
  switch (state.type) {
    case 'running':
      return kind === 'init' ? { code: 'initializing', container, reason: '' } : null
    case 'terminated':
      return state.exitCode === 0 ? null : { code: 'not-running', container, reason: state.reason }
    case 'waiting':
      return isPostPullReason(state.reason)
        ? { code: 'not-running', container, reason: state.reason }
        : { code: 'starting', container, reason: state.reason }
    case 'unknown':
      return { code: 'starting', container, reason: '' }
  }
}

interface AlikePods {
  namespace: string
  /** The first of them by name. */
  pod: string
  /** The names of the others. */
  others: string[]
}

/** Groups the pods of the findings, which keep their order. */
export function alikePods(findings: readonly Finding[]): AlikePods[] {
  const byPod = Map.groupBy(findings, ({ namespace, pod }) => objectKey(namespace, pod))
  const groups = Map.groupBy(byPod.values(), own => JSON.stringify(own.map(similarityKey)))
  return [...groups.values()].flatMap(pods => {
    const [first, ...others] = pods.flatMap(([one]) => one ?? []).sort(byText(({ pod }) => pod))
    if (first === undefined) return []
    const { namespace, pod } = first
    return [{ namespace, pod, others: others.map(other => other.pod) }]
  })
}

/** The parts of a finding that are the same for all replicas of a workload. */
function similarityKey(finding: Finding): unknown[] {
  const { namespace, workload, container, containerKind, image, cause, subcause, endpoint, credential } =
    finding
  return [namespace, workload, container, containerKind, image, cause, subcause, endpoint, credential]
}
