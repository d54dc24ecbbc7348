/**
 * Reads the facts for a fix: what is wrong in the scope, what earlier runs on this machine left there, and the objects that the fix
 * may write.
 */

import { recordedRuns } from '../../apply/journal/find-runs.ts'
import { recordPodBack } from '../../apply/journal/journal.ts'
import { interruptedPods, journaledPod, madeSecrets, type Run } from '../../apply/journal/run.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Diagnosis, Finding, Remedy } from '../../diagnosis/finding.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { UsageError } from '../../errors.ts'
import type { ControllerObject } from '../../kubernetes/api/kinds.ts'
import { covers, isNarrowed, type PlanScope, type PlanSubject } from '../../plan/plan.ts'
import { wrapLines } from '../../report/screen/layout.ts'
import { readingText } from '../../report/views/progress.ts'
import { damagedLineText, unknownExclusionText } from '../../report/views/questions.ts'
import { narrowedTo } from '../../report/words/plan.ts'
import type { FixObjects, InterruptedPod } from '../../snapshot/fix-objects.ts'
import { type Pod, podKey } from '../../snapshot/pod.ts'
import type { Gap, Snapshot } from '../../snapshot/snapshot.ts'
import { parseLabelSelector } from '../../source/label-selector.ts'
import { readFixObjects } from '../../source/live/fix-objects.ts'
import { missingNamespaces } from '../../source/live/pods.ts'
import type { PodsToFix } from '../../source/live/pods-to-fix.ts'
import { readClusterWithControllers } from '../../source/live/read-cluster.ts'
import { readTopmost, type Topmost } from '../../source/live/topmost.ts'
import type { Scope } from '../../source/suspects.ts'
import { scopeOf } from '../shared-flags.ts'
import type { FixOptions, FixSession } from './session.ts'

export interface FixFacts {
  /** The scope of the fix. */
  scope: PlanScope
  snapshot: Snapshot
  diagnosis: Diagnosis
  /** The controllers above the failing pods, by uid. */
  controllers: ReadonlyMap<string, ControllerObject>
  /** Earlier runs against this cluster, newest first. */
  runs: Run[]
}

/** Reads the cluster and this machine's journals for it. @throws UsageError, UnreachableError, ApiError */
export async function readFixFacts(session: FixSession): Promise<FixFacts> {
  await warnOfUnknownExclusions(session)
  const runs = await earlierRuns(session)
  const scope = await planScopeOf(session, runs)
  return { scope, runs, ...(await readAndDiagnose(session, scope)) }
}

/**
 * Returns the scope from flags and names. A name is replaced by its topmost workload, because a change to a template reaches all its pods.
 * @throws UsageError, ApiError
 */
async function planScopeOf(
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

/** Warns when --exclude-namespace names a namespace that does not exist, so that a typo can't cause writes unnoticed. */
async function warnOfUnknownExclusions({ options, context, reading }: FixSession): Promise<void> {
  for (const name of await missingNamespaces(reading, options.excludedNamespaces)) {
    await context.err.write(wrapLines(unknownExclusionText(name), context.err.width))
  }
}

/** Reads and diagnoses the pods in scope, without excluded namespaces. */
async function readAndDiagnose(
  { options, context, cluster }: FixSession,
  scope: PlanScope,
): Promise<Pick<FixFacts, 'snapshot' | 'diagnosis' | 'controllers'>> {
  const progress = await context.progress()
  try {
    const { snapshot: whole, controllers } = await readClusterWithControllers(cluster, readingScope(scope), {
      takenAt: context.now().toISOString(),
      onProgress: news => progress.update(readingText(news)),
      signal: context.signal,
    })
    const pods = whole.pods.filter(({ namespace }) => !options.excludedNamespaces.includes(namespace))
    const snapshot = { ...whole, pods }
    return { snapshot, diagnosis: diagnose(snapshot), controllers }
  } finally {
    progress.stop()
  }
}

/** Returns earlier runs against this cluster, newest first in each folder. Reports damaged journal lines on standard error. */
export async function earlierRuns({ journals, cluster, context }: FixSession): Promise<Run[]> {
  const recorded = await recordedRuns(journals, cluster.server, line =>
    context.err.write(wrapLines(damagedLineText(line), context.err.width)),
  )
  return recorded.flatMap(({ runs }) => runs)
}

/**
 * Reads the objects that the chosen remedies and these logins may change; reads none if there is nothing to fix. Unreadable objects become
 * gaps.
 * @throws ApiError
 */
export async function readWritable(
  session: FixSession,
  { scope, snapshot, diagnosis, controllers, runs }: FixFacts,
  remedies: ReadonlySet<Remedy>,
  credentials: Credential[],
): Promise<FixObjects> {
  const { options, reading, clusterUid } = session
  const broken = interruptedPods(runs, clusterUid).filter(pod => isInScope(pod, scope, runs))
  if (remedies.size === 0 && diagnosis.findings.length === 0 && broken.length === 0) {
    return { ...EMPTY, clusterUid }
  }
  const narrowed = isNarrowed(scope)
  const affected = scope.affected || narrowed
  const { podsBack, ...fixObjects } = await readFixObjects(reading.withOwnGaps(), {
    namespaces: affected ? affectedNamespaces(diagnosis.findings) : scope.namespaces,
    mayBeGone: affected,
    excluded: scope.excluded,
    secretName: options.secretName,
    wanted: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    pods: podsOfFindings(snapshot, diagnosis),
    podsToFix: narrowed ? podsToFixIn(scope) : null,
    runningImages: remedies.has('pin'),
    interruptedPods: broken,
    madeSecrets: madeSecrets(runs, clusterUid),
    controllers,
  })
  if (isToBeApplied(options)) {
    for (const [pod, uid] of podsBack) await recordPodBack(session.journals[0], runs, pod, uid)
  }
  return { clusterUid, ...fixObjects }
}

/** Returns the failing pods that a change of their workload can help: a sandbox's image does not come from the workload. */
function podsOfFindings({ pods }: Snapshot, { findings }: Diagnosis): Pod[] {
  const ofWorkloads = findings.filter(({ containerKind }) => containerKind !== 'sandbox')
  const failing = new Set(ofWorkloads.map(({ namespace, pod }) => podKey(namespace, pod)))
  return pods.filter(({ namespace, name }) => failing.has(podKey(namespace, name)))
}

function isToBeApplied({ dryRun, planFile, format }: FixOptions): boolean {
  return dryRun === 'none' && planFile === undefined && format !== 'patch'
}

/** Returns the namespaces with findings, sorted, for `--affected`. */
function affectedNamespaces(findings: Finding[]): string[] {
  return [...new Set(findings.map(({ namespace }) => namespace))].sort()
}

function labelsOf({ metadata }: { metadata?: unknown }): Record<string, unknown> {
  return (metadata as { labels?: Record<string, unknown> } | undefined)?.labels ?? {}
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

const EMPTY: Omit<FixObjects, 'clusterUid'> = {
  namespaces: [],
  serviceAccounts: [],
  secrets: [],
  workloads: [],
  controllers: [],
  jobs: [],
  interruptedPods: [],
  gaps: [],
}
