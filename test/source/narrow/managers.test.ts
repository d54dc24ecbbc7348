/** Which tool manages an object, according to the labels and annotations that each tool sets. */
import { expect, test } from 'vitest'
import { managerOf } from '../../../src/source/narrow/managers.ts'
import { operatorIn } from '../../../src/source/narrow/pod-makers.ts'

const owned = (apiVersion: string, kind: string, controller = true) => ({
  ownerReferences: [{ apiVersion, kind, name: 'shop', controller }],
})
const helm = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'shop' },
}

test.each<[string, object, string | null]>([
  ['nothing', {}, null],
  [
    'a tracking id of Argo CD',
    { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:web/shop' } },
    'argocd shop',
  ],
  ['a label of Argo CD', { labels: { 'argocd.argoproj.io/instance': 'shop' } }, 'argocd shop'],
  [
    'the common label, with Argo CD among the writers',
    { labels: { 'app.kubernetes.io/instance': 'shop' }, managedFields: [{ manager: 'argocd-controller' }] },
    'argocd shop',
  ],
  ['the common label alone', { labels: { 'app.kubernetes.io/instance': 'shop' } }, null],
  [
    "Flux's Kustomization",
    {
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'apps',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
    },
    'flux flux-system/apps Kustomization',
  ],
  [
    "Flux's HelmRelease, before Helm",
    { ...helm, labels: { ...helm.labels, 'helm.toolkit.fluxcd.io/name': 'shop' } },
    'flux shop HelmRelease',
  ],
  ['Helm', helm, 'helm shop'],
  ['a Helm label without a release', { labels: helm.labels }, null],
  ['OLM', { labels: { 'olm.owner': 'etcd.v1' } }, 'olm etcd.v1'],
  ['a custom resource above it', owned('example.com/v1', 'Shop'), 'operator Shop/shop'],
  ['a custom resource that only refers to it', owned('example.com/v1', 'Shop', false), null],
  ['a built-in controller', owned('apps/v1', 'ReplicaSet'), null],
  ["one of Kubernetes' own groups", owned('node.k8s.io/v1', 'RuntimeClass'), null],
])('an object is managed by what its metadata proves: %s', (_name, metadata, manager) => {
  const found = managerOf({ metadata })
  expect(found && [found.tool, found.name, found.resource ?? []].flat().join(' ')).toBe(manager)
})

test.each<[string, Record<string, string>, ReturnType<typeof operatorIn>]>([
  [
    'an operator with a cluster and its kind',
    {
      'acme.example/service': 'events',
      'app.kubernetes.io/managed-by': 'strimzi-cluster-operator',
      'strimzi.io/cluster': 'ev',
      'strimzi.io/kind': 'Kafka',
    },
    {
      name: 'strimzi-cluster-operator',
      resource: { label: 'strimzi.io/cluster', kind: 'Kafka', name: 'ev' },
    },
  ],
  [
    'only a cluster, by the label of an operator',
    { 'postgres-operator.crunchydata.com/cluster': 'hippo' },
    {
      name: null,
      resource: { label: 'postgres-operator.crunchydata.com/cluster', kind: null, name: 'hippo' },
    },
  ],
  [
    'a service, whose kind is in the label',
    { 'serving.knative.dev/service': 'shop', 'app.kubernetes.io/managed-by': 'Helm' },
    {
      name: null,
      resource: { label: 'serving.knative.dev/service', kind: 'service.serving.knative.dev', name: 'shop' },
    },
  ],
  [
    'no operator',
    { app: 'shop', 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/managed-by': 'Helm' },
    null,
  ],
  [
    'names that could be read as flags',
    { 'app.kubernetes.io/managed-by': '--x-operator', 'a.example/cluster': '--all' },
    null,
  ],
])("a pod's labels can name %s", (_what, labels, operator) => {
  expect(operatorIn({ labels })).toEqual(operator)
})
