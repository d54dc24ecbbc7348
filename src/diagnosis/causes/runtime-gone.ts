/** The kubelet lost the connection to its container runtime; no registry was involved. */

import { ruleOf } from './cause-rule.ts'

export const runtimeGone = ruleOf(
  'other',
  /\bdial unix\b|\berror reading from server\b|\btransport is closing\b|\bwhile dialing\b/,
  // Docker's pipe on Windows.
  /\b(?:trying to connect|error during connect): .{0,120}\bpost ‹url›: open ‹path›/,
)
