/** The last line of an audit: what was checked, what was found, and what could not be read. */

import type { AuditReport } from '../../../audit/report.ts'
import { joinList, pluralize } from '../nouns.ts'

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
    ...(placeholders > 0 ? [`${pluralize(placeholders, 'image')} still to be filled in by a template`] : []),
    ...(templates.length > 0
      ? [`${pluralize(templates.length, 'template')} not read (render them first)`]
      : []),
    ...(unread.length > 0 ? [`${pluralize(unread.length, 'file')} could not be read`] : []),
    ...(unchecked.length > 0 ? [`${pluralize(unchecked.length, 'image')} could not be checked`] : []),
    ...(gaps.length > 0 ? [`${pluralize(gaps.length, 'thing')} in the cluster could not be read`] : []),
  ]
  return aside.length === 0 ? found : `${found} ${capital(aside.join('; '))}.`
}

function namespacesText(namespaces: string[] | null): string {
  if (namespaces === null) return 'in all namespaces'
  return `in ${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${namespaces.join(', ')}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
