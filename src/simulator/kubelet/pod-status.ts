/** A pod's status from its containers' states, as the kubelet writes it (generateAPIPodStatus). */

import type { Clock } from '../cluster/clock.ts'
import type {
  Condition,
  ContainerSpec,
  ContainerState,
  ContainerStatus,
  Pod,
  PodStatus,
} from '../cluster/objects.ts'

/** The states the kubelet knows, by container name; a container without one has not been started yet. */
interface KnownContainers {
  init: Map<string, ContainerStatus>
  regular: Map<string, ContainerStatus>
  ephemeral: Map<string, ContainerStatus>
}

/** The containers' states in the pod's current status. */
export function knownContainers({ status }: Pod): KnownContainers {
  const byName = (statuses: ContainerStatus[] = []) => new Map(statuses.map(status => [status.name, status]))
  return {
    init: byName(status.initContainerStatuses),
    regular: byName(status.containerStatuses),
    ephemeral: byName(status.ephemeralContainerStatuses),
  }
}

export const isSidecar = (container: ContainerSpec) => container.restartPolicy === 'Always'

/** Whether the next init container, or after the last one the regular containers, may start. */
export const isThrough = (container: ContainerSpec, status: ContainerStatus | undefined): boolean =>
  isSidecar(container) ? status?.started === true : status?.state.terminated?.exitCode === 0

/** The whole status; `known` has the state of each container. */
export function podStatusOf(pod: Pod, known: KnownContainers, clock: Clock): PodStatus {
  const inits = pod.spec.initContainers ?? []
  const fresh = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating'
  const fill = (specs: ContainerSpec[], statuses: Map<string, ContainerStatus>) =>
    specs.map(spec => statuses.get(spec.name) ?? waitingStatus(spec, { reason: fresh }))
  const initStatuses = fill(inits, known.init)
  const statuses = fill(pod.spec.containers, known.regular)
  const ephemeral = fill(pod.spec.ephemeralContainers ?? [], known.ephemeral)
  const phase = phaseOf(pod, inits, initStatuses, statuses)
  return {
    ...pod.status,
    phase,
    observedGeneration: pod.metadata.generation ?? 1,
    conditions: conditionsOf(pod, { inits, initStatuses, statuses, phase }, clock),
    hostIP: '192.0.2.10',
    hostIPs: [{ ip: '192.0.2.10' }],
    podIP: pod.status.podIP ?? podIp(pod.metadata.uid),
    podIPs: [{ ip: pod.status.podIP ?? podIp(pod.metadata.uid) }],
    startTime: pod.status.startTime ?? clock.timestamp(),
    ...(inits.length > 0 && { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
  }
}

/** A status of a container that is not running. */
export const waitingStatus = (
  spec: ContainerSpec,
  waiting: NonNullable<ContainerState['waiting']>,
  before?: ContainerStatus,
): ContainerStatus => ({
  name: spec.name,
  state: { waiting },
  lastState: before?.lastState ?? {},
  ready: false,
  restartCount: before?.restartCount ?? 0,
  image: spec.image,
  imageID: '',
  started: false,
})

/** Some address in 10.244.0.0/16, always the same for a pod. */
const podIp = (uid: string) =>
  `10.244.${Number.parseInt(uid.slice(0, 2), 16) || 0}.${Number.parseInt(uid.slice(2, 4), 16) || 1}`

function phaseOf(
  pod: Pod,
  inits: ContainerSpec[],
  initStatuses: ContainerStatus[],
  statuses: ContainerStatus[],
): string {
  const initialized = inits.every((spec, index) => isThrough(spec, initStatuses[index]))
  if (!initialized || statuses.some(neverRan)) return 'Pending'
  const ended = statuses.every(({ state }) => state.terminated)
  if (!ended || pod.spec.restartPolicy === 'Always') return 'Running'
  return statuses.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed'
}

const neverRan = ({ state, lastState }: ContainerStatus) =>
  state.waiting !== undefined && !lastState.terminated

interface Parts {
  inits: ContainerSpec[]
  initStatuses: ContainerStatus[]
  statuses: ContainerStatus[]
  phase: string
}

function conditionsOf(pod: Pod, { inits, initStatuses, statuses, phase }: Parts, clock: Clock): Condition[] {
  const names = (list: { name: string }[]) => list.map(({ name }) => name).join(' ')
  const incomplete = inits.filter((spec, index) => !isThrough(spec, initStatuses[index]))
  const sidecars = initStatuses.filter((_status, index) => inits[index] && isSidecar(inits[index]))
  const unready = [...sidecars, ...statuses].filter(({ ready }) => !ready)
  const notReady =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${names(unready)}]` }
  const notInitialized = {
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${names(incomplete)}]`,
  }
  const condition = (type: string, problem: Partial<Condition> | undefined): Condition => {
    const status = problem ? 'False' : 'True'
    const before = pod.status.conditions?.find(known => known.type === type)
    const since = before?.status === status ? before.lastTransitionTime : undefined
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: since ?? clock.timestamp(),
      observedGeneration: pod.metadata.generation ?? 1,
      ...problem,
    }
  }
  return [
    condition('PodReadyToStartContainers', undefined),
    condition('Initialized', incomplete.length > 0 ? notInitialized : undefined),
    condition('Ready', unready.length > 0 ? notReady : undefined),
    condition('ContainersReady', unready.length > 0 ? notReady : undefined),
    condition('PodScheduled', undefined),
  ]
}
