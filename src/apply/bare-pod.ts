/** Recreates pods that no controller would bring back: the spec is in the journal before the pod is deleted. */

import type { KubernetesObject } from '../kubernetes/cluster.ts'
import type { PodChange, RecreateBarePod, RestoreBarePod } from '../plan/change.ts'
import { collectionPath, objectPath } from './api-path.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome } from './outcome.ts'
import { isUncertain, outcomeOf, refusalOf, statusOf } from './refusal.ts'
import { takeAway } from './take-away.ts'
import { writtenAt } from './written-at.ts'

/** Deletes the pod and creates it again with the pull secret. The journal holds its spec from before the deletion on. */
export async function recreateBarePod(
  change: RecreateBarePod,
  context: ApplyContext,
  dryRun: boolean,
): Promise<Outcome> {
  let manifest: KubernetesObject
  try {
    const pod = await context.cluster.get(objectPath(change.target))
    if (writtenAt(pod).uid !== change.target.uid) {
      return outcomeOf(change, 'unchanged', 'another pod of its name is there already')
    }
    manifest = manifestOf(pod, change.secretName)
    // The name is taken while the pod is there, so admission is asked about the same pod under another one.
    await context.cluster.create(collectionPath(change.target), renamed(manifest), { dryRun: true })
  } catch (error) {
    return refusalOf(change, error, context)
  }
  if (!dryRun) await context.notes.intent(change, manifest)
  const removal = await takeAway(change, context, dryRun)
  if (removal.status === 'unchanged') return outcomeOf(change, 'conflict', 'somebody else deleted it')
  return dryRun || removal.status !== 'applied' ? removal : putBack(change, manifest, context)
}

/** From here on the pod is gone: whatever fails, the journal says so and the next run puts it back. */
async function putBack(
  change: RecreateBarePod,
  manifest: KubernetesObject,
  context: ApplyContext,
): Promise<Outcome> {
  if (!(await gone(change, manifest, context))) {
    return outcomeOf(change, 'failed', 'it did not end in time; run the fix again to put it back once it has')
  }
  const created = await createPod(change, manifest, context)
  if (created.status === 'applied') return created
  const detail = `${created.detail ?? created.status}; run the fix again to put it back`
  return { ...created, status: 'failed', detail }
}

/** Creates the pod that an interrupted run deleted, from that run's journal. */
export async function restoreBarePod(
  change: RestoreBarePod,
  context: ApplyContext,
  dryRun: boolean,
): Promise<Outcome> {
  const { namespace, name } = change.target
  const manifest = await context.interruptedPod(change.run, namespace, name)
  if (!manifest) return outcomeOf(change, 'failed', `the journal of run ${change.run} does not hold it`)
  return createPod(change, manifest, context, dryRun)
}

async function createPod(
  change: PodChange,
  manifest: KubernetesObject,
  context: ApplyContext,
  dryRun = false,
): Promise<Outcome> {
  try {
    const created = await context.cluster.create(collectionPath(change.target), manifest, { dryRun })
    return outcomeOf(change, dryRun ? 'accepted' : 'applied', null, writtenAt(created))
  } catch (error) {
    if (statusOf(error) !== 409 && !isUncertain(error)) return refusalOf(change, error, context)
    const there = await context.cluster.get(objectPath(change.target)).catch(() => null)
    return there ? outcomeOf(change, 'applied', null, writtenAt(there)) : refusalOf(change, error, context)
  }
}

/** Cut short neither by Ctrl-C nor by a short timeout: a pod that was taken away is put back first. */
async function gone(
  change: RecreateBarePod,
  manifest: KubernetesObject,
  { cluster, clock, deadline: latest }: ApplyContext,
): Promise<boolean> {
  const { terminationGracePeriodSeconds: grace = 30 } = manifest.spec as {
    terminationGracePeriodSeconds?: number
  }
  const deadline = clock.now() + 1_000 * (grace + LEEWAY_SECONDS)
  while (clock.now() <= Math.max(deadline, latest)) {
    try {
      const pod = await cluster.get(objectPath(change.target))
      if (writtenAt(pod).uid !== change.target.uid) return true
    } catch (error) {
      if (statusOf(error) === 404) return true
    }
    await clock.sleep(1_000)
  }
  return false
}

/** From a container's end to its pod's. */
const LEEWAY_SECONDS = 30

/** An owner that is no controller makes no new pod, and still takes it away when it goes itself. */
const KEPT = ['name', 'namespace', 'labels', 'annotations', 'ownerReferences']

/** What a person would have written: without what the server and the scheduler filled in, with the pull secret. */
function manifestOf(pod: KubernetesObject, secretName: string | null): KubernetesObject {
  const kept = Object.entries(pod.metadata as object).filter(([field]) => KEPT.includes(field))
  const {
    nodeName: _scheduled,
    ephemeralContainers: _debug,
    ...spec
  } = pod.spec as KubernetesObject & {
    imagePullSecrets?: { name?: string }[]
  }
  const secrets = [...(spec.imagePullSecrets ?? []), ...(secretName === null ? [] : [{ name: secretName }])]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: Object.fromEntries(kept),
    spec: { ...spec, ...(secrets.length > 0 ? { imagePullSecrets: secrets } : {}) },
  }
}

function renamed(manifest: KubernetesObject): KubernetesObject {
  const { name, ...metadata } = manifest.metadata as { name: string }
  return { ...manifest, metadata: { ...metadata, generateName: `${name.slice(0, 50)}-` } }
}
