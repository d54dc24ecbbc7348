/** Determines an audit's settings from `.pullguard.yaml` and from the flags, which take precedence. */

import type { AuditSeverity, Rule } from '../../audit/finding.ts'
import { isRule, RULES } from '../../audit/rules/index.ts'
import type { AuditSettings } from '../../audit/settings.ts'
import type { ReplacementRule } from '../../image/replacement.ts'
import { readSettings } from '../../source/files/audit-settings.ts'
import type { CommandContext } from '../context.ts'
import { readReplacement } from '../shared-flags.ts'

export interface SettingsFlags {
  /** `--config`. */
  config?: string
  /** FROM=TO. */
  replaceRegistry: string[]
  pullSecret?: string
  /** `--exclude-namespace`, in addition to the file's. */
  excludedNamespaces: string[]
}

export interface AllSettings extends AuditSettings {
  /** Namespaces whose workloads are skipped. */
  excludedNamespaces: string[]
  excludedPaths: string[]
  excludeFrom: string
  replacements: ReplacementRule[]
}

const SEVERITIES = ['error', 'warning', 'info', 'off']

/** @throws UsageError */
export async function auditSettings(
  { config, replaceRegistry, pullSecret, excludedNamespaces }: SettingsFlags,
  { cwd, signal }: CommandContext,
): Promise<AllSettings> {
  const flagged = replaceRegistry.map(readReplacement)
  const file = await readSettings({
    cwd,
    signal,
    rules: RULES,
    severities: SEVERITIES,
    ...(config === undefined ? {} : { file: config }),
  })
  return {
    rules: rulesOf(file.rules),
    excludedNamespaces: [...excludedNamespaces, ...file.excludedNamespaces],
    pullSecret: pullSecret ?? file.pullSecret,
    excludedPaths: file.excludedPaths,
    excludeFrom: file.folder,
    replacements: [...flagged, ...file.replacements],
  }
}

function rulesOf(written: ReadonlyMap<string, string>): AuditSettings['rules'] {
  const rules: Partial<Record<Rule, AuditSeverity | 'off'>> = {}
  for (const [rule, severity] of written) if (isRule(rule)) rules[rule] = severity as AuditSeverity | 'off'
  return rules
}
