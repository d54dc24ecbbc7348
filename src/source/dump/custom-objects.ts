/** What a dump's custom resources show of pulls: what makes a Secret, what deploys a workload, and what holds back the settings of nodes. */

import { list, record, text } from '../../json/json-object.ts'
import { nameOf } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import type { HeldPool, Node } from '../../snapshot/node.ts'
import type { SecretMaker } from '../../snapshot/pull-secret.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { narrowSecretMaker } from '../narrow/secret-maker.ts'

type Fields = Record<string, unknown>

export class CustomObjects {
  /** What makes each Secret, by its namespace and name. */
  readonly secretMakers = new Map<string, SecretMaker>()
  /** Custom workloads that something deploys, by kind, namespace, and name. */
  readonly workloads = new Map<string, OwnerLink>()
  /** OpenShift's pools whose nodes don't get their newest settings. */
  readonly #heldPools = new Map<string, PoolOfNodes>()

  add(raw: Fields, kind: string, apiVersion: string): void {
    const name = narrowName(nameOf(raw))
    const [group = ''] = narrowName(apiVersion).split('/')
    const spec = record(raw.spec)
    const made = narrowSecretMaker(raw, { kind, group })
    if (kind === 'MachineConfigPool' && group === 'machineconfiguration.openshift.io') {
      const held = heldPool(name, raw)
      if (held === null) this.#heldPools.delete(name)
      else this.#heldPools.set(name, held)
    } else if (made !== null) {
      this.secretMakers.set(`${made.secret.namespace}/${made.secret.name}`, made.maker)
    } else if (hasContainers(spec)) {
      const link = narrowOwner(raw, kind)
      if (link?.managedBy === undefined) return
      // Its template and its status have meanings of their own.
      const { namespace, uid, controller, managedBy } = link
      this.workloads.set(`${kind} ${namespace}/${name}`, {
        namespace,
        kind,
        name,
        uid,
        controller,
        managedBy,
      })
    }
  }

  /** Returns the pool of a node if it holds back settings that the node lacks. */
  heldPoolOf({ pool }: Node): HeldPool | undefined {
    const held = this.#heldPools.get(pool?.name ?? '')
    if (held === undefined || held.wanted === pool?.settings) return undefined
    return { name: held.name, why: held.why }
  }
}

function hasContainers(spec: Fields): boolean {
  return list(record(record(spec.template).spec).containers).length > 0
}

/** A held pool, and the settings that its nodes are meant to have; null if a fault keeps even these from having what is new. */
type PoolOfNodes = HeldPool & { wanted: string | null }

/** A pool that is paused while it has other settings than its nodes, or that could not apply them; null for any other. */
function heldPool(name: string, { spec, status }: Fields): PoolOfNodes | null {
  const wanted = text(record(record(spec).configuration).name)
  const applied = text(record(record(status).configuration).name)
  const holds = (type: string) =>
    list(record(status).conditions)
      .map(record)
      .some(condition => condition.type === type && condition.status === 'True')
  if (record(spec).paused === true && wanted !== applied) return { name, why: 'paused', wanted }
  return holds('Degraded') ? { name, why: 'degraded', wanted: holds('RenderDegraded') ? null : wanted } : null
}
