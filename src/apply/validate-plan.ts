/** Judges whether a JSON value is a plan: what the published schema says of one, and what a schema can't say. */

import { controllerKind, KINDS, type TypeMeta } from '../kubernetes/api/kinds.ts'
import type { Change, Target } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'
import { validateChange, validatePlan } from './schema-validators.js'

/** The plan, or the first place that keeps it from being one, such as `changes[0].target`. */
export type PlanVerdict = { plan: Plan } | { wrongAt: string }

/** Whether it is a whole plan of this version: a file may have been cut off, edited by hand or made by another version. */
export function judgePlan(value: unknown): PlanVerdict {
  const head = Object.entries(HEAD).find(([field, own]) => Object(value)[field] !== own)
  if (head) return { wrongAt: head[0] }
  if (!validatePlan(value)) return { wrongAt: placeOf(validatePlan.errors ?? []) }
  const wrongAt = changeWithWrongTarget(value) ?? repeatedId(value) ?? otherSecret(value)
  return wrongAt === null ? { plan: value } : { wrongAt }
}

/** Looked at first: another document lacks most of a plan, but what is wrong with it is its kind. */
const HEAD: Pick<Plan, 'apiVersion' | 'kind'> = { apiVersion: 'pullguard.dev/v1', kind: 'Plan' }

/** Whether it is a whole change of this version. */
export function isChange(value: unknown): value is Change {
  return validateChange(value) && hasValidTarget(value)
}

type SchemaError = NonNullable<typeof validatePlan.errors>[number]

/** Of a union's errors the deepest one is of the member that was meant. */
function placeOf(errors: SchemaError[]): string {
  const [deepest = []] = errors.map(stepsTo).sort((one, other) => other.length - one.length)
  return deepest
    .map(step => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

/** The names and positions on the way to what is missing or wrong: all of them the schema's, none the file's. */
function stepsTo({ instancePath, params }: SchemaError): string[] {
  const below: string | undefined = params.missingProperty ?? params.tag
  return [...instancePath.split('/').slice(1), ...(below === undefined ? [] : [below])]
}

/** What an action is done to. A plan is shown by what it does, so that a change of one thing can't stand for another's. */
const TARGETS: Record<Change['action'], (target: Target) => boolean> = {
  'create-secret': isOf(KINDS.Secret),
  'update-secret': isOf(KINDS.Secret),
  'patch-serviceaccount': isOf(KINDS.ServiceAccount),
  'patch-template': target => controllerKind(target) !== null,
  'recreate-pod': isOf(KINDS.Pod),
  'recreate-bare-pod': isOf(KINDS.Pod),
  'restore-bare-pod': isOf(KINDS.Pod),
}

function isOf({ kind, apiVersion }: TypeMeta): (target: Target) => boolean {
  return target => target.kind === kind && target.apiVersion === apiVersion
}

function hasValidTarget({ action, target }: Change): boolean {
  return TARGETS[action](target)
}

function changeWithWrongTarget({ changes, declined }: Plan): string | null {
  const at = changes.findIndex(change => !hasValidTarget(change))
  if (at >= 0) return `changes[${at}].target`
  const left = declined.findIndex(one => one.code === 'managed' && !hasValidTarget(one.change))
  return left >= 0 ? `declined[${left}].change.target` : null
}

/** Outcomes are told apart by the changes' ids. */
function repeatedId({ changes }: Plan): string | null {
  const seen = new Set<string>()
  const at = changes.findIndex(({ id }) => seen.size === seen.add(id).size)
  return at >= 0 ? `changes[${at}].id` : null
}

/** The one Secret's name is shown once for all changes. */
function otherSecret({ secretName, changes }: Plan): string | null {
  for (const [at, change] of changes.entries()) {
    const other = secretsNamedBy(change).find(({ name }) => name !== secretName)
    if (other) return `changes[${at}].${other.at}`
  }
  return null
}

function secretsNamedBy(change: Change): { at: string; name: string }[] {
  switch (change.action) {
    case 'create-secret':
    case 'update-secret':
      return [{ at: 'target.name', name: change.target.name }]
    case 'patch-serviceaccount':
    case 'patch-template':
      return change.edits.flatMap((edit, at) =>
        edit.field === 'imagePullSecrets' ? [{ at: `edits[${at}].entry`, name: edit.entry }] : [],
      )
    case 'recreate-bare-pod':
      return change.secretName === null ? [] : [{ at: 'secretName', name: change.secretName }]
    default:
      return []
  }
}
