/** Turns a command's JSON into the Action's report: annotations and a sentence for the log, and a table for the job summary. */

import { markdownCode, markdownText, workflowMessage, workflowProperty } from '../src/report/sanitize.ts'
import { type AuditDocument, reportAudit } from './audit-report.ts'

/** The fields used here of the published JSON (schema/v1.json). */
interface Finding {
  cause: string
  severity: 'error' | 'warning' | 'info'
  namespace: string
  pod: string
  workload: { kind: string; name: string } | null
  image: string
  title: string
  meaning: string
  evidence: { text: string } | null
  steps: { text: string; command: string | null }[]
}

/** The fields that only `wait` has. */
interface Waited {
  outcome: string
  workloads: { kind: string; namespace: string; name: string; status: string; text: string }[]
}

interface FoundDocument extends Partial<Waited> {
  kind: 'Diagnosis' | 'FixResult' | 'Wait'
  findings: Finding[]
  gaps?: unknown[]
}

export interface Report {
  /** Workflow commands and a sentence, each ending in a line feed. */
  log: string
  /** Markdown. */
  summary: string
  findings: number
}

/** The number of annotations that GitHub shows per step. */
const MOST = 10
/** Enough rows to be useful, and far below GitHub's limit of 1 MB per summary. */
const MOST_ROWS = 50
const LEVELS = { error: 'error', warning: 'warning', info: 'notice' }

/** @returns null if the output is not JSON with findings, for example after a wrong flag */
export function report(command: string, output: string): Report | null {
  const document = parsed(output)
  if (document === null) return null
  if (document.kind === 'Audit') return reportAudit(document)
  const { findings } = document
  const groups = [...Map.groupBy(findings, ({ title, image }) => `${title}\n${image}`).values()]
  const sentence = `${waitedOf(document)}${sentenceOf(findings, document.gaps ?? [])}`
  const annotations = [...groups.map(annotation), ...unfinished(document).map(unfinishedAnnotation)]
  return {
    log: [...annotations.slice(0, MOST), `pullguard ${command}: ${sentence}`].join('\n').concat('\n'),
    summary: `### pullguard ${markdownText(command)}: ${sentence}\n\n${groups.length === 0 ? '' : details(groups)}`,
    findings: findings.length,
  }
}

type Parsed = AuditDocument | FoundDocument

function parsed(output: string): Parsed | null {
  try {
    const document = JSON.parse(output)
    return Array.isArray(document?.findings) ? document : null
  } catch {
    return null
  }
}

/** The sentence for each outcome of `wait`; not used for other commands. */
const ENDS: Record<string, string> = {
  done: 'everything that was waited for is there, ',
  failed: 'an image problem makes waiting pointless, ',
  unknown: 'nothing certain is known, ',
  timeout: 'the time is up, ',
}

function waitedOf({ outcome = '' }: FoundDocument): string {
  return ENDS[outcome] ?? ''
}

/** The workloads of an unsuccessful wait that no finding explains. */
function unfinished({ outcome, workloads = [] }: FoundDocument): Waited['workloads'] {
  const isOpen = outcome === 'timeout' || outcome === 'unknown'
  return isOpen ? workloads.filter(({ status }) => status === 'waiting' || status === 'unknown') : []
}

function unfinishedAnnotation({ kind, namespace, name, text }: Waited['workloads'][number]): string {
  return `::error title=${workflowProperty(`${namespace}/${kind.toLowerCase()}/${name}`)}::${workflowMessage([text])}`
}

/** Includes gaps with the count, because unknown is never healthy. */
function sentenceOf(findings: Finding[], gaps: unknown[]): string {
  const pods = new Set(findings.map(({ namespace, pod }) => `${namespace}/${pod}`)).size
  const found =
    findings.length === 0 ? 'no finding' : `${counted(findings.length, 'finding')} in ${counted(pods, 'pod')}`
  return gaps.length === 0 ? `${found}.` : `${found}, but not everything could be read.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function annotation(group: Finding[]): string {
  const [first] = group
  if (first === undefined) return ''
  const lines = [
    `${first.image}: ${[...new Set(group.map(ownerOf))].slice(0, 5).join(', ')}`,
    ...(first.evidence === null ? [] : [first.evidence.text]),
    ...first.steps.slice(0, 1).map(({ text, command }) => (command === null ? text : `${text}: ${command}`)),
  ]
  return `::${LEVELS[first.severity]} title=${workflowProperty(first.title)}::${workflowMessage(lines)}`
}

function ownerOf({ namespace, pod, workload }: Finding): string {
  return workload === null
    ? `${namespace}/pod/${pod}`
    : `${namespace}/${workload.kind.toLowerCase()}/${workload.name}`
}

function details(groups: Finding[][]): string {
  const rows = groups.slice(0, MOST_ROWS).flatMap(group => {
    const [first] = group
    if (first === undefined) return []
    const owners = [...new Set(group.map(ownerOf))]
    const more = owners.length > 3 ? ` and ${owners.length - 3} more` : ''
    const [step] = first.steps
    const next =
      step === undefined
        ? ''
        : `${markdownText(step.text)}${step.command === null ? '' : `: ${markdownCode(step.command)}`}`
    return `| ${markdownText(first.title)} | ${markdownCode(first.image)} | ${owners.slice(0, 3).map(markdownCode).join(', ')}${more} | ${next} |\n`
  })
  const hidden = groups.length > MOST_ROWS ? `\n… and ${groups.length - MOST_ROWS} more\n` : ''
  return `| Cause | Image | Workload | What to do |\n| --- | --- | --- | --- |\n${rows.join('')}${hidden}`
}
