/**
 * Describes a pull secret without its secret. The kubelet takes a Secret only if its type and its data key fit each other
 * (pkg/credentialprovider/secrets/secrets.go); anything else it passes over in silence.
 */

import {
  type DockerConfig,
  type PullLogin,
  readDockerConfigJson,
  readDockercfg,
} from '../../dockerconfig/kubelet-view.ts'
import { layoutOf, type SecretLayout } from '../../dockerconfig/secret-layout.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { PullSecret, PullSecretEntry, PullSecretProblem } from '../../snapshot/pull-secret.ts'
import { nameOf, namespaceOf, record, text, textOrNull } from './shape.ts'

interface Form {
  key: string
  layout: SecretLayout
  read: (content: Redacted) => DockerConfig
}

const FORMS: Record<string, Form> = {
  'kubernetes.io/dockerconfigjson': {
    key: '.dockerconfigjson',
    layout: 'config.json',
    read: readDockerConfigJson,
  },
  'kubernetes.io/dockercfg': { key: '.dockercfg', layout: 'dockercfg', read: readDockercfg },
}

/** A Secret as the API server or a dump gives it; null without a name. Content that a dump has had taken out is `not-in-dump`. */
export function narrowPullSecret(raw: unknown): PullSecret | null {
  const name = nameOf(raw)
  if (name === null) return null
  const secret = record(raw)
  // A Secret written without a type becomes Opaque.
  const type = textOrNull(secret.type) ?? 'Opaque'
  return { namespace: namespaceOf(raw), name, type, ...describe(type, secret) }
}

/** The logins that the kubelet finds in a Secret; none where it can't use it. `malformed`: it fails every image of the pod. */
export function pullLoginsOf(raw: unknown): PullLogin[] | 'malformed' {
  const secret = record(raw)
  const form = formOf(textOrNull(secret.type) ?? 'Opaque')
  const content = form && dataOf(secret)[form.key]
  if (!form || !content) return []
  const config = form.read(content)
  return 'malformedAt' in config ? 'malformed' : config.logins
}

/** A Secret that a pod names and that could not be looked into. `provenBy`: who says that it is missing, if not the API server. */
export function describeMissingSecret(
  namespace: string,
  name: string,
  problem: 'missing' | 'forbidden' | 'failed' | 'not-in-dump',
  provenBy?: PullSecret['provenBy'],
): PullSecret {
  return { namespace, name, type: null, problem, ...(provenBy && { provenBy }), entries: [] }
}

type Description = Pick<PullSecret, 'problem' | 'detail' | 'entries'>

function describe(type: string, secret: Record<string, unknown>): Description {
  const form = formOf(type)
  if (form === undefined) return problem('wrong-type', type)
  const data = dataOf(secret)
  if (!Object.hasOwn(data, form.key)) {
    const keys = Object.keys(data)
    // The API server stores no secret of this type without its key: an empty one has been emptied since.
    return keys.length === 0 ? problem('not-in-dump', 'data') : problem('wrong-key', keys.join(', '))
  }
  const content = data[form.key] ?? null
  return content === null ? problem('not-in-dump', form.key) : describeContent(content, form)
}

function formOf(type: string): Form | undefined {
  return Object.hasOwn(FORMS, type) ? FORMS[type] : undefined
}

function describeContent(content: Redacted, { read, layout }: Form): Description {
  const config = read(content)
  if ('malformedAt' in config) return problem('malformed', config.malformedAt)
  if (!config.entries.some(isLogin)) {
    const found = layoutOf(content)
    if (found !== null && found !== layout) return problem('wrong-layout', found)
  }
  if (config.entries.length > 0) return { problem: null, entries: config.entries }
  return config.namesHelpers ? problem('creds-store-only') : problem('no-entries')
}

function isLogin({ problem }: PullSecretEntry): boolean {
  return problem === null
}

function problem(code: PullSecretProblem, detail?: string): Description {
  return { problem: code, ...(detail === undefined ? {} : { detail }), entries: [] }
}

/** Data keys with their decoded content, null where it was redacted. `stringData` of a manifest counts as the server counts it. */
function dataOf(secret: Record<string, unknown>): Record<string, Redacted | null> {
  const stored = Object.entries(record(secret.data)).map(([key, value]) => [
    key,
    secretText(decode(text(value))),
  ])
  const written = Object.entries(record(secret.stringData)).map(([key, value]) => [
    key,
    secretText(textOrNull(value)),
  ])
  return Object.fromEntries([...stored, ...written])
}

function secretText(value: string | null): Redacted | null {
  return value === null ? null : new Redacted(value)
}

/** What tools put where a value was. */
const REDACTION = /^(?:[^A-Za-z0-9]*|x+)$|redact|mask|remov|hidden|omit|sanitiz/i

/** A value of `data`; null where it is not base64, or not of text: a dump that has had its secrets taken out. */
function decode(value: string): string | null {
  const body = value.replace(/[\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body)) return null
  const content = Buffer.from(body, 'base64').toString('utf8')
  if (content.trimStart().startsWith('{')) return content
  return REDACTION.test(content) || /[\0-\x08\ufffd]/.test(content) ? null : content
}
