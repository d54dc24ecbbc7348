/** Which pull secrets a workload's pods will have, and whether one of them has a login for an image: yes, no, or unknown. */

import { lookUpCredentials } from '../dockerconfig/kubelet-lookup.ts'
import type { Reference } from '../image/reference.ts'
import type { AuditSnapshot } from '../snapshot/audit-snapshot.ts'
import { objectKey } from '../snapshot/object-key.ts'
import { usesAccountSecrets } from '../snapshot/pod.ts'
import { isUnread, type PullSecret } from '../snapshot/pull-secret.ts'
import type { WorkloadTemplate, WrittenText } from '../snapshot/template.ts'
import type { SecretSource } from './finding.ts'

/** A pull secret that the pods name; `secret` is null if nothing is known about it. */
export interface NamedSecret {
  named: WrittenText
  from: SecretSource
  secret: PullSecret | null
}

export interface PullPath {
  /** null if nothing is known about the service account whose secrets would be used. */
  secrets: NamedSecret[] | null
  /** The service account's secrets, whether or not the pods get them; null if the account is unknown. */
  account: NamedSecret[] | null
  hasLoginFor(image: Pick<Reference, 'registry' | 'repository'>): boolean | null
}

/** Manifests without a namespace are all applied to the same one, so treat them as if in `default`. */
const namespaceOf = (namespace: string | null) => namespace ?? 'default'

export class Credentials {
  readonly #accounts: ReadonlyMap<string, string[]>
  readonly #secrets: ReadonlyMap<string, PullSecret>
  readonly #paths = new Map<string, PullPath>()

  constructor({ serviceAccounts, pullSecrets }: Pick<AuditSnapshot, 'serviceAccounts' | 'pullSecrets'>) {
    this.#accounts = new Map(
      serviceAccounts.map(({ namespace, name, imagePullSecrets }) => [
        objectKey(namespace, name),
        imagePullSecrets,
      ]),
    )
    this.#secrets = new Map(pullSecrets.map(secret => [objectKey(secret.namespace, secret.name), secret]))
  }

  pathOf(workload: WorkloadTemplate): PullPath {
    const namespace = namespaceOf(workload.namespace)
    const { serviceAccount, pullSecrets } = workload
    const key = JSON.stringify([namespace, serviceAccount.value, pullSecrets.map(({ value }) => value)])
    // In a file, each workload's secrets have their own place, so paths are not shared.
    const known = workload.source === null ? this.#paths.get(key) : undefined
    if (known !== undefined) return known
    const account =
      this.#accounts
        .get(objectKey(namespace, serviceAccount.value))
        ?.map(value => this.#resolve({ value, place: serviceAccount.place }, 'service-account', namespace)) ??
      null
    const own = pullSecrets.map(named => this.#resolve(named, 'template', namespace))
    const secrets = usesAccountSecrets(own) ? account : own
    const path = {
      secrets,
      account,
      hasLoginFor: (image: Pick<Reference, 'registry' | 'repository'>) => hasLoginFor(secrets, image),
    }
    this.#paths.set(key, path)
    return path
  }

  /** The workload's pods, as far as their pull secrets are known. */
  podOf(workload: WorkloadTemplate): { namespace: string; pullSecrets: string[] } {
    const secrets = this.pathOf(workload).secrets ?? []
    return {
      namespace: namespaceOf(workload.namespace),
      pullSecrets: secrets.map(({ named }) => named.value),
    }
  }

  #resolve(named: WrittenText, from: SecretSource, namespace: string): NamedSecret {
    return { named, from, secret: this.#secrets.get(objectKey(namespace, named.value)) ?? null }
  }
}

/** Whether one of the secrets gives the kubelet a login for the image; null if unknown. */
export function hasLoginFor(
  secrets: readonly NamedSecret[] | null,
  image: Pick<Reference, 'registry' | 'repository'>,
): boolean | null {
  if (secrets === null) return null
  // A secret that is not valid JSON fails every pull of the pod.
  if (secrets.some(({ secret }) => secret?.problem === 'malformed')) return false
  const entries = secrets.flatMap(({ secret }) => (secret?.problem === null ? secret.entries : []))
  if (lookUpCredentials(image, entries).tried.some(({ problem }) => problem === null)) return true
  const isUnknown = ({ secret }: NamedSecret) =>
    secret === null || (secret.problem !== null && isUnread(secret.problem))
  return secrets.some(isUnknown) ? null : false
}
