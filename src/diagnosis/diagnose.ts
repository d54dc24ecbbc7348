/** From a snapshot to findings: which containers can't get their image, why, whose they are, and what would help. */

import { movedImage } from '../image/moved.ts'
import { fullName, parseReference } from '../image/reference.ts'
import type { Node } from '../snapshot/node.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { OwnerLink, PodEvent, Snapshot } from '../snapshot/snapshot.ts'
import { type Classifier, rememberingClassifier } from './classify.ts'
import { cluesOf } from './clues.ts'
import { credentialFor } from './credential.ts'
import { endpointOf } from './endpoint.ts'
import { firstSign, prove } from './evidence.ts'
import { type FailingContainer, failingContainers } from './failing-container.ts'
import { CAUSES, type Cause, type Diagnosis, type Finding } from './finding.ts'
import { topmostOwner } from './owner.ts'
import { eventsOfPod } from './pod-events.ts'
import { pullingNode } from './pulling-node.ts'
import { remediesFor } from './remedies.ts'
import { subcauseOf } from './subcause.ts'
import { urgencyOf } from './urgency.ts'

/** Everything that is wrong with the pulls in the snapshot, most urgent first. */
export function diagnose(snapshot: Snapshot): Diagnosis {
  const seen: Seen = {
    snapshot,
    links: new Map(snapshot.owners.map(link => [link.uid, link])),
    eventsByPod: Map.groupBy(snapshot.events, ({ namespace, pod }) => podKey(namespace, pod)),
    nodes: new Map(snapshot.nodes.map(node => [node.name, node])),
    judge: rememberingClassifier(),
  }
  const unweighed = snapshot.pods.flatMap(pod => findingsOf(pod, seen))
  const findings = weigh(unweighed).sort(byUrgency)
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
    gaps: snapshot.gaps,
  }
}

/** What every pod is looked at with. */
interface Seen {
  snapshot: Snapshot
  links: ReadonlyMap<string, OwnerLink>
  eventsByPod: ReadonlyMap<string, PodEvent[]>
  nodes: ReadonlyMap<string, Node>
  judge: Classifier
}

interface Unweighed {
  pod: Pod
  finding: Finding
}

function findingsOf(pod: Pod, seen: Seen): Unweighed[] {
  const { links, eventsByPod } = seen
  const events = eventsOfPod(pod, eventsByPod.get(podKey(pod.namespace, pod.name)) ?? [])
  const workload = topmostOwner(pod, links)
  return failingContainers(pod, events).map(failing => ({
    pod,
    finding: findingOf(pod, failing, workload, seen),
  }))
}

function findingOf(
  pod: Pod,
  failing: FailingContainer,
  workload: Finding['workload'],
  { snapshot, nodes, judge }: Seen,
): Finding {
  const { container, reason } = failing
  const { cause, subcause: spoken, error, evidence } = prove(failing, judge)
  const parsed = parseReference(container.image)
  const registry = parsed?.registry ?? null
  const reference = parsed && fullName(parsed)
  const credential = credentialFor(pod, container.image, snapshot)
  const text = error?.text ?? ''
  const endpoint = endpointOf(text, registry)
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
    remedies: remediesFor(
      { cause, subcause, registry, reference, endpoint, moved },
      pod,
      container,
      snapshot,
    ),
    clues: cluesOf({
      text: evidence?.text ?? '',
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

/** What an image that is gone brings: a refusal, `not found`, or 412; null where the text is of something else. */
function answerOf(cause: Cause, status: number | null): 'refused' | 'missing' | null {
  if (cause === 'image-not-found' || status === 412) return 'missing'
  return cause === 'auth-required-or-denied' ? 'refused' : null
}

/** Adds the urgency, which depends on how many pods share cause and image. */
function weigh(unweighed: Unweighed[]): Finding[] {
  const shared = ({ finding }: Unweighed) => `${finding.cause} ${finding.reference ?? finding.image}`
  const groups = Map.groupBy(unweighed, shared)
  const pods = new Map(
    [...groups].map(([key, group]) => [
      key,
      new Set(group.map(({ pod }) => podKey(pod.namespace, pod.name))).size,
    ]),
  )
  return unweighed.map(entry => ({
    ...entry.finding,
    urgency: urgencyOf(entry.pod, entry.finding.workload, pods.get(shared(entry)) ?? 1),
  }))
}

function byUrgency(a: Finding, b: Finding): number {
  return (
    b.urgency - a.urgency ||
    CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause) ||
    compare(a.namespace, b.namespace) ||
    compare(a.pod, b.pod) ||
    compare(a.container, b.container)
  )
}

function countCauses(findings: Finding[]): Partial<Record<Cause, number>> {
  const counts: Partial<Record<Cause, number>> = {}
  for (const { cause } of findings) counts[cause] = (counts[cause] ?? 0) + 1
  return counts
}

function podKey(namespace: string, pod: string): string {
  return `${namespace}/${pod}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
