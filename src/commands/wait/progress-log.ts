/** Reports the progress of `wait` on standard error: a spinner on a terminal; otherwise, one line per change and a heartbeat. */

import { withSteps } from '../../advice/add-steps.ts'
import type { Invocation } from '../../report/invocation.ts'
import {
  changeLine,
  connectionLine,
  heartbeatLine,
  type ProgressContext,
  spinnerText,
} from '../../report/views/wait-progress.ts'
import { redact } from '../../secrecy/redact.ts'
import { subjectKey } from '../../source/following/subjects.ts'
import type { ProgressLine } from '../../terminal.ts'
import { changesOf } from '../../waiting/changes.ts'
import type { SubjectState } from '../../waiting/subject-state.ts'
import type { CommandContext } from '../context.ts'
import { writeNote } from '../write-note.ts'

/** Milliseconds; CI systems stop jobs that print nothing. */
const HEARTBEAT = 30_000

export class ProgressLog {
  readonly #context: CommandContext
  readonly #invocation: Invocation
  readonly #progress: ProgressLine
  readonly #deadline: number
  readonly #reported = new Map<string, SubjectState>()
  #printedAt: number
  #connectionError: string | null = null

  constructor(context: CommandContext, invocation: Invocation, progress: ProgressLine, deadline: number) {
    this.#context = context
    this.#invocation = invocation
    this.#progress = progress
    this.#deadline = deadline
    this.#printedAt = context.clock.now()
  }

  /** @param serverNow milliseconds since 1970 */
  async update(states: SubjectState[], serverNow: number): Promise<void> {
    const { clock } = this.#context
    const several = new Set(states.map(({ subject }) => subject.namespace)).size > 1
    const view: ProgressContext = {
      now: serverNow,
      left: Math.max(0, this.#deadline - clock.now()),
      several,
      invocation: this.#invocation,
      advise: withSteps,
    }
    const lines = states.flatMap(state => this.#linesOf(state, view))
    if (lines.length > 0) await this.print(lines.join(''))
    if (this.#progress.isShown) this.#progress.update(spinnerText(states, view))
    else if (clock.now() - this.#printedAt >= HEARTBEAT) await this.print(heartbeatLine(states, view))
  }

  /** Reports once that contact with the API server was lost, and once that it was restored. */
  async reportConnection(error: Error | null): Promise<void> {
    const text = error === null ? null : redact(error.message)
    if ((text === null) === (this.#connectionError === null)) return
    this.#connectionError = text
    await this.print(connectionLine(text))
  }

  async print(text: string): Promise<void> {
    this.#progress.stop()
    this.#printedAt = this.#context.clock.now()
    await writeNote(this.#context, text)
  }

  #linesOf(state: SubjectState, view: ProgressContext): string[] {
    const key = subjectKey(state.subject)
    const before = this.#reported.get(key) ?? null
    this.#reported.set(key, state)
    const changes = changesOf(before, state)
    // The spinner already shows the state of each workload.
    const shown = this.#progress.isShown ? changes.filter(({ code }) => code !== 'state') : changes
    return shown.map(one => changeLine(one, state, view))
  }
}
