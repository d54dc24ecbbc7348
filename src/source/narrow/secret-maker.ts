/** Reads custom resources that make a Secret: which one, and what keeps it from being made. */

import { list, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowMessage, narrowName } from '../../secrecy/foreign-text.ts'
import type { SecretMaker } from '../../snapshot/pull-secret.ts'
import { managerIn } from './managers.ts'

type Fields = Record<string, unknown>

/** The Secret that a custom resource makes, for the groups of those that make one: kinds of other groups that end in Secret can be anything. */
const MAKES = new Map<string, { kinds: RegExp; target: (spec: Fields) => Fields }>(
  Object.entries({
    'bitnami.com': { kinds: /^SealedSecret$/, target: ({ template }) => record(record(template).metadata) },
    'external-secrets.io': { kinds: /^ExternalSecret$/, target: ({ target }) => record(target) },
    'kubernetes-client.io': { kinds: /^ExternalSecret$/, target: () => ({}) },
    'secrets.hashicorp.com': {
      kinds: /^Vault(?:Static|Dynamic|PKI)Secret$/,
      target: ({ destination }) => record(destination),
    },
    'secrets.infisical.com': {
      kinds: /^InfisicalSecret$/,
      target: ({ managedSecretReference }) => {
        const { secretName, secretNamespace } = record(managedSecretReference)
        return { name: secretName, namespace: secretNamespace }
      },
    },
    'secrets.doppler.com': { kinds: /^DopplerSecret$/, target: ({ managedSecret }) => record(managedSecret) },
    'onepassword.com': { kinds: /^OnePasswordItem$/, target: () => ({}) },
  }),
)

/**
 * Returns what makes a Secret, and which; null if it makes none, or only adds to one that exists (external-secrets.io creationPolicy;
 * secrets.hashicorp.com destination.create, which is false by default).
 */
export function narrowSecretMaker(
  raw: Fields,
  { kind, group }: { kind: string; group: string },
): { secret: { namespace: string; name: string }; maker: SecretMaker } | null {
  const makes = MAKES.get(group)
  if (makes === undefined || !makes.kinds.test(kind)) return null
  const target = makes.target(record(raw.spec))
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
function troubleOf({ status }: Fields): string | null {
  const failed = list(record(status).conditions)
    .map(record)
    .find(condition => condition.status === 'False' && text(condition.message) !== '')
  return failed === undefined ? null : narrowMessage(failed.message)
}
