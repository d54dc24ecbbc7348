/** Which label keys and values there can be: k8s.io/apimachinery/pkg/util/validation. A selector with any other is refused. */

import { wrongAt } from './tokens.ts'

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const LONGEST_NAME = 63
const LONGEST_SUBDOMAIN = 253

/** `[subdomain/]name`. @throws UsageError */
export function checkKey(selector: string, key: string, at: number): void {
  const slash = key.indexOf('/')
  const prefix = key.slice(0, Math.max(0, slash))
  const isPrefixRight = slash === -1 || (prefix.length <= LONGEST_SUBDOMAIN && SUBDOMAIN.test(prefix))
  if (!isPrefixRight || !isName(key.slice(slash + 1)))
    throw wrongAt(selector, at, `"${key}" can't be the key of a label`)
}

/** A name, or nothing. @throws UsageError */
export function checkValue(selector: string, value: string, at: number): void {
  if (value !== '' && !isName(value)) throw wrongAt(selector, at, `"${value}" can't be the value of a label`)
}

function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text)
}
