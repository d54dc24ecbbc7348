/** `pullguard quota`: logins of this machine and of the cluster → Docker Hub's answers → report → verdict. */

import type { Credential } from '../dockerconfig/credential.ts'
import { UnreachableError } from '../errors.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { findCredentials } from '../keychain/find-credentials.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import { alwaysCost } from '../quota/pull-cost.ts'
import { USUAL_WINDOW, usageOf } from '../quota/usage.ts'
import { Registries } from '../registry/client.ts'
import { parseEndpoints } from '../registry/endpoints.ts'
import type { QuotaFormat } from '../report/formats.ts'
import { renderQuota } from '../report/views/quota.ts'
import { type HubQuota, type JudgedQuotas, judgeQuotas } from '../snapshot/hub-quota.ts'
import type { HubUsage } from '../snapshot/hub-usage.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import { uniqueGaps } from '../source/gap.ts'
import { readHubQuotas } from '../source/hub-quotas.ts'
import { readHubLogins } from '../source/live/hub-logins.ts'
import { readUsage } from '../source/live/read-usage.ts'
import { type NamespaceOrAll, Reading } from '../source/live/reading.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { invocationOf } from './invocation.ts'

export interface QuotaOptions {
  connection: ConnectionFlags
  allNamespaces: boolean
  /** Only this machine's address and logins: no cluster is asked. */
  local: boolean
  /** REGISTRY=URL. */
  endpoints: string[]
  /** Exit code 1 where an identity has fewer pulls left. */
  failUnder: number
  showSource: boolean
  /** Also says who pulls. */
  usage: boolean
  /** Nodes to be added, for a forecast of what they pull. */
  freshNodes: number | null
  format: QuotaFormat
}

/** Milliseconds. */
const LONGEST_REQUEST = 10_000

/** Says how many pulls are left, for this machine's address and for each login. @throws UsageError, UnreachableError */
export async function quotaCommand(options: QuotaOptions, context: CommandContext): Promise<ExitName> {
  const [ofCluster, ofMachine] = await Promise.all([askCluster(options, context), machineLogins(context)])
  const quotas = await askHub([...ofMachine, ...ofCluster.logins], options, context)
  if (quotas.every(({ answer }) => answer.status === 'unknown' && answer.why === 'unreachable')) {
    throw new UnreachableError(`Docker Hub can't be reached${detailOf(quotas)}`)
  }
  const judged = judgeQuotas(quotas, options.failUnder)
  const { gaps, facts } = ofCluster
  const complete = gaps.length === 0 && judged.unknown.length === 0
  const { width, color, isTerminal: terminal } = context.out
  const invocation = invocationOf(context, options.connection)
  const usage = facts && {
    ...facts,
    usage: usageOf(facts, quotas, options.freshNodes),
    everywhere: options.allNamespaces,
  }
  const report = { takenAt: context.now().toISOString(), complete, judged, gaps, usage }
  await context.out.write(renderQuota(report, { ...options, width, color, terminal, invocation }))
  return verdict(judged, complete)
}

function detailOf([first]: HubQuota[]): string {
  return first?.answer.status === 'unknown' ? `: ${first.answer.detail}` : ''
}

interface OfCluster {
  logins: Credential[]
  /** Null where nobody asked for them. */
  facts: HubUsage | null
  gaps: Gap[]
}

async function askCluster(options: QuotaOptions, context: CommandContext): Promise<OfCluster> {
  if (options.local) return { logins: [], facts: null, gaps: [] }
  const { signal } = context
  return withCluster(context.connect(options.connection), context, async cluster => {
    const reading = new Reading(cluster, { signal })
    const namespace = options.allNamespaces ? null : cluster.namespace
    const [logins, facts] = await Promise.all([
      readHubLogins(reading, namespace),
      options.usage ? readFacts(cluster, namespace, context) : null,
    ])
    return { logins, facts, gaps: uniqueGaps([...reading.gaps, ...(facts?.gaps ?? [])]) }
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
      onProgress: ({ pods }) => progress.update(`Reading pods: ${pods} seen`),
    })
  } finally {
    progress.stop()
  }
}

async function machineLogins({ env, home, clock, signal }: CommandContext): Promise<Credential[]> {
  const wanted = [{ registry: DOCKER_HUB, repositories: [] }]
  const { credentials, refusals } = await findCredentials({
    env,
    home,
    platform: process.platform,
    wanted,
    onlyNamed: true,
    clock,
    signal,
  })
  return [...credentials, ...refusals.flatMap(({ forReading }) => forReading ?? [])]
}

async function askHub(
  logins: Credential[],
  { endpoints }: QuotaOptions,
  { env, version, clock, signal }: CommandContext,
): Promise<HubQuota[]> {
  const registries = new Registries({
    endpoints: parseEndpoints(endpoints, env.PULLGUARD_REGISTRY_ENDPOINTS),
    env,
    userAgent: `pullguard/${version}`,
    clock,
    timeoutMs: LONGEST_REQUEST,
    signal,
  })
  try {
    return await readHubQuotas(logins, registries.of(DOCKER_HUB))
  } finally {
    await registries.close()
  }
}

function verdict({ refused, short }: JudgedQuotas, complete: boolean): ExitName {
  if (refused.length + short.length > 0) return 'findings'
  return complete ? 'ok' : 'incomplete'
}
