/** What the caller has decided about the place that a report goes to. */

import type { Invocation } from './invocation.ts'
export interface ReportOptions {
  /** Columns of the terminal; infinite in a pipe, where no line is broken. */
  width: number
  color: boolean
  /** The terminal opens web addresses with a click; no where it is left out. */
  links?: boolean
  /** A person reads along; else plain stable columns. */
  terminal: boolean
  /** How the user started the invocation, for the commands that are proposed: `pullguard` or `kubectl pullguard`. */
  invocation: Invocation
}
