/** Narrows the objects of a document to their pod templates, each value with its place. */

import { isMap, type Node } from 'yaml'
import { IGNORE_ANNOTATION, ignoredRules } from '../snapshot/ignore.ts'
import type {
  Place,
  Pointer,
  Schedule,
  TemplateContainer,
  WorkloadTemplate,
  Written,
} from '../snapshot/template.ts'
import { containersIn } from './containers.ts'
import { type Found, textOf, type Walk } from './node.ts'
import type { ManifestObject } from './objects.ts'
import { isBuiltIn, type PodSpec, podSpecsIn } from './pod-specs.ts'

type PlaceOf = (node: Node) => Place

/** The templates of one object: mostly one, none of what makes no pods, several of one that makes several kinds of pods. */
export function workloadsIn(object: ManifestObject, path: string, placeOf: PlaceOf): WorkloadTemplate[] {
  return podSpecsIn(object).flatMap(spec => {
    const containers = containersIn(spec, object.walk, placeOf)
    return containers.length === 0 ? [] : narrow(object, spec, containers, path, placeOf)
  })
}

function narrow(
  object: ManifestObject,
  spec: PodSpec,
  containers: TemplateContainer[],
  path: string,
  placeOf: PlaceOf,
): WorkloadTemplate {
  const { apiVersion, kind, root, walk, document } = object
  const metadata = walk.get(root, 'metadata')
  const pod = podOf(object, spec)
  const written = (found: Found | null): Written => ({
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
    containers,
    serviceAccount: { ...written(account), value: textOf(account) || 'default' },
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
    source: { path, document },
    place: placeOf((named ?? root).node),
  }
}

/** What has imagePullSecrets and the service account: Argo has them for all its templates, Tekton in a podTemplate. */
function podOf({ root, walk }: ManifestObject, { form, found }: PodSpec): Found | null {
  if (form === 'pod') return found
  const spec = walk.get(root, 'spec')
  if (form === 'argo-template') return walk.path(spec, 'workflowSpec') ?? spec
  return walk.get(spec, 'podTemplate') ?? walk.path(spec, 'taskRunTemplate', 'podTemplate')
}

function podPointer(pod: Found | null): Pointer | null {
  return pod !== null && isMap(pod.node) && !pod.indirect ? pod.pointer : null
}

function scheduleOf(
  { root, walk, ...object }: ManifestObject,
  written: (found: Found | null) => Written,
): Schedule | null {
  if (!isBuiltIn(object, 'batch', 'CronJob')) return null
  const spec = walk.get(root, 'spec')
  return {
    expression: written(walk.get(spec, 'schedule')),
    timeZone: textOf(walk.get(spec, 'timeZone')) || null,
    suspended: isTrue(walk, spec, 'suspend'),
  }
}

function isTrue(walk: Walk, found: Found | null, key: string): boolean {
  const value = walk.get(found, key)?.node
  return (value as { value?: unknown } | undefined)?.value === true
}

function hasDeadline(object: ManifestObject, pod: Found): boolean | null {
  const { root, walk } = object
  const keys = isBuiltIn(object, 'batch', 'Job')
    ? ['spec']
    : isBuiltIn(object, 'batch', 'CronJob')
      ? ['spec', 'jobTemplate', 'spec']
      : null
  if (keys === null) return null
  const places = [walk.path(root, ...keys), pod]
  return places.some(place => walk.get(place, 'activeDeadlineSeconds') !== null)
}
