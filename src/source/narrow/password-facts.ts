/** What a login shows about itself without being kept: that it is not what was meant, how long its token is valid, and for which registry. */

import { decodeBase64 } from '../../dockerconfig/go-encoding.ts'
import type { KubeletEntry, PullLogin } from '../../dockerconfig/kubelet-view.ts'
import { number, parseJson, present, record, text } from '../../json/json-object.ts'
import type { Redacted } from '../../secrecy/redacted.ts'
import type { LoginMarks, PasswordMistake } from '../../snapshot/pull-secret.ts'

/** Returns what the login of a Secret's entry shows about itself. */
export function loginMarks(entry: KubeletEntry): LoginMarks {
  const { password } = entry
  return {
    ...(isPadded(entry) && { padded: true as const }),
    ...(entry.overridden && { overridden: true as const }),
    ...present({
      mistake: mistakeOf(entry),
      validUntil: validUntilOf(password),
      issuedFor: issuerOf(password),
    }),
  }
}

function isPadded({ username, password }: PullLogin): boolean {
  const ofText = (text: string) => text !== text.trim()
  return ofText(username) || password.map(ofText).reveal()
}

/**
 * A command or a variable that a shell, a pipeline, or a template was meant to replace, and nothing else. A bare variable has a name that says so:
 * a password can start with a dollar sign, too.
 */
const UNEXPANDED =
  /^(?:\$\([^()]+\)|`[^`]+`|\$\{[A-Za-z_]\w*\}|\$(?=[A-Z\d_]*(?:_|PASS|TOKEN|SECRET|KEY|PWD))[A-Z_][A-Z\d_]{3,}|\$?\{\{[^{}]+\}\}|%[A-Z_][A-Z\d_]{3,}%)$/

/** The path of a file: `kubectl` takes the password itself, and reads none from a file for `@` either. */
const FILE_NAME =
  /^(?:@?[~./\w-]+\.(?:json|txt|pem)|@?(?:~|\.{1,2})?\/[./\w-]+\.(?:key|token|pass|password|secret)|@?\/(?:run|var|etc|home|root|tmp|secrets)\/[./\w-]+)$/

/** What stands for a missing value: Go's text/template and fmt, and JSON, Python, and JavaScript as text. */
const NO_VALUE = /^(?:<no value>|<nil>|%!\w\(<nil>\)|null|None|undefined)$/

/** Placeholders that tools write in place of a removed value; `187 bytes long` is that of `oc adm inspect` and must-gather (openshift/oc, elideSecret). */
export const REDACTION = /^(?:[^A-Za-z0-9]*|x+|\d+ bytes(?: long)?)$|redact|mask|remov|hidden|omit|sanitiz/i

/** The same, by words that can be a real password where no key is promised. */
const STAND_IN =
  /^\W*(?:password|pass|secret|token|key|private|dummy|fake|test|example|placeholder|changeme)\W*$|replac|strip|scrub|censor|anonym/i

/**
 * The user names that say that the password is the key of a service account, which is JSON (cloud.google.com/artifact-registry/docs/docker/authentication,
 * yandex.cloud/docs/container-registry).
 */
const OF_KEY = ['_json_key', '_json_key_base64', 'json_key']

/** Returns what the password is by mistake; null if it may be right, or was removed. */
function passwordMistake(username: string, password: string): PasswordMistake | null {
  const written = password.trim()
  // The password beside it may have been removed from a dump.
  if (NO_VALUE.test(username.trim()) || NO_VALUE.test(written)) return 'no-value'
  if (REDACTION.test(written)) return null
  if (UNEXPANDED.test(written)) return 'unexpanded'
  if (FILE_NAME.test(written)) return 'file-name'
  const isPromised = OF_KEY.includes(username) && !STAND_IN.test(written)
  return isPromised && !isKey(username, written) ? 'no-key' : null
}

function isKey(username: string, written: string): boolean {
  const key = username.endsWith('_base64') ? (decodeBase64(written)?.toString('utf8') ?? '') : written
  // Its key may have been removed alone.
  return 'private_key' in record(parseJson(key))
}

function mistakeOf({ username, password }: PullLogin): PasswordMistake | null {
  const found = password.map(written => passwordMistake(username, written) ?? '').reveal()
  return found === '' ? null : (found as PasswordMistake)
}

/**
 * Returns until when a token is valid by its own claim, as ISO 8601; null if it makes none. A JWT has `exp` (RFC 7519), and the password of
 * a login for ECR is base64 of JSON with `expiration`; both count seconds.
 */
function validUntilOf(password: Redacted): string | null {
  const seconds = password.map(claimedExpiry).reveal()
  // JavaScript can't represent every date that a token can claim.
  return seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : null
}

function claimedExpiry(token: string): number {
  const claims = claimsOf(token)
  return claims === null ? number(decoded(token).expiration, 0) : number(claims.exp, 0)
}

/** Returns the login server that a token of Azure Container Registry is for, by its claim `aud` (Azure/acr, AAD-OAuth.md); null for any other. */
function issuerOf(password: Redacted): string | null {
  const audience = password.map(token => text(claimsOf(token)?.aud)).reveal()
  return /^[a-z0-9-]{1,63}\.azurecr\.(?:io|cn|us)$/.test(audience) ? audience : null
}

/** The claims of a JWT; null for anything else. */
function claimsOf(token: string): Record<string, unknown> | null {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? []
  return payload === undefined ? null : decoded(payload.replaceAll('-', '+').replaceAll('_', '/'))
}

function decoded(encoded: string): Record<string, unknown> {
  return record(parseJson(decodeBase64(encoded)?.toString('utf8') ?? ''))
}
