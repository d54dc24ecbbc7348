/** Takes the kubelet's word for pull secrets that nobody else could read: its event names those that it could not find. */

import type { PullSecret } from '../snapshot/pull-secret.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'

/** What the kubelet says at every pull of a pod that names secrets which are not there, also while the pod runs. */
const NOT_FOUND =
  /^(?:\(combined from similar events\): )?unable to retrieve some image pull secrets \(([^)]*)\)/i

/** The same secrets: one that could not be read, or is not in the dump, is missing where an event of a pod says so. */
export function markReportedMissing(secrets: PullSecret[], events: PodEvent[]): PullSecret[] {
  const missing = new Set(events.flatMap(namesIn))
  return secrets.map(secret =>
    isUnknown(secret) && missing.has(`${secret.namespace}/${secret.name}`)
      ? { ...secret, problem: 'missing', provenBy: 'kubelet' }
      : secret,
  )
}

function namesIn({ namespace, reason, message }: PodEvent): string[] {
  if (reason !== 'FailedToRetrieveImagePullSecret') return []
  const names = NOT_FOUND.exec(message)?.[1]?.split(',') ?? []
  return names.map(name => `${namespace}/${name.trim()}`)
}

/** A dump without a secret's content holds the secret all the same. */
function isUnknown({ type, problem, provenBy }: PullSecret): boolean {
  if (provenBy === 'dump') return true
  return type === null && (problem === 'forbidden' || problem === 'failed' || problem === 'not-in-dump')
}
