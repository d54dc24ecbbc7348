/** Reads the Secrets that already have the name a fix would use. Their content is compared here and goes no further. */

import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ScopeSecret } from '../../snapshot/fix-scope.ts'
import { managerOf } from '../managed-by.ts'
import type { FixScopeOptions, NamespaceScope } from './fix-scope-options.ts'
import { fieldValue, type Reading } from './reading.ts'

/** Existing Secrets of the name, one a namespace at most. */
export async function readSecretsNamed(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
  { secretName, wanted }: Pick<FixScopeOptions, 'secretName' | 'wanted'>,
): Promise<ScopeSecret[]> {
  const found: ScopeSecret[] = []
  const live = new Set(namespaces)
  const keep = (object: SecretObject) => {
    if (live.has(object.metadata.namespace)) found.push(narrow(object, wanted))
  }
  const options = { fieldSelector: `metadata.name=${fieldValue(secretName)}`, limit: 500 }
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(KINDS.Secret, namespace, options, keep),
  )
  return found
}

type SecretObject = NonNullable<(typeof KINDS.Secret)['model']>

function narrow(object: SecretObject, wanted: PullSecretContent | null): ScopeSecret {
  const { namespace, name, uid, labels = {} } = object.metadata
  const type = object.type ?? null
  const stored = PullSecretContent.inSecret(object)
  const usable = type === 'kubernetes.io/dockerconfigjson'
  return {
    namespace,
    name,
    uid,
    type,
    immutable: object.immutable === true,
    ours: labels['app.kubernetes.io/managed-by'] === 'pullguard',
    content: usable && wanted !== null && stored.serves(wanted) ? 'same' : 'different',
    keys: stored.keys,
    managedBy: managerOf(object),
  }
}
