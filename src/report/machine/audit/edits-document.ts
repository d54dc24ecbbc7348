/** The edits of an audit as data. */

import type { EditReport } from '../../../audit/edit-report.ts'
import type { FileEdit } from '../../../audit/edits.ts'
import { leftAloneSentence, refusalSentence } from '../../words/audit/edits.ts'
import { workloadText } from './places.ts'

/** Files with what was changed in each, and what was left alone. */
export function editsDocument({ dryRun, files, leftAlone }: EditReport): object {
  return {
    dryRun,
    files: files.map(({ path, written, problem, applied }) => ({
      path,
      written,
      problem,
      edits: applied.map(editDocument),
    })),
    leftAlone: [
      ...files.flatMap(({ path, refused }) =>
        refused.map(({ edit, why }) => ({ path, reason: why, message: refusalSentence(edit, why) })),
      ),
      ...leftAlone.map(each => ({
        path: each.workload.source?.path ?? null,
        reason: each.reason.code,
        message: leftAloneSentence(each),
      })),
    ],
  }
}

function editDocument({ edit, workload, container }: FileEdit): object {
  const { op } = edit
  return {
    op,
    workload: workloadText({ workload }),
    container: container?.name ?? null,
    key: op === 'set' ? edit.key : 'imagePullSecrets',
    value: op === 'set' ? edit.value : edit.name,
  }
}
