/** Baseline files, and the known failures of diagnose: they are counted but do not affect the exit code. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AdvisedDiagnosis, AdvisedFinding } from '../advice/add-steps.ts'
import {
  baselineText,
  type IgnoreRule,
  isExpired,
  isIgnored,
  type KnownFinding,
  readBaseline,
  readIgnoreRules,
} from '../baseline/baseline.ts'
import { CAUSES, countCauses, type KnownFailure } from '../diagnosis/finding.ts'
import { writeWhole } from '../editor/write-file.ts'
import { errorCode, UsageError } from '../errors.ts'
import { stableIdentity } from '../report/group.ts'
import { fingerprint } from '../report/machine/fingerprint.ts'
import { workloadPath } from '../report/words/commands.ts'
import { expiredText, writtenBaselineText } from '../report/words/known.ts'
import { countPods } from '../report/words/nouns.ts'
import type { CommandContext } from './context.ts'
import { writeNote } from './write-note.ts'

export interface BaselineFlags {
  /** A file of known failures. */
  baseline?: string
  /** The file to write the current failures to. */
  writeBaseline?: string
}

interface Baseline {
  known: ReadonlySet<string>
  rules: IgnoreRule[]
}

const EMPTY_BASELINE: Baseline = { known: new Set(), rules: [] }

/**
 * Reads the baseline that is named with `--baseline`, before any request to a cluster; an empty one if none is.
 * @throws UsageError if the file can't be read, or is not a baseline
 */
export async function readKnown({ baseline }: BaselineFlags, { cwd }: CommandContext): Promise<Baseline> {
  if (baseline === undefined) return EMPTY_BASELINE
  const read = await readIfThere(baseline, cwd)
  if (read === null)
    throw new UsageError(
      `Can't read the baseline ${baseline}: there is no such file; --write-baseline creates one.`,
    )
  return read
}

/** null if there is no such file. @throws UsageError if it can't be read, or is not a baseline */
async function readIfThere(file: string, cwd: string): Promise<Baseline | null> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch(error => {
    if (errorCode(error) === 'ENOENT') return null
    throw new UsageError(`Can't read the baseline ${file}: ${errorCode(error)}.`)
  })
  return text === null ? null : parsedBaseline(text, file)
}

function parsedBaseline(text: string, file: string): Baseline {
  const known = readBaseline(text)
  if (known === null)
    throw new UsageError(`${file} is not a baseline: make one with --write-baseline ${file}.`)
  const rules = readIgnoreRules(text)
  if (typeof rules === 'string') throw new UsageError(`${file} is not a baseline: ${rules}.`)
  const wrong = rules.find(({ cause }) => cause !== undefined && !cause.includes('*') && !isCause(cause))
  if (wrong !== undefined)
    throw new UsageError(`${file} is not a baseline: there is no cause "${wrong.cause}".`)
  return { known, rules }
}

const isCause = (name: string) => (CAUSES as readonly string[]).includes(name)

/**
 * Writes the findings to the file of `--write-baseline`, if one is given, which makes all of them known. Returns the diagnosis without the
 * known ones, and warns if an expired rule would have matched another.
 * @throws UsageError if the file is not a baseline or can't be written
 */
export async function applyBaseline(
  diagnosis: AdvisedDiagnosis,
  { known, rules }: Baseline,
  { writeBaseline }: BaselineFlags,
  context: CommandContext,
): Promise<AdvisedDiagnosis> {
  const { findings } = diagnosis
  if (writeBaseline !== undefined) await updateBaseline(findings, writeBaseline, context)
  const fingerprints = writeBaseline === undefined ? known : new Set(findings.map(fingerprintOf))
  const now = context.now().toISOString()
  const lasting = rules.filter(rule => !isExpired(rule, now))
  const { fresh, failures } = separateKnown(findings, { known: fingerprints, rules: lasting })
  for (const rule of rules.filter(each => isExpired(each, now))) {
    if (fresh.some(finding => isIgnored(ignorable(finding), rule)))
      await writeNote(context, expiredText(rule))
  }
  const summary = { ...diagnosis.summary, failingPods: countPods(fresh), causes: countCauses(fresh) }
  return { ...diagnosis, findings: fresh, summary, known: failures }
}

function separateKnown(
  findings: readonly AdvisedFinding[],
  { known, rules }: Baseline,
): { fresh: AdvisedFinding[]; failures: KnownFailure[] } {
  const failures: KnownFailure[] = []
  const fresh = findings.filter(finding => {
    const rule = rules.find(each => isIgnored(ignorable(finding), each))
    if (rule === undefined && !known.has(fingerprintOf(finding))) return true
    failures.push({ finding, reason: rule?.reason ?? null, expires: rule?.expires ?? null })
    return false
  })
  return { fresh, failures }
}

function fingerprintOf(finding: AdvisedFinding): string {
  return fingerprint(stableIdentity(finding))
}

function ignorable(finding: AdvisedFinding) {
  const { namespace, cause, image, reference } = finding
  return {
    namespace,
    cause,
    workload: workloadPath(finding),
    images: reference === null ? [image] : [image, reference],
  }
}

/** @throws UsageError if the file is not a baseline or can't be written */
async function updateBaseline(
  findings: AdvisedFinding[],
  file: string,
  context: CommandContext,
): Promise<void> {
  const known = findings.map(finding => ({ fingerprint: fingerprintOf(finding), about: aboutOf(finding) }))
  await replaceBaseline(file, known, context)
  const written = new Set(known.map(({ fingerprint: print }) => print)).size
  await writeNote(context, writtenBaselineText(written, file))
}

function aboutOf(finding: AdvisedFinding): string {
  const { cause, namespace, container, image } = finding
  return `${cause} ${namespace}/${workloadPath(finding)} ${container} ${image}`
}

/**
 * Writes the findings to a baseline, all or none: with half a file, CI would report the missing ones as new. Keeps the rules of the file
 * that it replaces, because people wrote them. @throws UsageError if the file is not a baseline or can't be written
 */
export async function replaceBaseline(
  file: string,
  findings: readonly KnownFinding[],
  { cwd }: CommandContext,
): Promise<void> {
  const { rules } = (await readIfThere(file, cwd)) ?? EMPTY_BASELINE
  try {
    await writeWhole(resolve(cwd, file), baselineText(findings, rules))
  } catch (error) {
    throw new UsageError(`Can't write the baseline ${file}: ${errorCode(error)}.`)
  }
}
