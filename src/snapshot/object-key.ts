/** How objects of one kind are named, told apart, and put in order. */

import { compareText } from '../order.ts'

/** Tells objects of one kind apart. An object created later can have the same name: its uid differs. */
export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

/** The same for an object with both, or a reference to one. */
export function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return objectKey(namespace, name)
}

/** For `sort`, so that a snapshot does not depend on the order of responses and files. */
export function byNamespaceAndName(
  a: { namespace: string; name: string },
  b: { namespace: string; name: string },
): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name)
}

/** Whether the text is a subdomain of RFC 1123, as the API server wants it of most names and of the prefix of a label's key. */
export function isSubdomain(text: string): boolean {
  return (
    text.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(text)
  )
}
