/** Whose count a pull goes to: the account of the pull secret that the kubelet finds, or the node's address. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubUsage, UsagePod, UsageWorkload } from '../snapshot/hub-usage.ts'

/** Anonymous pulls are asked for first. */
export const ANONYMOUS = 0

export class Payers {
  /** Indexes of the quotas, by `secret web/dockercreds`. */
  readonly #bySecret = new Map<string, number>()
  /** Names of pull secrets, by service account. */
  readonly #accounts: ReadonlyMap<string, readonly string[]>

  constructor(quotas: readonly HubQuota[], { serviceAccounts }: Pick<HubUsage, 'serviceAccounts'>) {
    for (const [index, { identity, answer }] of quotas.entries()) {
      // The kubelet goes on to the next login, and without one it pulls with none.
      if (answer.status === 'wrong-credential') continue
      for (const origin of identity.origins) this.#bySecret.set(origin, index)
    }
    this.#accounts = new Map(
      serviceAccounts.map(({ namespace, name, imagePullSecrets }) => [
        `${namespace}/${name}`,
        imagePullSecrets,
      ]),
    )
  }

  /** An index into the quotas. A node's own login shows in no object of the cluster. */
  ofPod({ namespace, pullSecrets }: Pick<UsagePod, 'namespace' | 'pullSecrets'>): number {
    for (const name of pullSecrets) {
      const index = this.#bySecret.get(`secret ${namespace}/${name}`)
      if (index !== undefined) return index
    }
    return ANONYMOUS
  }

  /** The same for pods made from the template: a service account's secrets are copied only into a pod that has none. */
  ofWorkload({ namespace, pullSecrets, serviceAccount }: UsageWorkload): number {
    const named =
      pullSecrets.length > 0 ? pullSecrets : (this.#accounts.get(`${namespace}/${serviceAccount}`) ?? [])
    return this.ofPod({ namespace, pullSecrets: [...named] })
  }
}
