/** Compares pods with the templates they were created from: which nodes have the image, and what was changed on the way. */

import { fullName, parseReference } from '../../image/reference.ts'
import { record, text } from '../../json/json-object.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import type { AuditSnapshot, ObservedContainer } from '../../snapshot/audit-snapshot.ts'
import { isEnding, type Pod } from '../../snapshot/pod.ts'
import type { TemplateContainer, WorkloadTemplate } from '../../snapshot/template.ts'
import { narrowController } from '../narrow/controller.ts'
import type { AuditedNode } from '../narrow/listed-node.ts'
import { controllerRevisionHash } from '../narrow/marks.ts'
import { narrowPod } from '../narrow/pod.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { narrowTemplate } from '../narrow/template.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

/** A pod's controller, with its topmost workload. */
interface Controller {
  topUid: string
  containers: TemplateContainer[]
  pullSecrets: string[]
  /** Only pods of this revision are from the template; null: all of them, undefined: none. */
  revision: string | null | undefined
}

type PodChanges = Pick<ObservedContainer, 'rewritten' | 'forced' | 'crashing'>

export class ContainerObservations {
  /** Pods without a controller, as their own workloads. */
  readonly bare: WorkloadTemplate[] = []
  readonly #controllers = new Map<string, Controller>()
  /** Nodes by image as written. */
  readonly #nodes = new Map<string, Set<string>>()
  /** Changes by workload and container. */
  readonly #changed = new Map<string, PodChanges>()
  readonly #secretsChanged = new Map<string, AuditSnapshot['secretsChanged'][number]>()
  readonly #selects: (labels: Record<string, unknown>) => boolean

  /** @param selects whether the audit includes a bare pod with these labels */
  constructor(selects: (labels: Record<string, unknown>) => boolean) {
    this.#selects = selects
  }

  /** Adds a controller as the API server sent it. One without pods is dropped. */
  addController(raw: unknown, kind: string): void {
    const { metadata, status } = record(raw)
    if (kind === 'ReplicaSet' && record(status).replicas === undefined) return
    const template = narrowTemplate(raw, { kind, apiVersion: '' })
    if (template === null || template.uid === null) return
    this.#controllers.set(template.uid, {
      topUid: narrowController(record(metadata))?.uid ?? template.uid,
      containers: template.containers,
      pullSecrets: template.pullSecrets.map(({ value }) => value),
      revision: revisionOf(kind, record(metadata), record(status)),
    })
  }

  /** Reads the pods of a scope and keeps only what they show. Pods that can't be read are a gap. */
  read(reading: Reading, scope: NamespaceOrAll): Promise<void> {
    return reading.listOrGap(KINDS.Pod, scope, { shape: POD_SHAPE }, raw => {
      const pod = narrowPod(raw)
      if (pod === null || isEnding(pod)) return
      this.#noteNodes(pod)
      if (pod.controller === null && !pod.mirror) this.#addBare(raw)
      const maker = this.#controllers.get(pod.controller?.uid ?? '')
      const revision = controllerRevisionHash(record(record(raw).metadata))
      if (maker !== undefined && (maker.revision === null || maker.revision === revision))
        this.#compare(pod, maker)
    })
  }

  /** Returns what was seen, by workload. */
  of(
    workloads: WorkloadTemplate[],
    nodes: AuditedNode[],
  ): Pick<AuditSnapshot, 'observations' | 'secretsChanged'> {
    const listed = new Map<string, string[]>()
    for (const { name, images } of nodes)
      for (const image of images) listed.set(image, [...(listed.get(image) ?? []), name])
    const observations = workloads.flatMap(({ uid, containers }) =>
      containers.flatMap(({ name: container, image }) => {
        if (uid === null) return []
        const changed = this.#changed.get(`${uid} ${container}`)
        const reference = parseReference(image)
        const there = new Set(this.#nodes.get(image))
        for (const node of (reference && listed.get(fullName(reference))) ?? []) there.add(node)
        if (changed === undefined && there.size === 0) return []
        return { workloadUid: uid, container, nodes: [...there].sort(), ...NO_CHANGES, ...changed }
      }),
    )
    return { observations, secretsChanged: [...this.#secretsChanged.values()] }
  }

  #noteNodes({ node, containers }: Pod): void {
    if (node === null) return
    for (const { image, imageId } of containers) {
      if (imageId === null) continue
      const nodes = this.#nodes.get(image) ?? new Set()
      this.#nodes.set(image, nodes.add(node))
    }
  }

  #addBare(raw: unknown): void {
    const labels = record(record(record(raw).metadata).labels)
    const template = this.#selects(labels) ? narrowTemplate(raw, KINDS.Pod) : null
    if (template !== null) this.bare.push(template)
  }

  #compare(pod: Pod, { topUid, containers, pullSecrets }: Controller): void {
    for (const written of containers) {
      const seen = pod.containers.find(({ name, kind }) => name === written.name && kind === written.kind)
      if (seen === undefined) continue
      const changed = this.#changed.get(`${topUid} ${written.name}`) ?? { ...NO_CHANGES }
      if (seen.image !== written.image) changed.rewritten ??= { pod: pod.name, image: seen.image }
      else if (seen.pullPolicy === 'Always' && written.pullPolicy !== 'Always')
        changed.forced ??= { pod: pod.name }
      if (seen.state.type === 'waiting' && seen.state.reason === 'CrashLoopBackOff')
        changed.crashing ??= { pod: pod.name }
      if (Object.values(changed).some(each => each !== null))
        this.#changed.set(`${topUid} ${written.name}`, changed)
    }
    // A service account's list can have changed since the pod was created; a template's own list is copied unchanged.
    if (pullSecrets.every(name => pod.pullSecrets.includes(name)) || this.#secretsChanged.has(topUid)) return
    const expected = pullSecrets
    this.#secretsChanged.set(topUid, { workloadUid: topUid, pod: pod.name, expected, found: pod.pullSecrets })
  }
}

const NO_CHANGES: PodChanges = { rewritten: null, forced: null, crashing: null }

/** Returns which pods have the newest template: all pods of a ReplicaSet or a Job, because their templates never change. */
function revisionOf(
  kind: string,
  { generation }: Record<string, unknown>,
  status: Record<string, unknown>,
): string | null | undefined {
  if (kind === 'StatefulSet') return text(status.updateRevision) || undefined
  if (kind !== 'DaemonSet') return null
  const { observedGeneration, updatedNumberScheduled, desiredNumberScheduled } = status
  const isRolledOut = observedGeneration === generation && updatedNumberScheduled === desiredNumberScheduled
  return isRolledOut ? null : undefined
}
