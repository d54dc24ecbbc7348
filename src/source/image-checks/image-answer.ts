/** From what came of a HEAD to what is told of it. */

import type { ManifestOutcome } from '../../registry/outcome.ts'
import type { ImageAnswer, ImageAsk } from '../../snapshot/image-check.ts'

type Told = Pick<ImageAsk, 'answer' | 'detail' | 'retryAfterSeconds'>

/** What the asker was told. `loggedIn`: a login was there to be asked for. */
export function toldBy(outcome: ManifestOutcome, loggedIn: boolean): Told {
  // Kept from a token server of another site, a login has proven nothing, but what everybody may have is there for everybody.
  if (loggedIn && outcome.withheldFrom !== null && outcome.status !== 'found') {
    return told('withheld', outcome.withheldFrom)
  }
  switch (outcome.status) {
    case 'found':
      return told('exists')
    case 'not-found':
      return told('missing')
    case 'denied':
      return told('denied', String(outcome.httpStatus))
    case 'wrong-credential':
      return told('login-refused')
    case 'rate-limited':
      return { ...told('rate-limited'), retryAfterSeconds: outcome.retryAfterSeconds }
    case 'unreachable':
      return told('unreachable', outcome.detail)
    case 'server-error':
      return told('failed', outcome.detail)
  }
}

function told(answer: ImageAnswer, detail: string | null = null): Told {
  return { answer, detail, retryAfterSeconds: null }
}
