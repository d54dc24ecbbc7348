/** The credentials a pod's pull secrets hold for an image (pkg/credentialprovider/keyring.go, secrets.go). */

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

interface Entry extends PullCredential {
  key: string
}

const MALFORMED = 'unable to parse auth field, must be formatted as base64(username:password)'

/** What the kubelet offers for that image, in the order it tries them; none is an anonymous pull. Throws an Error for a malformed secret. */
export function credentialsFor(secrets: ApiObject[], { registry, repository }: ImageName): PullCredential[] {
  const entries = secrets.flatMap(entriesOf)
  const image = `${registry}/${repository}`
  const keys = [...new Set(entries.map(({ key }) => key))].sort().reverse()
  const matching = keys.filter(key => matches(key, image))
  const hub = matching.length === 0 && registry === 'docker.io' ? ['index.docker.io'] : []
  return [...matching, ...hub].flatMap(key => entries.filter(entry => entry.key === key))
}

const DATA_KEYS: Record<string, string> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
}

type Auths = Record<string, { username?: string; password?: string; auth?: string }>

function entriesOf(secret: ApiObject): Entry[] {
  const dataKey = DATA_KEYS[String(secret.type)] ?? ''
  const text = (secret.data as Record<string, string> | undefined)?.[dataKey]
  if (text === undefined) return []
  const parsed = JSON.parse(Buffer.from(text, 'base64').toString()) as Auths & { auths?: Auths }
  const auths = dataKey === '.dockercfg' ? parsed : (parsed.auths ?? {})
  return Object.entries(auths).map(([server, entry]) => ({ key: keyOf(server), ...decoded(entry) }))
}

function decoded({ username = '', password = '', auth }: Auths[string]): PullCredential {
  if (!auth) return { username, password }
  const text = Buffer.from(auth, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 0) throw new Error(MALFORMED)
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

/** `https://index.docker.io/v1/` → `index.docker.io`. */
function keyOf(server: string): string {
  const [host = '', ...path] = server.replace(/^https?:\/\//, '').split('/')
  const rest = `/${path.join('/')}`.replace(/^\/v[12]\//, '/')
  return rest === '/' ? host : host + rest
}

function matches(key: string, image: string): boolean {
  const [host = '', ...path] = key.split('/')
  const [imageHost = '', ...imagePath] = image.split('/')
  const labels = host.split('.')
  const imageLabels = imageHost.split('.')
  return (
    labels.length === imageLabels.length &&
    labels.every((label, index) => globMatches(label, imageLabels[index] ?? '')) &&
    imagePath.join('/').startsWith(path.join('/'))
  )
}

const globMatches = (pattern: string, label: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(label)
