/** Narrows service accounts to what matters for pulling images. */

import type { ServiceAccount } from '../../snapshot/snapshot.ts'
import { nameOf, namespaceOf, narrowSecretNames, record, textOrNull, texts } from './shape.ts'

/** Returns the service account of a pod or a template by its spec; admission fills in `default`. */
export function accountIn(spec: { serviceAccountName?: unknown; serviceAccount?: unknown }): string {
  return textOrNull(spec.serviceAccountName) ?? textOrNull(spec.serviceAccount) ?? 'default'
}

/** Returns a service account with the pull secrets that new pods get from it; null without a name. */
export function narrowServiceAccount(raw: unknown): ServiceAccount | null {
  const name = nameOf(raw)
  if (name === null) return null
  const annotations = texts(record(record(raw).metadata).annotations)
  const identity = IDENTITIES.find(([annotation]) => annotations[annotation] !== undefined)
  return {
    namespace: namespaceOf(raw),
    name,
    imagePullSecrets: narrowSecretNames(record(raw).imagePullSecrets),
    ...(identity && { workloadIdentity: identity[1] }),
  }
}

/** IAM roles for service accounts, Microsoft Entra Workload ID, and Workload Identity Federation for GKE. */
const IDENTITIES = [
  ['eks.amazonaws.com/role-arn', 'aws'],
  ['azure.workload.identity/client-id', 'azure'],
  ['iam.gke.io/gcp-service-account', 'google'],
] as const
