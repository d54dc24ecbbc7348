/** Runs a pod that asks Docker Hub from a node, and removes it whatever happens. */

import type { Clock } from '../../clock.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { listPath, objectPath } from '../../kubernetes/api/paths.ts'
import type { ClusterWriter } from '../../kubernetes/api/writer.ts'
import { isProbePod, NO_CLIENT, PROBE_LABEL, type ProbeDraft, probePod } from './probe-pod.ts'

export interface ProbeContext {
  cluster: ClusterWriter
  clock: Clock
  signal: AbortSignal
}

export type ProbeResult =
  /** The headers of Docker Hub's answer, a line each. */
  | { status: 'answered'; headers: string; hostNetwork: boolean }
  /** The image has neither curl nor GNU Wget, or no shell to run them in. */
  | { status: 'no-client' }
  /** It ran, and nothing answered. */
  | { status: 'silent' }
  /** The pod did not run, in the kubelet's words. */
  | { status: 'not-run'; why: string }

/** Milliseconds. */
const PAUSE = 500
const PATIENCE = 45_000

type ProbePod = NonNullable<(typeof KINDS.Pod)['model']>

/** What came of it. @throws ApiError where the pod can't be made; the signal's reason, with the pod removed */
export async function runProbe(
  draft: Omit<ProbeDraft, 'hostNetwork'>,
  context: ProbeContext,
): Promise<ProbeResult> {
  const { cluster } = context
  const path = listPath(KINDS.Pod, draft.namespace)
  const hostNetwork = await mayUseHostNetwork(draft, context)
  // Not bound to the signal: a pod whose creation was not waited for would stay behind.
  const pod = await cluster.create(path, probePod({ ...draft, hostNetwork }))
  try {
    return resultOf(await finished(pod, context), hostNetwork)
  } finally {
    await remove(pod, cluster)
  }
}

/** Pods that an earlier run left behind. Pods that can't be listed are none of ours to know. @returns how many were removed */
export async function removeLeftOverProbes(
  namespace: string,
  { cluster, signal }: ProbeContext,
): Promise<number> {
  const found: ProbePod[] = []
  const options = { labelSelector: `${PROBE_LABEL}=true`, limit: 500, signal }
  await cluster.list(listPath(KINDS.Pod, namespace), options, pod => {
    if (isProbePod(pod) && hasEnded(pod)) found.push(pod)
  })
  for (const pod of found) await remove(pod, cluster)
  return found.length
}

/** Its run has come to its end: one that still runs may be somebody's who asks at this moment. */
function hasEnded({ status }: ProbePod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

/** Pod Security and other policies often refuse it; then the pod's own network has to do. */
async function mayUseHostNetwork(
  draft: Omit<ProbeDraft, 'hostNetwork'>,
  { cluster, signal }: ProbeContext,
): Promise<boolean> {
  const path = listPath(KINDS.Pod, draft.namespace)
  try {
    await cluster.create(path, probePod({ ...draft, hostNetwork: true }), { dryRun: true, signal })
    return true
  } catch (error) {
    if (error instanceof ApiError && [400, 403, 422].includes(error.status)) return false
    throw error
  }
}

/** The pod at its end, or when time is up. */
async function finished(made: ProbePod, { cluster, clock, signal }: ProbeContext): Promise<ProbePod> {
  const end = clock.now() + PATIENCE
  const path = objectPath(KINDS.Pod, made.metadata.namespace, made.metadata.name)
  for (;;) {
    await clock.sleep(PAUSE, signal)
    const pod = await cluster.get(path, { signal })
    if (hasEnded(pod) || hopeless(pod) !== null || clock.now() >= end) return pod
  }
}

/** Why the container will not start; null while it may. */
function hopeless({ status }: ProbePod): string | null {
  const { reason = '', message = '' } = status?.containerStatuses?.[0]?.state?.waiting ?? {}
  if (['', 'ContainerCreating', 'PodInitializing'].includes(reason)) return null
  return message === '' ? reason : `${reason}: ${message}`
}

function resultOf(pod: ProbePod, hostNetwork: boolean): ProbeResult {
  const { status } = pod
  const why = hopeless(pod)
  if (why !== null) return isShellless(why) ? { status: 'no-client' } : { status: 'not-run', why }
  const ended = status?.containerStatuses?.[0]?.state?.terminated
  if (ended === undefined) {
    const { reason, message } = status ?? {}
    return {
      status: 'not-run',
      why: [reason, message].filter(Boolean).join(': ') || 'it did not start in time',
    }
  }
  if (ended.exitCode === NO_CLIENT || isShellless(`${ended.reason}: ${ended.message}`)) {
    return { status: 'no-client' }
  }
  const headers = ended.message ?? ''
  return /^ *HTTP\//im.test(headers) ? { status: 'answered', headers, hostNetwork } : { status: 'silent' }
}

/** The runtime's words for a program that the image lacks. */
function isShellless(why: string): boolean {
  return /(?:executable file|no such file)[^\n]*(?:not found|directory)|exec: "sh"/i.test(why)
}

/** Neither Ctrl-C nor a pod that is gone keeps it from being tried; what fails is found by the next run. */
async function remove({ metadata }: ProbePod, cluster: ClusterWriter): Promise<void> {
  try {
    await cluster.delete(objectPath(KINDS.Pod, metadata.namespace, metadata.name), metadata.uid)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}
