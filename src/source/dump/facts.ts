/** The facts in a dump, narrowed as they are read: suspect pods, objects they could reference, namespaces with all Secrets. */

import { fullNameOf } from '../../image/reference.ts'
import { hidesMissing } from '../../image/registries.ts'
import { record, text } from '../../json/json-object.ts'
import { isBuiltIn, nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import type { Node } from '../../snapshot/node.ts'
import { keyOf, objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { NodeRestart, OwnerLink, PodEvent, ServiceAccount } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { fullNode, lacksUnusedImages, narrowEvent, pullIn, restartIn } from '../narrow/event.ts'
import { narrowPod } from '../narrow/pod.ts'
import { narrowPullSecret } from '../narrow/pull-secret.ts'
import { narrowNode, narrowServiceAccount } from '../narrow/related-objects.ts'
import type { NamedPod } from '../ownership.ts'
import { RunningImages } from '../running-images.ts'
import { couldFail } from '../suspects.ts'
import { CustomObjects } from './custom-objects.ts'
import { DistributionSigns } from './distribution.ts'
import type { DumpTime } from './dump-time.ts'
import { HostPorts } from './host-ports.ts'
import { loginMarker, type MarkedLogin } from './marked-logins.ts'
import { NewestStates } from './newest-states.ts'
import { nameOfKind } from './recognize.ts'

/** Which pods are requested. */
export interface PodSelection {
  namespaces: string[] | null
  excluded: readonly string[]
  labels: (labels: Record<string, unknown>) => boolean
  pod?: string
  /** Whether pods are selected by subject. That is decided at the end, so the owner of every pod is kept. */
  bySubject: boolean
  /** Names of pods that are kept even if they are healthy. */
  kept: ReadonlySet<string>
}

/** A pod that was seen; a newer state of it can follow. `suspect` is null for a pod that is healthy or not selected. */
interface PodState {
  selected: boolean
  suspect: Pod | null
  owned: NamedPod | null
}

/** The registry in front of an image's name, as in `quay.io/acme/api` (distribution, normalize.go splitDockerDomain); empty without one. */
export function registryIn(image: string): string {
  return /^([^/]*[.:][^/]*|localhost)\//.exec(image)?.[1] ?? ''
}

export class DumpFacts {
  readonly pods = new NewestStates<PodState>()
  readonly events = new NewestStates<PodEvent>()
  readonly pullSecrets = new NewestStates<PullSecret>()
  readonly serviceAccounts = new NewestStates<ServiceAccount>()
  readonly owners = new NewestStates<OwnerLink>()
  readonly nodes = new NewestStates<Node>()
  /** Nodes whose events say that their disks were full. */
  readonly fullNodes = new Set<string>()
  /** Those of them whose kubelets found too few unused images to remove. */
  readonly nodesInUse = new Set<string>()
  /** What was started on nodes, by their events. */
  readonly restarts = new NewestStates<NodeRestart>()
  /** When nodes last pulled images, by the images' names as written. */
  readonly pulls = new Map<string, Map<string, string>>()
  /** Kinds of objects and of empty lists, safe to print. */
  readonly kinds = new Set<string>()
  /** Namespaces of all pods, selected or not. */
  readonly namespaces = new Set<string>()
  /** Images with a registry in their name that a pod has pulled, as written. */
  readonly pulledImages = new Set<string>()
  /** Those of them that pods without any pull secret have pulled, from registries that hide what they lack. */
  readonly openImages = new Set<string>()
  /** The registries in the names of images that containers run. */
  readonly runningHosts = new Set<string>()
  readonly running = new RunningImages()
  /** The nodes with a pod that runs an image under policy Never, by its full name. */
  readonly unpulled = new Map<string, Set<string>>()
  /** The logins in each pull secret, for comparisons. */
  readonly logins = new NewestStates<MarkedLogin[]>()
  readonly hostPorts = new HostPorts()
  readonly distribution = new DistributionSigns()
  readonly custom = new CustomObjects()
  podsWithStatus = 0
  /** Pods of a cluster without a status: their containers' states are unknown. */
  podsWithoutStatus = 0
  /** Pods in manifests, which are not from a cluster. */
  podsAsWritten = 0
  /** Items that are not objects or have no name. */
  unnamed = 0
  readonly secretsHeld = new SecretsHeld()
  readonly #time: DumpTime
  readonly #markLogins = loginMarker()
  readonly #wanted: PodSelection

  /** @param time sees every object */
  constructor(wanted: PodSelection, time: DumpTime) {
    this.#wanted = wanted
    this.#time = time
  }

  /** Whether a Secret of the namespace that is missing from the dump does not exist. */
  holdsSecretsOf(namespace: string): boolean {
    // An empty list of Secrets has no namespace; if all pods are in one namespace, the list was for that one.
    const hasEmptyList = this.kinds.has('SecretList') && this.namespaces.size === 1
    return this.secretsHeld.has(namespace) || (hasEmptyList && this.namespaces.has(namespace))
  }

  /** Adds one object. Returns false if it should have a name and has none. */
  add(raw: Record<string, unknown>, kind: string, apiVersion: string): boolean {
    const name = nameOf(raw)
    if (name === null) return kind !== '' && !isBuiltIn({ apiVersion, kind })
    this.#addObject(raw, name, kind, apiVersion)
    return true
  }

  #addObject(raw: Record<string, unknown>, name: string, kind: string, apiVersion: string): void {
    this.#time.see(raw)
    this.kinds.add(nameOfKind(kind))
    if (!isBuiltIn({ apiVersion, kind })) {
      this.custom.add(raw, kind, apiVersion)
      return
    }
    this.secretsHeld.see(kind, text(record(raw.metadata).namespace))
    if (kind === 'Pod') this.#addPod(raw)
    else if (kind === 'Node') this.nodes.put(name, raw, narrowNode(raw))
    else if (kind === 'Event') this.#addEvent(raw, objectKey(namespaceOf(raw), name))
    // Keep Secrets outside the scope: one could be the login that a pod in scope needs.
    else if (kind === 'Secret' || this.#isInScope(namespaceOf(raw)))
      this.#addNamed(raw, kind, objectKey(namespaceOf(raw), name))
  }

  #addPod(raw: Record<string, unknown>): void {
    const pod = narrowPod(raw)
    if (pod === null) return
    if (pod.phase !== '') this.podsWithStatus += 1
    else if (pod.uid === '') this.podsAsWritten += 1
    else this.podsWithoutStatus += 1
    this.namespaces.add(pod.namespace)
    // The cluster's own pods are seldom in scope.
    if (pod.phase !== '') this.distribution.add(pod)
    // What pods outside the scope run shows as much of the images of those in it.
    this.running.add(pod)
    this.#addUnpulled(pod)
    this.hostPorts.add(raw, pod)
    for (const { image, imageId, state } of pod.containers) {
      const registry = registryIn(image)
      if (imageId === null || registry === '') continue
      if (state.type === 'running') this.runningHosts.add(registry)
      this.pulledImages.add(image)
      if (pod.pullSecrets.length === 0 && hidesMissing(registry)) this.openImages.add(image)
    }
    if (!this.#isInScope(pod.namespace)) return
    const { pod: name, labels, bySubject, kept } = this.#wanted
    const selected = name === undefined ? labels(record(record(raw.metadata).labels)) : name === pod.name
    const isSuspect = name !== undefined || kept.has(pod.name) || couldFail(pod)
    const suspect = selected && isSuspect ? pod : null
    const owned = bySubject ? ownedPart(pod) : null
    this.pods.put(keyOf(pod), raw, { selected, suspect, owned })
  }

  #addUnpulled({ containers, node }: Pod): void {
    if (node === null) return
    for (const { image, state, pullPolicy } of containers) {
      if (state.type !== 'running' || pullPolicy !== 'Never') continue
      const name = fullNameOf(image)
      this.unpulled.set(name, (this.unpulled.get(name) ?? new Set()).add(node))
    }
  }

  #addEvent(raw: Record<string, unknown>, key: string): void {
    // Events of nodes are in the namespace default, whatever the scope is.
    const full = fullNode(raw)
    const restart = restartIn(raw)
    if (full !== null) {
      this.fullNodes.add(full)
      if (lacksUnusedImages(raw)) this.nodesInUse.add(full)
    } else if (restart !== null) this.restarts.put(key, raw, restart)
    else {
      this.#addPull(raw)
      if (this.#isInScope(namespaceOf(raw))) this.events.put(key, raw, narrowEvent(raw))
    }
  }

  #addPull(raw: Record<string, unknown>): void {
    const pull = pullIn(raw)
    if (pull === null) return
    const times = this.pulls.get(pull.image) ?? new Map()
    this.pulls.set(pull.image, times)
    if (pull.at > (times.get(pull.node) ?? '')) times.set(pull.node, pull.at)
  }

  #addNamed(raw: Record<string, unknown>, kind: string, key: string): void {
    if (kind === 'Secret') {
      this.pullSecrets.put(key, raw, narrowPullSecret(raw))
      this.logins.put(key, raw, this.#markLogins(raw))
    } else if (kind === 'ServiceAccount') this.serviceAccounts.put(key, raw, narrowServiceAccount(raw))
    else this.owners.put(`${kind} ${key}`, raw, narrowOwner(raw, kind))
  }

  #isInScope(namespace: string): boolean {
    const { namespaces, excluded } = this.#wanted
    return namespaces?.includes(namespace) !== false && !excluded.includes(namespace)
  }
}

function ownedPart({ namespace, name, controller, templateHash }: Pod): NamedPod {
  return { namespace, name, controller, ...(templateHash === undefined ? {} : { templateHash }) }
}

/** Tracks for which namespaces a dump contains all Secrets: there, a Secret that is not in the dump does not exist. */
class SecretsHeld {
  readonly #namespaces = new Set<string>()
  #everywhere = false
  #inDoubt = false
  /** Namespaces in the current document. */
  #inDocument = new Set<string>()
  #hasSecrets = false

  /** Records an object of the current document; `namespace` is empty for cluster-scoped objects. */
  see(kind: string, namespace: string): void {
    if (namespace === '') return
    this.#inDocument.add(namespace)
    if (kind !== 'Secret') return
    this.#hasSecrets = true
    this.#namespaces.add(namespace)
  }

  /** Ends a document. With several namespaces it was made with -A; if it has Secrets, it has those of all namespaces. */
  endDocument(): void {
    if (this.#hasSecrets && this.#inDocument.size > 1) this.#everywhere = true
    this.#inDocument = new Set()
    this.#hasSecrets = false
  }

  /** Records a truncated list, which proves nothing about the Secrets that it does not contain. */
  doubt(): void {
    this.#inDoubt = true
  }

  has(namespace: string): boolean {
    return !this.#inDoubt && (this.#everywhere || this.#namespaces.has(namespace))
  }
}
