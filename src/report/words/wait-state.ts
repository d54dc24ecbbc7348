/** The words of a workload's state during `wait`, and of its end. */

import type { EndCode, Obstacle, SubjectState, WaitCode } from '../../waiting/subject-state.ts'
import { formatNumber, imageText, objectName, pluralize, shortList } from './nouns.ts'
import { pullingFor } from './pulling.ts'
import { troublesText } from './wait-trouble.ts'

/** Returns, for example, `deployment/web`, preceded by its namespace if there are several. */
export function subjectName({ subject }: SubjectState, several: boolean): string {
  return `${several ? `${subject.namespace}/` : ''}${objectName(subject)}`
}

/** Whether the workloads are in more than one namespace. */
export function inSeveral(states: readonly SubjectState[]): boolean {
  return new Set(states.map(({ subject }) => subject.namespace)).size > 1
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
    `uses the OnDelete strategy: not all of its ${pluralize(counts.wanted, 'pod')} run the newest template, and each is replaced only when it is deleted`,
  ended: ({ obstacle }) => `has failed for a reason other than its images${because(obstacle)}`,
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
