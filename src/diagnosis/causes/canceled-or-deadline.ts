/** The pull was cancelled or ran out of time, and nothing says over what. */

import { ruleOf } from './cause-rule.ts'

export const canceledOrDeadline = ruleOf(
  'canceled-or-deadline',
  /\bcontext cancel(?:l)?ed\b|\boperation was cancel(?:l)?ed\b|\brequest cancel(?:l)?ed\b|\b(?:pull|download) (?:was )?cancel(?:l)?ed\b/,
  /\bdeadline ?exceeded\b|\bpull progress\b|\bno progress\b|\bprogress (?:timeout|deadline)\b/,
  /\btimed out (?:on )?waiting\b|\bcancel pulling\b/,
)
