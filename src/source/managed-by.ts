/** Recognizes which tool manages an object, by the labels and annotations that each tool leaves on it. */

import type { StoredMetadata } from '../kubernetes/api/kinds.ts'
import type { ObjectManager } from '../snapshot/fix-scope.ts'
import { narrowName } from './narrow/shape.ts'

type Metadata = Pick<StoredMetadata, 'labels' | 'annotations' | 'ownerReferences' | 'managedFields'>

/**
 * The object's manager; null if nothing claims it. A deployer that renders a Helm chart (Argo CD, Flux) is named before Helm,
 * because that is where a change has to be made.
 */
export function managerOf({ metadata }: { metadata: Metadata }): ObjectManager | null {
  const manager = claimOn(metadata)
  return manager && { ...manager, name: narrowName(manager.name) }
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
  const name = labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name']
  const namespace =
    labels['kustomize.toolkit.fluxcd.io/namespace'] ?? labels['helm.toolkit.fluxcd.io/namespace']
  if (name === undefined) return null
  return { tool: 'flux', name: namespace === undefined ? name : `${namespace}/${name}` }
}

function olm(labels: Marks): ObjectManager | null {
  const name = labels['olm.owner']
  return name === undefined ? null : { tool: 'olm', name }
}

/** Helm's own rule for release names (helm pkg/chart/common/util). The annotation is untrusted, and a name like `--option` would be parsed as a flag. */
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
  if (!owner?.kind || !KIND.test(owner.kind) || isBuiltIn(owner.apiVersion ?? '')) return null
  return { tool: 'operator', name: `${owner.kind}/${owner.name ?? ''}` }
}

/** Kubernetes' own groups: `v1`, `apps/v1`, `batch/v1`, and those below k8s.io. */
function isBuiltIn(apiVersion: string): boolean {
  const [group = '', version] = apiVersion.split('/')
  return version === undefined || !group.includes('.') || group.endsWith('.k8s.io')
}
