/** What a dump's custom resources show of pulls: what makes a Secret, what deploys a workload, and what holds back the settings of nodes. */

import { list, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowMessage, narrowName } from '../../secrecy/foreign-text.ts'
import type { HeldPool, Node } from '../../snapshot/node.ts'
import type { SecretMaker } from '../../snapshot/pull-secret.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { managerIn } from '../narrow/marks.ts'

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
    const made = secretMadeBy(raw, { kind, group })
    if (kind === 'MachineConfigPool' && group === 'machineconfiguration.openshift.io') {
      const held = heldPool(name, raw)
      if (held === null) this.#heldPools.delete(name)
      else this.#heldPools.set(name, held)
    } else if (made !== null) {
      const maker = { kind, group, name, trouble: troubleOf(raw), manager: managerIn(record(raw.metadata)) }
      this.secretMakers.set(made, maker)
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

/** The Secret that a custom resource makes, for the groups of those that make one: kinds of other groups that end in Secret can be anything. */
const MAKES = new Map<string, { kinds: RegExp; target: (spec: Fields) => Fields }>(
  Object.entries({
    'bitnami.com': { kinds: /^SealedSecret$/, target: ({ template }) => record(record(template).metadata) },
    'external-secrets.io': { kinds: /^ExternalSecret$/, target: ({ target }) => record(target) },
    'kubernetes-client.io': { kinds: /^ExternalSecret$/, target: () => ({}) },
    'secrets.hashicorp.com': {
      kinds: /^Vault(?:Static|Dynamic|PKI)Secret$/,
      target: ({ destination }) => record(destination),
    },
    'secrets.infisical.com': {
      kinds: /^InfisicalSecret$/,
      target: ({ managedSecretReference }) => {
        const { secretName, secretNamespace } = record(managedSecretReference)
        return { name: secretName, namespace: secretNamespace }
      },
    },
    'secrets.doppler.com': { kinds: /^DopplerSecret$/, target: ({ managedSecret }) => record(managedSecret) },
    'onepassword.com': { kinds: /^OnePasswordItem$/, target: () => ({}) },
  }),
)

/**
 * Returns the namespace and the name of the Secret that it makes; null if it makes none, or only adds to one that exists
 * (external-secrets.io creationPolicy; secrets.hashicorp.com destination.create, which is false by default).
 */
function secretMadeBy(raw: Fields, { kind, group }: { kind: string; group: string }): string | null {
  const makes = MAKES.get(group)
  if (makes === undefined || !makes.kinds.test(kind)) return null
  const { name, namespace, creationPolicy, create } = makes.target(record(raw.spec))
  if (creationPolicy === 'Merge' || creationPolicy === 'None') return null
  if (group === 'secrets.hashicorp.com' && create !== true) return null
  return `${textOrNull(namespace) ?? namespaceOf(raw)}/${textOrNull(name) ?? narrowName(nameOf(raw))}`
}

/** What its conditions say of a failure; null if none has failed. */
function troubleOf({ status }: Fields): string | null {
  const failed = list(record(status).conditions)
    .map(record)
    .find(condition => condition.status === 'False' && text(condition.message) !== '')
  return failed === undefined ? null : narrowMessage(failed.message)
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
