/** A policy on the node, about signatures or blocked registries, refused the image. A registry's refusal has an HTTP status instead. */

import { type CauseRule, matchesAny, ruleOf } from './cause-rule.ts'

/** A store of signatures refuses one (containers/image, docker/docker_image_src.go), which comes from no registry; its 404 only means that there is none. */
const UNREAD_SIGNATURE = /\breading signatures? from ‹\w+›/
const REFUSALS = [400, 401, 403, 410]

/** The runtime's own error code, which decides whatever else the text quotes. */
export const signatureRefused = ruleOf(
  'signature-policy',
  // containerd blocks a pull where a verifier of images could not run, too.
  /\bblocking pull of\b.{1,400}\bimage verifier\b/,
  /\bsignature ?validation ?failed\b|\bsecurity validat(?:e|ion) failed\b/,
  // Docker's authorization plugins run on the node, before any registry is asked.
  /\bauthorization denied by plugin\b/,
  /\bsource image rejected: (?!.{0,200}\b(?:dial|get|lookup|read) )/,
)

const PATTERNS = [
  /\bsource image rejected\b/,
  /\bsignature (?:is|was) required\b|\bno (?:valid |matching )?signatures?\b/,
  /\brejected by policy\b|\bblocked by (?:the )?(?:\w+ )?policy\b|\bimage policy\b|\bverification policy\b/,
  /\binvalid policy\b|\bpolicy\.json\b|\bpolicy requirement\b|\bread policy path\b/,
  /\bsignatures? (?:verification|is not valid|is invalid|not accepted|mismatch|could not be verified|do(?:es)? not satisf)/,
  /\b(?:verify|verifying|verification of|validate|validating) (?:the )?(?:\w+ )?signatures?\b/,
  /\binvalid crypto engine\b/,
  /\bunrecognized signature format\b|\bparsing signature\b/,
  /\b(?:invalid|untrusted|missing) signature\b|\bcosign\b|\bsigstore\b|\bnotation\b|\brekor\b|\bfulcio\b/,
  /\btrust data\b|\bcontent trust\b|\bnot signed\b|\bimage verif(?:ier|ication)\b/,
  /\bregistry\b.{0,80}\bis blocked\b|\bis blocked in\b|\bblocked by (?:configuration|registries\.conf)\b/,
]

export const signaturePolicy: CauseRule<'signature-policy'> = {
  cause: 'signature-policy',
  matches: ({ masked, status }) => status === null && matchesAny(masked, PATTERNS),
}

export const signatureUnread: CauseRule<'signature-policy'> = {
  cause: 'signature-policy',
  matches: ({ masked, status }) => REFUSALS.includes(status ?? 0) && UNREAD_SIGNATURE.test(masked),
}
