/** A diagnosis as plain columns, one finding a row, as a pipe takes it, `-o wide` with more of them: nothing cut off, colored or wrapped. */

import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import { cell } from '../escape.ts'
import { joinLines } from '../screen/block.ts'
import { columns } from '../screen/columns.ts'
import { workloadPath } from '../words/commands.ts'
import { age } from '../words/duration.ts'

type Column = [header: string, value: (finding: Finding, takenAt: string) => string | null]

/** Names and order are stable; new columns come at the end. */
const COLUMNS: Column[] = [
  ['NAMESPACE', ({ namespace }) => namespace],
  ['POD', ({ pod }) => pod],
  ['CONTAINER', ({ container }) => container],
  ['CAUSE', ({ cause }) => cause],
  ['IMAGE', ({ image }) => image],
  ['AGE', ({ since }, takenAt) => age(since, takenAt)],
  ['WORKLOAD', finding => (finding.workload === null ? null : workloadPath(finding))],
  ['CREDENTIAL', ({ credential }) => credential.status],
]

const WIDE: Column[] = [
  ['SUBCAUSE', ({ subcause }) => subcause],
  ['KIND', ({ containerKind }) => containerKind],
  ['NODE', ({ node }) => node],
  ['REASON', ({ reason }) => reason],
  ['REFERENCE', ({ reference }) => reference],
  ['REMEDIES', ({ remedies }) => remedies.join(',')],
  ['EVIDENCE', ({ evidence }) => evidence?.text ?? null],
]

/** Only where registries were asked. */
const CHECK: Column = ['CHECK', ({ check }) => check?.verdict ?? null]

/** The rows under their header, in the diagnosis' order; nothing at all where nothing was found. */
export function renderPlain({ findings, takenAt }: Diagnosis, wide: boolean): string {
  if (findings.length === 0) return ''
  const asked = findings.some(({ check }) => check !== null)
  const shown = [...COLUMNS, ...(wide ? WIDE : []), ...(asked ? [CHECK] : [])]
  const rows = findings.map(finding => shown.map(([, value]) => cell(value(finding, takenAt))))
  return joinLines(columns([shown.map(([header]) => header), ...rows]))
}

/** `NAMESPACE/POD`, one failing pod a line, each once: what `why` takes. */
export function renderNames({ findings }: Diagnosis): string {
  return joinLines([...new Set(findings.map(finding => cell(`${finding.namespace}/${finding.pod}`)))])
}
