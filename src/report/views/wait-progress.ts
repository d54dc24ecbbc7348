/** Renders the lines on standard error during `wait`: one per change, and a heartbeat. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { JudgedCheck } from '../../snapshot/image-verdict.ts'
import type { WaitChange } from '../../waiting/changes.ts'
import type { SubjectState } from '../../waiting/subject-state.ts'
import type { Invocation } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/layout.ts'
import { durationOfMilliseconds } from '../words/duration.ts'
import { imageText } from '../words/nouns.ts'
import { stepsOf } from '../words/steps.ts'
import { progressSentence } from '../words/wait/wait.ts'
import { aheadText, outlookText, stateText, subjectName, troubleText } from '../words/wait/wait-state.ts'

export interface ProgressContext {
  /** Milliseconds since 1970, by the server's clock. */
  now: number
  /** Milliseconds until time runs out. */
  left: number
  /** Whether the workloads are in several namespaces. */
  several: boolean
  invocation: Invocation
  /** Adds steps to a finding. */
  advise(finding: SubjectState['failures'][number]['finding']): AdvisedFinding
}

/** One line. */
export function changeLine(change: WaitChange, state: SubjectState, progress: ProgressContext): string {
  const { now, several, advise } = progress
  const name = subjectName(state, several)
  const takenAt = new Date(now).toISOString()
  switch (change.code) {
    case 'superseded':
      return line(`${name}: a newer revision was deployed; now waiting for that one`)
    case 'state':
      return line(`${name}: ${stateText(state, takenAt)}`)
    case 'trouble': {
      const { trouble } = change
      const outlook = outlookText(trouble, advise(trouble.finding), progress)
      return line(`${name}: ${troubleText(trouble, takenAt)}; ${outlook}`)
    }
  }
}

/** Returns the heartbeat, because CI systems stop jobs that print nothing. */
export function heartbeatLine(states: readonly SubjectState[], { now, left }: ProgressContext): string {
  return line(
    `Still waiting, ${durationOfMilliseconds(left)} left: ${progressSentence(states, new Date(now).toISOString())}`,
  )
}

/** Returns the spinner's text. */
export function spinnerText(states: readonly SubjectState[], { now }: ProgressContext): string {
  return sanitizeLine(`Waiting: ${progressSentence(states, new Date(now).toISOString())}`)
}

/** Reports that contact with the API server was lost or restored. */
export function connectionLine(problem: string | null): string {
  return line(
    problem === null
      ? 'Connected to the API server again.'
      : `Lost contact with the API server, retrying: ${problem}`,
  )
}

/** Lists what `wait` skips in the manifests. */
export function passedOverLine(objects: ReadonlyMap<string, number>): string {
  const named = [...objects].sort().map(([what, count]) => (count === 1 ? what : `${what} (${count})`))
  return line(`Not waited for: ${named.join(', ')}.`)
}

/** Returns the registry's answer about an image before any kubelet has tried; empty if the image can be pulled. */
export function checkLine(image: string, check: JudgedCheck): string {
  const text = aheadText(check)
  return text === null ? '' : line(`${imageText(image)}: ${text}`)
}

/** Returns what is left of the limit that a pull hit, in its step's words; empty if unknown. */
export function limitLine(finding: AdvisedFinding, invocation: Invocation): string {
  const index = finding.steps.findIndex(({ code }) => code === 'wait')
  const step = finding.quota === undefined ? undefined : stepsOf([finding], invocation)[index]
  return step === undefined ? '' : line(`${imageText(finding.image)}: ${step.text}`)
}

function line(text: string): string {
  return joinLines([sanitizeLine(text)])
}
