/** The verdict of a wait for a person, on a terminal or in a log: the workloads, why pulls fail and what to do, and in the last line how it ended. */

import type { SubjectState } from '../../../waiting/subject-state.ts'
import { cell } from '../../escape.ts'
import type { ReportOptions } from '../../options.ts'
import { visible } from '../../sanitise.ts'
import { stacked } from '../../screen/block.ts'
import { type Palette, paletteFor } from '../../screen/palette.ts'
import { tableLines } from '../../screen/table.ts'
import { wrap } from '../../screen/wrap.ts'
import type { WaitReport } from '../../wait-report.ts'
import { counted } from '../../words/count.ts'
import { nextStep } from '../../words/summary.ts'
import { waitSentence } from '../../words/wait.ts'
import { inSeveral, stateText, subjectName } from '../../words/wait-state.ts'
import { storyBlocks, withNext } from '../diagnosis/diagnosis-screen.ts'

/** Beyond that only those that are not done are shown. */
const MOST_ROWS = 20
/** A log is as wide as its longest line. */
const LOG_WIDTH = 400

/** The whole verdict. */
export function waitScreen(report: WaitReport, options: ReportOptions): string {
  const { outcome, states, diagnosis } = report
  const palette = paletteFor(options.color)
  const screen = options.terminal ? options : { ...options, width: LOG_WIDTH }
  const sentence = visible(waitSentence(report))
  const next = outcome === 'done' ? null : nextStep(diagnosis, options.invocation)
  const well = outcome === 'done' ? palette.well : (line: string) => line
  const last =
    next === null
      ? wrap(sentence, screen.width).map(well)
      : next.command === undefined
        ? [...wrap(sentence, screen.width), ...wrap(visible(`Next: ${next.say}.`), screen.width)]
        : withNext(sentence, next, screen, palette)
  const rows = states.length > 1 || outcome !== 'done' ? stateLines(report, screen.width, palette) : []
  const story = outcome === 'done' ? [] : storyBlocks(diagnosis, screen, 'brief')
  return stacked([rows, ...story, last])
}

const RANK: SubjectState['status'][] = ['done', 'waiting', 'unknown', 'failed']

function stateLines({ states, diagnosis }: WaitReport, width: number, palette: Palette): string[] {
  const several = inSeveral(states)
  const all = states.toSorted((one, other) => RANK.indexOf(one.status) - RANK.indexOf(other.status))
  const shown =
    all.length <= MOST_ROWS ? all : all.filter(({ status }) => status !== 'done').slice(0, MOST_ROWS)
  const rows = shown.map(state => [
    cell(subjectName(state, several)),
    state.status,
    visible(stateText(state, diagnosis.takenAt)),
  ])
  const lines = tableLines(rows, width).flatMap((row, index) => {
    const status = shown[index]?.status
    if (status === 'done') return row.map(palette.well)
    return status === 'failed' ? row.map(line => palette.trouble(line, 'error')) : row
  })
  const hidden = all.length - shown.length
  return hidden > 0 ? [...lines, `… and ${counted(hidden, 'more workload')}`] : lines
}
