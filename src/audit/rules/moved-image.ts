/** An image that its publisher moved or deleted: nodes that have it still run it, but fresh nodes can't pull it. */

import { isLatest } from '../../image/fixed-tag.ts'
import { type Moved, movedImage } from '../../image/moved/moved.ts'
import type { MovedState } from '../../image/moved/moved-row.ts'
import { parseReference } from '../../image/reference.ts'
import { type ImageVerdict, isMissing, isPullable } from '../../snapshot/image-verdict.ts'
import type { AuditSeverity, RuleArguments } from '../finding.ts'
import { perImage } from '../rule.ts'

const SEVERITY: Record<MovedState, AuditSeverity> = {
  deleted: 'error',
  emptied: 'error',
  ended: 'error',
  retired: 'error',
  succeeded: 'error',
  moved: 'warning',
  restricted: 'warning',
  staging: 'warning',
  frozen: 'warning',
}

export const movedAway = perImage<'moved-image'>('error', ({ image }, workload, facts) => {
  const reference = parseReference(image)
  const check = facts.checkOf(image, workload)
  const missing = check !== null && isMissing(check.verdict)
  const moved = reference && movedImage(reference, missing ? 'missing' : 'refused')
  // A repository can come back, so the registry's answer overrides the table.
  if (!moved || (check !== null && isPullable(check.verdict) && moved.state !== 'frozen')) return null
  // An emptied place still has `latest`.
  const remains = moved.state === 'emptied' && isLatest(reference)
  const proof = proofOf(check?.replacement?.verdict)
  return {
    arguments: { moved, proof },
    severity: remains && !missing ? 'warning' : SEVERITY[moved.state],
    fix: fixOf(moved, proof),
  }
})

type Proof = RuleArguments['moved-image']['proof']

function proofOf(verdict: ImageVerdict | undefined): Proof {
  if (verdict === undefined) return 'not-asked'
  if (isPullable(verdict)) return 'found'
  return isMissing(verdict) ? 'missing' : 'not-asked'
}

function fixOf({ to }: Moved, proof: Proof) {
  return to === null || proof === 'missing'
    ? null
    : ({ code: 'image', to, proven: proof === 'found' } as const)
}
