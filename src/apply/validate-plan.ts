/** Validates a JSON value as a plan: by the published schema, and by rules that a schema can't express. */

import { controllerKind, KINDS, type TypeMeta } from '../kubernetes/api/kinds.ts'
import type { Change, Target } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'
import { validateChange, validatePlan } from './schema-validators.js'

/** The plan, or the first place where the value differs from one, such as `changes[0].target`. */
export type PlanVerdict = { plan: Plan } | { wrongAt: string }

/** Judges whether the value is a complete plan of this version: a file may be truncated, edited by hand, or from another version. */
export function judgePlan(value: unknown): PlanVerdict {
  const head = Object.entries(HEAD).find(([field, own]) => Object(value)[field] !== own)
  if (head) return { wrongAt: head[0] }
  if (!validatePlan(value)) return { wrongAt: pathOfError(validatePlan.errors ?? []) }
  const wrongAt = changeWithWrongTarget(value) ?? repeatedId(value) ?? otherSecret(value)
  return wrongAt === null ? { plan: value } : { wrongAt }
}

/** Checked first: for another kind of document, the error names the kind instead of one of the many missing fields. */
const HEAD: Pick<Plan, 'apiVersion' | 'kind'> = { apiVersion: 'pullguard.dev/v1', kind: 'Plan' }

/** Whether the value is a complete change of this version. */
export function isChange(value: unknown): value is Change {
  return validateChange(value) && hasValidTarget(value)
}

type SchemaError = NonNullable<typeof validatePlan.errors>[number]

/** The place of the deepest error: in a union, that error belongs to the member that the value resembles most. */
function pathOfError(errors: SchemaError[]): string {
  const [deepest = []] = errors.map(stepsTo).sort((one, other) => other.length - one.length)
  return deepest
    .map(step => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

/** The path to the missing or wrong value. Its names come from the schema, never from the file. */
function stepsTo({ instancePath, params }: SchemaError): string[] {
  const below: string | undefined = params.missingProperty ?? params.tag
  return [...instancePath.split('/').slice(1), ...(below === undefined ? [] : [below])]
}

/** Which targets an action can have. Plans are displayed by action, so a wrong target would hide what is really written. */
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

/** The place of a repeated id: outcomes are matched to changes by id. */
function repeatedId({ changes }: Plan): string | null {
  const seen = new Set<string>()
  const at = changes.findIndex(({ id }) => seen.size === seen.add(id).size)
  return at >= 0 ? `changes[${at}].id` : null
}

/** The place of another Secret's name: the plan's one name is displayed for all changes. */
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
