/** The kinds of objects that pullguard reads and writes: their API groups, resources, and models, and how objects are named. */

import type {
  CoreV1Event,
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1MutatingWebhookConfiguration,
  V1Namespace,
  V1Node,
  V1ObjectMeta,
  V1Pod,
  V1ReplicaSet,
  V1ReplicationController,
  V1Secret,
  V1ServiceAccount,
  V1StatefulSet,
} from '@kubernetes/client-node'
import { record, textOrNull } from '../../json/json-object.ts'

/** A model of client-node in its JSON form: times are strings. */
export type AsJson<Model> = Model extends Date
  ? string
  : Model extends (infer Item)[]
    ? AsJson<Item>[]
    : Model extends object
      ? { [Field in keyof Model]: AsJson<Model[Field]> }
      : Model

type Required = 'name' | 'uid' | 'resourceVersion'

/** The metadata of an object that is stored. */
export type StoredMetadata = AsJson<Omit<V1ObjectMeta, Required>> & Record<Required, string>

/** An object as the server returns it, which always has these fields. */
type Stored<Model> = Omit<AsJson<Model>, 'metadata'> & { metadata: StoredMetadata }

/** A stored object in a namespace. */
type Namespaced<Model> = Stored<Model> & { metadata: { namespace: string } }

/** `Model` is the type of the kind's objects; the field `model` never has a value. */
export interface Kind<Model> {
  readonly kind: string
  /** `v1`, or `GROUP/VERSION`. */
  readonly apiVersion: string
  /** Empty for the core group. */
  readonly group: string
  /** Plural, as in paths. */
  readonly resource: string
  /** As kubectl prints it: `pods`, `replicasets.apps`. */
  readonly fullName: string
  readonly model?: Model
}

/** @param resource the plural that the API server knows, which nearly always ends in s */
function define<Model = Record<string, unknown>>(
  apiVersion: string,
  kind: string,
  resource = `${kind.toLowerCase()}s`,
): Kind<Model> {
  const group = groupOf(apiVersion)
  return { kind, apiVersion, group, resource, fullName: group === '' ? resource : `${resource}.${group}` }
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

/** Built-in controllers: they create pods, or objects that create pods. */
const CONTROLLERS = {
  ReplicaSet: define<Namespaced<V1ReplicaSet>>('apps/v1', 'ReplicaSet'),
  Deployment: define<Namespaced<V1Deployment>>('apps/v1', 'Deployment'),
  StatefulSet: define<Namespaced<V1StatefulSet>>('apps/v1', 'StatefulSet'),
  DaemonSet: define<Namespaced<V1DaemonSet>>('apps/v1', 'DaemonSet'),
  Job: define<Namespaced<V1Job>>('batch/v1', 'Job'),
  CronJob: define<Namespaced<V1CronJob>>('batch/v1', 'CronJob'),
  ReplicationController: define<Namespaced<V1ReplicationController>>('v1', 'ReplicationController'),
}

export const KINDS = {
  ...CONTROLLERS,
  Pod: define<Namespaced<V1Pod>>('v1', 'Pod'),
  ControllerRevision: define<Namespaced<V1ControllerRevision>>('apps/v1', 'ControllerRevision'),
  Event: define<Namespaced<CoreV1Event>>('v1', 'Event'),
  Secret: define<Namespaced<V1Secret>>('v1', 'Secret'),
  ServiceAccount: define<Namespaced<V1ServiceAccount>>('v1', 'ServiceAccount'),
  Namespace: define<Stored<V1Namespace>>('v1', 'Namespace'),
  Node: define<Stored<V1Node>>('v1', 'Node'),
}

/** Kinds that only show how images are mirrored. Most clusters have none of OpenShift's. */
export const MIRROR_KINDS = {
  ImageTagMirrorSet: define('config.openshift.io/v1', 'ImageTagMirrorSet'),
  ImageDigestMirrorSet: define('config.openshift.io/v1', 'ImageDigestMirrorSet'),
  ImageContentSourcePolicy: define(
    'operator.openshift.io/v1alpha1',
    'ImageContentSourcePolicy',
    'imagecontentsourcepolicies',
  ),
  MutatingWebhookConfiguration: define<Stored<V1MutatingWebhookConfiguration>>(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
  ),
}

/** OpenShift's pools of nodes, which apply settings to them. */
export const MACHINE_CONFIG_POOL = define('machineconfiguration.openshift.io/v1', 'MachineConfigPool')

/** Custom resources that make a Secret, in every version that clusters still serve. Most clusters have few of them. */
export const SECRET_MAKER_KINDS = [
  define('bitnami.com/v1alpha1', 'SealedSecret'),
  define('external-secrets.io/v1', 'ExternalSecret'),
  define('external-secrets.io/v1beta1', 'ExternalSecret'),
  define('kubernetes-client.io/v1', 'ExternalSecret'),
  define('secrets.hashicorp.com/v1beta1', 'VaultStaticSecret'),
  define('secrets.hashicorp.com/v1beta1', 'VaultDynamicSecret'),
  define('secrets.hashicorp.com/v1beta1', 'VaultPKISecret'),
  define('secrets.infisical.com/v1alpha1', 'InfisicalSecret'),
  define('secrets.doppler.com/v1alpha1', 'DopplerSecret'),
  define('onepassword.com/v1', 'OnePasswordItem'),
]

/** The fields that name a kind inside an object, a reference to one, or a plan. */
export interface TypeMeta {
  apiVersion: string
  kind: string
}

/** An object of the kind, as in `ModelOf<typeof KINDS.Pod>`. */
export type ModelOf<Of> = Of extends Kind<infer Model> ? Model : never

/** An object of any built-in controller. */
export type ControllerObject = ModelOf<(typeof CONTROLLERS)[keyof typeof CONTROLLERS]>
export type ControllerSpec = ControllerObject['spec']

/** Returns the built-in controller of exactly that version and kind; null for any other. */
export function controllerKind({ apiVersion, kind }: TypeMeta): Kind<ControllerObject> | null {
  const found = Object.hasOwn(CONTROLLERS, kind) ? CONTROLLERS[kind as keyof typeof CONTROLLERS] : null
  return found?.apiVersion === apiVersion ? found : null
}

/** Returns the kind of that version; null for one that pullguard does not know. */
export function kindOf({ apiVersion, kind }: TypeMeta): Kind<unknown> | null {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : null
  return found?.apiVersion === apiVersion ? found : null
}

/** Whether the API group is Kubernetes' own for this kind, in any version. */
export function isBuiltIn({ apiVersion, kind }: TypeMeta): boolean {
  const group = groupOf(apiVersion)
  if (kind === 'Event' && group === 'events.k8s.io') return true
  return Object.hasOwn(KINDS, kind) && KINDS[kind as keyof typeof KINDS].group === group
}

/** Returns `metadata.name`, or null: every object has a name. */
export function nameOf(raw: unknown): string | null {
  return textOrNull(record(record(raw).metadata).name)
}

/** Returns `metadata.namespace`; a handwritten namespaced object can omit it, which means `default`. */
export function namespaceOf(raw: unknown): string {
  return textOrNull(record(record(raw).metadata).namespace) ?? 'default'
}
