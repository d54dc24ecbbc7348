/** A diagnosis as a GitLab Code Quality report: one entry per container of a workload, with a fingerprint that survives new pods. */

import type { AdvisedDiagnosis, AdvisedFinding } from '../../advice/add-steps.ts'
import { groupByCause, stableIdentity } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { titleOf } from '../words/causes.ts'
import { workloadPath } from '../words/commands.ts'
import { type GapAbout, gapSentence, summarizeGaps } from '../words/gaps.ts'
import { countPods, imageText, pluralize } from '../words/nouns.ts'
import { nextStepText, stepsOf } from '../words/steps.ts'
import { CODE_QUALITY_SEVERITY, type CodeQualityEntry, codeQualityEntry } from './code-quality.ts'
import { toJson } from './data.ts'
import { fingerprint } from './fingerprint.ts'

/** Returns the report. */
export function renderGitlab(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  return toJson(gitlabEntries(diagnosis, invocation))
}

/** Returns the report's entries. The path is `NAMESPACE/KIND/NAME`, because there is no source line to point to. */
export function gitlabEntries(
  { findings, gaps }: AdvisedDiagnosis,
  invocation: Invocation,
  about: GapAbout = 'diagnosis',
): CodeQualityEntry[] {
  const places = Map.groupBy(findings, finding => fingerprint(stableIdentity(finding)))
  const found = [...places].flatMap(([key, same]) => entryOf(key, same, invocation))
  const unread = summarizeGaps(gaps, about).map(gap =>
    codeQualityEntry({
      description: `Not read: ${gapSentence(gap)}`,
      check: 'gap',
      severity: 'minor',
      print: fingerprint(['gap', gap.gap.what, gap.gap.why]),
      path: gap.what,
    }),
  )
  return [...found, ...unread]
}

function entryOf(key: string, same: AdvisedFinding[], invocation: Invocation): CodeQualityEntry[] {
  return groupByCause(same, invocation)
    .slice(0, 1)
    .map(group => {
      const [first] = group.findings
      const [step] = stepsOf(group.findings, invocation)
      const who = `${first.container} of ${pluralize(countPods(same), 'pod')}`
      return codeQualityEntry({
        description: `${titleOf(group)}: ${imageText(first.image)} in container ${who}. ${nextStepText(step)}`,
        check: first.cause,
        severity: CODE_QUALITY_SEVERITY[first.severity],
        print: key,
        path: `${first.namespace}/${workloadPath(first)}`,
      })
    })
}
