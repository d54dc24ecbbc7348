/** Whether a registry's words prove that no login came with the pull, which contradicts a pull secret that holds one. */

import { parsePullErrors } from './pull-error.ts'

const NOTHING_SENT =
  /\bunauthenticated\b|\banonymous(?:ly)?\b|\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b|\bnot logged in\b/
/** A mirror or a cache that asks for another registry brings its own login, or none. */
const FOR_ANOTHER = /[?&]ns=/

/** Every attempt of the pull was without one: with several credentials one attempt without proves nothing of the others. */
export function saysNothingWasSent(text: string): boolean {
  if (FOR_ANOTHER.test(text)) return false
  return parsePullErrors(text).attempts.every(({ said }) => NOTHING_SENT.test(said))
}
