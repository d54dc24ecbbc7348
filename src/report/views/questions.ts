/**
 * Renders questions for the user, and messages about missing input: a pod's name for `why`, or the answers and permissions needed before
 * anything is written.
 */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { DamagedLine } from '../../apply/journal/find-runs.ts'
import type { AccessDenial } from '../../apply/permissions.ts'
import type { RemedyOffer } from '../../diagnosis/remedy.ts'
import type { Plan, PlanCredential, PlanScope } from '../../plan/plan.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { ReportOptions } from '../formats.ts'
import { groupByCause } from '../group.ts'
import { type Invocation, offlineCommand } from '../invocation.ts'
import { sanitizeLine, shellWord } from '../sanitize.ts'
import { joinBlocks, joinLines, paletteFor, wrap } from '../screen/layout.ts'
import { shortOf } from '../words/causes.ts'
import { whyCommand } from '../words/commands.ts'
import { formatNumber, pluralize, shortList } from '../words/nouns.ts'
import { REMEDY_WORDS } from '../words/plan/remedies.ts'
import { summarySentence } from '../words/summary.ts'
import { gapLines } from './gaps.ts'
import { loginName } from './login-proofs.ts'

/** The width of the marks before a choice. */
const MARKS = '   '

/** Returns one remedy to select, with how much it would help, and what is selected with it; wrapped below its beginning. */
export function remedyChoice({ remedy, findings, needs }: RemedyOffer, width: number): string {
  const also = needs === null ? '' : `; also pins images whose tag can move`
  const text = `${REMEDY_WORDS[remedy].choice} (${pluralize(findings, 'failing pull')}${also})`
  return wrap(text, width, MARKS).join('\n').trimStart()
}

/** Says what is wrong, above the question what should be done about it. */
export function remedyPreface(diagnosis: AdvisedDiagnosis, invocation: Invocation, width: number): string {
  return joinLines(wrap(sanitizeLine(summarySentence(diagnosis, invocation)), width))
}

export function remedyQuestion(): string {
  return 'What should be done?'
}

/** The question below a plan, whose last line summarizes it. */
export type Confirmation =
  /** A yes is enough. */
  | { typed: null; question: string }
  /** One of these words has to be typed; `again` is the prompt after a wrong one. */
  | { typed: readonly string[]; question: string; again(answer: string): string }

/** A plain yes is not enough for more changes than this, or for all namespaces. */
const MANY_CHANGES = 20

/** Returns the question before the plan is applied. For a long name, such as an EKS cluster's, the part after the last slash is enough. */
export function confirmation({ plan, cluster }: { plan: Plan; cluster: string }): Confirmation {
  const count = plan.changes.length
  const these = count === 1 ? 'this change' : `these ${formatNumber(count)} changes`
  const large = plan.scope.namespaces === null || count > MANY_CHANGES
  if (!large) return { typed: null, question: sanitizeLine(`Apply ${these} to ${cluster}?`) }
  const tail = cluster.slice(cluster.lastIndexOf('/') + 1)
  const typed = tail === '' || tail === cluster ? [cluster] : [cluster, tail]
  const names = typed.join(' or ')
  return {
    typed,
    question: sanitizeLine(`To apply ${these}, type the context name (${names}):`),
    again: answer =>
      sanitizeLine(
        `${answer === '' ? '' : `"${answer}" doesn't match. `}Type ${names} to confirm, or press Ctrl-C:`,
      ),
  }
}

/** Asks about one registry's logins that the user did not name. */
export function otherLoginQuestion(logins: readonly PlanCredential[], namespaces: readonly string[]): string {
  const names = logins.map(loginName).join(' and ')
  return sanitizeLine(
    `Distribute the login of ${names} too? Pods in ${shortList(namespaces, 5)} need it, and anyone who can create pods there could read it.`,
  )
}

/** Warns before the plan that --exclude-namespace names a namespace that does not exist. */
export function unknownExclusionText(namespace: string): string {
  return `${sanitizeLine(`Warning: --exclude-namespace ${namespace}: there is no such namespace, so it excludes nothing.`)}\n`
}

/** Warns that a journal is damaged, so that less than the run wrote may be known. */
export function damagedLineText({ path, line }: DamagedLine): string {
  return `${sanitizeLine(`Warning: line ${line} of journal ${path} is damaged, so some of what its run wrote may be unknown: check the file, or move it away.`)}\n`
}

/** Asks for confirmation before a run is undone, below what that restores and deletes. */
export function undoQuestion(cluster: string): string {
  return sanitizeLine(`Undo this on ${cluster}?`)
}

/** Says that nothing was changed because nobody can confirm it, and which flags go ahead without a question. */
export function unconfirmedText(action: 'apply' | 'undo' | 'create the pod'): string {
  const preview = action === 'create the pod' ? '' : ' or --dry-run to preview'
  return `Confirmation needed, but pullguard can't ask here: standard input and standard error must be terminals. Nothing was changed. Use --yes to ${action}${preview}.`
}

/** Returns one line per verb and resource, and what to request. */
export function accessRefusal(denials: readonly AccessDenial[], scope: PlanScope): string {
  const lines = denials.map(({ verb, group, resource, namespaces, changes }) => {
    const what = group === '' ? resource : `${resource}.${group}`
    return `${verb} ${what} in ${shortList(namespaces, 3)} (for ${pluralize(changes, 'change')})`
  })
  return [
    'You lack permissions that this plan needs. Nothing was changed. Missing:',
    ...lines.map(line => `  ${sanitizeLine(line)}`),
    `Ask for a role that allows it${alternatives(denials, scope)}.`,
  ].join('\n')
}

/** Suggests flags with which the plan does not need these permissions. */
function alternatives(denials: readonly AccessDenial[], scope: PlanScope): string {
  const flags = [
    ...(denials.every(({ resource }) => /^pods(\/|$)/.test(resource))
      ? ['leave the pods alone with --no-recreate']
      : []),
    ...(scope.namespaces === null ? ['skip those namespaces with --exclude-namespace'] : []),
  ]
  return flags.map(way => `, or ${way}`).join('')
}

/** Returns the failing pods, most urgent first, each with the reason. The value is NAMESPACE/POD. */
export function podChoices(
  { findings }: AdvisedDiagnosis,
  invocation: Invocation,
): { name: string; value: string }[] {
  const choices = new Map<string, string>()
  for (const group of groupByCause(findings, invocation)) {
    for (const { namespace, pod } of group.findings) {
      const value = `${namespace}/${pod}`
      if (!choices.has(value)) choices.set(value, sanitizeLine(`${value}: ${shortOf(group)}`))
    }
  }
  return [...choices].map(([value, name]) => ({ name, value }))
}

export function podQuestion(): string {
  return 'Which pod?'
}

/** Says that a pod could not be read, and why. */
export function unreadPodText(
  name: string,
  gaps: readonly Gap[],
  { width, color }: Pick<ReportOptions, 'width' | 'color'>,
): string {
  const sentence = `Can't explain pod ${name}: it could not be read, and may not exist.`
  return joinBlocks([gapLines(gaps, width, paletteFor(color)), wrap(sanitizeLine(sentence), width)])
}

/** Lists the pods that can be named, for use without a terminal. */
export function unnamedPodText(
  diagnosis: AdvisedDiagnosis,
  invocation: Invocation,
  { files, recursive }: { files: readonly string[]; recursive: boolean },
): string {
  const [first] = diagnosis.findings
  const dump = [...files.map(file => `-f ${shellWord(file)}`), ...(recursive ? ['-R'] : [])]
  const names = podChoices(diagnosis, invocation).map(({ value }) => value)
  if (first === undefined) return `No pod was given. ${summarySentence(diagnosis, invocation)}`
  const example =
    dump.length === 0
      ? whyCommand(invocation, first)
      : offlineCommand(invocation, `why ${dump.join(' ')} ${shellWord(`${first.namespace}/${first.pod}`)}`)
  return `Which pod? Failing: ${shortList(names, 10)}. For example: \`${example}\`.`
}
