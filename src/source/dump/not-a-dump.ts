/** An input that can't be read as a dump: a usage error for a named file; in a folder it is skipped or leaves a gap. */

import { UsageError } from '../../errors.ts'

export class NotADump extends UsageError {
  /** It is probably a dump that was cut off or damaged, so its contents are unknown. */
  readonly damaged: boolean

  constructor(message: string, damaged = false) {
    super(message)
    this.damaged = damaged
  }
}
