/**
 * Reads the key of a pull secret's entry as the kubelet does (kubernetes pkg/credentialprovider/keyring.go Add and URLsMatch),
 * including Go's URL parsing where it matters.
 */

interface Url {
  host: string
  path: string
}

/** The form under which the kubelet stores the entry: host and path without scheme, `/v1/` and `/v2/`; null if it ignores the entry. */
export function normalizeKey(key: string): string | null {
  const url = parseUrl(key.replace(/^https?:\/\//, ''))
  if (url === null) return null
  const path = /^\/v[12]\//.test(url.path) ? url.path.slice(3) : url.path
  return path === '' || path === '/' ? url.host : url.host + path
}

/**
 * Whether an entry stored under `key` serves the image name: same port, each label of the host by its glob, and the path as a plain prefix.
 * @param key as returned by normalizeKey
 * @param name registry and repository, without tag and digest
 */
export function keyMatches(key: string, name: string): boolean {
  const glob = parseUrl(key)
  const target = parseUrl(name)
  if (glob === null || target === null || !target.path.startsWith(glob.path)) return false
  const [globHost, globPort] = splitPort(glob.host)
  const [host, port] = splitPort(target.host)
  const globs = globHost.split('.')
  const labels = host.split('.')
  return (
    globPort === port &&
    globs.length === labels.length &&
    globs.every((label, index) => globMatches(label, labels[index] ?? ''))
  )
}

/** Host and path of a URL without its scheme; null if Go's url.Parse fails. User, query and fragment are ignored, but can make it fail. */
function parseUrl(text: string): Url | null {
  const [beforeHash = ''] = text.split('#', 1)
  const fragment = text.slice(beforeHash.length)
  if (/[\x00-\x1f\x7f]/.test(beforeHash) || decoded(fragment) === null) return null
  const [whole = ''] = beforeHash.split('?', 1)
  const slash = whole.indexOf('/')
  const authority = slash === -1 ? whole : whole.slice(0, slash)
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  if (at !== -1 && !isUser(authority.slice(0, at))) return null
  const path = decoded(slash === -1 ? '' : whole.slice(slash))
  return path !== null && isHost(host) ? { host, path } : null
}

function isUser(text: string): boolean {
  return /^[\w\-.~:!$&'()*+,;=%@]*$/.test(text) && decoded(text) !== null
}

/** Brackets are only for IPv6: Go 1.24.8, and every kubelet built with it, refuses the globs' `[a-z]` in a host (CVE-2025-47912). */
function isHost(host: string): boolean {
  const afterLiteral = /^\[[\da-f:.]+\](.*)$/i.exec(host)?.[1]
  if (afterLiteral !== undefined) return /^(?::\d*)?$/.test(afterLiteral)
  return !/[ %^`{}|\\[\]]/.test(host) && /^[^:]*$|:\d*$/.test(host)
}

/** Null for a percent sign without two hex digits. */
function decoded(text: string): string | null {
  if (/%(?![\da-f]{2})/i.test(text)) return null
  try {
    return decodeURIComponent(text)
  } catch {
    // Not valid UTF-8: no image name matches it.
    return text
  }
}

/** Go's net.SplitHostPort; if it fails, the whole text is the host. */
function splitPort(host: string): [host: string, port: string] {
  const match = /^(?:\[(.*)\]|([^:[\]]*)):([^:]*)$/.exec(host)
  return match === null ? [host, ''] : [match[1] ?? match[2] ?? '', match[3] ?? '']
}

/** Go's filepath.Match for one label. Only `*` is special here, because `?` starts a query. Case-sensitive; no glob takes long. */
function globMatches(glob: string, label: string): boolean {
  const [first = '', ...more] = glob.split('*')
  const last = more.pop()
  if (last === undefined) return glob === label
  if (!label.startsWith(first)) return false
  let at = first.length
  for (const part of more) {
    const found = label.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return label.length - last.length >= at && label.endsWith(last)
}
