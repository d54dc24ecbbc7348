/** Removes tokens, passwords, and ids from text by their format. The text stays readable. Runs in linear time. */

import { MARK, type Redacted } from './redacted.ts'

/** Names of URL parameters, form fields and JSON fields whose value is a credential or identifies a user. */
const FIELDS = [
  'auth',
  'sig',
  'hmac',
  'verify',
  'googleaccessid',
  'key-pair-id',
  'q-ak',
  // `access_token`, `client_secret`; the signed URLs of Amazon, Google, Alibaba and Tencent differ only in the prefix.
  '[\\w-]{0,30}(?:token|secret|password|passwd|assertion|api[_-]?key|signature|credential|accesskeyid)',
].join('|')

/** Tokens recognized by their format, anywhere in the text. */
const TOKENS = [
  /(?<![\w-])dckr_(?:jti|pat|oat)_[\w-]+={0,2}/g,
  /(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g,
  /(?<![\w-])eyJ[\w+/-]{40,}={0,2}/g,
  /(?<!\w)gh[pousr]_[A-Za-z0-9]{16,}/g,
  /(?<!\w)github_pat_\w{20,}/g,
  /(?<![\w-])gl(?:pat|dt|oas|cbt)-[\w-]{16,}/g,
  /(?<!\w)do[opr]_v1_[0-9a-f]{16,}/g,
  /(?<!\w)(?:hf|npm)_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])nvapi-[\w-]{20,}/g,
  /(?<!\w)ya29\.[\w-]+/g,
  /(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g,
]

/** `://user:password@`; with a digest after the @, it is an image. An unescaped password may contain characters that would end a host. */
const USERINFO = /:\/\/(?:[^\s/"'?#:@]{0,256}:[^\s"'<>@]{0,512}|[^\s/"'?#]*)@(?!sha(?:256|512):)/g
/** `user:password@registry/image`, which is not a valid image name: there, a digest follows the @. */
const LOGIN_IN_NAME = /(?<![\w:/@.%+-])[\w.%+-]{1,64}:[^\s"'@/]{1,256}@(?=[\w.-]{1,253}(?::\d{1,5})?\/)/g
const AUTHORIZATION =
  /(authorization\\?["']?\s*[:=]\s*\\?["']?(?:basic|bearer|token|digest|negotiate)\s+)[^\s,"'\\]+/gi
/** Headers of registries and Git hosts that contain credentials. */
const HEADER =
  /((?<![\w-])(?:x-jfrog-art-api|x-api-key|(?:private|job|deploy)-token)["']?\s*:\s*["']?)[^\s,"'\\]+/gi
const COOKIE =
  /((?<![\w-])(?:set-)?cookie["']?\s{0,9}:\s{0,9}["']?)[^\s;:,"'=]{1,200}=[^\s,"']*(?:\s[^\s;:,"'=]{1,200}=[^\s,"']*)*/gi
/** `password: hunter2`, `--password hunter2`; not `password: unauthorized`. */
const PASSWORD = /((?:password|passwd)\s{0,9}:\s{1,9}|--?(?:password|passwd|token)\s{1,9})([^\s"'\\]+)/gi
/** containerd quotes a decoded `auth` of its own settings that has no colon. The value may contain anything, but ends its line. */
const DECODED = /(\binvalid decoded auth: )[^\n]+/gi
const SCHEME = /\b(basic|bearer)(\s+)([\w.~+/-]{4,}=*)/gi
/** A `%2B` that went through one of Go's format functions by mistake, as happens to URLs that containerd writes into events. */
const MISPRINT = '%!\\w?\\([A-Z]{1,10}\\)'
const PARAMETER = new RegExp(
  `((?:^|[^\\w-]|u0026|%26|%3F)(?:${FIELDS})(?:=|%3D)\\\\*["']?)(?:${MISPRINT}|[\\w%.~+/=-])*(?:${MISPRINT}|[\\w%~+/=-])`,
  'gi',
)
/** The value ends at a quote with as many backslashes before it as its opening quote: JSON may be nested in JSON strings. */
const JSON_FIELD = new RegExp(
  `((?<![\\w-])(?:${FIELDS})\\\\{0,8}["']\\s{0,9}:\\s{0,9}(\\\\{0,8})(["']))(?:(?!(?<!\\\\)\\2\\3)[\\s\\S]){1,4096}`,
  'gi',
)
const RATE_LIMIT_SOURCE = /(docker-ratelimit-source\\?["']?\s*[:=]\s*\[?\\?["']?)[^\s,;"'\]\\]+/gi

/** Returns the text without credentials. Nothing else is changed. */
export function redact(text: string): string {
  let clean = text
    .replace(AUTHORIZATION, `$1${MARK}`)
    .replace(SCHEME, (whole: string, scheme: string, gap: string, value: string) =>
      isWord(value) ? whole : `${scheme}${gap}${MARK}`,
    )
    .replace(HEADER, `$1${MARK}`)
    .replace(COOKIE, `$1${MARK}`)
    .replace(PASSWORD, (whole: string, name: string, value: string) =>
      isWord(value) ? whole : `${name}${MARK}`,
    )
    .replace(DECODED, `$1${MARK}`)
    .replace(USERINFO, `://${MARK}@`)
    .replace(LOGIN_IN_NAME, `${MARK}@`)
    .replace(PARAMETER, `$1${MARK}`)
    .replace(JSON_FIELD, `$1${MARK}`)
    .replace(RATE_LIMIT_SOURCE, `$1${MARK}`)
  for (const token of TOKENS) clean = clean.replace(token, MARK)
  return clean
}

/** Redacts a host or a URL, whole: it may hold a login in front of an @, with a scheme or without one. */
export function redactHost(host: string): string {
  return redact(host).replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?).*@/is, `$1${MARK}@`)
}

/**
 * A login's user name, for display. Some registries take a token as both halves of the login (docs.digitalocean.com/products/container-registry),
 * and a helper's user name can be anything.
 */
export function redactUser({ username, password }: { username: string; password: Redacted }): string {
  const isPassword = password.map(secret => secret !== '' && secret === username).reveal()
  return isPassword ? MARK : redact(username)
}

/** The value after such a word, or after one that contains it (`client_secret: …`), unless the value is an ordinary word. */
const AFTER_SECRET_WORD =
  /((?:bearer|basic|token|password|passwd|secret)\\?["']?[\s=:]{1,9}\\?["']?)([^\s"',\\]{4,})/gi
const PROSE = /^[A-Za-z]?[a-z]+[.,;:]?$/

/** A stricter redact for the output of login programs, which handle the login themselves: losing harmless words matters less there. */
export function redactStrictly(text: string): string {
  return redact(text).replace(AFTER_SECRET_WORD, (whole: string, name: string, value: string) =>
    PROSE.test(value) ? whole : `${name}${MARK}`,
  )
}

/** `Bearer token`, `basic auth.`, `Bearer realm="…"`: prose or a challenge, not a credential. */
function isWord(value: string): boolean {
  return /^(?:[A-Za-z]?[a-z]{0,18}[.,;:-]?|[A-Z]{1,6}|realm=|[a-z]+[_-][a-z_-]+)$/.test(value)
}
