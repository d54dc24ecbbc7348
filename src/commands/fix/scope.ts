/** Reads the objects that a fix may write to: none where there is nothing to do to any. */

import { interruptedPods, madeSecrets, noteSeen } from '../../apply/journal/left-behind.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import type { Credential } from '../../dockerconfig/credential.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { FixScope, InterruptedPod } from '../../snapshot/fix-scope.ts'
import { readFixScope } from '../../source/live/fix-scope.ts'
import type { FixOptions, FixSession } from './session.ts'
import type { Situation } from './situation.ts'

/** What the chosen remedies and these logins may touch; what can't be read is a gap. @throws ApiError */
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
  // A sandbox's image is none of the workload's: whatever is written to that one leaves the pod where it is.
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
    for (const [pod, uid] of back) await noteSeen(session.journals, runs, pod, uid)
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

/** A fix of one namespace leaves what an earlier one left undone elsewhere. */
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
