/** What a fix is to do: the remedies that were chosen, and the logins that may be distributed for them. */

import { unfinishedRegistries } from '../../apply/journal/left-behind.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import type { Replacement } from '../../plan/plan-input.ts'
import { findLogins, type Logins } from './logins.ts'
import { askForOthers } from './other-registries.ts'
import { chooseRemedies } from './remedies.ts'
import type { FixSession } from './session.ts'
import { namespacesOf, type Situation } from './situation.ts'

export interface Request {
  remedies: ReadonlySet<Remedy>
  replacements: Replacement[]
  logins: Logins
}

/** By flag, by answer at the terminal, or what the situation calls for. @throws UsageError, RefusedError */
export async function chooseRequest(situation: Situation, session: FixSession): Promise<Request> {
  const { snapshot, diagnosis, runs } = situation
  const { secretName } = session.options
  const unfinished = unfinishedRegistries(runs, { secretName, ...namespacesOf(session) })
  const choice = await chooseRemedies(session, diagnosis, { snapshot, unfinished: unfinished.length > 0 })
  const found = await findLogins(session, diagnosis.findings, { ...choice, unfinished })
  return { ...choice, logins: await askForOthers(session, diagnosis.findings, found) }
}
