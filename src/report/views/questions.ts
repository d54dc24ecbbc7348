/** What a person is asked before anything is written. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { UndoStep } from '../../apply/undo-step.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import type { Plan, PlanCredential } from '../../plan/plan.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../sanitise.ts'
import { counted, someOf } from '../words/count.ts'
import { loginName } from '../words/login-reach.ts'
import { planSentence } from '../words/plan.ts'
import { REMEDY_WORDS } from '../words/remedies.ts'
import { summarySentence } from '../words/summary.ts'
import { undoPlanSentence } from '../words/undo.ts'

/** One remedy to tick, with how much it would help. */
export function remedyChoice(remedy: Remedy, findings: number): string {
  return `${REMEDY_WORDS[remedy].choice} (${counted(findings, 'finding')})`
}

/** What is wrong, and what should be done about it. */
export function remedyQuestion(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  return visible(`${summarySentence(diagnosis, invocation)} What should be done?`)
}

/** What has to be typed, or null where a yes is enough. */
export interface Confirmation {
  typed: string | null
  question: string
}

/** From this many changes on, and wherever every namespace is meant, a yes is too quickly said. */
const MANY = 20

/** What is asked before the plan is carried out. */
export function confirmation({ plan, cluster }: { plan: Plan; cluster: string }): Confirmation {
  const large = plan.scope.namespaces === null || plan.changes.length > MANY
  return large
    ? {
        typed: cluster,
        question: visible(
          `${planSentence(plan)} To apply ${plan.changes.length === 1 ? 'it' : 'them'}, type ${cluster}:`,
        ),
      }
    : {
        typed: null,
        question: visible(
          `${planSentence(plan)} Apply ${plan.changes.length === 1 ? 'it' : 'them'} to ${cluster}?`,
        ),
      }
}

/** What is asked about logins that nobody named, of one registry. */
export function otherLoginQuestion(logins: readonly PlanCredential[], namespaces: readonly string[]): string {
  const names = logins.map(loginName).join(' and ')
  return visible(
    `Distribute the login of ${names} too? Pods in ${someOf(namespaces, 5)} need it, and anyone who can create pods there could read it.`,
  )
}

/** Said before the plan of a fix that leaves out a namespace which is not there. */
export function unknownExclusionText(namespace: string): string {
  return `${visible(`Warning: --exclude-namespace ${namespace}: there is no such namespace, so it excludes nothing.`)}\n`
}

/** What is asked before a run is undone. */
export function undoQuestion(steps: readonly UndoStep[], cluster: string): string {
  return visible(`${undoPlanSentence(steps)} Take it back on ${cluster}?`)
}
