/** From a snapshot to findings: which containers can't get their image, why, whose they are, and what would help. */

import { checkFor } from '../snapshot/image-verdict.ts'
import { ownEvents } from '../snapshot/own-events.ts'
import { isOfCustomController } from '../snapshot/owners.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { hasClue } from './clues/clue.ts'
import { cluesOfPull } from './clues/pull-clues.ts'
import { withFailingRenewers } from './credential/failing-renewers.ts'
import { ofRefusedNode } from './credential/pull-credential.ts'
import { withoutRefusedLogins } from './credential/refused-logins.ts'
import { contextOf, type DiagnosisContext, readPull } from './failed-pull.ts'
import { type FailingContainer, failingContainers, failingSandbox, firstSign } from './failing-container.ts'
import { countCauses, countPods, type Diagnosis, type Finding } from './finding.ts'
import { withAnsweredNodes, withGoneNames, withNodesApart } from './node/other-nodes.ts'
import { pullingNode } from './node/pulling-node.ts'
import { longPulls } from './pod-events.ts'
import { countsForReadiness, type PodOwners, podOwners } from './pod-owners.ts'
import { rank, urgencyOf } from './priority.ts'
import { isUnlikelyToRecover } from './recovery-prospects.ts'
import { remediesFor } from './remedy.ts'
import { hasSeveralAttempts, withoutList } from './text/pull-error.ts'

/** Every failing pull in the snapshot, the most urgent first. */
export function diagnose(snapshot: Snapshot): Diagnosis {
  const seen = contextOf(snapshot)
  const own = rank(snapshot.pods.flatMap(pod => findingsOf(pod, seen)))
  // What the findings show about each other.
  const ofHosts = withNodesApart(withAnsweredNodes(withGoneNames(own)), seen.held)
  const findings = withFailingRenewers(withoutRefusedLogins(ofHosts, seen.logins))
  return {
    takenAt: snapshot.takenAt,
    complete: snapshot.gaps.length === 0,
    source: snapshot.source,
    scope: snapshot.scope,
    summary: {
      pods: snapshot.podCount,
      failingPods: countPods(findings),
      causes: countCauses(findings),
    },
    findings,
    pulling: longPulls(snapshot.pods, seen.eventsByPod, snapshot.takenAt),
    gaps: snapshot.gaps,
  }
}

function findingsOf(pod: Pod, seen: DiagnosisContext): Finding[] {
  const events = ownEvents(pod, seen.eventsByPod)
  const owned = podOwners(pod, seen.owners)
  const containers = failingContainers(pod, events)
  const failing = containers.length > 0 ? containers : failingSandbox(pod, events)
  return failing.map(each => findingOf(pod, each, owned, seen))
}

function findingOf(pod: Pod, failing: FailingContainer, owned: PodOwners, seen: DiagnosisContext): Finding {
  const { container, reason, usesPullSecrets } = failing
  const { workload, managedBy, holdsUp } = owned
  const pull = readPull(pod, failing, seen)
  const { cause, subcause, evidence, reference, registry, endpoint, moved, node } = pull
  const clues = cluesOfPull(pull, pod, failing, { owned, seen })
  const credential = ofRefusedNode(pull.credential, { subcause, clues, endpoint })
  return {
    cause,
    subcause,
    severity: cause === 'kubelet-qps' ? 'warning' : 'error',
    namespace: pod.namespace,
    pod: pod.name,
    container: container.name,
    containerKind: container.kind,
    workload,
    ...(managedBy === null ? {} : { managedBy }),
    ...(holdsUp && countsForReadiness(container) ? { outgoing: true as const } : {}),
    node: pod.node,
    image: container.image,
    reference,
    registry,
    endpoint,
    moved,
    reason,
    since: firstSign(failing, pod.createdAt, seen.snapshot.takenAt),
    evidence,
    ...(hasSeveralAttempts(evidence?.text ?? '') && pull.text !== ''
      ? { judged: withoutList(pull.text) }
      : {}),
    credential,
    check: checkFor(reference, seen.snapshot.imageChecks, usesPullSecrets ? pod : null),
    remedies:
      usesPullSecrets && !pull.isElsewhere
        ? remediesFor(
            pull,
            { pod, container, workload, isPolicyForced: hasClue(clues, 'policy-forced') },
            seen.logins.credentials,
          )
        : [],
    clues,
    host: pullingNode(pod, node, seen.hintsIn(evidence?.text ?? ''), seen.distribution),
    lasting: isUnlikelyToRecover(cause),
    ...(isOfCustomController(pod) ? { ofCustomController: true as const } : {}),
    priority: urgencyOf(pod, workload, container.kind),
  }
}
