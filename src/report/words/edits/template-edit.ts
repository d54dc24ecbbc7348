/** Changes of what the pods were made from that are not of one container, such as its list of pull secrets and its annotations. */

import type { Invocation } from '../../invocation.ts'
import { isStatic, workloadPath } from '../commands.ts'
import type { Findings, StepText } from '../step-words.ts'
import { workloadsOf } from './container-place.ts'
import { isMadeElsewhere } from './edit-elsewhere.ts'
import { editField } from './edits.ts'

/** Returns how to make the change, with the object's name in its words; null if it has to be made elsewhere to last. */
export function templateEdit(
  words: (place: string) => string,
  findings: Findings,
  invocation: Invocation,
): StepText | null {
  const [first] = findings
  const { workload, managedBy, containerKind } = first
  if (workload?.group !== undefined || managedBy !== undefined || containerKind === 'ephemeral') return null
  if (isStatic(first) || isMadeElsewhere(first)) return null
  const workloads = workloadsOf(findings)
  const path = workloadPath(first)
  const place = workload === null ? path : workloads > 1 ? "the pod's template" : `the template of ${path}`
  return editField(invocation, first, words(place), workloads)
}
