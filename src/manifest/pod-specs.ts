/**
 * Finds the Kubernetes objects of a document, including the items of a List, and their pod specs: at the API's places in built-in kinds,
 * anywhere in other kinds.
 */

import { isMap, isSeq } from 'yaml'
import type { ContainerKind } from '../snapshot/pod.ts'
import type { Aliases } from './aliases.ts'
import type { ManifestDocument } from './document.ts'
import { OTHER_IMAGES, ownImageIn } from './own-image.ts'
import { type LocatedNode, textOf, Walk } from './walk.ts'

export interface ManifestObject {
  apiVersion: string
  kind: string
  root: LocatedNode
  walk: Walk
  aliases: Aliases
  document: number
}

/** The objects; empty if the document is something else, such as a chart's values or a Docker Compose file. */
export function objectsIn({ root, aliases, index }: ManifestDocument): ManifestObject[] {
  const walk = new Walk(aliases)
  const found = { node: root, pointer: [], indirect: false }
  return objectsAt(found, { walk, aliases, document: index }, null)
}

type Surroundings = Pick<ManifestObject, 'walk' | 'aliases' | 'document'>

interface TypeMeta {
  apiVersion: string
  kind: string
}

/** @param ofList the type for items that don't give their own */
function objectsAt(found: LocatedNode, around: Surroundings, ofList: TypeMeta | null): ManifestObject[] {
  const { walk } = around
  const apiVersion = textOf(walk.get(found, 'apiVersion')) || (ofList?.apiVersion ?? '')
  const kind = textOf(walk.get(found, 'kind')) || (ofList?.kind ?? '')
  if (apiVersion === '' || kind === '') return []
  const items = walk.get(found, 'items')
  if (kind.endsWith('List') && items !== null && isSeq(items.node)) {
    const itemKind = kind.slice(0, -'List'.length)
    const type = itemKind === '' ? null : { apiVersion, kind: itemKind }
    return walk.items(items).flatMap(item => objectsAt(item, around, type))
  }
  return [{ apiVersion, kind, root: found, ...around }]
}

/** How a pod spec lists its containers. */
type PodForm =
  /** A PodSpec. */
  | 'pod'
  /** A Tekton task: `steps`, `sidecars`. */
  | 'steps'
  /** An Argo Workflows template: `container`, `script`, `initContainers`, `sidecars`. */
  | 'argo-template'
  /** Part of a custom object with one `container`, as in Numaflow and KServe. */
  | 'single'
  /** Part of a custom object that is itself a container: an operator runs its `image`. */
  | 'own-image'

/** The keys with lists of containers, and the kind of their containers. */
export const LISTS: Record<PodForm, [key: string, kind: ContainerKind][]> = {
  pod: [
    ['initContainers', 'init'],
    ['containers', 'container'],
    ['ephemeralContainers', 'ephemeral'],
    // Custom kinds add these to the pod that they create.
    ['additionalContainers', 'container'],
    ['sidecars', 'sidecar'],
  ],
  steps: [
    ['steps', 'container'],
    ['sidecars', 'sidecar'],
  ],
  'argo-template': [
    ['initContainers', 'init'],
    ['sidecars', 'sidecar'],
  ],
  single: [
    ['initContainers', 'init'],
    ['sidecars', 'sidecar'],
  ],
  'own-image': [],
}

/** The keys with one container. */
export const SINGLES: Record<PodForm, string[]> = {
  pod: [],
  steps: [],
  'argo-template': ['container', 'script'],
  single: ['container'],
  'own-image': [],
}

export interface PodSpec {
  form: PodForm
  found: LocatedNode
  /** The metadata of the template around it; null if there is none. */
  metadata: LocatedNode | null
}

const TEMPLATE = ['spec', 'template']
/** By `GROUP/KIND`: the path of the template, or of the object itself for a bare pod. */
const BUILT_IN: Record<string, string[]> = {
  '/Pod': [],
  '/PodTemplate': ['template'],
  '/ReplicationController': TEMPLATE,
  'apps/Deployment': TEMPLATE,
  'apps/StatefulSet': TEMPLATE,
  'apps/DaemonSet': TEMPLATE,
  'apps/ReplicaSet': TEMPLATE,
  'extensions/Deployment': TEMPLATE,
  'extensions/DaemonSet': TEMPLATE,
  'extensions/ReplicaSet': TEMPLATE,
  'batch/Job': TEMPLATE,
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
}

/** Kinds without pods that may look as if they had some: definitions use the same words to describe pods. */
const NO_PODS = new Set([
  'CustomResourceDefinition',
  'CompositeResourceDefinition',
  'ConfigMap',
  'Secret',
  'Kustomization',
  'Component',
])
/** Groups of policies: pods in them are patterns, such as the image `*:*`. */
const POLICIES = /(?:^|\.)(?:kyverno\.io|gatekeeper\.sh|admissionregistration\.k8s\.io)$/

/** The group of an apiVersion; empty for core. `kubernetes` has the same line, which this room does not know. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

export function podSpecsIn(object: ManifestObject): PodSpec[] {
  const { apiVersion, kind, root, walk } = object
  if (NO_PODS.has(kind)) return []
  const group = groupOf(apiVersion)
  if (POLICIES.test(group)) return []
  const keys = Object.hasOwn(BUILT_IN, `${group}/${kind}`) ? BUILT_IN[`${group}/${kind}`] : undefined
  if (keys === undefined) return embedded(root, walk, { group, kind })
  const template = walk.path(root, ...keys)
  const found = walk.get(template, 'spec')
  return found === null ? [] : [{ form: 'pod', found, metadata: walk.get(template, 'metadata') }]
}

const PASSED_OVER = new Set(['metadata', 'status', 'data', 'stringData'])
/** A schema of objects, found at any depth. */
const OBJECT_SCHEMA = 'openAPIV3Schema'
const DEEPEST = 24

/** Searches an object of another kind for pod specs at any depth. What an alias repeats is searched where it is written. */
function embedded(root: LocatedNode, walk: Walk, type: { group: string; kind: string }): PodSpec[] {
  const { group } = type
  const specs: PodSpec[] = []
  const runsImages = !OTHER_IMAGES.test(group) && group.includes('.')
  const search = (found: LocatedNode, parent: LocatedNode | null, depth: number) => {
    if (depth > DEEPEST) return
    if (runsImages && ownImageIn(found, walk, type) !== null)
      specs.push({ form: 'own-image', found, metadata: null })
    for (const item of walk.items(found)) search(item, null, depth + 1)
    const form = formOf(found, walk, group)
    if (form !== null) specs.push({ form, found, metadata: walk.get(parent, 'metadata') })
    for (const [key, value] of walk.entries(found)) {
      if (key === OBJECT_SCHEMA || (found === root && PASSED_OVER.has(key))) continue
      if (form === null || !isRead(form, key)) search(value, found, depth + 1)
    }
  }
  search(root, null, 0)
  return specs
}

/** Whether this key of a pod spec has containers or volumes, which are read with it. */
function isRead(form: PodForm, key: string): boolean {
  const isContainerSet = form === 'argo-template' && key === 'containerSet'
  return (
    isContainerSet ||
    key === 'volumes' ||
    SINGLES[form].includes(key) ||
    LISTS[form].some(([list]) => list === key)
  )
}

function formOf(found: LocatedNode, walk: Walk, group: string): PodForm | null {
  if (!isMap(found.node)) return null
  const holds = (key: string) => holdsImages(walk.get(found, key), walk)
  if (group === 'tekton.dev' && holds('steps')) return 'steps'
  if (group === 'argoproj.io' && isArgoTemplate(found, walk)) return 'argo-template'
  if (group !== 'argoproj.io' && imageIn(found, 'container', walk)) return 'single'
  return LISTS.pod.some(([key]) => holds(key)) ? 'pod' : null
}

function isArgoTemplate(found: LocatedNode, walk: Walk): boolean {
  return ['container', 'script', 'containerSet'].some(key => imageIn(found, key, walk))
}

function imageIn(found: LocatedNode, key: string, walk: Walk): boolean {
  if (key === 'containerSet') return holdsImages(walk.path(found, key, 'containers'), walk)
  return walk.path(found, key, 'image') !== null
}

/** Whether this is a list of objects of which at least one has an image: other things are called containers, too. */
function holdsImages(list: LocatedNode | null, walk: Walk): boolean {
  return walk.items(list).some(item => isMap(item.node) && walk.get(item, 'image') !== null)
}

/** Whether the object is of that kind and group, in any version. */
export function isOfKind(
  object: Pick<ManifestObject, 'apiVersion' | 'kind'>,
  group: string,
  kind: string,
): boolean {
  return object.kind === kind && groupOf(object.apiVersion) === group
}
