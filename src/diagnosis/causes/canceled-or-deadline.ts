/** The pull was canceled or exceeded its deadline, and the text does not say why. */

import { ruleOf } from './cause-rule.ts'

export const canceledOrDeadline = ruleOf(
  'canceled-or-deadline',
  /\bcontext cancel(?:l)?ed\b|\boperation was cancel(?:l)?ed\b|\brequest cancel(?:l)?ed\b|\b(?:pull|download|registration) (?:was )?cancel(?:l)?ed\b/,
  /\bdeadline ?exceeded\b|\bpull progress\b|\bno progress\b|\bprogress (?:timeout|deadline)\b/,
  /\btimed out (?:on )?waiting\b|\bcancel pulling\b/,
)
