/** Says once what is waited for where a server's first answer takes long. */

import type { Clock } from '../../clock.ts'

/** Milliseconds after which somebody who looks at an empty screen wonders. */
const NOTICEABLE = 1000
const GRACE = 100

export class FirstAnswer {
  readonly #clock: Clock
  readonly #say: () => void
  /** The server has answered, or it was said that it is waited for. */
  #isSettled = false

  constructor(clock: Clock, say: () => void) {
    this.#clock = clock
    this.#say = say
  }

  /** Begins a wait. @returns what ends it, whether there was an answer or not */
  await(): () => void {
    if (this.#isSettled) return () => {}
    const say = () => {
      if (!this.#isSettled) this.#say()
      this.#isSettled = true
    }
    // In two steps: where this process was busy, an answer that has arrived is read before the second one.
    let cancel = this.#clock.after(NOTICEABLE - GRACE, () => {
      cancel = this.#clock.after(GRACE, say)
    })
    return () => {
      cancel()
      this.#isSettled = true
    }
  }
}
