/** The kubelet lost its container runtime: no registry was involved, however much the text speaks of connections. */

import { ruleOf } from './cause-rule.ts'

export const runtimeGone = ruleOf(
  'other',
  /\bdial unix\b|\berror reading from server\b|\btransport is closing\b|\bwhile dialing\b/,
)
