/** From a snapshot to findings: which containers can't get their image, why, whose they are, and what would help. */

import { movedImage } from '../image/moved.ts'
import { fullName, parseReference } from '../image/reference.ts'
import { checkFor } from '../snapshot/image-verdict.ts'
import type { Node } from '../snapshot/node.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { PodEvent, Snapshot } from '../snapshot/snapshot.ts'
import { type Classifier, rememberingClassifier } from './classify.ts'
import { cluesOf } from './clues.ts'
import { credentialFor } from './credential.ts'
import { hintsFor, type KnownLogins, knownLogins } from './credential-hints.ts'
import { endpointOf } from './endpoint.ts'
import { firstSign, prove } from './evidence.ts'
import { type FailingContainer, failingContainers } from './failing-container.ts'
import type { Cause, CredentialReport, Diagnosis, Finding } from './finding.ts'
import { saysNothingWasSent } from './nothing-sent.ts'
import { indexOwners, type OwnerIndex, topmostOwner } from './owner.ts'
import { eventsOfPod } from './pod-events.ts'
import { longPulls } from './pulling.ts'
import { pullingNode } from './pulling-node.ts'
import { remediesFor } from './remedies.ts'
import { remembered } from './remembered.ts'
import { failingSandbox } from './sandbox.ts'
import { subcauseOf } from './subcause.ts'
import { byUrgency, type Unweighed } from './urgency.ts'

/** Everything that is wrong with the pulls in the snapshot, most urgent first. */
export function diagnose(snapshot: Snapshot): Diagnosis {
  const seen: Seen = {
    snapshot,
    owners: indexOwners(snapshot.owners),
    eventsByPod: Map.groupBy(snapshot.events, ({ namespace, pod }) => podKey(namespace, pod)),
    nodes: new Map(snapshot.nodes.map(node => [node.name, node])),
    logins: knownLogins(snapshot),
    judge: rememberingClassifier(),
    ...rememberingReaders(),
  }
  const unweighed = snapshot.pods.flatMap(pod => findingsOf(pod, seen))
  const findings = byUrgency(unweighed)
  return {
    takenAt: snapshot.takenAt,
    complete: snapshot.gaps.length === 0,
    source: snapshot.source,
    scope: snapshot.scope,
    summary: {
      pods: snapshot.podCount,
      failingPods: new Set(findings.map(({ namespace, pod }) => podKey(namespace, pod))).size,
      causes: countCauses(findings),
    },
    findings,
    pulling: longPulls(snapshot.pods, pod => ownEvents(pod, seen), snapshot.takenAt),
    gaps: snapshot.gaps,
  }
}

/** What every pod is looked at with. */
interface Seen {
  snapshot: Snapshot
  owners: OwnerIndex
  eventsByPod: ReadonlyMap<string, PodEvent[]>
  nodes: ReadonlyMap<string, Node>
  logins: KnownLogins
  judge: Classifier
  endpointIn: Readers['endpointIn']
  cluesIn: Readers['cluesIn']
}

type Readers = ReturnType<typeof rememberingReaders>

/** What is read out of every text, but once for those that are alike. */
function rememberingReaders() {
  return {
    endpointIn: remembered(endpointOf, registry => registry ?? ''),
    cluesIn: remembered(cluesOf, ({ cause, status, endpoint, image }) =>
      [cause, status, endpoint?.role, endpoint?.host, image].join(' '),
    ),
  }
}

function findingsOf(pod: Pod, seen: Seen): Unweighed[] {
  const { owners } = seen
  const events = ownEvents(pod, seen)
  const workload = topmostOwner(pod, owners)
  const containers = failingContainers(pod, events)
  const sandbox = containers.length > 0 ? null : failingSandbox(pod, events)
  return [...containers, ...(sandbox === null ? [] : [sandbox])].map(failing => ({
    pod,
    finding: findingOf(pod, failing, workload, seen),
  }))
}

function ownEvents(pod: Pod, { eventsByPod }: Seen): PodEvent[] {
  return eventsOfPod(pod, eventsByPod.get(podKey(pod.namespace, pod.name)) ?? [])
}

function findingOf(
  pod: Pod,
  failing: FailingContainer,
  workload: Finding['workload'],
  { snapshot, nodes, logins, judge, endpointIn, cluesIn }: Seen,
): Finding {
  const { container, reason } = failing
  const { cause, subcause: spoken, error, evidence } = prove(failing, judge)
  const parsed = parseReference(container.image)
  const registry = parsed?.registry ?? null
  const reference = parsed && fullName(parsed)
  const credential = failing.usesPullSecrets
    ? toldCredential({ pod, container, cause, evidence }, logins, snapshot)
    : NOT_THE_PODS
  const text = error?.text ?? ''
  const endpoint = endpointIn(text, registry)
  const node = nodes.get(pod.node ?? '') ?? null
  const subcause = subcauseOf(cause, {
    error,
    spoken,
    reference: parsed,
    endpoint,
    credential: credential.status,
    onNode: node?.images.some(image => reference !== null && image === reference) ?? false,
  })
  const answer = answerOf(cause, error?.status ?? null)
  const moved = parsed !== null && answer !== null ? movedImage(parsed, answer) : null
  return {
    cause,
    subcause,
    severity: cause === 'kubelet-qps' ? 'warning' : 'error',
    namespace: pod.namespace,
    pod: pod.name,
    container: container.name,
    containerKind: container.kind,
    workload,
    node: pod.node,
    image: container.image,
    reference,
    registry,
    endpoint,
    moved,
    reason,
    since: firstSign(failing, pod.createdAt),
    evidence,
    credential,
    check: checkFor(reference, snapshot.imageChecks, failing.usesPullSecrets ? pod : null),
    remedies: failing.usesPullSecrets
      ? remediesFor({ cause, subcause, registry, reference, endpoint, moved }, pod, container, snapshot)
      : [],
    clues: cluesIn(evidence?.text ?? '', {
      cause,
      status: error?.status ?? null,
      endpoint,
      image: container.image,
      reference: parsed,
    }),
    host: pullingNode(pod, node, evidence?.text ?? ''),
    urgency: 0,
  }
}

/** What the node or the guest itself pulls with can't be seen from outside. */
const NOT_THE_PODS: CredentialReport = { status: 'unknown', attempts: [] }
interface Pull extends Pick<Finding, 'cause' | 'evidence'> {
  pod: Pod
  container: FailingContainer['container']
}

/** Whether it had a login; and where one was asked for, what the registry says of it and where else one lies. */
function toldCredential({ pod, container, cause, evidence }: Pull, logins: KnownLogins, snapshot: Snapshot) {
  const credential = credentialFor(pod, container.image, snapshot)
  if (cause !== 'auth-required-or-denied' && cause !== 'rate-limited') return credential
  const hints = hintsFor(pod, container.image, credential, logins)
  const contradicted =
    credential.status === 'usable' && evidence !== null && saysNothingWasSent(evidence.text)
  return { ...credential, ...(hints.length > 0 && { hints }), ...(contradicted && { contradicted }) }
}

/** What an image that is gone brings: a refusal, `not found`, or 412; null where the text is of something else. */
function answerOf(cause: Cause, status: number | null): 'refused' | 'missing' | null {
  if (cause === 'image-not-found' || status === 412) return 'missing'
  return cause === 'auth-required-or-denied' ? 'refused' : null
}

function countCauses(findings: Finding[]): Partial<Record<Cause, number>> {
  const counts: Partial<Record<Cause, number>> = {}
  for (const { cause } of findings) counts[cause] = (counts[cause] ?? 0) + 1
  return counts
}

function podKey(namespace: string, pod: string): string {
  return `${namespace}/${pod}`
}
