/** Reads the service accounts a fix attaches a pull secret to: `default` everywhere, others where pods run as them. */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ScopeServiceAccount } from '../../snapshot/fix-scope.ts'
import { managerOf } from '../managed-by.ts'
import { narrowSecretList } from '../narrow/workload-template.ts'
import { byNamespaceAndName } from '../suspects.ts'
import type { FixScopeOptions, NamespaceScope } from './fix-scope-options.ts'
import type { Reading } from './reading.ts'

/** Service accounts of the scope that pods run as, or will. */
export async function readAccounts(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
  options: FixScopeOptions,
): Promise<ScopeServiceAccount[]> {
  const live = new Set(namespaces)
  const found: ScopeServiceAccount[] = []
  const keep = (object: AccountObject) => {
    if (live.has(object.metadata.namespace)) found.push(narrow(object))
  }
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(KINDS.ServiceAccount, namespace, { limit: 500 }, keep),
  )
  const stuck = new Set(options.pods.map(pod => `${pod.namespace}/${pod.serviceAccount}`))
  const used = await bounded(found, AT_ONCE, async account => {
    const named = account.imagePullSecrets?.some(({ name }) => name === options.secretName)
    if (account.name === 'default' || stuck.has(`${account.namespace}/${account.name}`)) return true
    return !named && options.wanted !== null && (await hasPods(reading, account))
  })
  return found.filter((_, index) => used[index]).sort(byNamespaceAndName)
}

type AccountObject = NonNullable<(typeof KINDS.ServiceAccount)['model']>

async function hasPods(reading: Reading, { namespace, name }: ScopeServiceAccount): Promise<boolean> {
  const fieldSelector = `spec.serviceAccountName=${name}`
  const options = { fieldSelector, metadataOnly: true, limit: 500 }
  return (await reading.list(KINDS.Pod, namespace, options, () => {})).count > 0
}

function narrow(object: AccountObject): ScopeServiceAccount {
  const { namespace, name, uid, resourceVersion } = object.metadata
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    imagePullSecrets: narrowSecretList(object.imagePullSecrets),
    managedBy: managerOf(object),
  }
}
