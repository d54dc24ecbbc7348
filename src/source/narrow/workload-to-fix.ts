/** Narrows a controller with its template as a fix needs it. */

import type { V1Container, V1PodTemplateSpec } from '@kubernetes/client-node'
import type { JsonObject } from '../../json/json-object.ts'
import type { AsJson, ControllerObject, ControllerSpec, TypeMeta } from '../../kubernetes/api/kinds.ts'
import type { PullSecretEntryName, ScopeContainer, ScopeWorkload } from '../../snapshot/fix-objects.ts'
import { selectorOf } from '../label-selector.ts'
import { managerOf } from './managers.ts'
import { accountIn } from './related-objects.ts'

/** Returns the workload; the caller adds its stuck pods. Items of a list have no kind, so the caller passes it. */
export function narrowWorkload(
  object: ControllerObject,
  { kind, apiVersion }: TypeMeta,
  namespace: string,
): ScopeWorkload {
  const { metadata, spec } = object
  const template = podTemplate(spec)?.spec
  const templatePointer = kind === 'CronJob' ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec'
  const secrets = narrowSecretList(template?.imagePullSecrets)
  return {
    apiVersion,
    kind,
    namespace,
    name: metadata.name,
    uid: metadata.uid,
    managedBy: managerOf(object),
    templatePointer,
    imagePullSecrets: secrets?.length ? secrets : null,
    serviceAccount: accountIn(template ?? {}),
    containers: [
      ...containersOf(template?.initContainers, 'init', `${templatePointer}/initContainers`),
      ...containersOf(template?.containers, 'container', `${templatePointer}/containers`),
    ],
    selector: selectorOf(kind, spec),
    replicas: replicasOf(object),
    replaces: ROLLING.includes(kind) && !isOnDelete(spec),
    paused: kind === 'Deployment' && spec !== undefined && 'paused' in spec && spec.paused === true,
    rollsOut: kind === 'Deployment' || (kind === 'DaemonSet' && !isOnDelete(spec)),
    selected: true,
    podUids: [],
  }
}

/** Returns a stored imagePullSecrets list, unchanged; null if the field is absent. */
export function narrowSecretList(list: PullSecretEntryName[] | undefined): PullSecretEntryName[] | null {
  return list?.map(({ name }) => (name === undefined ? {} : { name })) ?? null
}

function podTemplate(spec: ControllerSpec): AsJson<V1PodTemplateSpec> | undefined {
  if (spec === undefined) return undefined
  return 'jobTemplate' in spec ? spec.jobTemplate.spec?.template : spec.template
}

/** Returns the labels that all pods of its template have. */
export function templateLabels({ spec }: ControllerObject): JsonObject {
  return podTemplate(spec)?.metadata?.labels ?? {}
}

function isOnDelete(spec: ControllerSpec): boolean {
  return spec !== undefined && 'updateStrategy' in spec && spec.updateStrategy?.type === 'OnDelete'
}

const ROLLING = ['Deployment', 'DaemonSet', 'StatefulSet']

function replicasOf({ spec, status }: ControllerObject): number {
  if (status !== undefined && 'desiredNumberScheduled' in status) return status.desiredNumberScheduled
  return (spec !== undefined && 'replicas' in spec ? spec.replicas : undefined) ?? 1
}

function containersOf(
  containers: AsJson<V1Container>[] | undefined,
  kind: ScopeContainer['kind'],
  pointer: string,
): ScopeContainer[] {
  return (containers ?? []).map(({ name, image, imagePullPolicy }, index) => ({
    name,
    kind,
    pointer: `${pointer}/${index}`,
    image: image ?? '',
    pullPolicy: imagePullPolicy ?? null,
    runningImageIds: [],
  }))
}
