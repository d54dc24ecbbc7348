/** Keeps a plan in a file, and takes one back only for the cluster and the state that it was made from. */

import { open, readFile, rename, rm } from 'node:fs/promises'
import { RefusedError, UsageError } from '../errors.ts'
import type { Change } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'
import type { Outcome } from './outcome.ts'

/** Writes the plan, readable by its owner alone; a file of that name is replaced whole or not at all. @throws UsageError */
export async function writePlanFile(path: string, plan: Plan): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`
  try {
    await rm(draft, { force: true })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(plan, null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw new UsageError(
      `Can't write the plan to ${path} (${codeOf(error)}): name a file that can be written.`,
    )
  }
}

/** Reads a plan that was saved. @throws UsageError where the file can't be read or holds no plan of this version */
export async function readPlanFile(path: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch(error => {
    throw new UsageError(`Can't read the plan ${path} (${codeOf(error)}).`)
  })
  const plan = parse(text)
  if (isPlan(plan)) return plan
  throw new UsageError(`${path} holds no plan of pullguard.dev/v1: make one with \`fix --plan ${path}\`.`)
}

/** @throws RefusedError where the plan was made for another cluster */
export function refuseOtherCluster(plan: Plan, clusterUid: string): void {
  if (plan.cluster.uid === clusterUid) return
  const made = plan.cluster.context ?? plan.cluster.server
  throw new RefusedError(
    `The plan was made for another cluster (${made}), so nothing was changed: choose its context, or make a new plan.`,
  )
}

/** @throws RefusedError where the server's dry run shows that objects of the plan have changed since it was made */
export function refuseStale(plan: Plan, checked: Outcome[]): void {
  const moved = checked.filter(({ status }) => status === 'conflict')
  const [first] = moved
  if (!first) return
  const { kind, namespace, name } = first.target
  const more = moved.length > 1 ? ` and ${moved.length - 1} more` : ''
  throw new RefusedError(
    `The plan of ${plan.createdAt} is stale: ${kind} ${namespace}/${name}${more} changed since. Nothing was changed; make a new plan.`,
  )
}

/** Every action there is; a new one does not compile until it is here. */
const ACTIONS: Record<Change['action'], true> = {
  'create-secret': true,
  'update-secret': true,
  'patch-serviceaccount': true,
  'patch-template': true,
  'recreate-pod': true,
  'recreate-bare-pod': true,
  'restore-bare-pod': true,
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isPlan(value: unknown): value is Plan {
  if (!isObject(value)) return false
  const { apiVersion, kind, cluster, changes, declined, credentials, secretName } = value
  return (
    apiVersion === 'pullguard.dev/v1' &&
    kind === 'Plan' &&
    isObject(cluster) &&
    typeof cluster.uid === 'string' &&
    typeof secretName === 'string' &&
    [declined, credentials].every(Array.isArray) &&
    Array.isArray(changes) &&
    changes.every(isChange)
  )
}

function isChange(value: unknown): value is Change {
  if (!isObject(value) || !isObject(value.target)) return false
  const { apiVersion, kind, namespace, name } = value.target
  const patched = value.action === 'patch-serviceaccount' || value.action === 'patch-template'
  return (
    typeof value.action === 'string' &&
    Object.hasOwn(ACTIONS, value.action) &&
    typeof value.id === 'string' &&
    Array.isArray(value.needs) &&
    [apiVersion, kind, namespace, name].every(text => typeof text === 'string' && text !== '') &&
    (!patched || (Array.isArray(value.patch) && Array.isArray(value.edits)))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
