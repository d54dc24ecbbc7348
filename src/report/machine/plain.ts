/**
 * A diagnosis as plain columns for pipes, one finding per row, with more columns for `-o wide`: nothing is truncated, colored, or wrapped.
 */

import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import type { SortKey } from '../formats.ts'
import { cell } from '../sanitize.ts'
import { joinLines } from '../screen/layout.ts'
import { columns } from '../screen/table.ts'
import { workloadPath } from '../words/commands.ts'
import { failingFor, type Moment } from '../words/duration.ts'

type Column = [header: string, value: (finding: Finding, moment: Moment) => string | null]

/** Names and order are stable; new columns are added at the end. */
const COLUMNS: Column[] = [
  ['NAMESPACE', ({ namespace }) => namespace],
  ['POD', ({ pod }) => pod],
  ['CONTAINER', ({ container }) => container],
  ['CAUSE', ({ cause }) => cause],
  ['IMAGE', ({ image }) => image],
  ['AGE', ({ since }, moment) => failingFor(since, moment)],
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

/** Shown only if registries were asked. */
const CHECK: Column = ['CHECK', ({ check }) => check?.verdict ?? null]

export interface PlainOptions {
  headers: boolean
  /** Absent: the diagnosis' own order. */
  sortBy?: SortKey
}

/** The values to compare. The failure that began first comes first, and one without a date last. */
const SORTED: Record<SortKey, (finding: Finding) => string | number> = {
  age: ({ since }) => {
    const began = Date.parse(since ?? '')
    return Number.isNaN(began) ? Number.POSITIVE_INFINITY : began
  },
  cause: ({ cause }) => cause,
  image: ({ image }) => image,
  namespace: ({ namespace }) => namespace,
  pod: ({ pod }) => pod,
}

function sorted(findings: readonly Finding[], key: SortKey | undefined): readonly Finding[] {
  if (key === undefined) return findings
  const keyed = findings.map(finding => ({ finding, by: SORTED[key](finding) }))
  keyed.sort((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : 0))
  return keyed.map(({ finding }) => finding)
}

/** Returns the rows and their header; empty if there are no findings. */
export function renderPlain(
  diagnosis: Diagnosis,
  format: 'table' | 'wide',
  { headers, sortBy }: PlainOptions = { headers: true },
): string {
  const { findings } = diagnosis
  if (findings.length === 0) return ''
  const asked = findings.some(({ check }) => check !== null)
  const shown = [...COLUMNS, ...(format === 'wide' ? WIDE : []), ...(asked ? [CHECK] : [])]
  const rows = sorted(findings, sortBy).map(finding =>
    shown.map(([, value]) => cell(value(finding, diagnosis))),
  )
  return joinLines(columns(headers ? [shown.map(([header]) => header), ...rows] : rows))
}

/** Returns `NAMESPACE/POD` for each failing pod, one per line, as accepted by `why`. */
export function renderNames({ findings }: Diagnosis, sortBy?: SortKey): string {
  return joinLines([
    ...new Set(sorted(findings, sortBy).map(finding => cell(`${finding.namespace}/${finding.pod}`))),
  ])
}
