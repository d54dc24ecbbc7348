/** Reads OpenShift's pools of nodes that hold back settings: a new mirror or global pull secret has not reached their nodes. */

import { list, record, text } from '../../json/json-object.ts'
import { nameOf } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import type { HeldPool, Node } from '../../snapshot/node.ts'

/** A held pool, and the settings that its nodes are meant to have; null if a fault keeps even these from having what is new. */
export type PoolOfNodes = HeldPool & { wanted: string | null }

/** Returns a MachineConfigPool that is paused while it has other settings than its nodes, or that could not apply them; null for any other. */
export function narrowHeldPool(raw: Record<string, unknown>): PoolOfNodes | null {
  const name = narrowName(nameOf(raw))
  const { spec, status } = raw
  const wanted = text(record(record(spec).configuration).name)
  const applied = text(record(record(status).configuration).name)
  const holds = (type: string) =>
    list(record(status).conditions)
      .map(record)
      .some(condition => condition.type === type && condition.status === 'True')
  if (record(spec).paused === true && wanted !== applied) return { name, why: 'paused', wanted }
  return holds('Degraded') ? { name, why: 'degraded', wanted: holds('RenderDegraded') ? null : wanted } : null
}

/** Returns the node with its pool, if that one holds back settings that the node lacks. */
export function withHeldPool(node: Node, pools: ReadonlyMap<string, PoolOfNodes>): Node {
  const held = pools.get(node.pool?.name ?? '')
  if (held === undefined || held.wanted === node.pool?.settings) return node
  return { ...node, heldPool: { name: held.name, why: held.why } }
}
