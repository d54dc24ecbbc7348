/** The registry's name does not resolve, or the DNS server did not answer. */

import type { Cause } from '../finding.ts'
import { ruleOf } from './cause-rule.ts'

/** Whether a DNS server answered that it has no such name, so that neither it nor the way to it has failed. */
export function isUnknownName(cause: Cause, text: string): boolean {
  return cause === 'registry-not-found-dns' && /\bno such host\b/i.test(text)
}

export const registryNotFoundDns = ruleOf(
  'registry-not-found-dns',
  /\blookup ‹name›(?: on .{1,80}?)?: (?!operation was canceled|context canceled)/,
  /\bno such host\b|\bserver misbehaving\b|\bname resolution\b|\bname or service not known\b/,
  /\bname does not resolve\b|\bcould not resolve host\b|\bgetaddrinfo|\bno answer from dns\b/,
  /\bdial udp\b/,
  // Rust's resolver, in guests that pull by themselves.
  /\bdns error: |\bfailed to lookup address\b/,
)
