/** Makes the plan of a fix: from findings and the objects in scope to ordered changes, and what is left with its reason. */

import { ACTION_ORDER, type Change } from './change.ts'
import { declinedFindings } from './declined-findings.ts'
import type { Declined, Plan, PlanCredential } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { attachCredentials } from './remedies/authenticate.ts'
import { recreatePods } from './remedies/recreate.ts'
import { neededLogins } from './secret-keys.ts'
import { stuckPods } from './stuck-pod.ts'
import { templateChanges } from './templates.ts'

/** A plan of what `input` calls for. Made again after it was carried out, it has no changes. */
export function makePlan(given: PlanInput): Plan {
  const input = { ...given, credentials: neededLogins(given) }
  const stuck = stuckPods(input)
  const attached = attachCredentials(input)
  const templates = templateChanges(input, stuck, attached)
  const recreation = recreatePods(input, stuck, attached, templates.changes)
  const changes: Change[] = [
    ...attached.changes,
    ...templates.changes,
    ...restored(input),
    ...recreation.changes,
  ]
  changes.sort((one, other) => ACTION_ORDER.indexOf(one.action) - ACTION_ORDER.indexOf(other.action))
  const unneeded = unneededLogins(given, input.credentials)
  const declined = [...unneeded, ...attached.declined, ...templates.declined, ...recreation.declined]
  return {
    apiVersion: 'pullguard.dev/v1',
    kind: 'Plan',
    createdAt: input.createdAt,
    cluster: { ...input.cluster, uid: input.fixScope.clusterUid },
    scope: input.scope,
    secretName: input.secretName,
    credentials: input.credentials,
    changes,
    declined: once([...declined, ...declinedFindings(input, stuck, changes, declined)]),
    cost: { pulls: changes.reduce((sum, change) => sum + ('pulls' in change ? change.pulls : 0), 0) },
  }
}

/** Bare pods that an interrupted run took away come back whatever else the plan does. */
function restored(input: PlanInput): Change[] {
  return input.fixScope.interruptedPods.map(({ run, namespace, name, ending }) => ({
    id: `pod:${namespace}/${name}`,
    action: 'restore-bare-pod',
    target: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid: null },
    needs: [],
    managedBy: null,
    reason: { code: 'interrupted', run },
    run,
    ending,
    pulls: 0,
  }))
}

/** Somebody named the registry, and no pod in scope needs its login. */
function unneededLogins({ credentials, named }: PlanInput, needed: PlanCredential[]): Declined[] {
  return credentials
    .filter(login => named.includes(login.registry) && !needed.includes(login))
    .map(({ registry, username }) => ({ code: 'unneeded-login', registry, username }))
}

function once(declined: Declined[]): Declined[] {
  const seen = new Map(declined.map(entry => [JSON.stringify(entry), entry]))
  return [...seen.values()]
}
