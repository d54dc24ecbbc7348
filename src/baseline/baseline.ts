/** A baseline: the findings that a team knows of, so that only others fail its CI. It names them by their fingerprints. */

/** A finding that is known, and what a person may want to read of it. */
export interface KnownFinding {
  fingerprint: string
  /** Such as a rule and where it was found. */
  about: string
}

const API_VERSION = 'pullguard.dev/v1'
const KIND = 'Baseline'

/** The file's content: sorted, so that a change of it shows what changed. */
export function baselineText(findings: readonly KnownFinding[]): string {
  const unique = new Map(findings.map(finding => [finding.fingerprint, finding]))
  const sorted = [...unique.values()].sort((one, other) =>
    one.about < other.about ? -1 : one.about > other.about ? 1 : 0,
  )
  return `${JSON.stringify({ apiVersion: API_VERSION, kind: KIND, findings: sorted }, null, 2)}\n`
}

/** The fingerprints in a baseline's text; null where it is none. */
export function readBaseline(text: string): Set<string> | null {
  const document = parsed(text)
  if (typeof document !== 'object' || document === null) return null
  const { kind, findings } = document as Record<string, unknown>
  if (kind !== KIND || !Array.isArray(findings)) return null
  const prints = findings.map(finding => (finding as Partial<KnownFinding> | null)?.fingerprint)
  return prints.every(print => typeof print === 'string') ? new Set(prints) : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
