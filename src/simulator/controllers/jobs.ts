/** Jobs: run pods until enough have completed. */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asPod, type JsonObject } from '../cluster/objects.ts'
import { activePods, controlled, createPod, readyCount, writeStatus } from './owned-pods.ts'

/** One pass over one Job. */
export function reconcileJob(cluster: Cluster, job: ApiObject): void {
  if (job.spec?.suspend === true) {
    suspend(cluster, job)
    return
  }
  const active = activePods(cluster, job)
  const succeeded = controlled(cluster, 'Pod', job).filter(
    pod => asPod(pod).status.phase === 'Succeeded',
  ).length
  const completions = Number(job.spec?.completions ?? 1)
  const wanted = Math.min(Number(job.spec?.parallelism ?? 1), completions - succeeded)
  for (let missing = wanted - active.length; missing > 0; missing--)
    createPod(cluster, job, { generateName: `${job.metadata.name}-` })
  const running = Math.max(active.length, wanted)
  const now = cluster.clock.timestamp()
  const complete = succeeded >= completions
  const status: JsonObject = {
    startTime: job.status?.startTime ?? now,
    active: running || undefined,
    ready: readyCount(active),
    terminating: 0,
    succeeded: succeeded || undefined,
    uncountedTerminatedPods: {},
    ...(complete && {
      completionTime: job.status?.completionTime ?? now,
      conditions: [
        {
          type: 'Complete',
          status: 'True',
          lastProbeTime: now,
          lastTransitionTime: now,
          reason: 'CompletionsReached',
        },
      ],
    }),
  }
  if (!job.status?.completionTime) writeStatus(cluster, job, { ...status, observedGeneration: undefined })
}

function suspend(cluster: Cluster, job: ApiObject): void {
  if (job.status?.conditions) return
  const now = cluster.clock.timestamp()
  const condition = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }
  cluster.change('Job', job.metadata.namespace, job.metadata.name, copy => {
    copy.status = {
      ...copy.status,
      conditions: [{ ...condition, lastProbeTime: now, lastTransitionTime: now }],
    }
  })
}
