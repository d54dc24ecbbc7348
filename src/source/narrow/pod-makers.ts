/** Reads what made a pod, or operates it, by its labels, annotations, and name. */

import { record, text, texts } from '../../json/json-object.ts'
import type { PodMaker, PodOperator } from '../../snapshot/pod.ts'
import { KIND, type Marks } from './managers.ts'

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
