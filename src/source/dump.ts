/** Takes a snapshot of a dump, such as `kubectl get pods,events,… -o json` prints: the same facts as of the cluster itself. */

import { UsageError } from '../errors.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { readDocuments } from './dump/documents.ts'
import { DumpFacts, type Wanted } from './dump/facts.ts'
import { gapsOf } from './dump/gaps.ts'
import { findInputs, type InputOptions } from './dump/inputs.ts'
import { MAKE_A_DUMP } from './dump/kinds.ts'
import { DumpObjects } from './dump/objects.ts'
import { surroundingsOf } from './dump/surroundings.ts'
import { uniqueGaps } from './gap.ts'
import { parseLabelSelector } from './label-selector.ts'
import { didYouMean, nearNames } from './near-names.ts'
import type { Scope } from './snapshot-scope.ts'
import { byNamespaceAndName, byPodAndTime, eventsOf, groupByPod, isSuspect } from './suspects.ts'

export interface DumpOptions extends InputOptions {
  scope: Scope
  /** ISO 8601. */
  takenAt: string
  signal: AbortSignal
}

/**
 * Reads the failing pods in scope and what they name, as a stream: memory grows with those, hardly with healthy pods.
 * @throws UsageError for what is no dump, not whole or without pods, for a bad selector, and for a pod that it does not hold
 */
export async function readDump(options: DumpOptions): Promise<Snapshot> {
  const { namespaces, labelSelector = '', pod } = options.scope
  const labels = parseLabelSelector(labelSelector)
  const wanted: Wanted = { namespaces, labels, ...(pod === undefined ? {} : { pod }) }
  const facts = new DumpFacts(wanted)
  const objects = new DumpObjects(facts)
  for (const input of await findInputs(options))
    await readDocuments(input, objects.documentsOf(input.name), options.signal)
  checkPods(facts, objects, options)
  return snapshotOf(facts, objects, wanted, options)
}

function snapshotOf(
  facts: DumpFacts,
  objects: DumpObjects,
  wanted: Wanted,
  { takenAt, files, scope }: DumpOptions,
): Snapshot {
  const seen = [...facts.pods.values()].filter(({ selected }) => selected)
  const suspects = seen.flatMap(({ suspect }) => suspect ?? [])
  const byPod = groupByPod([...facts.events.values()])
  const pods = suspects.filter(pod => wanted.pod !== undefined || isSuspect(pod, byPod))
  pods.sort(byNamespaceAndName)
  if (wanted.pod !== undefined) checkOne(pods, wanted.pod, wanted.namespaces, facts.pods.keys())
  return {
    takenAt,
    source: { type: 'file', files },
    scope: { namespaces: scope.namespaces, labelSelector: scope.labelSelector ?? null },
    podCount: seen.length,
    pods,
    events: pods.flatMap(pod => eventsOf(pod, byPod)).sort(byPodAndTime),
    ...surroundingsOf(pods, facts),
    gaps: uniqueGaps(gapsOf(facts, objects.partial, wanted, suspects)),
  }
}

/** A dump without pods says nothing of their health, unless it is a list of pods that is empty. */
function checkPods(facts: DumpFacts, objects: DumpObjects, { files }: DumpOptions): void {
  const named = files.map(file => (file === '-' ? 'standard input' : file)).join(', ')
  if (facts.podsWithStatus > 0) return
  if (facts.podsWithoutStatus > 0)
    throw new UsageError(
      `The pods in ${named} have no status: they are as somebody wrote them, not as the cluster runs them. Make a dump with \`${MAKE_A_DUMP}\`.`,
    )
  if (objects.hasEmptyPodList) return
  const kinds = [...facts.kinds].sort()
  const others = kinds.length > 5 ? `${kinds.slice(0, 5).join(', ')}…` : kinds.join(', ') || 'nothing'
  throw new UsageError(`No pods are in ${named}, only ${others}. Make a dump with \`${MAKE_A_DUMP}\`.`)
}

/** @throws UsageError unless there is exactly one pod of that name */
function checkOne(pods: Pod[], name: string, namespaces: string[] | null, known: Iterable<string>): void {
  const places = pods.map(({ namespace }) => namespace)
  const where = namespaces === null ? '' : ` in namespace "${namespaces.join('", "')}"`
  if (places.length === 0) {
    const near = nearNames(name, known, key => key.slice(key.indexOf('/') + 1))
    const hint = near.length === 0 ? '.' : `: ${didYouMean(near)}`
    throw new UsageError(`There is no pod "${name}"${where} in the dump${hint}`)
  }
  if (places.length > 1)
    throw new UsageError(`The dump holds a pod "${name}" in ${places.join(', ')}: say which with -n.`)
}
