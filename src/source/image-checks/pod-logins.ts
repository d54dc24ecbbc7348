/** The logins in pods' pull secrets, and those that pods of a template will have. They are sent only to registries and never printed. */

import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import type { PullLogin } from '../../dockerconfig/kubelet-view.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { canonicalRegistry } from '../../image/docker-hub.ts'
import type { Reference } from '../../image/reference.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS, nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { once } from '../../network/once.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import { type Pod, usesAccountSecrets } from '../../snapshot/pod.ts'
import { Reading } from '../live/reading.ts'
import type { VisitPullSecret } from '../live/related-objects.ts'
import { pullLoginsOf } from '../narrow/pull-secret.ts'
import { narrowServiceAccount } from '../narrow/related-objects.ts'
import type { PodTemplate } from '../narrow/template.ts'

/** The fields of a pod that determine its logins. */
export type PullingPod = Pick<Pod, 'namespace' | 'pullSecrets'>

export interface PodLogin {
  secret: { namespace: string; name: string }
  credential: Credential
}

/** Collects pull secrets, and returns the logins that the kubelet would try. */
export class PodLogins {
  readonly #secrets = new Map<string, PullLogin[] | 'malformed'>()

  /** Adds a Secret as the API server sent it. */
  add(secret: unknown): void {
    this.#secrets.set(objectKey(namespaceOf(secret), nameOf(secret) ?? ''), pullLoginsOf(secret))
  }

  /** Returns the logins for an image in the kubelet's order; none if a malformed secret prevents the kubelet from pulling at all. */
  of(reference: Reference, { namespace, pullSecrets }: PullingPod): PodLogin[] {
    const entries: (PullLogin & { secret: PodLogin['secret'] })[] = []
    for (const name of pullSecrets) {
      const logins = this.#secrets.get(objectKey(namespace, name)) ?? []
      if (logins === 'malformed') return []
      entries.push(...logins.map(login => ({ ...login, secret: { namespace, name } })))
    }
    const registry = canonicalRegistry(reference.registry)
    return lookUpCredentials(reference, entries).tried.map(({ secret, ...login }) => ({
      secret,
      credential: secretCredential(login, registry, secret),
    }))
  }
}

/** Returns a login of a pull secret in the form for requests to registries. */
export function secretCredential(
  { key, username, password }: PullLogin,
  registry: string,
  { namespace, name }: PodLogin['secret'],
): Credential {
  return {
    registry,
    key,
    username,
    password,
    kind: 'password',
    shortLived: false,
    issuedByHelper: false,
    origin: `secret ${namespace}/${name}`,
  }
}

/** Maps equal logins to one object, so that each is sent to a registry once and shares its token. */
export class UniqueLogins {
  readonly #known: Credential[] = []

  of(credential: Credential): Credential {
    const same = this.#known.find(
      ({ registry, username, kind, password }) =>
        registry === credential.registry &&
        username === credential.username &&
        kind === credential.kind &&
        password.reveal() === credential.password.reveal(),
    )
    if (same === undefined) this.#known.push(credential)
    return same ?? credential
  }
}

/** Finds the logins of a template's pods, from its own pull secrets or its service account's. Reads each Secret once. */
export class TemplateLogins {
  readonly #reading: Reading
  readonly #onPullSecret: VisitPullSecret
  readonly #accounts = new Map<string, Promise<string[]>>()
  readonly #secrets = new Map<string, Promise<void>>()

  /** @param onPullSecret receives each pull secret that could be read */
  constructor(cluster: ClusterReader, signal: AbortSignal, onPullSecret: VisitPullSecret) {
    this.#reading = new Reading(cluster, { signal })
    this.#onPullSecret = onPullSecret
  }

  /** Returns the pull secrets that a pod of the template would use. Unreadable objects are ignored. */
  async of(namespace: string, { pullSecrets, serviceAccount }: PodTemplate): Promise<PullingPod> {
    const names = usesAccountSecrets(pullSecrets)
      ? await this.#accountSecrets(namespace, serviceAccount)
      : pullSecrets
    await Promise.all(names.map(name => this.#read(namespace, name)))
    return { namespace, pullSecrets: names }
  }

  #accountSecrets(namespace: string, name: string): Promise<string[]> {
    return once(this.#accounts, objectKey(namespace, name), async () => {
      const account = await this.#reading.find(KINDS.ServiceAccount, namespace, name)
      return narrowServiceAccount(account)?.imagePullSecrets ?? []
    })
  }

  #read(namespace: string, name: string): Promise<void> {
    return once(this.#secrets, objectKey(namespace, name), async () => {
      const secret = await this.#reading.find(KINDS.Secret, namespace, name)
      if (secret !== null) this.#onPullSecret(secret)
    })
  }
}
