/**
 * Saves a plan to a file, and reads one back: validated by the published schema and by rules that a schema can't express, and refused for
 * another cluster or a changed state.
 */

import { lstat } from 'node:fs/promises'
import { writeWhole } from '../editor/write-file.ts'
import { errorCode, RefusedError, UsageError } from '../errors.ts'
import { parseJson } from '../json/json-object.ts'
import { jsonPlace } from '../json/json-place.ts'
import { bytesOf } from '../network/bytes-of.ts'
import { readUpTo } from '../network/read-up-to.ts'
import type { Change } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'
import type { ChangeOutcome } from './outcome.ts'
import { validatePlan } from './schema-validators.js'
import { hasValidTarget } from './server-view.ts'

/** Writes the plan, readable only by its owner; an existing file is replaced whole or not at all. @throws UsageError */
export async function writePlanFile(path: string, plan: Plan): Promise<void> {
  await refuseOtherThanFile(path)
  try {
    await writeWhole(path, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new UsageError(
      `Can't write the plan to ${path}: ${codeOf(error) === 'ENOENT' ? 'there is no such folder' : codeOf(error)}. Name a file that can be written.`,
    )
  }
}

/** The rename would replace a device or a link, such as /dev/stdout, instead of writing to it. */
async function refuseOtherThanFile(path: string): Promise<void> {
  const there = await lstat(path).catch(() => null)
  if (there === null || there.isFile()) return
  throw new UsageError(
    `Can't write the plan to ${path}: it already exists and is not a regular file. Name another one; \`-o json --dry-run\` prints the plan.`,
  )
}

/** Reads a saved plan. @throws UsageError if the file can't be read, or is not a plan of this version; then it names the wrong place */
export async function readPlanFile(path: string, signal: AbortSignal): Promise<Plan> {
  const text = await readText(path, signal)
  const remedy = 'Make a plan with `pullguard fix --plan <file>`.'
  const value = parseJson(text)
  if (value === undefined) {
    throw new UsageError(`${path} is not a plan: it is not valid JSON${jsonPlace(text)}. ${remedy}`)
  }
  const verdict = judgePlan(value)
  if ('plan' in verdict) return verdict.plan
  throw new UsageError(
    `${path} is not a plan of pullguard.dev/v1: ${verdict.wrongAt} is missing or wrong. ${remedy}`,
  )
}

/** A plan for ten thousand namespaces has about ten million. */
const MAX_PLAN_BYTES = 64 * 1024 * 1024

async function readText(path: string, signal: AbortSignal): Promise<string> {
  const bytes = await readUpTo(bytesOf(path, signal), MAX_PLAN_BYTES).catch(error => {
    signal.throwIfAborted()
    const code = codeOf(error)
    throw new UsageError(
      `Can't read the plan ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}.`,
    )
  })
  if (bytes === null) throw new UsageError(`${path} is too long for a plan.`)
  return bytes.toString('utf8')
}

/**
 * @param now the cluster of this run; the server's address is also its uid if this user can't read the uid
 * @throws RefusedError if the plan was made for another cluster, or it is unknown whether it was
 */
export function refuseOtherCluster(plan: Plan, now: { uid: string; server: string }): void {
  const { uid, server } = now
  // Any server can claim another cluster's uid, so its address counts as well.
  if (plan.cluster.uid === uid && plan.cluster.server === server) return
  const isUnknown = ({ uid: own }: { uid: string }) => own === server
  if (plan.cluster.server === server && (isUnknown(now) || isUnknown(plan.cluster))) {
    const remedy = isUnknown(now)
      ? "this user can't read the namespace kube-system, which identifies it: ask for permission to get it."
      : "the user who made the plan couldn't read the namespace kube-system, which identifies it: make a new plan."
    throw new RefusedError(
      `Can't tell whether the plan was made for this cluster, so nothing was changed: ${remedy}`,
    )
  }
  const made = plan.cluster.context ?? plan.cluster.server
  throw new RefusedError(
    `The plan was made for another cluster (${made}), so nothing was changed: choose its context, or make a new plan.`,
  )
}

/** @throws RefusedError if the server's dry run shows that objects in the plan have changed since it was made */
export function refuseStale(plan: Plan, checked: ChangeOutcome[]): void {
  const moved = checked.filter(({ status }) => status === 'conflict')
  const [first] = moved
  if (!first) return
  const { kind, namespace, name } = first.target
  const more = moved.length > 1 ? ` and ${moved.length - 1} more` : ''
  throw new RefusedError(
    `The plan of ${plan.createdAt} is stale: ${kind} ${namespace}/${name}${more} changed since. Nothing was changed; make a new plan.`,
  )
}

function codeOf(error: unknown): string {
  return errorCode(error) ?? String(error)
}

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
