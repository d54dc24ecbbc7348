/** The credentials a pod's pull secrets hold for an image (pkg/credentialprovider/secrets/secrets.go, config.go). */

import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { ApiObject, Pod } from '../cluster/objects.ts'
import type { ImageName } from './image-name.ts'
import type { PullCredential } from './registry-client.ts'

/** The pod's pull secrets that exist, and the names of those that don't. */
export function pullSecretsOf(cluster: Cluster, pod: Pod): { found: ApiObject[]; missing: string[] } {
  const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? '').filter(name => name !== '')
  const secrets = names.map(name => ({ name, secret: cluster.get('Secret', pod.metadata.namespace, name) }))
  return {
    found: secrets.flatMap(({ secret }) => secret ?? []),
    missing: secrets.filter(({ secret }) => !secret).map(({ name }) => name),
  }
}

/** What the kubelet offers for that image, in the order it tries them; none is an anonymous pull. Throws an Error for a malformed secret. */
export const credentialsFor = (secrets: ApiObject[], image: ImageName): PullCredential[] =>
  lookUpCredentials(image, secrets.flatMap(entriesOf)).tried

const DATA_KEYS: Record<string, string> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
}

type Auths = Record<string, { username?: string; password?: string; auth?: string }>

function entriesOf(secret: ApiObject): (PullCredential & { key: string })[] {
  const dataKey = DATA_KEYS[String(secret.type)] ?? ''
  const text = (secret.data as Record<string, string> | undefined)?.[dataKey]
  if (text === undefined) return []
  const parsed = JSON.parse(Buffer.from(text, 'base64').toString()) as Auths & { auths?: Auths }
  const auths = dataKey === '.dockercfg' ? parsed : (parsed.auths ?? {})
  return Object.entries(auths).map(([key, entry]) => ({ key, ...decoded(entry) }))
}

/** A non-empty `auth` wins over user name and password. */
function decoded({ username = '', password = '', auth }: Auths[string]): PullCredential {
  if (!auth) return { username, password }
  const foreign = /[^A-Za-z0-9+/=\r\n]/.exec(auth)
  if (foreign) throw new Error(`illegal base64 data at input byte ${foreign.index}`)
  const text = Buffer.from(auth, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 0) throw new Error('unable to parse auth field, must be formatted as base64(username:password)')
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}
