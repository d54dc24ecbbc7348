/** The registry answered that it has no such repository, tag, or digest. */

import { type CauseRule, MATCHES, ruleOf } from './cause-rule.ts'

/** Quay, for any refusal of a proxy organization's upstream. */
const UPSTREAM_LACKS = /\bmay not exist in the upstream\b/

export const notFoundStatus: CauseRule = {
  cause: 'image-not-found',
  judge: ({ status, masked }) =>
    status === 404 || status === 410 || UPSTREAM_LACKS.test(masked) ? MATCHES : null,
}

export const notFound = ruleOf(
  'image-not-found',
  /\b(?:manifest|name|blob|tag|repository)[_ ]unknown\b|\bunknown (?:manifest|repository|tag|blob|image)\b/,
  /(?<!executable file |snapshotter |lease ‹name›: )\bnot[_ ]?found\b/,
  /\bno such (?:image|manifest|tag|repository)\b|\bnot known to (?:the )?registry\b/,
  /\b(?:repository|tag|image|manifest|artifact|project)\b.{0,60}\bdoes(?: not|n't) exist\b/,
  /\b(?:could(?: not|n't)|can(?:not|'t)|unable to|failed to) find (?:the )?(?:tag|image|manifest|repository)\b/,
  // Red Hat's registry has repositories without the tag latest, and answers so.
  /\bdoes(?: not|n't) use the (?:‹name›|latest) tag\b|\bmust be pulled with an explicit (?:version|tag)\b/,
  /\bwas deleted or has expired\b|\bhas been deleted\b/,
  /\bfailed to fetch ‹name› from request\b/,
)
