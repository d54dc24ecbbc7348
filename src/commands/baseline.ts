/** Baseline files, and the known failures of diagnose: they are counted but do not affect the exit code. */

import { realpath, stat } from 'node:fs/promises'
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
import { systemCode, UsageError } from '../errors.ts'
import { bytesOf } from '../network/bytes-of.ts'
import { readUpTo } from '../network/read-up-to.ts'
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
export async function readKnown({ baseline }: BaselineFlags, context: CommandContext): Promise<Baseline> {
  if (baseline === undefined) return EMPTY_BASELINE
  checkName('--baseline', baseline)
  const read = await readIfThere(baseline, context)
  if (read === null)
    throw new UsageError(
      `Can't read the baseline ${baseline}: there is no such file; --write-baseline creates one.`,
    )
  return read
}

/** Refuses an unset variable on the command line; resolve() would turn it into the current folder. @throws UsageError */
function checkName(flag: string, file: string): void {
  if (file === '') throw new UsageError(`${flag} was given an empty name: give a file.`)
}

/** A baseline of a hundred thousand findings has about twenty million. */
const MAX_BASELINE_BYTES = 256 * 1024 * 1024

/** null if there is no such file. @throws UsageError if it can't be read, or is not a baseline; the signal's reason */
async function readIfThere(file: string, { cwd, signal }: CommandContext): Promise<Baseline | null> {
  try {
    const bytes = await readUpTo(bytesOf(resolve(cwd, file), signal), MAX_BASELINE_BYTES)
    return parsedBaseline(bytes?.toString('utf8') ?? '', file)
  } catch (error) {
    signal.throwIfAborted()
    const code = systemCode(error)
    if (code === null) throw error
    if (code === 'ENOENT') return null
    throw new UsageError(`Can't read the baseline ${file}: ${code}.`)
  }
}

function parsedBaseline(text: string, file: string): Baseline {
  const known = readBaseline(text)
  if (known === null)
    throw new UsageError(`${file} is not a baseline: name a file that --write-baseline wrote, or a new one.`)
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
  context: CommandContext,
): Promise<void> {
  checkName('--write-baseline', file)
  const path = resolve(context.cwd, file)
  try {
    const found = await stat(path).catch(() => null)
    // A pipe can't be read for its rules and then be replaced.
    if (found !== null && !found.isFile())
      throw new UsageError(`Can't write the baseline ${file}: it is not a regular file.`)
    const { rules } = (found && (await readIfThere(file, context))) ?? EMPTY_BASELINE
    // Where the name is a link, the file that it leads to is replaced, and the link stays.
    const target = found === null ? path : await realpath(path)
    await writeWhole(target, baselineText(findings, rules), found === null ? {} : { like: found })
  } catch (error) {
    const code = systemCode(error)
    if (code === null) throw error
    throw new UsageError(`Can't write the baseline ${file}: ${code}.`)
  }
}
