/**
 * Image names as the kubelet and containerd parse them, with the parser's own errors (distribution/reference, pkg/util/parsers).
 * Parsed by hand and without the product's grammar, so that an error in one of the two shows as a difference.
 */

export interface ImageName {
  /** `docker.io`, `ghcr.io`, `localhost:5000`. */
  registry: string
  /** With `library/` if Docker Hub implies it. */
  repository: string
  /** The tag or digest to request from the registry. */
  reference: string
  /** `docker.io/library/nginx:latest`: the runtime's name; with both tag and digest only the digest is kept. */
  full: string
}

interface Parts {
  domain: string
  path: string
  tag: string | undefined
  digest: string | undefined
}

const LONGEST_PATH = 255
const LONGEST_TAG = 128
const SHORTEST_DIGEST = 32
/** For the digests that the parser can validate. */
const DIGEST_LENGTHS = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const LETTERS = LOWER + LOWER.toUpperCase()
const HEX = 'abcdef0123456789'

/** The name with its defaults. Throws an Error if it does not parse. */
export function parseImageName(image: string): ImageName {
  const refused = (why: string) => new Error(`couldn't parse image name ${JSON.stringify(image)}: ${why}`)
  if (image.length === 64 && consistsOf(image, HEX))
    throw refused(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`)
  const { domain, rest } = splitDomain(image)
  const [remote] = cut(rest, ':')
  if (remote !== remote.toLowerCase())
    throw refused(`invalid reference format: repository name (${remote}) must be lowercase`)
  const parts = partsOf(domain, rest)
  const why = faultOf(parts)
  if (why !== undefined) throw refused(why)
  const { path, tag = 'latest', digest } = parts
  const reference = digest ?? tag
  const full = `${domain}/${path}${digest === undefined ? ':' : '@'}${reference}`
  return { registry: domain, repository: path, reference, full }
}

/** The first part is a domain if it looks like one; all other names belong to Docker Hub, those with one part to `library`. */
function splitDomain(image: string): { domain: string; rest: string } {
  const [first, after] = cut(image, '/')
  const isHub = first === 'docker.io' || first === 'index.docker.io'
  const looksLikeOne =
    first === 'localhost' || first.includes('.') || first.includes(':') || first !== first.toLowerCase()
  if (after !== undefined && looksLikeOne && !isHub) return { domain: first, rest: after }
  const rest = after !== undefined && isHub ? after : image
  return { domain: 'docker.io', rest: rest.includes('/') ? rest : `library/${rest}` }
}

function partsOf(domain: string, rest: string): Parts {
  const [named, digest] = cut(rest, '@')
  const [path, tag] = cut(named, ':')
  return { domain, path, tag, digest }
}

/** Go's error message; undefined for a valid name. */
function faultOf(parts: Parts): string | undefined {
  const { domain, path, digest } = parts
  if (!isGrammatical(parts)) {
    const lower = partsOf(domain.toLowerCase(), [path, parts.tag].join(':').toLowerCase())
    const plain = parts.tag === undefined ? { ...lower, tag: undefined } : lower
    return isGrammatical({ ...plain, digest: digest?.toLowerCase() })
      ? 'repository name must be lowercase'
      : 'invalid reference format'
  }
  // A part that is not a domain in the grammar is the beginning of the path.
  const length = isDomain(domain) ? path.length : domain.length + 1 + path.length
  if (length > LONGEST_PATH) return `repository name must not be more than ${LONGEST_PATH} characters`
  return digest === undefined ? undefined : digestFault(digest)
}

function isGrammatical({ domain, path, tag, digest }: Parts): boolean {
  const components = [...(isDomain(domain) ? [] : [domain]), ...path.split('/')]
  return (
    components.every(isComponent) &&
    (tag === undefined || isTag(tag)) &&
    (digest === undefined || isDigest(digest))
  )
}

/** A host name or an IPv6 address in brackets, with or without a port. */
function isDomain(text: string): boolean {
  if (text.startsWith('[')) {
    const [address, after] = cut(text.slice(1), ']')
    return address !== '' && consistsOf(address, `${HEX}ABCDEF:`) && after !== undefined && isPort(after)
  }
  const [host, port] = cut(text, ':')
  return host.split('.').every(isLabel) && (port === undefined || isPort(`:${port}`))
}

const isPort = (text: string) =>
  text === '' || (text.length > 1 && text[0] === ':' && consistsOf(text.slice(1), DIGITS))

const isLabel = (label: string) =>
  label !== '' && consistsOf(label, `${LETTERS + DIGITS}-`) && !label.startsWith('-') && !label.endsWith('-')

/** Runs of letters and digits, between them a dot, one or two underscores, or any number of dashes. */
function isComponent(component: string): boolean {
  let separator = '-'
  for (const sign of component) {
    if (!consistsOf(sign, LOWER + DIGITS)) separator += sign
    else if (separator === '' || isSeparator(separator)) separator = ''
    else return false
  }
  return separator === '' && consistsOf(component[0] ?? '-', LOWER + DIGITS)
}

const isSeparator = (text: string) => ['.', '_', '__'].includes(text) || consistsOf(text, '-')

const isTag = (tag: string) =>
  tag !== '' &&
  tag.length <= LONGEST_TAG &&
  consistsOf(tag, `${LETTERS + DIGITS}_.-`) &&
  !tag.startsWith('.') &&
  !tag.startsWith('-')

function isDigest(digest: string): boolean {
  const [algorithm, encoded = ''] = cut(digest, ':')
  return (
    encoded.length >= SHORTEST_DIGEST &&
    consistsOf(encoded.toLowerCase(), HEX) &&
    parted(algorithm, '-_+.').every(
      part => part !== '' && consistsOf(part, LETTERS + DIGITS) && consistsOf(part[0] ?? '', LETTERS),
    )
  )
}

function digestFault(digest: string): string | undefined {
  const [algorithm, encoded = ''] = cut(digest, ':')
  const length = DIGEST_LENGTHS.get(algorithm)
  if (length === undefined)
    return algorithm === algorithm.toLowerCase()
      ? 'unsupported digest algorithm'
      : 'invalid checksum digest format'
  if (encoded.length !== length) return 'invalid checksum digest length'
  return consistsOf(encoded, HEX) ? undefined : 'invalid checksum digest format'
}

function consistsOf(text: string, alphabet: string): boolean {
  for (const sign of text) if (!alphabet.includes(sign)) return false
  return true
}

/** The text before and after the first such character; nothing after it if it is missing. */
function cut(text: string, sign: string): [before: string, after: string | undefined] {
  const at = text.indexOf(sign)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function parted(text: string, separators: string): string[] {
  const parts = ['']
  for (const sign of text) {
    if (separators.includes(sign)) parts.push('')
    else parts.push(`${parts.pop() ?? ''}${sign}`)
  }
  return parts
}
