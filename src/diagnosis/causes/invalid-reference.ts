/** The image's name does not parse, or is a short name that the node does not resolve. */

import { ruleOf } from './cause-rule.ts'

export const invalidReference = ruleOf(
  'invalid-reference',
  /\binvalid ?reference ?format\b/,
  /\bcould(?:n't| not) parse (?:the )?(?:image|reference)\b/,
  /\bfailed to apply default image tag\b|\b(?:object|hostname) required\b/,
  // Container Registry says "name invalid" of a token for another repository, too (kubernetes/kubernetes#27451).
  /\binvalid ?image ?name\b|\binvalid (?:repository|tag) (?:name|format)\b|\bname[_ ]invalid\b(?!: requested repository does not match bearer token)/,
  /\b(?:repository name|reference) must (?:be|have|not)\b/,
  /\bshort-name (?:‹name› )?(?:did not resolve|resolution|mode)|\bshort name mode is enforcing\b/,
  /\bunqualified-search registries\b|\bno registries configured while trying to pull an unqualified image\b|\breferences? with both a tag and (?:a )?digest\b/,
  /(?<!\bin header not a valid digest: )\b(?:invalid checksum digest|invalid digest (?:format|length)|unsupported digest algorithm)\b/,
  // ECR, for a name or tag with other characters than it allows.
  /\binvalid parameter at ‹name› failed to satisfy constraint\b/,
  /\bdial tcp: address \w+: invalid port\b/,
  /\bcannot specify 64-byte hexadecimal|\bis not a valid (?:repository|tag|image)/,
)

/** Tried last: skopeo starts every error about an image's source with these words, the registry's answers included. */
export const nameNotParsed = ruleOf(
  'invalid-reference',
  /\b(?:failed to|error|unable to) pars(?:e|ing) (?:the )?(?:image (?:name|reference)|reference|docker reference)\b/,
  /\bparsing (?:image (?:name|reference)|reference|named reference) ‹name›/,
)
