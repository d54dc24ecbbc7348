/** Narrows an event to what it reports of a pod's image. */

import { isSandboxFailure, pullStage } from '../../image/pull-messages.ts'
import { firstText, number, record, text, textOrNull } from '../../json/json-object.ts'
import { narrowMessage, narrowName } from '../../secrecy/foreign-text.ts'
import type { NodeRestart, PodEvent } from '../../snapshot/snapshot.ts'

/** Reasons of the kubelet's events about pulls. */
const PULL_REASONS = new Set([
  'Failed',
  'BackOff',
  'InspectFailed',
  'ErrImageNeverPull',
  'FailedToRetrieveImagePullSecret',
])

/** The fields that an Event has under other names in each API version (core/v1, events.k8s.io/v1). */
function partsOf(raw: unknown) {
  const event = record(raw)
  const about = record(event.involvedObject ?? event.regarding)
  const message = text(event.message ?? event.note)
  return { event, about, kind: text(about.kind), name: textOrNull(about.name), message }
}

/** Returns the event, redacted; null if it is not about getting a pod's image. Vendors' kubelets use other reasons for the same text. */
export function narrowEvent(raw: unknown): PodEvent | null {
  const { event, about, kind, name: pod, message } = partsOf(raw)
  const reason = text(event.reason)
  if (kind !== 'Pod' || pod === null) return null
  const stage = pullStage(message)
  if (!PULL_REASONS.has(reason) && stage === null && !isSandboxFailure({ reason, message })) return null
  // Crash loops use the same reason, but their image was pulled.
  if (reason === 'BackOff' && message.startsWith('Back-off restarting')) return null
  return {
    namespace: firstText(about.namespace, record(event.metadata).namespace) ?? 'default',
    pod,
    podUid: textOrNull(about.uid),
    fieldPath: narrowName(about.fieldPath),
    reason,
    message: stage === 'began' || stage === 'ended' ? progressOf(message) : narrowMessage(message),
    count: countOf(event),
    ...timesOf(event),
  }
}

/** What the kubelet says of a full disk, whose images it removes; it reports other trouble with the same reasons (kubernetes, image_gc_manager.go, eviction_manager.go). */
const DISK_FULL =
  /failed to garbage collect required amount of images|attempting to reclaim ephemeral-storage|status is now: NodeHasDiskPressure/i

/** Returns the node whose disk was full, by an event about it; null for any other event. */
export function fullNode(raw: unknown): string | null {
  const { kind, name, message } = partsOf(raw)
  return kind === 'Node' && DISK_FULL.test(message) ? name : null
}

/** The kubelet had removed the images that nothing uses, and that was too little (kubernetes, image_gc_manager.go). */
const NO_IMAGES_LEFT = /failed to garbage collect required amount of images/i

/** Returns whether an event about a node says that no images are left there to remove. */
export function lacksUnusedImages(raw: unknown): boolean {
  return NO_IMAGES_LEFT.test(partsOf(raw).message)
}

/**
 * What the kubelet says when it starts, and after a new boot of its machine (kubernetes, kubelet_node_status.go), and what systemd logs of its units,
 * which the Node Problem Detector passes on (kubernetes/node-problem-detector, config/systemd-monitor-counter.json and systemd-monitor.json).
 */
const STARTS: readonly [RegExp, NodeRestart['of']][] = [
  [/ has been rebooted, boot id: /, 'machine'],
  [/^(?:starting kubelet\.|started (?:the )?(?:kubernetes kubelet|kubelet\.service)\b)/i, 'kubelet'],
  [/^starting (?:containerd container runtime|docker application container engine)\b/i, 'runtime'],
]

/** Returns what was started on a node, by an event about it; null for any other event. */
export function restartIn(raw: unknown): NodeRestart | null {
  const { event, kind, name: node, message } = partsOf(raw)
  const [, of] = STARTS.find(([words]) => words.test(message)) ?? []
  const at = timesOf(event).lastSeen
  if (kind !== 'Node' || node === null || of === undefined || at === null) return null
  return { node, of, at }
}

/** Returns which image a node has pulled, as written, by a kubelet's event; null for any other event. */
export function pullIn(raw: unknown): { image: string; node: string; at: string } | null {
  const { event, message } = partsOf(raw)
  if (pullStage(message) !== 'ended') return null
  const image = /^[^"]{0,100}"([^"]{1,1000})"/.exec(message)?.[1]
  const node = firstText(
    record(event.source).host,
    record(event.deprecatedSource).host,
    event.reportingInstance,
  )
  const at = timesOf(event).lastSeen
  return image === undefined || node === null || at === null ? null : { image, node, at }
}

/** Keeps only the image for a pull in progress or completed. There are very many of these events, and redaction is slow. */
function progressOf(message: string): string {
  const sentence = /^[^"]{0,100}"[^"]*"/.exec(message)?.[0]
  return sentence === undefined || /@|:\/\//.test(sentence) || sentence.length > 2_000
    ? narrowMessage(message)
    : sentence
}

function countOf(event: Record<string, unknown>): number {
  const counts = [event.count, event.deprecatedCount, record(event.series).count]
  return Math.max(1, ...counts.map(count => number(count, 1)))
}

function timesOf(event: Record<string, unknown>): { firstSeen: string | null; lastSeen: string | null } {
  const created = record(event.metadata).creationTimestamp
  return {
    firstSeen: firstText(event.firstTimestamp, event.deprecatedFirstTimestamp, event.eventTime, created),
    lastSeen: firstText(
      record(event.series).lastObservedTime,
      event.lastTimestamp,
      event.deprecatedLastTimestamp,
      event.eventTime,
      created,
    ),
  }
}
