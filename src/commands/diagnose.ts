/** `pullguard diagnose`: snapshot → findings → report → verdict. */

import { type AdvisedDiagnosis, adviseDiagnosis } from '../advice/add-steps.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Diagnosis, Severity } from '../diagnosis/finding.ts'
import { withLimits } from '../diagnosis/limit-answers.ts'
import { UsageError } from '../errors.ts'
import type { DiagnosisFormat, SortKey } from '../report/formats.ts'
import { countsFor } from '../report/formats.ts'
import type { PlainOptions } from '../report/machine/plain.ts'
import { opensLinks } from '../report/screen/links.ts'
import type { BaselineFlags } from './baseline.ts'
import type { ImageCheckFlags } from './check-images.ts'
import type { CommandContext, ExitName } from './context.ts'
import { formatFor, invocationOfLook, screenOf } from './shared-flags.ts'
import { type SnapshotOptions, takeSnapshot } from './snapshot.ts'

export interface DiagnoseOptions extends SnapshotOptions, BaselineFlags, ColumnFlags {
  /** Ask registries about the images of the findings. */
  checkImages?: ImageCheckFlags
  format: DiagnosisFormat
  /** Whether -o was given; otherwise, the format depends on where output goes. */
  formatGiven: boolean
  failOn: Severity | 'never'
  /** Diagnose again after each change, until Ctrl-C or until no pull fails. */
  watch?: 'on' | 'until-clear'
}

/** Reports which pods can't pull their images and why. @throws UsageError, UnreachableError */
export async function diagnoseCommand(options: DiagnoseOptions, context: CommandContext): Promise<ExitName> {
  const plain = plainColumns(options)
  if (options.watch !== undefined) {
    const { watchDiagnosis } = await import('./diagnose-watch.ts')
    return watchDiagnosis(options, options.watch, context)
  }
  // Loads the report's code while requests are in flight; loading it earlier would delay the first request.
  let loading: Promise<typeof import('../report/views/diagnosis.ts')> | undefined
  const reporting = () => (loading ??= import('../report/views/diagnosis.ts'))
  const baseline = await baselineFor(options, context)
  const advised = adviseDiagnosis(await diagnoseWithChecks(options, context, () => void reporting()))
  const diagnosis = baseline === null ? advised : await baseline.apply(advised)
  const { diagnosisNotes, diagnosisPieces } = await reporting()
  const { out, err } = context
  const { failOn } = options
  const format = plain === undefined ? formatFor(options, context) : options.format
  const invocation = invocationOfLook(context, options)
  const report = { format, failOn, invocation, ...screenOf(out), ...(plain && { plain }) }
  const links = opensLinks(out, context.env)
  for (const piece of diagnosisPieces(diagnosis, { ...report, links })) await out.write(piece)
  await err.write(diagnosisNotes(diagnosis, { ...report, width: err.width, color: err.color }))
  return exitOf(diagnosis, options.failOn)
}

/**
 * Returns the baseline that flags name, to apply it to the diagnosis; null without one. Reads it immediately, so that an invalid one fails
 * before the run.
 * @throws UsageError
 */
async function baselineFor(options: BaselineFlags, context: CommandContext) {
  if (options.baseline === undefined && options.writeBaseline === undefined) return null
  const { readKnown, applyBaseline } = await import('./baseline.ts')
  const baseline = await readKnown(options, context)
  return { apply: (diagnosis: AdvisedDiagnosis) => applyBaseline(diagnosis, baseline, options, context) }
}

async function diagnoseWithChecks(
  options: DiagnoseOptions,
  context: CommandContext,
  meanwhile: () => void,
): Promise<Diagnosis> {
  const { checkImages } = options
  if (checkImages === undefined) return diagnose(await takeSnapshot(options, context, meanwhile))
  const { ImageCheckRun } = await import('./check-images.ts')
  const checking = new ImageCheckRun(checkImages, context)
  const reading = { ...options, onPullSecret: checking.keep }
  const snapshot = await takeSnapshot(reading, context, meanwhile)
  const diagnosis = diagnose(snapshot)
  const [imageChecks, quotas] = await Promise.all([
    checking.checkFindings(diagnosis.findings, snapshot),
    checking.readLimits(diagnosis.findings, snapshot),
  ])
  const checked = imageChecks.length === 0 ? diagnosis : diagnose({ ...snapshot, imageChecks })
  return withLimits(checked, quotas)
}

/** Returns `findings` if a finding counts for `failOn`, or else `incomplete` if something could not be read. Unknown is never healthy. */
export function exitOf(diagnosis: Diagnosis, failOn: Severity | 'never'): ExitName {
  if (diagnosis.findings.some(finding => countsFor(finding, failOn))) return 'findings'
  return diagnosis.complete ? 'ok' : 'incomplete'
}

/** Flags that select plain columns for a diagnosis, even on a terminal. */
interface ColumnFlags {
  sortBy?: SortKey
  /** --no-headers was not given. */
  headers: boolean
}

interface ColumnRequest extends ColumnFlags {
  format: DiagnosisFormat
  watch?: unknown
}

/** Returns what the flags request; undefined if none is given. @throws UsageError if one would have no effect */
function plainColumns({ sortBy, headers, format, watch }: ColumnRequest): PlainOptions | undefined {
  if (sortBy === undefined && headers) return undefined
  const flag = headers ? '--sort-by' : '--no-headers'
  if (watch !== undefined)
    throw new UsageError(`${flag} can't be combined with --watch, which prints each change.`)
  const fitting: DiagnosisFormat[] = headers ? ['table', 'wide', 'name'] : ['table', 'wide']
  if (!fitting.includes(format))
    throw new UsageError(
      `${flag} can't be combined with -o ${format}: use ${fitting.join(', ').replace(/, (?=\w+$)/, ' or ')}.`,
    )
  return sortBy === undefined ? { headers } : { headers, sortBy }
}
