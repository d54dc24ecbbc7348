/** Reads what an audit of a cluster examines: workload templates, page by page, and related service accounts, Secrets, nodes, and pods. */

import { record } from '../../json/json-object.ts'
import { isForbidden, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { byText } from '../../order.ts'
import type { AuditedNodes, AuditSnapshot } from '../../snapshot/audit-snapshot.ts'
import { type ServiceAccount, uniqueGaps } from '../../snapshot/snapshot.ts'
import type { WorkloadTemplate } from '../../snapshot/template.ts'
import { parseLabelSelector } from '../label-selector.ts'
import { narrowController } from '../narrow/controller.ts'
import { type AuditedNode, LISTED_NODE_SHAPE, narrowAuditedNode } from '../narrow/listed-node.ts'
import { narrowTemplate } from '../narrow/template.ts'
import { TEMPLATE_SHAPES } from '../narrow/template-shape.ts'
import { ContainerObservations } from './container-observations.ts'
import type { ObjectName } from './named-objects.ts'
import { assertExists, listNamespaces } from './namespaces.ts'
import { type NamespaceOrAll, Reading } from './reading.ts'
import {
  readNamedAccounts,
  readNamedSecrets,
  secretsOfAccounts,
  type VisitPullSecret,
} from './related-objects.ts'

interface AuditReadOptions {
  /** ISO 8601. */
  takenAt: string
  /** null means all namespaces. */
  namespaces: string[] | null
  labelSelector: string | null
  signal: AbortSignal
  onProgress(workloads: number): void
  /** Receives each pull secret as the server sent it, with its content: never print it. */
  onPullSecret?: VisitPullSecret
}

type TemplateKind = keyof typeof TEMPLATE_SHAPES
const TEMPLATE_KINDS = Object.keys(TEMPLATE_SHAPES) as TemplateKind[]

/** What can't be read is a gap. @throws ApiError if nothing can be read, UsageError for a namespace that does not exist */
export async function readAudit(cluster: ClusterReader, options: AuditReadOptions): Promise<AuditSnapshot> {
  const { takenAt, namespaces, labelSelector, signal, onPullSecret } = options
  const reading = new Reading(cluster, { takenAt, signal, ...(labelSelector !== null && { labelSelector }) })
  const observations = new ContainerObservations(parseLabelSelector(labelSelector ?? ''))
  const { scopes, templates } = await readScopes(reading, observations, options)
  // Read pods after their controllers, so that each finds its template.
  const [nodes] = await Promise.all([
    readNodes(reading),
    bounded(scopes, AT_ONCE, scope => observations.read(reading, scope)),
  ])
  const workloads = [...templates, ...observations.bare].sort(byText(order))
  const inhabited = new Set(workloads.map(({ namespace }) => namespace))
  for (const namespace of namespaces ?? [])
    if (!inhabited.has(namespace)) await assertExists(reading, namespace)
  const serviceAccounts = await readAccounts(reading, workloads)
  const pullSecrets = await readNamedSecrets(reading, secretsNamed(workloads, serviceAccounts), onPullSecret)
  return {
    takenAt,
    source: reading.source,
    scope: { namespaces, labelSelector },
    workloads,
    serviceAccounts,
    pullSecrets,
    nodes: nodes && factsOf(nodes),
    ...observations.of(workloads, nodes ?? []),
    imageChecks: [],
    gaps: uniqueGaps(reading.gaps),
    unread: [],
    templates: [],
    files: 0,
  }
}

interface TemplateLists {
  scopes: NamespaceOrAll[]
  templates: WorkloadTemplate[]
  /** The user is not allowed to read anything in it. */
  forbidden: boolean
}

/** Reads all namespaces at once or, without permission for that, one by one. */
async function readScopes(
  reading: Reading,
  observations: ContainerObservations,
  options: AuditReadOptions,
): Promise<TemplateLists> {
  const { namespaces } = options
  if (namespaces !== null) return readTemplates(reading, namespaces, observations, options)
  const everywhere = await readTemplates(reading, [null], observations, options)
  if (!everywhere.forbidden) return everywhere
  reading.gaps.length = 0
  return readTemplates(reading, await listNamespaces(reading), observations, options)
}

async function readTemplates(
  reading: Reading,
  scopes: NamespaceOrAll[],
  observations: ContainerObservations,
  { onProgress }: AuditReadOptions,
): Promise<TemplateLists> {
  const templates: WorkloadTemplate[] = []
  const failures: unknown[] = []
  const lists = scopes.flatMap(scope => TEMPLATE_KINDS.map(name => ({ scope, name })))
  await bounded(lists, AT_ONCE, async ({ scope, name }) => {
    const kind = KINDS[name] as Kind<unknown>
    try {
      await reading.list(kind, scope, { ...reading.labels, shape: TEMPLATE_SHAPES[name] }, raw => {
        observations.addController(raw, name)
        const owner = narrowController(record(record(raw).metadata))
        // An object created by another built-in controller copies that controller's template.
        const template = owner !== null && TEMPLATE_OWNERS.has(owner.kind) ? null : narrowTemplate(raw, kind)
        if (template === null) return
        templates.push(template)
        if (templates.length % 1000 === 0) onProgress(templates.length)
      })
    } catch (error) {
      reading.recordGap(error, kind, scope)
      failures.push(error)
    }
  })
  const isNothing = failures.length === lists.length
  const unexpected = failures.find(error => !isForbidden(error))
  if (isNothing && unexpected !== undefined) throw unexpected
  return { scopes, templates, forbidden: isNothing }
}

const TEMPLATE_OWNERS = new Set(['Deployment', 'CronJob'])

function order({ namespace, kind, name }: WorkloadTemplate): string {
  return `${namespace}/${kind}/${name}`
}

function readAccounts(reading: Reading, workloads: WorkloadTemplate[]): Promise<ServiceAccount[]> {
  const names = workloads.map(({ namespace, serviceAccount }) => ({
    namespace: namespace ?? '',
    name: serviceAccount.value,
  }))
  return readNamedAccounts(reading, names)
}

function secretsNamed(workloads: WorkloadTemplate[], accounts: ServiceAccount[]): ObjectName[] {
  return [
    ...workloads.flatMap(({ namespace, pullSecrets }) =>
      pullSecrets.map(({ value }) => ({ namespace: namespace ?? '', name: value })),
    ),
    ...secretsOfAccounts(accounts),
  ]
}

/** null if nodes are forbidden: they only make an audit more precise. */
async function readNodes(reading: Reading): Promise<AuditedNode[] | null> {
  try {
    return await reading.listed(KINDS.Node, null, { shape: LISTED_NODE_SHAPE }, narrowAuditedNode)
  } catch (error) {
    rethrowUnlessApiError(error)
    return null
  }
}

function factsOf(nodes: AuditedNode[]): AuditedNodes {
  const each = (values: string[]) => [...new Set(values.filter(value => value !== ''))].sort()
  return {
    schedulable: nodes.filter(({ schedulable }) => schedulable).map(({ name }) => name),
    kubelets: each(nodes.map(({ kubelet }) => kubelet)),
    platforms: each(nodes.map(({ platform }) => platform)),
  }
}
