/** What a pull secret contains, as Go's decoders pass it to the kubelet, with their errors (pkg/credentialprovider/config.go). */

import type { ApiObject } from '../cluster/objects.ts'

interface SecretEntry {
  /** The name under `auths`, as written. */
  key: string
  username: string
  password: string
}

type Fields = Record<string, unknown>

/** The entries of that Secret, none if its type or its data key is another. Throws an Error for a malformed one. */
export function entriesOf({ type, data }: ApiObject): SecretEntry[] {
  const read = READERS.get(String(type))
  const text = read && (data as Record<string, string> | undefined)?.[read.dataKey]
  if (!read || !text) return []
  return read.entries(parsed(Buffer.from(text, 'base64').toString()))
}

const READERS = new Map([
  ['kubernetes.io/dockerconfigjson', { dataKey: '.dockerconfigjson', entries: dockerConfigJson }],
  ['kubernetes.io/dockercfg', { dataKey: '.dockercfg', entries: dockerCfg }],
])

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const first = text.trim()[0]
    throw new Error(
      first === undefined || '{["'.includes(first)
        ? 'unexpected end of JSON input'
        : `invalid character '${first}' looking for beginning of value`,
    )
  }
}

/** Go ignores the case of a field's name; a second `auths` adds to the first. */
function dockerConfigJson(content: unknown): SecretEntry[] {
  const fields = objectIn(content, 'value of type credentialprovider.DockerConfigJSON')
  return Object.entries(fields).flatMap(([name, value]) => {
    const field = (of: string) => `struct field DockerConfigJSON.${of}`
    if (isNamed(name, 'HttpHeaders')) {
      const headers = objectIn(value, `${field('HttpHeaders')} of type map[string]string`)
      for (const header of Object.values(headers)) textIn(header, field('HttpHeaders'))
    }
    if (!isNamed(name, 'auths')) return []
    const auths = objectIn(value, `${field('auths')} of type credentialprovider.DockerConfig`)
    return entriesIn(auths, field('auths'), field('auths'))
  })
}

function dockerCfg(content: unknown): SecretEntry[] {
  const auths = objectIn(content, 'value of type credentialprovider.DockerConfig')
  return entriesIn(auths, 'value', 'struct field dockerConfigEntryWithAuth')
}

const ENTRY_FIELDS = ['username', 'password', 'email', 'auth'] as const

/** @param whole Go's name for an entry, `part` its word for the place after a field's name */
function entriesIn(auths: Fields, whole: string, part: string): SecretEntry[] {
  return Object.entries(auths).map(([key, value]) => {
    const entry = objectIn(value, `${whole} of type credentialprovider.dockerConfigEntryWithAuth`)
    const read = { username: '', password: '', email: '', auth: '' }
    for (const [name, content] of Object.entries(entry)) {
      const field = ENTRY_FIELDS.find(wanted => isNamed(name, wanted))
      if (field) read[field] = textIn(content, `${part}.${field}`) ?? read[field]
    }
    const { username, password, auth } = read
    return { key, ...(auth ? fromAuth(auth) : { username, password }) }
  })
}

const isNamed = (name: string, wanted: string) => name.toLowerCase() === wanted.toLowerCase()

/** null counts as empty. */
function objectIn(value: unknown, place: string): Fields {
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw unfit(value, place)
  return value as Fields
}

function textIn(value: unknown, place: string): string | null {
  if (value === null) return null
  if (typeof value !== 'string') throw unfit(value, `${place} of type string`)
  return value
}

function unfit(value: unknown, place: string): Error {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return new Error(`json: cannot unmarshal ${kind} into Go ${place}`)
}

/** `auth` takes precedence over the fields beside it. */
function fromAuth(auth: string): { username: string; password: string } {
  const text = fromBase64(auth)
  const colon = text.indexOf(':')
  if (colon < 0) throw new Error('unable to parse auth field, must be formatted as base64(username:password)')
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Go's standard alphabet, with or without padding: text that ends in `=` must have all of it. Line breaks are skipped. */
function fromBase64(text: string): string {
  const signs = [...Buffer.from(text)].map((code, at) => ({ sign: String.fromCharCode(code), at }))
  const letters = signs.filter(({ sign }) => sign !== '\n' && sign !== '\r')
  const isPadded = text.trim().endsWith('=')
  const digits = letters.findIndex(({ sign }) => !/[A-Za-z0-9+/]/.test(sign))
  const whole = digits < 0 ? letters.length : digits
  const open = whole % 4
  const corrupt = (at: number) => new Error(`illegal base64 data at input byte ${at}`)
  const stop = letters[whole]
  if (stop === undefined) {
    if (open === 1 || (open > 0 && isPadded)) throw corrupt(signs.length - open)
  } else {
    if (stop.sign !== '=' || !isPadded || open < 2) throw corrupt(stop.at)
    const second = letters[whole + 1]
    if (open === 2 && second?.sign !== '=') throw corrupt(second === undefined ? signs.length : second.at - 1)
    const beyond = letters[whole + 4 - open]
    if (beyond) throw corrupt(beyond.at)
  }
  return Buffer.from(letters.map(({ sign }) => sign).join(''), 'base64').toString()
}
