/** The words of edits: what was written, and why something was left alone. */

import type { EditedFile, EditReport, WriteProblem } from '../../../audit/edit-report.ts'
import type { FileEdit, LeftAlone } from '../../../audit/file-edits.ts'
import type { EditRefusal } from '../../../manifest/edit.ts'
import type { ImageAnswer, ImageCheck } from '../../../snapshot/image-check.ts'
import { pluralize } from '../nouns.ts'

const REFUSED: Record<EditRefusal, string> = {
  alias: 'it is a YAML alias, or an alias repeats it, so a change would affect other places too',
  'several-lines': 'it is written over several lines',
  placeholder: 'a template fills it in',
  layout: 'it is written in a way that pullguard does not edit',
  unproven: 'the edited text would not parse as intended',
}

const PROBLEM: Record<WriteProblem, string> = {
  changed: 'somebody changed or moved it in the meantime',
  encoding: 'it is not UTF-8',
  unread: 'a part of it could not be read',
  forbidden: 'permission denied',
  failed: 'writing failed',
}

/** `deploy.yaml: 3 edits written`. */
export function editedSentence(
  { path, applied, written, problem }: EditedFile,
  { dryRun }: EditReport,
): string {
  const edits = pluralize(applied.length, 'edit')
  if (problem !== null) return `${path}: ${edits} not written: ${PROBLEM[problem]}`
  return dryRun || !written ? `${path}: ${edits} to make` : `${path}: ${edits} written`
}

/** `deploy.yaml:12:16: image left unchanged: …`. */
export function refusalSentence({ path, edit, workload, container }: FileEdit, why: EditRefusal): string {
  const isPolicy = edit.op === 'set' && edit.key === container?.keys.policy
  const place = (isPolicy ? container?.policyPlace : null) ?? container?.imagePlace ?? workload.place
  const what = edit.op === 'set' ? edit.key : 'imagePullSecrets'
  return `${path}:${place?.line ?? 1}:${place?.column ?? 1}: ${what} left unchanged: ${REFUSED[why]}`
}

/** `deploy.yaml:12:16: nginx:1.27 is not pinned: …`. */
export function leftAloneSentence({ workload, container, reason }: LeftAlone): string {
  const { line = 1, column = 1 } = container.imagePlace ?? {}
  const place = `${workload.source?.path ?? ''}:${line}:${column}`
  if (reason.code === 'no-replacement')
    return `${place}: ${container.image} left unchanged: no registry has shown that ${reason.candidates.join(' or ')} exists`
  if (reason.code === 'named-elsewhere')
    return `${place}: ${container.image} left unchanged: ${reason.path} changes it by this name, so change both`
  return `${place}: ${reason.image} not pinned: ${whyNoDigest(reason.check)}`
}

const ANSWER: Record<ImageAnswer, (host: string) => string> = {
  exists: host => `${host} has it`,
  missing: host => `${host} does not have it`,
  denied: host => `${host} does not show it without another login`,
  'login-refused': host => `${host} refused the login`,
  withheld: host => `${host} sends logins to another site, so none was sent`,
  'rate-limited': host => `${host} is limiting requests from this machine`,
  unreachable: host => `${host} can't be reached from this machine`,
  failed: host => `${host} gave no usable answer`,
}

function whyNoDigest(check: ImageCheck | null): string {
  if (check === null || check.asks.length === 0) return 'its registry was not asked'
  const answers = new Map(check.asks.map(({ answer, detail }) => [answer, detail]))
  if (answers.has('exists')) return 'its registry does not say which digest it has'
  const [[answer, detail] = ['failed' as const, null]] = answers
  return `${ANSWER[answer](check.host)}${detail === null ? '' : ` (${detail})`}`
}

/** Used if neither a finding nor a flag calls for an edit. */
export const NO_EDITS = 'Nothing to edit: pullguard has no fix for these files with these flags.'

/** @param unreached how many files the run did not get to */
export function interruptedSentence(unreached: number): string {
  return unreached === 0
    ? 'Interrupted after the last edit.'
    : `Interrupted: ${pluralize(unreached, 'file')} not edited yet. Run the same command again to edit ${unreached === 1 ? 'it' : 'them'}.`
}
