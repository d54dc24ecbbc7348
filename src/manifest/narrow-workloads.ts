/** Narrows the objects of a document to their pod templates, with containers and image volumes, and the place of each value. */

import { isMap, isScalar, type Node } from 'yaml'
import { IGNORE_ANNOTATION, ignoredRules } from '../snapshot/ignore.ts'
import type { ContainerKind, PullPolicy } from '../snapshot/pod.ts'
import type {
  Place,
  Pointer,
  Schedule,
  TemplateContainer,
  WorkloadTemplate,
  WrittenText,
} from '../snapshot/template.ts'
import { imageTriggersOf } from './image-triggers.ts'
import { ownImageIn } from './own-image.ts'
import { isPlaceholder } from './placeholder.ts'
import {
  groupOf,
  isOfKind,
  LISTS,
  type ManifestObject,
  type PodSpec,
  podSpecsIn,
  SINGLES,
} from './pod-specs.ts'
import { type LocatedNode, misreadOf, ownPair, textOf, type Walk } from './walk.ts'

type PlaceOf = (node: Node) => Place

/** The templates of one object: usually one; none if it creates no pods; several if it creates several kinds of pods. */
export function workloadsIn(object: ManifestObject, path: string, placeOf: PlaceOf): WorkloadTemplate[] {
  const source = { path, document: object.document }
  const isTriggered = imageTriggersOf(object)
  return podSpecsIn(object).flatMap(spec => {
    const containers = containersIn(object, spec, placeOf).map(container =>
      isTriggered(container) ? { ...container, placeholder: true } : container,
    )
    return containers.length === 0 ? [] : { ...narrow(object, spec, placeOf), containers, source }
  })
}

function narrow(
  object: ManifestObject,
  spec: PodSpec,
  placeOf: PlaceOf,
): Omit<WorkloadTemplate, 'containers' | 'source'> {
  const { apiVersion, kind, root, walk } = object
  const metadata = walk.get(root, 'metadata')
  const pod = podOf(object, spec)
  const written = (found: LocatedNode | null): WrittenText => ({
    value: textOf(found),
    place: found === null ? null : placeOf(found.node),
  })
  const account = walk.get(pod, 'serviceAccountName') ?? walk.get(pod, 'serviceAccount')
  const named = walk.get(root, 'kind')
  return {
    apiVersion,
    kind,
    namespace: textOf(walk.get(metadata, 'namespace')) || null,
    name: textOf(walk.get(metadata, 'name')) || textOf(walk.get(metadata, 'generateName')),
    uid: null,
    labels: Object.fromEntries(
      walk.entries(walk.get(metadata, 'labels')).map(([key, value]) => [key, textOf(value)]),
    ),
    serviceAccount: { ...written(account), value: textOf(account) || accountOf(spec) },
    pullSecrets: walk
      .items(walk.get(pod, 'imagePullSecrets'))
      .map(item => written(walk.get(item, 'name')))
      .filter(({ value }) => value !== ''),
    podPointer: podPointer(pod),
    schedule: scheduleOf(object, written),
    hasDeadline: hasDeadline(object, spec.found),
    nodes: null,
    ignores: [metadata, spec.metadata].flatMap(each =>
      ignoredRules(textOf(walk.path(each, 'annotations', IGNORE_ANNOTATION))),
    ),
    writtenIn: 'object',
    place: placeOf((named ?? root).node),
  }
}

/** The part with imagePullSecrets and the service account: Argo has one for all templates, Tekton has it in a podTemplate; null if unknown. */
function podOf({ root, walk }: ManifestObject, { form, found }: PodSpec): LocatedNode | null {
  if (form === 'pod') return found
  if (form === 'single' || form === 'own-image') return null
  const spec = walk.get(root, 'spec')
  if (form === 'argo-template') return walk.path(spec, 'workflowSpec') ?? spec
  return walk.get(spec, 'podTemplate') ?? walk.path(spec, 'taskRunTemplate', 'podTemplate')
}

/** The service account of pods whose template names none; empty where an operator chooses it. */
function accountOf({ form }: PodSpec): string {
  return form === 'own-image' ? '' : 'default'
}

function podPointer(pod: LocatedNode | null): Pointer | null {
  return pod !== null && isMap(pod.node) && !pod.indirect ? pod.pointer : null
}

function scheduleOf(
  { root, walk, ...object }: ManifestObject,
  written: (found: LocatedNode | null) => WrittenText,
): Schedule | null {
  if (!isOfKind(object, 'batch', 'CronJob')) return null
  const spec = walk.get(root, 'spec')
  return {
    expression: written(walk.get(spec, 'schedule')),
    timeZone: textOf(walk.get(spec, 'timeZone')) || null,
    suspended: isTrue(walk, spec, 'suspend'),
  }
}

function isTrue(walk: Walk, found: LocatedNode | null, key: string): boolean {
  const value = walk.get(found, key)?.node
  return (value as { value?: unknown } | undefined)?.value === true
}

function hasDeadline(object: ManifestObject, pod: LocatedNode): boolean | null {
  const { root, walk } = object
  const keys = isOfKind(object, 'batch', 'Job')
    ? ['spec']
    : isOfKind(object, 'batch', 'CronJob')
      ? ['spec', 'jobTemplate', 'spec']
      : null
  if (keys === null) return null
  const places = [walk.path(root, ...keys), pod]
  return places.some(place => walk.get(place, 'activeDeadlineSeconds') !== null)
}

/** The containers with their kinds. A container without an image gets it from elsewhere, as in a kustomize patch, and is omitted. */
function containersIn(
  object: ManifestObject,
  { form, found }: PodSpec,
  placeOf: PlaceOf,
): TemplateContainer[] {
  if (form === 'own-image') return ownContainer(object, found, placeOf)
  const { walk } = object
  const lists = LISTS[form].flatMap(([key, kind]) => inList(walk.get(found, key), kind, walk))
  const singles = SINGLES[form].flatMap(key => {
    const single = walk.get(found, key)
    return single === null ? [] : [{ object: single, kind: 'container' as const, fallback: key }]
  })
  const set =
    form === 'argo-template' ? inList(walk.path(found, 'containerSet', 'containers'), 'container', walk) : []
  const containers = [...lists, ...singles, ...set].flatMap(({ object, kind, fallback }) =>
    narrowContainer(
      object,
      { name: textOf(walk.get(object, 'name')) || fallback, kind, keys: CONTAINER_KEYS },
      walk,
      placeOf,
    ),
  )
  const volumes = walk.items(walk.get(found, 'volumes')).flatMap(volume => {
    const image = walk.get(volume, 'image')
    if (image === null || !isMap(image.node)) return []
    const name = textOf(walk.get(volume, 'name'))
    return narrowContainer(image, { name, kind: 'volume', keys: VOLUME_KEYS }, walk, placeOf)
  })
  return [...containers, ...volumes]
}

/** Operators have no common key for the pull policy, so none is added. */
function ownContainer(
  { walk, apiVersion, kind }: ManifestObject,
  found: LocatedNode,
  placeOf: PlaceOf,
): TemplateContainer[] {
  const keys = ownImageIn(found, walk, { group: groupOf(apiVersion), kind })
  if (keys === null) return []
  const key =
    found.pointer.findLast(step => typeof step === 'string' && !['spec', 'template'].includes(step)) ??
    'image'
  const name = textOf(walk.get(found, 'name')) || String(key)
  return narrowContainer(found, { name, kind: 'container', keys }, walk, placeOf)
}

const CONTAINER_KEYS = { image: 'image', policy: 'imagePullPolicy' }
const VOLUME_KEYS = { image: 'reference', policy: 'pullPolicy' }

interface Listed {
  object: LocatedNode
  kind: ContainerKind
  /** The name to use if the container has none. */
  fallback: string
}

function inList(list: LocatedNode | null, kind: ContainerKind, walk: Walk): Listed[] {
  return walk.items(list).map((object, index) => ({
    object,
    kind: kind === 'init' && textOf(walk.get(object, 'restartPolicy')) === 'Always' ? 'sidecar' : kind,
    fallback: String(index),
  }))
}

function narrowContainer(
  object: LocatedNode,
  { name, kind, keys }: Pick<TemplateContainer, 'name' | 'kind' | 'keys'>,
  walk: Walk,
  placeOf: PlaceOf,
): TemplateContainer[] {
  const image = walk.get(object, keys.image) ?? filledByComment(object, keys.image)
  if (image === null) return []
  const misread = misreadOf(image)
  const value = bounded(misread?.source ?? textOf(image))
  // An object or a list instead of text: `{{ .Values.image }}` without quotes.
  const isText = misread !== null || textOf(image) !== ''
  const policy = keys.policy === null ? null : walk.get(object, keys.policy)
  return [
    {
      name,
      kind,
      image: value,
      imagePlace: placeOf(image.node),
      misread: misread?.as ?? null,
      placeholder: isText ? isPlaceholder(value) : isMap(image.node) || isFilledByComment(image.node),
      pullPolicy: policyOf(textOf(policy)),
      policyPlace: policy === null ? null : placeOf(policy.node),
      pointer: object.pointer,
      keys,
    },
  ]
}

/** A key without a value, which ytt fills in: `image: #@ data.values.image`. */
function filledByComment(object: LocatedNode, key: string): LocatedNode | null {
  const node = isMap(object.node) ? ownPair(object.node, key)?.value : null
  return isScalar(node) && isFilledByComment(node)
    ? { node, pointer: [...object.pointer, key], indirect: object.indirect }
    : null
}

function isFilledByComment(node: Node): boolean {
  return isScalar(node) && node.value === null && node.comment?.startsWith('@') === true
}

/** Longer than any image name, so the rest does not have to be read to know that the name is invalid. */
const LONGEST = 1024

function bounded(image: string): string {
  return image.length <= LONGEST ? image : `${image.slice(0, LONGEST)}…`
}

function policyOf(text: string): PullPolicy | null {
  return text === 'Always' || text === 'IfNotPresent' || text === 'Never' ? text : null
}
