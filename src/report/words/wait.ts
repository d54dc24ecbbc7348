/** The summary sentences of `wait`: its progress, and how it ended. */

import type { SubjectState } from '../../waiting/subject-state.ts'
import type { WaitReport } from '../wait-report.ts'
import { durationOfMilliseconds } from './duration.ts'
import { formatNumber, pluralize, shortList } from './nouns.ts'
import { inSeveral, stateText, subjectName } from './wait-state.ts'

const MAX_SHOWN = 3

/** Returns the last line: how the wait ended. */
export function waitSentence(report: WaitReport): string {
  const sentence = endSentence(report)
  return report.isOutdated
    ? `${sentence} The API server could not be reached at the end, so this may be outdated.`
    : sentence
}

function endSentence({ outcome, states, waited, timeout, goal, diagnosis, now }: WaitReport): string {
  const after = `after ${durationOfMilliseconds(waited)}`
  const several = inSeveral(states)
  const namesText = (some: readonly SubjectState[]) =>
    shortList(
      some.map(state => subjectName(state, several)),
      MAX_SHOWN,
    )
  const of = (...statuses: SubjectState['status'][]) =>
    states.filter(({ status }) => statuses.includes(status))
  switch (outcome) {
    case 'done':
      if (states.length === 0) return 'Nothing to wait for: no object in the manifests has pods.'
      return states.length === 1
        ? doneSentence(states[0] as SubjectState, namesText(states), after, diagnosis.takenAt)
        : `${pluralize(states.length, 'workload')} ${goal === 'pulled' ? 'have their images' : 'are done'} ${after}.`
    case 'failed':
      return `${namesText(of('failed'))} can't pull ${of('failed').length === 1 ? 'its' : 'their'} images, and ${whyStopped(of('failed'), now)}. Stopped ${after}.`
    case 'unknown':
      if (of('unknown').length === 0)
        return `Can't tell whether everything is ready, because some kinds can't be read. Stopped ${after}.`
      return of('unknown').length === 1
        ? `${namesText(of('unknown'))}: ${stateText(of('unknown')[0] as SubjectState, diagnosis.takenAt)}. Stopped ${after}.`
        : `Can't tell whether ${namesText(of('unknown'))} are ready. Stopped ${after}.`
    case 'timeout':
      return states.length === 0
        ? `No workload matched${timeout === 0 ? '' : ` within ${durationOfMilliseconds(timeout)}`}.`
        : timeout === 0
          ? `Not done yet: ${namesText(of('waiting'))}.`
          : `Timed out ${after} waiting for ${namesText(of('waiting'))}.`
  }
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

function doneSentence(state: SubjectState, name: string, after: string, takenAt: string): string {
  const text = `${name}: ${stateText(state, takenAt)}`
  return REACHED.includes(state.code) ? `${text} ${after}.` : `${text}. Nothing to wait for.`
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
