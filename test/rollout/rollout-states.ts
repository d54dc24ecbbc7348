/** Workloads, revisions and pods for the tests of this room: healthy by default. */
import type { Container, ContainerState, Pod } from '../../src/snapshot/pod.ts'
import type {
  RolloutKind,
  RolloutPod,
  RolloutRevision,
  RolloutState,
  RolloutWorkload,
} from '../../src/snapshot/rollout.ts'
import { container as anyContainer, pod as anyPod } from '../diagnosis/snapshots.ts'

export const RUNNING: ContainerState = { type: 'running', startedAt: '2026-11-24T10:00:00Z' }
export const STUCK: ContainerState = { type: 'waiting', reason: 'ImagePullBackOff', message: 'Back-off' }
export const UNTRIED: ContainerState = { type: 'waiting', reason: 'ContainerCreating', message: '' }

export function container(state: ContainerState, fields: Partial<Container> = {}): Container {
  const imageId = state.type === 'running' ? 'docker.io/library/nginx@sha256:1' : null
  return anyContainer({ image: 'nginx', pullPolicy: null, state, imageId, ...fields })
}

export function workload(fields: Partial<RolloutWorkload> = {}): RolloutWorkload {
  const { kind = 'Deployment', replicas = 1 } = fields
  return {
    kind,
    namespace: 'web',
    name: 'shop',
    uid: 'uid-shop',
    ending: false,
    generation: 2,
    observedGeneration: ['Job', 'CronJob', 'Pod'].includes(kind) ? null : 2,
    replicas,
    strategy: 'RollingUpdate',
    paused: false,
    suspended: false,
    partition: 0,
    firstOrdinal: 0,
    ordered: kind === 'StatefulSet',
    revision: kind === 'Deployment' ? '2' : kind === 'StatefulSet' ? 'new' : null,
    earlierRevision: kind === 'StatefulSet' ? 'old' : null,
    status: { total: replicas, updated: replicas, available: replicas },
    job: kind === 'Job' ? { completions: replicas, succeeded: 0 } : null,
    ended: null,
    refusal: null,
    ...fields,
  }
}

/** The newest revision is number 2 with hash `new`, the previous one number 1 with hash `old`. */
export function revision(which: 'new' | 'old', replicas: number | null = 1): RolloutRevision {
  return {
    name: `shop-${which}`,
    uid: `uid-${which}`,
    number: which === 'new' ? 2 : 1,
    hash: which,
    replicas,
  }
}

interface PodFields extends Partial<Omit<RolloutPod, 'pod'>> {
  /** uid of its controller; by default the newest ReplicaSet. */
  owner?: string | null
  containers?: Container[]
  pod?: Partial<Pod>
}

let count = 0

export function pod(
  state: ContainerState,
  { owner = 'uid-new', containers, pod: own, ...fields }: PodFields = {},
): RolloutPod {
  const name = own?.name ?? `shop-${count++}`
  const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-new', uid: owner ?? '' }
  return {
    pod: anyPod({
      name,
      uid: `uid-${name}`,
      phase: 'Running',
      controller: owner === null ? null : controller,
      containers: containers ?? [container(state)],
      ...own,
    }),
    ...{
      resourceVersion: '7',
      hash: 'new',
      ready: state.type === 'running',
      ending: null,
      unscheduled: null,
    },
    ...fields,
  }
}

/** Pods of this workload: those of a Deployment belong to its newest ReplicaSet. */
export function rolloutState(
  of: RolloutWorkload,
  pods: RolloutPod[],
  revisions?: RolloutRevision[] | null,
): RolloutState {
  const own: Partial<Record<RolloutKind, RolloutRevision[]>> = {
    Deployment: [revision('new', of.replicas)],
    DaemonSet: [revision('new', null), revision('old', null)],
  }
  return { workload: of, revisions: revisions === undefined ? (own[of.kind] ?? []) : revisions, pods }
}
