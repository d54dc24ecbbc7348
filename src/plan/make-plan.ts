/** Makes the plan of a fix: turns findings and the objects in scope into ordered changes, and declines the rest with a reason. */

import type { ScopeWorkload } from '../snapshot/fix-objects.ts'
import { objectKey } from '../snapshot/object-key.ts'
import { isOfCustomController } from '../snapshot/owners.ts'
import type { Pod } from '../snapshot/pod.ts'
import { type Change, STAGES } from './change.ts'
import { declinedFindings } from './declined-findings.ts'
import { neededLogins } from './needed-logins.ts'
import { covers, type Declined, type Plan, type PlanCredential, pullsSpentBy } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { attachCredentials, withoutUnusedSecrets } from './remedies/authenticate.ts'
import { recreatePods } from './remedies/recreate.ts'
import { podTarget, stuckPods } from './stuck-pod.ts'
import { templateChanges } from './templates.ts'

/** The plan that `input` calls for. Idempotent: once it is applied, the next plan has no changes. */
export function makePlan(given: PlanInput): Plan {
  const within = withinScope(given)
  const input = { ...within.input, credentials: neededLogins(within.input) }
  const stuck = stuckPods(input)
  const attached = attachCredentials(input, stuck)
  const templates = templateChanges(input, stuck, attached)
  const recreation = recreatePods(input, stuck, attached, templates.changes)
  const wanted: Change[] = [
    ...attached.changes,
    ...templates.changes,
    ...restoreChanges(input),
    ...recreation.changes,
  ]
  const changes = withoutUnusedSecrets(wanted, [...attached.declined, ...templates.declined], input)
  const order = STAGES.flat()
  changes.sort((one, other) => order.indexOf(one.action) - order.indexOf(other.action))
  const unneeded = unneededLogins(given, input.credentials)
  const declined = [
    ...within.declined,
    ...unneeded,
    ...attached.declined,
    ...templates.declined,
    ...recreation.declined,
  ]
  return {
    apiVersion: 'pullguard.dev/v1',
    kind: 'Plan',
    createdAt: input.createdAt,
    cluster: { ...input.cluster, uid: input.fixObjects.clusterUid },
    scope: input.scope,
    secretName: input.secretName,
    credentials: input.credentials,
    changes,
    declined: withoutDuplicates([...declined, ...declinedFindings(input, stuck, changes, declined)]),
    cost: { pulls: pullsSpentBy(changes) },
  }
}

/**
 * Drops workloads of which only some pods are in scope, because a change to one of them would affect its other pods, too. Drops pods that
 * only claim a named workload as their owner, because anybody who can create pods can claim that.
 */
function withinScope(input: PlanInput): { input: PlanInput; declined: Declined[] } {
  const { scope, fixObjects, snapshot, diagnosis } = input
  const isPart = (workload: ScopeWorkload) => !workload.selected || !covers(scope, workload)
  const parts = fixObjects.workloads.filter(isPart)
  const claiming = podsOfUnprovenOwner(input)
  if (parts.length === 0 && claiming.length === 0) return { input, declined: [] }
  const uids = new Set([...parts.flatMap(({ podUids }) => podUids), ...claiming.map(({ uid }) => uid)])
  const pods = snapshot.pods.filter(({ uid }) => uids.has(uid))
  const left = new Set(pods.map(({ namespace, name }) => objectKey(namespace, name)))
  const findings = diagnosis.findings.filter(({ namespace, pod }) => !left.has(objectKey(namespace, pod)))
  const workloads = fixObjects.workloads.filter(workload => !isPart(workload))
  return {
    input: { ...input, diagnosis: { ...diagnosis, findings }, fixObjects: { ...fixObjects, workloads } },
    declined: [
      ...parts.map(
        ({ podUids, apiVersion, kind, namespace, name, uid }): Declined => ({
          code: 'part-of-workload',
          target: { apiVersion, kind, namespace, name, uid },
          pods: podUids.length,
          selector: scope.selector ?? null,
        }),
      ),
      ...claiming.map(declinedUnprovenPod),
    ],
  }
}

function declinedUnprovenPod(pod: Pod): Declined {
  const target = podTarget(pod)
  return pod.controller === null || !isOfCustomController(pod)
    ? { code: 'not-found', what: 'workload', target }
    : {
        code: 'custom-controller',
        target,
        controller: { kind: pod.controller.kind, name: pod.controller.name },
      }
}

/** The failing pods in a scope of names that are not named themselves, and neither made by their controller nor proven by uids to be of a workload. */
function podsOfUnprovenOwner({ scope, fixObjects, snapshot, diagnosis }: PlanInput): Pod[] {
  if (scope.subjects === undefined) return []
  const owned = new Set(fixObjects.workloads.flatMap(({ podUids }) => podUids))
  const failing = new Set(
    // Owners are not read for a sandbox image alone.
    diagnosis.findings.flatMap(({ namespace, pod, containerKind }) =>
      containerKind === 'sandbox' ? [] : objectKey(namespace, pod),
    ),
  )
  return snapshot.pods.filter(pod => {
    const { uid, namespace, name, controller } = pod
    const isProven = owned.has(uid) && controller !== null && !isOfCustomController(pod)
    return (
      failing.has(objectKey(namespace, name)) && !isProven && !covers(scope, { kind: 'Pod', namespace, name })
    )
  })
}

/** Bare pods that an interrupted run deleted are created again, whatever else the plan does. */
function restoreChanges(input: PlanInput): Change[] {
  return input.fixObjects.interruptedPods.map(({ run, namespace, name, ending }) => ({
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

/** Logins for registries that the user named and no pod in scope needs. */
function unneededLogins({ credentials, named }: PlanInput, needed: PlanCredential[]): Declined[] {
  return credentials
    .filter(login => named.includes(login.registry) && !needed.includes(login))
    .map(({ registry, username }) => ({ code: 'unneeded-login', registry, username }))
}

function withoutDuplicates(declined: Declined[]): Declined[] {
  const seen = new Map(declined.map(entry => [JSON.stringify(entry), entry]))
  return [...seen.values()]
}
