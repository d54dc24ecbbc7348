/** The result of a wait, and its summary sentences: the progress, and how the wait ended. */

import type { AdvisedDiagnosis } from '../../../advice/add-steps.ts'
import type { WaitOutcome } from '../../../waiting/goal.ts'
import type { Goal, SubjectState } from '../../../waiting/subject-state.ts'
import { durationOfMilliseconds } from '../duration.ts'
import { formatNumber, pluralize, shortList } from '../nouns.ts'
import { inSeveral, stateText, subjectName } from './wait-state.ts'

/** The result of a wait, for every format. */
export interface WaitReport {
  outcome: WaitOutcome
  /** What makes pods in the manifests that could not be waited for; with any, the outcome is never `done`. */
  unfollowed: readonly string[]
  goal: Goal
  /** Milliseconds. */
  waited: number
  timeout: number
  states: readonly SubjectState[]
  /** Covers the pods that were waited for, with everything learned during the wait. */
  diagnosis: AdvisedDiagnosis
  /** Whether contact with the API server was lost at the end, so that the states are from shortly before. */
  isOutdated: boolean
  /** Milliseconds since 1970, by the server's clock. */
  now: number
}

const MAX_SHOWN = 3

/** Returns the last line: how the wait ended. */
export function waitSentence(report: WaitReport): string {
  const sentence = END[report.outcome](report)
  return report.isOutdated
    ? `${sentence} The API server could not be reached at the end, so this may be outdated.`
    : sentence
}

const END: Record<WaitOutcome, (report: WaitReport) => string> = {
  done: doneSentence,
  failed: failedSentence,
  unknown: unknownSentence,
  timeout: timeoutSentence,
}

function doneSentence(report: WaitReport): string {
  const { states, goal } = report
  const [only, ...others] = states
  if (only === undefined) return 'Nothing in the manifests has to be waited for.'
  if (others.length === 0) return onlyDoneSentence(only, report)
  const what = goal === 'pulled' ? 'have their images' : 'are done'
  return `${pluralize(states.length, 'workload')} ${what} ${afterText(report)}.`
}

function failedSentence(report: WaitReport): string {
  const failed = withStatus('failed', report)
  const whose = failed.length === 1 ? 'its' : 'their'
  return `${namesText(failed, report)} can't pull ${whose} images, and ${whyStopped(failed, report.now)}. Stopped ${afterText(report)}.`
}

function unknownSentence(report: WaitReport): string {
  return `${unknownText(report)}. Stopped ${afterText(report)}.`
}

function unknownText(report: WaitReport): string {
  const unknown = withStatus('unknown', report)
  const [only, ...others] = unknown
  if (only === undefined) return `Can't tell whether everything is ready, because ${blindText(report)}`
  const names = namesText(unknown, report)
  return others.length === 0
    ? `${names}: ${stateText(only, report.diagnosis.takenAt)}`
    : `Can't tell whether ${names} are ready`
}

function blindText({ unfollowed }: WaitReport): string {
  if (unfollowed.length === 0) return "some kinds can't be read"
  return `the manifests don't tell which pods these make: ${unfollowed.join(', ')} (name or select them as well)`
}

function timeoutSentence(report: WaitReport): string {
  const { states, timeout } = report
  const looksOnce = timeout === 0
  if (states.length === 0)
    return `No workload matched${looksOnce ? '' : ` within ${durationOfMilliseconds(timeout)}`}.`
  const names = namesText(withStatus('waiting', report), report)
  return looksOnce ? `Not done yet: ${names}.` : `Timed out ${afterText(report)} waiting for ${names}.`
}

function afterText({ waited }: WaitReport): string {
  return `after ${durationOfMilliseconds(waited)}`
}

function withStatus(status: SubjectState['status'], { states }: WaitReport): SubjectState[] {
  return states.filter(state => state.status === status)
}

function namesText(some: readonly SubjectState[], { states }: WaitReport): string {
  const several = inSeveral(states)
  return shortList(
    some.map(state => subjectName(state, several)),
    MAX_SHOWN,
  )
}

/** If --patience replaced the default, the pull could still have recovered. */
function whyStopped(failed: readonly SubjectState[], now: number): string {
  const ended = failed.flatMap(({ troubles }) =>
    troubles.filter(({ until }) => until !== null && until <= now),
  )
  return ended.length > 0 && ended.every(({ isChosen }) => isChosen)
    ? '--patience allows no more waiting'
    : "waiting won't help"
}

function onlyDoneSentence(state: SubjectState, report: WaitReport): string {
  const text = `${namesText([state], report)}: ${stateText(state, report.diagnosis.takenAt)}`
  return REACHED.includes(state.code) ? `${text} ${afterText(report)}.` : `${text}. Nothing to wait for.`
}

/** Other workloads never created pods, so no time was spent on them. */
const REACHED: SubjectState['code'][] = ['ready', 'pulled', 'started', 'completed']

/** Returns, for example, `2 of 5 workloads finished`, and what the others are waiting for. */
export function progressSentence(states: readonly SubjectState[], takenAt: string): string {
  const several = inSeveral(states)
  const open = states.filter(({ status }) => status === 'waiting')
  const done = states.length - open.length
  const texts = open.map(state => `${subjectName(state, several)}: ${stateText(state, takenAt)}`)
  const shown = texts.slice(0, MAX_SHOWN).join(' · ')
  const rest = texts.length - MAX_SHOWN
  const count =
    states.length === 1 ? '' : `${formatNumber(done)} of ${pluralize(states.length, 'workload')} finished`
  return [count, shown, rest > 0 ? `and ${formatNumber(rest)} more` : '']
    .filter(part => part !== '')
    .join(' · ')
}
