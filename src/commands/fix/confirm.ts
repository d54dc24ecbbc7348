/** Asks for the go-ahead: a yes, or for large plans the name of the context. */

import { RefusedError } from '../../errors.ts'
import { confirmation } from '../../report/views/questions.ts'
import type { FixSession, PreparedFix } from './session.ts'

/** @throws RefusedError where nobody can be asked, or the answer is no */
export async function confirmPlan(
  { plan }: PreparedFix,
  { options, context, cluster }: FixSession,
): Promise<void> {
  if (options.yes) return
  if (!context.ask.available) {
    throw new RefusedError(
      "Confirmation needed, but this isn't a terminal. Nothing was changed. Use --yes to apply or --dry-run to preview.",
    )
  }
  const name = cluster.context ?? cluster.server
  const { typed, question } = confirmation({ plan, cluster: name })
  const agreed =
    typed === null ? await context.ask.confirm(question) : (await context.ask.text(question)).trim() === typed
  if (!agreed) throw new RefusedError('Not confirmed. Nothing was changed.')
}
