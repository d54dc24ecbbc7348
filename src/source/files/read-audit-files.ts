/** Reads the workloads in files, and the service accounts and Secrets beside them, file by file, keeping only what an audit needs. */

import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { record } from '../../json/json-object.ts'
import { appliedFoldersIn } from '../../manifest/applied-folder.ts'
import { type ChartInstaller, chartInstallerOf } from '../../manifest/chart-installer.ts'
import { readManifest } from '../../manifest/document.ts'
import { type IgnoreComment, ignoreComments } from '../../manifest/ignore-comments.ts'
import { imageOperationsIn } from '../../manifest/image-operations.ts'
import { localStreamIn } from '../../manifest/image-triggers.ts'
import { createdByWorkflow, type PlacedText } from '../../manifest/inline-manifest.ts'
import { kustomizationIn } from '../../manifest/kustomization.ts'
import { workloadsIn } from '../../manifest/narrow-workloads.ts'
import { templateAt } from '../../manifest/placeholder.ts'
import { isOfKind, type ManifestObject, objectsIn, podSpecsIn } from '../../manifest/pod-specs.ts'
import { skaffoldImagesIn } from '../../manifest/skaffold.ts'
import { bytesOf } from '../../network/bytes-of.ts'
import type { AuditSnapshot } from '../../snapshot/audit-snapshot.ts'
import { checkPiped } from '../file-names.ts'
import { parseLabelSelector } from '../label-selector.ts'
import { narrowPullSecret } from '../narrow/pull-secret.ts'
import { narrowServiceAccount } from '../narrow/related-objects.ts'
import { type FilledImages, markFilledImages } from './filled-images.ts'
import { type FindOptions, type FoundFile, findFiles } from './find-files.ts'
import { kustomizedWorkloads, type LocatedKustomization, type PatchFile } from './kustomize-builds.ts'
import { readStream, readText } from './read-text.ts'

interface FileAuditOptions extends FindOptions {
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
  /** By the path of a template: the folder of its chart, as shown. Other templates are not there. */
  charts: Map<string, string>
  kustomizations: LocatedKustomization[]
  filledImages: FilledImages[]
  /** Paths in a repository that are applied as they are. */
  applied: string[]
  /** The objects for which a chart is installed. */
  chartInstalls: { path: string; installer: ChartInstaller }[]
}

/** The names under which kustomize reads a kustomization (api/konfig, RecognizedKustomizationFileNames). */
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Trouble with a file is data. @throws UsageError for an invalid selector or name */
export async function readAuditFiles(options: FileAuditOptions): Promise<FileAudit> {
  const { namespace, labelSelector, signal } = options
  const selects = parseLabelSelector(labelSelector ?? '')
  const { files, unread, shallow } = await findFiles(options)
  const read = nothingRead(options)
  read.shallow = shallow
  read.scope.unread = unread.map(each => ({ ...each, line: null, column: null }))
  for (const file of files) {
    signal.throwIfAborted()
    await readInto(read, file, options)
  }
  const { scope, kustomizations, real, applied } = read
  const operations = await readOperations(read, files)
  const built = kustomizedWorkloads({ workloads: scope.workloads, kustomizations, real, operations, applied })
  scope.workloads = markFilledImages(built.workloads, read.filledImages, real)
  read.kustomizations = kustomizations.map(each =>
    built.changingOthers.has(each) ? { ...each, changesPods: true } : each,
  )
  const all = scope.workloads.length
  scope.workloads = scope.workloads
    .filter(({ labels }) => selects(labels))
    .filter(workload => namespace === null || (workload.namespace ?? namespace) === namespace)
    .map(workload => ({ ...workload, namespace: workload.namespace ?? namespace }))
  if (scope.workloads.length < all) read.kinds = null
  return read
}

/** An audit of which no file was read yet. */
function nothingRead({ paths, namespace, labelSelector, now }: FileAuditOptions): FileAudit {
  return {
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
      unread: [],
      templates: [],
      files: 0,
    },
    comments: new Map(),
    real: new Map(),
    shallow: [],
    kinds: new Set(),
    charts: new Map(),
    kustomizations: [],
    filledImages: [],
    applied: [],
    chartInstalls: [],
  }
}

/** Reads the JSON patches that kustomizations name, among the files that were to be read. They are lists, and so no objects. */
async function readOperations(read: FileAudit, files: readonly FoundFile[]): Promise<Map<string, PatchFile>> {
  const named = new Set(
    read.kustomizations.flatMap(({ folder, patches }) =>
      patches.flatMap(({ path }) => (path === null || folder === null ? [] : resolve(folder, path))),
    ),
  )
  const operations = new Map<string, PatchFile>()
  for (const { path, real } of files) {
    if (real === null || !named.has(real)) continue
    const found = await readText(real)
    if ('problem' in found || hasType(found.text)) continue
    const { documents, placeOf } = readManifest(found.text)
    const all = documents.flatMap(document => imageOperationsIn(document, placeOf))
    operations.set(real, { path, operations: all })
    keepPlace(read, { path, real, text: found.text })
  }
  return operations
}

/** Keeps what findings in a file are looked up by. */
function keepPlace(
  read: FileAudit,
  { path, real, text }: { path: string; real: string | null; text: string },
): void {
  if (real !== null) read.real.set(path, real)
  const comments = ignoreComments(text)
  if (comments.length > 0) read.comments.set(path, comments)
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
  const file = { path, text: found.text, placeOf }
  for (const { problem, line, column } of unread) {
    if (problem === 'template') {
      scope.templates.push(path)
      const chart = real === null ? null : chartOf(path, real)
      if (chart !== null) read.charts.set(path, chart)
    } else if (!inFolder || hasType(found.text) || isNamedKustomization(path))
      scope.unread.push({ path, problem, line, column })
  }
  keepPlace(read, { path, real, text: found.text })
  if (isNamedKustomization(path)) {
    const [kustomization = null] = documents.map(document => kustomizationIn(document, file))
    const folder = real === null ? null : dirname(real)
    if (kustomization !== null) read.kustomizations.push({ ...kustomization, path, folder })
  }
  const images = documents.flatMap(skaffoldImagesIn)
  if (images.length > 0 && real !== null)
    read.filledImages.push({ folder: dirname(real), images, withTag: false })
  for (const object of documents.flatMap(objectsIn)) keepObject(read, object, { file, namespace })
}

/** Keeps what an audit needs of one object: its workloads and credentials, and what it says of others. */
function keepObject(
  read: FileAudit,
  object: ManifestObject,
  { file, namespace }: { file: PlacedText; namespace: string | null },
): void {
  const { scope } = read
  const { path, placeOf } = file
  const workloads = workloadsIn(object, path, placeOf)
  for (const workload of [...workloads, ...createdByWorkflow(object, file)]) scope.workloads.push(workload)
  // A template without an image, as in a patch, has pods all the same.
  if (podSpecsIn(object).length === 0) read.kinds?.add(object.kind)
  else if (workloads.length === 0) read.kinds = null
  keepCredentials(scope, object, namespace)
  read.applied.push(...appliedFoldersIn(object))
  const stream = localStreamIn(object)
  if (stream !== null) read.filledImages.push({ folder: null, images: [stream], withTag: true })
  const installer = chartInstallerOf(object)
  if (installer !== null) read.chartInstalls.push({ path, installer })
}

/** Returns the folder of the chart that a file is a template of, as shown; null without one. */
function chartOf(path: string, real: string): string | null {
  for (let [folder, shown] = [dirname(real), dirname(path)]; dirname(folder) !== folder; ) {
    const above = dirname(folder)
    shown = join(shown, '..')
    if (basename(folder) === 'templates' && existsSync(join(above, 'Chart.yaml'))) return shown
    folder = above
  }
  return null
}

/**
 * Whether a file is for other programs, as many in folders are: data, or a dialect such as JSON with comments. Every manifest has a type,
 * unless it is a kustomization, or a chart's template that includes it.
 */
function isForOthers(text: string, path: string): boolean {
  return !hasType(text) && templateAt(text) < 0 && !isNamedKustomization(path)
}

/** An object's two keys for its type. Other programs have a `kind` as well. */
const TYPE = ['apiVersion', 'kind'].map(key => new RegExp(`(?<![\\w.-])${key}["']?\\s*:`))

function hasType(text: string): boolean {
  return TYPE.every(key => key.test(text))
}

function isNamedKustomization(path: string): boolean {
  return KUSTOMIZATIONS.includes(basename(path))
}

/** @param path a pipe's, or `-` for standard input */
function readPiped(path: string, { stdin, cwd, signal }: FileAuditOptions): ReturnType<typeof readStream> {
  if (path !== '-') return readStream(bytesOf(resolve(cwd, path), signal))
  checkPiped(stdin, 'kustomize build .')
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
