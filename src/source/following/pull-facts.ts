/** Makes a snapshot of the followed pods. The objects that a pod references are read only if the pod seems to fail, and only once. */

import type { Clock } from '../../clock.ts'
import { UnreachableError } from '../../errors.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { within } from '../../network/stop-waiting.ts'
import { uidsInEvents } from '../../snapshot/own-events.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { type Snapshot, uniqueGaps } from '../../snapshot/snapshot.ts'
import { Reading } from '../live/reading.ts'
import { type RelatedObjects, readRelatedObjects, type VisitPullSecret } from '../live/related-objects.ts'
import { markReportedMissing } from '../narrow/related-objects.ts'
import { heldImagesOf, RunningImages } from '../running-images.ts'
import { pickSuspects } from '../suspects.ts'
import type { Following } from './following.ts'

interface PullFactsOptions {
  clock: Clock
  signal: AbortSignal
  onPullSecret?: VisitPullSecret
}

/** How to read what the failing pods reference. */
interface ReferenceReading {
  /** Read it again, even if it is already known. */
  isFresh: boolean
  /** Milliseconds after which what is known has to do. */
  patience: number
}

export class PullFacts {
  readonly #cluster: ClusterReader
  readonly #following: Following
  readonly #options: PullFactsOptions
  #related = NO_RELATED_OBJECTS
  readonly #known = new Set<string>()
  #reading: Reading
  #isOutdated = false

  constructor(cluster: ClusterReader, following: Following, options: PullFactsOptions) {
    this.#cluster = cluster
    this.#following = following
    this.#options = options
    this.#reading = new Reading(cluster, options)
  }

  /** Whether the last reading got no answer, so that what the pods reference may have changed since. */
  get isOutdated(): boolean {
    return this.#isOutdated
  }

  /** Returns the facts about these pods as known now. */
  async snapshotOf(pods: Pod[], { isFresh, patience }: ReferenceReading): Promise<Snapshot> {
    const takenAt = new Date(this.#cluster.serverNow()).toISOString()
    const found = { pods, events: pods.flatMap(uidsInEvents).flatMap(uid => this.#following.eventsOf(uid)) }
    const { failing, pods: shown, events } = pickSuspects(found, { takenAt, isNamed: false })
    const owners = this.#following.owners()
    await (isFresh ? this.#readAgain(failing, patience) : this.#readNew(failing, patience))
    const { pullSecrets, serviceAccounts, nodes } = this.#related
    const running = new RunningImages()
    // A wait looks every second, mostly at pods that are well.
    for (const pod of failing.length > 0 ? pods : []) running.add(pod)
    return {
      takenAt,
      source: this.#reading.source,
      scope: { namespaces: this.#following.namespaces, labelSelector: null },
      podCount: pods.length,
      pods: shown,
      events,
      owners,
      serviceAccounts,
      nodes,
      ...heldImagesOf(failing, running),
      imageChecks: [],
      pullSecrets: markReportedMissing(pullSecrets, events),
      gaps: uniqueGaps([...this.#following.gaps, ...this.#reading.gaps]),
    }
  }

  /** Sends no request if the failing pods reference nothing new. */
  async #readNew(failing: Pod[], patience: number): Promise<void> {
    const unknown = failing.filter(pod => !this.#known.has(namesIn(pod)))
    await this.#readRelated(unknown, this.#reading, patience)
  }

  /** Gaps of earlier readings don't count any more. */
  async #readAgain(failing: Pod[], patience: number): Promise<void> {
    await this.#readRelated(failing, new Reading(this.#cluster, this.#options), patience)
  }

  async #readRelated(pods: Pod[], reading: Reading, patience: number): Promise<void> {
    this.#isOutdated = false
    if (pods.length === 0) return
    const { clock, onPullSecret } = this.#options
    const answer = readRelatedObjects(reading, pods, onPullSecret).catch(error => {
      // The server is briefly unreachable: read the references once it is back.
      if (error instanceof UnreachableError) return null
      throw error
    })
    const read = await within(patience, answer, clock)
    this.#isOutdated = read === null
    if (read === null) return
    this.#reading = reading
    for (const pod of pods) this.#known.add(namesIn(pod))
    const { pullSecrets, serviceAccounts, nodes } = this.#related
    this.#related = {
      pullSecrets: unique([...read.pullSecrets, ...pullSecrets]),
      serviceAccounts: unique([...read.serviceAccounts, ...serviceAccounts]),
      nodes: unique([...read.nodes, ...nodes]),
    }
  }
}

const NO_RELATED_OBJECTS: RelatedObjects = { pullSecrets: [], serviceAccounts: [], nodes: [] }

/** Identifies what a pod references. Nodes are not included: those of later pods are read only for the verdict. */
function namesIn({ namespace, pullSecrets, serviceAccount }: Pod): string {
  return JSON.stringify([namespace, pullSecrets, serviceAccount])
}

/** Returns the first object of each name. */
function unique<Named extends { name: string; namespace?: string }>(objects: Named[]): Named[] {
  const byName = new Map(
    objects.toReversed().map(object => [`${object.namespace ?? ''}/${object.name}`, object]),
  )
  return [...byName.values()]
}
