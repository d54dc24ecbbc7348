/** The words of the scope of a fix: as flags, and as text. */

import type { PlanScope, PlanSubject } from '../../plan/plan.ts'
import { shellWord } from '../sanitize.ts'
import { joinList, objectName, shortList } from './nouns.ts'

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
      : `${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${shortList(namespaces, 5)}`
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
