/** Reads the Secrets that already have the name a fix would use. Their content is compared here and never returned. */

import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { MadeSecret, ScopeSecret } from '../../snapshot/fix-scope.ts'
import { managerOf } from '../narrow/workload.ts'
import { fieldValue } from './field-selector.ts'
import type { FixScopeOptions, NamespaceScope } from './fix-scope-options.ts'
import type { Reading } from './reading.ts'

/** Existing Secrets of the name, one a namespace at most. */
export async function readSecretsNamed(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
  { secretName, wanted, madeSecrets = [] }: Pick<FixScopeOptions, 'secretName' | 'wanted' | 'madeSecrets'>,
): Promise<ScopeSecret[]> {
  const found: ScopeSecret[] = []
  const live = new Set(namespaces)
  const keep = (object: SecretObject) => {
    if (live.has(object.metadata.namespace)) found.push(narrow(object, wanted, madeSecrets))
  }
  const options = { fieldSelector: `metadata.name=${fieldValue(secretName)}`, limit: 500 }
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(KINDS.Secret, namespace, options, keep),
  )
  return found
}

type SecretObject = NonNullable<(typeof KINDS.Secret)['model']>

function narrow(
  object: SecretObject,
  wanted: PullSecretContent | null,
  madeSecrets: readonly MadeSecret[],
): ScopeSecret {
  const { namespace, name, uid } = object.metadata
  const type = object.type ?? null
  const stored = PullSecretContent.inSecret(object)
  const usable = type === 'kubernetes.io/dockerconfigjson'
  return {
    namespace,
    name,
    uid,
    type,
    immutable: object.immutable === true,
    ours: madeSecrets.some(made => isMade(object, made)),
    served: usable && wanted !== null ? stored.servedKeys(wanted) : [],
    keys: stored.keys,
    managedBy: managerOf(object),
  }
}

/** On every Secret that a fix makes; written by `apply`. */
const RUN_ANNOTATION = 'pullguard.dev/run'

function isMade({ metadata }: SecretObject, { run, namespace, name, uid }: MadeSecret): boolean {
  if (metadata.namespace !== namespace || metadata.name !== name) return false
  return uid === null ? metadata.annotations?.[RUN_ANNOTATION] === run : metadata.uid === uid
}
