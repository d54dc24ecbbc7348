/** Pull secrets that the service account has and the pod lacks: ignored at admission, or added later. */

import type { Pod } from '../../snapshot/pod.ts'
import type { WhyProblem } from '../why-report.ts'
import type { AccountOwner } from './credential-report.ts'
import type { PodCredentials } from './pod-credential.ts'

type AccountProblem = Extract<
  WhyProblem,
  { code: 'service-account-changed-later' | 'service-account-secrets-ignored' }
>

/**
 * The problem between pod and service account, if the account's secrets have or may have a login for the image.
 * Admission copies the account's list only into a new pod without its own list, and never again
 * (kubernetes plugin/pkg/admission/serviceaccount/admission.go).
 */
export function serviceAccountProblem(
  pod: Pod,
  image: string,
  credentials: PodCredentials,
): AccountProblem[] {
  const account = credentials.accountOf(pod)
  const secrets = account?.imagePullSecrets.filter(name => !pod.pullSecrets.includes(name)) ?? []
  if (account === undefined || secrets.length === 0) return []
  const { status } = credentials.reportFor({ ...pod, pullSecrets: secrets }, image)
  if (status !== 'usable' && status !== 'unknown') return []
  if (!credentials.isOfAccount(pod))
    return [{ code: 'service-account-secrets-ignored', serviceAccount: account.name, secrets }]
  const isOpen = credentials.keepsList(pod) === null && pod.pullSecrets.length > 0
  return [
    {
      code: 'service-account-changed-later',
      serviceAccount: account.name,
      secrets,
      ...(isOpen && { unlessListed: true as const }),
    },
  ]
}

/**
 * What controls the pod's service account; undefined if nothing does, as for most. Operator Lifecycle Manager makes the account of a catalog's pod,
 * under the catalog's name, from spec.secrets (pkg/controller/registry/reconciler/grpc.go): this shows even where the account was not read.
 */
export function accountOwner(pod: Pod, credentials: PodCredentials): AccountOwner | undefined {
  const { controller, serviceAccount } = pod
  const isCatalog = controller?.kind === 'CatalogSource' && controller.name === serviceAccount
  return (
    credentials.accountOf(pod)?.madeBy ??
    (isCatalog ? { kind: controller.kind, name: controller.name, group: 'operators.coreos.com' } : undefined)
  )
}
