/** The caller's decisions about where a report goes. */

import type { Invocation } from './invocation.ts'
export interface ReportOptions {
  /** Columns of the terminal; infinite for a pipe, where no line is broken. */
  width: number
  color: boolean
  /** Whether the terminal opens web addresses with a click; absent: no. */
  links?: boolean
  /** Whether a person is reading; otherwise, the report has plain, stable columns. */
  terminal: boolean
  /** How the user started the program, for suggested commands: `pullguard` or `kubectl pullguard`. */
  invocation: Invocation
}
