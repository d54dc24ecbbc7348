/** The words of what a fix or an undo is going to do: in which scope, what each change does and why, and what stays unchanged. */

import type { LeftReason, UndoEffect, UndoneField, UndoStep } from '../../../apply/undo-step.ts'
import type { Change, ChangeReason, EditingRemedy } from '../../../plan/change.ts'
import type { Plan, PlanScope, PlanSubject } from '../../../plan/plan.ts'
import { type Invocation, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { joinList, namedList, objectName, pluralize, registryLabel, shortList } from '../nouns.ts'
import type { StepText } from '../step-words.ts'
import { REMEDY_WORDS } from './remedies.ts'

/**
 * Returns the part of its namespaces that the scope is limited to, as on a command line: `deployment/shop statefulset/db`, `-l app=shop`;
 * null for all.
 */
export function narrowedTo({ subjects, selector }: PlanScope): string | null {
  if (subjects !== undefined) return subjects.map(subject => shellWord(objectName(subject))).join(' ')
  return selector === undefined ? null : `-l ${shellWord(selector)}`
}

/** Returns the scope as on a command line: `-n web`, `deployment/shop -n web`, `--all-namespaces --exclude-namespace kube-system`. */
export function scopeFlags(scope: PlanScope): string {
  const { namespaces, affected, excluded } = scope
  const only = narrowedTo(scope)
  return [
    ...(only === null ? [] : [only]),
    namespaces === null ? '--all-namespaces' : `-n ${namespaces.map(shellWord).join(',')}`,
    ...(affected ? ['--affected'] : []),
    ...excluded.map(name => `--exclude-namespace ${shellWord(name)}`),
  ].join(' ')
}

/** Suggests the same fix again, with these flags. */
export function rerunFix(
  text: string,
  { plan, invocation }: { plan: Plan; invocation: Invocation },
  flags: string,
): StepText {
  return { text, command: ownCommand(invocation, `fix ${scopeFlags(plan.scope)} ${flags}`) }
}

/**
 * Returns, for example, `every namespace except a and b`, `namespace web`, `deployment shop of namespace web (to which pod shop-1
 * belongs)`.
 */
export function scopeText({ namespaces, affected, excluded, subjects, selector }: PlanScope): string {
  if (subjects !== undefined) return joinList(subjects.map(subjectText))
  const base =
    namespaces === null
      ? affected
        ? 'the namespaces with failing pods'
        : 'every namespace'
      : namedList('namespace', namespaces, 5)
  const except = excluded.length === 0 ? '' : ` except ${shortList(excluded, 5)}`
  return `${base}${except}${selector === undefined ? '' : `, pods with ${selector}`}`
}

/** Says that no pull fails in the scope. Names labels and workloads without any pod, because they may be typos. */
export function nothingFails(scope: PlanScope, pods: number | undefined): string {
  const { subjects, selector } = scope
  const { selector: _labels, ...whole } = scope
  const [none, healthy] =
    subjects !== undefined
      ? [`in ${scopeText(scope)}`, ` in ${scopeText(scope)}`]
      : selector !== undefined
        ? [`with ${selector} in ${scopeText(whole)}`, ` for pods with ${selector} in ${scopeText(whole)}`]
        : [null, '']
  return pods === 0 && none !== null
    ? `There are no pods ${none}. Nothing to fix.`
    : `No image pulls are failing${healthy}. Nothing to fix.`
}

function subjectText({ kind, namespace, name, named = [] }: PlanSubject): string {
  const text = `${kind.toLowerCase()} ${name} of namespace ${namespace}`
  return named.length === 0
    ? text
    : `${text} (to which ${joinList(named.map(wordsOf))} ${named.length === 1 ? 'belongs' : 'belong'})`
}

function wordsOf({ kind, name }: { kind: string; name: string }): string {
  return `${kind.toLowerCase()} ${name}`
}

type Reason<Code extends ChangeReason['code']> = Extract<ChangeReason, { code: Code }>

const REASONS: { [Code in Exclude<ChangeReason['code'], EditingRemedy>]: (reason: Reason<Code>) => string } =
  {
    'credential-needed': ({ registries }) =>
      `pods there can pull from ${[...new Set(registries)].map(registryLabel).join(' and ')} with a login`,
    'attach-default': () =>
      'new pods use this service account by default and get its pull secrets; existing entries keep their order',
    'attach-used': () =>
      'pods get the pull secrets of the service account that they name; existing entries keep their order',
    'template-has-own-secrets': ({ serviceAccount }) =>
      `the template names its own pull secrets, so those of service account ${serviceAccount} are not used`,
    stuck: () =>
      'pull secrets are added only when a pod is created; its controller will create a replacement',
    'backed-off': () =>
      'the kubelet may wait up to five minutes before it tries again; the replacement that its controller creates pulls at once',
    interrupted: ({ run }) => `run ${run} deleted it and ended before recreating it`,
  }

function isEditing(reason: ChangeReason): reason is { code: EditingRemedy } {
  return !Object.hasOwn(REASONS, reason.code)
}

/** Returns why a change is made, as a clause. */
export function reasonText(reason: ChangeReason): string {
  if (isEditing(reason)) return REMEDY_WORDS[reason.code].reason
  // Each code's words take that code's reason; the compiler can't follow the code through the union.
  return REASONS[reason.code](reason as never)
}

/** Why a pod without a controller is deleted and recreated. */
export const BARE_POD_REASON =
  'pull secrets are added only when a pod is created; it has no controller, so it is recreated from its own spec'

const NOUNS: [noun: string, actions: Change['action'][]][] = [
  ['secret', ['create-secret', 'update-secret']],
  ['service account', ['patch-serviceaccount']],
  ['template', ['patch-template']],
  ['pod', ['recreate-pod', 'recreate-bare-pod', 'restore-bare-pod']],
]

/** Returns, for example, `12 secrets, 14 service accounts, 3 pods`. */
export function changesByKind(changes: readonly { action: Change['action'] }[]): string {
  return NOUNS.flatMap(([noun, actions]) => {
    const count = changes.filter(({ action }) => actions.includes(action)).length
    return count === 0 ? [] : [pluralize(count, noun)]
  }).join(', ')
}

/** Returns a summary of the plan, in one sentence. */
export function planSentence({ changes, cost }: Plan): string {
  const namespaces = new Set(changes.map(({ target }) => target.namespace)).size
  const pulls = cost.pulls === 0 ? '' : `; at most ${pluralize(cost.pulls, 'Docker Hub pull')}`
  return `${pluralize(changes.length, 'change')} in ${pluralize(namespaces, 'namespace')}: ${changesByKind(changes)}${pulls}.`
}

/** Participles, for one object or several whose name precedes them. */
const LEFT: Record<LeftReason, string> = {
  gone: 'no longer there',
  replaced: 'replaced by another object with the same name',
  changed: 'changed after pullguard wrote it',
  'taken-back': 'already undone',
  'never-written': 'never written',
  'still-named': 'still referenced',
  'goes-with-its-run': 'removed by undoing the run that created it',
  'earlier-content-unknown': 'existed before, and its earlier content is not recorded',
  'pod-taken-away': 'deleted and not recreated; run the same fix again to recreate it',
  'pod-recreated': "recreated; stuck pods can't be restored",
}

/** Why an object is left unchanged, as a participle. */
export function leftText(reason: LeftReason): string {
  return LEFT[reason]
}

/** Returns the reason with the objects that refer to it: `still referenced by deployment/shop`. */
export function leftStepText({ reason, by = [] }: Extract<UndoStep, { action: 'leave' }>): string {
  if (by.length === 0) return leftText(reason)
  const names = by.map(({ kind, name }) =>
    name === null ? `${kind.toLowerCase()}s that can't be read` : objectName({ kind, name }),
  )
  return `${leftText(reason)} by ${shortList([...new Set(names)], 3)}`
}

const EFFECTS: Record<UndoEffect, string> = {
  rollout: 'a rollout replaces its pods',
  recreate: 'all of its pods stop before new ones start',
  'new-pods': 'new pods are created from it',
}

/** Returns how a restored template affects its pods. */
export function effectText(effect: UndoEffect): string {
  return EFFECTS[effect]
}

/** Warns if logins are removed: running pods keep their images, but new pulls have no login. */
export function lostLoginSentence(steps: readonly UndoStep[]): string {
  const goes = steps.some(({ action }) => action === 'delete-secret' || action === 'remove-keys')
  return goes ? 'After that, pods pull without this login and may fail as they did before.' : ''
}

/** Returns a sentence about Secrets that still contain a login, to put before the commands that delete them. */
export function keptSentence(kept: number): string {
  return `${pluralize(kept, 'secret')} ${kept === 1 ? 'keeps its' : 'keep their'} login. Once nothing needs it anymore:`
}

/** The same for Secrets that others have written to, before the commands that edit them. */
export function sharedKeptSentence(kept: number): string {
  const [keeps, there] = kept === 1 ? ['keeps', 'it'] : ['keep', 'them']
  return `${pluralize(kept, 'secret')} ${keeps} the login, and others have written to ${there} as well. Once nothing needs the login anymore, remove it there:`
}

/** Returns, for example, `remove dockercreds from imagePullSecrets`, `set image of shop back to nginx`. */
export function fieldText({ field, container, from, to }: UndoneField): string {
  if (field === 'imagePullSecrets') return `remove ${from} from imagePullSecrets`
  const where = container === null ? field : `${field} of ${container}`
  return to === null ? `remove ${where} (${from})` : `set ${where} back to ${to}`
}

/** Returns which runs are undone: `Undoing run A and the interrupted run B, which it continued`. */
export function undoingText(run: string, continued: readonly string[]): string {
  if (continued.length === 0) return `Undoing run ${run}`
  return `Undoing run ${run} and the interrupted ${namedList('run', continued)}, which it continued`
}

/** Returns what the undo would do, in one sentence. */
export function undoPlanSentence(steps: readonly UndoStep[]): string {
  const restored = steps.filter(({ action }) => action === 'restore-fields').length
  const deleted = steps.filter(({ action }) => action === 'delete-secret').length
  const trimmed = steps.filter(({ action }) => action === 'remove-keys').length
  const lost = steps.filter(step => step.action === 'leave' && step.reason === 'pod-taken-away').length
  const gone =
    lost === 0
      ? ''
      : ` ${pluralize(lost, 'bare pod')} ${lost === 1 ? 'is' : 'are'} still missing: running the same fix again restores what it deleted.`
  if (restored + deleted + trimmed === 0) return `Nothing is left to undo, so nothing is written.${gone}`
  const parts = [
    ...(restored === 0 ? [] : [`restores ${pluralize(restored, 'object')}`]),
    ...(deleted === 0 ? [] : [`deletes ${pluralize(deleted, 'secret')}`]),
    ...(trimmed === 0 ? [] : [`removes its keys from ${pluralize(trimmed, 'secret')}`]),
  ]
  return `This ${parts.join(', ').replace(/, ([^,]*)$/, ' and $1')}.${gone}`
}
