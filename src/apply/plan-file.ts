/** Saves a plan to a file, reads one back, and refuses it for another cluster or a changed state. */

import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { writeWhole } from '../editor/write-file.ts'
import { errorCode, RefusedError, UsageError } from '../errors.ts'
import { parseJson } from '../json/json-object.ts'
import { jsonPlace } from '../json/json-place.ts'
import { unlessAborted } from '../network/unless-aborted.ts'
import type { Plan } from '../plan/plan.ts'
import type { ChangeOutcome } from './outcome.ts'

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
export async function readPlanFile(path: string, signal?: AbortSignal): Promise<Plan> {
  // A named pipe without a writer blocks in open() and can't be closed.
  const text = await unlessAborted(readText(path), signal)
  const remedy = 'Make a plan with `pullguard fix --plan <file>`.'
  const value = parseJson(text)
  if (value === undefined) {
    throw new UsageError(`${path} is not a plan: it is not valid JSON${jsonPlace(text)}. ${remedy}`)
  }
  // Loaded on demand: the compiled schema is large.
  const { judgePlan } = await import('./validate-plan.ts')
  const verdict = judgePlan(value)
  if ('plan' in verdict) return verdict.plan
  throw new UsageError(
    `${path} is not a plan of pullguard.dev/v1: ${verdict.wrongAt} is missing or wrong. ${remedy}`,
  )
}

/** Bytes. A plan for ten thousand namespaces has about ten million; the limit stops endless input such as /dev/zero. */
const LONGEST_PLAN = 64 * 1024 * 1024

async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk)
      length += chunk.length
      if (length > LONGEST_PLAN) break
    }
  } catch (error) {
    const code = codeOf(error)
    throw new UsageError(
      `Can't read the plan ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}.`,
    )
  }
  if (length > LONGEST_PLAN) throw new UsageError(`${path} is too long for a plan.`)
  return Buffer.concat(chunks).toString('utf8')
}

/** @throws RefusedError if the plan was made for another cluster */
export function refuseOtherCluster(plan: Plan, { uid, server }: { uid: string; server: string }): void {
  // Any server can claim another cluster's uid, so its address counts as well.
  if (plan.cluster.uid === uid && plan.cluster.server === server) return
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
