/** What is waited for: workloads by name, and in a namespace all that labels select. */

import type { RolloutKind } from '../../snapshot/rollout.ts'
import type { LabelTest } from '../label-selector.ts'

/** A workload by its name. It need not be there yet. */
export interface NamedSubject {
  kind: RolloutKind
  namespace: string
  name: string
}

/** Workloads of these kinds in a namespace whose labels fit, those that come later among them. */
export interface Selection {
  namespace: string
  kinds: readonly RolloutKind[]
  /** As written. */
  selector: string
  matches: LabelTest
}

export interface Subjects {
  named: NamedSubject[]
  selections: Selection[]
}

export const subjectKey = ({ kind, namespace, name }: NamedSubject): string => `${kind} ${namespace}/${name}`

/** The namespaces that are looked into, each once. */
export function namespacesOf({ named, selections }: Subjects): string[] {
  return [...new Set([...named, ...selections].map(({ namespace }) => namespace))]
}

/** Looks up what belongs to the subjects. */
export class SubjectIndex {
  readonly #named: ReadonlyMap<string, NamedSubject>
  readonly #selections: Selection[]

  constructor({ named, selections }: Subjects) {
    this.#named = new Map(named.map(subject => [subjectKey(subject), subject]))
    this.#selections = selections
  }

  names(subject: NamedSubject): boolean {
    return this.#named.has(subjectKey(subject))
  }

  /** Whether labels select it; objects whose controller is of a selected kind are waited for with that controller. */
  selects(subject: NamedSubject, labels: Record<string, unknown>, controlledBy: string | null): boolean {
    return this.#selections.some(
      ({ namespace, kinds, matches }) =>
        namespace === subject.namespace &&
        kinds.includes(subject.kind) &&
        !kinds.some(kind => kind === controlledBy) &&
        matches(labels),
    )
  }

  /** Whether labels select workloads of that namespace, so that names alone don't decide. */
  isOpen(namespace: string): boolean {
    return this.#selections.some(selection => selection.namespace === namespace)
  }
}
