/** Narrows the containers and image volumes of a pod spec, each value with its place. */

import { isMap, type Node } from 'yaml'
import type { ContainerKind, PullPolicy } from '../snapshot/pod.ts'
import type { Place, TemplateContainer } from '../snapshot/template.ts'
import { type Found, misreadOf, textOf, type Walk } from './node.ts'
import { isPlaceholder } from './placeholder.ts'
import type { PodForm, PodSpec } from './pod-specs.ts'

type PlaceOf = (node: Node) => Place

/** A container with its kind; one that has no image gets it from elsewhere, as in a kustomize patch, and is passed over. */
export function containersIn({ form, found }: PodSpec, walk: Walk, placeOf: PlaceOf): TemplateContainer[] {
  const lists = LISTS[form].flatMap(([key, kind]) => inList(walk.get(found, key), kind, walk))
  const singles = SINGLES[form].flatMap(key => {
    const single = walk.get(found, key)
    return single === null ? [] : [{ object: single, kind: 'container' as const, fallback: key }]
  })
  const set =
    form === 'argo-template' ? inList(walk.path(found, 'containerSet', 'containers'), 'container', walk) : []
  const containers = [...lists, ...singles, ...set].flatMap(({ object, kind, fallback }) =>
    narrow(
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
    return narrow(image, { name, kind: 'volume', keys: VOLUME_KEYS }, walk, placeOf)
  })
  return [...containers, ...volumes]
}

const CONTAINER_KEYS = { image: 'image', policy: 'imagePullPolicy' }
const VOLUME_KEYS = { image: 'reference', policy: 'pullPolicy' }

const LISTS: Record<PodForm, [key: string, kind: ContainerKind][]> = {
  pod: [
    ['initContainers', 'init'],
    ['containers', 'container'],
    ['ephemeralContainers', 'ephemeral'],
  ],
  steps: [
    ['steps', 'container'],
    ['sidecars', 'sidecar'],
  ],
  'argo-template': [
    ['initContainers', 'init'],
    ['sidecars', 'sidecar'],
  ],
}
const SINGLES: Record<PodForm, string[]> = { pod: [], steps: [], 'argo-template': ['container', 'script'] }

interface Listed {
  object: Found
  kind: ContainerKind
  /** Its name where it has none. */
  fallback: string
}

function inList(list: Found | null, kind: ContainerKind, walk: Walk): Listed[] {
  return walk.items(list).map((object, index) => ({
    object,
    kind: kind === 'init' && textOf(walk.get(object, 'restartPolicy')) === 'Always' ? 'sidecar' : kind,
    fallback: String(index),
  }))
}

function narrow(
  object: Found,
  { name, kind, keys }: Pick<TemplateContainer, 'name' | 'kind' | 'keys'>,
  walk: Walk,
  placeOf: PlaceOf,
): TemplateContainer[] {
  const image = walk.get(object, keys.image)
  if (image === null) return []
  const misread = misreadOf(image)
  const value = bounded(misread?.source ?? textOf(image))
  // An object or a list instead of a text: `{{ .Values.image }}` without quotes.
  const isText = misread !== null || textOf(image) !== ''
  const policy = keys.policy === null ? null : walk.get(object, keys.policy)
  return [
    {
      name,
      kind,
      image: value,
      imagePlace: placeOf(image.node),
      misread: misread?.as ?? null,
      placeholder: isText ? isPlaceholder(value) : isMap(image.node),
      pullPolicy: policyOf(textOf(policy)),
      policyPlace: policy === null ? null : placeOf(policy.node),
      pointer: object.pointer,
      keys,
    },
  ]
}

/** Longer than any image name: what comes after that makes it none, and need not be looked at. */
const LONGEST = 1024

function bounded(image: string): string {
  return image.length <= LONGEST ? image : `${image.slice(0, LONGEST)}…`
}

function policyOf(text: string): PullPolicy | null {
  return text === 'Always' || text === 'IfNotPresent' || text === 'Never' ? text : null
}
