/**
 * Reads an image name as Kubernetes does: the distribution grammar (distribution/reference regexp.go), normalised to a full name
 * (normalize.go ParseNormalizedNamed). What does not fit the grammar is not a reference; nothing is corrected.
 */

import { GRAMMAR, isSupportedDigest, LONGEST_REPOSITORY, splitRegistry } from './grammar.ts'
import { explainRefusal } from './refusal.ts'

export interface Reference {
  /** Host with its port, as written; `docker.io` where the name has none. */
  registry: string
  /** Without registry, tag and digest; an official image of Docker Hub is `library/…`. */
  repository: string
  /** null where none is written: `latest` is the kubelet's addition, not part of the name. */
  tag: string | null
  digest: string | null
}

/** The reference, or null where the text is none. */
export function parseReference(text: string): Reference | null {
  const read = readReference(text)
  return 'refused' in read ? null : read
}

/** The reference, or one clause on why the text is none, such as `the repository must be lower case`. */
export function readReference(text: string): Reference | { refused: string } {
  const reference = grammatical(text)
  return reference ?? { refused: explainRefusal(text) }
}

function grammatical(text: string): Reference | null {
  if (/^[a-f0-9]{64}$/.test(text)) return null
  const { registry, remainder } = splitRegistry(text)
  const match = GRAMMAR.exec(`${registry}/${remainder}`)
  if (match === null) return null
  const [, host, path = '', tag = null, digest = null] = match
  // A first part with an underscore is no host to the grammar, which then takes it for a part of the path; it is still asked as one.
  if (path.length > LONGEST_REPOSITORY || (digest !== null && !isSupportedDigest(digest))) return null
  return { registry, repository: host === undefined ? path.slice(registry.length + 1) : path, tag, digest }
}

/** The full name as the kubelet asks for it: with registry, and with `latest` where neither tag nor digest is written. */
export function fullName({ registry, repository, tag, digest }: Reference): string {
  const shownTag = tag ?? (digest === null ? 'latest' : null)
  return `${registry}/${repository}${shownTag === null ? '' : `:${shownTag}`}${digest === null ? '' : `@${digest}`}`
}
