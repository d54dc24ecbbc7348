/** What is read from a dump: the same in any format, order, and split, and no secret content. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import {
  digestOf,
  event,
  failing,
  folderOf,
  type Json,
  lacking,
  listOf,
  node,
  ownedBy,
  pod,
  pullSecret,
  read,
  readJson,
  readText,
  replicaSet,
  running,
} from './dumps.ts'

const DENIED = 'Failed to pull image "nginx:1": pull access denied'
const OBJECTS = [
  event('shop-1', DENIED),
  event('shop-1', DENIED, {
    metadata: { name: 'twin', namespace: 'web' },
    involvedObject: { kind: 'Pod', name: 'shop-1', namespace: 'web', fieldPath: 'spec.initContainers{i}' },
  }),
  failing('shop-1', { ...ownedBy('shop'), spec: { imagePullSecrets: [{ name: 'hub' }, { name: 'lost' }] } }),
  pod('fine'),
  replicaSet('shop', 'shop'),
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'web' },
    imagePullSecrets: [{ name: 'sa' }],
  },
  node('n1', { status: { nodeInfo: { containerRuntimeVersion: 'cri-o://1.34.0' } } }),
  pullSecret('hub'),
  pullSecret('sa'),
  pullSecret('unnamed'),
]
const whole = await readJson(listOf(...OBJECTS))

describe('a dump', () => {
  test('shows which nodes run an image that another pod lacks, unless it was only loaded there', async () => {
    const digest = digestOf('docker.io/library/nginx:1')
    const runs = (name: string, nodeName: string, imageID: string) =>
      running(name, 'nginx:1', { nodeName }, imageID)
    // Its other container lacks the image, so that it is no other pod.
    const both = {
      spec: { nodeName: 'n5', containers: ['c', 'd'].map(name => ({ name, image: 'nginx:1' })) },
    }
    const states = [
      { name: 'c', imageID: digest, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } },
      { name: 'd', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } },
    ]
    const halfRunning = {
      ...pod('shop-5', undefined, both),
      status: { phase: 'Pending', containerStatuses: states },
    }
    const found = await readJson(
      listOf(
        failing('shop-1'),
        runs('shop-2', 'n2', digest),
        runs('shop-3', 'n3', `sha256:${'b'.repeat(64)}`),
        runs('shop-4', 'n4', digest.replace('nginx', 'other')),
        halfRunning,
        node('n2', { status: { nodeInfo: { architecture: 'amd64', operatingSystem: 'linux' } } }),
      ),
    )
    expect(found.heldImages).toEqual([
      {
        reference: 'docker.io/library/nginx:1',
        pods: 1,
        nodes: ['n2'],
        architectures: ['amd64'],
        onLinux: true,
        by: [{ namespace: 'web', pullSecrets: [], nodes: ['n2'] }],
        otherLogins: [],
      },
    ])
    const away = { ...runs('shop-2', 'n2', digest), metadata: { name: 'shop-2', namespace: 'other' } }
    const inScope = await readJson(listOf(failing('shop-1'), away), { namespaces: ['web'] })
    expect(inScope.heldImages?.[0]?.by).toEqual([{ namespace: 'other', pullSecrets: [], nodes: ['n2'] }])
    expect(inScope.podCount).toBe(1)
  })

  test('shows when other nodes pulled the image, how large it is there, and whether nodes of their kind take pods', async () => {
    const pulled = (name: string, host: string, minute: string) =>
      event(name, 'Successfully pulled image "nginx:1" in 4.2s (4.2s including waiting)', {
        metadata: { name: `${name}.${minute}`, namespace: 'web' },
        reason: 'Pulled',
        source: { component: 'kubelet', host },
        lastTimestamp: `2026-11-24T10:${minute}:00Z`,
      })
    const holder = (name: string, unschedulable: boolean) =>
      node(name, {
        spec: { unschedulable },
        status: {
          nodeInfo: { architecture: 'amd64', containerRuntimeVersion: 'containerd://2.1.4' },
          images: [{ names: ['docker.io/library/nginx:1'], sizeBytes: name === 'n2' ? 3e9 : 2e9 }],
        },
      })
    const seen = (isOpen: boolean) => [
      failing('shop-1'),
      running('shop-2', 'nginx:1', { nodeName: 'n2' }),
      running('shop-3', 'nginx:1', { nodeName: 'n3' }),
      pulled('shop-2', 'n2', '03'),
      pulled('shop-2', 'n2', '01'),
      pulled('shop-3', 'n3', '02'),
      holder('n2', true),
      holder('n3', !isOpen),
    ]
    const { heldImages, imageSizes } = await readJson(listOf(...seen(false)))
    expect(heldImages).toMatchObject([
      {
        cordoned: ['n2', 'n3'],
        pulls: [
          { node: 'n2', at: '2026-11-24T10:03:00Z' },
          { node: 'n3', at: '2026-11-24T10:02:00Z' },
        ],
      },
    ])
    expect(imageSizes).toEqual([
      { reference: 'docker.io/library/nginx:1', bytes: 3e9, node: 'n2', packed: true },
    ])
    const open = await readJson(listOf(...seen(true)))
    expect(open.heldImages?.[0]).not.toHaveProperty('cordoned')
  })

  test("notes the AWS accounts whose images nodes of failing pods pull with the nodes' own login", async () => {
    const at = (account: string) => `${account}.dkr.ecr.eu-west-1.amazonaws.com/acme/app`
    const runs = (name: string, account: string, spec: Json = {}) => running(name, `${at(account)}:1`, spec)
    const others = [
      runs('shop-2', '123456789012'),
      runs('shop-3', '210987654321'),
      // On another node, with a pull secret, and one of Amazon's own.
      runs('shop-4', '111111111111', { nodeName: 'n2' }),
      runs('shop-5', '222222222222', { imagePullSecrets: [{ name: 'regcred' }] }),
      runs('shop-6', '602401143452'),
    ]
    const found = await readJson(listOf(lacking(`${at('555566667777')}:1`), ...others))
    const hosts = ['123456789012', '210987654321'].map(
      account => `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
    )
    expect(found.ecrHosts).toEqual([{ node: 'n1', hosts }])
    expect(await readJson(listOf(lacking('nginx:1'), ...others))).not.toHaveProperty('ecrHosts')
  })

  test('shows which pods serve the ports that failing images are named after', async () => {
    const agentOn = (nodeName: string, hostPort: number, ready: boolean) => ({
      ...pod(`agent-${nodeName}-${hostPort}`, undefined, {
        spec: { nodeName, containers: [{ name: 'agent', image: 'acme/agent:1', ports: [{ hostPort }] }] },
      }),
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'agent', ready, restartCount: 3, state: { running: {} } }],
      },
    })
    const agents = [agentOn('n1', 30081, false), agentOn('n2', 30081, true), agentOn('n1', 9100, true)]
    const { hostPorts } = await readJson(listOf(lacking('127.0.0.1:30081/acme/app:1'), ...agents))
    const found = {
      namespace: 'web',
      pod: 'agent-n1-30081',
      container: 'agent',
      ready: false,
      restarted: true,
      started: true,
    }
    expect(hostPorts).toEqual([{ node: 'n1', port: 30081, ...found }])
    // One that ended keeps its ports, another one serves UDP there, and one without a log has not started.
    const agentIn = (phase: string, port: object = {}) => ({
      ...pod('agent-a', undefined, {
        spec: {
          nodeName: 'n1',
          containers: [{ name: 'agent', image: 'acme/agent:1', ports: [{ hostPort: 30081, ...port }] }],
        },
      }),
      status: { phase, containerStatuses: [] },
    })
    const [ended, udp] = [agentIn('Failed'), agentIn('Running', { protocol: 'UDP' })]
    const more = await readJson(listOf(lacking('127.0.0.1:30081/acme/app:1'), ...agents, ended, udp))
    expect(more.hostPorts).toEqual(hostPorts)
    const waiting = await readJson(listOf(lacking('127.0.0.1:30081/acme/app:1'), agentIn('Pending')))
    expect(waiting.hostPorts).toMatchObject([{ pod: 'agent-a', started: false }])
    const elsewhere = await readJson(listOf(lacking('registry.example:30081/acme/app:1'), ...agents))
    expect(elsewhere).not.toHaveProperty('hostPorts')
  })

  test('notes the nodes that have an image which a pod with policy Never waits for', async () => {
    const image = 'edge/collector:5.0'
    const never = (nodeName: string, imagePullPolicy = 'Never') => ({
      spec: { nodeName, containers: [{ name: 'c', image, imagePullPolicy }] },
    })
    const holding = (name: string, ...names: string[]) => node(name, { status: { images: [{ names }] } })
    const others = [
      pod('shop-2', undefined, never('n2')),
      pod('shop-3', undefined, never('n3', 'IfNotPresent')),
      holding('n4', `docker.io/${image}`),
      holding('n5', 'docker.io/edge/collector:4.9'),
    ]
    const found = await readJson(listOf(failing('shop-1', never('n1')), ...others))
    expect(found.preloaded).toEqual([{ reference: `docker.io/${image}`, nodes: ['n2', 'n4'] }])
    const pulling = failing('shop-1', never('n1', 'IfNotPresent'))
    expect(await readJson(listOf(pulling, ...others))).not.toHaveProperty('preloaded')
  })

  test('notes the CronJobs that may renew the copies of a pull secret in other namespaces', async () => {
    const needing = lacking('nginx:1', { imagePullSecrets: [{ name: 'regcred' }] })
    const cronJob = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'ecr-renew', namespace: 'ops' },
      spec: { jobTemplate: { spec: { template: { spec: { containers: [] } } } } },
    }
    const own = pullSecret('regcred')
    const copy = { ...own, metadata: { name: 'regcred', namespace: 'shop' } }
    const found = await readJson(listOf(needing, cronJob, own, copy))
    expect(found.cronJobs).toEqual([{ namespace: 'ops', name: 'ecr-renew' }])
    expect(await readJson(listOf(needing, cronJob, own))).not.toHaveProperty('cronJobs')
  })

  test('notes the tags of image streams that short names look like, unless the streams are looked up', async () => {
    const source = 'quay.io/acme/notebook@sha256:0a'
    const stream = (namespace: string, spec: Json = {}) => ({
      apiVersion: 'image.openshift.io/v1',
      kind: 'ImageStream',
      metadata: { name: 'notebook', namespace },
      spec,
      status: {
        dockerImageRepository: 'registry.local:5000/web/notebook',
        tags: ['v1', 'v2'].map(tag => ({ tag, items: [{ dockerImageReference: source }] })),
      },
    })
    const tagsIn = async (...streams: Json[]) =>
      (await readJson(listOf(lacking('notebook:v1'), ...streams))).streamTags
    const found = { namespace: 'web', stream: 'notebook', tag: 'v1', image: source }
    expect(await tagsIn(stream('shop'), stream('web', { lookupPolicy: { local: false } }))).toEqual([found])
    const local = { tags: [{ name: 'v1', referencePolicy: { type: 'Local' } }] }
    expect(await tagsIn(stream('web', local))).toEqual([
      { ...found, image: 'registry.local:5000/web/notebook:v1' },
    ])
    expect(await tagsIn(stream('web', { lookupPolicy: { local: true } }))).toBeUndefined()
  })

  test('notes which nodes of failing pods had a full disk, by what their kubelet says of its images', async () => {
    const ofNode = (name: string, message: string) =>
      event(name, message, {
        metadata: { name: `${name}.1`, namespace: 'default' },
        involvedObject: { kind: 'Node', name },
        reason: 'ImageGCFailed',
      })
    const full =
      'Failed to garbage collect required amount of images. Attempted to free 9 bytes, but only found 1'
    const scope = { namespaces: ['web'] }
    const read = (...events: Json[]) => readJson(listOf(failing('shop-1'), ...events), scope)
    const found = await read(ofNode('n1', full), ofNode('n2', full))
    expect(found).toMatchObject({ fullNodes: ['n1'], nodesInUse: ['n1'] })
    // It has not tried yet.
    const pressed = await read(ofNode('n1', 'Node n1 status is now: NodeHasDiskPressure'))
    expect(pressed.fullNodes).toEqual(['n1'])
    expect(pressed).not.toHaveProperty('nodesInUse')
    // A kubelet that has just started says so.
    expect(await read(ofNode('n1', 'invalid capacity 0 on image filesystem'))).not.toHaveProperty('fullNodes')
  })

  test.each([
    ['Starting kubelet.', 'kubelet'],
    ['Starting containerd container runtime...', 'runtime'],
    ['Starting Docker Application Container Engine...', 'runtime'],
    ['Node n1 has been rebooted, boot id: 5f', 'machine'],
    ['Starting kube-proxy', null],
  ])('notes what was started on nodes of failing pods: %s', async (message, of) => {
    const started = (name: string) =>
      event(name, message, {
        metadata: { name: `${name}.1`, namespace: 'default' },
        involvedObject: { kind: 'Node', name },
        lastTimestamp: '2026-11-24T10:01:00Z',
      })
    const dump = listOf(failing('shop-1'), started('n1'), started('n2'))
    const { restarts } = await readJson(dump, { namespaces: ['web'] })
    expect(restarts).toEqual(of === null ? undefined : [{ node: 'n1', of, at: '2026-11-24T10:01:00Z' }])
  })

  test.each<[string | undefined, string, ...string[]]>([
    [
      'k3s',
      'two of its components',
      'kube-system/svclb-traefik-7d1a-x2b4c rancher/klipper-lb:v0.4.13',
      'kube-system/local-path-provisioner-7b9c-x2b4c rancher/local-path-provisioner:v0.0.32',
    ],
    [
      'k3s',
      'components from a mirror',
      'kube-system/traefik-7b9c-x2b4c r.example:5000/hub/rancher/mirrored-library-traefik:3.3.6',
      'kube-system/metrics-server-7b9c-x2b4c r.example:5000/hub/rancher/mirrored-metrics-server:v0.8.0',
    ],
    [
      undefined,
      'one component, which others can have',
      'kube-system/local-path-provisioner-7b9c-x2b4c rancher/local-path-provisioner:v0.0.32',
      'kube-system/local-path-provisioner-7b9c-y2b4c rancher/local-path-provisioner:v0.0.32',
    ],
    [
      undefined,
      'components where somebody else installed them',
      'local-path-storage/local-path-provisioner-7b9c-x2b4c rancher/local-path-provisioner:v0.0.32',
      'monitoring/metrics-server-7b9c-x2b4c rancher/mirrored-metrics-server:v0.8.0',
    ],
    [
      'rke2',
      'its DNS server beside a load balancer of K3s',
      'kube-system/svclb-web-7d1a-x2b4c rancher/klipper-lb:v0.4.13',
      'kube-system/rke2-coredns-rke2-coredns-7b9c-x2b4c rancher/hardened-coredns:v1.12.3-build20250604',
    ],
    [
      'rke2',
      'a static pod',
      'kube-system/kube-proxy-n1 index.docker.io/rancher/hardened-kubernetes:v1.34.2-rke2r1-build20251112',
    ],
    ['k0s', 'its network', 'kube-system/kube-router-x2b4c quay.io/k0sproject/kube-router:v2.4.1'],
    [
      'microk8s',
      'its ingress',
      'ingress/nginx-ingress-microk8s-controller-x2b4c registry.k8s.io/ingress-nginx/controller:v1.12.1',
    ],
    ['minikube', 'its storage', 'kube-system/storage-provisioner gcr.io/k8s-minikube/storage-provisioner:v5'],
    [
      'kind',
      'its storage',
      'local-path-storage/local-path-provisioner-7b9c-x2b4c docker.io/kindest/local-path-provisioner:v20250214-acbabc1a',
    ],
    ['talos', 'its network', 'kube-system/kube-flannel-x2b4c ghcr.io/siderolabs/flannel:v0.26.7'],
    [
      'openshift',
      'what configures its machines',
      'openshift-machine-config-operator/machine-config-daemon-x2b4c quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0a',
    ],
    [
      undefined,
      'those of two distributions',
      'kube-system/kube-router-x2b4c quay.io/k0sproject/kube-router:v2.4.1',
      'kube-system/storage-provisioner gcr.io/k8s-minikube/storage-provisioner:v5',
    ],
  ])('tells %s by %s', async (distribution, _by, ...pods) => {
    const own = pods.map(each => {
      const [, namespace, name = '', image] = /^([^/]+)\/(\S+) (.+)$/.exec(each) ?? []
      return pod(name, undefined, {
        metadata: { name, namespace },
        spec: { nodeName: 'n1', containers: [{ name: 'c', image }] },
      })
    })
    const found = await readJson(listOf(failing('shop-1'), ...own), { namespaces: ['web'] })
    expect(found.distribution).toBe(distribution)
  })

  test('gives the failing pods and the objects they name', () => {
    expect(whole).toMatchObject({
      podCount: 2,
      pods: [{ name: 'shop-1' }],
      events: [
        { pod: 'shop-1', message: DENIED, fieldPath: 'spec.containers{c}' },
        { pod: 'shop-1', message: DENIED, fieldPath: 'spec.initContainers{i}' },
      ],
      pullSecrets: [
        { name: 'hub', problem: null, entries: [{ key: 'ghcr.io', username: 'me' }] },
        { name: 'lost', problem: 'missing', provenBy: 'dump' },
        { name: 'sa', problem: null },
      ],
      serviceAccounts: [{ name: 'default', imagePullSecrets: ['sa'] }],
      owners: [{ kind: 'ReplicaSet', controller: { kind: 'Deployment', name: 'shop' } }],
      nodes: [{ name: 'n1', runtime: 'cri-o://1.34.0' }],
      gaps: [],
    })
    expect(diagnose(whole).findings).toMatchObject([
      { pod: 'shop-1', cause: 'auth-required-or-denied', workload: { kind: 'Deployment', name: 'shop' } },
    ])
    expect(JSON.stringify(whole)).not.toMatch(/hunter2|aHVudGVyMi/)
  })

  const yaml = stringify(listOf(...OBJECTS))
  const indented = stringify(listOf(...OBJECTS), { indentSeq: true, indent: 4 })
  const flat = stringify(listOf(...OBJECTS), { indentSeq: false })
  const typed = [...Map.groupBy(OBJECTS, ({ kind }) => String(kind))].map(([kind, objects]) => ({
    apiVersion: objects[0]?.apiVersion,
    kind: `${kind}List`,
    items: objects.map(({ apiVersion: _a, kind: _k, ...rest }) => rest),
  }))
  const documents = OBJECTS.map(object => stringify(object))
  const first = '- apiVersion: v1\n'
  const aliased = flat
    .replaceAll(first, '- <<: *none\n  apiVersion: *version\n')
    .replace('- <<: *none\n  apiVersion: *version\n', '- apiVersion: &version v1\n')
    .replace(/^/, 'none: &none {}\n')
  test.each<[string, string | Buffer]>([
    ['pretty JSON', JSON.stringify(listOf(...OBJECTS), null, 4)],
    ['JSON documents one after another', OBJECTS.map(object => JSON.stringify(object)).join('\n')],
    ['a bare JSON array', JSON.stringify(OBJECTS)],
    [
      'lists within a list',
      JSON.stringify(listOf(listOf(...OBJECTS.slice(0, 3)), listOf(...OBJECTS.slice(3)))),
    ],
    ['typed lists within a list', JSON.stringify(listOf(...typed))],
    ['a YAML list', yaml],
    ['a YAML list, indented', indented],
    ['a YAML list as kubectl prints it', flat],
    ['YAML documents', `# a dump\n---\n${documents.join('---\n')}...\n`],
    ['a YAML list with CRLF', flat.replaceAll('\n', '\r\n')],
    ['YAML that is written like JSON', `# a dump\n${JSON.stringify(listOf(...OBJECTS))}`],
    [
      'YAML in braces, its keys without quotes',
      `{kind: List, apiVersion: v1, items: ${JSON.stringify(OBJECTS)}}`,
    ],
    ['YAML directives after empty lines', `\n\n%YAML 1.2\n---\n${flat}`],
    ['a YAML list within brackets', `apiVersion: v1\nitems: ${JSON.stringify(OBJECTS)}\nkind: List\n`],
    ['YAML items with aliases of others', aliased],
    ['a byte order mark', `\ufeff${JSON.stringify(listOf(...OBJECTS))}`],
    ['a byte order mark before YAML', `\ufeff${flat}`],
    ["PowerShell's UTF-16", Buffer.from(`\ufeff${JSON.stringify(listOf(...OBJECTS))}`, 'utf16le')],
    ["PowerShell's UTF-16 of YAML", Buffer.from(`\ufeff${flat}`, 'utf16le')],
  ])('reads the same as %s', async (_form, text) => {
    expect(await readText(text, undefined, 7)).toEqual(whole)
  })

  test.each([
    [
      'before',
      (kind: string, items: unknown[]) => ({ kind: `${kind}List`, apiVersion: 'v1', metadata: {}, items }),
    ],
    ['after', (kind: string, items: unknown[]) => ({ apiVersion: 'v1', items, kind: `${kind}List` })],
  ])('items without a kind get it from their list, which comes %s them', async (_where, list) => {
    const kinds = Map.groupBy(OBJECTS, ({ kind }) => String(kind))
    const lists = [...kinds].map(([kind, objects]) => ({
      ...list(
        kind,
        objects.map(({ apiVersion: _a, kind: _k, ...rest }) => rest),
      ),
      apiVersion: objects[0]?.apiVersion,
    }))
    expect(await readText(lists.map(one => JSON.stringify(one)).join('\n'))).toEqual(whole)
  })

  test('reads the same in any order and split into any files', async () => {
    const split = fc.tuple(
      fc.shuffledSubarray(OBJECTS, { minLength: OBJECTS.length }),
      fc.integer({ min: 1, max: 7 }),
    )
    await fc.assert(
      fc.asyncProperty(split, async ([objects, cut]) => {
        const texts = [objects.slice(0, cut), objects.slice(cut)].map(part => JSON.stringify(listOf(...part)))
        expect(await readText(texts.join('\n'))).toEqual(whole)
      }),
      { numRuns: 25 },
    )
    const files = Object.fromEntries(OBJECTS.map((object, index) => [`${index}.yaml`, stringify(object)]))
    const cwd = await folderOf(files)
    expect(await read({ cwd, files: ['.'] })).toEqual({ ...whole, source: { type: 'file', files: ['.'] } })
  })

  test.each([
    ['9', '10', 0],
    ['10', '9', 1],
    ['', '', 1],
  ])(
    'of a pod that is there twice the newest counts, once (failing %s, running %s)',
    async (old, now, found) => {
      const states = [
        failing('a', { metadata: { resourceVersion: old } }),
        pod('a', undefined, { metadata: { resourceVersion: now } }),
      ]
      for (const order of [states, states.toReversed()])
        expect(await readJson(listOf(...order))).toMatchObject({ podCount: 1, pods: { length: found } })
    },
  )

  test.each<[string, Json, string[]]>([
    ['that fails though the dump left out its node', failing('a', { spec: { nodeName: undefined } }), ['a']],
    ['that waits for its scheduler', { ...pod('a'), spec: {}, status: { phase: 'Pending' } }, []],
    [
      'that was evicted, despite its events',
      { ...failing('a'), status: { phase: 'Failed', reason: 'Evicted' } },
      [],
    ],
    ['that runs after a failed first attempt', pod('a'), []],
  ])('a pod %s', async (_what, object, names) => {
    const { pods, gaps } = await readJson(listOf(object, event('a', DENIED), pullSecret('s')))
    expect(pods.map(({ name }) => name)).toEqual(names)
    expect(gaps).toEqual([])
  })

  test('for a pod without a node, its events show what it waits for', async () => {
    const creating = pod('a', { reason: 'ContainerCreating', message: '' }, { spec: { nodeName: undefined } })
    expect(await readJson(listOf(creating, event('a', DENIED)))).toMatchObject({ pods: [{ name: 'a' }] })
    const conditions = [{ type: 'PodReadyToStartContainers', status: 'False' }]
    const bare = { ...creating, status: { phase: 'Pending', conditions } }
    expect(await readJson(listOf(bare, event('a', DENIED)))).toMatchObject({ pods: [{ name: 'a' }] })
  })

  test("a pod of which nothing has started for a minute needs events: without them it can't be called healthy", async () => {
    const gapsOf = async (createdAt: string, ...more: Json[]) => {
      const metadata = { creationTimestamp: createdAt }
      const creating = pod('a', { reason: 'ContainerCreating', message: '' }, { metadata })
      // A dump's time is the newest time in it.
      const newest = { kind: 'Node', metadata: { name: 'node-1', creationTimestamp: '2026-01-01T00:01:00Z' } }
      return (await readJson(listOf(creating, newest, ...more))).gaps
    }
    const [old, young] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z']
    expect(await gapsOf(old)).toMatchObject([{ what: 'events', why: 'absent' }])
    expect(await gapsOf(young)).toEqual([])
    expect(await gapsOf(old, event('b', DENIED))).toEqual([])
  })

  test('events of the newer API are read, and one in both APIs counts once', async () => {
    const { involvedObject: regarding, message: note, ...rest } = event('a', DENIED)
    const newer = { ...rest, apiVersion: 'events.k8s.io/v1', regarding, note }
    const { events } = await readJson(listOf(failing('a'), newer, event('a', DENIED)))
    expect(events).toMatchObject([{ message: DENIED }])
  })

  test('only pods in scope are read', async () => {
    const other = failing('b', { metadata: { namespace: 'other', labels: { app: 'b' } } })
    const dump = listOf(failing('a', { metadata: { labels: { app: 'a' } } }), pod('c'), other)
    const names = async (scope: Parameters<typeof readJson>[1]) => {
      const { pods, podCount } = await readJson(dump, scope)
      return [podCount, ...pods.map(({ name }) => name)]
    }
    expect(await names({ namespaces: null })).toEqual([3, 'b', 'a'])
    expect(await names({ namespaces: ['web'] })).toEqual([2, 'a'])
    expect(await names({ namespaces: null, labelSelector: 'app' })).toEqual([2, 'b', 'a'])
    expect(await names({ namespaces: ['web'], labelSelector: 'app notin (a)' })).toEqual([1])
    expect(await names({ namespaces: null, pod: 'c' })).toEqual([1, 'c'])
  })

  test('hostile content never causes a crash', async () => {
    const junk = fc.oneof(fc.anything({ maxDepth: 2 }), fc.constantFrom('__proto__', 'x', -1, null, [], {}))
    const hostile = OBJECTS.map(object =>
      fc.constantFrom(...Object.keys(object), 'metadata', '__proto__').chain(key =>
        junk
          .map(value => JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value) ?? '1'}}`))
          .map(spoilt => ({
            ...object,
            ...spoilt,
          })),
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.tuple(...hostile), async objects => {
        const snapshot = await readText(
          `${JSON.stringify(listOf(pod('fine'), ...objects, 1, null, [], '__proto__'))}`,
        )
        expect(snapshot.podCount).toBeGreaterThan(0)
        expect(snapshot.gaps).toContainEqual(expect.objectContaining({ what: 'pods', why: 'absent' }))
      }),
      { numRuns: 50 },
    )
  })
})

test('images that other pods have pulled are kept only for a failing one without a registry in its name', async () => {
  const others = [
    running('a', 'quay.io/acme/api:1'),
    running('b', 'redis:7'),
    running('c', 'quay.io/acme/api:1'),
  ]
  expect((await readJson(listOf(failing('shop'), ...others))).pulledImages).toEqual(['quay.io/acme/api:1'])
  expect(await readJson(listOf(lacking('quay.io/acme/web:1'), ...others))).not.toHaveProperty('pulledImages')
})

test('of the registries that containers run from, those are kept that a failing one is almost called like', async () => {
  const others = [running('a', 'registry.example:5000/acme/api:1'), running('b', 'quay.io/acme/api:1')]
  expect((await readJson(listOf(lacking('registry.example/acme/web:1'), ...others))).hostsBeside).toEqual([
    'registry.example:5000',
  ])
  expect(await readJson(listOf(failing('shop'), ...others))).not.toHaveProperty('hostsBeside')
})

test('images that were pulled without a pull secret are kept for a failing one at a registry that hides what it lacks', async () => {
  const others = [
    running('a', 'ghcr.io/acme/api:1'),
    running('b', 'ghcr.io/acme/own:1', { imagePullSecrets: [{ name: 'regcred' }] }),
    running('c', 'registry.example/acme/api:1'),
  ]
  const openFor = async (image: string) => (await readJson(listOf(lacking(image), ...others))).openImages
  expect(await openFor('ghcr.io/acme/web:1')).toEqual(['ghcr.io/acme/api:1'])
  expect(await openFor('registry.example/acme/web:1')).toBeUndefined()
})
