/** What the caller has decided about the place that a report goes to. */

import type { Invocation } from './invocation.ts'
export interface ReportOptions {
  /** Columns of the terminal. */
  width: number
  color: boolean
  /** A person reads along; else plain stable columns. */
  terminal: boolean
  /** How the user started the invocation, for the commands that are proposed: `pullguard` or `kubectl pullguard`. */
  invocation: Invocation
}
