/** Describes pull secrets that were not read, and learns from events which of them do not exist. */

import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'

/** Describes a Secret that a pod references and that could not be read. `provenBy` is what proves it missing, if not the API server. */
export function describeMissingSecret(
  namespace: string,
  name: string,
  problem: 'missing' | 'forbidden' | 'failed' | 'not-in-dump',
  provenBy?: PullSecret['provenBy'],
): PullSecret {
  return { namespace, name, type: null, problem, ...(provenBy && { provenBy }), entries: [] }
}

/** The kubelet's message at every pull of a pod that references missing secrets, even while the pod runs. */
const NOT_FOUND =
  /^(?:\(combined from similar events\): )?unable to retrieve some image pull secrets \(([^)]*)\)/i

/** Returns the same secrets, but one that could not be read or is not in the dump becomes `missing` if an event reports it missing. */
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

/** A dump proves that a secret exists even if its content was removed. */
function isUnknown({ type, problem, provenBy }: PullSecret): boolean {
  if (provenBy === 'dump') return true
  return type === null && (problem === 'forbidden' || problem === 'failed' || problem === 'not-in-dump')
}
