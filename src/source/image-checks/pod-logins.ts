/** The logins in pods' pull secrets, collected while a cluster is read. They are sent to registries only and never printed. */

import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import type { PullLogin } from '../../dockerconfig/kubelet-view.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { canonicalRegistry } from '../../image/docker-hub.ts'
import type { Reference } from '../../image/reference.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { pullLoginsOf } from '../narrow/pull-secret.ts'
import { nameOf, namespaceOf } from '../narrow/shape.ts'

/** The fields of a pod that determine its logins. */
export type PullingPod = Pick<Pod, 'namespace' | 'pullSecrets'>

export interface PodLogin {
  secret: { namespace: string; name: string }
  credential: Credential
}

/** Collects pull secrets, and gives the logins that the kubelet would try. */
export class PodLogins {
  readonly #secrets = new Map<string, PullLogin[] | 'malformed'>()

  /** Takes a Secret as the API server gives it. */
  add(secret: unknown): void {
    this.#secrets.set(`${namespaceOf(secret)}/${nameOf(secret)}`, pullLoginsOf(secret))
  }

  /** The logins for an image in the kubelet's order; none where one malformed secret keeps it from pulling at all. */
  of(reference: Reference, { namespace, pullSecrets }: PullingPod): PodLogin[] {
    const entries: (PullLogin & { secret: PodLogin['secret'] })[] = []
    for (const name of pullSecrets) {
      const logins = this.#secrets.get(`${namespace}/${name}`) ?? []
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

/** A login of a pull secret as registries are asked with it. */
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
    minted: false,
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
