/** Which kinds of objects a dump is made of, and what else a document may turn out to be. */

import { isRecord, record, text } from '../narrow/shape.ts'

/** How kubectl makes a dump that holds all there is to know. */
export const MAKE_A_DUMP = 'kubectl get pods,events,serviceaccounts,secrets,replicasets,jobs -A -o json'

const GROUPS = new Map([
  ['Pod', ['']],
  ['Event', ['', 'events.k8s.io']],
  ['Secret', ['']],
  ['ServiceAccount', ['']],
  ['Node', ['']],
  ['ReplicaSet', ['apps']],
  ['Deployment', ['apps']],
  ['StatefulSet', ['apps']],
  ['DaemonSet', ['apps']],
  ['Job', ['batch']],
  ['CronJob', ['batch']],
  ['ReplicationController', ['']],
])

/** Whether it is the kind that Kubernetes itself calls so, and not another group's of the same name. */
export function isKubernetes(kind: string, apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return GROUPS.get(kind)?.includes(group) === true
}

/** The kind of an item that says none, before its list has said it; empty where its shape does not tell. */
export function kindByShape(item: Record<string, unknown>): string {
  if (isRecord(item.involvedObject) || isRecord(item.regarding)) return 'Event'
  if (Array.isArray(record(item.spec).containers)) return 'Pod'
  if (isRecord(record(item.status).nodeInfo)) return 'Node'
  return typeof item.type === 'string' && !('spec' in item) ? 'Secret' : ''
}

/** What a document is, where it is neither an object of a cluster nor a list of them; null where it is one. */
export function strangerIn(document: unknown, itemsHaveKinds: boolean): string | null {
  if (Array.isArray(document)) return null
  if (!isRecord(document))
    return /^NAME(?:SPACE)? /.test(text(document)) ? 'a table for people' : 'plain text'
  const { kind, apiVersion } = document
  if (text(apiVersion).startsWith('pullguard.dev/'))
    return `what pullguard itself wrote (${nameOfKind(kind)})`
  if (kind === 'Table') return 'a Table, which holds only the columns that are printed'
  if (kind === 'Status') return "an API server's answer that something failed"
  if (kind === 'Config' && 'clusters' in document) return 'a kubeconfig'
  if (typeof kind === 'string' && typeof apiVersion === 'string') return null
  return itemsHaveKinds ? null : 'no Kubernetes object, for it has no kind and apiVersion'
}

/** A kind as it may be shown: it comes from a file that anybody may have written. */
export function nameOfKind(kind: unknown): string {
  return /^[A-Za-z][A-Za-z0-9.]{0,62}$/.test(text(kind)) ? text(kind) : 'something without a kind'
}
