/**
 * Parses image names as Kubernetes does: the distribution grammar (distribution/reference regexp.go), normalized to a full name
 * (normalize.go ParseNormalizedNamed). Nothing is corrected; a name that does not fit the grammar is refused with the reason.
 */

import { DOCKER_HUB, DOCKER_HUB_INDEX } from './docker-hub.ts'
import { type Placeholder, placeholderIn } from './mistakes/placeholder.ts'
import { dateWithTime } from './mistakes/timestamp-tag.ts'

export interface Reference {
  /** Host with its port, as written; `docker.io` if the name has none. */
  registry: string
  /** Without registry, tag and digest; an official image of Docker Hub is `library/…`. */
  repository: string
  /** null if none is written: `latest` is implied, not part of the name. */
  tag: string | null
  digest: string | null
}

/** The reference, or null if the text is not one. */
export function parseReference(text: string): Reference | null {
  const read = readReference(text)
  return 'refused' in read ? null : read
}

/** The reference, or one clause on why the text is not one, such as `the repository must be lower case`. */
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
  // The grammar parses a host with an underscore as part of the path, but runtimes still connect to it as the host.
  if (path.length > LONGEST_REPOSITORY || (digest !== null && !isSupportedDigest(digest))) return null
  return { registry, repository: host === undefined ? path.slice(registry.length + 1) : path, tag, digest }
}

/** The full name as the kubelet requests it: with the registry, and with `latest` if neither tag nor digest is written. */
export function fullName(reference: Reference): string {
  const { digest } = reference
  const tag = effectiveTag(reference)
  return `${fullRepository(reference)}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

/** The full name of an image as written; unchanged if it does not parse. */
export function fullNameOf(image: string): string {
  const reference = parseReference(image)
  return reference === null ? image : fullName(reference)
}

/** An image as written, without its tag and digest, whether or not it parses. */
export function withoutVersion(image: string): string {
  return image.replace(/[:@][^/]*$/, '')
}

/** The repository with its registry. */
export function fullRepository({ registry, repository }: Pick<Reference, 'registry' | 'repository'>): string {
  return `${registry}/${repository}`
}

/** The tag that counts: the one written or, with neither tag nor digest, `latest`; null for a digest without a tag. */
export function effectiveTag({ tag, digest }: Pick<Reference, 'tag' | 'digest'>): string | null {
  return tag ?? (digest === null ? 'latest' : null)
}

const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const PATH = `${COMPONENT}(?:/${COMPONENT})*`
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const WHOLE_COMPONENT = new RegExp(`^${COMPONENT}$`)
const WHOLE_TAG = new RegExp(`^${TAG}$`)

/** Whether the text is one path component of a repository. */
export function isPathComponent(text: string): boolean {
  return WHOLE_COMPONENT.test(text)
}

/** Whether the text is a valid tag. */
export function isTag(text: string): boolean {
  return WHOLE_TAG.test(text)
}

/** Captures host, path, tag, and digest. */
const GRAMMAR = new RegExp(`^(?:(${HOST})/)?(${PATH})(?::(${TAG}))?(?:@(${DIGEST}))?$`)

/** Most characters of the path, without the registry (distribution/reference RepositoryNameTotalLengthMax). */
const LONGEST_REPOSITORY = 255

/** Hexadecimal digits by algorithm (go-digest v1 algorithm.go); other algorithms are not supported. */
const HEX_DIGITS: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128 }

/** Splits off the registry: the first part, if it looks like a host; else Docker Hub (normalize.go splitDockerDomain). */
function splitRegistry(text: string): { registry: string; remainder: string } {
  const slash = text.indexOf('/')
  const first = slash === -1 ? '' : text.slice(0, slash)
  const isHost = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first
  const registry = isHost && first !== DOCKER_HUB_INDEX ? first : DOCKER_HUB
  const remainder = isHost ? text.slice(slash + 1) : text
  const official = registry === DOCKER_HUB && !remainder.includes('/')
  return { registry, remainder: official ? `library/${remainder}` : remainder }
}

/** A digest of a known algorithm, in lower case and of its exact length. */
function isSupportedDigest(digest: string): boolean {
  const colon = digest.indexOf(':')
  const algorithm = digest.slice(0, colon)
  const digits = Object.hasOwn(HEX_DIGITS, algorithm) ? HEX_DIGITS[algorithm] : undefined
  const hex = digest.slice(colon + 1)
  return hex.length === digits && /^[0-9a-f]+$/.test(hex)
}

/** The repository of a name, without registry, tag, and digest; empty if there is none or it does not parse. */
export function repositoryOf(name: string | null): string {
  return (name === null ? null : parseReference(name))?.repository ?? ''
}

interface Parts {
  text: string
  registry: string
  path: string
  /** null without a colon or at sign; empty if nothing follows it. */
  tag: string | null
  digest: string | null
}

/** Istio's own is a valid name, and so is any word as a tag. */
const PLACEHOLDER_REFUSALS: Record<Placeholder, string | false> = {
  template: 'a placeholder in it has not been filled in',
  ko: 'it is a Go package (ko://), which the build tool ko should have replaced with an image',
  bazel: 'it is the label of a Bazel target, which should have been replaced with an image',
  istio: false,
  tag: false,
}

/** Tried in order; the first that applies is the reason. */
const RULES: ((parts: Parts) => string | false)[] = [
  ({ text }) => text === '' && 'it is empty',
  ({ text }) => PLACEHOLDER_REFUSALS[placeholderIn(text) ?? 'istio'],
  // What Go's templates print for a map, and for a value that does not fit their format.
  ({ text }) =>
    text.includes('map[') && 'a whole map was written into it: the values have keys where a string belongs',
  ({ text }) =>
    /%!\w?\(/.test(text) && 'a value of another type was formatted into it (%!): quote it where it is set',
  ({ text }) => /\s/.test(text) && 'it contains whitespace',
  ({ text }) => /\p{Cc}/u.test(text) && 'it contains a control character',
  // Format characters come with text that was copied from a web page (elastic/cloud-on-k8s#2150).
  ({ text }) => {
    const hidden = /\p{Cf}/u.exec(text)?.[0].codePointAt(0)
    return (
      hidden !== undefined &&
      `it has an invisible character (U+${hidden.toString(16).toUpperCase().padStart(4, '0')}), as text copied from a web page may have`
    )
  },
  ({ text }) => /[^\x21-\x7e]/.test(text) && 'it has characters other than plain ASCII',
  ({ text }) => /^[a-z]+:\/\//i.test(text) && 'image names have no scheme: drop everything up to ://',
  ({ text }) => /^[a-f0-9]{64}$/.test(text) && 'a name of 64 hexadecimal digits is reserved for image IDs',
  ({ digest }) => digest !== null && digestRefusal(digest),
  ({ path, tag }) =>
    (path === '' || (isHost(path) && /^\d+:/.test(tag ?? ''))) && 'the repository is missing',
  ({ text }) =>
    text.startsWith('/') && 'it begins with a slash, as where the value for its registry is empty',
  // Before the rule on upper case letters, which tags can have.
  slashInTag,
  ({ path }) =>
    path.toLowerCase() !== path && `the repository must be lower case: "${path.replace(/^library\//, '')}"`,
  ({ path }) =>
    path.length > LONGEST_REPOSITORY &&
    `the repository has ${path.length} characters; at most ${LONGEST_REPOSITORY} are allowed`,
  ({ path }) => componentRefusal(path),
  ({ tag, digest }) => tag !== null && tagRefusal(tag, digest),
  ({ registry }) => `"${registry}" is not a registry host`,
]

/** A part of a path that is a host with its port; after the first part, it could be a name with its tag, but few names end like a domain. */
const isHostWithPort = (part: string, index: number) =>
  (index === 0 ? /^[\w.-]+:\d+$/ : /^[\w.-]+\.[a-z]+:\d+$/i).test(part)

/** A name with a tag, before a slash: the name of a branch can have one, and a tag can't. */
function slashInTag({ registry, path }: Parts): string | false {
  const slug = "for a branch, use its slug, such as GitLab's CI_COMMIT_REF_SLUG"
  // Neither a port nor what a branch begins with.
  const [, system] =
    /^images:(?!(?:\d+|feat(?:ure)?|(?:bug|hot)?fix|release|chore|dependabot|renovate)$)([\w-]+)$/.exec(
      registry,
    ) ?? []
  // linuxcontainers.org/incus/docs/main/image-handling.
  if (system !== undefined)
    return `"images:" is an image server of Incus and LXD, whose names no container runtime knows: write a name and a tag, such as ${system}:${path.split('/')[0]}`
  // Without a dot, this may be a name with its tag as well as a host with a wrong port.
  if (/^[\w-]+:(?!\d+$)[\w.-]+$/.test(registry) && !registry.startsWith('localhost:'))
    return `"${registry}" is not a registry host, and a tag can't contain a slash: ${slug}`
  const tagged = path
    .split('/')
    .find((part, index) => /^[\w.-]+:[\w.-]+$/.test(part) && !isHostWithPort(part, index))
  return tagged !== undefined && `a tag can't contain a slash, and one follows "${tagged}": ${slug}`
}

/** Whether this is a registry's host, before a port that was taken for a tag. */
const isHost = (path: string) => /^library\/(?:localhost|.+\..+)$/.test(path)

/** Why the grammar refused the text: one clause without a period. */
function explainRefusal(text: string): string {
  const parts = partsOf(text)
  for (const rule of RULES) {
    const refusal = rule(parts)
    if (refusal !== false) return refusal
  }
  return 'it does not fit the grammar of image references'
}

function partsOf(text: string): Parts {
  const { registry, remainder } = splitRegistry(text)
  const [named = '', ...digest] = remainder.split('@')
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const full = colon === -1 ? named : named.slice(0, colon)
  return {
    text,
    registry,
    path: full === 'library/' ? '' : full,
    tag: colon === -1 ? null : named.slice(colon + 1),
    digest: digest.length === 0 ? null : digest.join('@'),
  }
}

function digestRefusal(digest: string): string | false {
  if (isSupportedDigest(digest)) return false
  if (digest === '') return 'nothing follows the @; a digest such as sha256:… belongs there'
  const [algorithm = '', hex = '', ...more] = digest.split(':')
  if (more.length > 0 && isSupportedDigest(`${algorithm}:${hex}`))
    return `something follows the digest, ":${more.join(':')}"; a tag belongs before the @`
  if (!Object.hasOwn(HEX_DIGITS, algorithm)) {
    return `the digest "${digest}" is not of a known algorithm (${Object.keys(HEX_DIGITS).join(', ')})`
  }
  return /^[0-9a-f]*$/.test(hex)
    ? `the digest has ${hex.length} digits, but a ${algorithm} has ${HEX_DIGITS[algorithm]}`
    : 'the digest must be hexadecimal, in lower case'
}

function componentRefusal(path: string): string | false {
  const parts = path.split('/')
  const index = parts.findIndex(part => !isPathComponent(part))
  const wrong = parts[index]
  if (wrong === undefined) return false
  if (wrong === '')
    return 'it has an empty part between slashes, as where a value is empty or ends in a slash of its own'
  if (isHostWithPort(wrong, index))
    return `it has two registries: one was put in front of "${wrong}", as by a default of a chart`
  return `the part "${wrong}" can only contain letters, digits and, between them, ".", "_", "__" or "-"`
}

/** What is wrong where a tag is followed by another colon. */
function afterTag(tag: string, rest: string): string {
  if (rest === '') return `nothing follows the ":" after the tag "${tag}"`
  if (Object.hasOwn(HEX_DIGITS, tag)) return `a digest follows an @, not a ":" (${tag}:…)`
  return rest === tag ? `it has the tag "${tag}" twice` : `it has two tags, "${tag}" and "${rest}"`
}

function tagRefusal(tag: string, digest: string | null): string | false {
  if (tag === '')
    return digest === null
      ? 'the tag after ":" is missing, as where the value for it is empty'
      : 'there is a ":" without a tag before the digest'
  const dated = dateWithTime(tag)
  if (dated !== null)
    return `the tag "${tag}" is a timestamp: YAML reads the date ${dated.date} as one unless it is in quotes`
  const [first = '', ...more] = tag.split(':')
  if (more.length > 0 && isTag(first)) return afterTag(first, more.join(':'))
  if (tag.length > 128) return `the tag has ${tag.length} characters; at most 128 are allowed`
  return !isTag(tag) && `the tag "${tag}" can only contain letters, digits, "_", "." and "-"`
}
