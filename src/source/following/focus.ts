/** Narrows followed lists to pods that could belong to the awaited workloads, and to events of pulls, as far as selectors allow. */

import { equalities } from '../label-selector.ts'
import { podEventsWithout, UNRELATED_REASONS } from '../live/pull-events.ts'
import { fieldValue } from '../live/reading.ts'
import type { Focus } from './follower.ts'

/** The labels that a workload's pods have; null if unknown. */
export type PodLabels = Record<string, string> | null

/** A limit, because a selector is part of a URL. */
const MOST_VALUES = 100

/**
 * Returns one selector for the pods of all workloads: for a single workload, all its labels; for several, the label that all have, with the
 * most distinct values. Without such a label, every pod of the scope is followed.
 */
export function focusOn(workloads: PodLabels[], pods: string[]): Focus {
  const [first] = workloads
  const [pod] = pods
  if (workloads.length === 0 && pods.length === 1 && pod !== undefined)
    return { fieldSelector: `metadata.name=${fieldValue(pod)}` }
  if (first === undefined || pods.length > 0 || workloads.includes(null)) return {}
  if (workloads.length === 1) return { labelSelector: equalities(first ?? {}) }
  const known = workloads as Record<string, string>[]
  const [shared] = Object.keys(first ?? {})
    .filter(key => known.every(labels => Object.hasOwn(labels, key)))
    .map(key => ({ key, values: [...new Set(known.map(labels => labels[key] ?? ''))].sort() }))
    .filter(({ values }) => values.length <= MOST_VALUES)
    .sort((one, other) => other.values.length - one.values.length)
  return shared === undefined ? {} : { labelSelector: `${shared.key} in (${shared.values.join(',')})` }
}

/** Selects events of pods that can be about pulls. */
export const PULL_EVENTS: Focus = { fieldSelector: podEventsWithout(UNRELATED_REASONS) }
