/** Pods of any shape become our narrow type, and errors that the kubelet hides (image volumes) are found. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { narrowEvent } from '../../../src/source/narrow/event.ts'
import { narrowPod } from '../../../src/source/narrow/pod.ts'

const waiting = (name: string, message: string, reason = 'ImagePullBackOff') => ({
  name,
  ready: false,
  imageID: '',
  state: { waiting: { reason, message } },
})
const pod = (spec: object, status: object, metadata: object = {}) => ({
  metadata: { namespace: 'web', name: 'shop', ...metadata },
  spec,
  status,
})

describe('narrowPod', () => {
  test('joins specs and statuses by name and distinguishes the five kinds of container', () => {
    const narrow = narrowPod(
      pod(
        {
          initContainers: [
            { name: 'setup', image: 'busybox' },
            { name: 'proxy', image: 'envoy:1', restartPolicy: 'Always' },
          ],
          containers: [{ name: 'main', image: 'nginx', imagePullPolicy: 'Always' }],
          ephemeralContainers: [{ name: 'debug', image: 'alpine' }],
          volumes: [
            { name: 'data', image: { reference: 'acme/data:1', pullPolicy: 'Never' } },
            { name: 'tmp' },
          ],
        },
        {
          initContainerStatuses: [waiting('proxy', 'p'), waiting('setup', 's')],
          containerStatuses: [
            { name: 'main', ready: true, imageID: 'nginx@sha256:1', state: { running: {} } },
          ],
        },
      ),
    )
    expect(narrow?.containers.map(({ name, kind, image, state }) => [name, kind, image, state.type])).toEqual(
      [
        ['setup', 'init', 'busybox', 'waiting'],
        ['proxy', 'sidecar', 'envoy:1', 'waiting'],
        ['main', 'container', 'nginx', 'running'],
        ['debug', 'ephemeral', 'alpine', 'unknown'],
        ['data', 'volume', 'acme/data:1', 'unknown'],
      ],
    )
    expect(narrow?.containers[0]?.state).toMatchObject({ message: 's' })
    expect(narrow?.containers[2]).toMatchObject({
      pullPolicy: 'Always',
      ready: true,
      imageId: 'nginx@sha256:1',
    })
  })

  test.each([
    ["The image 'acme/b:2' in container group 'g' is not accessible.", ['unknown', 'waiting']],
    ['the provider is not configured', ['waiting', 'waiting']],
  ])(
    "a virtual kubelet's error on the pod is the state of the containers that it names, or of all: %s",
    (message, types) => {
      const spec = {
        containers: [
          { name: 'a', image: 'acme/a:1' },
          { name: 'b', image: 'acme/b:2' },
        ],
      }
      const narrow = (reason: string) =>
        narrowPod(pod(spec, { phase: 'Pending', reason, message }))?.containers.map(({ state }) => state)
      expect(narrow('ProviderFailed')?.map(({ type }) => type)).toEqual(types)
      expect(narrow('ProviderFailed')?.at(1)).toEqual({ type: 'waiting', reason: 'ProviderFailed', message })
      expect(narrow('Evicted')).toEqual([{ type: 'unknown' }, { type: 'unknown' }])
    },
  )

  test.each([
    ['StartError', 'failed to create shim task: Failed to pull image ghcr.io/acme/x:1', true],
    ['StartError', 'exec: "/app": no such file or directory', false],
    ['Error', 'Failed to pull image ghcr.io/acme/x:1', false],
  ])('a crash loop carries the message of its last start if %s: %s', (reason, message, isLastStart) => {
    const waits = {
      ...waiting('main', 'back-off 5m0s', 'CrashLoopBackOff'),
      lastState: { terminated: { reason, message, exitCode: 128 } },
    }
    const spec = { containers: [{ name: 'main', image: 'x' }] }
    expect(narrowPod(pod(spec, { containerStatuses: [waits] }))?.containers[0]?.state).toEqual({
      type: 'waiting',
      reason: 'CrashLoopBackOff',
      message: isLastStart ? message : 'back-off 5m0s',
    })
  })

  test.each([
    [[], null],
    [[{ type: 'Ready', status: 'False' }], null],
    [[{ type: 'PodReadyToStartContainers', status: 'False' }], false],
    [[{ type: 'PodHasNetwork', status: 'True' }], true],
    [[{ type: 'PodReadyToStartContainers', status: 'Unknown' }], null],
  ])('with the conditions %j the sandbox is %j', (conditions, hasSandbox) => {
    expect(narrowPod(pod({ containers: [] }, { conditions }))?.hasSandbox).toBe(hasSandbox)
  })

  test.each([
    [{ os: { name: 'windows' } }, 'windows', null],
    [{ nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64' } }, 'linux', 'arm64'],
    [{ nodeSelector: { 'beta.kubernetes.io/os': 'windows', pool: 'kubernetes.io/arch' } }, 'windows', null],
    [{ os: 'linux', nodeSelector: ['kubernetes.io/arch'] }, null, null],
  ])('%j requires the system %s and the architecture %s', (spec, os, architecture) => {
    expect(narrowPod(pod({ containers: [], ...spec }, {}))?.platform).toEqual({ os, architecture })
  })

  test.each([
    ['Back-off pulling image "acme/data:1"', 'ImagePullBackOff'],
    ['failed to resolve reference "docker.io/acme/data:1": docker.io/acme/data:1: not found', 'ErrImagePull'],
    ['Container image "acme/data:1" is not present with pull policy of Never', 'ErrImageNeverPull'],
  ])(
    'a container that waits for its image volume passes the error on to the volume: %s',
    (message, reason) => {
      const narrow = narrowPod(
        pod(
          {
            containers: [
              { name: 'main', image: 'acme/data:10', volumeMounts: [{ name: 'data' }] },
              { name: 'other', image: 'nginx' },
            ],
            volumes: [{ name: 'data', image: { reference: 'acme/data:1' } }],
          },
          { containerStatuses: [waiting('main', message, reason), waiting('other', message, reason)] },
        ),
      )
      expect(narrow?.containers.map(container => [container.name, container.state])).toEqual([
        ['main', { type: 'waiting', reason: 'ContainerCreating', message: '' }],
        ['other', { type: 'waiting', reason, message }],
        ['data', { type: 'waiting', reason, message }],
      ])
    },
  )

  test("an error that names the container's own image stays with the container", () => {
    const narrow = narrowPod(
      pod(
        {
          containers: [{ name: 'main', image: 'acme/data:10', volumeMounts: [{ name: 'data' }] }],
          volumes: [{ name: 'data', image: { reference: 'acme/data:1' } }],
        },
        { containerStatuses: [waiting('main', 'Back-off pulling image "acme/data:10"')] },
      ),
    )
    expect(narrow?.containers.map(container => container.state.type)).toEqual(['waiting', 'unknown'])
  })

  test('a login inside an image name is removed, and other names are unchanged', () => {
    const images = ['https://bob:c4nary@reg.io/app:1', 'reg.io:5000/a/b:1@sha256:x', 'nginx']
    const containers = images.map((image, index) => ({ name: `c${index}`, image }))
    const volumes = [{ name: 'v', image: { reference: 'http://c4nary@reg.io/v' } }]
    expect(narrowPod(pod({ containers, volumes }, {}))?.containers.map(({ image }) => image)).toEqual([
      'https://[redacted]@reg.io/app:1',
      'reg.io:5000/a/b:1@sha256:x',
      'nginx',
      'http://[redacted]@reg.io/v',
    ])
  })

  test('uses the controller among the owners, keeps the order of pull secrets, and redacts messages', () => {
    const narrow = narrowPod(
      pod(
        {
          imagePullSecrets: [{ name: 'b' }, {}, { name: '' }, { name: 'a' }],
          containers: [{ name: 'main', image: 'nginx' }],
        },
        { containerStatuses: [waiting('main', 'limit reached: dckr_jti_canary')] },
        {
          annotations: { 'kubernetes.io/config.mirror': '' },
          ownerReferences: [
            { kind: 'Node', name: 'n' },
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-1', uid: 'u', controller: true },
          ],
        },
      ),
    )
    expect(narrow).toMatchObject({
      pullSecrets: ['b', 'a'],
      unnamedSecret: true,
      mirror: true,
      serviceAccount: 'default',
      controller: { kind: 'ReplicaSet', name: 'shop-1' },
    })
    expect(JSON.stringify(narrow)).not.toContain('canary')
  })

  test('no JSON makes it throw, nor the narrowing of events', () => {
    const keys = fc.constantFrom(
      ...['metadata', 'name', 'spec', 'status', 'containers', 'state', 'waiting', 'volumes', 'image'],
      ...['containerStatuses', 'ownerReferences', 'involvedObject', 'kind', 'reason', 'series', '__proto__'],
    )
    const odd = fc.letrec<{ value: unknown }>(tie => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom(null, true, 1, '', 'Pod', 'Failed'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
      ),
    })).value
    fc.assert(
      fc.property(odd, odd, odd, (spec, status, series) => {
        expect(narrowPod({ metadata: { name: 'p' }, spec, status })?.name).toBe('p')
        narrowPod(spec)
        const event = {
          involvedObject: { kind: 'Pod', name: 'p' },
          reason: 'Failed',
          series,
          message: status,
          metadata: spec,
        }
        expect(narrowEvent(event)?.pod).toBe('p')
      }),
    )
  })
})

describe('narrowEvent', () => {
  const core = {
    metadata: { namespace: 'web', creationTimestamp: '2026-11-24T08:00:00Z' },
    involvedObject: {
      kind: 'Pod',
      namespace: 'web',
      name: 'shop',
      uid: 'u',
      fieldPath: 'spec.containers{main}',
    },
    reason: 'Failed',
    message: 'Failed to pull image "nginx": EOF',
  }
  const times = { firstSeen: '2026-11-24T09:00:00Z', lastSeen: '2026-11-24T10:00:00Z' }

  test('reads core/v1 and events.k8s.io/v1 alike', () => {
    const { involvedObject, message, ...rest } = core
    const old = { ...core, count: 3, firstTimestamp: times.firstSeen, lastTimestamp: times.lastSeen }
    const deprecated = {
      deprecatedCount: 3,
      deprecatedFirstTimestamp: times.firstSeen,
      deprecatedLastTimestamp: times.lastSeen,
    }
    const series = { eventTime: times.firstSeen, series: { count: 3, lastObservedTime: times.lastSeen } }
    const want = {
      ...times,
      count: 3,
      namespace: 'web',
      pod: 'shop',
      podUid: 'u',
      message,
      fieldPath: 'spec.containers{main}',
    }
    expect(narrowEvent(old)).toMatchObject(want)
    expect(narrowEvent({ ...rest, regarding: involvedObject, note: message, ...deprecated })).toMatchObject(
      want,
    )
    expect(narrowEvent({ ...rest, regarding: involvedObject, note: message, ...series })).toMatchObject(want)
  })

  test.each([
    { reason: 'FailedPullImage' },
    { reason: 'PullingImage', message: 'Pulling image "nginx"' },
    { reason: 'Pulled', message: 'Successfully pulled image "nginx"' },
    { reason: 'FailedCreatePodSandBox', message: 'Failed to create pod sandbox: EOF' },
  ])('keeps what is about a pull or a sandbox, whatever its reason: %j', change => {
    expect(narrowEvent({ ...core, ...change })).toMatchObject(change)
  })

  test('keeps the image of a successful pull, without a login in it', () => {
    const pulled = (image: string) => `Successfully pulled image "${image}" in 2s (2s including waiting)`
    const messageOf = (image: string) =>
      narrowEvent({ ...core, reason: 'Pulled', message: pulled(image) })?.message
    expect(messageOf('nginx')).toBe('Successfully pulled image "nginx"')
    expect(messageOf('https://mara:hunter2@reg/app')).not.toContain('hunter2')
  })

  test('falls back to the creation time and to one occurrence', () => {
    expect(narrowEvent({ ...core, firstTimestamp: null, count: 0 })).toMatchObject({
      count: 1,
      firstSeen: '2026-11-24T08:00:00Z',
      lastSeen: '2026-11-24T08:00:00Z',
    })
  })

  test.each([
    { reason: 'Created', message: 'Created container: main' },
    { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "config"' },
    { reason: 'BackOff', message: 'Back-off restarting failed container main in pod shop_web(u)' },
    { involvedObject: { kind: 'Node', name: 'n' } },
    { involvedObject: { kind: 'Pod' } },
  ])('skips events that are not about a pull: %j', change => {
    expect(narrowEvent({ ...core, ...change })).toBeNull()
  })
})

test('policies of Kyverno that changed a container are named, and no others', () => {
  const changes = [
    'rule.one.replace-registry.kyverno.io: replaced /spec/containers/0/image',
    'add.add-sidecar.kyverno.io: added /spec/containers/1',
    'label.add-labels.kyverno.io: added /metadata/labels/team',
    'x; rm -rf: replaced /spec/containers/0/image',
  ].join('\n')
  const annotations = { 'policies.kyverno.io/last-applied-patches': changes }
  expect(narrowPod({ metadata: { name: 'a', annotations } })?.rewriters).toEqual([
    'replace-registry',
    'add-sidecar',
  ])
  expect(narrowPod({ metadata: { name: 'a' } })?.rewriters).toBeUndefined()
})

test("the annotations that give injected containers their images are kept, and no others' values", () => {
  const own = { 'sidecar.istio.io/proxyImage': 'docker.io/istio/proxyv2:1.28.0' }
  const annotations = { ...own, 'sidecar.istio.io/proxyCPU': '10m', 'dapr.io/sidecar-image': '' }
  expect(narrowPod({ metadata: { name: 'a', annotations } })?.injectedImages).toEqual(own)
  expect(narrowPod({ metadata: { name: 'a' } })?.injectedImages).toBeUndefined()
})

test('a package of OLM is known by the annotations that it has on its pods, not by what it depends on', () => {
  const managedBy = (properties: string) =>
    narrowPod({
      metadata: {
        name: 'a',
        annotations: { 'olm.operatorNamespace': 'ns', 'operatorframework.io/properties': properties },
      },
    })?.managedBy
  const of = (type: string) =>
    `{"properties":[{"type":"${type}","value":{"packageName":"etcd","version":"1"}}]}`
  expect(managedBy(of('olm.package'))).toEqual({ tool: 'olm', name: 'etcd' })
  expect(managedBy(of('olm.package.required'))).toBeUndefined()
})

test.each([
  ['gitlab-runner', { name: 'runner-zyxw1234-project-12-concurrent-0-h2k4f' }],
  ['gitlab-runner', { name: 'a', labels: { 'job.runner.gitlab.com/pod': 'a' } }],
  ['jenkins', { name: 'app-12-x1-9df', labels: { 'jenkins/label': 'app_12-x1' } }],
  ['jenkins', { name: 'app', labels: { jenkins: 'slave' }, annotations: { runUrl: 'job/app/12/' } }],
  [undefined, { name: 'app', labels: { jenkins: 'slave' } }],
  ['github-actions', { name: 'set-runner-ab', ownerReferences: [owner('EphemeralRunner')] }],
  ['github-actions', { name: 'set-runner-ab-workflow', labels: { 'runner-pod': 'set-runner-ab' } }],
  ['airflow', { name: 'a', labels: { dag_id: 'etl', task_id: 'load', run_id: 'x' } }],
  ['jupyterhub', { name: 'jupyter-ann', labels: { 'hub.jupyter.org/username': 'ann' } }],
  ['spark', { name: 'pi-exec-1', labels: { 'spark-role': 'executor', 'spark-app-selector': 'spark-1' } }],
  ['kubectl-debug', { name: 'node-debugger-node-1-x2x7k' }],
  [
    'vcluster',
    { name: 'a-x-b-x-c', labels: { 'vcluster.loft.sh/managed-by': 'c', 'vcluster.loft.sh/namespace': 'b' } },
  ],
  [
    'k3k',
    {
      name: 'a',
      labels: { 'k3k.io/clusterName': 'c' },
      annotations: { 'k3k.io/namespace': 'b' },
      ownerReferences: [owner('Cluster')],
    },
  ],
  [
    'olm',
    { name: 'a', labels: { 'operatorframework.io/bundle-unpack-ref': 'x' }, ownerReferences: [owner('Job')] },
  ],
  // What has a controller is replaced, whatever its labels say; and anybody may use such words.
  [undefined, { name: 'a', labels: { 'jenkins/label': 'x' }, ownerReferences: [owner('ReplicaSet')] }],
  [undefined, { name: 'a', labels: { 'runner-pod': 'x' }, ownerReferences: [owner('ReplicaSet')] }],
  [undefined, { name: 'runner-for-project-12', labels: { dag_id: 'etl' } }],
])('recognizes the program %s that created a pod itself', (maker, metadata) => {
  expect(narrowPod({ metadata })?.maker).toBe(maker)
})

function owner(kind: string) {
  return { apiVersion: 'v1', kind, name: 'above', uid: 'uid-above', controller: true }
}

test.each([
  [true, { 'k8s-app': 'kube-dns' }],
  [true, { 'k8s-app': 'coredns', 'kubernetes.io/cluster-service': 'true' }],
  [true, { 'dns.operator.openshift.io/daemonset-dns': 'default' }],
  [undefined, { 'k8s-app': 'coredns' }],
  [undefined, { 'k8s-app': 'kube-dns-autoscaler' }],
  [undefined, { 'dns.operator.openshift.io/daemonset-node-resolver': '' }],
])("whether a pod answers for the cluster's DNS is %s by the labels %j", (serves, labels) => {
  expect(narrowPod({ metadata: { name: 'a', labels } })?.servesDns).toBe(serves)
})

test.each([
  [{ 'app.kubernetes.io/version': '1.20', version: 'v2' }, '1.20'],
  [{ version: '1.20' }, '1.20'],
  [{ 'app.kubernetes.io/version': 1.2 }, undefined],
  [{ app: 'shop' }, undefined],
])('the labels %o name version %s', (labels, version) => {
  expect(narrowPod({ metadata: { name: 'shop-1', labels } })?.version).toBe(version)
})
