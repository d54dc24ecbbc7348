/**
 * `pullguard quota --from-node`: asks from a node's address, through a short-lived pod. The only form of `quota` that writes to a cluster.
 */

import { removeLeftOverProbes, runProbe } from '../apply/quota-probe.ts'
import { RefusedError, UsageError } from '../errors.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { endpointOf, parseEndpoints } from '../registry/endpoints.ts'
import { parseQuotaText } from '../registry/quota.ts'
import {
  confirmProbeText,
  leftOverProbesText,
  type ProbeFailure,
  probeFailureText,
  probeQuestion,
  undeletedProbeText,
} from '../report/words/quota/quota.ts'
import type { HubQuota } from '../snapshot/hub-quota.ts'
import { answerOf } from '../source/hub-quotas.ts'
import { readImagesOnNode } from '../source/live/nodes.ts'
import { withCluster } from './cluster-session.ts'
import type { ExitName } from './context.ts'
import { type QuotaOptions, quotaCommand } from './quota.ts'
import { writeNote } from './write-note.ts'
import { confirmWrite, type WritingContext } from './writing-context.ts'

interface FromNodeOptions extends QuotaOptions {
  /** Null: whichever node runs the most. */
  node: string | null
  yes: boolean
}

/** The number of images to try before giving up. */
const MAX_TRIED = 5

/** Asks from the node, then continues like `quota` without the flag. @throws UsageError, UnreachableError; RefusedError if not confirmed */
export async function quotaFromNodeCommand(
  options: FromNodeOptions,
  context: WritingContext,
): Promise<ExitName> {
  if (options.local) throw new UsageError('--from-node needs a cluster: remove --local.')
  if (options.node === '')
    throw new UsageError(
      '--from-node was given an empty name: give a node, or leave out the name and the `=`.',
    )
  if (options.watch)
    throw new UsageError("--from-node can't be combined with --watch: a pod would be created every minute.")
  const ofNode = await askFromNode(options, context)
  return quotaCommand(options, context, [ofNode])
}

async function askFromNode(options: FromNodeOptions, context: WritingContext): Promise<HubQuota> {
  const registry = endpointOf(DOCKER_HUB, parseEndpoints(options.endpoints, context.env)).origin
  const { clock, signal } = context
  return withCluster(context.connectWriter(options.connection), context, async cluster => {
    const { namespace } = cluster
    const searched = options.allNamespaces || options.node !== null ? null : namespace
    const found = await readImagesOnNode(cluster, { namespace: searched, node: options.node, signal })
    if (found === null) throw new UsageError(noPodsText(options.node, searched))
    const { node, images } = found
    const tried = images.slice(0, MAX_TRIED)
    await confirm(confirmProbeText({ namespace, node, images: tried }), options, context)
    const probe = { cluster, clock, signal }
    const removed = await removeLeftOverProbes(namespace, probe)
    if (removed > 0) await writeNote(context, leftOverProbesText(removed))
    const failures: ProbeFailure[] = []
    for (const image of tried) {
      const { result, left } = await runProbe({ namespace, node, image, registry }, probe)
      if (left !== null) await writeNote(context, undeletedProbeText(namespace, left))
      if (result.status === 'answered') {
        const identity = { type: 'anonymous' as const, username: null, origins: [`node ${node}`] }
        return { identity, answer: answerOf(parseQuotaText(result.headers, clock.now())) }
      }
      failures.push({ image, why: result })
      // Another image would get no answer either.
      if (result.status === 'silent') break
    }
    throw new RefusedError(probeFailureText(node, failures))
  })
}

/** @param namespace the namespace that was searched; null for all */
function noPodsText(node: string | null, namespace: string | null): string {
  if (node !== null) return `No pod runs on node ${node} whose image could be used.`
  return namespace === null
    ? 'No pod runs in this cluster whose image could be used.'
    : `No pod runs in namespace ${namespace} whose image could be used: add -A, or name a node, as in --from-node=NODE.`
}

/** @param notice what will be created; printed even if nobody is asked */
async function confirm(notice: string, { yes }: FromNodeOptions, context: WritingContext): Promise<void> {
  const { ask } = context
  if (yes || !ask.available) await writeNote(context, notice)
  if (!yes) await confirmWrite(ask, 'create the pod', () => ask.confirm(probeQuestion(notice)))
}
