/** Narrows a controller to what a fix needs of its pod template. */

import type { KubernetesObject } from '../../kubernetes/cluster.ts'
import type { ScopeContainer, ScopeWorkload } from '../../snapshot/fix-scope.ts'
import { managerOf } from '../managed-by.ts'
import { entriesOf } from './service-accounts.ts'

interface ContainerSpec {
  name: string
  image?: string
  imagePullPolicy?: string
}

interface WorkloadSpec {
  selector?:
    | { matchLabels?: Record<string, string>; matchExpressions?: MatchExpression[] }
    | Record<string, string>
  template?: { spec?: KubernetesObject }
  jobTemplate?: { spec?: { template?: { spec?: KubernetesObject } } }
  updateStrategy?: { type?: string }
  paused?: boolean
}

interface MatchExpression {
  key: string
  operator: string
  values?: string[]
}

/** The workload without its stuck pods; those are added by who finds them. */
export function narrowWorkload(
  object: KubernetesObject,
  kind: string,
  apiVersion: string,
  namespace: string,
): ScopeWorkload {
  const { name, uid } = object.metadata as { name: string; uid: string }
  const spec = (object.spec ?? {}) as WorkloadSpec
  const template = (kind === 'CronJob' ? spec.jobTemplate?.spec?.template?.spec : spec.template?.spec) ?? {}
  const templatePointer = kind === 'CronJob' ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec'
  const secrets = entriesOf(template.imagePullSecrets)
  return {
    apiVersion,
    kind,
    namespace,
    name,
    uid,
    managedBy: managerOf(object),
    templatePointer,
    imagePullSecrets: secrets?.length ? secrets : null,
    serviceAccount: String(template.serviceAccountName ?? template.serviceAccount ?? 'default'),
    containers: [
      ...containersOf(template.initContainers, 'init', `${templatePointer}/initContainers`),
      ...containersOf(template.containers, 'container', `${templatePointer}/containers`),
    ],
    selector: selectorOf(kind, spec),
    replicas: replicasOf(kind, object),
    replaces: ROLLING.includes(kind) && spec.updateStrategy?.type !== 'OnDelete',
    paused: kind === 'Deployment' && spec.paused === true,
    rollsOut: kind === 'Deployment' || (kind === 'DaemonSet' && spec.updateStrategy?.type !== 'OnDelete'),
    podUids: [],
  }
}

const ROLLING = ['Deployment', 'DaemonSet', 'StatefulSet']

function replicasOf(kind: string, object: KubernetesObject): number {
  const { replicas = 1 } = (object.spec ?? {}) as { replicas?: number }
  const { desiredNumberScheduled = 0 } = (object.status ?? {}) as { desiredNumberScheduled?: number }
  return kind === 'DaemonSet' ? desiredNumberScheduled : replicas
}

function containersOf(list: unknown, kind: ScopeContainer['kind'], pointer: string): ScopeContainer[] {
  if (!Array.isArray(list)) return []
  return (list as ContainerSpec[]).map(({ name, image, imagePullPolicy }, index) => ({
    name,
    kind,
    pointer: `${pointer}/${index}`,
    image: image ?? '',
    pullPolicy: imagePullPolicy ?? null,
    runningImageIds: [],
  }))
}

/** A label selector in the words of the API's query parameter. A ReplicationController's is a plain map; a CronJob has none. */
export function selectorOf(kind: string, { selector }: Pick<WorkloadSpec, 'selector'>): string | null {
  if (!selector) return null
  if (kind === 'ReplicationController') return equalities(selector as Record<string, string>).join(',')
  const { matchLabels = {}, matchExpressions = [] } = selector as Exclude<
    WorkloadSpec['selector'],
    Record<string, string> | undefined
  >
  return [...equalities(matchLabels), ...matchExpressions.map(expression)].join(',')
}

function equalities(labels: Record<string, string>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}

function expression({ key, operator, values = [] }: MatchExpression): string {
  if (operator === 'Exists') return key
  if (operator === 'DoesNotExist') return `!${key}`
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
}
