/** Policy Never, and the node has no image, or none that this pod's credentials may use (KEP-2535): the kubelet's message is the same. */

import { ruleOf } from './cause-rule.ts'

export const neverPull = ruleOf(
  'never-pull',
  /\bpull policy of never\b/,
  /\berrimageneverpull\b/,
  /\bimage pull credentials? verification\b/,
)
