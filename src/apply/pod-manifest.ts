/** A pod as a person would have written it, to make it again or to ask the server whether it would take another one like it. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'

type SecretName = { name?: string }

interface Spec extends Record<string, unknown> {
  nodeName?: string
  imagePullSecrets?: SecretName[]
}

/** An owner that is no controller makes no new pod, and still takes it away when it goes itself. */
const KEPT = ['name', 'namespace', 'labels', 'annotations', 'ownerReferences']

/**
 * The pod without what the server, the scheduler and people who debug it filled in.
 * @param secrets the pull secrets that it is to name; null: those that it has
 */
export function manifestOf(pod: KubernetesObject, secrets: SecretName[] | null): KubernetesObject {
  const kept = Object.entries(pod.metadata as object).filter(([field]) => KEPT.includes(field))
  const { nodeName, ephemeralContainers: _debug, imagePullSecrets = [], ...spec } = pod.spec as Spec
  const names = secrets ?? imagePullSecrets
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: Object.fromEntries(kept),
    spec: {
      ...spec,
      ...(nodeName !== undefined && isAuthored(pod) ? { nodeName } : {}),
      ...(names.length > 0 ? { imagePullSecrets: names } : {}),
    },
  }
}

/** The pull secrets that the pod names. */
export function secretsOf(pod: KubernetesObject): SecretName[] {
  return (pod.spec as Spec).imagePullSecrets ?? []
}

/** What holds the pod although it is deleted. */
export function finalizersOf(pod: KubernetesObject): string[] {
  return (pod.metadata as { finalizers?: string[] }).finalizers ?? []
}

/** A binding by the scheduler is nobody's field; a node that the pod's author chose is. */
function isAuthored(pod: KubernetesObject): boolean {
  const { managedFields = [] } = pod.metadata as {
    managedFields?: { subresource?: string; fieldsV1?: { 'f:spec'?: Record<string, unknown> } }[]
  }
  return managedFields.some(
    ({ subresource, fieldsV1 }) => !subresource && fieldsV1?.['f:spec']?.['f:nodeName'] !== undefined,
  )
}

/** The same pod under a name that is free while the pod itself is there. */
export function renamed(manifest: KubernetesObject): KubernetesObject {
  const { name, ...metadata } = manifest.metadata as { name: string }
  return { ...manifest, metadata: { ...metadata, generateName: `${name.slice(0, 50)}-` } }
}
