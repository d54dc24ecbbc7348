/** Reads the input of an audit, files or a live cluster, and with `--check-images` what registries answer about its images. */

import { dirname } from 'node:path'
import { type IsIgnored, isAnnotated } from '../../audit/audit.ts'
import { Credentials } from '../../audit/credentials.ts'
import type { AuditFinding } from '../../audit/finding.ts'
import { UsageError } from '../../errors.ts'
import type { IgnoreComment } from '../../manifest/ignore-comments.ts'
import { sanitizeLine, shellWord } from '../../report/sanitize.ts'
import { countingText } from '../../report/views/progress.ts'
import { type FileNote, fileNoteText, namespacesText } from '../../report/words/audit/summary.ts'
import { capitalize, joinList, shortList } from '../../report/words/nouns.ts'
import type { AuditSnapshot } from '../../snapshot/audit-snapshot.ts'
import type { LocatedKustomization } from '../../source/files/kustomize-builds.ts'
import type { FileAudit } from '../../source/files/read-audit-files.ts'
import { parseLabelSelector } from '../../source/label-selector.ts'
import type { ClusterOptions } from '../../source/live/read-cluster.ts'
import type { ImageCheckFlags, ImageToAsk } from '../check-images.ts'
import { withCluster } from '../cluster-session.ts'
import type { CommandContext, ConnectionFlags } from '../context.ts'
import { checkRecursive } from '../shared-flags.ts'

export interface AuditTarget {
  connection: ConnectionFlags
  allNamespaces: boolean
  /** As given; empty: the context's namespace. */
  namespaces: string[]
  selector?: string
  /** As on the command line; empty: the cluster. */
  files: string[]
  recursive: boolean
}

export interface AuditInput {
  scope: AuditSnapshot
  isIgnored: IsIgnored
  /** The real paths of the files, keyed by the displayed path. */
  real: ReadonlyMap<string, string>
  /** For standard error. */
  notes: FileNote[]
  /** The kinds of the objects in files that have no pods; null if the workloads in files were left out, or for a cluster. */
  kinds: ReadonlySet<string> | null
}

/** Settings that determine what is read, and the folder that their paths are relative to. */
interface ReadSettings {
  excludedNamespaces: string[]
  excludedPaths: string[]
  excludeFrom: string
}

/** @param checkImages null: don't ask registries. @throws UsageError, UnreachableError */
export async function readAuditInput(
  target: AuditTarget,
  settings: ReadSettings,
  context: CommandContext,
  checkImages: ImageCheckFlags | null,
): Promise<AuditInput> {
  if (checkImages === null) return withoutExcluded(await readInput(target, settings, context), settings)
  const { ImageCheckRun, INVENTORY } = await import('../check-images.ts')
  const checking = new ImageCheckRun(checkImages, context, INVENTORY)
  const input = withoutExcluded(await readInput(target, settings, context, checking.keep), settings)
  const imageChecks = await checking.check(imagesOf(input.scope))
  return { ...input, scope: { ...input.scope, imageChecks } }
}

/** Leaves out the workloads of excluded namespaces: they are not judged, asked about, edited, or counted. */
function withoutExcluded(input: AuditInput, { excludedNamespaces }: ReadSettings): AuditInput {
  const excluded = new Set(excludedNamespaces)
  const all = input.scope.workloads
  const workloads = all.filter(({ namespace }) => namespace === null || !excluded.has(namespace))
  if (workloads.length === all.length) return input
  return { ...input, kinds: null, scope: { ...input.scope, workloads } }
}

/** Returns every image in the scope, with the pods that use it. */
function imagesOf(scope: AuditSnapshot): ImageToAsk[] {
  const credentials = new Credentials(scope)
  const isLive = scope.source.type === 'cluster'
  return scope.workloads.flatMap(workload =>
    workload.containers
      .filter(({ placeholder }) => !placeholder)
      .map(({ image }) => ({
        image,
        // Doesn't use logins in files: whoever wrote them may not have meant them for this machine.
        pods: isLive ? [credentials.podOf(workload)] : [],
        platforms: (scope.nodes?.platforms.length ?? 0) > 0,
      })),
  )
}

async function readInput(
  target: AuditTarget,
  settings: ReadSettings,
  context: CommandContext,
  onPullSecret?: ClusterOptions['onPullSecret'],
): Promise<AuditInput> {
  const { files, selector } = target
  checkRecursive(target, 'manifests')
  if (files.length > 0 && target.namespaces.length > 1)
    throw new UsageError('With -f, name one namespace with -n: the one of objects that name none.')
  if (selector !== undefined) parseLabelSelector(selector)
  if (files.length > 0) return readFiles(target, settings, context)
  const scope = await readCluster(target, context, onPullSecret)
  return { scope, isIgnored: isAnnotated, real: new Map(), notes: [], kinds: null }
}

async function readFiles(
  { files, recursive, connection, selector }: AuditTarget,
  { excludedPaths, excludeFrom }: ReadSettings,
  context: CommandContext,
): Promise<AuditInput> {
  const { readAuditFiles } = await import('../../source/files/read-audit-files.ts')
  const { isRule } = await import('../../audit/rules/index.ts')
  const { scope, comments, real, shallow, kinds, charts, kustomizations, chartInstalls } =
    await readAuditFiles({
      paths: files,
      recursive,
      cwd: context.cwd,
      excluded: excludedPaths,
      excludeFrom,
      stdin: context.stdin,
      namespace: connection.namespace ?? null,
      labelSelector: selector ?? null,
      now: context.now().toISOString(),
      signal: context.signal,
    })
  return {
    scope,
    real,
    kinds,
    isIgnored: finding => isAnnotated(finding) || isCommented(finding, comments),
    notes: [
      ...ineffectiveIn(comments, isRule),
      ...shallow.map(path => ({ code: 'folders-not-read' as const, path })),
      ...templateNotes(scope.templates, charts),
      ...kustomizationNotes(kustomizations, scope.workloads.length > 0),
      ...chartInstallNotes(chartInstalls),
    ],
  }
}

/** One note for all Helm charts, whose templates are rendered together, and one for all other templates. */
function templateNotes(templates: readonly string[], chartOf: FileAudit['charts']): FileNote[] {
  const byChart = Map.groupBy(templates, path => chartOf.get(path) ?? null)
  const [path, ...others] = byChart.get(null) ?? []
  const charts = [...byChart.keys()].filter(chart => chart !== null)
  const [chart] = charts
  const count = templates.length - (byChart.get(null)?.length ?? 0)
  return [
    ...(path === undefined ? [] : [{ code: 'template', path, others: others.length } as const]),
    ...(chart === undefined ? [] : [{ code: 'chart', chart, count, others: charts.length - 1 } as const]),
  ]
}

/** One note for all kustomizations: where workloads were read, for those that change them. */
function kustomizationNotes(
  kustomizations: readonly LocatedKustomization[],
  hasWorkloads: boolean,
): FileNote[] {
  const [first, ...others] = kustomizations.filter(
    ({ isComponent, changesPods }) => !isComponent && (changesPods || !hasWorkloads),
  )
  if (first === undefined) return []
  const { path, inflatesCharts } = first
  const folder = dirname(path)
  return [{ code: 'kustomization', folder, inflatesCharts, others: others.length }]
}

/** One note for each program that installs charts. */
function chartInstallNotes(installs: FileAudit['chartInstalls']): FileNote[] {
  return [...Map.groupBy(installs, ({ installer }) => installer)].map(([installer, objects]) => {
    const [path = '', ...others] = new Set(objects.map(object => object.path))
    return { code: 'chart-install', installer, path, others: others.length }
  })
}

/** The comments that silence findings, keyed by their file's displayed path. */
type CommentsByPath = ReadonlyMap<string, readonly IgnoreComment[]>

/** Whether a comment at the finding's line silences its rule. */
function isCommented({ rule, workload, place }: AuditFinding, comments: CommentsByPath): boolean {
  const line = (place ?? workload.place)?.line
  if (line === undefined) return false
  const inFile = comments.get(workload.source?.path ?? '') ?? []
  return inFile.some(
    ({ first, last, rules }) =>
      first <= line && line <= last && (rules.includes(rule) || rules.includes('all')),
  )
}

/** Comments without a rule, and those whose rule does not exist: most likely, the name is misspelled. */
function ineffectiveIn(comments: CommentsByPath, isRule: (name: string) => boolean): FileNote[] {
  const all = [...comments].flatMap(([path, list]) => list.map(comment => ({ path, ...comment })))
  return all.flatMap(({ path, at, rules }): FileNote[] => {
    if (rules.length === 0) return [{ code: 'ignores-nothing', path, at }]
    const unknown = rules.filter(rule => rule !== 'all' && !isRule(rule))
    return unknown.map(rule => ({ code: 'unknown-rule', path, at, rule }))
  })
}

async function readCluster(
  { connection, allNamespaces, namespaces, selector }: AuditTarget,
  context: CommandContext,
  onPullSecret?: ClusterOptions['onPullSecret'],
): Promise<AuditSnapshot> {
  const { readAudit } = await import('../../source/live/read-audit.ts')
  const progress = await context.progress()
  return withCluster(context.connect(connection), context, cluster =>
    readAudit(cluster, {
      takenAt: context.now().toISOString(),
      namespaces: allNamespaces ? null : namespaces.length > 0 ? namespaces : [cluster.namespace],
      labelSelector: selector ?? null,
      signal: context.signal,
      onProgress: workloads => progress.update(countingText('workloads', workloads)),
      ...(onPullSecret === undefined ? {} : { onPullSecret }),
    }).finally(() => progress.stop()),
  )
}

/** Where workloads could be that were not read, the likeliest first. */
const ELSEWHERE: FileNote['code'][] = [
  'chart',
  'template',
  'kustomization',
  'folders-not-read',
  'chart-install',
]

/** @throws UsageError if there is nothing to audit, which is usually a mistake */
export function assertWorkloads(
  { scope, notes, kinds }: AuditInput,
  { excludedNamespaces }: Pick<ReadSettings, 'excludedNamespaces'>,
): void {
  const { workloads, source, unread, gaps, files } = scope
  if (workloads.length + unread.length + gaps.length > 0) return
  const { namespaces, labelSelector } = scope.scope
  const filters = [
    ...(labelSelector === null ? [] : ['-l']),
    ...(excludedNamespaces.length === 0 ? [] : ['the excluded namespaces']),
  ]
  if (source.type === 'cluster') {
    const where = namespaces === null ? 'in the cluster' : namespacesText(namespaces)
    const elsewhere = namespaces === null ? '' : 'look elsewhere with -n or -A, or '
    const advice = `${elsewhere}allow that with --allow-empty.`
    throw new UsageError(
      filters.length === 0
        ? `No workloads ${where}. ${capitalize(advice)}`
        : `No workloads ${where} are left. Check ${joinList(filters)}, ${elsewhere === '' ? 'or ' : ''}${advice}`,
    )
  }
  const named = source.files.map(file => (file === '-' ? 'standard input' : shellWord(file))).join(', ')
  const elsewhere = ELSEWHERE.flatMap(place => notes.find(({ code }) => code === place) ?? [])
  const advice =
    elsewhere.length === 0
      ? [adviceWithout(kinds, [...(namespaces === null ? [] : ['-n']), ...filters])]
      : elsewhere.slice(0, 2).map(fileNoteText)
  throw new UsageError(
    `No workloads in ${named} (${files} ${files === 1 ? 'file' : 'files'} read). ${advice.join(' ')}`,
  )
}

/**
 * @param kinds those of the objects in the files, which have no pods; null if some have, and were left out
 * @param filters what leaves workloads out
 */
function adviceWithout(kinds: ReadonlySet<string> | null, filters: string[]): string {
  const check = 'Check the path, or allow that with --allow-empty.'
  if (kinds === null) return `Check ${joinList(['the path', ...filters])}, or allow that with --allow-empty.`
  if (kinds.size === 0) return `There are no Kubernetes objects (with a kind and an apiVersion). ${check}`
  const found = sanitizeLine(shortList([...kinds], 4))
  return `There are only objects without pods: ${found}. ${check}`
}
