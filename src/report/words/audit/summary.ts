/** The words about an audit as a whole: its last line, files that could not be read, and notes about ignore comments and skipped files. */

import type { AuditReport } from '../../../audit/report.ts'
import type { ChartInstaller } from '../../../manifest/chart-installer.ts'
import type { FileProblem, UnreadFile } from '../../../snapshot/audit-snapshot.ts'
import { sanitizeLine, shellWord } from '../../sanitize.ts'
import { joinList, namedList, pluralize, withCapital } from '../nouns.ts'

/** Returns the summary in one or two sentences. */
export function auditSentence({
  source,
  scope,
  summary,
  gaps,
  unread,
  templates,
  unchecked,
}: AuditReport): string {
  const { files, workloads, findings, ignored, known, placeholders } = summary
  const { error, warning, info } = findings
  const where =
    source.type === 'file'
      ? `${pluralize(workloads, 'workload')} of ${pluralize(files, 'file')}`
      : `${pluralize(workloads, 'workload')} ${namespacesText(scope.namespaces)} of ${source.context ?? source.server}`
  const parts = [
    ...(error > 0 ? [pluralize(error, 'error')] : []),
    ...(warning > 0 ? [pluralize(warning, 'warning')] : []),
    ...(info > 0 ? [pluralize(info, 'note')] : []),
  ]
  const found = parts.length === 0 ? `No findings in ${where}.` : `${joinList(parts)} in ${where}.`
  const aside = [
    ...(ignored > 0 ? [`${pluralize(ignored, 'finding')} ignored by comment or annotation`] : []),
    ...(known > 0 ? [`${pluralize(known, 'finding')} known from the baseline`] : []),
    ...(placeholders > 0 ? [`${pluralize(placeholders, 'image')} still to be filled in`] : []),
    ...(templates.length > 0
      ? [`${pluralize(templates.length, 'template')} not read (render them first)`]
      : []),
    ...(unread.length > 0 ? [`${pluralize(unread.length, 'file')} could not be read`] : []),
    ...(unchecked.length > 0 ? [`${pluralize(unchecked.length, 'image')} could not be checked`] : []),
    ...(gaps.length > 0 ? [`${pluralize(gaps.length, 'thing')} in the cluster could not be read`] : []),
  ]
  return aside.length === 0 ? found : `${found} ${withCapital(aside.join('; '))}.`
}

/** Returns, for example, `in namespaces shop and web`. */
export function namespacesText(namespaces: string[] | null): string {
  if (namespaces === null) return 'in all namespaces'
  return `in ${namedList('namespace', namespaces)}`
}

const PROBLEM: Record<FileProblem, string> = {
  syntax: 'this is not valid YAML or JSON',
  aliases: 'its YAML aliases expand without end',
  nesting: 'it is nested too deeply',
  'not-text': 'it is not a text file',
  'too-large': 'it is larger than 32 MiB: audit the live cluster instead, or split the file',
  forbidden: 'permission denied',
  missing: 'there is no such file or folder',
  'link-out': 'this link leads out of the folder and is not followed',
  'link-nowhere': 'the file that this link leads to does not exist',
  'link-loop': 'this link leads back to itself or to a folder above it',
  unreadable: 'it could not be read',
}

/** `deploy.yaml:7:3: this is not valid YAML or JSON`. */
export function problemSentence({ path, problem, line, column }: UnreadFile): string {
  const name = path === '-' ? 'standard input' : path
  const place = line === null ? name : `${name}:${line}:${column}`
  return `${place}: ${PROBLEM[problem]}`
}

/** `at` is the line of a pullguard:ignore comment, counted from 1. */
export type FileNote =
  | { code: 'ignores-nothing'; path: string; at: number }
  | { code: 'unknown-rule'; path: string; at: number; rule: string }
  | { code: 'folders-not-read'; path: string }
  /** `others` counts the other templates that belong to no chart. */
  | { code: 'template'; path: string; others: number }
  /** `chart` is the folder of a Helm chart; `count` is of the templates of all charts, `others` of the other charts. */
  | { code: 'chart'; chart: string; count: number; others: number }
  | { code: 'kustomization'; folder: string; inflatesCharts: boolean; others: number }
  /** `others` counts the other files with such objects. */
  | { code: 'chart-install'; installer: ChartInstaller; path: string; others: number }

const WORDS: { [Code in FileNote['code']]: (note: Extract<FileNote, { code: Code }>) => string } = {
  'ignores-nothing': ({ path, at }) =>
    `${path}:${at}: this pullguard:ignore comment names no rule, so it has no effect.`,
  'unknown-rule': ({ path, at, rule }) =>
    `${path}:${at}: this pullguard:ignore comment names the unknown rule ${rule}.`,
  'folders-not-read': ({ path }) => `The folders in ${path} were not read: add -R.`,
  template: ({ path, others }) =>
    others === 0
      ? `${path} is a template: fill it in or render it first, as in \`helm template . | pullguard audit -f -\`.`
      : `${path} and ${others} more are templates: fill them in or render them first, as in \`helm template . | pullguard audit -f -\`.`,
  chart({ chart, count, others }) {
    const command = `\`helm template ${shellWord(chart)} | pullguard audit -f -\``
    const templates = pluralize(count, 'template')
    return others === 0
      ? `${templates} in ${chart}/templates not read: render the chart first, as in ${command}.`
      : `${templates} of ${others + 1} charts not read, such as those in ${chart}/templates: render each chart first, as in ${command}.`
  },
  kustomization: ({ folder, inflatesCharts, others }) => {
    const which =
      others === 0 ? `${folder} is a kustomization` : `${folder} and ${others} more are kustomizations`
    const flag = inflatesCharts ? '--enable-helm ' : ''
    return `${which}, and kustomize was not run: to audit what it builds, \`kubectl kustomize ${flag}${shellWord(folder)} | pullguard audit -f -\`.`
  },
  'chart-install': ({ installer, path, others }) => {
    const { name, kind, kinds } = INSTALLERS[installer]
    const has = others === 0 ? `has ${kind}` : `is one of ${others + 1} files with ${kinds}`
    const charts = others === 0 ? ['its chart', 'was'] : ['their charts', 'were']
    return `${path} ${has}, and ${charts[0]}, which ${name} installs, ${charts[1]} not read: to audit what runs, \`pullguard audit -A\`.`
  },
}

const INSTALLERS: Record<ChartInstaller, { name: string; kind: string; kinds: string }> = {
  flux: { name: 'Flux', kind: 'a HelmRelease', kinds: 'HelmReleases' },
  'argo-cd': {
    name: 'Argo CD',
    kind: 'an Application or ApplicationSet',
    kinds: 'Applications or ApplicationSets',
  },
  'helm-controller': { name: 'the Helm controller', kind: 'a HelmChart', kinds: 'HelmCharts' },
}

/** Returns one note as a line. */
export function fileNoteText<Note extends FileNote>(note: Note): string {
  return sanitizeLine((WORDS[note.code] as (note: Note) => string)(note))
}
