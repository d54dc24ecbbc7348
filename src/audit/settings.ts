/** The user's settings for an audit: the severity of each rule, and the pull secret to expect. */

import type { AuditSeverity, Rule } from './finding.ts'

export interface AuditSettings {
  /** Overrides of the rules' own severities. */
  rules: Partial<Record<Rule, AuditSeverity | 'off'>>
  /** The pull secret for images of Docker Hub; null if none is configured. */
  pullSecret: string | null
}
