/** Follows one namespace, or all of them: the workloads that are waited for, their pods, and events, with one watch for each kind. */

import { isForbidden, isNotFound } from '../../kubernetes/api/api-error.ts'
import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import type { RolloutState } from '../../snapshot/rollout.ts'
import type { OwnerLink, PodEvent } from '../../snapshot/snapshot.ts'
import type { NamespaceOrAll } from '../live/reading.ts'
import { podAsWorkload } from '../live/rollouts.ts'
import { EVENT_SHAPE, POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { focusOn, PULL_EVENTS } from './focus.ts'
import { type Focus, Follower, type FollowerOptions, type Store } from './follower.ts'
import { EventStore, PodStore } from './pod-store.ts'
import type { NamedSubject, SubjectIndex, Subjects } from './subjects.ts'
import { type FollowedKind, subjectOf, type WorkloadObject, WorkloadStore } from './workload-store.ts'

export class ScopeFollower {
  readonly #namespace: NamespaceOrAll
  readonly #subjects: Subjects
  readonly #index: SubjectIndex
  readonly #options: FollowerOptions
  readonly #workloads: WorkloadStore
  readonly #pods: PodStore
  readonly #events: EventStore
  readonly #followers: Follower[] = []
  /** Kinds that this user is not allowed to read. */
  readonly #unread = new Set<string>()
  #podFollower: Follower | null = null
  #isRunning = false
  #focus = ''

  constructor(namespace: NamespaceOrAll, subjects: Subjects, index: SubjectIndex, options: FollowerOptions) {
    this.#namespace = namespace
    this.#subjects = subjects
    this.#index = index
    this.#options = options
    this.#workloads = new WorkloadStore(subjects, index)
    const claims = {
      controller: (uid: string) => this.#workloads.wantsPodsOf(uid),
      pod: (at: string, name: string, labels: Record<string, unknown>, controlledBy: string | null) => {
        const pod = { kind: 'Pod' as const, namespace: at, name }
        return index.names(pod) || index.selects(pod, labels, controlledBy)
      },
    }
    this.#pods = new PodStore(claims, uid => this.#events.forget(uid))
    this.#events = new EventStore(uid => this.#pods.has(uid))
  }

  /**
   * Reads the initial state: owners before what they own, so that each owner is known before its objects arrive.
   * @throws ApiError, UnreachableError if a request fails, except for missing permission, which is a gap
   */
  async start(): Promise<void> {
    for (const kinds of this.#workloads.kinds()) await Promise.all(kinds.map(kind => this.#begin(kind)))
    await this.#followPods()
  }

  /** Starts following what has been read. */
  run(): void {
    this.#isRunning = true
    for (const follower of this.#followers) this.#keep(follower)
  }

  /** Follows the pods of workloads that have appeared since. Failures are retried at the next look. */
  async followNewPods(): Promise<void> {
    try {
      await this.#followPods()
    } catch (error) {
      this.#options.signal.throwIfAborted()
      this.#focus = ''
      if (!(error instanceof Error)) throw error
      this.#options.onTrouble(error)
    }
  }

  /** Reads everything again, so that no decision depends on a watch alone. */
  async readAgain(): Promise<void> {
    await Promise.all(this.#followers.map(follower => follower.readAgain()))
  }

  covers(namespace: string): boolean {
    return this.#namespace === null || this.#namespace === namespace
  }

  /** Returns the workloads selected by labels so far. */
  selected(): NamedSubject[] {
    const pods = this.#pods
      .claimed()
      .map(({ pod: { namespace, name } }) => ({ kind: 'Pod' as const, namespace, name }))
      .filter(pod => !this.#index.names(pod))
    return [...this.#workloads.selected().map(subjectOf), ...pods]
  }

  /** Returns the workload as last seen; null if reading it or its pods is not allowed. */
  rolloutStateOf({ kind, namespace, name }: NamedSubject): RolloutState | null {
    if (this.#unread.has(kind) || this.#unread.has('Pod')) return null
    if (kind === 'Pod') {
      const pod = this.#pods.podNamed(namespace, name)
      return pod === null ? NO_ROLLOUT : { workload: podAsWorkload(pod), revisions: [], pods: [pod] }
    }
    const object = this.#workloads.get(kind, namespace, name)
    if (object === null) return NO_ROLLOUT
    const revisions = this.#workloads.revisionsOf(object)
    if (kind === 'CronJob') return this.#newestJob(object, revisions)
    // Only a Deployment's ReplicaSets show which pods belong to it.
    if (kind === 'Deployment' && this.#unread.has('ReplicaSet')) return null
    const isUnread = kind === 'DaemonSet' && this.#unread.has('ControllerRevision')
    const controllers = kind === 'Deployment' ? revisions : [object]
    return {
      workload: object.workload,
      revisions: isUnread ? null : revisions.map(({ revision }) => revision),
      pods: controllers.flatMap(({ owner }) => this.#pods.controlledBy(owner.uid)),
    }
  }

  /** Whether labels select a kind that can't be read, so that workloads can be missing. */
  get isBlind(): boolean {
    return this.#subjects.selections.some(({ kinds }) => kinds.some(kind => this.#unread.has(kind)))
  }

  eventsOf(podUid: string): PodEvent[] {
    return this.#events.of(podUid)
  }

  /** Returns the known links from objects to their controllers. */
  owners(): OwnerLink[] {
    return this.#workloads.owners()
  }

  objectOf({ kind, namespace, name }: NamedSubject): WorkloadObject | null {
    return this.#workloads.get(kind, namespace, name)
  }

  #begin({ kind, focus }: FollowedKind): Promise<unknown> {
    return this.#follow(KINDS[kind] as Kind<unknown>, focus, this.#workloads.storeFor(kind))
  }

  async #follow(kind: Kind<unknown>, focus: Focus, store: Store): Promise<Follower | null> {
    const shape = kind === KINDS.Pod ? POD_SHAPE : kind === KINDS.Event ? EVENT_SHAPE : undefined
    const of = { kind, scope: this.#namespace, focus, store, ...(shape && { shape }) }
    const follower = new Follower(of, this.#options)
    try {
      await follower.start()
    } catch (error) {
      if (!isForbidden(error) && !isNotFound(error)) throw error
      this.#unread.add(kind.kind)
      this.#options.reading.recordGap(error, kind, this.#namespace)
      return null
    }
    this.#followers.push(follower)
    if (this.#isRunning) this.#keep(follower)
    return follower
  }

  #keep(follower: Follower): void {
    follower.run().catch(this.#options.onFailure)
  }

  #newestJob(cronJob: WorkloadObject, jobs: WorkloadObject[]): RolloutState | null {
    if (this.#unread.has('Job')) return null
    const [newest] = jobs.toSorted((one, other) => other.revision.number - one.revision.number)
    if (newest === undefined) return { workload: cronJob.workload, revisions: [], pods: [] }
    const pods = this.#pods.controlledBy(newest.owner.uid)
    return { workload: newest.workload, revisions: [], pods }
  }

  /** Follows pods only once there is a workload that can have them. */
  async #followPods(): Promise<void> {
    const held = this.#workloads.waitedFor()
    const named = this.#subjects.named.flatMap(({ kind, name }) => (kind === 'Pod' ? name : []))
    const open = this.#subjects.selections.some(({ kinds }) => kinds.includes('Pod'))
    if (held.length === 0 && named.length === 0 && !open) return
    const focus = open
      ? {}
      : focusOn(
          held.map(({ podLabels }) => podLabels),
          named,
        )
    const wanted = JSON.stringify([focus, held.map(({ owner }) => owner.uid).sort()])
    if (wanted === this.#focus) return
    this.#focus = wanted
    if (this.#podFollower !== null) return this.#podFollower.resync(focus)
    this.#podFollower = await this.#follow(KINDS.Pod, focus, this.#pods)
    await this.#follow(KINDS.Event, PULL_EVENTS, this.#events)
  }
}

const NO_ROLLOUT: RolloutState = { workload: null, revisions: [], pods: [] }
