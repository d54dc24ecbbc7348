/**
 * Reads how controllers and tools mark objects, by labels, annotations, and names: the revision of a template, an object's manager, and
 * what made a pod.
 */

import { list, record, text, textOrNull, texts } from '../../json/json-object.ts'
import type { StoredMetadata } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import type { ObjectManager } from '../../snapshot/fix-objects.ts'
import type { PodMaker, PodOperator } from '../../snapshot/pod.ts'

interface Marked {
  labels?: unknown
  annotations?: unknown
}

/** Returns the number that a Deployment has, or that one of its ReplicaSets got from it, as text. */
export function deploymentRevision({ annotations }: Marked): string | null {
  return textOrNull(record(annotations)['deployment.kubernetes.io/revision'])
}

/** Returns the hash that a Deployment puts on its ReplicaSets and pods. */
export function templateHash({ labels }: Marked): string | null {
  return textOrNull(record(labels)['pod-template-hash'])
}

/** Returns the DeploymentConfig that OpenShift notes on its ReplicationControllers and their pods (openshift/api, apps/v1/consts.go). */
export function deploymentConfig({ annotations }: Marked): string | null {
  return textOrNull(narrowName(record(annotations)['openshift.io/deployment-config.name']))
}

/** Returns the hash that a StatefulSet or a DaemonSet puts on its ControllerRevisions and pods. */
export function controllerRevisionHash({ labels }: Marked): string | null {
  return textOrNull(record(labels)['controller-revision-hash'])
}

/** Returns the generation of a DaemonSet's template: its own, or the one that it puts on its pods (k8s.io/api, apps/v1/types.go). */
export function templateGeneration({ labels, annotations }: Marked): string | null {
  const own = textOrNull(record(annotations)['deprecated.daemonset.template.generation'])
  return own ?? textOrNull(record(labels)['pod-template-generation'])
}

/** Returns the hash by which a pod belongs to a revision. */
export function revisionHash(metadata: Marked): string | null {
  return controllerRevisionHash(metadata) ?? templateHash(metadata)
}

type Metadata = Pick<StoredMetadata, 'labels' | 'annotations' | 'ownerReferences' | 'managedFields'>

/**
 * Returns the object's manager, by the labels and annotations that each tool sets; null if nothing claims it. A deployer that renders a
 * Helm chart (Argo CD, Flux) takes precedence over Helm, because changes have to be made there.
 */
export function managerOf({ metadata }: { metadata: Metadata }): ObjectManager | null {
  const manager = claimOn(metadata)
  return manager && { ...manager, name: narrowName(manager.name) }
}

/** The same for metadata of unknown JSON, without a custom controller above the object, which is its owner in any case. */
export function managerIn(metadata: Record<string, unknown>): ObjectManager | null {
  return managerOf({
    metadata: {
      labels: texts(metadata.labels),
      annotations: texts(metadata.annotations),
      managedFields: list(metadata.managedFields).map(field => ({ manager: text(record(field).manager) })),
    },
  })
}

function claimOn(metadata: Metadata): ObjectManager | null {
  const labels = metadata.labels ?? {}
  const annotations = metadata.annotations ?? {}
  return (
    argoCd(labels, annotations, metadata.managedFields ?? []) ??
    flux(labels) ??
    olm(labels) ??
    helm(labels, annotations) ??
    operator(metadata)
  )
}

type Marks = Record<string, string>

function argoCd(labels: Marks, annotations: Marks, fields: { manager?: string }[]): ObjectManager | null {
  // The tracking id is `app:group/Kind:namespace/name` (argo-cd docs, resource tracking).
  const tracked = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0]
  const labelled = labels['argocd.argoproj.io/instance']
  // Argo CD's default tracking label is also set by Helm charts, so it counts only if Argo CD is among the field managers.
  const written = fields.some(({ manager }) => manager?.startsWith('argocd') ?? false)
  const name = tracked ?? labelled ?? (written ? labels['app.kubernetes.io/instance'] : undefined)
  return name === undefined ? null : { tool: 'argocd', name }
}

function flux(labels: Marks): ObjectManager | null {
  const [resource, group] =
    labels['kustomize.toolkit.fluxcd.io/name'] === undefined
      ? (['HelmRelease', 'helm'] as const)
      : (['Kustomization', 'kustomize'] as const)
  const name = labels[`${group}.toolkit.fluxcd.io/name`]
  const namespace = labels[`${group}.toolkit.fluxcd.io/namespace`]
  if (name === undefined) return null
  return { tool: 'flux', name: namespace === undefined ? name : `${namespace}/${name}`, resource }
}

function olm(labels: Marks): ObjectManager | null {
  const name = labels['olm.owner']
  return name === undefined ? null : { tool: 'olm', name }
}

/** A package as OLM copies it from the ClusterServiceVersion into the pods' template; others that it needs have another type. */
const PACKAGE = /"type":"olm\.package","value":\{"packageName":"([a-z0-9][-a-z0-9.]{0,252})"/

/** Returns the package that OLM installed a pod's workload from, by the annotations that it puts on the pods; null without them. */
export function packageOf({ annotations }: Marked): ObjectManager | null {
  const marks = record(annotations)
  const [, name] = PACKAGE.exec(text(marks['operatorframework.io/properties'])) ?? []
  return marks['olm.operatorNamespace'] === undefined || name === undefined ? null : { tool: 'olm', name }
}

/** Helm's own rule for release names (helm pkg/chart/common/util). The annotation is untrusted: `--option` would be parsed as a flag. */
const RELEASE = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const KIND = /^[A-Za-z][A-Za-z0-9]*$/

function helm(labels: Marks, annotations: Marks): ObjectManager | null {
  const name = annotations['meta.helm.sh/release-name']
  return labels['app.kubernetes.io/managed-by'] === 'Helm' && name !== undefined && RELEASE.test(name)
    ? { tool: 'helm', name }
    : null
}

/** A controller of a custom kind reverts changes to the objects it created. */
function operator({ ownerReferences }: Metadata): ObjectManager | null {
  const owner = ownerReferences?.find(({ controller }) => controller === true)
  if (!owner?.kind || !KIND.test(owner.kind) || isKubernetesGroup(owner.apiVersion ?? '')) return null
  return { tool: 'operator', name: `${owner.kind}/${owner.name ?? ''}` }
}

/** Whether the group is Kubernetes' own, also for kinds that pullguard does not know: `v1`, `apps/v1`, `batch/v1`, and groups below k8s.io. */
export function isKubernetesGroup(apiVersion: string): boolean {
  const [group = '', version] = apiVersion.split('/')
  return version === undefined || !group.includes('.') || group.endsWith('.k8s.io')
}

/** Labels by which an operator marks what it makes of one custom resource: `strimzi.io/cluster`, `serving.knative.dev/service`. */
const OF_RESOURCE =
  /^((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24})\/(cluster|cluster-?name|instance|instance-?name|cr|cr-?name|name|service)$/i
/** Labels that Kubernetes, Helm, service meshes, and clouds put on any pod. */
const OF_ANYONE =
  /(?:^|\.)(?:kubernetes\.io|k8s\.io|helm\.sh|istio\.io|linkerd\.io|amazonaws\.com|azure\.com|google\.com)$/
const OPERATOR = /(?:operator|controller)$/i
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

/** Returns the operator that a pod's labels name; null without one. Labels are untrusted, so only names that can't be flags are kept. */
export function operatorIn(metadata: Record<string, unknown>): PodOperator | null {
  const labels = texts(metadata.labels)
  const by = labels['app.kubernetes.io/managed-by'] ?? ''
  const name = OPERATOR.test(by) && NAME.test(by.toLowerCase()) ? by : null
  const resources = Object.entries(labels).flatMap(entry => resourceOf(entry, labels))
  // `strimzi.io/cluster` beside `strimzi-cluster-operator`: anybody may have put other labels there.
  const isNamed = ({ label }: { label: string }) =>
    name?.includes(/([^.]+)\.[^.]+\//.exec(label)?.[1] ?? '/') === true
  const resource = resources.find(isNamed) ?? resources[0] ?? null
  return name === null && resource === null ? null : { name, resource }
}

function resourceOf([label, name]: [string, string], labels: Marks): NonNullable<PodOperator['resource']>[] {
  const [, domain = '', what = ''] = OF_RESOURCE.exec(label) ?? []
  if (domain === '' || OF_ANYONE.test(domain) || !NAME.test(name)) return []
  const named = labels[`${domain}/kind`] ?? ''
  const kind = KIND.test(named) ? named : what === 'service' ? `service.${domain}` : null
  return [{ label, kind, name }]
}

/**
 * Whether the pod answers for the cluster's own DNS Service, by the labels of kubeadm and most distributions, of CoreDNS' chart, and of
 * OpenShift (kubernetes/kubernetes, cluster/addons/dns; coredns/helm; openshift/cluster-dns-operator).
 */
export function servesDns({ labels }: Record<string, unknown>): boolean {
  const marks = record(labels)
  const app = marks['k8s-app']
  return (
    app === 'kube-dns' ||
    (app === 'coredns' && marks['kubernetes.io/cluster-service'] === 'true') ||
    Object.hasOwn(marks, 'dns.operator.openshift.io/daemonset-dns')
  )
}

/** Kinds that replace their pods and can be changed, so that no program waits for one of them. */
const REPLACING = /^(?:ReplicaSet|ReplicationController|StatefulSet|DaemonSet)$/

/** The maker of a pod from its metadata and its controller's kind; null if the pod shows none. */
export function makerOf(metadata: Record<string, unknown>, ownerKind: string | null): PodMaker | null {
  if (ownerKind !== null && REPLACING.test(ownerKind)) return null
  const marks = { ...record(metadata.annotations), ...record(metadata.labels) }
  const has = (mark: string) => Object.hasOwn(marks, mark)
  const found = MAKERS.find(([, { name, marked, owner, alone }]) => {
    if (alone === true && ownerKind !== null) return false
    return (
      name?.test(text(metadata.name)) === true ||
      owner === (ownerKind ?? '') ||
      marked?.some(group => group.every(has)) === true
    )
  })
  return found === undefined ? null : found[0]
}

interface MakerMarks {
  name?: RegExp
  /** The labels or annotations of any of these groups, each whole. */
  marked?: string[][]
  owner?: string
  /** Only pods without a controller: others with these marks are made of an object that can be changed. */
  alone?: boolean
}

/** The order matters only where one program runs in the pods of another. */
const MAKERS: [PodMaker, MakerMarks][] = [
  // docs.gitlab.com/runner/executors/kubernetes, "Default labels for job pods"; earlier versions set only the name.
  [
    'gitlab-runner',
    {
      name: /^runner-[\w-]+-project-\d+-concurrent-\d/,
      marked: [['job.runner.gitlab.com/pod']],
      alone: true,
    },
  ],
  // The Kubernetes plugin of Jenkins; its earlier releases set the label jenkins: slave, and builds add the annotation (jenkinsci/kubernetes-plugin).
  ['jenkins', { marked: [['jenkins/label'], ['jenkins', 'runUrl']], alone: true }],
  // Actions Runner Controller, and the pods of jobs with a container (actions/runner-container-hooks).
  [
    'github-actions',
    {
      owner: 'EphemeralRunner',
      marked: [['actions.github.com/scale-set-name', 'actions-ephemeral-runner'], ['runner-pod']],
    },
  ],
  // KubernetesExecutor and KubernetesPodOperator.
  [
    'airflow',
    {
      marked: [
        ['dag_id', 'task_id', 'airflow_version'],
        ['dag_id', 'task_id', 'run_id'],
      ],
      alone: true,
    },
  ],
  // KubeSpawner; the hub itself and its proxy have a Deployment.
  ['jupyterhub', { marked: [['hub.jupyter.org/username']], alone: true }],
  // spark-submit: executors are owned by their driver.
  ['spark', { marked: [['spark-role', 'spark-app-selector']] }],
  ['kubectl-debug', { name: /^node-debugger-/, alone: true }],
  // What these put on the pods that they copy out of a virtual cluster (loft-sh/vcluster, util/translate; rancher/k3k, translate/host.go).
  [
    'vcluster',
    {
      marked: [
        ['vcluster.loft.sh/managed-by', 'vcluster.loft.sh/namespace'],
        ['vcluster.loft.sh/managed-by', 'vcluster.loft.sh/object-namespace'],
      ],
    },
  ],
  // Its Job belongs to the ConfigMap that receives what the bundle holds (operator-framework/operator-lifecycle-manager, bundle_unpacker.go).
  ['olm', { marked: [['operatorframework.io/bundle-unpack-ref']] }],
  ['k3k', { marked: [['k3k.io/clusterName', 'k3k.io/namespace']] }],
]
