/** Reads existing Secrets with the name that a fix would use. Their content never leaves this file. */

import {
  PULL_SECRET_TYPE,
  PullSecretContent,
  RUN_ANNOTATION,
} from '../../dockerconfig/pull-secret-content.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { MadeSecret, ScopeSecret } from '../../snapshot/fix-objects.ts'
import { managerOf } from '../narrow/marks.ts'
import { fieldValue, type Reading } from './reading.ts'

/** The live namespaces, and whether one list of the whole cluster can replace one per namespace. */
export interface NamespaceScope {
  namespaces: string[]
  wide: boolean
}

export interface SecretOptions {
  /** The name of the Secret. */
  secretName: string
  /** Its intended content; null if no login is distributed. */
  wanted: PullSecretContent | null
  /** Secrets that earlier runs created. */
  madeSecrets?: readonly MadeSecret[]
}

/** Returns the existing Secrets with the name, at most one per namespace. */
export async function readSecretsNamed(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
  { secretName, wanted, madeSecrets = [] }: SecretOptions,
): Promise<ScopeSecret[]> {
  const found: ScopeSecret[] = []
  const live = new Set(namespaces)
  const keep = (object: SecretObject) => {
    if (live.has(object.metadata.namespace)) found.push(narrowSecret(object, wanted, madeSecrets))
  }
  const options = { fieldSelector: `metadata.name=${fieldValue(secretName)}`, limit: 500 }
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(KINDS.Secret, namespace, options, keep),
  )
  return found
}

type SecretObject = NonNullable<(typeof KINDS.Secret)['model']>

function narrowSecret(
  object: SecretObject,
  wanted: PullSecretContent | null,
  madeSecrets: readonly MadeSecret[],
): ScopeSecret {
  const { namespace, name, uid } = object.metadata
  const type = object.type ?? null
  const stored = PullSecretContent.inSecret(object)
  const usable = type === PULL_SECRET_TYPE
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

function isMade({ metadata }: SecretObject, { run, namespace, name, uid }: MadeSecret): boolean {
  if (metadata.namespace !== namespace || metadata.name !== name) return false
  return uid === null ? metadata.annotations?.[RUN_ANNOTATION] === run : metadata.uid === uid
}
