/** The kinds this cluster serves: their names in paths, lists, commands and errors. */

export interface Kind {
  group: string
  version: string
  kind: string
  /** Plural, as in paths. */
  resource: string
  singular: string
  shortNames: string[]
  namespaced: boolean
  /** Top-level fields besides apiVersion, kind and metadata; others are unknown fields. */
  fields: string[]
}

const row = (
  group: string,
  kind: string,
  resource: string,
  shortNames: string[] = [],
  fields: string[] = ['spec', 'status'],
): Kind => ({
  group,
  version: 'v1',
  kind,
  resource,
  singular: kind.toLowerCase(),
  shortNames,
  namespaced: kind !== 'Namespace' && kind !== 'Node',
  fields,
})

const EVENT_FIELDS =
  'involvedObject reason message source firstTimestamp lastTimestamp count type eventTime series action related reportingComponent reportingInstance'

export const KINDS: readonly Kind[] = [
  row('', 'Namespace', 'namespaces', ['ns']),
  row('', 'Node', 'nodes', ['no']),
  row('', 'Pod', 'pods', ['po']),
  row('', 'Event', 'events', ['ev'], EVENT_FIELDS.split(' ')),
  row('', 'Secret', 'secrets', [], ['data', 'stringData', 'type', 'immutable']),
  row(
    '',
    'ServiceAccount',
    'serviceaccounts',
    ['sa'],
    ['secrets', 'imagePullSecrets', 'automountServiceAccountToken'],
  ),
  row('', 'ReplicationController', 'replicationcontrollers', ['rc']),
  row('apps', 'Deployment', 'deployments', ['deploy']),
  row('apps', 'ReplicaSet', 'replicasets', ['rs']),
  row('apps', 'StatefulSet', 'statefulsets', ['sts']),
  row('apps', 'DaemonSet', 'daemonsets', ['ds']),
  row('apps', 'ControllerRevision', 'controllerrevisions', [], ['data', 'revision']),
  row('batch', 'Job', 'jobs'),
  row('batch', 'CronJob', 'cronjobs', ['cj']),
  row('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', ['pdb']),
]

/** Resources whose replicas the subresource `scale` sets. */
export const SCALED = ['deployments', 'replicasets', 'statefulsets', 'replicationcontrollers']

/** What `kubectl get all` shows. */
export const isInAll = ({ group, resource }: Kind): boolean =>
  (['apps', 'batch'].includes(group) && resource !== 'controllerrevisions') ||
  ['pods', 'replicationcontrollers'].includes(resource)

const byKind = new Map(KINDS.map(kind => [kind.kind, kind]))
const byResource = new Map(KINDS.map(kind => [`${kind.group}/${kind.version}/${kind.resource}`, kind]))

/** `v1`, `apps/v1`. */
export const apiVersionOf = (kind: Kind): string =>
  kind.group ? `${kind.group}/${kind.version}` : kind.version

/** `pods`, `deployments.apps`: the name in errors. */
export const qualifiedResource = (kind: Kind): string =>
  kind.group ? `${kind.resource}.${kind.group}` : kind.resource

/** The kind of that name, such as `Pod`. Throws if it is unknown, because that is a mistake in the calling code. */
export function kindNamed(name: string): Kind {
  const kind = byKind.get(name)
  if (!kind) throw new Error(`the simulator knows no kind ${name}`)
  return kind
}

export const kindOfResource = (group: string, version: string, resource: string): Kind | undefined =>
  byResource.get(`${group}/${version}/${resource}`)
