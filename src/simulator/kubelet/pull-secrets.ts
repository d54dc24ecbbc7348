/** The credentials in a pod's pull secrets for an image (pkg/credentialprovider/secrets/secrets.go). */

import type { Cluster } from '../cluster/cluster.ts'
import type { ApiObject, Pod } from '../cluster/objects.ts'
import type { ImageName } from './image-name.ts'
import { lookUp } from './keyring.ts'
import type { PullCredential } from './registry-client.ts'
import { entriesOf } from './secret-content.ts'

/** The pod's pull secrets that exist, and the names of those that don't. */
export function pullSecretsOf(cluster: Cluster, pod: Pod): { found: ApiObject[]; missing: string[] } {
  const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? '').filter(name => name !== '')
  const secrets = names.map(name => ({ name, secret: cluster.get('Secret', pod.metadata.namespace, name) }))
  return {
    found: secrets.flatMap(({ secret }) => secret ?? []),
    missing: secrets.filter(({ secret }) => !secret).map(({ name }) => name),
  }
}

/** The credentials that the kubelet tries for that image, in order; none for an anonymous pull. Throws an Error for a malformed secret. */
export const credentialsFor = (secrets: ApiObject[], { registry, repository }: ImageName): PullCredential[] =>
  lookUp(`${registry}/${repository}`, secrets.flatMap(entriesOf))
