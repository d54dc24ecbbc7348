/**
 * Describes pull secrets without their secret content. The kubelet uses a Secret only if its type matches its data key
 * (pkg/credentialprovider/secrets/secrets.go), and silently ignores any other.
 */

import { decodeBase64 } from '../../dockerconfig/go-encoding.ts'
import {
  type KubeletConfig,
  type KubeletEntry,
  layoutOf,
  type PullLogin,
  readDockerConfigJson,
  readDockercfg,
  type SecretLayout,
} from '../../dockerconfig/kubelet-view.ts'
import { DATA_KEY, PULL_SECRET_TYPE } from '../../dockerconfig/pull-secret-content.ts'
import { list, present, record, text, textOrNull, texts } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import { redactHost, redactUser } from '../../secrecy/redact.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type {
  PullSecret,
  PullSecretEntry,
  PullSecretEntryProblem,
  PullSecretProblem,
  SecretWriter,
} from '../../snapshot/pull-secret.ts'
import { isKubernetesGroup, managerIn } from './managers.ts'
import { loginMarks, REDACTION } from './password-facts.ts'

interface Form {
  key: string
  layout: SecretLayout
  read: (content: Redacted) => KubeletConfig
}

const FORMS: Record<string, Form> = {
  [PULL_SECRET_TYPE]: {
    key: DATA_KEY,
    layout: 'config.json',
    read: readDockerConfigJson,
  },
  'kubernetes.io/dockercfg': { key: '.dockercfg', layout: 'dockercfg', read: readDockercfg },
}

/** The types of Secrets that the kubelet pulls with. */
export const PULL_SECRET_TYPES = Object.keys(FORMS)

/** Describes a Secret from the API server or a dump; null without a name. Content that was removed from a dump is `not-in-dump`. */
export function narrowPullSecret(raw: unknown): PullSecret | null {
  const name = nameOf(raw)
  if (name === null) return null
  const secret = record(raw)
  const metadata = record(secret.metadata)
  // A Secret created without a type becomes Opaque.
  const type = textOrNull(secret.type) ?? 'Opaque'
  return {
    namespace: namespaceOf(raw),
    name,
    type,
    ...present({
      createdAt: textOrNull(metadata.creationTimestamp),
      changedAt: changedAt(metadata),
      writer: writerOf(metadata),
    }),
    ...describe(type, secret),
  }
}

/** Returns the complete logins that the kubelet finds in a Secret; none if it can't use it. `malformed`: all images of the pod fail. */
export function pullLoginsOf(raw: unknown): PullLogin[] | 'malformed' {
  const secret = record(raw)
  const form = formOf(textOrNull(secret.type) ?? 'Opaque')
  const content = form && dataOf(secret)[form.key]
  if (!form || !content) return []
  const config = form.read(content)
  return 'malformedAt' in config ? 'malformed' : config.entries.filter(isWhole)
}

/** When somebody last wrote the data, by the fields that the API server keeps of each writer; null if that was its creation. */
function changedAt({ creationTimestamp, managedFields }: Record<string, unknown>): string | null {
  const times = list(managedFields)
    .map(record)
    .filter(({ fieldsV1 }) => record(fieldsV1)['f:data'] !== undefined)
    .map(({ time }) => text(time))
  const newest = times.sort().at(-1)
  return newest !== undefined && newest > text(creationTimestamp) ? newest : null
}

type Description = Pick<PullSecret, 'problem' | 'detail' | 'fields' | 'entries'>

function describe(type: string, secret: Record<string, unknown>): Description {
  const form = formOf(type)
  const data = dataOf(secret)
  if (form === undefined) return { ...problem('wrong-type', type), ...present({ fields: otherFields(data) }) }
  if (!Object.hasOwn(data, form.key)) {
    const keys = Object.keys(data)
    // The API server rejects a secret of this type without its key, so an empty one was emptied later.
    return keys.length === 0 ? problem('not-in-dump', 'data') : problem('wrong-key', keys.join(', '))
  }
  const content = data[form.key] ?? null
  return content === null ? problem('not-in-dump', form.key) : describeContent(content, form)
}

/** The keys of the data if none of them is one of a pull secret; null if one is, or if there is no data. */
function otherFields(data: Record<string, unknown>): string[] | null {
  const keys = Object.keys(data).map(narrowName)
  const isPullSecret = Object.values(FORMS).some(({ key }) => Object.hasOwn(data, key))
  return keys.length === 0 || isPullSecret ? null : keys.sort()
}

function formOf(type: string): Form | undefined {
  return Object.hasOwn(FORMS, type) ? FORMS[type] : undefined
}

function describeContent(content: Redacted, { read, layout }: Form): Description {
  const config = read(content)
  if ('malformedAt' in config) return problem('malformed', redactHost(config.malformedAt))
  const entries = config.entries.map(describeEntry)
  if (!entries.some(entry => entry.problem === null)) {
    const found = layoutOf(content)
    if (found !== null && found !== layout) return problem('wrong-layout', found)
  }
  if (entries.length > 0) return { problem: null, entries }
  return config.namesHelpers ? problem('creds-store-only') : problem('no-entries')
}

/** Describes the entry without anything that could be used to log in. */
function describeEntry(entry: KubeletEntry): PullSecretEntry {
  const username = redactUser(entry) || null
  return {
    key: redactHost(entry.key),
    username,
    problem: entryProblem(entry),
    ...loginMarks(entry),
  }
}

/** Annotations and labels of tools that copy Secrets, with the name of the original if they hold it. */
const COPIES = [
  'reflector.v1.k8s.emberstack.com/reflects',
  'replicator.v1.mittwald.de/replicate-from',
  'replicator.v1.mittwald.de/replicated-from-version',
  'kubed.appscode.com/origin',
  'meta.config-syncer.appscode.com/origin',
  'generate.kyverno.io/source-name',
] as const

/**
 * Labels of copies with the namespace and the name of the original. HNC's copies have its name (hierarchical-namespaces, user guide), and
 * some versions of Kyverno note a uid in place of it.
 */
const COPY_LABELS = [
  { namespace: 'hnc.x-k8s.io/inherited-from', name: null },
  { namespace: 'generate.kyverno.io/source-namespace', name: 'generate.kyverno.io/source-name' },
] as const

/** What writes the Secret, by its owner or by what tools note in its metadata; null if nothing shows. */
function writerOf(metadata: Record<string, unknown>): SecretWriter | null {
  const labels = texts(metadata.labels)
  const annotations = texts(metadata.annotations)
  const owner = list(metadata.ownerReferences)
    .map(record)
    .find(({ apiVersion }) => !isKubernetesGroup(text(apiVersion)))
  if (owner !== undefined) {
    const [group = ''] = narrowName(owner.apiVersion).split('/')
    return { type: 'resource', kind: narrowName(owner.kind), group, name: narrowName(owner.name) }
  }
  const marked = COPY_LABELS.find(({ namespace }) => labels[namespace] !== undefined)
  if (marked !== undefined) {
    const name = marked.name === null ? text(metadata.name) : (labels[marked.name] ?? '')
    return { type: 'copy', of: originOf(`${labels[marked.namespace]}/${name}`) }
  }
  const mark = COPIES.find(key => annotations[key] !== undefined || labels[key] !== undefined)
  if (mark !== undefined) {
    return { type: 'copy', of: originOf(annotations[mark] ?? '') }
  }
  const manager = managerIn(metadata)
  if (manager !== null) return { type: 'manager', manager }
  if (labels['reconcile.external-secrets.io/created-by'] !== undefined)
    return { type: 'tool', name: 'External Secrets Operator' }
  const tool = labels[MANAGED_BY] ?? annotations[MANAGED_BY]
  if (tool === 'pullguard') return { type: 'fix' }
  return tool === undefined || tool === 'Helm' ? null : { type: 'tool', name: narrowName(tool) }
}

/** Returns the NAMESPACE/NAME of a copy's original; null if the text is none. */
function originOf(text: string): string | null {
  return /^[a-z0-9-]+\/[a-z0-9.-]+$/.test(text) ? text : null
}

const MANAGED_BY = 'app.kubernetes.io/managed-by'

function entryProblem(entry: KubeletEntry): PullSecretEntryProblem | null {
  if (isWhole(entry)) return null
  if (entry.hasToken) return 'token-only'
  return entry.username === '' && isEmpty(entry.password) ? 'empty-auth' : 'half'
}

function isWhole({ username, password }: PullLogin): boolean {
  return username !== '' && !isEmpty(password)
}

function isEmpty(secret: Redacted): boolean {
  return secret.map(text => text === '').reveal()
}

function problem(code: PullSecretProblem, detail?: string): Description {
  return { problem: code, ...(detail === undefined ? {} : { detail }), entries: [] }
}

/** Returns the data keys with their decoded content, null if it was redacted. `stringData` of a manifest is merged as the server does. */
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

/** Decodes a value of `data`; null if it is not base64, or not of text, as in a dump with its secrets removed. */
function decode(value: string): string | null {
  const content = decodeBase64(value)?.toString('utf8') ?? null
  if (content === null || content.trimStart().startsWith('{')) return content
  return REDACTION.test(content) || /[\0-\x08\ufffd]/.test(content) ? null : content
}
