/** One failed pull: its cause, what answered, and the credential that was used, as its messages, its pod, and its node explain it. */

import { inLowerCase } from '../image/mistakes/lower-case.ts'
import { movedImage, type RegistryAnswer } from '../image/moved/moved.ts'
import { fullName, parseReference } from '../image/reference.ts'
import type { Distribution, Node } from '../snapshot/node.ts'
import { type EventsByPod, indexEvents } from '../snapshot/own-events.ts'
import { indexOwners, type OwnerIndex } from '../snapshot/owners.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { isUnknownName } from './causes/registry-not-found-dns.ts'
import { cluesOf } from './clues/clues.ts'
import { besideClues, hostBesideIn, nearRegistry, openBeside, runningBesideIn } from './clues/name-clues.ts'
import { type KnownLogins, knownLogins } from './credential/known-logins.ts'
import { pullCredential } from './credential/pull-credential.ts'
import { hasExpired } from './credential/secret-age.ts'
import { type FailingContainer, prove } from './failing-container.ts'
import { type Finding, isOnTheWay, isRefusedOrMissing, isUnreached } from './finding.ts'
import { nodeHintsIn } from './node/node-hints.ts'
import { verifiesImages } from './node/pulling-node.ts'
import { indexHeld } from './node/running-elsewhere.ts'
import { shownDistribution } from './node/shown-distribution.ts'
import { subcauseOf } from './subcause.ts'
import { type Classifier, memoizedClassifier } from './text/classify.ts'
import { answeringPart } from './text/endpoint.ts'
import { endpointOf } from './text/endpoint-in-text.ts'
import { textMemo } from './text/memoize-by-text.ts'
import { relevantSearch, searchedRegistries } from './text/searched-registries.ts'

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
  runningBesideOf: ReturnType<typeof runningBesideIn>
  hostBesideOf: ReturnType<typeof hostBesideIn>
  held: ReturnType<typeof indexHeld>
  distribution: Distribution | null
}

/** Indexes a snapshot. */
export function contextOf(snapshot: Snapshot): DiagnosisContext {
  const owners = indexOwners(snapshot.owners)
  return {
    snapshot,
    owners,
    eventsByPod: indexEvents(snapshot.events),
    nodes: new Map(snapshot.nodes.map(node => [node.name, node])),
    logins: knownLogins(snapshot, owners),
    judge: memoizedClassifier(),
    besideIn: besideClues(snapshot),
    openBesideOf: openBeside(snapshot),
    runningBesideOf: runningBesideIn(snapshot),
    hostBesideOf: hostBesideIn(snapshot),
    held: indexHeld(snapshot.heldImages),
    distribution: shownDistribution(snapshot),
    ...memoizedReaders(),
  }
}

type Readers = ReturnType<typeof memoizedReaders>

/** Functions that read error texts and names of registries, each run once for texts that are alike. */
function memoizedReaders() {
  const memo = textMemo()
  return {
    hintsIn: memo(nodeHintsIn),
    endpointIn: memo(endpointOf),
    searchedIn: memo(searchedRegistries),
    cluesIn: memo(cluesOf, ({ cause, status, endpoint, image }) =>
      [cause, status, endpoint?.role, endpoint?.host, image].join(' '),
    ),
    nearTo: memo(nearRegistry, ({ cause, endpoint, credential }) =>
      JSON.stringify([cause, endpoint?.role, credential.attempts.map(({ problem, key }) => [problem, key])]),
    ),
  }
}

export type FailedPull = ReturnType<typeof readPull>

/** Reads one failed pull. */
export function readPull(
  pod: Pod,
  failing: FailingContainer,
  { nodes, logins, judge, endpointIn, searchedIn, nearTo }: DiagnosisContext,
) {
  const { image } = failing.container
  const { cause, error, evidence } = prove(failing, judge)
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
    search,
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

/** The registry's answer as it matters for moved images: one of 412 says that the image is missing, too. */
export function answerOf({ cause, status, endpoint, text }: AnsweredPull): RegistryAnswer {
  if (cause === 'image-not-found' || status === 412) return 'missing'
  const isOfRegistry = endpoint === null || endpoint.role === 'registry'
  // What was switched off often keeps a name, behind which nothing listens anymore.
  const isGone = cause === 'registry-not-found-dns' ? isUnknownName(cause, text) : isUnreached(cause)
  // What sends layers had the image.
  if (isOnTheWay(cause) && OF_LAYER.test(text)) return 'none'
  if (isGone && isOfRegistry) return 'unreached'
  // Docker Hub counts a pull before it looks for the image, so the next answer is about that.
  if (cause === 'rate-limited' && isOfRegistry) return 'limited'
  if (isOnTheWay(cause) && (isOfRegistry || endpoint.role === 'proxy')) return 'unasked'
  return cause === 'auth-required-or-denied' ? 'refused' : 'none'
}

const OF_LAYER = /\/blobs\/sha256:|\bhttpReadSeeker\b|\bfailed to copy\b|\b(?:copy|read|writ)ing blob\b/i

type AnsweredPull = Pick<Finding, 'cause' | 'endpoint'> & { status: number | null; text: string }
