/** Asks registries about the images of an audit: all of them for `--check-images`, or those that an edit depends on for `--fix`. */

import { Credentials } from '../../audit/credentials.ts'
import { imagesToAsk } from '../../audit/edits.ts'
import type { AuditFinding } from '../../audit/finding.ts'
import type { ReplacementRule } from '../../image/replacement.ts'
import type { AuditScope } from '../../snapshot/audit-scope.ts'
import type { ImageCheck } from '../../snapshot/image-check.ts'
import { type ImageQuestion, questionsAbout } from '../../source/image-checks.ts'
import { type ImageCheckFlags, ImageCheckRun } from '../check-images.ts'
import type { CommandContext } from '../context.ts'

/** Higher than a diagnosis' limits, because an audit is an inventory and not urgent. */
const LIMITS = { maxImages: 5000, longestRun: 600_000 }

/** @throws UsageError for a malformed endpoint */
export function auditChecking(flags: ImageCheckFlags, context: CommandContext): ImageCheckRun {
  return new ImageCheckRun(flags, context, LIMITS)
}

/** Returns every image in the scope, with the pods that use it. */
export function questionsOfScope(scope: AuditScope): ImageQuestion[] {
  const credentials = new Credentials(scope)
  const isLive = scope.source.type === 'cluster'
  return scope.workloads.flatMap(workload =>
    workload.containers.flatMap(({ image, placeholder }) => {
      if (placeholder) return []
      const secrets = credentials.pathOf(workload).secrets ?? []
      const pod = {
        namespace: workload.namespace ?? 'default',
        pullSecrets: secrets.map(({ named }) => named.value),
      }
      return questionsAbout(image, {
        // Doesn't use logins in files: whoever wrote them may not have meant them for this machine.
        pods: isLive ? [pod] : [],
        platforms: (scope.nodes?.platforms.length ?? 0) > 0,
      })
    }),
  )
}

/** Returns the images that edits depend on, without pods; skips images that were already checked. */
export function questionsOfEdits(
  scope: AuditScope,
  findings: readonly AuditFinding[],
  replacements: readonly ReplacementRule[],
): ImageQuestion[] {
  const known = new Set(scope.imageChecks.map(({ reference }) => reference))
  return imagesToAsk({ workloads: scope.workloads, findings, replacements }).flatMap(({ image, name }) => {
    return known.has(name) ? [] : questionsAbout(image, { pods: [], platforms: false, replacement: null })
  })
}

/** Adds the checks of a second round to the scope. */
export function withChecks(scope: AuditScope, checks: ImageCheck[]): AuditScope {
  return { ...scope, imageChecks: [...scope.imageChecks, ...checks] }
}
