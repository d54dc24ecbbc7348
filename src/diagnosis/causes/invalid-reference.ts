/** The name does not parse, or is a short name that the node does not resolve. */

import { ruleOf } from './cause-rule.ts'

export const invalidReference = ruleOf(
  'invalid-reference',
  /\binvalid ?reference ?format\b/,
  /\bcould(?:n't| not) parse (?:the )?(?:image|reference)\b/,
  /\b(?:failed to|error|unable to) pars(?:e|ing) (?:the )?(?:image (?:name|reference)|reference|docker reference)\b/,
  /\bparsing (?:image (?:name|reference)|reference|named reference) ‹name›/,
  /\bfailed to apply default image tag\b|\b(?:object|hostname) required\b/,
  /\binvalid ?image ?name\b|\binvalid (?:repository|tag) (?:name|format)\b|\bname[_ ]invalid\b/,
  /\b(?:repository name|reference) must (?:be|have|not)\b/,
  /\bshort-name (?:‹name› )?(?:did not resolve|resolution|mode)|\bshort name mode is enforcing\b/,
  /\bunqualified-search registries\b/,
  /\b(?:invalid checksum digest|invalid digest (?:format|length)|unsupported digest algorithm)\b/,
  /\bcannot specify 64-byte hexadecimal|\bis not a valid (?:repository|tag|image)/,
)
