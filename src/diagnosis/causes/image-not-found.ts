/** The registry answered that it has no such repository, tag, or digest. */

import type { Reference } from '../../image/reference.ts'
import type { Clue } from '../clues/clue.ts'
import type { UpstreamError } from '../clues/clue-on-way.ts'
import { type CauseRule, ruleOf } from './cause-rule.ts'

/** Quay, for any refusal of a proxy organization's upstream. */
const UPSTREAM_LACKS = /\bmay not exist in the upstream\b/

export const notFoundStatus: CauseRule<'image-not-found'> = {
  cause: 'image-not-found',
  matches: ({ status, masked }) => status === 404 || status === 410 || UPSTREAM_LACKS.test(masked),
}

/** Red Hat's registry has repositories without the tag latest, and answers so. */
export const NO_LATEST =
  /\bdoes(?: not|n't) use the (?:‹name›|\S{0,3}latest\S{0,3}) tag\b|\bmust be pulled with an explicit (?:version|tag)\b/i

/**
 * OpenShift's registry, of an image that it does not have itself and fetches from elsewhere (openshift/image-registry, pkg/errors, in an answer of 404):
 * what follows is what the registry met there, not the node.
 */
export const PASSED_ON = /\bunable to pull manifest from .*/is

const UNREACHED =
  /\bunable to pull manifest from \S{1,300}: (?:get|head) \\*"?https?:\/\/([\w.-]{1,253}(?::\d{1,5})?)\/[^\s"\\]{0,300}\\*"?: (?!unauthori[sz]ed|denied|forbidden:|no basic auth|authentication|unknown|manifest|name|toomanyrequests|received unexpected http status: 429)(.{0,300})/is

/** That registry reached nobody where it wanted to fetch the image from. */
export const unreachedUpstream: CauseRule<'image-not-found'> = {
  cause: 'image-not-found',
  matches: ({ text }) => UNREACHED.test(text),
}

/**
 * Docker before 1.13, of a missing tag, a missing repository, and a private one: whatever the registry answered, Docker asked for the first version
 * of the API next, which says of all of them that they are not there (moby/moby, distribution/pull_v1.go; rancher/rancher#8533).
 */
export const OLD_DOCKER = /(?:^|: )error: image \S{1,300} not found$/i

export const notFound = ruleOf(
  'image-not-found',
  /\b(?:manifest|name|blob|tag|repository)[_ ]unknown\b|\bunknown (?:manifest|repository|tag|blob|image)\b/,
  /(?<!executable file |snapshotter |lease ‹name›: )\bnot[_ ]?found\b/,
  /\bno such (?:image|manifest|tag|repository)\b|\bnot known to (?:the )?registry\b/,
  /\b(?:repository|tag|image|manifest|artifact|project)\b.{0,60}\bdoes(?: not|n't) exist\b/,
  /\b(?:could(?: not|n't)|can(?:not|'t)|unable to|failed to) find (?:the )?(?:tag|image|manifest|repository)\b/,
  NO_LATEST,
  /\bwas deleted or has expired\b|\btag has expired\b|\bhas been deleted\b/,
  /\bfailed to fetch ‹name› from request\b/,
)

/**
 * Go's error of a request, as a registry puts it into the detail of its answer when it could not fetch from its upstream; its certificate comes
 * first where that was not accepted (openshift/origin#20121). Null without one.
 */
export function upstreamError(text: string): UpstreamError | null {
  const [, unreached, why = ''] = UNREACHED.exec(text) ?? []
  if (unreached !== undefined)
    return { host: unreached.toLowerCase(), certificate: /\bx509\b|\bcertificate\b/i.test(why) }
  const [, host, certificate] =
    /"URL\\*": ?\\*"https?:\/\/([\w.-]{1,253}(?::\d{1,5})?)[^"\\\s]{0,500}\\*", ?\\*"Err\\*":(?: ?\{\\*"(Cert)(?:ificate)?\\*":)?/.exec(
      text,
    ) ?? []
  return host === undefined ? null : { host: host.toLowerCase(), certificate: certificate !== undefined }
}

/** A manifest that was asked for by digest and is missing (containerd, by its URL or by what the digest stands for; containers/image). */
const CHILD =
  /(?:\/manifests\/(sha256:[0-9a-f]{64})(?:\?[^\s"]{1,200})?|\breading manifest (sha256:[0-9a-f]{64}) in \S{1,300}?|\bcontent descriptor (sha256:[0-9a-f]{64}) \(application\/vnd\.\S{1,80}\bmanifest\.v\d\S{0,20}\) from remote)"?:? (?:not found|manifest unknown|404\b)/i

/** The clue that an index lists the missing manifest: the image's name has no digest, or another one. */
export function missingChild(text: string, reference: Reference | null): Clue[] {
  // Some tools break their lines anywhere.
  const missing = CHILD.exec(text.replace(/\s+/g, ' '))?.slice(1).find(Boolean)
  return missing === undefined || reference === null || missing === reference.digest
    ? []
    : [{ code: 'missing-child' }]
}
