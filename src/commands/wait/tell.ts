/** Tells on standard error how a wait goes: on a terminal in a line that moves, else one line a change and now and then a sign of life. */

import { withSteps } from '../../advice/add-steps.ts'
import type { Invocation } from '../../report/invocation.ts'
import {
  heartbeatLine,
  newsLine,
  silenceLine,
  spinnerText,
  type WaitMoment,
} from '../../report/views/wait/wait-progress.ts'
import type { Progress } from '../../terminal.ts'
import { newsOf } from '../../waiting/news.ts'
import type { SubjectState } from '../../waiting/subject-state.ts'
import type { CommandContext } from '../context.ts'

/** Milliseconds: CI systems end jobs that say nothing. */
const HEARTBEAT = 30_000

export class Telling {
  readonly #context: CommandContext
  readonly #invocation: Invocation
  readonly #progress: Progress
  readonly #deadline: number
  readonly #told = new Map<string, SubjectState>()
  #spokeAt: number
  #silence: string | null = null

  constructor(context: CommandContext, invocation: Invocation, progress: Progress, deadline: number) {
    this.#context = context
    this.#invocation = invocation
    this.#progress = progress
    this.#deadline = deadline
    this.#spokeAt = context.clock.now()
  }

  /** @param serverNow milliseconds since 1970 */
  async tell(states: SubjectState[], serverNow: number): Promise<void> {
    const { clock } = this.#context
    const several = new Set(states.map(({ subject }) => subject.namespace)).size > 1
    const moment: WaitMoment = {
      now: serverNow,
      left: Math.max(0, this.#deadline - clock.now()),
      several,
      invocation: this.#invocation,
      advise: withSteps,
    }
    const lines = states.flatMap(state => this.#newsOf(state, moment))
    if (lines.length > 0) await this.say(lines.join(''))
    if (this.#progress.isShown) this.#progress.update(spinnerText(states, moment))
    else if (clock.now() - this.#spokeAt >= HEARTBEAT) await this.say(heartbeatLine(states, moment))
  }

  /** Says once that nothing is heard, and once that something is again. */
  async tellOfTrouble(error: Error | null): Promise<void> {
    const text = error === null ? null : error.message
    if ((text === null) === (this.#silence === null)) return
    this.#silence = text
    await this.say(silenceLine(error))
  }

  async say(text: string): Promise<void> {
    this.#progress.stop()
    this.#spokeAt = this.#context.clock.now()
    await this.#context.err.write(text)
  }

  #newsOf(state: SubjectState, moment: WaitMoment): string[] {
    const { kind, namespace, name } = state.subject
    const key = `${kind} ${namespace}/${name}`
    const before = this.#told.get(key) ?? null
    this.#told.set(key, state)
    const news = newsOf(before, state)
    // A line that moves shows where each stands.
    const shown = this.#progress.isShown ? news.filter(({ code }) => code !== 'state') : news
    return shown.map(one => newsLine(one, state, moment))
  }
}
