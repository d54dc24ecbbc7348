/** Where the API keeps the objects that a fix writes to. */

import type { Target } from '../plan/change.ts'

const PLURALS: Record<string, string> = {
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  Pod: 'pods',
  ReplicationController: 'replicationcontrollers',
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  ReplicaSet: 'replicasets',
  Job: 'jobs',
  CronJob: 'cronjobs',
}

/** Plural resource and API group of a kind that pullguard writes to; group empty for core. */
export function resourceOf({ apiVersion, kind }: Target): { group: string; resource: string } {
  const [group = '', version] = apiVersion.split('/')
  return { group: version === undefined ? '' : group, resource: PLURALS[kind] ?? kind.toLowerCase() }
}

/** API path of the collection that the target is, or would be, in. */
export function collectionPath(target: Target): string {
  const root = target.apiVersion.includes('/') ? `/apis/${target.apiVersion}` : `/api/${target.apiVersion}`
  return `${root}/namespaces/${encodeURIComponent(target.namespace)}/${resourceOf(target).resource}`
}

/** API path of the target itself. */
export function objectPath(target: Target): string {
  return `${collectionPath(target)}/${encodeURIComponent(target.name)}`
}
