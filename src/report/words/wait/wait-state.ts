/**
 * The words of a workload's progress during `wait`: its state or its end, its failed pulls with how long waiting continues, and what will
 * fail, according to the registry, before any kubelet has tried.
 */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import { HUB_WINDOW_HOURS, isDockerHub } from '../../../image/docker-hub.ts'
import type { ImageVerdict, JudgedCheck } from '../../../snapshot/image-verdict.ts'
import type { EndCode, Obstacle, SubjectState, Trouble, WaitCode } from '../../../waiting/subject-state.ts'
import type { Invocation } from '../../invocation.ts'
import { age, durationOfMilliseconds } from '../duration.ts'
import { formatNumber, imageText, namedList, objectName, pluralize, shortList } from '../nouns.ts'
import { nextStepText, stepsOf } from '../steps.ts'
import { pullingFor } from './pulling.ts'

/** Returns, for example, `deployment/web`, preceded by its namespace if there are several. */
export function subjectName({ subject }: SubjectState, several: boolean): string {
  return `${several ? `${subject.namespace}/` : ''}${objectName(subject)}`
}

/** Whether the workloads are in more than one namespace. */
export function inSeveral(states: readonly SubjectState[]): boolean {
  return new Set(states.map(({ subject }) => subject.namespace)).size > 1
}

const BY_URGENCY: SubjectState['status'][] = ['failed', 'unknown', 'waiting', 'done']

/** Compares two states: the more urgent one comes first. */
export function compareUrgency(one: SubjectState, other: SubjectState): number {
  return BY_URGENCY.indexOf(one.status) - BY_URGENCY.indexOf(other.status)
}

type Words = (state: SubjectState, takenAt: string) => string

const ENDED: Record<EndCode, Words> = {
  ready: ({ counts }) => `${pluralize(counts.wanted, 'pod')} ready`,
  pulled: ({ counts }) => `${pluralize(counts.wanted, 'pod')} with all images`,
  started: () => 'its pods have started',
  completed: () => 'completed',
  'none-wanted': () => 'wants no pods',
  suspended: () => 'suspended, so it creates no pods',
  'no-job': () => 'has not created a Job yet; its schedule decides when it does',
  image: (state, takenAt) => troublesText(state, takenAt),
  deleted: () => 'was deleted while waiting',
  paused: () => 'paused: no pod gets its newest template until the rollout is resumed',
  'on-delete': ({ counts }) =>
    counts.wanted === 1
      ? 'uses the OnDelete strategy: its pod runs an older template until the pod is deleted'
      : `uses the OnDelete strategy: not all of its ${pluralize(counts.wanted, 'pod')} run the newest template, and each is replaced only when it is deleted`,
  // A deadline also ends a pod that waits for its image, which is only known if that was seen.
  ended: ({ obstacle }) => `has failed${because(obstacle)}`,
  unreadable: () => "the workload, its revisions, or its pods can't be read, so its state is unknown",
}

const WAITING: Record<WaitCode, Words> = {
  // A typo or a missing -n looks the same, so the namespace is named.
  absent: ({ seen, subject }) => (seen ? 'is gone' : `does not exist in namespace ${subject.namespace} yet`),
  unobserved: () => 'its controller has not acted on the newest change yet',
  pull: (state, takenAt) =>
    state.troubles.length === 0
      ? `can't pull an image${because(state.obstacle)}`
      : troublesText(state, takenAt),
  pulling: ({ pulling }, takenAt) => {
    const [longest] = pulling
    const images = [...new Set(pulling.map(({ image }) => imageText(image)))]
    const time = longest === undefined ? '' : ` for ${pullingFor(longest.since, takenAt)}`
    return `pulling ${shortList(images, 2)}${time}`
  },
  refused: ({ obstacle }) => notAnImage(`the API server rejects its pods${because(obstacle)}`),
  'not-ended': ({ obstacle }) =>
    `pod ${obstacle?.pod ?? ''} is still terminating, and its replacement has to wait`,
  'not-made': progress('not all pods have been created yet'),
  unscheduled: ({ obstacle }) =>
    notAnImage(`pod ${obstacle?.pod ?? ''} can't be scheduled${because(obstacle)}`),
  initializing: ({ obstacle }) =>
    `an init container of pod ${obstacle?.pod ?? ''} is still running${because(obstacle)}`,
  starting: progress('starting'),
  crashing: ({ obstacle }) =>
    notAnImage(
      `container ${obstacle?.container ?? ''} of pod ${obstacle?.pod ?? ''} keeps failing${because(obstacle)}`,
    ),
  'not-ready': progress('the images are there, but not all pods are ready'),
  'old-pods': progress('old pods have not been removed yet'),
  blocked: ({ obstacle }) =>
    `pod ${obstacle?.pod ?? ''} of an older revision is not ready, and the StatefulSet won't replace it until it is ready: delete that pod`,
  controller: progress('its controller has not reported the pods as available yet'),
}

function progress(text: string): Words {
  return ({ counts }) => {
    const { wanted, ready, pulled } = counts
    if (wanted === 0) return text
    return ready >= wanted || pulled <= ready
      ? `${formatNumber(ready)} of ${pluralize(wanted, 'pod')} ready: ${text}`
      : `${formatNumber(ready)} of ${pluralize(wanted, 'pod')} ready, ${formatNumber(pulled)} with all images: ${text}`
  }
}

const notAnImage = (text: string): string => `not an image problem: ${text}`

function because(obstacle: Obstacle | null): string {
  const parts = [obstacle?.reason ?? '', obstacle?.message ?? ''].filter(part => part !== '')
  return parts.length === 0 ? '' : ` (${parts.join(': ')})`
}

const WORDS: Record<EndCode | WaitCode, Words> = { ...ENDED, ...WAITING }

/** Returns the state of a workload as one clause. */
export function stateText(state: SubjectState, takenAt: string): string {
  return WORDS[state.code](state, takenAt)
}

/** Returns all troubles of a workload, most urgent first. */
function troublesText({ troubles }: SubjectState, takenAt: string): string {
  const [first, ...others] = troubles
  if (first === undefined) return "can't pull its images"
  const more = others.length === 0 ? '' : `, and ${pluralize(others.length, 'more failing pull')}`
  return `${troubleText(first, takenAt)}${more}`
}

/** Returns, for example, `can't pull nginx:1.27 (network-timeout) for 2m on node n4, while 499 other pods have all images`. */
export function troubleText({ finding, pods, well, nodes, since }: Trouble, takenAt: string): string {
  const time = age(new Date(since).toISOString(), takenAt)
  const place =
    well > 0 && nodes.length > 0 && nodes.length <= 3
      ? ` on ${namedList('node', nodes, 3)}, while ${pluralize(well, 'other pod')} ${well === 1 ? 'has' : 'have'} all images`
      : ''
  const which = pods.length > 1 ? ` in ${pluralize(pods.length, 'pod')}` : ''
  const forHow = time === null || time === '0s' ? '' : ` for ${time}`
  return `can't pull ${imageText(finding.image)} (${finding.cause})${which}${forHow}${place}`
}

/** What decides how long waiting continues, and how the commands of a step are written. */
interface OutlookContext {
  /** Milliseconds since 1970. */
  now: number
  /** Milliseconds until the wait ends. */
  left: number
  invocation: Invocation
}

/** Returns how long waiting continues, and what would help meanwhile. */
export function outlookText(trouble: Trouble, advised: AdvisedFinding, context: OutlookContext): string {
  const [step] = stepsOf([advised], context.invocation)
  return `${continuationText(trouble, context)}. ${nextStepText(step)}${step.command === undefined ? '.' : ''}`
}

function continuationText({ until, finding }: Trouble, { now, left }: OutlookContext): string {
  const patience = until === null ? null : until - now
  if (patience !== null && patience <= 0) return "waiting won't help"
  if (left <= 0) return 'the time is up'
  if (patience === null) return `may recover by itself, so waiting continues${windowText(finding, left)}`
  return `waiting ${durationOfMilliseconds(Math.min(patience, left))} more before giving up`
}

/** For a limit, returns how often the kubelet retries, and whether Docker Hub's limit may outlast the wait. */
function windowText({ cause, registry }: Trouble['finding'], left: number): string {
  if (cause !== 'rate-limited') return ''
  const tries = 'the kubelet retries at least every 5 minutes'
  if (registry === null || !isDockerHub(registry)) return `; ${tries}`
  const tooLong = left < HUB_WINDOW_HOURS * 3_600_000
  return tooLong
    ? `; ${tries}, but Docker Hub's limit covers ${HUB_WINDOW_HOURS} hours, and this wait ends in ${durationOfMilliseconds(left)}`
    : `; ${tries}`
}

const FROM_HERE = 'checked from this machine'

const ANSWERS: Record<ImageVerdict, (check: JudgedCheck) => string | null> = {
  'opens-anonymously': () => null,
  'opens-for-pod': () => null,
  'opens-but-not-for-pod': ({ host }) =>
    `${host} refuses the pods' pull secret, but serves the image without a login (${FROM_HERE})`,
  'opens-for-machine': ({ host }) =>
    `${host} serves it with this machine's login, but its pods have no login that works (${FROM_HERE})`,
  'no-such-tag': ({ host, likelyTag }) =>
    `${host} has no such tag${likelyTag === null ? '' : `; there is ${likelyTag}`} (${FROM_HERE})`,
  'no-such-digest': ({ host }) => `${host} has no such digest (${FROM_HERE})`,
  'no-such-repository': ({ host }) => `${host} has no such repository (${FROM_HERE})`,
  'not-found': ({ host }) => `${host} does not have it (${FROM_HERE})`,
  'not-public': () => `Docker Hub lists no public repository of that name (${FROM_HERE})`,
  denied: ({ host }) => `${host} denies it, or it does not exist (${FROM_HERE})`,
  'rate-limited': ({ host }) => `${host} is limiting requests from this machine: not checked`,
  unreachable: ({ host }) => `${host} can't be reached from this machine: not checked`,
  failed: ({ host }) => `${host}'s answer was inconclusive: not checked`,
  'not-asked': ({ host }) => `${host} was not asked: not checked`,
}

/** Returns the registry's answer about an image that no kubelet has tried to pull yet, as one clause; null if the image can be pulled. */
export function aheadText(check: JudgedCheck): string | null {
  return ANSWERS[check.verdict](check)
}
