/** Facts for the arithmetic of pulls: nodes, workloads, and pods with only what a test is about. */
import { usageOf } from '../../src/quota/usage.ts'
import type { HubQuota, QuotaAnswer } from '../../src/snapshot/hub-quota.ts'
import type {
  HubContainer,
  HubUsage,
  Restart,
  UsageNode,
  UsagePod,
  UsageWorkload,
} from '../../src/snapshot/hub-usage.ts'

export const AT = '2026-11-24T12:00:00Z'
export const SIX_HOURS = 21_600

export const container = (image = 'acme/app:1', more: Partial<HubContainer> = {}): HubContainer => ({
  ...{ name: 'app', kind: 'container', image, policy: 'Always' },
  ...more,
})

export const node = (name: string, more: Partial<UsageNode> = {}): UsageNode => ({
  name,
  runtime: 'containerd://2.1.4',
  schedulable: true,
  hasOwnAddress: false,
  images: [],
  ...more,
})

export const nodes = (count: number, more: Partial<UsageNode> = {}): UsageNode[] =>
  Array.from({ length: count }, (_, index) => node(`node-${index}`, more))

export const workload = (kind: string, name: string, more: Partial<UsageWorkload> = {}): UsageWorkload => ({
  kind,
  namespace: 'web',
  name,
  uid: `uid-of-${name}`,
  containers: [container()],
  serviceAccount: 'default',
  pullSecrets: [],
  pods: 1,
  outstanding: 0,
  schedule: null,
  ...more,
})

export const pod = (name: string, more: Partial<UsagePod> = {}): UsagePod => ({
  namespace: 'web',
  name,
  node: 'node-0',
  controller: null,
  pullSecrets: [],
  waiting: [],
  restarts: [],
  ...more,
})

export const waitingFor = (image: string, more: object = {}): UsagePod['waiting'][number] => ({
  container: container(image, { policy: 'IfNotPresent' }),
  reason: 'ImagePullBackOff',
  message: '',
  present: false,
  ...more,
})

/** One that runs again since `sinceSeconds`, and started `cycleSeconds` before that. */
export const restart = (cycleSeconds: number, sinceSeconds = 1, of = container()): Restart => {
  const last = Date.parse(AT) - sinceSeconds * 1000
  return {
    container: of,
    previousStart: new Date(last - cycleSeconds * 1000).toISOString(),
    lastStart: new Date(last).toISOString(),
    backOffSeconds: null,
    lastEnd: null,
  }
}

export const facts = (more: Partial<HubUsage> = {}): HubUsage => ({
  takenAt: AT,
  workloads: [],
  nodes: nodes(1),
  pods: [],
  owners: [],
  serviceAccounts: [],
  rollouts: [],
  podCount: 0,
  restartsUnread: 0,
  gaps: [],
  ...more,
})

export const limited = (limit: number, remaining: number, windowSeconds = SIX_HOURS): QuotaAnswer => ({
  ...{ status: 'limited', limit, remaining, windowSeconds, source: null },
})

export const anonymous = (answer: QuotaAnswer = limited(100, 100)): HubQuota => ({
  identity: { type: 'anonymous', username: null, origins: [] },
  answer,
})

export const login = (secret: string, answer: QuotaAnswer): HubQuota => ({
  identity: { type: 'login', username: 'jane', origins: [`secret ${secret}`] },
  answer,
})

/** The pulls of each workload. */
export function pullsOf(of: HubUsage, quotas: HubQuota[] = [anonymous()]): Record<string, number> {
  const { spenders } = usageOf(of, quotas, null)
  return Object.fromEntries(spenders.map(({ workload: { name }, pulls }) => [name, pulls]))
}
