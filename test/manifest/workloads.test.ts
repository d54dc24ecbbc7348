/** Which workloads a file has, wherever they are, and where exactly each value is. */
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../src/manifest/document.ts'
import { createdByWorkflow } from '../../src/manifest/inline-manifest.ts'
import { objectsIn } from '../../src/manifest/pod-specs.ts'
import { workloadsOf } from '../audit/scopes.ts'

const spec = (indent: string) =>
  `${indent}containers:\n${indent}- name: a\n${indent}  image: acme/app:1.0.0\n`
const head = (apiVersion: string, kind: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`
const images = (yaml: string) =>
  workloadsOf(yaml).flatMap(({ kind, containers }) =>
    containers.map(({ kind: type, image }) => `${kind} ${type} ${image}`),
  )

test.each([
  ['v1', 'Pod', `spec:\n${spec('  ')}`],
  ['v1', 'ReplicationController', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  ['v1', 'PodTemplate', `template:\n  spec:\n${spec('    ')}`],
  ['apps/v1', 'Deployment', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  ['apps/v1', 'StatefulSet', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  ['apps/v1', 'DaemonSet', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  ['apps/v1', 'ReplicaSet', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  ['extensions/v1beta1', 'Deployment', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  ['batch/v1', 'Job', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  [
    'batch/v1beta1',
    'CronJob',
    `spec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n${spec('          ')}`,
  ],
  ['argoproj.io/v1alpha1', 'Rollout', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  ['serving.knative.dev/v1', 'Service', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  [
    'keda.sh/v1alpha1',
    'ScaledJob',
    `spec:\n  jobTargetRef:\n    template:\n      spec:\n${spec('        ')}`,
  ],
  ['apps.openshift.io/v1', 'DeploymentConfig', `spec:\n  template:\n    spec:\n${spec('      ')}`],
  [
    'jobset.x-k8s.io/v1alpha2',
    'JobSet',
    `spec:\n  replicatedJobs:\n  - name: r\n    template:\n      spec:\n        template:\n          spec:\n${spec('            ')}`,
  ],
  ['tekton.dev/v1', 'Task', 'spec:\n  steps:\n  - name: a\n    image: acme/app:1.0.0\n'],
  [
    'tekton.dev/v1',
    'Pipeline',
    'spec:\n  tasks:\n  - name: t\n    taskSpec:\n      steps:\n      - image: acme/app:1.0.0\n',
  ],
  [
    'argoproj.io/v1alpha1',
    'Workflow',
    'spec:\n  templates:\n  - name: t\n    container:\n      image: acme/app:1.0.0\n',
  ],
  [
    'argoproj.io/v1alpha1',
    'WorkflowTemplate',
    'spec:\n  templates:\n  - name: t\n    script: {image: acme/app:1.0.0}\n',
  ],
  [
    'argoproj.io/v1alpha1',
    'CronWorkflow',
    'spec:\n  workflowSpec:\n    templates:\n    - name: t\n      containerSet:\n        containers:\n        - {name: a, image: acme/app:1.0.0}\n',
  ],
  [
    'argoproj.io/v1alpha1',
    'ClusterWorkflowTemplate',
    'spec:\n  templates:\n  - name: t\n    steps:\n    - - name: s\n        inline:\n          container: {image: acme/app:1.0.0}\n',
  ],
  [
    'numaflow.numaproj.io/v1alpha1',
    'MonoVertex',
    'spec:\n  sink:\n    udsink:\n      container: {image: acme/app:1.0.0}\n',
  ],
  ['serving.kserve.io/v1alpha1', 'ClusterStorageContainer', 'spec:\n  container: {image: acme/app:1.0.0}\n'],
])('%s %s', (apiVersion, kind, body) => {
  expect(images(head(apiVersion, kind) + body)).toEqual([`${kind} container acme/app:1.0.0`])
})

test('every kind of container, and image volumes', () => {
  const yaml = `${head('v1', 'Pod')}spec:
  initContainers:
  - {name: i, image: "i:1"}
  - {name: s, image: "s:1", restartPolicy: Always}
  containers:
  - {name: c, image: "c:1"}
  ephemeralContainers:
  - {name: e, image: "e:1"}
  volumes:
  - {name: v, image: {reference: "v:1", pullPolicy: Always}}
  - {name: w, emptyDir: {}}
`
  expect(images(yaml)).toEqual([
    'Pod init i:1',
    'Pod sidecar s:1',
    'Pod container c:1',
    'Pod ephemeral e:1',
    'Pod volume v:1',
  ])
})

test('every pod of a custom object is read, also one inside another', () => {
  const serving = `${head('serving.kserve.io/v1alpha1', 'ServingRuntime')}spec:
  containers: [{name: a, image: "a:1"}]
  workerSpec:
    containers: [{name: b, image: "b:1"}]
`
  expect(images(serving)).toEqual(['ServingRuntime container a:1', 'ServingRuntime container b:1'])
  const collector = `${head('opentelemetry.io/v1beta1', 'OpenTelemetryCollector')}spec:
  initContainers: [{name: i, image: "i:1"}]
  additionalContainers: [{name: c, image: "c:1"}]
`
  expect(images(collector)).toEqual([
    'OpenTelemetryCollector init i:1',
    'OpenTelemetryCollector container c:1',
  ])
  const database = `${head('acid.zalan.do/v1', 'postgresql')}spec:
  sidecars: [{name: s, image: "s:1"}]
`
  expect(images(database)).toEqual(['postgresql sidecar s:1'])
  const vertex = `${head('numaflow.numaproj.io/v1alpha1', 'MonoVertex')}spec:
  initContainers: [{name: i, image: "i:1"}]
  sidecars: [{name: s, image: "s:1"}]
  source:
    udsource: {container: {image: "u:1"}}
`
  expect(images(vertex)).toEqual([
    'MonoVertex init i:1',
    'MonoVertex sidecar s:1',
    'MonoVertex container u:1',
  ])
})

describe('what is a workload', () => {
  test.each([
    ['values of a chart', 'image: nginx\nreplicas: 3\n'],
    ['a docker compose file', 'services:\n  web:\n    image: nginx\n'],
    ['a GitHub workflow', 'on: push\njobs:\n  a:\n    container: {image: nginx}\n    steps: [{run: ls}]\n'],
    [
      'a ConfigMap with a manifest in it',
      `${head('v1', 'ConfigMap')}data:\n  a: |\n    containers:\n    - image: nginx\n`,
    ],
    [
      'a definition of a kind',
      `${head('apiextensions.k8s.io/v1', 'CustomResourceDefinition')}spec:\n  containers:\n  - {name: a, image: nginx}\n`,
    ],
    [
      'a definition of a kind of another system',
      `${head('x.example.com/v1', 'Blueprint')}spec:\n  openAPIV3Schema:\n    containers:\n    - {image: string}\n`,
    ],
    [
      'a policy with a pattern of pods',
      `${head('kyverno.io/v1', 'ClusterPolicy')}spec:\n  rules:\n  - validate:\n      pattern:\n        spec:\n          containers:\n          - image: "*:*"\n`,
    ],
    [
      'a change that a policy makes to pods',
      `${head('mutations.gatekeeper.sh/v1', 'Assign')}spec:\n  containers:\n  - {name: a, image: nginx}\n`,
    ],
    [
      'a kustomize patch without images',
      `${head('apps/v1', 'Deployment')}spec:\n  template:\n    spec:\n      containers:\n      - name: a\n        env: []\n`,
    ],
    ['nothing', ''],
    ['a list', '- a\n- b\n'],
  ])('is not %s', (_what, yaml) => {
    expect(workloadsOf(yaml)).toEqual([])
  })

  test('is each item of a List, whether it says its kind or not', () => {
    const pod = '{metadata: {name: p}, spec: {containers: [{name: a, image: "x:1"}]}}'
    const typed = pod.replace('{metadata', '{apiVersion: v1, kind: Pod, metadata')
    expect(images(`apiVersion: v1\nkind: List\nitems:\n- ${typed}\n- ${typed}\n`)).toHaveLength(2)
    expect(images(`apiVersion: v1\nkind: PodList\nitems:\n- ${pod}\n`)).toHaveLength(1)
  })
})

test('every value has its line and column, from 1', () => {
  const yaml = `# a\n---\n${head('apps/v1', 'Deployment')}spec:
  template:
    spec:
      serviceAccountName: robot
      imagePullSecrets:
      - name: hub
      containers:
      - image: "nginx:1"
        name: a
        imagePullPolicy: Always
`
  const [workload] = workloadsOf(yaml)
  expect(workload).toMatchObject({
    name: 'x',
    place: { line: 4, column: 7 },
    serviceAccount: { value: 'robot', place: { line: 9, column: 27 } },
    pullSecrets: [{ value: 'hub', place: { line: 11, column: 15 } }],
    containers: [
      {
        imagePlace: { line: 13, column: 16, endLine: 13, endColumn: 25 },
        policyPlace: { line: 15, column: 26, endLine: 15, endColumn: 32 },
        pointer: ['spec', 'template', 'spec', 'containers', 0],
      },
    ],
    podPointer: ['spec', 'template', 'spec'],
  })
})

test('aliases and merged objects are followed to what is written', () => {
  const yaml = `${head('v1', 'Pod')}spec:
  x: &base {image: "b:1", imagePullPolicy: Always}
  containers:
  - {<<: *base, name: a}
  - name: c
    image: &i "i:1"
  - {name: d, image: *i}
`
  const [workload] = workloadsOf(yaml)
  expect(workload?.containers.map(({ name, image, pullPolicy }) => [name, image, pullPolicy])).toEqual([
    ['a', 'b:1', 'Always'],
    ['c', 'i:1', null],
    ['d', 'i:1', null],
  ])
})

test('an absurdly long image is cut, and so is no name', () => {
  const [workload] = workloadsOf(
    `${head('v1', 'Pod')}spec: {containers: [{name: a, image: "${'a/'.repeat(50_000)}b"}]}\n`,
  )
  expect(workload?.containers[0]?.image).toHaveLength(1025)
})

test.each([
  ['sparkoperator.k8s.io/v1beta2', 'SparkApplication', 'image: acme/app:1.0.0, imagePullPolicy: Always'],
  ['monitoring.coreos.com/v1', 'Prometheus', 'image: acme/app:1.0.0, version: 1.0.0, replicas: 2'],
  ['ceph.rook.io/v1', 'CephCluster', 'cephVersion: {image: acme/app:1.0.0}'],
  ['postgresql.cnpg.io/v1', 'Cluster', 'imageName: acme/app:1.0.0, instances: 3'],
  ['operators.coreos.com/v1alpha1', 'CatalogSource', 'sourceType: grpc, image: acme/app:1.0.0'],
  ['kubevirt.io/v1', 'VirtualMachine', 'volumes: [{name: disk, containerDisk: {image: acme/app:1.0.0}}]'],
  ['agent.k8s.elastic.co/v1alpha1', 'Agent', 'version: 1.0.0, image: acme/app:1.0.0, mode: fleet'],
  ['scorecard.operatorframework.io/v1', 'Configuration', 'tests: [{entrypoint: [a], image: acme/app:1.0.0}]'],
])('an image that an operator runs is read: %s %s', (apiVersion, kind, spec) => {
  const [workload, ...others] = workloadsOf(`${head(apiVersion, kind)}spec: {${spec}}\n`)
  expect(others).toEqual([])
  expect(workload?.containers.map(({ image }) => image)).toEqual(['acme/app:1.0.0'])
  // The operator chooses the service account, and the place of a pull policy.
  expect(workload?.serviceAccount.value).toBe('')
  expect(workload?.containers[0]?.keys.policy).toBe(kind === 'SparkApplication' ? 'imagePullPolicy' : null)
})

test.each([
  [
    'a name to push to',
    'kafka.strimzi.io/v1',
    'KafkaConnect',
    'output: {type: docker, image: acme/app:1.0.0}',
  ],
  [
    'a part of a name',
    'airflow.apache.org/v1',
    'AirflowCluster',
    'image: acme/app, version: "2", replicas: 1',
  ],
  ['an image with its tag beside it', 'a.example/v1', 'App', 'image: acme/app, tag: "2", replicas: 1'],
  ['values of a chart', 'helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'image: acme/app, resources: {}'],
  ['values of a chart', 'a.example/v1', 'Addon', 'values: {image: acme/app, resources: {}}'],
  ['a picture', 'a.example/v1', 'App', 'image: "https://a.example/logo.png", resources: {}'],
  ['a path', 'a.example/v1', 'App', 'image: /disks/root.img, resources: {}'],
  ['an image to build', 'kpack.io/v1alpha2', 'Image', 'image: acme/app:1.0.0'],
  ['an image to scan', 'a.example/v1', 'ScanJob', 'image: acme/app:1.0.0'],
  ['a package of another registry', 'pkg.crossplane.io/v1', 'Provider', 'package: acme/app:1.0.0'],
  ['the system of a machine', 'infrastructure.cluster.x-k8s.io/v1', 'M', 'image: a/b:1, resources: {}'],
])('%s is not an image that an operator runs: %s %s', (_what, apiVersion, kind, spec) => {
  expect(images(`${head(apiVersion, kind)}spec: {${spec}}\n`)).toEqual([])
})

test('an image that ytt fills in by a comment is a placeholder, and one without a value is none', () => {
  const pod = (image: string) =>
    `${head('v1', 'Pod')}spec:\n  containers:\n  - name: a\n    image: ${image}\n`
  const [workload] = workloadsOf(pod('#@ data.values.image'))
  expect(workload?.containers).toMatchObject([{ name: 'a', placeholder: true }])
  expect(workloadsOf(pod('# from a patch'))).toEqual([])
})

test('the package of a Crossplane provider is an image, whose policy has a key of its own', () => {
  const [workload] = workloadsOf(
    `${head('pkg.crossplane.io/v1', 'Provider')}spec: {package: "xpkg.crossplane.io/acme/app:v1", packagePullPolicy: Always}\n`,
  )
  expect(workload?.containers).toMatchObject([
    {
      image: 'xpkg.crossplane.io/acme/app:v1',
      pullPolicy: 'Always',
      keys: { image: 'package', policy: 'packagePullPolicy' },
    },
  ])
})

describe('an image that OpenShift replaces by that of an image stream is a placeholder', () => {
  const template = 'template: {spec: {containers: [{name: a, image: x}, {name: b, image: x}]}}'
  const placeholders = (yaml: string) =>
    workloadsOf(yaml).flatMap(({ containers }) =>
      containers.filter(each => each.placeholder).map(each => each.name),
    )
  const change = (automatic: boolean) =>
    `{type: ImageChange, imageChangeParams: {automatic: ${automatic}, containerNames: [b]}}`
  test.each([
    ['a trigger', true, ['b']],
    ['a trigger that waits for somebody', false, []],
  ])('%s', (_what, automatic, expected) => {
    const config = `${head('apps.openshift.io/v1', 'DeploymentConfig')}spec: {triggers: [{type: ConfigChange}, ${change(automatic)}], ${template}}\n`
    expect(placeholders(config)).toEqual(expected)
  })

  test('a trigger of one object in a template, for that object only', () => {
    const config = (trigger: string) =>
      `{apiVersion: apps.openshift.io/v1, kind: DeploymentConfig, spec: {triggers: [${trigger}], ${template}}}`
    const all = `${head('template.openshift.io/v1', 'Template')}objects: [${config('')}, ${config(change(true))}]\n`
    expect(placeholders(all)).toEqual(['b'])
  })

  const annotated = (trigger: object) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations:\n    image.openshift.io/triggers: '${JSON.stringify([trigger])}'\nspec: {${template}}\n`
  test.each<[object, string[]]>([
    [{ fieldPath: 'spec.template.spec.containers[?(@.name=="a")].image' }, ['a']],
    [{ fieldPath: 'spec.template.spec.containers[1].image' }, ['b']],
    [{ fieldPath: 'spec.template.spec.containers[1].image', paused: 'true' }, []],
  ])('the annotation %j', (trigger, expected) => {
    expect(placeholders(annotated(trigger))).toEqual(expected)
  })
})

test('what a workflow creates is read, with its places in the file', () => {
  const yaml = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec:
  templates:
  - name: create
    resource:
      action: create
      manifest: |

        apiVersion: batch/v1
        kind: Job
        metadata: {generateName: j-}
        spec: {template: {spec: {containers: [{name: a, image: "acme/app:1"}]}}}
  - name: fold
    resource: {manifest: "apiVersion: v1"}
`
  const { documents, placeOf } = readManifest(yaml.replaceAll('\n', '\r\n'))
  const file = { path: 'w.yaml', text: yaml.replaceAll('\n', '\r\n'), placeOf }
  const found = documents.flatMap(objectsIn).flatMap(object => createdByWorkflow(object, file))
  expect(found.map(({ kind, writtenIn, podPointer }) => [kind, writtenIn, podPointer])).toEqual([
    ['Job', 'text', null],
  ])
  expect(found[0]?.containers).toMatchObject([{ image: 'acme/app:1', imagePlace: { line: 14, column: 64 } }])
})
