/** Asks the user before anything is written. */

import { RefusedError } from '../errors.ts'
import { unconfirmedText } from '../report/views/questions.ts'
import type { Questions } from '../terminal.ts'

/**
 * @param agree asks the question
 * @throws RefusedError if nobody can be asked or the answer is no
 */
export async function confirmWrite(
  ask: Questions,
  action: Parameters<typeof unconfirmedText>[0],
  agree: () => Promise<boolean>,
): Promise<void> {
  if (!ask.available) throw new RefusedError(unconfirmedText(action))
  if (!(await agree())) throw new RefusedError('Not confirmed. Nothing was changed.')
}
