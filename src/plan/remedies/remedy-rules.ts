/** What is to be said of a remedy before `fix` can offer it: the flag that asks for it, and what it changes in a workload's template. */

import type { ScopeContainer } from '../../snapshot/fix-scope.ts'
import type { Target } from '../change.ts'
import type { Declined } from '../plan.ts'
import type { PlanInput } from '../plan-input.ts'

export interface RemedyRules {
  flag: RemedyFlag
  /** null for a remedy that leaves the containers of templates as they are: `makePlan` has a place of its own for its changes. */
  containers: ContainerRules | null
}

export type RemedyFlag =
  /** Done unless `--no-NAME` is given. */
  | { name: string; takes: 'refusal' }
  /** Done where `--NAME` is given. */
  | { name: string; takes: 'nothing' }
  | { name: string; takes: 'choice'; value: string; choices: readonly string[] }
  | { name: string; takes: 'list'; value: string }

export interface ContainerRules {
  /** What the registries are asked about before the plan is made; where there is any, the remedies after this one ask nothing. */
  asks(container: ScopeContainer, input: Omit<PlanInput, 'images' | 'unproven'>): string[]
  /** What becomes of the container. */
  edit(place: ContainerPlace, input: PlanInput): ContainerEdit
}

/** A container of a workload's template. */
interface ContainerPlace {
  target: Target
  container: ScopeContainer
  /** Its image as the remedies before this one leave it. */
  image: string
}

/** What is left out stays as it is. */
interface ContainerEdit {
  image?: string
  pullPolicy?: string
  declined?: Declined
}
