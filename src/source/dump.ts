/** Takes a snapshot of a dump, such as the output of `kubectl get pods,events,… -o json`: the same facts as from the cluster itself. */

import { UsageError } from '../errors.ts'
import { objectKey } from '../snapshot/object-key.ts'
import { indexOwners } from '../snapshot/owners.ts'
import type { Pod } from '../snapshot/pod.ts'
import { type FileSource, type ScopeSubject, type Snapshot, uniqueGaps } from '../snapshot/snapshot.ts'
import { readDocuments } from './dump/documents.ts'
import { DumpTime } from './dump/dump-time.ts'
import { DumpFacts, type PodSelection } from './dump/facts.ts'
import { gapsOf, gapsOfSecrets } from './dump/gaps-in-dump.ts'
import { findInputs, type Input, type InputOptions } from './dump/inputs.ts'
import { DumpObjects } from './dump/objects.ts'
import { MAKE_A_DUMP } from './dump/recognize.ts'
import { relatedObjectsIn } from './dump/related-in-dump.ts'
import { shownName } from './file-names.ts'
import { parseLabelSelector } from './label-selector.ts'
import { didYouMean, nearNames } from './near-names.ts'
import { belongsTo, type NamedPod } from './ownership.ts'
import { otherTypeSentence, type RequestedSubject } from './subject-names.ts'
import { isNamed, NoSuchPod, pickSuspects, type Scope, statedScope } from './suspects.ts'

export interface DumpOptions extends InputOptions {
  scope: Scope
  /** ISO 8601. Replaced by the newest time in the dump, if there is one. */
  now: string
  signal: AbortSignal
}

/**
 * Reads the failing pods in scope and what they reference, as a stream: memory use grows with those pods, and hardly with healthy ones.
 * @throws UsageError for input that is not a complete dump with pods, for an invalid selector, and for a pod that is not in the dump
 */
export async function readDump(options: DumpOptions): Promise<Snapshot> {
  const { namespaces, excluded = [], labelSelector = '', pod, subjects } = options.scope
  const labels = parseLabelSelector(labelSelector)
  const bySubject = subjects !== undefined
  const kept = new Set(options.scope.keepNamedPods === true ? subjects?.map(({ name }) => name) : [])
  const wanted: PodSelection = {
    namespaces,
    excluded,
    labels,
    bySubject,
    kept,
    ...(pod === undefined ? {} : { pod }),
  }
  const time = new DumpTime(options.now)
  const facts = new DumpFacts(wanted, time)
  const objects = new DumpObjects(facts)
  const { inputs, unenteredFolders } = await findInputs(options)
  for (const input of inputs) await readInput(input, objects, options.signal)
  checkPods(facts, objects, unenteredFolders, options)
  return snapshotOf(facts, objects, wanted, { ...options, unenteredFolders, madeAt: time.newest })
}

/** Reads one input. A file that was only found in a folder need not be a dump. */
async function readInput(input: Input, objects: DumpObjects, signal: AbortSignal): Promise<void> {
  try {
    await readDocuments(input, objects.documentsOf(input), signal)
  } catch (error) {
    if (input.named || !(error instanceof UsageError)) throw error
    objects.recordUnreadable(input.name, error)
  }
}

interface ReadInputs extends DumpOptions {
  unenteredFolders: string[]
  /** ISO 8601; null if the objects have no time. */
  madeAt: string | null
}

function snapshotOf(
  facts: DumpFacts,
  objects: DumpObjects,
  wanted: PodSelection,
  { now, files, scope, unenteredFolders, madeAt }: ReadInputs,
): Snapshot {
  const subjects = scope.subjects && findSubjects(scope.subjects, facts)
  const belongs = subjects && belongsTo(subjects, indexOwners(facts.owners.values()))
  const seen = [...facts.pods.values()].filter(
    ({ selected, owned }) => selected && (owned === null || belongs?.(owned) !== false),
  )
  const suspects = seen.flatMap(({ suspect }) => suspect ?? [])
  const takenAt = madeAt ?? now
  const found = { pods: suspects, events: [...facts.events.values()] }
  const { failing, pods, events } = pickSuspects(found, { takenAt, isNamed: isNamed(scope, subjects) })
  if (wanted.pod !== undefined) checkOne(pods, wanted.pod, wanted.namespaces, facts.pods.keys())
  const related = relatedObjectsIn(failing, events, facts)
  return {
    takenAt,
    source: sourceOf(files, objects, unenteredFolders),
    scope: statedScope(scope, subjects),
    podCount: seen.length,
    pods,
    events,
    ...related,
    imageChecks: [],
    gaps: uniqueGaps([
      // Without events, the newest time in the dump is often when such a pod was created.
      ...gapsOf(facts, objects, wanted, { suspects, takenAt: now }),
      ...gapsOfSecrets(failing, related.pullSecrets, facts),
    ]),
  }
}

const EXAMPLES = 3

function sourceOf(files: string[], { passedOver }: DumpObjects, unenteredFolders: string[]): FileSource {
  return {
    type: 'file',
    files,
    ...(passedOver.size === 0
      ? {}
      : { passedOver: { count: passedOver.size, examples: [...passedOver].slice(0, EXAMPLES) } }),
    ...(unenteredFolders.length === 0 ? {} : { unentered: unenteredFolders }),
  }
}

/** A dump without pods proves nothing about their health, unless it contains an empty list of pods. */
function checkPods(
  facts: DumpFacts,
  objects: DumpObjects,
  unenteredFolders: string[],
  { files }: DumpOptions,
): void {
  if (facts.podsWithStatus > 0) return
  const named = files.map(shownName).join(', ')
  if (facts.podsWithoutStatus + facts.podsAsWritten > 0)
    throw new UsageError(
      `The pods in ${named} have no status: they were written by hand, not read from a cluster. Make a dump with \`${MAKE_A_DUMP}\`.`,
    )
  if (objects.hasEmptyPodList) return
  const remedies = [
    ...objects.unseen.slice(0, 1).map(sentence => `${sentence}.`),
    ...(unenteredFolders.length > 0
      ? [`With -R the folders in ${unenteredFolders.join(', ')} are read too.`]
      : []),
    `Make a dump with \`${MAKE_A_DUMP}\`.`,
  ]
  const others = whatElse(facts, objects)
  const what =
    others === ''
      ? `There are no readable Kubernetes objects in ${named}.`
      : `There are no pods in ${named}, only ${others}.`
  throw new UsageError(`${what} ${remedies.join(' ')}`)
}

/** Empty if the dump holds nothing. */
function whatElse({ kinds }: DumpFacts, { passedOver: { size } }: DumpObjects): string {
  const sorted = [...kinds].sort()
  const named = sorted.length > 5 ? `${sorted.slice(0, 5).join(', ')}…` : sorted.join(', ')
  const files = size === 0 ? '' : `${size === 1 ? '1 file' : `${size} files`} without Kubernetes objects`
  return [named, files].filter(Boolean).join(', and ')
}

/** @throws NoSuchPod if no pod has that name, UsageError if several do */
function checkOne(pods: Pod[], name: string, namespaces: string[] | null, known: Iterable<string>): void {
  const places = pods.map(({ namespace }) => namespace)
  const where = namespaces === null ? '' : ` in namespace "${namespaces.join('", "')}"`
  if (places.length === 0) {
    const all = [...known]
    const near = nearNames(name, all, key => key.slice(key.indexOf('/') + 1))
    const [namespace] = namespaces ?? []
    const isEmpty = !all.some(key => key.startsWith(`${namespace}/`))
    const hint = isEmpty && namespace !== undefined ? hintFor(namespace, near) : hintFor(name, near)
    throw new NoSuchPod(`Pod "${name}" not found${where} in the dump${hint}`)
  }
  if (places.length > 1)
    throw new UsageError(`Several pods are named "${name}", in ${places.join(', ')}: choose one with -n.`)
}

/** Resolves each name, including one that can mean a pod in a namespace. @throws UsageError for a name that the dump does not contain */
function findSubjects(named: readonly RequestedSubject[], facts: DumpFacts): ScopeSubject[] {
  return named.map(({ orPodIn, ...subject }) => {
    if (orPodIn !== undefined && facts.pods.get(objectKey(orPodIn, subject.name)) !== undefined)
      return { kind: 'Pod', name: subject.name, namespace: orPodIn }
    if (!isThere(subject, facts)) throw notThere(subject, facts)
    return subject
  })
}

/** Whether the dump contains the subject. Even a dump of only pods shows which workloads they belong to. */
function isThere(subject: ScopeSubject, facts: DumpFacts): boolean {
  const belongs = belongsTo([subject], indexOwners(facts.owners.values()))
  return namesInDump(subject, facts).includes(subject.name) || ownedPods(facts).some(belongs)
}

function ownedPods(facts: DumpFacts): NamedPod[] {
  return [...facts.pods.values()].flatMap(({ owned }) => owned ?? [])
}

/** Names of the pods, or the objects of that kind, in the subject's namespace. */
function namesInDump({ kind, namespace }: ScopeSubject, facts: DumpFacts): string[] {
  const all =
    kind === 'Pod' ? ownedPods(facts) : [...facts.owners.values()].filter(each => each.kind === kind)
  return all.filter(each => namespace === null || each.namespace === namespace).map(({ name }) => name)
}

function notThere(subject: ScopeSubject, facts: DumpFacts): UsageError {
  const { kind, name, namespace } = subject
  const names = namesInDump(subject, facts)
  const near = nearNames(name, names)
  const where = namespace === null ? '' : ` in namespace "${namespace}"`
  const word = kind !== 'Pod' ? '' : names.length === 0 && namespace !== null ? namespace : name
  return new UsageError(`${kind} "${name}" not found${where} in the dump${hintFor(word, near)}`)
}

/** Returns the end of the sentence: that the word is not a type, if it can have been meant as one, or similar names. */
function hintFor(word: string, near: string[]): string {
  const type = otherTypeSentence(word)
  if (type !== null) return `, and ${type}.`
  return near.length === 0 ? '.' : `: ${didYouMean(near)}`
}
