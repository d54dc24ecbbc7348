/** Reads the workloads in files, and the service accounts and Secrets beside them, file by file, keeping only what an audit needs. */

import { basename, dirname, resolve } from 'node:path'
import { UsageError } from '../../errors.ts'
import { record } from '../../json/json-object.ts'
import { type ChartInstaller, chartInstallerOf } from '../../manifest/chart-installer.ts'
import { readManifest } from '../../manifest/document.ts'
import { type IgnoreComment, ignoreComments } from '../../manifest/ignore-comments.ts'
import { type Kustomization, kustomizationIn } from '../../manifest/kustomization.ts'
import { workloadsIn } from '../../manifest/narrow-workloads.ts'
import { templateAt } from '../../manifest/placeholder.ts'
import { isOfKind, type ManifestObject, objectsIn, podSpecsIn } from '../../manifest/pod-specs.ts'
import type { AuditSnapshot } from '../../snapshot/audit-snapshot.ts'
import { bytesOf } from '../file-names.ts'
import { parseLabelSelector } from '../label-selector.ts'
import { narrowPullSecret } from '../narrow/pull-secret.ts'
import { narrowServiceAccount } from '../narrow/related-objects.ts'
import { type FindOptions, type FoundFile, findFiles } from './find-files.ts'
import { readStream, readText } from './read-text.ts'

export interface FileAuditOptions extends FindOptions {
  stdin: AsyncIterable<Uint8Array> & { isTTY?: boolean }
  /** The namespace of workloads that name none; workloads of other namespaces are skipped. null: all. */
  namespace: string | null
  labelSelector: string | null
  /** ISO 8601. */
  now: string
  signal: AbortSignal
}

export interface FileAudit {
  scope: AuditSnapshot
  /** By path. */
  comments: Map<string, IgnoreComment[]>
  /** By path: the file's real path, except for standard input and pipes. */
  real: Map<string, string>
  shallow: string[]
  /** The kinds of all objects without pods; null if pods were left out, for their namespace, labels, or missing images. */
  kinds: Set<string> | null
  kustomizations: FoundKustomization[]
  /** The objects for which a chart is installed. */
  chartInstalls: { path: string; installer: ChartInstaller }[]
}

export interface FoundKustomization extends Kustomization {
  /** As shown. */
  folder: string
}

/** The names under which kustomize reads a kustomization (api/konfig, RecognizedKustomizationFileNames). */
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Trouble with a file is data. @throws UsageError for an invalid selector or name */
export async function readAuditFiles(options: FileAuditOptions): Promise<FileAudit> {
  const { paths, namespace, labelSelector, now, signal } = options
  const selects = parseLabelSelector(labelSelector ?? '')
  const { files, unread, shallow } = await findFiles(options)
  const read: FileAudit = {
    scope: {
      takenAt: now,
      source: { type: 'file', files: paths },
      scope: { namespaces: namespace === null ? null : [namespace], labelSelector },
      workloads: [],
      serviceAccounts: [],
      pullSecrets: [],
      nodes: null,
      observations: [],
      secretsChanged: [],
      imageChecks: [],
      gaps: [],
      unread: unread.map(each => ({ ...each, line: null, column: null })),
      templates: [],
      files: 0,
    },
    comments: new Map(),
    real: new Map(),
    shallow,
    kinds: new Set(),
    kustomizations: [],
    chartInstalls: [],
  }
  for (const file of files) {
    signal.throwIfAborted()
    await readInto(read, file, options)
  }
  const { scope } = read
  const all = scope.workloads.length
  scope.workloads = scope.workloads
    .filter(({ labels }) => selects(labels))
    .filter(workload => namespace === null || (workload.namespace ?? namespace) === namespace)
    .map(workload => ({ ...workload, namespace: workload.namespace ?? namespace }))
  if (scope.workloads.length < all) read.kinds = null
  return read
}

async function readInto(
  read: FileAudit,
  { path, real, inFolder }: FoundFile,
  options: FileAuditOptions,
): Promise<void> {
  const { namespace } = options
  const { scope } = read
  const found = real === null ? await readPiped(path, options) : await readText(real)
  if ('problem' in found) {
    scope.unread.push({ path, problem: found.problem, line: null, column: null })
    return
  }
  scope.files += 1
  if (inFolder && isForOthers(found.text, path)) return
  const { documents, unread, placeOf } = readManifest(found.text)
  for (const { problem, line, column } of unread) {
    if (problem === 'template') scope.templates.push(path)
    else if (!inFolder || hasKind(found.text)) scope.unread.push({ path, problem, line, column })
  }
  if (real !== null) read.real.set(path, real)
  const comments = ignoreComments(found.text)
  if (comments.length > 0) read.comments.set(path, comments)
  if (KUSTOMIZATIONS.includes(basename(path))) {
    const [kustomization = null] = documents.map(kustomizationIn)
    if (kustomization !== null) read.kustomizations.push({ ...kustomization, folder: dirname(path) })
  }
  for (const object of documents.flatMap(objectsIn)) {
    const workloads = workloadsIn(object, path, placeOf)
    for (const workload of workloads) scope.workloads.push(workload)
    // A template without an image, as in a patch, has pods all the same.
    if (podSpecsIn(object).length === 0) read.kinds?.add(object.kind)
    else if (workloads.length === 0) read.kinds = null
    keepCredentials(scope, object, namespace)
    const installer = chartInstallerOf(object)
    if (installer !== null) read.chartInstalls.push({ path, installer })
  }
}

/**
 * Whether a file is for other programs, as many in folders are: data, or a dialect such as JSON with comments. Every manifest has a kind,
 * unless it is a kustomization, or a chart's template that includes it.
 */
function isForOthers(text: string, path: string): boolean {
  return !hasKind(text) && templateAt(text) < 0 && !KUSTOMIZATIONS.includes(basename(path))
}

function hasKind(text: string): boolean {
  return text.includes('kind')
}

/** @param path a pipe's, or `-` for standard input */
function readPiped(path: string, { stdin, cwd, signal }: FileAuditOptions): ReturnType<typeof readStream> {
  if (path !== '-') return readStream(bytesOf(resolve(cwd, path), signal))
  if (stdin.isTTY === true)
    throw new UsageError('-f - reads standard input, and nothing is piped into it: kustomize build . | …')
  return readStream(stdin)
}

/** @param namespace the namespace of objects that name none */
function keepCredentials(
  { serviceAccounts, pullSecrets }: AuditSnapshot,
  object: ManifestObject,
  namespace: string | null,
): void {
  const [isAccount, isSecret] = ['ServiceAccount', 'Secret'].map(kind => isOfKind(object, '', kind))
  if (!isAccount && !isSecret) return
  const plain = record(object.walk.plain(object.root))
  const metadata = record(plain.metadata)
  const raw = { ...plain, metadata: { ...metadata, namespace: metadata.namespace ?? namespace } }
  const account = isAccount ? narrowServiceAccount(raw) : null
  if (account !== null) serviceAccounts.push(account)
  const secret = isSecret ? narrowPullSecret(raw) : null
  if (secret !== null) pullSecrets.push(secret)
}
