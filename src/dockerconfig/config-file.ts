/** The text of a docker config (docker's config.json, podman's auth.json, .dockercfg) as its logins and helpers. */

import { isObject, type JsonObject, parseJson } from '../json/json-object.ts'
import { jsonPlace } from '../json/json-place.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { field } from './go-encoding.ts'

/** The logins in a config file. Entries are parsed only when their registry is looked up. */
export interface CredentialConfig {
  /** For people: `file ~/.docker/config.json` or `DOCKER_AUTH_CONFIG`. */
  origin: string
  auths: [key: string, entry: Redacted<unknown>][]
  credHelpers: [key: string, suffix: string][]
  /** Suffix of the helper for every other registry; null means the file itself. */
  credsStore: string | null
}

/** The format of docker and podman, or the flat one of old docker. */
export type FileShape = 'config' | 'dockercfg'

/**
 * Reads a docker config's text. Entries of `auths` stay unread.
 * @param name what the text is called in a sentence for people
 * @returns a sentence that names what is wrong and where, never the content, if the text is not a docker config
 */
export function readCredentialConfig(
  text: Redacted,
  { name, origin, shape }: { name: string; origin: string; shape: FileShape },
): CredentialConfig | string {
  const json = text.map(content => content.replace(/^\uFEFF/, ''))
  const root = json.map(parseJson).reveal()
  if (root === undefined) return `${name} is not valid JSON${json.map(jsonPlace).reveal()}: correct it there`
  if (!isObject(root)) return `${name} must be a JSON object`
  if (shape === 'dockercfg')
    return { origin, auths: redactedEntries(root), credHelpers: [], credsStore: null }
  const config = configOf(root, origin)
  return typeof config === 'string' ? `${name}: ${config}` : config
}

/** @returns the problem if a part has the wrong type */
function configOf(root: JsonObject, origin: string): CredentialConfig | string {
  const helpers = field(root, 'credHelpers') ?? {}
  if (!isObject(helpers)) return '"credHelpers" must be a JSON object'
  const credHelpers: CredentialConfig['credHelpers'] = []
  for (const [key, suffix] of Object.entries(helpers)) {
    if (typeof suffix !== 'string') return 'every value of credHelpers must be the name of a helper'
    credHelpers.push([key, suffix])
  }
  const store = field(root, 'credsStore') ?? ''
  if (typeof store !== 'string') return 'credsStore must be the name of a helper'
  const auths = field(root, 'auths') ?? {}
  if (!isObject(auths)) return '"auths" must be a JSON object'
  return { origin, auths: redactedEntries(auths), credHelpers, credsStore: store === '' ? null : store }
}

function redactedEntries(auths: JsonObject): CredentialConfig['auths'] {
  return Object.entries(auths).map(([key, entry]) => [key, new Redacted(entry)])
}
