/** What people decide about an audit: which rules count and how much, what is left out, and what edits may assume. */

import type { AuditSeverity, Rule } from './finding.ts'

export interface AuditSettings {
  /** A rule that is not here has its own severity. */
  rules: Partial<Record<Rule, AuditSeverity | 'off'>>
  /** Namespaces whose workloads are not looked at. */
  excludedNamespaces: string[]
  /** The pull secret for images of Docker Hub; null where nobody said. */
  pullSecret: string | null
}

export const NO_SETTINGS: AuditSettings = { rules: {}, excludedNamespaces: [], pullSecret: null }
