/**
 * Reads the facts for a fix: what is wrong in the scope, what earlier runs on this machine left there, and the objects that the fix
 * may write.
 */

import { recordedRuns } from '../../apply/journal/find-runs.ts'
import { recordPodBack } from '../../apply/journal/journal.ts'
import { interruptedPods, madeSecrets, type Run } from '../../apply/journal/run.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Diagnosis, Finding, Remedy } from '../../diagnosis/finding.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import type { ControllerObject } from '../../kubernetes/api/kinds.ts'
import { isNarrowed, type PlanScope } from '../../plan/plan.ts'
import { readingText } from '../../report/views/progress.ts'
import { damagedLineText, unknownExclusionText } from '../../report/views/questions.ts'
import type { FixObjects } from '../../snapshot/fix-objects.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { readFixObjects } from '../../source/live/fix-objects.ts'
import { missingNamespaces } from '../../source/live/namespaces.ts'
import { readClusterWithControllers } from '../../source/live/read-cluster.ts'
import { writeNote } from '../write-note.ts'
import { isInScope, planScopeOf, podsToFixIn, readingScope } from './fix-scope.ts'
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

/** Warns when --exclude-namespace names a namespace that does not exist, so that a typo can't cause writes unnoticed. */
async function warnOfUnknownExclusions({ options, context, reading }: FixSession): Promise<void> {
  for (const name of await missingNamespaces(reading, options.excludedNamespaces)) {
    await writeNote(context, unknownExclusionText(name))
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
    writeNote(context, damagedLineText(line)),
  )
  return recorded.flatMap(({ runs }) => runs)
}

const NO_OBJECTS: Omit<FixObjects, 'clusterUid'> = {
  namespaces: [],
  serviceAccounts: [],
  secrets: [],
  workloads: [],
  controllers: [],
  jobs: [],
  interruptedPods: [],
  gaps: [],
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
    return { ...NO_OBJECTS, clusterUid }
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
  const failing = new Set(ofWorkloads.map(({ namespace, pod }) => objectKey(namespace, pod)))
  return pods.filter(({ namespace, name }) => failing.has(objectKey(namespace, name)))
}

function isToBeApplied({ dryRun, planFile, format }: FixOptions): boolean {
  return dryRun === 'none' && planFile === undefined && format !== 'patch'
}

/** Returns the namespaces with findings, sorted, for `--affected`. */
function affectedNamespaces(findings: Finding[]): string[] {
  return [...new Set(findings.map(({ namespace }) => namespace))].sort()
}
