/** Reads custom resources that make a Secret: which one, and what keeps it from being made. */

import { type JsonObject, list, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf, namespaceOf, SECRET_MAKER_KINDS } from '../../kubernetes/api/kinds.ts'
import { narrowMessage, narrowName } from '../../secrecy/foreign-text.ts'
import type { SecretMaker } from '../../snapshot/pull-secret.ts'
import { managerIn } from './managers.ts'

/** How each group's resources name the Secret that they make, if it does not have their own name. */
const TARGETS: Record<string, (spec: JsonObject) => JsonObject> = {
  'bitnami.com': ({ template }) => record(record(template).metadata),
  'external-secrets.io': ({ target }) => record(target),
  'secrets.hashicorp.com': ({ destination }) => record(destination),
  'secrets.infisical.com': ({ managedSecretReference }) => {
    const { secretName, secretNamespace } = record(managedSecretReference)
    return { name: secretName, namespace: secretNamespace }
  },
  'secrets.doppler.com': ({ managedSecret }) => record(managedSecret),
}

/**
 * Returns what makes a Secret, and which; null if it makes none, or only adds to one that exists (external-secrets.io creationPolicy;
 * secrets.hashicorp.com destination.create, which is false by default).
 */
export function narrowSecretMaker(
  raw: JsonObject,
  { kind, group }: { kind: string; group: string },
): { secret: { namespace: string; name: string }; maker: SecretMaker } | null {
  if (!SECRET_MAKER_KINDS.some(known => known.group === group && known.kind === kind)) return null
  const target = TARGETS[group]?.(record(raw.spec)) ?? {}
  if (target.creationPolicy === 'Merge' || target.creationPolicy === 'None') return null
  if (group === 'secrets.hashicorp.com' && target.create !== true) return null
  const name = narrowName(nameOf(raw))
  const secret = {
    namespace: textOrNull(target.namespace) ?? namespaceOf(raw),
    name: textOrNull(target.name) ?? name,
  }
  return {
    secret,
    maker: { kind, group, name, trouble: troubleOf(raw), manager: managerIn(record(raw.metadata)) },
  }
}

/** What its conditions say of a failure; null if none has failed. */
function troubleOf({ status }: JsonObject): string | null {
  const failed = list(record(status).conditions)
    .map(record)
    .find(condition => condition.status === 'False' && text(condition.message) !== '')
  return failed === undefined ? null : narrowMessage(failed.message)
}
