/** Narrows a workload to its pod template: what its next pods will pull, and with which pull secrets. */

import { isObject, type JsonObject, list, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { isInjected } from '../../manifest/placeholder.ts'
import { narrowImageName, narrowName } from '../../secrecy/foreign-text.ts'
import { IGNORE_ANNOTATION, ignoredRules } from '../../snapshot/ignore.ts'
import type { ContainerKind } from '../../snapshot/pod.ts'
import type { Schedule, TemplateContainer, WorkloadTemplate, WrittenText } from '../../snapshot/template.ts'
import { podOf } from './controller.ts'
import { narrowPolicy } from './pod-containers.ts'
import { accountIn, narrowSecretNames } from './related-objects.ts'

const written = (value: string): WrittenText => ({ value, place: null })

/** Returns null without a name or containers. Items of a list have no kind, so the caller passes it. */
export function narrowTemplate(
  raw: unknown,
  { kind, apiVersion }: { kind: string; apiVersion: string },
): WorkloadTemplate | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { metadata, spec, status } = record(raw)
  const { pod, job, annotations } = podOf(kind, record(spec))
  const containers = containersOf(pod)
  if (containers.length === 0) return null
  const nodes = record(status).desiredNumberScheduled
  return {
    apiVersion,
    kind,
    namespace: namespaceOf(raw),
    name,
    uid: text(record(metadata).uid),
    labels: {},
    containers,
    serviceAccount: written(accountIn(pod)),
    pullSecrets: narrowSecretNames(pod.imagePullSecrets).map(written),
    podPointer: null,
    schedule: kind === 'CronJob' ? scheduleOf(record(spec)) : null,
    hasDeadline:
      job === null ? null : [job, pod].some(each => typeof each.activeDeadlineSeconds === 'number'),
    nodes: kind === 'DaemonSet' && typeof nodes === 'number' ? nodes : null,
    ignores: [record(record(metadata).annotations), annotations].flatMap(each =>
      ignoredRules(text(each[IGNORE_ANNOTATION])),
    ),
    writtenIn: 'object',
    source: null,
    place: null,
  }
}

function containersOf(pod: JsonObject): TemplateContainer[] {
  return [
    ...containersIn(pod.initContainers, 'init'),
    ...containersIn(pod.containers, 'container'),
    ...containersIn(pod.ephemeralContainers, 'ephemeral'),
    ...volumesIn(pod.volumes),
  ]
}

function containersIn(value: unknown, kind: ContainerKind): TemplateContainer[] {
  return list(value)
    .filter(isObject)
    .map(container => {
      const isSidecar = kind === 'init' && container.restartPolicy === 'Always'
      return narrow(container, {
        name: narrowName(container.name),
        kind: isSidecar ? 'sidecar' : kind,
        keys: { image: 'image', policy: 'imagePullPolicy' },
      })
    })
}

function volumesIn(value: unknown): TemplateContainer[] {
  return list(value)
    .map(record)
    .filter(({ image }) => isObject(image))
    .map(({ name, image }) =>
      narrow(record(image), {
        name: narrowName(name),
        kind: 'volume',
        keys: { image: 'reference', policy: 'pullPolicy' },
      }),
    )
}

/** @param raw the object whose keys name the image and the policy */
function narrow(
  raw: JsonObject,
  named: Pick<TemplateContainer, 'name' | 'kind' | 'keys'>,
): TemplateContainer {
  const { image, policy } = named.keys
  const name = narrowImageName(raw[image])
  return {
    ...named,
    image: name,
    imagePlace: null,
    misread: null,
    placeholder: isInjected(name),
    pullPolicy: policy === null ? null : narrowPolicy(raw[policy]),
    policyPlace: null,
    pointer: [],
  }
}

function scheduleOf({ schedule, timeZone, suspend }: JsonObject): Schedule {
  return { expression: written(text(schedule)), timeZone: textOrNull(timeZone), suspended: suspend === true }
}

export interface PodTemplate {
  /** As written, each once, from containers, init containers, and image volumes. */
  images: string[]
  pullSecrets: string[]
  serviceAccount: string
}

/** Returns the pod template's fields; for a pod, those of its own spec. Values of the wrong type count as absent. */
export function narrowPodTemplate(raw: unknown, kind: string): PodTemplate {
  const { pod: spec } = podOf(kind, record(record(raw).spec))
  const containers = [...list(spec.initContainers), ...list(spec.containers)].map(record)
  const volumes = list(spec.volumes).map(volume => record(record(record(volume).image)))
  const images = [
    ...containers.map(({ image }) => text(image)),
    ...volumes.map(({ reference }) => text(reference)),
  ]
  return {
    images: [...new Set(images.filter(image => image !== ''))],
    pullSecrets: narrowSecretNames(spec.imagePullSecrets),
    serviceAccount: accountIn(spec),
  }
}
