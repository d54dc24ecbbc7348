/** Reads how controllers mark what they make of a template, by which a pod belongs to one revision. */

import { record, textOrNull } from '../../json/json-object.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'

export interface Marked {
  labels?: unknown
  annotations?: unknown
}

/** Returns the number that a Deployment has, or that one of its ReplicaSets got from it, as text. */
export function deploymentRevision({ annotations }: Marked): string | null {
  return textOrNull(record(annotations)['deployment.kubernetes.io/revision'])
}

/** Returns the hash that a Deployment puts on its ReplicaSets and pods. */
export function templateHash({ labels }: Marked): string | null {
  return textOrNull(record(labels)['pod-template-hash'])
}

/** Returns the DeploymentConfig that OpenShift notes on its ReplicationControllers and their pods (openshift/api, apps/v1/consts.go). */
export function deploymentConfig({ annotations }: Marked): string | null {
  return textOrNull(narrowName(record(annotations)['openshift.io/deployment-config.name']))
}

/** Returns the hash that a StatefulSet or a DaemonSet puts on its ControllerRevisions and pods. */
export function controllerRevisionHash({ labels }: Marked): string | null {
  return textOrNull(record(labels)['controller-revision-hash'])
}

/** Returns the generation of a DaemonSet's template: its own, or the one that it puts on its pods (k8s.io/api, apps/v1/types.go). */
export function templateGeneration({ labels, annotations }: Marked): string | null {
  const own = textOrNull(record(annotations)['deprecated.daemonset.template.generation'])
  return own ?? textOrNull(record(labels)['pod-template-generation'])
}

/** Returns the hash by which a pod belongs to a revision. */
export function revisionHash(metadata: Marked): string | null {
  return controllerRevisionHash(metadata) ?? templateHash(metadata)
}
