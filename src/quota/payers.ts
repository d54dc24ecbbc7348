/** Finds out whose limit a pull counts against: the account of the pull secret that the kubelet finds, or the node's address. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubUsage, UsagePod, UsageWorkload } from '../snapshot/hub-usage.ts'
import { objectKey } from '../snapshot/object-key.ts'
import { usesAccountSecrets } from '../snapshot/pod.ts'

/** Index of the anonymous quota, which is always requested first. */
export const ANONYMOUS = 0

export class Payers {
  /** Indexes of the quotas, by `secret web/dockercreds`. */
  readonly #bySecret = new Map<string, number>()
  /** Names of pull secrets, by service account. */
  readonly #accounts: ReadonlyMap<string, readonly string[]>

  constructor(quotas: readonly HubQuota[], { serviceAccounts }: Pick<HubUsage, 'serviceAccounts'>) {
    for (const [index, { identity, answer }] of quotas.entries()) {
      // After a wrong login the kubelet tries the next one, and finally none.
      if (answer.status === 'wrong-credential') continue
      for (const origin of identity.origins) this.#bySecret.set(origin, index)
    }
    this.#accounts = new Map(
      serviceAccounts.map(({ namespace, name, imagePullSecrets }) => [
        objectKey(namespace, name),
        imagePullSecrets,
      ]),
    )
  }

  /** The index of the quota that the pod's pulls count against. A node's own login is not visible in the cluster. */
  ofPod({ namespace, pullSecrets }: Pick<UsagePod, 'namespace' | 'pullSecrets'>): number {
    for (const name of pullSecrets) {
      const index = this.#bySecret.get(`secret ${namespace}/${name}`)
      if (index !== undefined) return index
    }
    return ANONYMOUS
  }

  /** The same for pods created from the template. */
  ofWorkload({ namespace, pullSecrets, serviceAccount }: UsageWorkload): number {
    const named = usesAccountSecrets(pullSecrets)
      ? (this.#accounts.get(objectKey(namespace, serviceAccount)) ?? [])
      : pullSecrets
    return this.ofPod({ namespace, pullSecrets: [...named] })
  }
}
