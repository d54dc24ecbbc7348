/** Admission at creation: namespace lifecycle, and the service account of pods (plugin/pkg/admission/serviceaccount). */

import { randomBytes } from 'node:crypto'
import type { Cluster } from './cluster.ts'
import { type Kind, kindNamed } from './kinds.ts'
import {
  type ApiObject,
  asObject,
  asPod,
  type ContainerSpec,
  type Metadata,
  type Pod,
  type PodSpec,
} from './objects.ts'
import { forbidden, notFound } from './refusal.ts'

/** The object after admission. `asked` is the metadata as the client sent it. Throws Refusal. */
export function admit(cluster: Cluster, kind: Kind, object: ApiObject, asked: Partial<Metadata>): ApiObject {
  if (kind.namespaced) requireNamespace(cluster, kind, object)
  return kind.kind === 'Pod' ? asObject(withServiceAccount(cluster, asPod(object), asked)) : object
}

function requireNamespace(cluster: Cluster, kind: Kind, object: ApiObject): void {
  const name = object.metadata.namespace ?? ''
  const namespace = cluster.store.get(kindNamed('Namespace'), undefined, name)
  if (!namespace) throw notFound(kindNamed('Namespace'), name)
  if (!namespace.metadata.deletionTimestamp) return
  throw forbidden(
    kind,
    object.metadata.name,
    `unable to create new content in namespace ${name} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${name} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  )
}

/** Copies the account's pull secrets to a pod without any, and mounts the account's token. Mirror pods are left alone. */
function withServiceAccount(cluster: Cluster, pod: Pod, asked: Partial<Metadata>): Pod {
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return pod
  const { namespace } = pod.metadata
  const name = pod.spec.serviceAccountName ?? 'default'
  const account = cluster.store.get(kindNamed('ServiceAccount'), namespace, name)
  if (!account)
    throw forbidden(
      kindNamed('Pod'),
      asked.generateName && pod.metadata.generateName ? asked.generateName : (asked.name ?? ''),
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    )
  const pullSecrets = account.imagePullSecrets as { name?: string }[] | undefined
  const own = pod.spec.imagePullSecrets ?? []
  const spec: PodSpec = {
    ...pod.spec,
    ...(own.length === 0 && pullSecrets && { imagePullSecrets: pullSecrets }),
  }
  return { ...pod, spec: spec.automountServiceAccountToken === false ? spec : withToken(spec) }
}

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'

function withToken(spec: PodSpec): PodSpec {
  const mounts = (container: ContainerSpec) => (container.volumeMounts ?? []) as { mountPath?: string }[]
  if (spec.containers.some(container => mounts(container).some(mount => mount.mountPath === MOUNT_PATH)))
    return spec
  const name = `kube-api-access-${randomBytes(3).toString('hex').slice(0, 5)}`
  const mounted = (container: ContainerSpec) => ({
    ...container,
    volumeMounts: [...mounts(container), { name, readOnly: true, mountPath: MOUNT_PATH }],
  })
  return {
    ...spec,
    containers: spec.containers.map(mounted),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(mounted) }),
    volumes: [...(spec.volumes ?? []), { name, projected: { defaultMode: 420, sources: TOKEN_SOURCES } }],
  }
}

const TOKEN_SOURCES = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  {
    downwardAPI: {
      items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
    },
  },
]
