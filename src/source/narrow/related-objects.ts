/** Narrows the objects that pods reference: service accounts, nodes, and names of pull secrets, also of those that were not read. */

import { messageOpening } from '../../image/pull-messages.ts'
import { fullNameOf } from '../../image/reference.ts'
import { list, number, record, text, textOrNull, texts } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import { MAX_LISTED_IMAGES, type Node, PLATFORM_LABELS } from '../../snapshot/node.ts'
import { keyOf, objectKey } from '../../snapshot/object-key.ts'
import { isUnread, type PullSecret, type UnreadProblem } from '../../snapshot/pull-secret.ts'
import type { PodEvent, ServiceAccount } from '../../snapshot/snapshot.ts'

/** Returns the service account of a pod or a template by its spec; admission fills in `default`. */
export function accountIn(spec: { serviceAccountName?: unknown; serviceAccount?: unknown }): string {
  return textOrNull(spec.serviceAccountName) ?? textOrNull(spec.serviceAccount) ?? 'default'
}

/** Returns the names in an imagePullSecrets list, in order. The API allows entries without a name; they have no effect. */
export function narrowSecretNames(value: unknown): string[] {
  return list(value)
    .map(entry => narrowName(record(entry).name))
    .filter(name => name !== '')
}

/** Whether an imagePullSecrets list has an entry without a name: of `[{}]`, the API server keeps an empty entry. */
export function hasUnnamedSecret(value: unknown): boolean {
  return narrowSecretNames(value).length < list(value).length
}

/** Returns a service account with the pull secrets that new pods get from it; null without a name. */
export function narrowServiceAccount(raw: unknown): ServiceAccount | null {
  const name = nameOf(raw)
  if (name === null) return null
  const metadata = record(record(raw).metadata)
  const annotations = texts(metadata.annotations)
  const made = madeBy(metadata)
  const since = name === 'default' ? textOrNull(metadata.creationTimestamp) : null
  const provider = PROVIDERS.find(([annotation]) => annotations[annotation] !== undefined)
  const identity = IDENTITIES.find(([annotation]) => annotations[annotation] !== undefined)
  return {
    namespace: namespaceOf(raw),
    name,
    imagePullSecrets: narrowSecretNames(record(raw).imagePullSecrets),
    ...(hasUnnamedSecret(record(raw).imagePullSecrets) && { unnamedSecret: true as const }),
    ...(since !== null && { namespaceSince: since }),
    ...(made && { madeBy: made }),
    ...(annotations['helm.sh/hook'] !== undefined && { hook: { release: releaseIn(metadata) } }),
    ...(identity && { workloadIdentity: identity[1] }),
    ...(provider && { pullsThrough: provider[1] }),
  }
}

/** The Helm release by the usual labels (helm.sh/docs/chart_best_practices/labels), as hooks have no annotation that names it. */
function releaseIn({ labels }: Record<string, unknown>): string | null {
  const { 'app.kubernetes.io/instance': instance, release } = texts(labels)
  return narrowName(instance ?? release) || null
}

/** The controller above an object; undefined if it has none. */
function madeBy({ ownerReferences }: Record<string, unknown>): ServiceAccount['madeBy'] {
  const owner = list(ownerReferences)
    .map(record)
    .find(({ controller }) => controller === true)
  if (owner === undefined) return undefined
  const [group = ''] = narrowName(owner.apiVersion).split('/')
  return { kind: narrowName(owner.kind), name: narrowName(owner.name), group }
}

/** IAM roles for service accounts, Microsoft Entra Workload ID, and Workload Identity Federation for GKE. */
const IDENTITIES = [
  ['eks.amazonaws.com/role-arn', 'aws'],
  ['azure.workload.identity/client-id', 'azure'],
  ['iam.gke.io/gcp-service-account', 'google'],
] as const

/**
 * Annotations that are only for these providers (jfrog/jfrog-credentials-provider, AWS.md; quay-credential-provider, README;
 * kubernetes/cloud-provider-aws#1264).
 */
const PROVIDERS = [
  ['JFrogExchange', 'jfrog'],
  ['quay.io/federated-robot-account', 'quay'],
  ['eks.amazonaws.com/ecr-role-arn', 'ecr'],
] as const

/** Returns the node; null without a name. Values of the wrong type count as absent. */
export function narrowNode(raw: unknown): Node | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { metadata, spec, status } = record(raw)
  const info = record(record(status).nodeInfo)
  const labels = record(record(metadata).labels)
  const pool = poolOf(record(record(metadata).annotations))
  return {
    name,
    runtime: textOrNull(info.containerRuntimeVersion),
    kubelet: textOrNull(info.kubeletVersion),
    os: textOrNull(info.operatingSystem) ?? textOrNull(labels['kubernetes.io/os']),
    osImage: textOrNull(info.osImage),
    kernel: textOrNull(info.kernelVersion),
    architecture: textOrNull(info.architecture) ?? textOrNull(labels['kubernetes.io/arch']),
    provider: /^([a-z][a-z0-9+.-]*):\/\//i.exec(text(record(spec).providerID))?.[1]?.toLowerCase() ?? null,
    labels: {
      ...narrowRegion(labels['failure-domain.beta.kubernetes.io/region'], record(spec).providerID),
      ...Object.fromEntries(
        PLATFORM_LABELS.filter(key => typeof labels[key] === 'string').map(key => [key, text(labels[key])]),
      ),
    },
    ...(pool !== undefined && { pool }),
    ...narrowSilence(record(status)),
    ...narrowPressure(record(status)),
    ...narrowDisk(record(status)),
    ...(record(spec).unschedulable === true && { cordoned: true as const }),
    // Docker lists its images by their short names.
    images: list(record(status).images).slice(0, MAX_LISTED_IMAGES).flatMap(namesOf).map(fullNameOf),
  }
}

/** The region where its own label is missing: in the label of Kubernetes before 1.17, or by AWS's zone in the ID (`aws:///us-gov-west-1a/i-…`). */
function narrowRegion(label: unknown, id: unknown): Node['labels'] {
  const region = textOrNull(label) ?? /^aws:\/\/\/([a-z]{2,4}(?:-[a-z]+){1,2}-\d)[a-z]\//.exec(text(id))?.[1]
  return region === undefined ? {} : { 'topology.kubernetes.io/region': region }
}

/** Settings are named after their pool: `rendered-worker-19be40…` (openshift/machine-config-operator, docs). */
function poolOf(annotations: Record<string, unknown>): Node['pool'] {
  const current = text(annotations['machineconfiguration.openshift.io/currentConfig'])
  const name = /^rendered-([a-z0-9][a-z0-9.-]{0,252})-[0-9a-f]+$/.exec(current)?.[1]
  return name === undefined ? undefined : { name, settings: current }
}

/** The node controller sets Ready to Unknown once a node has not renewed its lease for 40 seconds (by default). */
function narrowSilence({ conditions }: Record<string, unknown>): Pick<Node, 'silentSince'> {
  const ready = list(conditions)
    .map(record)
    .find(({ type }) => type === 'Ready')
  return ready?.status === 'Unknown'
    ? { silentSince: textOrNull(ready.lastHeartbeatTime) ?? textOrNull(ready.lastTransitionTime) }
    : {}
}

function narrowPressure({
  conditions,
}: Record<string, unknown>): Pick<Node, 'diskPressure' | 'relievedSince'> {
  const all = list(conditions).map(record)
  const [disk, ready] = ['DiskPressure', 'Ready'].map(name => all.find(({ type }) => type === name))
  if (disk?.status === 'True') return { diskPressure: true }
  const since = textOrNull(disk?.lastTransitionTime)
  if (disk?.status !== 'False' || ready?.status !== 'True' || since === null) return {}
  // A node that reports again, or for the first time, sets all its conditions, and is ready at the same time or later.
  return Date.parse(since) > Date.parse(text(ready.lastTransitionTime)) ? { relievedSince: since } : {}
}

/** Bytes. Smaller images fit on any node's disk. */
const LARGE = 1e9

function narrowDisk({ capacity, images }: Record<string, unknown>): Pick<Node, 'diskBytes' | 'largeImages'> {
  const diskBytes = bytesIn(record(capacity)['ephemeral-storage'])
  const large = list(images)
    .slice(0, MAX_LISTED_IMAGES)
    .flatMap((image): [string, number][] => {
      const bytes = number(record(image).sizeBytes, 0)
      return bytes < LARGE ? [] : namesOf(image).map(name => [fullNameOf(name), bytes])
    })
  return {
    ...(diskBytes !== null && { diskBytes }),
    ...(large.length > 0 && { largeImages: Object.fromEntries(large) }),
  }
}

/** The suffixes of quantities (apimachinery, resource/suffix.go) that a disk's size has. */
const UNITS: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

function bytesIn(quantity: unknown): number | null {
  const [, count, unit = ''] = /^(\d{1,20})(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text(quantity)) ?? []
  return count === undefined ? null : Number(count) * (UNITS[unit] ?? 1)
}

/** Returns the names with a tag, or one with a digest if there are none. */
function namesOf(image: unknown): string[] {
  const names = list(record(image).names).map(text).filter(Boolean)
  const tagged = names.filter(name => !name.includes('@'))
  return tagged.length > 0 ? tagged : names.slice(0, 1)
}

/** Describes a Secret that a pod references and that could not be read. `provenBy` is what proves it missing, if not the API server. */
export function describeMissingSecret(
  namespace: string,
  name: string,
  problem: 'missing' | UnreadProblem,
  provenBy?: PullSecret['provenBy'],
): PullSecret {
  return { namespace, name, type: null, problem, ...(provenBy && { provenBy }), entries: [] }
}

/** The kubelet's message at every pull of a pod that references missing secrets, even while the pod runs. */
const NOT_FOUND = messageOpening('unable to retrieve some image pull secrets \\(([^)]*)\\)')

/** Returns the same secrets, but one that could not be read or is not in the dump becomes `missing` if an event reports it missing. */
export function markReportedMissing(secrets: PullSecret[], events: PodEvent[]): PullSecret[] {
  const missing = new Set(events.flatMap(namesIn))
  return secrets.map(secret =>
    isUnknown(secret) && missing.has(keyOf(secret))
      ? { ...secret, problem: 'missing', provenBy: 'kubelet' }
      : secret,
  )
}

function namesIn({ namespace, reason, message }: PodEvent): string[] {
  if (reason !== 'FailedToRetrieveImagePullSecret') return []
  const names = NOT_FOUND.exec(message)?.[1]?.split(',') ?? []
  return names.map(name => objectKey(namespace, name.trim()))
}

/** A dump proves that a secret exists even if its content was removed. */
function isUnknown({ type, problem, provenBy }: PullSecret): boolean {
  if (provenBy === 'dump') return true
  return type === null && problem !== null && isUnread(problem)
}
