/** From a snapshot to findings: which containers can't get their image, why, whose they are, and what would help. */

import { inLowerCase } from '../image/lower-case.ts'
import { movedImage } from '../image/moved.ts'
import { fullName, parseReference } from '../image/reference.ts'
import { checkFor } from '../snapshot/image-verdict.ts'
import type { Node } from '../snapshot/node.ts'
import { type EventsByPod, indexEvents, ownEvents } from '../snapshot/own-events.ts'
import { indexOwners, isOfCustomController, type OwnerIndex } from '../snapshot/owners.ts'
import { type Pod, podKey } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { type Classifier, memoizedClassifier } from './classify.ts'
import { cluesOf } from './clues.ts'
import { answeringPart, endpointOf } from './endpoint.ts'
import {
  type FailingContainer,
  failingContainers,
  failingSandbox,
  firstSign,
  prove,
} from './failing-container.ts'
import { withFailingRenewers } from './failing-renewers.ts'
import { countCauses, type Diagnosis, type Finding, isRefusedOrMissing } from './finding.ts'
import { type KnownLogins, knownLogins } from './known-logins.ts'
import { textMemo } from './memoize-by-text.ts'
import { besideClues, nearRegistry, openBeside } from './name-clues.ts'
import { withAnsweredNodes, withNodesApart } from './other-nodes.ts'
import { longPulls } from './pod-events.ts'
import { countsForReadiness, type PodOwners, podOwners } from './pod-owners.ts'
import { rank, type UnrankedFinding } from './priority.ts'
import { answerOf, cluesOfPull } from './pull-clues.ts'
import { ofRefusedNode, pullCredential } from './pull-credential.ts'
import { hasSeveralAttempts, withoutList } from './pull-error.ts'
import { nodeHintsIn, pullingNode, verifiesImages } from './pulling-node.ts'
import { isUnlikelyToRecover } from './recovery-prospects.ts'
import { remediesFor } from './remedy.ts'
import { indexHeld } from './running-elsewhere.ts'
import { relevantSearch, searchedRegistries } from './searched-registries.ts'
import { hasExpired } from './secret-age.ts'
import { subcauseOf } from './subcause.ts'

/** Every failing pull in the snapshot, the most urgent first. */
export function diagnose(snapshot: Snapshot): Diagnosis {
  const owners = indexOwners(snapshot.owners)
  const seen: DiagnosisContext = {
    snapshot,
    owners,
    eventsByPod: indexEvents(snapshot.events),
    nodes: new Map(snapshot.nodes.map(node => [node.name, node])),
    logins: knownLogins(snapshot, owners),
    judge: memoizedClassifier(),
    besideIn: besideClues(snapshot),
    openBesideOf: openBeside(snapshot),
    held: indexHeld(snapshot.heldImages),
    ...memoizedReaders(),
  }
  const findings = withFailingRenewers(
    withNodesApart(withAnsweredNodes(rank(snapshot.pods.flatMap(pod => findingsOf(pod, seen)))), seen.held),
  )
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
    pulling: longPulls(snapshot.pods, seen.eventsByPod, snapshot.takenAt),
    gaps: snapshot.gaps,
  }
}

/** What the findings of all pods need: indexes and shared results. */
export interface DiagnosisContext extends Readers {
  snapshot: Snapshot
  owners: OwnerIndex
  eventsByPod: EventsByPod
  nodes: ReadonlyMap<string, Node>
  logins: KnownLogins
  judge: Classifier
  besideIn: ReturnType<typeof besideClues>
  openBesideOf: ReturnType<typeof openBeside>
  held: ReturnType<typeof indexHeld>
}

type Readers = ReturnType<typeof memoizedReaders>

/** Functions that read error texts and names of registries, each run once for texts that are alike. */
function memoizedReaders() {
  const memo = textMemo()
  return {
    hintsIn: memo(nodeHintsIn, () => ''),
    endpointIn: memo(endpointOf, registry => registry ?? ''),
    searchedIn: memo(searchedRegistries, image => image),
    cluesIn: memo(cluesOf, ({ cause, status, endpoint, image }) =>
      [cause, status, endpoint?.role, endpoint?.host, image].join(' '),
    ),
    nearTo: memo(nearRegistry, ({ cause, endpoint, credential }) =>
      JSON.stringify([cause, endpoint?.role, credential.attempts.map(({ problem, key }) => [problem, key])]),
    ),
  }
}

function findingsOf(pod: Pod, seen: DiagnosisContext): UnrankedFinding[] {
  const events = ownEvents(pod, seen.eventsByPod)
  const owned = podOwners(pod, seen.owners)
  const containers = failingContainers(pod, events)
  const sandbox = containers.length > 0 ? null : failingSandbox(pod, events)
  return [...containers, ...(sandbox === null ? [] : [sandbox])].map(failing => ({
    pod,
    finding: findingOf(pod, failing, owned, seen),
  }))
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
    since: firstSign(failing, pod.createdAt),
    evidence,
    ...(hasSeveralAttempts(evidence?.text ?? '') && pull.text !== ''
      ? { judged: withoutList(pull.text) }
      : {}),
    credential,
    check: checkFor(reference, seen.snapshot.imageChecks, usesPullSecrets ? pod : null),
    remedies:
      usesPullSecrets && !pull.isElsewhere
        ? remediesFor(pull, { pod, container, workload }, seen.logins.credentials)
        : [],
    clues,
    host: pullingNode(pod, node, seen.hintsIn(evidence?.text ?? '', null)),
    lasting: isUnlikelyToRecover(cause),
    ...(isOfCustomController(pod) ? { ofCustomController: true as const } : {}),
    priority: 0,
  }
}

/** One failed pull, as its messages explain it together with the pod's logins and its node. */
export type FailedPull = ReturnType<typeof readPull>

function readPull(
  pod: Pod,
  failing: FailingContainer,
  { nodes, logins, judge, endpointIn, searchedIn, nearTo }: DiagnosisContext,
) {
  const { image } = failing.container
  const { cause, subcause: textSubcause, error, evidence } = prove(failing, judge)
  const parsed = parseReference(image)
  const search = relevantSearch(searchedIn(evidence?.text ?? '', image), cause)
  // The one that was asked, where the name has none.
  const [searched] = search !== null && !isRefusedOrMissing(cause) ? search.hosts : []
  const registry = searched ?? parsed?.registry ?? null
  const reference = parsed && fullName(parsed)
  const text = error?.text ?? ''
  const status = error?.status ?? null
  // Several registries answered, and none of them is a mirror.
  const isSearched = search !== null && isRefusedOrMissing(cause)
  const endpoint = isSearched ? null : answeringPart(endpointIn(text, registry), cause, error)
  const credential = pullCredential({ pod, image, cause, evidence, endpoint, failing }, logins)
  const node = nodes.get(pod.node ?? '') ?? null
  const onNode = reference !== null && node?.images.includes(reference) === true
  const subcause = subcauseOf(cause, {
    error,
    textSubcause,
    reference: parsed,
    endpoint,
    // The answer was to an attempt with another login, or with none.
    credential: credential.cameLater ? 'unknown' : credential.status,
    expired: hasExpired(credential, logins.snapshot.takenAt),
    onNode,
    verifies: verifiesImages(node),
  })
  const meant = parsed ?? parseReference(inLowerCase(image) ?? '')
  const moved = meant === null ? null : movedImage(meant, answerOf({ cause, status, endpoint, text }))
  const near = registry === null ? null : nearTo(registry, { cause, endpoint, credential })
  return {
    cause,
    subcause,
    isElsewhere: searched !== undefined,
    text,
    status,
    evidence,
    parsed,
    reference,
    registry,
    endpoint,
    moved,
    near,
    credential,
    node,
    onNode,
  }
}
