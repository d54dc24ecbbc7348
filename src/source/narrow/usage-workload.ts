/** Narrows a controller to what its pods will pull from Docker Hub. */

import type { UsageWorkload } from '../../snapshot/hub-usage.ts'
import { isFromHub, narrowHubContainer } from './hub-container.ts'
import { narrowPod } from './pod.ts'
import { number, record, text, textOrNull } from './shape.ts'

/** Kinds whose templates make pods to come; what they make of other kinds has its template from there. */
export type UsageKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob'

type Fields = Record<string, unknown>

/** Null for one whose pods pull nothing from Docker Hub. Items of a list carry no kind, so it is the caller's. */
export function narrowUsageWorkload(raw: unknown, kind: UsageKind): UsageWorkload | null {
  const { metadata, spec: written, status } = record(raw)
  const spec = record(written)
  const job = record(record(spec.jobTemplate).spec)
  const template = record((kind === 'CronJob' ? job : spec).template)
  // A template's spec is a pod's.
  const pod = narrowPod({ metadata, spec: template.spec })
  const containers = pod?.containers.filter(isFromHub).map(narrowHubContainer) ?? []
  if (pod === null || containers.length === 0) return null
  const { namespace, name, uid, serviceAccount, pullSecrets } = pod
  return {
    ...{ kind, namespace, name, uid, containers, serviceAccount, pullSecrets },
    ...podsOf(kind, { spec, job, status: record(status) }),
    schedule:
      kind === 'CronJob' && spec.suspend !== true
        ? { expression: text(spec.schedule), timeZone: textOrNull(spec.timeZone) }
        : null,
  }
}

/** The API server omits a zero, and has a number for everything that has a default, but in the template of a job. */
function podsOf(
  kind: UsageKind,
  { spec, job, status }: { spec: Fields; job: Fields; status: Fields },
): Pick<UsageWorkload, 'pods' | 'outstanding'> {
  if (kind === 'CronJob') {
    return { pods: Math.max(1, number(job.completions, number(job.parallelism, 1))), outstanding: 0 }
  }
  const isDaemonSet = kind === 'DaemonSet'
  const pods = number(isDaemonSet ? status.desiredNumberScheduled : spec.replicas, 0)
  const updated = number(isDaemonSet ? status.updatedNumberScheduled : status.updatedReplicas, 0)
  return { pods, outstanding: isRollingOut(kind, spec, status) ? Math.max(0, pods - updated) : 0 }
}

function isRollingOut(kind: UsageKind, { paused, updateStrategy }: Fields, status: Fields): boolean {
  if (record(updateStrategy).type === 'OnDelete' || paused === true) return false
  return kind !== 'StatefulSet' || status.currentRevision !== status.updateRevision
}
