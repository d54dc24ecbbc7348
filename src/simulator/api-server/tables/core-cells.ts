/** Rows of namespaces, nodes, events, secrets and service accounts as the API server prints them. */

import type { ApiObject, Condition } from '../../cluster/objects.ts'
import { since } from './duration.ts'

export const namespaceCells = ({ metadata, status }: ApiObject, now: number): unknown[] => [
  metadata.name,
  status?.phase ?? '',
  since(metadata.creationTimestamp, now),
]

export const secretCells = (secret: ApiObject, now: number): unknown[] => [
  secret.metadata.name,
  secret.type,
  Object.keys((secret.data ?? {}) as object).length,
  since(secret.metadata.creationTimestamp, now),
]

export const serviceAccountCells = (account: ApiObject, now: number): unknown[] => [
  account.metadata.name,
  ((account.secrets ?? []) as unknown[]).length,
  since(account.metadata.creationTimestamp, now),
]

export const uncountedAccountCells = ({ metadata }: ApiObject, now: number): unknown[] => [
  metadata.name,
  since(metadata.creationTimestamp, now),
]

interface Event extends ApiObject {
  involvedObject: { kind?: string; name?: string; fieldPath?: string }
  source?: { component?: string; host?: string }
  message?: string
  count?: number
}

export function eventCells(object: ApiObject, now: number): unknown[] {
  const event = object as Event
  const { involvedObject: target, source } = event
  const first = since(event.firstTimestamp ?? event.eventTime, now)
  const place = source?.host || event.reportingInstance
  return [
    event.lastTimestamp ? since(event.lastTimestamp, now) : first,
    event.type ?? '',
    event.reason ?? '',
    [target.kind?.toLowerCase(), target.name].filter(Boolean).join('/'),
    target.fieldPath ?? '',
    [source?.component || event.reportingComponent, place].filter(Boolean).join(', '),
    (event.message ?? '').trim(),
    first,
    event.count || 1,
    event.metadata.name,
  ]
}

interface Node extends ApiObject {
  status: ApiObject['status'] & {
    conditions?: Condition[]
    addresses?: { type: string; address: string }[]
    nodeInfo?: Record<string, string>
  }
}

const ROLE = 'node-role.kubernetes.io/'

export function nodeCells(object: ApiObject, now: number): unknown[] {
  const { metadata, spec, status } = object as Node
  const ready = status?.conditions?.find(condition => condition.type === 'Ready')
  const word = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'
  const roles = Object.keys(metadata.labels ?? {})
    .filter(label => label.startsWith(ROLE) && label !== ROLE)
    .map(label => label.slice(ROLE.length))
    .sort()
  const address = (type: string) => status?.addresses?.find(entry => entry.type === type)?.address ?? '<none>'
  const info = (key: string) => status?.nodeInfo?.[key] || '<unknown>'
  return [
    metadata.name,
    spec?.unschedulable ? `${word},SchedulingDisabled` : word,
    roles.join(',') || '<none>',
    since(metadata.creationTimestamp, now),
    status?.nodeInfo?.kubeletVersion ?? '',
    address('InternalIP'),
    address('ExternalIP'),
    info('osImage'),
    info('kernelVersion'),
    info('containerRuntimeVersion'),
  ]
}
