/** Follows everything that a wait depends on: with watches for each namespace or, if there are too many, for the whole cluster. */

import type { Clock } from '../../clock.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { unlessAborted } from '../../network/stop-waiting.ts'
import type { RolloutState } from '../../snapshot/rollout.ts'
import type { Gap, OwnerLink, PodEvent } from '../../snapshot/snapshot.ts'
import { Reading } from '../live/reading.ts'
import { type FollowerOptions, Notice } from './follower.ts'
import { ScopeFollower } from './scope-follower.ts'
import { type NamedSubject, namespacesOf, SubjectIndex, type Subjects, subjectKey } from './subjects.ts'
import type { WorkloadObject } from './workload-store.ts'

/** The most namespaces that are followed one by one; for more, one watch of the whole cluster costs the server less. */
const MOST_NAMESPACES = 4

interface FollowingOptions {
  clock: Clock
  signal: AbortSignal
}

export class Following {
  readonly #reading: Reading
  readonly #scopes: readonly ScopeFollower[]
  readonly #subjects: Subjects
  readonly #notice: Notice

  private constructor(
    reading: Reading,
    scopes: readonly ScopeFollower[],
    subjects: Subjects,
    notice: Notice,
  ) {
    this.#reading = reading
    this.#scopes = scopes
    this.#subjects = subjects
    this.#notice = notice
  }

  /** Reads the initial state of the subjects. @throws ApiError, UnreachableError; a missing permission is a gap */
  static async start(
    cluster: ClusterReader,
    subjects: Subjects,
    { clock, signal }: FollowingOptions,
  ): Promise<Following> {
    const index = new SubjectIndex(subjects)
    const namespaces = namespacesOf(subjects)
    const notice = new Notice()
    const begin = async (places: (string | null)[]) => {
      const reading = new Reading(cluster, { signal })
      const options: FollowerOptions = { reading, clock, signal, ...notice.callbacks }
      const scopes = places.map(
        place => new ScopeFollower(place, subjectsIn(subjects, place), index, options),
      )
      for (const scope of scopes) await scope.start()
      return new Following(reading, scopes, subjects, notice)
    }
    const alone = namespaces.length <= MOST_NAMESPACES
    const following = await begin(alone ? namespaces : [null])
    // Without permission for the whole cluster, each namespace can still be readable.
    return alone || following.gaps.length === 0 ? following : begin(namespaces)
  }

  get gaps(): Gap[] {
    return this.#reading.gaps
  }

  get namespaces(): string[] {
    return namespacesOf(this.#subjects).sort()
  }

  /** Whether workloads are selected by labels, so that more can appear. */
  get mayGrow(): boolean {
    return this.#subjects.selections.length > 0
  }

  /** Whether labels select a kind that can't be read, so that workloads can be missing. */
  get isBlind(): boolean {
    return this.#scopes.some(scope => scope.isBlind)
  }

  /** Why the cluster can't be followed at the moment; null while it can. */
  get trouble(): Error | null {
    return this.#notice.trouble
  }

  /** Starts following, until the signal is aborted. */
  run(): void {
    for (const scope of this.#scopes) scope.run()
  }

  /** Resolves at the next change. @throws if nothing is followed any more */
  changed(): Promise<void> {
    return this.#notice.next()
  }

  /** Follows the pods of workloads that have appeared since. */
  async followNewPods(): Promise<void> {
    for (const scope of this.#scopes) await scope.followNewPods()
  }

  /** Resolves once everything has been listed again. @throws the signal's reason: a list that fails is tried until then */
  async readAgain(signal: AbortSignal): Promise<void> {
    await unlessAborted(Promise.all(this.#scopes.map(scope => scope.readAgain())), signal)
  }

  /** Returns the named subjects, and those selected by labels so far, each once. */
  subjects(): NamedSubject[] {
    const all = [...this.#subjects.named, ...this.#scopes.flatMap(scope => scope.selected())]
    return [...new Map(all.map(subject => [subjectKey(subject), subject])).values()]
  }

  /** Returns the workload as last seen; null if reading it or its pods is not allowed. */
  rolloutStateOf(subject: NamedSubject): RolloutState | null {
    return this.#scopes.find(scope => scope.covers(subject.namespace))?.rolloutStateOf(subject) ?? null
  }

  objectOf(subject: NamedSubject): WorkloadObject | null {
    return this.#scopes.find(scope => scope.covers(subject.namespace))?.objectOf(subject) ?? null
  }

  eventsOf(podUid: string): PodEvent[] {
    return this.#scopes.flatMap(scope => scope.eventsOf(podUid))
  }

  owners(): OwnerLink[] {
    return this.#scopes.flatMap(scope => scope.owners())
  }
}

function subjectsIn({ named, selections }: Subjects, place: string | null): Subjects {
  const isHere = ({ namespace }: { namespace: string }) => place === null || namespace === place
  return { named: named.filter(isHere), selections: selections.filter(isHere) }
}
