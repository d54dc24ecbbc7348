/** A Job whose image can't be pulled never fails by itself: only activeDeadlineSeconds ends it, and unblocks a CronJob's next runs. */

import type { AuditRule } from '../rule.ts'

export const noDeadline: AuditRule<'no-deadline'> = {
  severity: 'warning',
  find({ kind, hasDeadline, place }) {
    return hasDeadline === false ? [{ place, arguments: { cron: kind === 'CronJob' } }] : []
  },
}
