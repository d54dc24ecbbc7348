/** The words of why a change came to what it came to. */

import type { HeldBack, OutcomeReason } from '../../apply/outcome.ts'

type Code = OutcomeReason['code']

const DEFERRED: Record<NonNullable<HeldBack>['why'], string> = {
  'no-pulls-left': 'the account has no pulls left for its images; run the fix again when the limit resets',
  'hub-out-of-reach': "Docker Hub can't be asked how many pulls are left, so the pod was left alone",
  'others-not-started':
    'the pods recreated before it have not asked for their images yet, so nobody knows how many pulls are left for it',
}

const REASONS: { [C in Code]: (reason: Extract<OutcomeReason, { code: C }>) => string } = {
  'no-login': () => 'no login for its registries is at hand',
  needs: ({ id }) => `it needs ${id}, which was not done`,
  unused: () => 'nothing that would use it can be changed',
  replaced: () => 'another object of its name is there now',
  'changed-meanwhile': () => 'somebody else changed it in the meantime',
  'still-changing': () => 'others keep writing to it',
  healed: () => 'it no longer waits for an image',
  'deleted-meanwhile': () => 'somebody else deleted it',
  'held-back': ({ why }) => DEFERRED[why],
  'successor-refused': () => 'left alone, as the server would refuse its successor',
  'template-refused': () => 'left alone, as the server would refuse its new pods',
  finalizer: ({ finalizer }) =>
    `left alone: finalizer ${finalizer} may keep it from ending, and until it has ended no other can take its name`,
  'not-ended': ({ finalizer, until }) =>
    `${
      finalizer === null
        ? `it has not ended yet${until === null ? '' : `, and may take until ${until}`}`
        : `it has not ended: finalizer ${finalizer} holds it`
    }; run the fix again to put it back`,
  'not-put-back': () => 'it is deleted and could not be created again; run the fix again to put it back',
  'not-in-journal': ({ run }) => `the journal of run ${run} does not hold it`,
}

/** Our own reason as a clause. */
export function outcomeReasonText<R extends OutcomeReason>(reason: R): string {
  return (REASONS[reason.code] as (reason: R) => string)(reason)
}
