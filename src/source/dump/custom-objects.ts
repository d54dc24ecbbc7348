/** What a dump's custom resources show of pulls: what makes a Secret, what deploys a workload, and what holds back the settings of nodes. */

import { list, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowMessage, narrowName } from '../../secrecy/foreign-text.ts'
import type { HeldPool } from '../../snapshot/node.ts'
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
  readonly heldPools = new Map<string, HeldPool>()

  add(raw: Fields, kind: string, apiVersion: string): void {
    const name = narrowName(nameOf(raw))
    const [group = ''] = narrowName(apiVersion).split('/')
    const spec = record(raw.spec)
    if (kind === 'MachineConfigPool' && group === 'machineconfiguration.openshift.io') {
      const held = heldPool(name, raw)
      if (held === null) this.heldPools.delete(name)
      else this.heldPools.set(name, held)
    } else if (MAKES_SECRETS.test(kind)) {
      const maker = { kind, group, name, trouble: troubleOf(raw), manager: managerIn(record(raw.metadata)) }
      this.secretMakers.set(`${namespaceOf(raw)}/${secretMadeBy(spec) ?? name}`, maker)
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
}

/** Kinds that make one Secret each: SealedSecret, ExternalSecret, VaultStaticSecret, InfisicalSecret, DopplerSecret, OnePasswordItem… */
const MAKES_SECRETS = /^(?!Cluster)[A-Z]\w*Secret$|^OnePasswordItem$/

/**
 * The name of the Secret that it makes, where that can be another than its own (external-secrets.io spec.target, secrets.hashicorp.com
 * spec.destination, bitnami.com spec.template, secrets.infisical.com spec.managedSecretReference, secrets.doppler.com spec.managedSecret).
 */
function secretMadeBy(spec: Fields): string | null {
  const { target, destination, template, managedSecretReference, managedSecret } = spec
  const inTemplate = record(record(template).metadata)
  return (
    textOrNull(record(target).name) ??
    textOrNull(record(destination).name) ??
    textOrNull(record(managedSecretReference).secretName) ??
    textOrNull(record(managedSecret).name) ??
    textOrNull(inTemplate.name)
  )
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

/** A pool that is paused while it has other settings than its nodes, or that could not apply them; null for any other. */
function heldPool(name: string, { spec, status }: Fields): HeldPool | null {
  const wanted = text(record(record(spec).configuration).name)
  const applied = text(record(record(status).configuration).name)
  const isDegraded = list(record(status).conditions)
    .map(record)
    .some(condition => condition.type === 'Degraded' && condition.status === 'True')
  if (record(spec).paused === true && wanted !== applied) return { name, why: 'paused' }
  return isDegraded ? { name, why: 'degraded' } : null
}
