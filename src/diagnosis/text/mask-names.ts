/** Masks the names in an error text (images, hosts, URLs, digests, files), so that a repository called "denied" is not a refusal. */

/** An error text with its names masked. */
interface MaskedText {
  /** Lower case; names are replaced with `‹url›`, `‹path›`, or `‹name›`. */
  masked: string
  /** Host names of the URLs that were in it, without port. */
  hosts: string[]
}

/** Words with a slash, dot, hyphen, or underscore that are not names. */
const WORDS = new Set(
  [
    'i/o input/output and/or n/a net/http archive/tar username/password user/password login/password',
    'client.timeout policy.json registries.conf',
    'back-off short-name unqualified-search read-only retry-after time-out re-exec cross-device self-signed',
    'rate-limit rate-limited rate-limiting image-specific',
    'insufficient_scope invalid_grant invalid_client invalid_token access_denied permission_denied',
  ].flatMap(words => words.split(' ')),
)

/** Fields whose values are kept, such as `code:DENIED` in a printed map or `"code":"DENIED"` in JSON. */
const FIELDS = 'code|message|error|error_description|errormessage|reason|status|statuscode|cause|details'
const FIELD = new RegExp(`^(?:${FIELDS})$`, 'i')
const JSON_TEXT = new RegExp(`"(${FIELDS})"\\s{0,4}:\\s{0,4}"([^"]{0,4000})"`, 'gi')
const JSON_STATUS = /"(?:code|status|statuscode)"\s{0,4}:\s{0,4}(\d{3})\b/gi

/** What people write into a URL in place of a name, whose bracket would end it. */
const IN_URL = /(:\/\/|\/)<([\w.-]{1,40})>(?=[/:?"]|$)/g
const URL = /\b[a-z][a-z0-9+]{1,20}:\/\/[^\s"'`<>]*/gi
/** An image in quotes: it may contain spaces if it is invalid, and lack the closing quote if the text was truncated. */
const QUOTED_IMAGE =
  /\b((?:image(?: tag| name| reference)?|reference|short-name|ref|tag|repository|manifest tagged by) )"[^"]{0,600}(?:"|$)/gi
const QUOTED = /(["'`])([^\s"'`\\]{1,600})\1/g
const CODE = /^[A-Z]+(?:_[A-Z]+)*$/
/** A name up to a space or comma, without the punctuation after it; colons inside belong to it. */
const NAME_PATTERN = '[^\\s,]{1,400}?(?=[:,;.)\\]]{0,4}(?:\\s|$))'
/** Bare names, recognized by the words around them. */
const SLOTS = [
  `\\b((?:access denied|pull failed|permission denied) for )${NAME_PATTERN}`,
  `\\b(manifest for )${NAME_PATTERN}(?= not found)`,
  `\\b(manifest )${NAME_PATTERN} in ${NAME_PATTERN}`,
  `\\b(from host )${NAME_PATTERN}`,
  `(\\[(?:manifests|blobs) )[^\\]]{1,300}(?=\\])`,
  `\\b(lookup )${NAME_PATTERN}`,
  `\\b((?:container|docker) registry )${NAME_PATTERN}`,
  `\\b((?:image|repository|project|tag|artifact|name|reference) )${NAME_PATTERN}(?= (?:is )?(?:not found|was|does not|did not|returns|could not))`,
  `\\b((?:failed to pull image|with tag|from repo) )${NAME_PATTERN}`,
  '\\b(spec\\.\\w{1,30}\\{)[^}\\s]{1,63}(?=\\})',
].map(slot => new RegExp(slot, 'gi'))
const TOKEN = /[^\s"'`()[\]{}<>,;=|‹›]+/g

/** Masks the names in a text, in linear time. */
export function maskNames(text: string): MaskedText {
  const hosts: string[] = []
  let masked = text
    // The brackets of what was redacted before would end a URL.
    .replaceAll('[redacted]', 'redacted')
    .replace(IN_URL, '$1$2')
    .replace(JSON_TEXT, ' $1: $2 ')
    .replace(JSON_STATUS, ' status: $1 ')
    .replace(URL, url => withoutUrl(url, hosts))
    .replace(QUOTED_IMAGE, '$1‹name›')
    .replace(QUOTED, (whole: string, _quote: string, inside: string) =>
      CODE.test(inside) ? whole : inside.includes('‹url›') ? inside : '‹name›',
    )
  for (const slot of SLOTS) masked = masked.replace(slot, '$1‹name›')
  masked = masked.replace(TOKEN, withoutName)
  return { masked: masked.replace(/\s+/g, ' ').toLowerCase(), hosts }
}

/** Masks one URL. It ends at the first colon of its path that no digest follows; what comes after is kept. */
function withoutUrl(url: string, hosts: string[]): string {
  const [start = '', scheme = '', host = ''] =
    /^([^:]+):\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)[^/?#]*/.exec(url) ?? []
  hosts.push(host.toLowerCase())
  const rest = url.slice(start.length)
  const query = rest.indexOf('?')
  const path = query === -1 ? rest : rest.slice(0, query)
  const colon = /^https?$/i.test(scheme) ? path.search(/(?<!sha(?:256|512)):(?![0-9a-f]{8})/) : -1
  const end = colon === -1 ? endOfWord(url) : start.length + colon
  return `‹url›${url.slice(end).replace(/^:(?=\S)/, ': ')}`
}

function withoutName(token: string): string {
  const end = endOfWord(token)
  const word = token.slice(0, end)
  const tail = token.slice(end)
  if (WORDS.has(word.toLowerCase()) || word === '') return token
  if (word.startsWith('/')) return `${pathOf(word)}${tail}`
  const colon = word.indexOf(':')
  if (colon > 0 && FIELD.test(word.slice(0, colon)))
    return `${word.slice(0, colon)}: ${word.slice(colon + 1)}${tail}`
  return isName(word) ? `‹name›${tail}` : token
}

/** The mask of a path: the runtime's policy file keeps its name, other settings are names, and the rest are paths on the node's disk. */
function pathOf(path: string): string {
  if (path.endsWith('/policy.json')) return '‹path› policy.json'
  return path.startsWith('/etc/') ? '‹name›' : '‹path›'
}

function isName(word: string): boolean {
  if (CODE.test(word)) return false
  return /[/:@]/.test(word) || /[\w-][.-]\w/.test(word) || (word.includes('_') && /[a-z]/.test(word))
}

/** Where the word ends and the punctuation after it begins. */
function endOfWord(token: string): number {
  let end = token.length
  while (end > 0 && ':.!?)]}'.includes(token.charAt(end - 1))) end -= 1
  return end
}
