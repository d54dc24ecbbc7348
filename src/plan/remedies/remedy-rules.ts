/** What each remedy declares: the flag that chooses it, and what it changes in a workload's template. */

import type { ScopeContainer } from '../../snapshot/fix-objects.ts'
import type { Target } from '../change.ts'
import type { Declined } from '../plan.ts'
import type { PlanInput } from '../plan-input.ts'

export interface RemedyRules {
  flag: RemedyFlag
  /** null for a remedy that does not edit the containers of templates; `makePlan` calls it separately. */
  containers: ContainerRules | null
}

/** The flag has the name of the remedy. */
export type RemedyFlag =
  /** Done unless `--no-REMEDY` is given. */
  | { takes: 'refusal' }
  /** Done if `--REMEDY` is given. */
  | { takes: 'nothing' }
  | { takes: 'choice'; value: string; choices: readonly string[] }
  | { takes: 'list'; value: string }

export interface ContainerRules {
  /** The references to look up in registries before the plan is made. If there are any, later remedies look up none for this container. */
  lookups(container: ScopeContainer, input: Omit<PlanInput, 'images' | 'unproven'>): string[]
  /** The remedy's edit of the container. */
  edit(place: ContainerPlace, input: PlanInput): ContainerEdit
}

/** A container of a workload's template. */
interface ContainerPlace {
  target: Target
  container: ScopeContainer
  /** Its image after the edits of the remedies before this one. */
  image: string
}

/** Absent fields stay unchanged. */
interface ContainerEdit {
  image?: string
  pullPolicy?: string
  declined?: Declined
}
