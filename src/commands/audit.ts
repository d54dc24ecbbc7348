/** `pullguard audit`: workloads → findings → edits → report → verdict, in files or in a live cluster. */

import { audit } from '../audit/audit.ts'
import type { EditReport } from '../audit/edit-report.ts'
import type { AuditFinding, AuditSeverity } from '../audit/finding.ts'
import { type AuditReport, auditReport } from '../audit/report.ts'
import type { AuditFormat } from '../report/formats.ts'
import { auditFingerprint } from '../report/machine/audit/identity.ts'
import { knownFindings, withoutKnown, writeBaseline } from './audit/known.ts'
import { type AuditInput, type AuditTarget, assertWorkloads, readAuditInput } from './audit/read.ts'
import { type AllSettings, auditSettings, type SettingsFlags } from './audit/settings.ts'
import { showAudit } from './audit/show.ts'
import type { ImageCheckFlags } from './check-images.ts'
import type { CommandContext, ExitName } from './context.ts'

export interface AuditOptions extends AuditTarget, SettingsFlags {
  /** Ask registries for every image. */
  checkImages?: ImageCheckFlags
  /** Work out edits, and with `write` make them; `diff` shows them. null: none. */
  edits: { write: boolean; diff: boolean; offline: boolean; endpoints: string[] } | null
  /** A file of findings that are known. */
  baseline?: string
  /** The file to write them to. */
  writeBaseline?: string
  allowEmpty: boolean
  format: AuditFormat
  failOn: AuditSeverity | 'never'
}

/** Says what will fail or waste pulls on the next fresh node. @throws UsageError, UnreachableError */
export async function auditCommand(options: AuditOptions, context: CommandContext): Promise<ExitName> {
  const settings = await auditSettings(options, context)
  const known = await knownFindings(options.baseline, context)
  const read = await readChecked(options, settings, context)
  if (!options.allowEmpty) assertWorkloads(read.scope)
  const { input, edits } = await edited(read, options, settings, context)
  const { findings, ignored } = audit(input.scope, settings, input.isIgnored)
  if (options.writeBaseline !== undefined) await writeBaseline(options.writeBaseline, findings, context)
  const accepted = options.writeBaseline === undefined ? known : new Set(findings.map(auditFingerprint))
  const { fresh, known: count } = withoutKnown(findings, accepted)
  const report = auditReport(input.scope, fresh, { ignored: ignored.length, known: count }, edits)
  await showAudit(report, input.notes, options, context)
  return auditVerdict(report, options.failOn)
}

async function readChecked(
  options: AuditOptions,
  settings: AllSettings,
  context: CommandContext,
): Promise<AuditInput> {
  const { checkImages } = options
  if (checkImages === undefined) return readAuditInput(options, settings, context)
  const { auditChecking, questionsOfScope, withChecks } = await import('./audit/check.ts')
  const checking = auditChecking(checkImages, context)
  const input = await readAuditInput(options, settings, context, checking.keep)
  const checks = await checking.askAll(questionsOfScope(input.scope))
  return { ...input, scope: withChecks(input.scope, checks) }
}

/** After edits were written the files are read again: what is reported is what remains. */
async function edited(
  input: AuditInput,
  options: AuditOptions,
  settings: AllSettings,
  context: CommandContext,
): Promise<{ input: AuditInput; edits: EditReport | null }> {
  if (options.edits === null) return { input, edits: null }
  const { editFiles } = await import('./audit/edit.ts')
  const { endpoints, ...flags } = options.edits
  const asked = flags.offline ? input : await askedForEdits(input, endpoints, settings, context)
  const findings = fixable(asked, settings)
  const edits = await editFiles(asked, findings, settings, flags)
  if (!edits.files.some(({ written }) => written)) return { input: asked, edits }
  const again = await readAuditInput(options, settings, context)
  return { input: { ...again, scope: { ...again.scope, imageChecks: input.scope.imageChecks } }, edits }
}

async function askedForEdits(
  input: AuditInput,
  endpoints: string[],
  settings: AllSettings,
  context: CommandContext,
): Promise<AuditInput> {
  const { auditChecking, questionsOfEdits, withChecks } = await import('./audit/check.ts')
  const { scope } = input
  const questions = questionsOfEdits(scope, fixable(input, settings), settings.replacements)
  const checks = await auditChecking({ endpoints }, context).askAll(questions)
  return { ...input, scope: withChecks(scope, checks) }
}

function fixable({ scope, isIgnored }: AuditInput, settings: AllSettings): AuditFinding[] {
  return audit(scope, settings, isIgnored).findings
}

const RANK: Record<AuditSeverity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 }

/** The same in every format. What can't be read is wrong input, whatever else was found. */
function auditVerdict(report: AuditReport, failOn: AuditSeverity | 'never'): ExitName {
  const { findings, gaps, unread, unchecked, edits } = report
  if (unread.some(({ problem }) => problem !== 'link-out')) return 'usage'
  if (findings.some(({ severity }) => RANK[severity] >= RANK[failOn])) return 'findings'
  const unwritten = edits?.files.some(({ problem }) => problem !== null) ?? false
  return gaps.length + unread.length + unchecked.length > 0 || unwritten ? 'incomplete' : 'ok'
}
