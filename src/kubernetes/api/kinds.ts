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

function define<Model>(apiVersion: string, kind: string, resource: string): Kind<Model> {
  const group = groupOf(apiVersion)
  return { kind, apiVersion, group, resource, fullName: group === '' ? resource : `${resource}.${group}` }
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

/** Built-in controllers: they create pods, or objects that create pods. */
const CONTROLLERS = {
  ReplicaSet: define<Namespaced<V1ReplicaSet>>('apps/v1', 'ReplicaSet', 'replicasets'),
  Deployment: define<Namespaced<V1Deployment>>('apps/v1', 'Deployment', 'deployments'),
  StatefulSet: define<Namespaced<V1StatefulSet>>('apps/v1', 'StatefulSet', 'statefulsets'),
  DaemonSet: define<Namespaced<V1DaemonSet>>('apps/v1', 'DaemonSet', 'daemonsets'),
  Job: define<Namespaced<V1Job>>('batch/v1', 'Job', 'jobs'),
  CronJob: define<Namespaced<V1CronJob>>('batch/v1', 'CronJob', 'cronjobs'),
  ReplicationController: define<Namespaced<V1ReplicationController>>(
    'v1',
    'ReplicationController',
    'replicationcontrollers',
  ),
}

export const KINDS = {
  ...CONTROLLERS,
  Pod: define<Namespaced<V1Pod>>('v1', 'Pod', 'pods'),
  ControllerRevision: define<Namespaced<V1ControllerRevision>>(
    'apps/v1',
    'ControllerRevision',
    'controllerrevisions',
  ),
  Event: define<Namespaced<CoreV1Event>>('v1', 'Event', 'events'),
  Secret: define<Namespaced<V1Secret>>('v1', 'Secret', 'secrets'),
  ServiceAccount: define<Namespaced<V1ServiceAccount>>('v1', 'ServiceAccount', 'serviceaccounts'),
  Namespace: define<Stored<V1Namespace>>('v1', 'Namespace', 'namespaces'),
  Node: define<Stored<V1Node>>('v1', 'Node', 'nodes'),
}

/** Kinds that only show how images are mirrored. Most clusters have none of OpenShift's. */
export const MIRROR_KINDS = {
  ImageTagMirrorSet: define<Record<string, unknown>>(
    'config.openshift.io/v1',
    'ImageTagMirrorSet',
    'imagetagmirrorsets',
  ),
  ImageDigestMirrorSet: define<Record<string, unknown>>(
    'config.openshift.io/v1',
    'ImageDigestMirrorSet',
    'imagedigestmirrorsets',
  ),
  ImageContentSourcePolicy: define<Record<string, unknown>>(
    'operator.openshift.io/v1alpha1',
    'ImageContentSourcePolicy',
    'imagecontentsourcepolicies',
  ),
  MutatingWebhookConfiguration: define<Stored<V1MutatingWebhookConfiguration>>(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
  ),
}

/** OpenShift's pools of nodes, which apply settings to them. */
export const MACHINE_CONFIG_POOL = define<Record<string, unknown>>(
  'machineconfiguration.openshift.io/v1',
  'MachineConfigPool',
  'machineconfigpools',
)

/** Custom resources that make Secrets, in every version that clusters still serve. Most clusters have few of them. */
export const SECRET_MAKER_KINDS = [
  define<Record<string, unknown>>('bitnami.com/v1alpha1', 'SealedSecret', 'sealedsecrets'),
  define<Record<string, unknown>>('external-secrets.io/v1', 'ExternalSecret', 'externalsecrets'),
  define<Record<string, unknown>>('external-secrets.io/v1beta1', 'ExternalSecret', 'externalsecrets'),
  define<Record<string, unknown>>('kubernetes-client.io/v1', 'ExternalSecret', 'externalsecrets'),
  define<Record<string, unknown>>('secrets.hashicorp.com/v1beta1', 'VaultStaticSecret', 'vaultstaticsecrets'),
  define<Record<string, unknown>>(
    'secrets.hashicorp.com/v1beta1',
    'VaultDynamicSecret',
    'vaultdynamicsecrets',
  ),
  define<Record<string, unknown>>('secrets.hashicorp.com/v1beta1', 'VaultPKISecret', 'vaultpkisecrets'),
  define<Record<string, unknown>>('secrets.infisical.com/v1alpha1', 'InfisicalSecret', 'infisicalsecrets'),
  define<Record<string, unknown>>('secrets.doppler.com/v1alpha1', 'DopplerSecret', 'dopplersecrets'),
  define<Record<string, unknown>>('onepassword.com/v1', 'OnePasswordItem', 'onepassworditems'),
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
