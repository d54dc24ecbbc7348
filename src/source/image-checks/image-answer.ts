/** Turns the outcome of a HEAD into the answer that a check reports. */

import type { ManifestOutcome } from '../../registry/outcome.ts'
import type { ImageAnswer, ImageAsk } from '../../snapshot/image-check.ts'

type Answered = Pick<ImageAsk, 'answer' | 'detail' | 'retryAfterSeconds'>

/** The answer. `withLogin`: the question was asked with a login in hand, whether or not the registry wanted it. */
export function answerOf(outcome: ManifestOutcome, withLogin: boolean): Answered {
  // A login that was not sent proves nothing, unless the image is public anyway.
  if (withLogin && outcome.withheldFrom !== null && outcome.status !== 'found') {
    return answered('withheld', outcome.withheldFrom)
  }
  switch (outcome.status) {
    case 'found':
      return answered('exists')
    case 'not-found':
      return answered('missing')
    case 'denied':
      return answered('denied', String(outcome.httpStatus))
    case 'wrong-credential':
      return answered('login-refused')
    case 'rate-limited':
      return { ...answered('rate-limited'), retryAfterSeconds: outcome.retryAfterSeconds }
    case 'unreachable':
      return answered('unreachable', outcome.detail)
    case 'server-error':
      return answered('failed', outcome.detail)
  }
}

function answered(answer: ImageAnswer, detail: string | null = null): Answered {
  return { answer, detail, retryAfterSeconds: null }
}
