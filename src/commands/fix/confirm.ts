/** The last question before a fix writes. */

import { RefusedError } from '../../errors.ts'
import { confirmation } from '../../report/views/questions.ts'
import type { FixSession, PreparedFix } from './session.ts'

/** Whether somebody will be asked. */
export function asksBefore({ options, context }: Pick<FixSession, 'options' | 'context'>): boolean {
  return !options.yes && options.dryRun === 'none' && context.ask.available
}

/**
 * Asks for confirmation: a yes, or for large plans the context's name, once more after a wrong word.
 * @throws RefusedError where nobody can be asked or the answer is no
 */
export async function confirmPlan(
  { plan }: PreparedFix,
  { options, context, cluster }: FixSession,
): Promise<void> {
  if (options.yes) return
  const { ask } = context
  if (!ask.available) {
    throw new RefusedError(
      "Confirmation needed, but this isn't a terminal. Nothing was changed. Use --yes to apply or --dry-run to preview.",
    )
  }
  const { typed, question, again } = confirmation({ plan, cluster: cluster.context ?? cluster.server })
  if (typed === null) {
    if (await ask.confirm(question)) return
  } else {
    const answer = (await ask.text(question)).trim()
    if (typed.includes(answer) || typed.includes((await ask.text(again(answer))).trim())) return
  }
  throw new RefusedError('Not confirmed. Nothing was changed.')
}
