/** The logins that the cluster is known to have, indexed for many look-ups: the pods' own, and those of all other pull secrets. */

import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import { fullRepository, type Reference } from '../../image/reference.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { OwnerIndex } from '../../snapshot/owners.ts'
import type { NumberedLogin, PullSecret } from '../../snapshot/pull-secret.ts'
import {
  allPullSecrets,
  allServiceAccounts,
  type ServiceAccount,
  type Snapshot,
} from '../../snapshot/snapshot.ts'
import { reportsNoCredentialSent } from '../refusal/denial-words.ts'
import { textMemo } from '../text/memoize-by-text.ts'
import { type PodCredentials, podCredentials } from './pod-credential.ts'
import { type RenewedCopies, renewedCopiesIn } from './secret-age.ts'

type Image = Pick<Reference, 'registry' | 'repository'>

/** Secrets with the same keys, such as copies of one secret in many namespaces; they are judged together. */
interface SameKeys {
  entries: PullSecret['entries']
  secrets: PullSecret[]
  byNamespace: ReadonlyMap<string, PullSecret[]>
  /** OpenShift's global pull secret is one of them. */
  withGlobal: boolean
}

/** The pull secrets of a snapshot, indexed for many look-ups. */
export interface KnownLogins {
  snapshot: Snapshot
  /** The credentials that pods get from their own secrets. */
  credentials: PodCredentials
  /** reportsNoCredentialSent, once for texts that are alike. */
  noLoginSent: (text: string) => boolean
  /** The secrets with a usable login for the image. */
  serving: (image: Image) => SameKeys[]
  /** The newer tokens of a cloud in secrets of one name. */
  renewedCopies: RenewedCopies
  /** The first service account that names a secret, by `namespace/secret`. */
  accounts: ReadonlyMap<string, string>
  /** What can be compared of a secret's logins; nothing in a cluster. */
  loginsIn: (namespace: string, secret: string) => readonly NumberedLogin[]
  /** A usable secret, by `namespace/secret`. */
  secretNamed: (key: string) => PullSecret | undefined
}

export function knownLogins(snapshot: Snapshot, owners: OwnerIndex): KnownLogins {
  const usable = allPullSecrets(snapshot).filter(isUsable)
  const sameKeys = [...Map.groupBy(usable, keysOf).values()].map(secrets => ({
    entries: secrets[0]?.entries ?? [],
    secrets,
    byNamespace: Map.groupBy(secrets, ({ namespace }) => namespace),
    withGlobal: secrets.some(isGlobalPullSecret),
  }))
  const numbered = Map.groupBy(snapshot.numberedLogins ?? [], ({ namespace, secret }) =>
    objectKey(namespace, secret),
  )
  const byKey = new Map(usable.map(secret => [objectKey(secret.namespace, secret.name), secret]))
  const served = new Map<string, SameKeys[]>()
  const serving = (image: Image) => {
    const key = fullRepository(image)
    const found = served.get(key) ?? sameKeys.filter(({ entries }) => hasLoginFor(entries, image))
    served.set(key, found)
    return found
  }
  return {
    snapshot,
    credentials: podCredentials(snapshot, owners),
    noLoginSent: textMemo()(reportsNoCredentialSent),
    serving,
    renewedCopies: renewedCopiesIn(snapshot),
    accounts: accountsOf(allServiceAccounts(snapshot)),
    loginsIn: (namespace, secret) => numbered.get(objectKey(namespace, secret)) ?? [],
    secretNamed: key => byKey.get(key),
  }
}

function accountsOf(serviceAccounts: ServiceAccount[]): Map<string, string> {
  const named = serviceAccounts.flatMap(({ namespace, name, imagePullSecrets }) =>
    imagePullSecrets.map(secret => [objectKey(namespace, secret), name] as const),
  )
  return new Map(named.reverse())
}

/** OpenShift's global pull secret: the nodes' own login, of which no namespace should get a copy (docs.redhat.com, Using image pull secrets). */
export function isGlobalPullSecret({ namespace, name }: Pick<PullSecret, 'namespace' | 'name'>): boolean {
  return namespace === 'openshift-config' && name === 'pull-secret'
}

/** Whether the secret has a login that the kubelet can use. */
export function isUsable({ problem, entries }: PullSecret): boolean {
  return problem === null && entries.some(entry => entry.problem === null)
}

function keysOf({ entries }: PullSecret): string {
  return JSON.stringify(entries.map(({ key, problem }) => [key, problem]))
}

/** Whether one of the entries is a login that the kubelet would try for the image. */
export function hasLoginFor(entries: PullSecret['entries'], image: Image): boolean {
  return lookUpCredentials(image, entries).tried.some(({ problem }) => problem === null)
}
