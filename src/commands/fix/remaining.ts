/** What still can't pull once a fix has done its part. */

import type { FixResult, Recovery } from '../../apply/outcome.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { UnreachableError } from '../../errors.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import type { Draft, FixSession } from './session.ts'

/** Findings of pods that no change aims at. */
export function unaimed({ plan, findings }: Draft): Finding[] {
  const aimed = new Set(
    plan.changes.flatMap(change =>
      change.action === 'patch-template'
        ? change.pods.map(pod => `${change.target.namespace}/${pod}`)
        : [`${change.target.namespace}/${change.target.name}`],
    ),
  )
  return findings.filter(({ namespace, pod }) => !aimed.has(`${namespace}/${pod}`))
}

/** Not all of its pods are back. */
export function isOpen({ wanted, recovered }: Recovery): boolean {
  return recovered < wanted
}

/**
 * What can't pull in the scope by now. Nobody has to look again where all that could not pull is back, nor where no pod was touched:
 * then it is as it was.
 */
export async function remainingFindings(
  draft: Draft,
  result: FixResult,
  session: FixSession,
): Promise<Finding[]> {
  const left = unaimed(draft)
  const open = result.recoveries.some(isOpen)
  if (!draft.saved && !open && left.length === 0) return []
  if (!draft.saved && result.recoveries.length === 0) return left
  const now = await lookAgain(draft, session)
  return now ?? left
}

/** null where the cluster does not answer: what became of the changes has to be told all the same. */
async function lookAgain({ plan }: Draft, { cluster, context }: FixSession): Promise<Finding[] | null> {
  const { namespaces, excluded } = plan.scope
  const watching = { takenAt: context.now().toISOString(), signal: context.signal }
  try {
    const snapshot = await readCluster(cluster, { namespaces }, watching)
    const { findings } = diagnose(snapshot)
    return findings.filter(({ namespace }) => !excluded.includes(namespace))
  } catch (error) {
    if (error instanceof ApiError || error instanceof UnreachableError) return null
    throw error
  }
}
