/** Gathers the input of `quota`: logins of this machine and of the cluster, Docker Hub's answers, and who pulls. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { UnreachableError, UsageError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { readingLogins } from '../../keychain/local-logins.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { alwaysCost } from '../../quota/pull-cost.ts'
import { USUAL_WINDOW } from '../../quota/usage.ts'
import { Registries } from '../../registry/client.ts'
import { parseEndpoints } from '../../registry/endpoints.ts'
import { countingText } from '../../report/views/progress.ts'
import type { HubQuota } from '../../snapshot/hub-quota.ts'
import type { HubUsage } from '../../snapshot/hub-usage.ts'
import { type Gap, uniqueGaps } from '../../snapshot/snapshot.ts'
import { readHubLogins, readHubQuotas } from '../../source/hub-quotas.ts'
import { readUsage } from '../../source/live/read-usage.ts'
import { type NamespaceOrAll, Reading } from '../../source/live/reading.ts'
import { withCluster } from '../cluster-session.ts'
import type { CommandContext, ConnectionFlags } from '../context.ts'

const MAX_REQUEST_MS = 10_000

export interface ClusterQuestion {
  connection: ConnectionFlags
  allNamespaces: boolean
  /** Read no cluster. */
  local: boolean
  /** Also read who pulls. */
  usage: boolean
}

interface ClusterReadings {
  logins: Credential[]
  /** Null if not requested. */
  facts: HubUsage | null
  gaps: Gap[]
  /** The namespace that was read, null for all; undefined if no cluster was read. */
  namespace?: NamespaceOrAll
}

/** Returns the logins in pull secrets, and who pulls. @throws UsageError, UnreachableError */
export async function askCluster(
  question: ClusterQuestion,
  context: CommandContext,
): Promise<ClusterReadings> {
  if (question.local) return { logins: [], facts: null, gaps: [] }
  const connecting = context.connect(question.connection).catch(error => {
    if (error instanceof UsageError && !question.usage) throw new UsageError(withoutCluster(error))
    throw error
  })
  try {
    return await readCluster(question, connecting, context)
  } catch (error) {
    if (error instanceof UnreachableError && !question.usage)
      throw new UnreachableError(withoutCluster(error))
    throw error
  }
}

/** Adds to the message what users without a cluster can do. */
function withoutCluster({ message }: Error): string {
  return `${message.replace(/\.$/, '')}. To ask without a cluster, add --local`
}

function readCluster(
  question: ClusterQuestion,
  connecting: Promise<ClusterReader>,
  context: CommandContext,
): Promise<ClusterReadings> {
  const { signal } = context
  return withCluster(connecting, context, async cluster => {
    const reading = new Reading(cluster, { signal })
    const namespace = question.allNamespaces ? null : cluster.namespace
    const [logins, facts] = await Promise.all([
      readHubLogins(reading, namespace),
      question.usage ? readFacts(cluster, namespace, context) : null,
    ])
    return { logins, facts, namespace, gaps: uniqueGaps([...reading.gaps, ...(facts?.gaps ?? [])]) }
  })
}

async function readFacts(
  cluster: ClusterReader,
  namespace: NamespaceOrAll,
  context: CommandContext,
): Promise<HubUsage> {
  const progress = await context.progress()
  try {
    return await readUsage(cluster, {
      takenAt: context.now().toISOString(),
      namespace,
      window: USUAL_WINDOW,
      restartCosts: runtime => alwaysCost(runtime) !== 'nothing',
      signal: context.signal,
      onProgress: ({ pods }) => progress.update(countingText('pods', pods)),
    })
  } finally {
    progress.stop()
  }
}

/** Returns this machine's logins for Docker Hub. @throws UsageError for a file that can't be read */
export function localHubLogins(context: CommandContext): Promise<Credential[]> {
  return readingLogins([{ registry: DOCKER_HUB, repositories: [] }], context)
}

/**
 * Returns Docker Hub's answers, the anonymous one first.
 * @param endpoints REGISTRY=URL. @throws UsageError for a malformed endpoint
 */
export async function askHub(
  logins: Credential[],
  endpoints: string[],
  context: CommandContext,
): Promise<HubQuota[]> {
  const registries = new Registries(parseEndpoints(endpoints, context.env), context, {
    timeoutMs: MAX_REQUEST_MS,
  })
  try {
    return await readHubQuotas(logins, registries.of(DOCKER_HUB))
  } finally {
    await registries.close()
  }
}
