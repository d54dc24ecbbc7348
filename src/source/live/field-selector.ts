/** Builds field selectors: values that are safe in one, and lists of all namespaces with exclusions. */

import type { Kind } from '../../kubernetes/api/kinds.ts'

/** Returns a value for a field selector, with commas, equal signs, and backslashes escaped. */
export function fieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

/** Returns a list's selector combined with exclusions for these namespaces. Pods and events can be selected by their namespace. */
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
