/** A pod's manifest as its author wrote it, to create the pod again or to dry-run another one like it. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'

type SecretName = { name?: string }

interface Spec extends Record<string, unknown> {
  nodeName?: string
  imagePullSecrets?: SecretName[]
}

/** Metadata that is kept. Owners too: one that is not a controller makes no new pod, but its deletion still deletes this one. */
const KEPT = ['name', 'namespace', 'labels', 'annotations', 'ownerReferences']

/**
 * The pod without the fields that the server, the scheduler, or `kubectl debug` filled in.
 * @param secrets the pull secrets that the manifest names; null for those that the pod has
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

/** The finalizers that can keep the pod after its deletion. */
export function finalizersOf(pod: KubernetesObject): string[] {
  return (pod.metadata as { finalizers?: string[] }).finalizers ?? []
}

/** Whether the pod's author chose the node: the scheduler sets nodeName through the binding subresource, which managedFields shows. */
function isAuthored(pod: KubernetesObject): boolean {
  const { managedFields = [] } = pod.metadata as {
    managedFields?: { subresource?: string; fieldsV1?: { 'f:spec'?: Record<string, unknown> } }[]
  }
  return managedFields.some(
    ({ subresource, fieldsV1 }) => !subresource && fieldsV1?.['f:spec']?.['f:nodeName'] !== undefined,
  )
}

/** The same pod under a generated name, which is free while the pod itself exists. */
export function renamed(manifest: KubernetesObject): KubernetesObject {
  const { name, ...metadata } = manifest.metadata as { name: string }
  return { ...manifest, metadata: { ...metadata, generateName: `${name.slice(0, 50)}-` } }
}
