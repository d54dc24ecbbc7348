/** Derives the owner of a pod's controller from names and labels, for when the controller itself is not in the dump or can't be read. */

import type { ControllerReference, OwnedPod } from '../snapshot/pod.ts'
import type { OwnerLink } from '../snapshot/snapshot.ts'

/**
 * The link that the controller itself would have; null if it can't be derived. A Deployment labels its pods with the hash that it
 * appends to its ReplicaSet's name, a CronJob appends the scheduled minute to its Job's.
 */
export function derivedOwner({ namespace, controller, templateHash }: OwnedPod): OwnerLink | null {
  if (controller === null) return null
  const above = deploymentOf(controller, templateHash) ?? cronJobOf(controller)
  if (above === null) return null
  const { kind, name, uid } = controller
  return { namespace, kind, name, uid, controller: { ...above, uid: '' }, derived: true }
}

type Above = Omit<ControllerReference, 'uid'> | null

function deploymentOf({ apiVersion, kind, name }: ControllerReference, templateHash = ''): Above {
  if (kind !== 'ReplicaSet' || !apiVersion.startsWith('apps/') || templateHash === '') return null
  const end = name.length - templateHash.length - 1
  if (end < 1 || name.slice(end) !== `-${templateHash}`) return null
  return { apiVersion, kind: 'Deployment', name: name.slice(0, end) }
}

function cronJobOf({ apiVersion, kind, name }: ControllerReference): Above {
  const [, start = '', digits = ''] = /^(.+)-(\d{8}|\d{10})$/.exec(name) ?? []
  if (kind !== 'Job' || !apiVersion.startsWith('batch/') || !isSchedule(digits)) return null
  return { apiVersion, kind: 'CronJob', name: start }
}

/** Minutes since 1970, or seconds as until Kubernetes 1.20; a date such as 20261128 and a build's number are neither. */
function isSchedule(digits: string): boolean {
  const minutes = digits.length === 8 ? Number(digits) : Number(digits) / 60
  return minutes > FIRST && minutes < LAST
}

/** The beginning of 2016 and of 2050. */
const FIRST = 24_193_440
const LAST = 42_076_800
