/** Where custom resources have the pull secrets that their operators give to pods: an operator overwrites what is changed in its pods' accounts and templates. */

const STRIMZI = 'or for all pods of the operator, in its variable STRIMZI_IMAGE_PULL_SECRETS'

const TIGERA = 'by the name of a secret in namespace tigera-operator'

/** By group, or by group and kind. */
const FIELDS: Partial<Record<string, string>> = {
  // docs.tigera.io/calico/latest/reference/installation/api, InstallationSpec. The other kinds have none of their own (tigera/operator, GetNetworkingPullSecrets).
  'operator.tigera.io/Installation': `spec.imagePullSecrets, ${TIGERA}`,
  'operator.tigera.io': `spec.imagePullSecrets of Installation default, ${TIGERA}`,
  // strimzi.io/docs, PodTemplate schema reference.
  'kafka.strimzi.io': `spec.template.pod.imagePullSecrets, ${STRIMZI}`,
  'kafka.strimzi.io/Kafka': `template.pod.imagePullSecrets of spec.kafka, spec.entityOperator, or the pod's own part of spec, ${STRIMZI}`,
  // elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/customize-pods.
  'elasticsearch.k8s.elastic.co': 'podTemplate.spec.imagePullSecrets of each of spec.nodeSets',
  'kibana.k8s.elastic.co': 'spec.podTemplate.spec.imagePullSecrets',
  // prometheus-operator.dev/docs/api-reference.
  'monitoring.coreos.com': 'spec.imagePullSecrets',
  // cloudnative-pg.io/documentation, ClusterSpec.
  'postgresql.cnpg.io/Cluster': 'spec.imagePullSecrets',
  // access.crunchydata.com/documentation/postgres-operator, private registries.
  'postgres-operator.crunchydata.com/PostgresCluster': 'spec.imagePullSecrets',
  // rabbitmq.com/kubernetes/operator, image pull secrets.
  'rabbitmq.com/RabbitmqCluster': 'spec.imagePullSecrets',
  // cert-manager.io/docs/releases/release-notes/release-notes-1.12 (cert-manager/cert-manager#5801).
  'acme.cert-manager.io/Challenge':
    'spec.acme.solvers[].http01.ingress.podTemplate.spec.imagePullSecrets of its Issuer or ClusterIssuer, from cert-manager 1.12 on',
  // kubeflow/spark-operator, docs/api-docs.md.
  'sparkoperator.k8s.io': 'spec.imagePullSecrets',
  // olm.operatorframework.io/docs, private catalog registry.
  'operators.coreos.com/CatalogSource': 'spec.secrets',
  // docs.crossplane.io, packages.
  'pkg.crossplane.io': 'spec.packagePullSecrets of the Provider, Function, or Configuration above it',
}

/** Returns that field of a custom resource; null if it is not known. */
export function pullSecretField({ group = '', kind }: { group?: string; kind: string }): string | null {
  return FIELDS[`${group}/${kind}`] ?? FIELDS[group] ?? null
}
