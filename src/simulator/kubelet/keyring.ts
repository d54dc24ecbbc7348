/**
 * Which entries of pull secrets the kubelet tries for an image (pkg/credentialprovider/keyring.go), including Go's net/url if it matters.
 * Written for the simulator, independent of the product's look-up, so that an error in one of the two shows as a difference.
 */

const HUB = 'index.docker.io'

interface Location {
  host: string
  /** Decoded. */
  path: string
}

/**
 * The entries in the order in which they are tried.
 * @param repository with its registry, without tag and digest: `docker.io/library/nginx`
 * @param entries of all pull secrets, in order; `key` is the name under `auths`
 */
export function lookUp<Entry extends { key: string }>(repository: string, entries: Entry[]): Entry[] {
  const filed = entries.flatMap(entry => {
    const name = filedUnder(entry.key)
    return name === undefined ? [] : [{ name, entry }]
  })
  const names = [...new Set(filed.map(({ name }) => name))].sort(reversed)
  const under = (name: string) => filed.filter(one => one.name === name).map(({ entry }) => entry)
  const target = readLocation(repository)
  const found = names.filter(name => target && serves(readLocation(name), target)).flatMap(under)
  return found.length === 0 && isHubs(repository) ? under(HUB) : found
}

/** Host and path without an API version prefix; undefined if Go can't parse the URL. */
function filedUnder(key: string): string | undefined {
  const scheme = ['https://', 'http://'].find(prefix => key.startsWith(prefix)) ?? ''
  const location = readLocation(key.slice(scheme.length))
  if (!location) return undefined
  const versioned = ['/v1/', '/v2/'].some(prefix => location.path.startsWith(prefix))
  const path = versioned ? location.path.slice('/v1'.length) : location.path
  return path === '/' ? location.host : location.host + path
}

/** Longer names before their prefixes: in reverse byte order. */
const reversed = (a: string, b: string): number => Buffer.compare(Buffer.from(b), Buffer.from(a))

function serves(glob: Location | undefined, target: Location): boolean {
  if (!glob?.path || !target.path.startsWith(glob.path))
    return glob?.path === '' && hostServes(glob.host, target.host)
  return hostServes(glob.host, target.host)
}

function hostServes(glob: string, host: string): boolean {
  const [wanted, given] = [hostAndPort(glob), hostAndPort(host)]
  if (wanted.port !== given.port || wanted.labels.length !== given.labels.length) return false
  return wanted.labels.every((label, index) => labelServes(label, given.labels[index] ?? ''))
}

/** A star matches any number of characters: after the last star, the rest is tried at each later position. */
function labelServes(glob: string, label: string): boolean {
  let [at, star, retry] = [0, -1, 0]
  for (let place = 0; place < label.length; ) {
    if (glob[at] === '*') {
      star = at++
      retry = place
    } else if (glob[at] === label[place]) {
      at++
      place++
    } else if (star >= 0) {
      at = star + 1
      place = ++retry
    } else return false
  }
  while (glob[at] === '*') at++
  return at === glob.length
}

/** Like net.SplitHostPort; anything it refuses has no port. */
function hostAndPort(host: string): { labels: string[]; port: string } {
  const colon = host.lastIndexOf(':')
  const inBrackets = host.startsWith('[')
  const name = inBrackets ? host.slice(1, host.indexOf(']')) : host.slice(0, colon)
  const hasPort = inBrackets ? host[colon - 1] === ']' : colon >= 0 && !name.includes(':')
  return hasPort
    ? { labels: name.split('.'), port: host.slice(colon + 1) }
    : { labels: host.split('.'), port: '' }
}

/** Docker Hub by name, or a host that has neither dot nor port. */
function isHubs(repository: string): boolean {
  const [host = ''] = repository.split('/', 1)
  return host === 'docker.io' || host === HUB || (host !== '' && !host.includes('.') && !host.includes(':'))
}

/** Go's parse of `https://` and this; undefined if it fails. */
function readLocation(text: string): Location | undefined {
  const whole = before(text, '#')
  if ([...whole].some(sign => sign < ' ' || sign === '\x7f')) return undefined
  const query = before(whole, '?')
  const slash = query.indexOf('/')
  const authority = slash < 0 ? query : query.slice(0, slash)
  const at = authority.lastIndexOf('@')
  if (at >= 0 && !isUser(authority.slice(0, at))) return undefined
  const host = readHost(authority.slice(at + 1))
  const path = unescaped(slash < 0 ? '' : query.slice(slash))
  const fragment = unescaped(text.slice(whole.length))
  return host === undefined || path === undefined || fragment === undefined ? undefined : { host, path }
}

const isUser = (text: string): boolean =>
  [...text].every(sign => /[A-Za-z0-9]/.test(sign) || "-._:~!$&'()*+,;=%@".includes(sign)) &&
  unescaped(text) !== undefined

/** Since Go 1.24.8 brackets may only contain an IPv6 address (CVE-2025-47912); one colon is for the port. */
function readHost(host: string): string | undefined {
  const bracket = host.lastIndexOf('[')
  if (bracket > 0) return undefined
  const end = host.lastIndexOf(']')
  if (bracket === 0) {
    const address = host.slice(1, end)
    return end > 0 && isAddress(address) && isOptionalPort(host.slice(end + 1)) ? host : undefined
  }
  const colon = host.indexOf(':')
  if (colon >= 0 && !isOptionalPort(host.slice(colon))) return undefined
  if ([...host].some(sign => ' ^`{|}\\'.includes(sign))) return undefined
  // Only non-ASCII characters, and the percent sign itself, may be percent-encoded.
  const escapes = [...host.matchAll(/%(..)?/g)].map(([, digits = '']) => digits.toLowerCase())
  return escapes.every(digits => digits === '25' || /^[89a-f]/.test(digits)) ? unescaped(host) : undefined
}

/** Uses the URL parser of this process to recognize an IPv6 address. */
const isAddress = (text: string): boolean => text.includes(':') && URL.canParse(`http://[${text}]/`)

const isOptionalPort = (text: string): boolean =>
  text === '' || (text.startsWith(':') && [...text.slice(1)].every(sign => sign >= '0' && sign <= '9'))

/** Undefined if a percent sign is not followed by two hexadecimal digits. */
function unescaped(text: string): string | undefined {
  const parts = text.split('%')
  const bytes = [Buffer.from(parts[0] ?? '')]
  for (const part of parts.slice(1)) {
    const digits = part.slice(0, 2)
    if (digits.length < 2 || [...digits].some(digit => !'0123456789abcdefABCDEF'.includes(digit)))
      return undefined
    bytes.push(Buffer.from(digits, 'hex'), Buffer.from(part.slice(2)))
  }
  return Buffer.concat(bytes).toString()
}

const before = (text: string, sign: string): string => text.split(sign, 1)[0] ?? ''
