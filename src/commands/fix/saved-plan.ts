/** Loads a saved plan for `--apply`, and refuses one that is for another cluster, was modified, or does not show what it changes. */

import type { Run } from '../../apply/journal/run.ts'
import { readPlanFile, refuseOtherCluster } from '../../apply/plan-file.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { RefusedError, UsageError } from '../../errors.ts'
import { localLogins } from '../../keychain/local-logins.ts'
import type { WantedRegistry } from '../../keychain/wanted-registries.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import type { PatchChange, Target } from '../../plan/change.ts'
import { patchOf } from '../../plan/patch.ts'
import { changeOutside, isNarrowed, type Plan } from '../../plan/plan.ts'
import { redactUser } from '../../secrecy/redact.ts'
import { readPodOwners } from '../../source/live/fix-workloads.ts'
import { readAccountUses, readObjectsOutside } from '../../source/live/pods-to-fix.ts'
import { earlierRuns } from './fix-facts.ts'
import { isInScope, podsToFixIn } from './fix-scope.ts'
import { loginFromFlags } from './given-credential.ts'
import type { FixSession, PreparedFix } from './session.ts'
import { readFindings } from './verify-fix.ts'

/**
 * Loads a saved plan for applying.
 * @throws UsageError if the file is not a plan; RefusedError for another cluster, a modified patch, or other logins
 */
export async function savedPlan(path: string, session: FixSession): Promise<PreparedFix> {
  const saved = await readPlanFile(path, session.context.signal)
  refuseOtherCluster(saved, { uid: session.clusterUid, server: session.cluster.server })
  refuseOutside(changeOutside(saved.scope, saved.changes)?.target, path)
  for (const change of saved.changes) {
    if ('patch' in change) refuseOtherPatch(change, path)
  }
  await refuseOtherOwners(saved, path, session)
  const runs = await earlierRuns(session)
  const plan = isNarrowed(saved.scope) ? await checkNarrowed(saved, runs, path, session) : saved
  // After changes, the cluster is read anyway. Without any, pods may have begun to fail since the plan was made.
  const { findings, unread } =
    plan.changes.length === 0 ? await readFindings(plan, session) : { findings: [], unread: [] }
  return {
    plan,
    runs,
    findings,
    gaps: unread,
    credentials: await loginsOf(plan, session),
    partial: unread.length > 0,
    unproven: [],
    saved: true,
  }
}

/** The scope is displayed above the changes, so every change must be inside it. */
function refuseOutside(target: Target | undefined, path: string): void {
  if (target === undefined) return
  const { kind, namespace, name } = target
  throw new RefusedError(
    `${path} changes ${kind} ${namespace}/${name}, which is outside its own scope. Nothing was changed; make a new plan.`,
  )
}

/** The edits are displayed and the patch is written, so the two must match. */
function refuseOtherPatch({ id, target, edits, patch }: PatchChange, path: string): void {
  const version = patch.find(({ path: pointer }) => pointer === '/metadata/resourceVersion')?.value
  const expected = patchOf(target.uid ?? '', typeof version === 'string' ? version : null, edits)
  if (JSON.stringify(expected) === JSON.stringify(patch)) return
  throw new RefusedError(
    `The patch of ${id} in ${path} does not match its edits. Nothing was changed; make a new plan.`,
  )
}

/** The workload is displayed and its pods are deleted, so the pods must really belong to it. */
async function refuseOtherOwners(plan: Plan, path: string, { reading }: FixSession): Promise<void> {
  const recreated = plan.changes.filter(change => change.action === 'recreate-pod')
  const owners = await readPodOwners(
    reading,
    recreated.map(({ target }) => target),
  )
  for (const { target, controller, workload } of recreated) {
    const real = owners.get(target.uid ?? '')
    if (real === undefined) continue
    const top = real.workload ?? workload
    const same =
      real.controllerUid === controller.uid &&
      top.kind === workload.kind &&
      top.name === workload.name &&
      (workload.uid === null || top.uid === workload.uid)
    if (same) continue
    throw new RefusedError(
      `${path} recreates pod ${target.namespace}/${target.name} as one of ${workload.kind} ${workload.name}, which it is not. Nothing was changed; make a new plan.`,
    )
  }
}

/**
 * Checks with the cluster, because only it knows which pods labels select and which account a workload runs as; for a deleted pod, with the
 * journal. @returns the plan with who else would get the login through a shared account, which it displays: the file's own word must not
 * count
 */
async function checkNarrowed(plan: Plan, runs: Run[], path: string, { reading }: FixSession): Promise<Plan> {
  const podsToFix = podsToFixIn(plan.scope)
  const lost = plan.changes.filter(change => change.action === 'restore-bare-pod')
  const other = lost.find(({ run, target }) => !isInScope({ ...target, run }, plan.scope, runs))
  refuseOutside(other?.target, path)
  const targets = plan.changes.map(({ target }) => target)
  const isAccount = ({ kind }: Target) => kind === KINDS.ServiceAccount.kind
  const others = targets.filter(target => !isAccount(target))
  const [uses, [outside]] = await Promise.all([
    readAccountUses(reading, targets.filter(isAccount), podsToFix),
    readObjectsOutside(reading, others, podsToFix),
  ])
  for (const [{ namespace, name }, { isInFix }] of uses) {
    if (isInFix) continue
    throw new RefusedError(
      `${path} changes service account ${namespace}/${name}, but no pod in its scope runs as that account. Nothing was changed; make a new plan.`,
    )
  }
  refuseOutside(outside, path)
  const changes = plan.changes.map(change =>
    change.action === 'patch-serviceaccount'
      ? { ...change, sharedWith: uses.get(change.target)?.sharedWith ?? null }
      : change,
  )
  return { ...plan, changes }
}

async function loginsOf(plan: Plan, { options, context }: FixSession): Promise<Credential[]> {
  const wanted: WantedRegistry[] = plan.credentials.map(({ registry, key }) => {
    const path = key.startsWith(`${registry}/`) ? [key.slice(registry.length + 1)] : []
    return { registry, repositories: path }
  })
  const given = await loginFromFlags(options, context)
  if (given !== null && !wanted.some(({ registry }) => registry === given.registry)) {
    throw new UsageError(
      `--username is for ${given.registry} unless --registry names another, and the plan distributes no login for it.`,
    )
  }
  const rest = wanted.filter(({ registry }) => registry !== given?.registry)
  const found = await localLogins(rest, context)
  const all = [...(given ? [given] : []), ...found.credentials]
  return plan.credentials.map(({ registry, key, username }) => {
    const login = all.find(one => one.key === key)
    if (login === undefined) {
      const detail = found.missing.find(one => one.registry === registry)?.detail
      throw new UsageError(
        `The plan distributes the login of ${username} for ${registry}, but this machine has none${detail ? ` (${detail})` : ''}.`,
      )
    }
    const own = redactUser(login)
    if (own === username) return login
    throw new RefusedError(
      `The plan distributes the login of ${username} for ${registry}, but this machine is logged in as ${own}. Nothing was changed.`,
    )
  })
}
