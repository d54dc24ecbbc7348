/** An input that can't be read as a dump: the mistake of whoever named it; in a folder it is passed over, or leaves a gap. */

import { UsageError } from '../../errors.ts'

export class NotADump extends UsageError {
  /** It is likely a dump that was cut off or damaged, so that what it held remains unseen. */
  readonly damaged: boolean

  constructor(message: string, damaged = false) {
    super(message)
    this.damaged = damaged
  }
}
