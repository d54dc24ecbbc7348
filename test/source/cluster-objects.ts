/** Objects as an API server stores them, for readings to find. */

interface PodOptions {
  namespace?: string
  node?: string | null
  phase?: string
  /** Container name → its waiting reason; null if it runs. */
  containers?: Record<string, string | null>
  labels?: Record<string, string>
  spec?: object
  owner?: { apiVersion: string; kind: string; name: string }
}

const uidOf = (kind: string, name: string) => `uid-${kind}-${name}`

const controllerOf = (owner: PodOptions['owner']) =>
  owner === undefined
    ? {}
    : { ownerReferences: [{ ...owner, uid: uidOf(owner.kind, owner.name), controller: true }] }

export function pod(name: string, options: PodOptions = {}) {
  const { namespace = 'web', node = 'node-1', phase = 'Running', containers = { main: null }, spec } = options
  return {
    kind: 'Pod',
    metadata: {
      namespace,
      name,
      uid: uidOf('Pod', name),
      labels: options.labels ?? {},
      creationTimestamp: '2026-11-24T08:00:00Z',
      ...controllerOf(options.owner),
    },
    spec: {
      ...(node === null ? {} : { nodeName: node }),
      serviceAccountName: 'default',
      containers: Object.keys(containers).map(container => ({ name: container, image: `${container}:1` })),
      ...spec,
    },
    status: {
      phase,
      containerStatuses: Object.entries(containers).map(([container, reason]) => ({
        name: container,
        ready: reason === null,
        imageID: '',
        state:
          reason === null
            ? { running: {} }
            : { waiting: { reason, message: `Back-off pulling "${container}:1"` } },
      })),
    },
  }
}

/** A pod whose only container is in back-off. */
export const failing = (name: string, options: PodOptions = {}) =>
  pod(name, { phase: 'Pending', containers: { main: 'ImagePullBackOff' }, ...options })

/** Only its row shows the failure: a pod stays in phase Running if its restarted sidecar can't be pulled. */
export const SIDECAR_FAILS = pod('sidecar', { containers: { main: null, proxy: 'ErrImagePull' } })

export const healthy = (count: number) => Array.from({ length: count }, (_, index) => pod(`healthy-${index}`))

export const event = (
  about: string,
  fieldPath: string,
  message = 'Failed to pull image "x": 429',
  namespace = 'web',
) => ({
  kind: 'Event',
  metadata: { namespace, name: `${about}.${message.length}.${fieldPath}` },
  involvedObject: { kind: 'Pod', namespace, name: about, uid: uidOf('Pod', about), fieldPath },
  reason: 'Failed',
  message,
  count: 3,
})

export const owned = (kind: string, name: string, owner?: PodOptions['owner'], namespace = 'web') => ({
  kind,
  metadata: { namespace, name, uid: uidOf(kind, name), ...controllerOf(owner) },
})

export const namespace = (name: string) => ({ kind: 'Namespace', metadata: { name } })

export const node = (name: string, nodeInfo: object = { containerRuntimeVersion: 'containerd://2.1.4' }) => ({
  kind: 'Node',
  metadata: { name },
  status: { nodeInfo },
})

export const serviceAccount = (name: string, secrets: string[], inNamespace = 'web') => ({
  kind: 'ServiceAccount',
  metadata: { namespace: inNamespace, name },
  imagePullSecrets: secrets.map(secret => ({ name: secret })),
})

export const secret = (name: string, password: string, inNamespace = 'web') => ({
  kind: 'Secret',
  metadata: { namespace: inNamespace, name },
  type: 'kubernetes.io/dockerconfigjson',
  data: {
    '.dockerconfigjson': Buffer.from(
      JSON.stringify({ auths: { 'https://index.docker.io/v1/': { username: 'mara', password } } }),
    ).toString('base64'),
  },
})
