/** Which fields objects of each kind can be selected by, and how the server refuses others (AddFieldLabelConversionFunc). */

import { type ApiObject, asPod } from '../cluster/objects.ts'
import { badRequest } from '../cluster/refusal.ts'

type Reader = (object: ApiObject) => string

/** Reads `a.b.c`; the empty string if it is absent. */
const at =
  (path: string): Reader =>
  object => {
    let value: unknown = object
    for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
    return value === undefined || value === null ? '' : String(value)
  }

const readers = (...paths: string[]): Record<string, Reader> =>
  Object.fromEntries(paths.map(path => [path, at(path)]))

const podIp: Reader = object => asPod(object).status.podIPs?.[0]?.ip ?? ''

const FIELDS: Record<string, Record<string, Reader>> = {
  Pod: {
    ...readers(
      'metadata.namespace',
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'status.phase',
      'status.nominatedNodeName',
    ),
    'spec.hostNetwork': object => String(object.spec?.hostNetwork ?? false),
    'status.podIP': podIp,
    'status.podIPs': () => '',
  },
  Event: {
    ...readers(
      'metadata.namespace',
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'reportingComponent',
      'type',
    ),
    source: object => at('source.component')(object) || at('reportingComponent')(object),
  },
  Secret: readers('metadata.namespace', 'type'),
  Namespace: readers('status.phase'),
  Node: { 'spec.unschedulable': object => String(object.spec?.unschedulable ?? false) },
  ReplicationController: readers('metadata.namespace', 'status.replicas'),
  Job: readers('metadata.namespace', 'status.successful'),
}
const CORE = ['Pod', 'Event', 'Secret', 'Namespace', 'Node', 'ReplicationController']

/** The reader of that field of that kind. Throws the real server's 400. */
export function selectableFields(kind: string, field: string): Reader {
  const known = FIELDS[kind]
  const reader = { ...readers('metadata.name'), ...(known ?? readers('metadata.namespace')) }[field]
  if (reader) return reader
  if (kind === 'Job') throw badRequest(`field label "${field}" not supported for Job`)
  if (CORE.includes(kind)) throw badRequest(`field label not supported: ${field}`)
  throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`)
}
