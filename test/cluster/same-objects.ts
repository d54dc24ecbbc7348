/** Objects for both servers: every kind that pullguard reads or writes, none that a controller would act on. */

const template = (name: string, restartPolicy = 'Always') => ({
  metadata: { labels: { app: name } },
  spec: {
    restartPolicy,
    schedulerName: 'nobody',
    containers: [{ name: 'main', image: 'nginx' }],
    imagePullSecrets: [{ name: 'login' }],
  },
})

const selector = (name: string) => ({ matchLabels: { app: name } })

const auth = Buffer.from('somebody:something').toString('base64')
export const dockerConfig = Buffer.from(
  JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }),
).toString('base64')

/** The path after the namespace's, and the object. */
export const objects = (namespace: string): [path: string, object: object][] => [
  [
    `/api/v1/namespaces/${namespace}/secrets`,
    {
      metadata: { name: 'login', labels: { made: 'here' } },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': dockerConfig },
    },
  ],
  [`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'opaque' }, stringData: { key: 'value' } }],
  [
    `/api/v1/namespaces/${namespace}/serviceaccounts`,
    { metadata: { name: 'puller' }, imagePullSecrets: [{ name: 'login' }] },
  ],
  ...['bare', 'second', 'third'].map((name): [string, object] => [
    `/api/v1/namespaces/${namespace}/pods`,
    {
      metadata: { name, labels: { app: name } },
      spec: {
        schedulerName: 'nobody',
        containers: [{ name: 'main', image: 'nginx' }],
        serviceAccountName: 'puller',
      },
    },
  ]),
  [
    `/api/v1/namespaces/${namespace}/pods`,
    {
      metadata: { name: 'full', labels: { app: 'full' } },
      spec: {
        schedulerName: 'nobody',
        imagePullSecrets: [{ name: 'own' }],
        initContainers: [
          { name: 'init', image: 'busybox:1.36' },
          { name: 'sidecar', image: 'envoy@sha256:'.concat('a'.repeat(64)), restartPolicy: 'Always' },
        ],
        containers: [{ name: 'main', image: 'ghcr.io/acme/api:latest', imagePullPolicy: 'IfNotPresent' }],
        automountServiceAccountToken: false,
      },
    },
  ],
  [
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    {
      metadata: { name: 'deployment' },
      spec: { paused: true, replicas: 0, selector: selector('deployment'), template: template('deployment') },
    },
  ],
  [
    `/apis/apps/v1/namespaces/${namespace}/replicasets`,
    {
      metadata: { name: 'replicaset' },
      spec: { replicas: 0, selector: selector('replicaset'), template: template('replicaset') },
    },
  ],
  [
    `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
    {
      metadata: { name: 'statefulset' },
      spec: {
        replicas: 0,
        serviceName: 'none',
        selector: selector('statefulset'),
        template: template('statefulset'),
      },
    },
  ],
  [
    `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
    {
      metadata: { name: 'daemonset' },
      spec: {
        selector: selector('daemonset'),
        template: {
          ...template('daemonset'),
          spec: { ...template('daemonset').spec, nodeSelector: { fits: 'nothing' } },
        },
      },
    },
  ],
  [
    `/api/v1/namespaces/${namespace}/replicationcontrollers`,
    { metadata: { name: 'rc' }, spec: { replicas: 0, selector: { app: 'rc' }, template: template('rc') } },
  ],
  [
    `/apis/batch/v1/namespaces/${namespace}/jobs`,
    { metadata: { name: 'job' }, spec: { suspend: true, template: template('job', 'Never') } },
  ],
  [
    `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
    {
      metadata: { name: 'cronjob' },
      spec: {
        suspend: true,
        schedule: '0 3 * * *',
        jobTemplate: { spec: { template: template('cronjob', 'Never') } },
      },
    },
  ],
  [
    `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
    { metadata: { name: 'budget' }, spec: { minAvailable: 1, selector: selector('nothing') } },
  ],
  [`/api/v1/namespaces/${namespace}/events`, event(namespace)],
]

const event = (namespace: string) => ({
  metadata: { name: 'bare.1', namespace },
  involvedObject: {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace,
    name: 'bare',
    uid: '0e1b2c3d-0000-4000-8000-000000000000',
    fieldPath: 'spec.containers{main}',
  },
  type: 'Warning',
  reason: 'Failed',
  message: 'Failed to pull image "nginx": too many\n',
  source: { component: 'kubelet', host: 'node-1' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:10:00Z',
  count: 7,
})

const terminated = {
  exitCode: 1,
  reason: 'Error',
  finishedAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:00Z',
}
const container = {
  ready: false,
  restartCount: 0,
  image: 'nginx',
  imageID: '',
  started: false,
  lastState: {},
}
const waits = (reason: string) => ({ waiting: { reason, message: 'because' } })
const condition = (type: string, status: string) => ({
  type,
  status,
  lastProbeTime: null,
  lastTransitionTime: '2026-01-01T00:00:00Z',
})

/** Statuses that a kubelet could write, by pod. */
export const statuses: Record<string, object> = {
  bare: {
    phase: 'Pending',
    conditions: [condition('Initialized', 'True'), condition('Ready', 'False')],
    containerStatuses: [{ ...container, name: 'main', state: waits('ImagePullBackOff') }],
  },
  second: {
    phase: 'Running',
    podIP: '10.0.0.7',
    podIPs: [{ ip: '10.0.0.7' }],
    conditions: [condition('Initialized', 'True'), condition('Ready', 'True')],
    containerStatuses: [
      {
        ...container,
        name: 'main',
        ready: true,
        started: true,
        restartCount: 3,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        lastState: { terminated },
      },
    ],
  },
  third: {
    phase: 'Running',
    conditions: [condition('Initialized', 'True')],
    containerStatuses: [
      {
        ...container,
        name: 'main',
        restartCount: 1,
        state: waits('ErrImagePull'),
        lastState: { terminated },
      },
    ],
  },
  full: {
    phase: 'Pending',
    conditions: [condition('Initialized', 'False')],
    initContainerStatuses: [
      { ...container, name: 'init', state: waits('ErrImageNeverPull') },
      { ...container, name: 'sidecar', state: waits('PodInitializing') },
    ],
    containerStatuses: [{ ...container, name: 'main', state: waits('PodInitializing') }],
  },
}
