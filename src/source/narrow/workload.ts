/** Narrows a controller to what a fix needs: its pod template, its selector, and the tool that manages it (found for other objects too). */

import type { V1Container, V1LabelSelector, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node'
import type { AsJson, ControllerObject, StoredMetadata, TypeMeta } from '../../kubernetes/api/kinds.ts'
import type {
  ObjectManager,
  PullSecretEntryName,
  ScopeContainer,
  ScopeWorkload,
} from '../../snapshot/fix-objects.ts'
import { list, narrowName, record, text, texts } from './shape.ts'

type ControllerSpec = ControllerObject['spec']

/** Returns the workload; the caller adds its stuck pods. Items of a list have no kind, so the caller passes it. */
export function narrowWorkload(
  object: ControllerObject,
  { kind, apiVersion }: TypeMeta,
  namespace: string,
): ScopeWorkload {
  const { metadata, spec } = object
  const template = templateOf(spec)
  const templatePointer = kind === 'CronJob' ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec'
  const secrets = narrowSecretList(template?.imagePullSecrets)
  return {
    apiVersion,
    kind,
    namespace,
    name: metadata.name,
    uid: metadata.uid,
    managedBy: managerOf(object),
    templatePointer,
    imagePullSecrets: secrets?.length ? secrets : null,
    serviceAccount: template?.serviceAccountName ?? template?.serviceAccount ?? 'default',
    containers: [
      ...containersOf(template?.initContainers, 'init', `${templatePointer}/initContainers`),
      ...containersOf(template?.containers, 'container', `${templatePointer}/containers`),
    ],
    selector: selectorOf(kind, spec),
    replicas: replicasOf(object),
    replaces: ROLLING.includes(kind) && !isOnDelete(spec),
    paused: kind === 'Deployment' && spec !== undefined && 'paused' in spec && spec.paused === true,
    rollsOut: kind === 'Deployment' || (kind === 'DaemonSet' && !isOnDelete(spec)),
    selected: true,
    podUids: [],
  }
}

/** Returns a stored imagePullSecrets list, unchanged; null if the field is absent. */
export function narrowSecretList(list: PullSecretEntryName[] | undefined): PullSecretEntryName[] | null {
  return list?.map(({ name }) => (name === undefined ? {} : { name })) ?? null
}

function templateOf(spec: ControllerSpec): AsJson<V1PodSpec> | undefined {
  return podTemplate(spec)?.spec
}

function podTemplate(spec: ControllerSpec): AsJson<V1PodTemplateSpec> | undefined {
  if (spec === undefined) return undefined
  return 'jobTemplate' in spec ? spec.jobTemplate.spec?.template : spec.template
}

/** Returns the labels that all pods of its template have. */
export function templateLabels({ spec }: ControllerObject): Record<string, unknown> {
  return podTemplate(spec)?.metadata?.labels ?? {}
}

function isOnDelete(spec: ControllerSpec): boolean {
  return spec !== undefined && 'updateStrategy' in spec && spec.updateStrategy?.type === 'OnDelete'
}

const ROLLING = ['Deployment', 'DaemonSet', 'StatefulSet']

function replicasOf({ spec, status }: ControllerObject): number {
  if (status !== undefined && 'desiredNumberScheduled' in status) return status.desiredNumberScheduled
  return (spec !== undefined && 'replicas' in spec ? spec.replicas : undefined) ?? 1
}

function containersOf(
  containers: AsJson<V1Container>[] | undefined,
  kind: ScopeContainer['kind'],
  pointer: string,
): ScopeContainer[] {
  return (containers ?? []).map(({ name, image, imagePullPolicy }, index) => ({
    name,
    kind,
    pointer: `${pointer}/${index}`,
    image: image ?? '',
    pullPolicy: imagePullPolicy ?? null,
    runningImageIds: [],
  }))
}

/** Returns a label selector in the syntax of the API's query parameter; null for a CronJob. A ReplicationController's is a plain map. */
export function selectorOf(kind: string, spec: ControllerSpec): string | null {
  const selector = spec !== undefined && 'selector' in spec ? spec.selector : undefined
  if (selector === undefined) return null
  if (isPlain(selector, kind)) return equalities(selector).join(',')
  const { matchLabels = {}, matchExpressions = [] } = selector
  return [...equalities(matchLabels), ...matchExpressions.map(expression)].join(',')
}

type Labels = Record<string, string>

function isPlain(_selector: Labels | AsJson<V1LabelSelector>, kind: string): _selector is Labels {
  return kind === 'ReplicationController'
}

function equalities(labels: Labels): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}

function expression({
  key,
  operator,
  values = [],
}: {
  key: string
  operator: string
  values?: string[]
}): string {
  if (operator === 'Exists') return key
  if (operator === 'DoesNotExist') return `!${key}`
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
}

type Metadata = Pick<StoredMetadata, 'labels' | 'annotations' | 'ownerReferences' | 'managedFields'>

/**
 * Returns the object's manager, by the labels and annotations that each tool sets; null if nothing claims it. A deployer that renders a
 * Helm chart (Argo CD, Flux) takes precedence over Helm, because changes have to be made there.
 */
export function managerOf({ metadata }: { metadata: Metadata }): ObjectManager | null {
  const manager = claimOn(metadata)
  return manager && { ...manager, name: narrowName(manager.name) }
}

/** The same for metadata of unknown JSON, without a custom controller above the object, which is its owner in any case. */
export function managerIn(metadata: Record<string, unknown>): ObjectManager | null {
  return managerOf({
    metadata: {
      labels: texts(metadata.labels),
      annotations: texts(metadata.annotations),
      managedFields: list(metadata.managedFields).map(field => ({ manager: text(record(field).manager) })),
    },
  })
}

function claimOn(metadata: Metadata): ObjectManager | null {
  const labels = metadata.labels ?? {}
  const annotations = metadata.annotations ?? {}
  return (
    argoCd(labels, annotations, metadata.managedFields ?? []) ??
    flux(labels) ??
    olm(labels) ??
    helm(labels, annotations) ??
    operator(metadata)
  )
}

type Marks = Record<string, string>

function argoCd(labels: Marks, annotations: Marks, fields: { manager?: string }[]): ObjectManager | null {
  // The tracking id is `app:group/Kind:namespace/name` (argo-cd docs, resource tracking).
  const tracked = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0]
  const labelled = labels['argocd.argoproj.io/instance']
  // Argo CD's default tracking label is also set by Helm charts, so it counts only if Argo CD is among the field managers.
  const written = fields.some(({ manager }) => manager?.startsWith('argocd') ?? false)
  const name = tracked ?? labelled ?? (written ? labels['app.kubernetes.io/instance'] : undefined)
  return name === undefined ? null : { tool: 'argocd', name }
}

function flux(labels: Marks): ObjectManager | null {
  const [resource, group] =
    labels['kustomize.toolkit.fluxcd.io/name'] === undefined
      ? (['HelmRelease', 'helm'] as const)
      : (['Kustomization', 'kustomize'] as const)
  const name = labels[`${group}.toolkit.fluxcd.io/name`]
  const namespace = labels[`${group}.toolkit.fluxcd.io/namespace`]
  if (name === undefined) return null
  return { tool: 'flux', name: namespace === undefined ? name : `${namespace}/${name}`, resource }
}

function olm(labels: Marks): ObjectManager | null {
  const name = labels['olm.owner']
  return name === undefined ? null : { tool: 'olm', name }
}

/** Helm's own rule for release names (helm pkg/chart/common/util). The annotation is untrusted: `--option` would be parsed as a flag. */
const RELEASE = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const KIND = /^[A-Za-z][A-Za-z0-9]*$/

function helm(labels: Marks, annotations: Marks): ObjectManager | null {
  const name = annotations['meta.helm.sh/release-name']
  return labels['app.kubernetes.io/managed-by'] === 'Helm' && name !== undefined && RELEASE.test(name)
    ? { tool: 'helm', name }
    : null
}

/** A controller of a custom kind reverts changes to the objects it created. */
function operator({ ownerReferences }: Metadata): ObjectManager | null {
  const owner = ownerReferences?.find(({ controller }) => controller === true)
  if (!owner?.kind || !KIND.test(owner.kind) || isKubernetesGroup(owner.apiVersion ?? '')) return null
  return { tool: 'operator', name: `${owner.kind}/${owner.name ?? ''}` }
}

/** Whether the group is Kubernetes' own, also for kinds that pullguard does not know: `v1`, `apps/v1`, `batch/v1`, and groups below k8s.io. */
export function isKubernetesGroup(apiVersion: string): boolean {
  const [group = '', version] = apiVersion.split('/')
  return version === undefined || !group.includes('.') || group.endsWith('.k8s.io')
}
