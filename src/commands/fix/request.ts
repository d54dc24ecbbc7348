/** Determines what a fix should do: its remedies, and the logins that it may distribute. */

import { unfinishedRegistries } from '../../apply/journal/run.ts'
import { chooseLogins, type Logins } from './choose-logins.ts'
import { type ChosenRemedies, chooseRemedies } from './choose-remedies.ts'
import type { FixFacts } from './fix-facts.ts'
import { journaledScope } from './fix-scope.ts'
import type { FixSession } from './session.ts'

export interface FixRequest extends ChosenRemedies {
  logins: Logins
}

/** Returns the request, from flags, answers at the terminal, or the findings. @throws UsageError, RefusedError */
export async function chooseRequest(facts: FixFacts, session: FixSession): Promise<FixRequest> {
  const { runs, scope } = facts
  const { secretName } = session.options
  const unfinished = unfinishedRegistries(runs, { secretName, ...journaledScope(scope) })
  const chosen = await chooseRemedies(session, facts, { isUnfinished: unfinished.length > 0 })
  const logins = await chooseLogins(session, facts, { ...chosen, unfinished })
  return { ...chosen, logins }
}
