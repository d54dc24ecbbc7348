/** Images that left gcr.io, and Google's registries themselves. */

import { OPEN_AT_GCR } from '../cloud-registries.ts'
import type { MovedRow } from './moved-row.ts'

export const MOVED_FROM_GCR: readonly MovedRow[] = [
  {
    moves: { 'gcr.io/kubebuilder/kube-rbac-proxy': 'registry.k8s.io/kubebuilder/kube-rbac-proxy' },
    state: 'deleted',
    since: '2025-03-18',
    source: 'https://github.com/kubernetes/k8s.io/issues/6690',
  },
  // Google serves nothing of a project without billing.
  {
    moves: { 'gcr.io/zenika-hub/alpine-chrome': 'docker.io/zenika/alpine-chrome' },
    state: 'moved',
    since: '2026-08',
    source: 'https://github.com/karakeep-app/karakeep/issues/3000',
  },
  {
    moves: { 'gcr.io/tekton-releases': 'ghcr.io/tektoncd' },
    state: 'deleted',
    since: '2025-07',
    source: 'https://github.com/tektoncd/pipeline/issues/8870',
  },
  // The last releases are at the new places (kubernetes-sigs/vsphere-csi-driver#3160, kubernetes/cloud-provider-vsphere, README).
  {
    moves: {
      'gcr.io/cloud-provider-vsphere/csi/release/driver': 'registry.k8s.io/csi-vsphere/driver',
      'gcr.io/cloud-provider-vsphere/csi/release/syncer': 'registry.k8s.io/csi-vsphere/syncer',
      'gcr.io/cloud-provider-vsphere/cpi/release/manager':
        'registry.k8s.io/cloud-pv-vsphere/cloud-provider-vsphere',
      'gcr.io/cloud-provider-vsphere': null,
    },
    state: 'deleted',
    since: '2024-09-18',
    source: 'https://github.com/kubernetes-sigs/vsphere-csi-driver/issues/3053',
  },
  {
    moves: { 'gcr.io/kubernetes-helm/tiller': 'ghcr.io/helm/tiller' },
    state: 'moved',
    since: '2020-10-30',
    frozen: true,
    source: 'https://github.com/helm/helm/releases/tag/v2.17.0',
  },
  // The old name has version 1 only.
  {
    moves: {
      'gcr.io/cloudsql-docker/gce-proxy:2*': 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2*',
      'us.gcr.io/cloudsql-docker/gce-proxy:2*': 'us.gcr.io/cloud-sql-connectors/cloud-sql-proxy:2*',
      'eu.gcr.io/cloudsql-docker/gce-proxy:2*': 'eu.gcr.io/cloud-sql-connectors/cloud-sql-proxy:2*',
      'asia.gcr.io/cloudsql-docker/gce-proxy:2*': 'asia.gcr.io/cloud-sql-connectors/cloud-sql-proxy:2*',
    },
    state: 'moved',
    since: '2023-01-17',
    source: 'https://github.com/GoogleCloudPlatform/cloud-sql-proxy/issues/1686',
  },
  // Both are switched off for hours at a time, and for good in December 2026.
  {
    moves: { 'gcr.io/istio-release': 'docker.io/istio', 'registry.istio.io/release': 'docker.io/istio' },
    state: 'moved',
    since: '2026-08',
    source: 'https://istio.io/latest/news/releases/1.31.x/announcing-1.31/upgrade-notes/',
  },
  // Releases before 0.54 are still at the old place.
  {
    moves: { 'gcr.io/cadvisor/cadvisor': 'ghcr.io/google/cadvisor' },
    state: 'moved',
    since: '2025-12-02',
    onlyMissing: true,
    source: 'https://github.com/google/cadvisor/pull/3806',
  },
  {
    moves: { 'gcr.io/arrikto/kubeflow/oidc-authservice': 'docker.io/kubeflowmanifestswg/oidc-authservice' },
    state: 'deleted',
    since: '2024-08',
    frozen: true,
    source: 'https://github.com/awslabs/kubeflow-manifests/issues/823',
  },
  {
    moves: { 'gcr.io/arrikto': null },
    state: 'deleted',
    since: '2024-08',
    source: 'https://github.com/kubeflow/community-distribution/issues/2876',
  },
  {
    moves: { 'gcr.io/google-samples/gb-*': null, 'gcr.io/google_samples/gb-*': null },
    state: 'deleted',
    since: '2023-12',
    onlyMissing: true,
    source: 'https://github.com/kubernetes/website/issues/44415',
  },
  {
    moves: { 'gcr.io/heptio-images': null },
    state: 'deleted',
    since: '2025-05',
    source: 'https://github.com/replicatedhq/kURL/pull/5690',
  },
  // Copies for the builds of a release, which are deleted after some weeks.
  {
    moves: { 'gcr.io/k8s-staging-*': 'registry.k8s.io/*' },
    state: 'deleted',
    since: '2021-04',
    onlyMissing: true,
    source: 'https://github.com/kubernetes-sigs/nfs-subdir-external-provisioner/issues/86',
  },
  {
    moves: { 'gcr.io/kfserving': 'docker.io/kfserving' },
    state: 'deleted',
    since: '2022-06-01',
    frozen: true,
    source: 'https://github.com/kserve/kserve/issues/2241',
  },
  {
    moves: { 'gcr.io/knative-samples': 'ghcr.io/knative' },
    state: 'deleted',
    since: '2023-05-09',
    source: 'https://github.com/knative/docs/pull/5551',
  },
  {
    moves: { 'gcr.io/kuar-demo': null },
    state: 'deleted',
    since: '2025-08',
    source: 'https://github.com/kubernetes-up-and-running/kuard/issues/60',
  },
  // Rebuilds of Argo's own images for Kubeflow Pipelines, which uses the originals by now (kubeflow/pipelines#11600).
  {
    moves: { 'gcr.io/ml-pipeline/argoexec': null, 'gcr.io/ml-pipeline/workflow-controller': null },
    state: 'deleted',
    since: '2025-11',
    others: 'quay.io/argoproj',
    source: 'https://github.com/kubeflow/pipelines/issues/12422',
  },
  // Kubeflow Pipelines' own have other names there, from version 2.4 on.
  {
    moves: {
      'gcr.io/ml-pipeline/api-server': null,
      'gcr.io/ml-pipeline/cache-*': null,
      'gcr.io/ml-pipeline/frontend': null,
      'gcr.io/ml-pipeline/metadata-*': null,
      'gcr.io/ml-pipeline/persistenceagent': null,
      'gcr.io/ml-pipeline/scheduledworkflow': null,
      'gcr.io/ml-pipeline/viewer-crd-controller': null,
      'gcr.io/ml-pipeline/visualization-server': null,
    },
    state: 'deleted',
    since: '2025-11',
    onlyMissing: true,
    others: 'ghcr.io/kubeflow/kfp-*',
    source: 'https://github.com/kubeflow/pipelines/issues/11600',
  },
  {
    moves: { 'gcr.io/ml-pipeline': null },
    state: 'deleted',
    since: '2025-11',
    onlyMissing: true,
    source: 'https://github.com/kubeflow/pipelines/issues/12422',
  },
  {
    moves: { 'gcr.io/paketo-buildpacks': 'docker.io/paketobuildpacks' },
    state: 'deleted',
    since: '2025-05',
    source: 'https://blog.paketo.io/posts/paketo-gcr-registry-sunset/',
  },
  // Examples of applications named these; the operator's own images went to another place (kubeflow/spark-operator#2012).
  {
    moves: { 'gcr.io/spark-operator/spark': null, 'gcr.io/spark-operator/spark-py': null },
    state: 'deleted',
    since: '2023-10-19',
    onlyMissing: true,
    others: 'docker.io/apache/spark',
    source: 'https://github.com/kubeflow/spark-operator/issues/2012',
  },
  {
    moves: { 'gcr.io/spark-operator': null },
    state: 'deleted',
    since: '2023-10-19',
    onlyMissing: true,
    source: 'https://github.com/kubeflow/spark-operator/issues/1860',
  },
  {
    moves: {
      'k8s.gcr.io': 'registry.k8s.io',
      'gcr.io/google-containers': 'registry.k8s.io',
      'gcr.io/google_containers': 'registry.k8s.io',
    },
    // kubernetes/k8s.io#819, #1014, and k8s.gcr.io/Vanity-Domain-Flip.md there.
    copied: true,
    state: 'frozen',
    since: '2023-04-03',
    source: 'https://kubernetes.io/blog/2023/03/10/image-registry-redirect/',
  },
  {
    moves: { 'gcr.io': null },
    stays: OPEN_AT_GCR,
    state: 'succeeded',
    since: '2025-03-18',
    onlyMissing: true,
    source: 'https://docs.cloud.google.com/artifact-registry/docs/transition/prepare-gcr-shutdown',
  },
]
