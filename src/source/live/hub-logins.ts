/** Finds the logins for Docker Hub in a cluster's pull secrets. Their text never leaves but to Docker Hub. */

import { keyMatches, normalizeKey } from '../../dockerconfig/kubelet-key.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { DOCKER_HUB, DOCKER_HUB_INDEX } from '../../image/docker-hub.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { secretCredential } from '../image-checks/pod-logins.ts'
import { pullLoginsOf } from '../narrow/pull-secret.ts'
import { nameOf, namespaceOf } from '../narrow/shape.ts'
import { assertExists } from './namespaces.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

/** The types of Secrets that the kubelet pulls with; the server selects by them, so that no other Secret is sent. */
const TYPES = ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg']

/** A Secret may hold 1 MiB (core/v1/types.go). */
const PAGE = 100

/**
 * The logins of the pull secrets of a namespace, or of all, sorted by where they were found. A list that can't be read leaves a gap.
 * @throws UsageError for a namespace that does not exist
 */
export async function readHubLogins(reading: Reading, namespace: NamespaceOrAll): Promise<Credential[]> {
  const logins: Credential[] = []
  await bounded(TYPES, AT_ONCE, type =>
    reading.listOrGap(KINDS.Secret, namespace, { fieldSelector: `type=${type}`, limit: PAGE }, secret => {
      logins.push(...hubLoginsOf(secret))
    }),
  )
  if (namespace !== null && logins.length === 0) await assertExists(reading, namespace)
  return logins.sort((a, b) => (a.origin < b.origin ? -1 : 1))
}

function hubLoginsOf(secret: unknown): Credential[] {
  const logins = pullLoginsOf(secret)
  if (logins === 'malformed') return []
  const named = { namespace: namespaceOf(secret), name: nameOf(secret) ?? '' }
  return logins.filter(({ key }) => isForHub(key)).map(login => secretCredential(login, DOCKER_HUB, named))
}

/** Whether the kubelet pulls anything from Docker Hub with an entry of this key. */
function isForHub(key: string): boolean {
  const filed = normalizeKey(key)
  if (filed === null) return false
  const [host = ''] = filed.split('/')
  return filed === DOCKER_HUB_INDEX || host === DOCKER_HUB || keyMatches(filed, `${DOCKER_HUB}/any/image`)
}
