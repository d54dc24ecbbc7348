/** What the API server validates before it stores an object, as far as pullguard's writes can violate it. */

import { isDeepStrictEqual } from 'node:util'
import { type Kind, kindNamed } from './kinds.ts'
import { type ApiObject, asPod, asWorkload, type ContainerSpec, type PodSpec } from './objects.ts'
import { type Cause, forbiddenField, invalid, invalidValue, required } from './refusal.ts'

const DNS_1123 =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** Throws the 422 for an invalid new object. */
export function validateNew(kind: Kind, object: ApiObject): void {
  const { name } = object.metadata
  const causes: Cause[] = []
  if (!name) causes.push(required('metadata.name', 'name or generateName is required'))
  else if (!OBJECT_NAME.test(name) || name.length > 253)
    causes.push(invalidValue('metadata.name', name, DNS_1123))
  causes.push(...contentProblems(object))
  if (causes.length > 0) throw invalid(kind, name ?? '', causes)
}

/** Throws the 422 for an invalid change of an existing object. */
export function validateChange(kind: Kind, before: ApiObject, after: ApiObject): void {
  const causes = [...contentProblems(after), ...immutableProblems(before, after)]
  if (causes.length > 0) throw invalid(kind, before.metadata.name, causes)
}

function contentProblems(object: ApiObject): Cause[] {
  if (object.kind === 'Secret') return secretProblems(object)
  if (object.kind === 'Pod')
    return (asPod(object).spec?.containers ?? []).length > 0 ? [] : [required('spec.containers')]
  const labels = asWorkload(object).spec?.template?.metadata?.labels ?? {}
  const wanted = asWorkload(object).spec?.selector?.matchLabels ?? {}
  if (!['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].includes(object.kind)) return []
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
    ? []
    : [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]
}

const DOCKER_KEYS: Record<string, string> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
}

function secretProblems(secret: ApiObject): Cause[] {
  const key = DOCKER_KEYS[String(secret.type)]
  if (!key) return []
  const value = (secret.data as Record<string, string> | undefined)?.[key]
  if (value === undefined) return [required(`data[${key}]`)]
  try {
    const parsed: unknown = JSON.parse(Buffer.from(value, 'base64').toString())
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return []
  } catch {
    // Not JSON: the refusal below does not quote it.
  }
  return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'invalid character')]
}

function immutableProblems(before: ApiObject, after: ApiObject): Cause[] {
  const causes: Cause[] = []
  const frozen = (field: string, old: unknown, fresh: unknown) => {
    if (!isDeepStrictEqual(old, fresh)) causes.push(invalidValue(field, fresh, 'field is immutable'))
  }
  frozen('metadata.uid', before.metadata.uid, after.metadata.uid)
  if (before.kind === 'Secret') {
    frozen('type', before.type, after.type)
    if (before.immutable) frozen('data', before.data, after.data)
  }
  if (before.kind === 'Job') frozen('spec.template', before.spec?.template, after.spec?.template)
  if (['Deployment', 'ReplicaSet', 'DaemonSet'].includes(before.kind))
    frozen('spec.selector', before.spec?.selector, after.spec?.selector)
  if (before.kind === 'StatefulSet' && !isDeepStrictEqual(fixedPart(before), fixedPart(after)))
    causes.push(forbiddenField('spec', STATEFUL_SET))
  if (before.kind === 'Pod' && !isDeepStrictEqual(fixedPodSpec(before), fixedPodSpec(after)))
    causes.push(forbiddenField('spec', POD))
  return causes
}

const STATEFUL_SET =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
const POD =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n'

function fixedPart(statefulSet: ApiObject): object {
  const { replicas, ordinals, template, updateStrategy, ...rest } = statefulSet.spec ?? {}
  const { revisionHistoryLimit, persistentVolumeClaimRetentionPolicy, minReadySeconds, ...fixed } = rest
  return fixed
}

function fixedPodSpec(pod: ApiObject): object {
  const { activeDeadlineSeconds, tolerations, ...spec } = asPod(pod).spec as PodSpec
  const withoutImage = (container: ContainerSpec) => ({ ...container, image: '' })
  return {
    ...spec,
    containers: spec.containers.map(withoutImage),
    initContainers: (spec.initContainers ?? []).map(withoutImage),
  }
}

/** Adds strict decoding's errors for unknown top-level fields of the kind. */
export function unknownFields(object: ApiObject): string[] {
  const known = ['apiVersion', 'kind', 'metadata', ...kindNamed(object.kind).fields]
  return Object.keys(object).filter(field => !known.includes(field))
}
