/** What a dump's custom resources show of pulls: what makes a Secret, what deploys a workload, and what holds back the settings of nodes. */

import { type JsonObject, list, record } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import { keyOf, objectKey } from '../../snapshot/object-key.ts'
import type { SecretMaker } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, StreamTag } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { narrowHeldPool, type PoolOfNodes } from '../narrow/held-pool.ts'
import { narrowSecretMaker } from '../narrow/secret-maker.ts'
import { isLookedUp, narrowImageStream } from './image-streams.ts'

export class CustomObjects {
  /** What makes each Secret, by its namespace and name. */
  readonly secretMakers = new Map<string, SecretMaker>()
  /** Custom workloads that something deploys, by kind, namespace, and name. */
  readonly workloads = new Map<string, OwnerLink>()
  /** The tags of OpenShift's image streams that short names don't mean, by the stream's namespace and name. */
  readonly imageStreams = new Map<string, StreamTag[]>()
  /** OpenShift's pools whose nodes don't get their newest settings. */
  readonly heldPools = new Map<string, PoolOfNodes>()

  add(raw: JsonObject, kind: string, apiVersion: string): void {
    const name = narrowName(nameOf(raw))
    const [group = ''] = narrowName(apiVersion).split('/')
    const spec = record(raw.spec)
    const made = narrowSecretMaker(raw, { kind, group })
    if (kind === 'MachineConfigPool' && group === 'machineconfiguration.openshift.io') {
      const held = narrowHeldPool(raw)
      if (held === null) this.heldPools.delete(name)
      else this.heldPools.set(name, held)
    } else if (kind === 'ImageStream' && group === 'image.openshift.io')
      this.imageStreams.set(objectKey(namespaceOf(raw), name), isLookedUp(raw) ? [] : narrowImageStream(raw))
    else if (made !== null) {
      this.secretMakers.set(keyOf(made.secret), made.maker)
    } else if (hasContainers(spec)) {
      const link = narrowOwner(raw, kind)
      if (link?.managedBy === undefined) return
      // Its template and its status have meanings of their own.
      const { namespace, uid, controller, managedBy } = link
      this.workloads.set(`${kind} ${objectKey(namespace, name)}`, {
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

function hasContainers(spec: JsonObject): boolean {
  return list(record(record(spec.template).spec).containers).length > 0
}
