/** What a fix starts from: what is wrong in the scope now, what earlier runs of this machine left there, and the objects that it may write to. */

import { listRuns } from '../../apply/journal/find-runs.ts'
import { recordPodBack } from '../../apply/journal/journal.ts'
import { interruptedPods, madeSecrets, type Run } from '../../apply/journal/run.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import type { ControllerObject } from '../../kubernetes/api/kinds.ts'
import { sanitizeLine } from '../../report/sanitize.ts'
import { unknownExclusionText } from '../../report/views/questions.ts'
import type { FixScope, InterruptedPod } from '../../snapshot/fix-scope.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { readFixScope } from '../../source/live/fix-scope.ts'
import { missingNamespaces } from '../../source/live/namespaces.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import type { FixOptions, FixSession } from './session.ts'

export interface Situation {
  snapshot: Snapshot
  diagnosis: Diagnosis
  /** The controllers above the failing pods, by uid. */
  owners: ReadonlyMap<string, ControllerObject>
  /** Earlier runs against this cluster, newest first. */
  runs: Run[]
}

/** Reads the cluster and this machine's journals of it. @throws UsageError, UnreachableError, ApiError */
export async function readSituation(session: FixSession): Promise<Situation> {
  await warnOfUnknownExclusions(session)
  const seen = await lookAtCluster(session)
  return { ...seen, runs: await earlierRuns(session) }
}

/** Warns when --exclude-namespace names a namespace that does not exist, so that a typo can't cause writes unnoticed. */
async function warnOfUnknownExclusions({ options, context, cluster }: FixSession): Promise<void> {
  for (const name of await missingNamespaces(cluster, options.excludedNamespaces, context.signal)) {
    await context.err.write(unknownExclusionText(name))
  }
}

/** Reads and diagnoses the pods in scope, without excluded namespaces. */
async function lookAtCluster(session: FixSession): Promise<Omit<Situation, 'runs'>> {
  const { options, context, cluster } = session
  const progress = await context.progress()
  const owners = new Map<string, ControllerObject>()
  try {
    const whole = await readCluster(cluster, namespacesOf(session), {
      takenAt: context.now().toISOString(),
      onProgress: ({ pods, suspects }) =>
        progress.update(`Reading pods: ${pods} seen, ${suspects} to look at`),
      onOwner: object => owners.set(object.metadata.uid, object),
      signal: context.signal,
    })
    const pods = whole.pods.filter(({ namespace }) => !options.excludedNamespaces.includes(namespace))
    const snapshot = { ...whole, pods }
    return { snapshot, diagnosis: diagnose(snapshot), owners }
  } finally {
    progress.stop()
  }
}

/** Earlier runs against this cluster, newest first. Damaged journal lines are reported on standard error. */
async function earlierRuns({ journals, cluster, context }: FixSession): Promise<Run[]> {
  const damages: string[] = []
  const onDamage = (sentence: string) => void damages.push(sentence)
  const runs = await listRuns(journals, { server: cluster.server, onDamage })
  for (const sentence of damages) await context.err.write(`Warning: ${sanitizeLine(sentence)}\n`)
  return runs
}

/** The namespaces in scope; null for all. */
export function namespacesOf({ options, cluster }: FixSession): { namespaces: string[] | null } {
  return { namespaces: options.allNamespaces ? null : [cluster.namespace] }
}

/**
 * Reads the objects that the chosen remedies and these logins may change; none if there is nothing to fix. What can't be read is a gap.
 * @throws ApiError
 */
export async function scopeOf(
  session: FixSession,
  { snapshot, diagnosis, owners, runs }: Situation,
  remedies: ReadonlySet<Remedy>,
  credentials: Credential[],
): Promise<FixScope> {
  const { options, context, cluster, clusterUid } = session
  const broken = interruptedPods(runs, clusterUid).filter(pod => isInScope(pod, session))
  if (remedies.size === 0 && diagnosis.findings.length === 0 && broken.length === 0) {
    return { ...EMPTY, clusterUid }
  }
  const named = options.affected ? affectedNamespaces(diagnosis.findings) : [cluster.namespace]
  // The sandbox image is not the workload's, so no change to the workload helps.
  const ofWorkloads = diagnosis.findings.filter(({ containerKind }) => containerKind !== 'sandbox')
  const failing = new Set(ofWorkloads.map(({ namespace, pod }) => `${namespace}/${pod}`))
  const back: [InterruptedPod, uid: string][] = []
  const read = await readFixScope(cluster, {
    namespaces: options.allNamespaces && !options.affected ? null : named,
    mayBeGone: options.affected,
    excluded: options.excludedNamespaces,
    secretName: options.secretName,
    wanted: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    pods: snapshot.pods.filter(({ namespace, name }) => failing.has(`${namespace}/${name}`)),
    runningImages: remedies.has('pin'),
    interruptedPods: broken,
    onPodBack: (pod, uid) => back.push([pod, uid]),
    madeSecrets: madeSecrets(runs, clusterUid),
    owners,
    signal: context.signal,
  })
  if (isToBeApplied(options)) {
    for (const [pod, uid] of back) await recordPodBack(session.journals, runs, pod, uid)
  }
  return { clusterUid, ...read }
}

function isToBeApplied({ dryRun, planFile, format }: FixOptions): boolean {
  return dryRun === 'none' && planFile === undefined && format !== 'patch'
}

/** `--affected`: the namespaces with findings, sorted. */
function affectedNamespaces(findings: Finding[]): string[] {
  return [...new Set(findings.map(({ namespace }) => namespace))].sort()
}

/** Whether the fix's scope includes the pod: a fix of one namespace does not finish earlier work in others. */
function isInScope({ namespace }: InterruptedPod, { options, cluster }: FixSession): boolean {
  const named = options.allNamespaces || namespace === cluster.namespace
  return named && !options.excludedNamespaces.includes(namespace)
}

const EMPTY: Omit<FixScope, 'clusterUid'> = {
  namespaces: [],
  serviceAccounts: [],
  secrets: [],
  workloads: [],
  controllers: [],
  jobs: [],
  interruptedPods: [],
  gaps: [],
}
