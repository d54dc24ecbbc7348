/** Policy Never and no image on the node, or none that this pod's credentials may use (KEP-2535): the kubelet says the same of both. */

import { ruleOf } from './cause-rule.ts'

export const neverPull = ruleOf(
  'never-pull',
  /\bpull policy of never\b/,
  /\berrimageneverpull\b/,
  /\bimage pull credentials? verification\b/,
)
