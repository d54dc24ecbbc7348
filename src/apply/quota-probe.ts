/** Runs a pod that queries Docker Hub from a node, and always deletes it afterward. */

import type { Clock } from '../clock.ts'
import { ApiError, isFailedRequest } from '../kubernetes/api/api-error.ts'
import { KINDS, type ModelOf } from '../kubernetes/api/kinds.ts'
import { listPath, objectPath } from '../kubernetes/api/paths.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'

export interface ProbeContext {
  cluster: ClusterWriter
  clock: Clock
  signal: AbortSignal
}

export type ProbeResult =
  /** The headers of Docker Hub's answer, one per line. */
  | { status: 'answered'; headers: string; hostNetwork: boolean }
  /** The image has neither curl nor GNU Wget, or no shell to run them in. */
  | { status: 'no-client' }
  /** The client ran and got no answer. */
  | { status: 'silent' }
  /** The pod did not run, in the kubelet's words. */
  | { status: 'not-run'; why: string }

/** Milliseconds. */
const PAUSE = 500
const PATIENCE = 45_000

type ProbePod = ModelOf<typeof KINDS.Pod>

/** The result, and the name of the pod if it could not be deleted. */
interface Probed {
  result: ProbeResult
  left: string | null
}

/** Runs the probe. @throws ApiError if the pod can't be created; the signal's reason, after deleting the pod */
export async function runProbe(
  draft: Omit<ProbeDraft, 'hostNetwork'>,
  context: ProbeContext,
): Promise<Probed> {
  const { cluster } = context
  const path = listPath(KINDS.Pod, draft.namespace)
  const hostNetwork = await mayUseHostNetwork(draft, context)
  // Ignores the signal: aborting this request could leave the pod behind.
  const pod = await cluster.create(path, probePod({ ...draft, hostNetwork }))
  let isRemoved = false
  const ended = await finished(pod, context).finally(async () => {
    isRemoved = await remove(pod, cluster)
  })
  return { result: resultOf(ended, hostNetwork), left: isRemoved ? null : pod.metadata.name }
}

/** Deletes the ended probe pods of earlier runs. @returns how many. @throws ApiError if pods can't be listed */
export async function removeLeftOverProbes(
  namespace: string,
  { cluster, signal }: ProbeContext,
): Promise<number> {
  let removed = 0
  const found: ProbePod[] = []
  const options = { labelSelector: `${PROBE_LABEL}=true`, signal }
  await cluster.list(listPath(KINDS.Pod, namespace), options, pod => {
    if (isProbePod(pod) && hasEnded(pod)) found.push(pod)
  })
  for (const pod of found) if (await remove(pod, cluster)) removed += 1
  return removed
}

/** Whether the pod has ended. A running one may belong to another user's probe in progress. */
function hasEnded({ status }: ProbePod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

/** Whether the server accepts a pod with the host network. Pod Security and other policies often refuse; then the pod network is used. */
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

/** Waits until the pod ends or time runs out, and returns its last state. */
async function finished(made: ProbePod, { cluster, clock, signal }: ProbeContext): Promise<ProbePod> {
  const end = clock.now() + PATIENCE
  const path = objectPath(KINDS.Pod, made.metadata.namespace, made.metadata.name)
  for (;;) {
    await clock.sleep(PAUSE, signal)
    const pod = await cluster.get(path, { signal })
    if (hasEnded(pod) || whyNotStarting(pod) !== null || clock.now() >= end) return pod
  }
}

/** Why the container won't start; null while it still can. */
function whyNotStarting({ status }: ProbePod): string | null {
  const { reason = '', message = '' } = status?.containerStatuses?.[0]?.state?.waiting ?? {}
  if (['', 'ContainerCreating', 'PodInitializing'].includes(reason)) return null
  return message === '' ? reason : `${reason}: ${message}`
}

function resultOf(pod: ProbePod, hostNetwork: boolean): ProbeResult {
  const { status } = pod
  const why = whyNotStarting(pod)
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

/** Whether this is a runtime's error for a program that the image lacks. */
function isShellless(why: string): boolean {
  return /(?:executable file|no such file)[^\n]*(?:not found|directory)|exec: "sh"/i.test(why)
}

/** Deletes the pod, even after Ctrl-C. @returns false if that failed: the next run deletes leftover pods */
async function remove({ metadata }: ProbePod, cluster: ClusterWriter): Promise<boolean> {
  try {
    await cluster.delete(objectPath(KINDS.Pod, metadata.namespace, metadata.name), metadata.uid)
    return true
  } catch (error) {
    if (!isFailedRequest(error)) throw error
    return false
  }
}

/** The label of probe pods, by which leftover ones are found. */
const PROBE_LABEL = 'pullguard.dev/quota-probe'
const POD_PREFIX = 'pullguard-quota-'

/** After these, the kubelet ends the pod, even if this program is gone. */
const MAX_LIFE_SECONDS = 60

/** Exit codes of the script. */
const NO_CLIENT = 3

/**
 * Requests only headers, which costs no pull. BusyBox wget sends a GET even with --spider, which would cost one, so only curl and GNU Wget
 * are used. The token server is the one that the registry names; all requests are anonymous.
 */
const SCRIPT = `
for tool in grep sed tr; do command -v $tool >/dev/null 2>&1 || exit ${NO_CLIENT}; done
if command -v curl >/dev/null 2>&1; then
  ask() { curl -sSI --max-time 15 -H "$2" "$1"; }
  get() { curl -sS --max-time 15 "$1"; }
elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
  ask() { wget -q -S --spider --tries=1 --timeout=15 --header="$2" "$1" 2>&1; }
  get() { wget -q -O - --tries=1 --timeout=15 "$1"; }
else
  exit ${NO_CLIENT}
fi
challenge=$(ask "$1" 'Accept: */*' | tr -d '\\r' | sed -n 's/^ *[Ww][Ww][Ww]-[Aa]uthenticate: *[Bb]earer *//p')
realm=$(printf '%s' "$challenge" | sed -n 's/.*realm="\\([^"]*\\)".*/\\1/p')
service=$(printf '%s' "$challenge" | sed -n 's/.*service="\\([^"]*\\)".*/\\1/p')
token=$(get "$realm?service=$service&scope=repository:ratelimitpreview/test:pull" | sed -n 's/.*"token" *: *"\\([^"]*\\)".*/\\1/p')
ask "$1" "Authorization: Bearer $token" | tr -d '\\r' | grep -iE '^ *(HTTP/|ratelimit-|docker-ratelimit-source|retry-after|content-type)' >/dev/termination-log
`

const COMMAND = ['sh', '-c', SCRIPT, 'quota']

export interface ProbeDraft {
  namespace: string
  node: string
  /** As a pod on that node names it. */
  image: string
  /** The registry's URL, such as `https://registry-1.docker.io`. */
  registry: string
  /** Uses the node's network, and thus the address that its pulls come from. */
  hostNetwork: boolean
}

/** Returns the pod's manifest. Apart from the host network, it meets the strictest Pod Security level. */
export function probePod({ namespace, node, image, registry, hostNetwork }: ProbeDraft): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: POD_PREFIX,
      namespace,
      labels: { [PROBE_LABEL]: 'true', 'app.kubernetes.io/managed-by': 'pullguard' },
    },
    spec: {
      nodeName: node,
      hostNetwork,
      restartPolicy: 'Never',
      activeDeadlineSeconds: MAX_LIFE_SECONDS,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_534,
        runAsGroup: 65_534,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'ask',
          image,
          imagePullPolicy: 'Never',
          command: COMMAND,
          args: [`${registry}/v2/ratelimitpreview/test/manifests/latest`],
          resources: {
            requests: { cpu: '10m', memory: '16Mi' },
            limits: { cpu: '200m', memory: '64Mi' },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  }
}

/** Whether the pod is a probe: the label alone proves nothing, but no other pod runs this script under such a name. */
function isProbePod({ metadata, spec }: ProbePod): boolean {
  const [container, ...others] = spec?.containers ?? []
  return (
    metadata.name.startsWith(POD_PREFIX) &&
    (metadata.ownerReferences ?? []).length === 0 &&
    spec?.restartPolicy === 'Never' &&
    others.length === 0 &&
    JSON.stringify(container?.command) === JSON.stringify(COMMAND)
  )
}
