/** What is waited for: workloads by name, and all workloads in a namespace that labels select. */

import type { RolloutKind } from '../../snapshot/rollout.ts'
import type { LabelTest } from '../label-selector.ts'

/** A workload by name. It need not exist yet. */
export interface NamedSubject {
  kind: RolloutKind
  namespace: string
  name: string
}

/** Workloads of these kinds in a namespace whose labels match, including later ones. */
interface Selection {
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

/** Returns the namespaces to read, each once. */
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

  /** Whether labels select it. An object whose controller is of a selected kind is waited for with that controller instead. */
  selects(subject: NamedSubject, labels: Record<string, unknown>, controlledBy: string | null): boolean {
    return this.#selections.some(
      ({ namespace, kinds, matches }) =>
        namespace === subject.namespace &&
        kinds.includes(subject.kind) &&
        !kinds.some(kind => kind === controlledBy) &&
        matches(labels),
    )
  }

  /** Whether labels select workloads in that namespace, so that names alone don't decide. */
  selectsByLabel(namespace: string): boolean {
    return this.#selections.some(selection => selection.namespace === namespace)
  }
}
