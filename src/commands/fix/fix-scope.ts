/** The scope of a fix: from flags and names, and in the form that reading, planning, and the journal need. */

import { interruptedPods, journaledPod, type Run } from '../../apply/journal/run.ts'
import { UsageError } from '../../errors.ts'
import { covers, type PlanScope, type PlanSubject } from '../../plan/plan.ts'
import { narrowedTo } from '../../report/words/plan/plan.ts'
import type { InterruptedPod } from '../../snapshot/fix-objects.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { parseLabelSelector } from '../../source/label-selector.ts'
import type { PodsToFix } from '../../source/live/pods-to-fix.ts'
import { readTopmost, type Topmost } from '../../source/live/topmost.ts'
import type { Scope } from '../../source/suspects.ts'
import { scopeOf } from '../shared-flags.ts'
import type { FixSession } from './session.ts'

/**
 * Returns the scope from flags and names. A name is replaced by its topmost workload, because a change to a template reaches all its pods.
 * @throws UsageError, ApiError
 */
export async function planScopeOf(
  { options, cluster, reading, clusterUid }: FixSession,
  runs: Run[],
): Promise<PlanScope> {
  const asked = scopeOf(options, [cluster.namespace])
  const { affected, excludedNamespaces: excluded, selector } = options
  if (selector !== undefined) checkSelector(selector)
  if (asked.subjects === undefined)
    return { namespaces: asked.namespaces, affected, excluded, ...(selector !== undefined && { selector }) }
  const lost = interruptedPods(runs, clusterUid)
  const climbed = await readTopmost(reading, asked.subjects, pod => lost.some(one => isSamePod(one, pod)))
  const subjects = subjectsOf(climbed)
  const namespaces = [...new Set(subjects.map(({ namespace }) => namespace))]
  if (namespaces.length > 1)
    throw new UsageError(
      `fix takes names in one namespace at a time, not in ${namespaces.join(' and ')}: run it for each.`,
    )
  return { namespaces, affected: false, excluded: [], subjects }
}

/** An empty selector selects every pod: a shell variable that isn't set must not widen what is written. @throws UsageError */
function checkSelector(selector: string): void {
  parseLabelSelector(selector)
  if (selector.trim() === '')
    throw new UsageError(
      '-l is empty and would select every pod: give labels, such as app=web, or omit -l to fix whole namespaces.',
    )
}

function isSamePod(one: Pick<InterruptedPod, 'namespace' | 'name'>, pod: typeof one): boolean {
  return one.namespace === pod.namespace && one.name === pod.name
}

/** Returns each topmost workload once, with the names below it that were given. */
function subjectsOf(climbed: Topmost[]): PlanSubject[] {
  const alike = Map.groupBy(climbed, ({ top: { kind, namespace, name } }) => `${kind}/${namespace}/${name}`)
  return [...alike.values()].flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    const below = same.filter(({ named, top }) => named.kind !== top.kind || named.name !== top.name)
    const named = below.map(({ named: { kind, name } }) => ({ kind, name }))
    return [{ ...first.top, ...(named.length > 0 && { named }) }]
  })
}

/** Returns the scope in the form of a run's journal. */
export function journaledScope(scope: PlanScope): Pick<Run, 'namespaces' | 'only'> {
  const only = narrowedTo(scope)
  return { namespaces: scope.namespaces, ...(only !== null && { only }) }
}

/** Returns what to read for the scope. Some of its subjects may have been deleted since they were named. */
export function readingScope({ namespaces, excluded, subjects, selector }: PlanScope): Scope {
  return {
    namespaces,
    ...(namespaces === null && excluded.length > 0 && { excluded }),
    ...(selector !== undefined && { labelSelector: selector }),
    ...(subjects && { subjects: subjects.map(({ kind, name, namespace }) => ({ kind, name, namespace })) }),
    mayBeGone: true,
  }
}

/** Whether the gap can hide failing pods; others hide only why they fail. */
export function canHidePods({ what }: Gap): boolean {
  return what === 'namespaces' || what === 'pods'
}

/** Returns which pods a fix of named workloads or of labels applies to. */
export function podsToFixIn({ subjects, selector }: PlanScope): PodsToFix {
  const selects = selector === undefined ? null : parseLabelSelector(selector)
  return { subjects: subjects ?? null, selects }
}

/** Whether the scope includes a pod that an earlier fix deleted. A fix of specific pods does not restore others. */
export function isInScope(
  pod: Pick<InterruptedPod, 'run' | 'namespace' | 'name'>,
  scope: PlanScope,
  runs: Run[],
): boolean {
  const { run, namespace, name } = pod
  if (!covers(scope, { kind: 'Pod', namespace, name })) return false
  if (scope.selector === undefined) return true
  const manifest = journaledPod(runs, run, namespace, name)
  return manifest !== null && parseLabelSelector(scope.selector)(labelsOf(manifest))
}

function labelsOf({ metadata }: { metadata?: unknown }): Record<string, unknown> {
  return (metadata as { labels?: Record<string, unknown> } | undefined)?.labels ?? {}
}
