/** Field selectors: values that are safe in one, and lists of all namespaces that leave some out. */

import type { Kind } from '../../kubernetes/api/kinds.ts'

/** A value in a field selector, with commas, equal signs and backslashes escaped. */
export function fieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

/** The selector of a list that leaves these namespaces out, together with its own. Pods and events can be selected by their namespace. */
export function fieldsOutside(
  excluded: readonly string[],
  { kind, namespace }: { kind: Kind<unknown>; namespace: string | null },
  own?: string,
): { fieldSelector?: string } {
  const wide = namespace === null && (kind.kind === 'Pod' || kind.kind === 'Event')
  const others = wide ? excluded.map(name => `metadata.namespace!=${fieldValue(name)}`) : []
  const fields = [...(own === undefined ? [] : [own]), ...others]
  return fields.length === 0 ? {} : { fieldSelector: fields.join(',') }
}
