/** Reads what manages an object, by the labels, annotations, and owners that each tool leaves on it. */

import { list, record, text, texts } from '../../json/json-object.ts'
import type { StoredMetadata } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import type { ObjectManager } from '../../snapshot/fix-objects.ts'
import type { Marked } from './marks.ts'

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

export type Marks = Record<string, string>

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

/** A package as OLM copies it from the ClusterServiceVersion into the pods' template; others that it needs have another type. */
const PACKAGE = /"type":"olm\.package","value":\{"packageName":"([a-z0-9][-a-z0-9.]{0,252})"/

/** Returns the package that OLM installed a pod's workload from, by the annotations that it puts on the pods; null without them. */
export function packageOf({ annotations }: Marked): ObjectManager | null {
  const marks = record(annotations)
  const [, name] = PACKAGE.exec(text(marks['operatorframework.io/properties'])) ?? []
  return marks['olm.operatorNamespace'] === undefined || name === undefined ? null : { tool: 'olm', name }
}

/** Helm's own rule for release names (helm pkg/chart/common/util). The annotation is untrusted: `--option` would be parsed as a flag. */
const RELEASE = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

export const KIND = /^[A-Za-z][A-Za-z0-9]*$/

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
