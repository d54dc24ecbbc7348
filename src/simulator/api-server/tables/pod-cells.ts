/** A pod's row as the API server prints it (printPod in pkg/printers/internalversion/printers.go). */

import type { ContainerStatus, Pod, PodStatus } from '../../cluster/objects.ts'
import { humanDuration, since } from './duration.ts'

interface Tally {
  reason: string
  ready: number
  restarts: number
  /** Milliseconds of the last container's end; 0 if none restarted. */
  lastRestart: number
}

/** Name, Ready, Status, Restarts, Age, IP, Node, Nominated Node, Readiness Gates. */
export function podCells(pod: Pod, now: number): unknown[] {
  const { spec, status, metadata } = pod
  const sidecars = new Set(
    (spec.initContainers ?? [])
      .filter(container => container.restartPolicy === 'Always')
      .map(({ name }) => name),
  )
  const tally = tallyOf(pod, sidecars)
  const ago =
    tally.restarts > 0 && tally.lastRestart > 0 ? ` (${humanDuration(now - tally.lastRestart)} ago)` : ''
  return [
    metadata.name,
    `${tally.ready}/${spec.containers.length + sidecars.size}`,
    terminatingWord(pod) ?? tally.reason,
    `${tally.restarts}${ago}`,
    since(metadata.creationTimestamp, now),
    status.podIPs?.[0]?.ip || '<none>',
    spec.nodeName || '<none>',
    status.nominatedNodeName || '<none>',
    readinessGates(pod),
  ]
}

/** A finished pod's row carries this condition. */
export function podRowConditions(pod: Pod): object[] | undefined {
  const message = { Succeeded: 'The pod has completed successfully.', Failed: 'The pod failed.' }[
    pod.status.phase ?? ''
  ]
  return message ? [{ type: 'Completed', status: 'True', reason: pod.status.phase, message }] : undefined
}

function tallyOf(pod: Pod, sidecars: Set<string>): Tally {
  const { status } = pod
  const gated = conditionOf(status, 'PodScheduled')?.reason === 'SchedulingGated'
  const reason = gated ? 'SchedulingGated' : status.reason || status.phase || ''
  const init = initTally(pod, sidecars, reason)
  const initialized = conditionOf(status, 'Initialized')?.status === 'True'
  return init.initializing && !initialized ? init.tally : mainTally(status, init)
}

interface InitTally {
  tally: Tally
  initializing: boolean
  /** What the sidecars alone add up to. */
  sidecars: { restarts: number; lastRestart: number }
}

function initTally(pod: Pod, sidecars: Set<string>, reason: string): InitTally {
  const tally: Tally = { reason, ready: 0, restarts: 0, lastRestart: 0 }
  const ofSidecars = { restarts: 0, lastRestart: 0 }
  const total = pod.spec.initContainers?.length ?? 0
  for (const [index, container] of (pod.status.initContainerStatuses ?? []).entries()) {
    addRestarts(tally, container)
    const sidecar = sidecars.has(container.name)
    if (sidecar) addRestarts(ofSidecars, container)
    if (container.state.terminated?.exitCode === 0) continue
    if (sidecar && container.started) {
      if (container.ready) tally.ready += 1
      continue
    }
    tally.reason = initWord(container, index, total)
    return { tally, initializing: true, sidecars: ofSidecars }
  }
  return { tally, initializing: false, sidecars: ofSidecars }
}

function initWord({ state }: ContainerStatus, index: number, total: number): string {
  const { terminated, waiting } = state
  if (terminated?.reason) return `Init:${terminated.reason}`
  if (terminated)
    return terminated.signal ? `Init:Signal:${terminated.signal}` : `Init:ExitCode:${terminated.exitCode}`
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
  return `Init:${index}/${total}`
}

function mainTally(status: PodStatus, init: InitTally): Tally {
  const tally: Tally = { ...init.tally, ...init.sidecars }
  let running = false
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    const { waiting, terminated } = container.state
    addRestarts(tally, container)
    if (waiting?.reason) tally.reason = waiting.reason
    else if (terminated?.reason) tally.reason = terminated.reason
    else if (terminated)
      tally.reason = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
    else if (container.ready && container.state.running) {
      running = true
      tally.ready += 1
    }
  }
  if (tally.reason === 'Completed' && running)
    tally.reason = conditionOf(status, 'Ready')?.status === 'True' ? 'Running' : 'NotReady'
  return tally
}

function addRestarts(sum: { restarts: number; lastRestart: number }, container: ContainerStatus): void {
  sum.restarts += container.restartCount
  const ended = container.lastState?.terminated?.finishedAt
  if (ended) sum.lastRestart = Math.max(sum.lastRestart, Date.parse(ended))
}

function terminatingWord(pod: Pod): string | undefined {
  if (!pod.metadata.deletionTimestamp) return undefined
  if (pod.status.reason === 'NodeLost') return 'Unknown'
  return ['Succeeded', 'Failed'].includes(pod.status.phase ?? '') ? undefined : 'Terminating'
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const open = gates.filter(gate => conditionOf(pod.status, gate.conditionType)?.status === 'True')
  return `${open.length}/${gates.length}`
}

const conditionOf = (status: PodStatus, type: string) =>
  status.conditions?.find(condition => condition.type === type)
