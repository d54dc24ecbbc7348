/** A diagnosis as a GitLab Code Quality report: one entry per container of a workload, with a fingerprint that survives new pods. */

import type { AdvisedDiagnosis, AdvisedFinding } from '../../advice/add-steps.ts'
import type { Severity } from '../../diagnosis/finding.ts'
import { groupByCause, stableIdentity } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { titleOf } from '../words/causes.ts'
import { workloadPath } from '../words/commands.ts'
import { type GapAbout, gapSentence, summarizeGaps } from '../words/gaps.ts'
import { countPods, imageText, pluralize } from '../words/nouns.ts'
import { nextStepText } from '../words/step-words.ts'
import { stepsOf } from '../words/steps.ts'
import { toJson } from './data.ts'
import { fingerprint } from './fingerprint.ts'

const SEVERITY: Record<Severity, string> = { error: 'major', warning: 'minor', info: 'info' }

export interface Entry {
  description: string
  check_name: string
  fingerprint: string
  severity: string
  location: { path: string; lines: { begin: number } }
}

/** Returns the report. */
export function renderGitlab(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  return toJson(gitlabEntries(diagnosis, invocation))
}

/** Returns the report's entries. The path is `NAMESPACE/KIND/NAME`, because there is no source line to point to. */
export function gitlabEntries(
  { findings, gaps }: AdvisedDiagnosis,
  invocation: Invocation,
  about: GapAbout = 'diagnosis',
): Entry[] {
  const places = Map.groupBy(findings, finding => fingerprint(stableIdentity(finding)))
  const found = [...places].flatMap(([key, same]) => entryOf(key, same, invocation))
  const unread = summarizeGaps(gaps, about).map(gap =>
    entry(
      `Not read: ${gapSentence(gap)}`,
      'gap',
      'minor',
      fingerprint(['gap', gap.gap.what, gap.gap.why]),
      gap.what,
    ),
  )
  return [...found, ...unread]
}

function entryOf(key: string, same: AdvisedFinding[], invocation: Invocation): Entry[] {
  return groupByCause(same, invocation)
    .slice(0, 1)
    .map(group => {
      const [first] = group.findings
      const [step] = stepsOf(group.findings, invocation)
      const who = `${first.container} of ${pluralize(countPods(same), 'pod')}`
      const description = `${titleOf(group)}: ${imageText(first.image)} in container ${who}. ${nextStepText(step)}`
      return entry(
        description,
        first.cause,
        SEVERITY[first.severity],
        key,
        `${first.namespace}/${workloadPath(first)}`,
      )
    })
}

/** Returns one entry, with invisible characters in its text escaped. */
export function entry(
  description: string,
  check: string,
  severity: string,
  print: string,
  path: string,
): Entry {
  return {
    description: sanitizeLine(description),
    check_name: check,
    fingerprint: print,
    severity,
    location: { path: sanitizeLine(path), lines: { begin: 1 } },
  }
}
