/** Which permissions a plan needs, and which of them this user lacks. */

import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'
import { kindOfTarget } from './server-view.ts'

/** A verb on a resource that the plan needs and that this user is not allowed to use. */
export interface AccessDenial {
  verb: string
  group: string
  /** Plural, with its subresource: `pods/eviction`. */
  resource: string
  /** Sorted. */
  namespaces: string[]
  /** How many changes of the plan need it there. */
  changes: number
}

interface NeededAccess {
  verb: string
  group: string
  resource: string
  /** Namespace → changes that need it. */
  namespaces: Map<string, number>
}

/** At this many namespaces or more, ask about the whole cluster first. */
const MANY = 3

/** Every denial; empty if everything is allowed. @throws ApiError if the server does not answer the question */
export async function checkAccess(
  plan: Plan,
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<AccessDenial[]> {
  const found = await bounded(needsOf(plan.changes), AT_ONCE, need => denialOf(need, cluster, signal))
  return found.filter(denial => denial !== null)
}

async function denialOf(
  { verb, group, resource, namespaces }: NeededAccess,
  cluster: ClusterReader,
  signal: AbortSignal | undefined,
): Promise<AccessDenial | null> {
  const ask = (namespace: string | null) => cluster.canI({ verb, group, resource, namespace }, signal)
  if (namespaces.size >= MANY && (await ask(null))) return null
  const names = [...namespaces.keys()].sort()
  const allowed = await bounded(names, AT_ONCE, ask)
  const denied = names.filter((_, index) => !allowed[index])
  if (denied.length === 0) return null
  const changes = denied.reduce((sum, name) => sum + (namespaces.get(name) ?? 0), 0)
  return { verb, group, resource, namespaces: denied, changes }
}

function needsOf(changes: Change[]): NeededAccess[] {
  const needs = new Map<string, NeededAccess>()
  for (const change of changes) {
    const { namespace } = change.target
    for (const { verb, group, resource } of verbsFor(change)) {
      const key = `${verb} ${group}/${resource}`
      const need = needs.get(key) ?? { verb, group, resource, namespaces: new Map<string, number>() }
      need.namespaces.set(namespace, (need.namespaces.get(namespace) ?? 0) + 1)
      needs.set(key, need)
    }
  }
  return [...needs.values()]
}

interface Verb {
  verb: string
  group: string
  resource: string
}

/** For the dry run that asks whether the server would accept new pods. */
const TRY_POD: Verb = { verb: 'create', group: '', resource: 'pods' }

/** The verbs that a change needs. `get` is for reading the object after a write that was refused or not answered. */
function verbsFor(change: Change): Verb[] {
  const { group, resource } = kindOfTarget(change.target)
  const on = (...verbs: string[]) => verbs.map(verb => ({ verb, group, resource }))
  const away = (method: 'delete' | 'evict') =>
    method === 'delete' ? on('delete') : [{ verb: 'create', group: '', resource: 'pods/eviction' }]
  switch (change.action) {
    case 'create-secret':
      return on('create', 'get')
    case 'update-secret':
    case 'patch-serviceaccount':
      return on('get', 'patch')
    case 'patch-template':
      return [...on('get', 'patch'), ...(change.rollsOut ? [TRY_POD] : [])]
    // `create` is also for the dry run of a successor.
    case 'recreate-pod':
    case 'recreate-bare-pod':
      return [...on('get', 'list', 'create'), ...away(change.method)]
    case 'restore-bare-pod':
      return on('get', 'list', 'create')
  }
}
