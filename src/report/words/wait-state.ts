/** The words of a workload that is waited for: what it waits for, or how it ended. */

import type { EndCode, Obstacle, SubjectState, WaitCode } from '../../waiting/subject-state.ts'
import { formatNumber, pluralize, shortList } from './count.ts'
import { imageText } from './labels.ts'
import { pullingFor } from './pulling.ts'
import { troublesText } from './wait-trouble.ts'

/** `deployment/web`; with its namespace in front where several are waited in. */
export function subjectName({ subject }: SubjectState, several: boolean): string {
  const { kind, namespace, name } = subject
  return `${several ? `${namespace}/` : ''}${kind.toLowerCase()}/${name}`
}

/** Whether the workloads are of more than one namespace. */
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
  'no-job': () => 'has not created a Job yet, and does so on its schedule',
  image: (state, takenAt) => troublesText(state, takenAt),
  deleted: () => 'was deleted while waiting',
  paused: () => 'paused: its newest template reaches no pod until the rollout is resumed',
  'on-delete': ({ counts }) =>
    `updates on delete: not all of its ${pluralize(counts.wanted, 'pod')} run the newest template, and each is replaced only when somebody deletes it`,
  ended: ({ obstacle }) => `has failed, and not because of an image${because(obstacle)}`,
  unreadable: () => "can't be read, so nothing is known about it",
}

const WAITING: Record<WaitCode, Words> = {
  absent: ({ seen }) => (seen ? 'is gone' : 'does not exist yet'),
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
  refused: ({ obstacle }) => notAnImage(`the server refuses its pods${because(obstacle)}`),
  'not-ended': ({ obstacle }) =>
    `pod ${obstacle?.pod ?? ''} has not ended yet, and its successor waits for that`,
  'not-made': progress('not all of its pods exist yet'),
  unscheduled: ({ obstacle }) => notAnImage(`no node takes pod ${obstacle?.pod ?? ''}${because(obstacle)}`),
  initializing: ({ obstacle }) =>
    `an init container of pod ${obstacle?.pod ?? ''} is still running${because(obstacle)}`,
  starting: progress('starting'),
  crashing: ({ obstacle }) =>
    notAnImage(
      `container ${obstacle?.container ?? ''} of pod ${obstacle?.pod ?? ''} does not keep running${because(obstacle)}`,
    ),
  'not-ready': progress('the images are there, and not all pods are ready'),
  'old-pods': progress('old pods have yet to end'),
  controller: progress('its controller has yet to count its pods as available'),
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

/** What is to be said of a workload at this moment. */
export function stateText(state: SubjectState, takenAt: string): string {
  const words: Record<string, Words> = { ...ENDED, ...WAITING }
  return words[state.code]?.(state, takenAt) ?? ''
}
