/** Annotations of GitHub's workflow commands, for every report that has this format. */

import type { Severity } from '../../diagnosis/finding.ts'
import { workflowMessage, workflowProperty } from '../sanitize.ts'

/** The number of annotations that GitHub shows per level and step. */
export const MAX_ANNOTATIONS = 10

/** GitHub's levels. */
export const ANNOTATION_LEVEL: Record<Severity, string> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
}

/** Returns one workflow command. @param properties `title`, and where the problem is; null ones are omitted */
export function annotation(
  level: string,
  properties: Record<string, string | number | null>,
  lines: string[],
): string {
  const written = Object.entries(properties)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${workflowProperty(String(value))}`)
  return `::${level} ${written.join(',')}::${workflowMessage(lines)}`
}
