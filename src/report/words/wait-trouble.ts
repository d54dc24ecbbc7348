/** How failed pulls are described while `wait` waits: what fails, where, and for how long waiting continues. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import { isDockerHub } from '../../image/docker-hub.ts'
import type { SubjectState, Trouble } from '../../waiting/subject-state.ts'
import type { Invocation } from '../invocation.ts'
import { pluralize, shortList } from './count.ts'
import { age } from './duration.ts'
import { imageText } from './labels.ts'
import { nextStepText } from './step-words.ts'
import { stepsOf } from './steps.ts'

/** All of its troubles, the most urgent first. */
export function troublesText({ troubles }: SubjectState, takenAt: string): string {
  const [first, ...others] = troubles
  if (first === undefined) return "can't pull its images"
  const more = others.length === 0 ? '' : `, and ${pluralize(others.length, 'more failing pull')}`
  return `${troubleText(first, takenAt)}${more}`
}

/** `can't pull nginx:1.27-alpne (image-not-found) on node n4, 499 pods have theirs`. */
export function troubleText({ finding, pods, well, nodes, since }: Trouble, takenAt: string): string {
  const time = age(new Date(since).toISOString(), takenAt)
  const place =
    well > 0 && nodes.length > 0 && nodes.length <= 3
      ? ` on ${nodes.length === 1 ? 'node' : 'nodes'} ${shortList(nodes, 3)}, while ${pluralize(well, 'other pod')} ${well === 1 ? 'has' : 'have'} all images`
      : ''
  const which = pods.length > 1 ? ` in ${pluralize(pods.length, 'pod')}` : ''
  const forHow = time === null || time === '0s' ? '' : ` for ${time}`
  return `can't pull ${imageText(finding.image)} (${finding.cause})${which}${forHow}${place}`
}

/** How long it is waited for, and what would help meanwhile. @param left milliseconds until the wait ends */
export function outlookText(
  trouble: Trouble,
  now: number,
  left: number,
  invocation: Invocation,
  advised: AdvisedFinding,
): string {
  const { until, finding } = trouble
  const [step] = stepsOf([advised], invocation)
  const next = nextStepText(step)
  const outlook =
    until === null
      ? `may recover by itself, so waiting continues${windowText(finding, left)}`
      : patienceText(until - now)
  return `${outlook}. ${next}`
}

function patienceText(milliseconds: number): string {
  if (milliseconds <= 0) return "waiting won't help"
  return `waiting ${lasting(milliseconds)} more before giving up`
}

const HUB_WINDOW_HOURS = 6

/** A limit that may last longer than the time left. */
function windowText({ cause, registry }: Trouble['finding'], left: number): string {
  if (cause !== 'rate-limited') return ''
  const tries = 'the kubelet retries at least every 5 minutes'
  if (registry === null || !isDockerHub(registry)) return `; ${tries}`
  const tooLong = left < HUB_WINDOW_HOURS * 3_600_000
  return tooLong
    ? `; ${tries}, but Docker Hub's limit covers ${HUB_WINDOW_HOURS} hours, and only ${lasting(left)} are left`
    : `; ${tries}`
}

/** `45s`, `2m30s`. */
export function lasting(milliseconds: number): string {
  return (
    age(
      new Date(0).toISOString(),
      new Date(Math.max(0, Math.ceil(milliseconds / 1000) * 1000)).toISOString(),
    ) ?? ''
  )
}
