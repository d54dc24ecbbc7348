/** What stands in a login where the password itself was meant. */

import { decodeBase64 } from '../../dockerconfig/go-encoding.ts'
import { parseJson, record } from '../../json/json-object.ts'
import type { PasswordMistake } from '../../snapshot/pull-secret.ts'

/**
 * A command or a variable that a shell, a pipeline, or a template was meant to replace, and nothing else. A bare variable has a name that says so:
 * a password can start with a dollar sign, too.
 */
const UNEXPANDED =
  /^(?:\$\([^()]+\)|`[^`]+`|\$\{[A-Za-z_]\w*\}|\$(?=[A-Z\d_]*(?:_|PASS|TOKEN|SECRET|KEY|PWD))[A-Z_][A-Z\d_]{3,}|\$?\{\{[^{}]+\}\}|%[A-Z_][A-Z\d_]{3,}%)$/

/** The path of a file: `kubectl` takes the password itself, and reads none from a file for `@` either. */
const FILE_NAME =
  /^(?:@?[~./\w-]+\.(?:json|txt|pem)|@?(?:~|\.{1,2})?\/[./\w-]+\.(?:key|token|pass|password|secret)|@?\/(?:run|var|etc|home|root|tmp|secrets)\/[./\w-]+)$/

/** What was put in place of a password that was removed from a dump. */
const REMOVED = /^(?:[^A-Za-z0-9]*|x+)$|redact|mask|remov|hidden|omit|sanitiz/i

/** The same, by words that can be a real password where no key is promised. */
const STAND_IN =
  /^\W*(?:password|pass|secret|token|key|private|dummy|fake|test|example|placeholder|changeme)\W*$|replac|strip|scrub|censor|anonym/i

/**
 * The user names that say that the password is the key of a service account, which is JSON (cloud.google.com/artifact-registry/docs/docker/authentication,
 * yandex.cloud/docs/container-registry).
 */
const OF_KEY = ['_json_key', '_json_key_base64', 'json_key']

/** Returns what the password is by mistake; null if it may be right, or was removed. */
export function passwordMistake(username: string, password: string): PasswordMistake | null {
  const written = password.trim()
  if (REMOVED.test(written)) return null
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
