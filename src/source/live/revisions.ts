/** Reads the revisions of a few Deployments that have pods: an older one that still serves is one to roll back to, and each shows what its pods were made from. */

import { isForbidden } from '../../kubernetes/api/api-error.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { rethrowUnlessApiError } from '../gap.ts'
import { selectorOf } from '../narrow/workload.ts'
import { narrowOwner } from '../ownership.ts'
import type { Reading } from './reading.ts'

/** Each costs two requests, which only add a step; if more fail, the cause is hardly one rollout. */
const MAX_DEPLOYMENTS = 16

/**
 * Returns the links, with the revisions of the Deployments among them in place of what was known of their ReplicaSets. Those that can't
 * be read are no gap: the failing pods are known without them.
 */
export async function withRevisions(reading: Reading, links: OwnerLink[]): Promise<OwnerLink[]> {
  const deployments = links.filter(({ kind }) => kind === 'Deployment')
  if (deployments.length > MAX_DEPLOYMENTS) return links
  let forbidden = false
  const revisions = await bounded(deployments, AT_ONCE, async deployment => {
    if (forbidden) return []
    try {
      return await readRevisions(reading, deployment)
    } catch (error) {
      rethrowUnlessApiError(error)
      forbidden ||= isForbidden(error)
      return []
    }
  })
  const byUid = new Map(links.map(link => [link.uid, link]))
  for (const link of revisions.flat()) byUid.set(link.uid, link)
  return [...byUid.values()]
}

/** Returns the Deployment's ReplicaSets that have pods. */
async function readRevisions(reading: Reading, { namespace, name, uid }: OwnerLink): Promise<OwnerLink[]> {
  const { spec } = await reading.get(KINDS.Deployment, namespace, name)
  const labelSelector = selectorOf('Deployment', spec)
  const revisions: OwnerLink[] = []
  if (labelSelector === null) return revisions
  await reading.list(KINDS.ReplicaSet, namespace, { labelSelector, limit: 500 }, raw => {
    const link = narrowOwner(raw, 'ReplicaSet')
    if (link?.revision !== undefined && link.controller?.uid === uid) revisions.push(link)
  })
  return revisions
}
