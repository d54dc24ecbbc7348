/** The logins that pods of a template will have: its own pull secrets, or those of its service account where it names none. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import type { PullingPod } from '../image-checks/pod-logins.ts'
import { Reading } from '../live/reading.ts'
import type { VisitPullSecret } from '../live/related-objects.ts'
import type { PodTemplate } from '../narrow/pod-template.ts'
import { narrowServiceAccount } from '../narrow/service-account.ts'

/** Reads each account and each pull secret once, for as many templates as come. */
export class TemplateLogins {
  readonly #reading: Reading
  readonly #onPullSecret: VisitPullSecret
  readonly #accounts = new Map<string, Promise<string[]>>()
  readonly #secrets = new Map<string, Promise<void>>()

  /** @param onPullSecret gets each pull secret that could be read */
  constructor(cluster: ClusterReader, signal: AbortSignal, onPullSecret: VisitPullSecret) {
    this.#reading = new Reading(cluster, { signal })
    this.#onPullSecret = onPullSecret
  }

  /** What a pod of the template would pull as. What can't be read does not count. */
  async of(namespace: string, { pullSecrets, serviceAccount }: PodTemplate): Promise<PullingPod> {
    const names = pullSecrets.length > 0 ? pullSecrets : await this.#accountSecrets(namespace, serviceAccount)
    await Promise.all(names.map(name => this.#read(namespace, name)))
    return { namespace, pullSecrets: names }
  }

  #accountSecrets(namespace: string, name: string): Promise<string[]> {
    return remembered(this.#accounts, `${namespace}/${name}`, async () => {
      const account = await this.#reading.find(KINDS.ServiceAccount, namespace, name)
      return narrowServiceAccount(account)?.imagePullSecrets ?? []
    })
  }

  #read(namespace: string, name: string): Promise<void> {
    return remembered(this.#secrets, `${namespace}/${name}`, async () => {
      const secret = await this.#reading.find(KINDS.Secret, namespace, name)
      if (secret !== null) this.#onPullSecret(secret)
    })
  }
}

function remembered<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const before = known.get(key)
  if (before !== undefined) return before
  const result = work()
  known.set(key, result)
  return result
}
