/** Images that left Docker Hub or Quay, or have another name there now. Rows are in the order of the old names. */

import type { MovedRow } from './moved-row.ts'

export const MOVED_FROM_HUBS: readonly MovedRow[] = [
  {
    moves: { 'docker.io/ansible/ansible-runner': 'quay.io/ansible/ansible-runner' },
    state: 'deleted',
    since: '2022-04',
    source: 'https://github.com/ansible/ansible-runner/issues/1044',
  },
  {
    moves: { 'docker.io/argoproj': 'quay.io/argoproj' },
    state: 'moved',
    since: '2021',
    onlyMissing: true,
    source: 'https://github.com/argoproj/argo-workflows/pull/14457',
  },
  {
    moves: { 'docker.io/argoprojlabs': 'quay.io/argoprojlabs' },
    state: 'moved',
    since: '2022-06',
    onlyMissing: true,
    source: 'https://github.com/argoproj-labs/argocd-image-updater/issues/445',
  },
  {
    moves: { 'docker.io/ceph': 'quay.io/ceph' },
    state: 'moved',
    since: '2021-08',
    onlyMissing: true,
    source: 'https://github.com/ceph/ceph-container/issues/1834',
  },
  {
    moves: { 'docker.io/chartmuseum/chartmuseum': 'ghcr.io/helm/chartmuseum' },
    state: 'moved',
    since: '2021-02',
    onlyMissing: true,
    source: 'https://github.com/helm/chartmuseum/issues/416',
  },
  {
    moves: { 'docker.io/datawire/tel2': 'ghcr.io/telepresenceio/tel2' },
    state: 'moved',
    since: '2024-08-11',
    onlyMissing: true,
    source: 'https://github.com/telepresenceio/telepresence/pull/3662',
  },
  {
    moves: { 'docker.io/debezium': 'quay.io/debezium' },
    state: 'moved',
    since: '2025-01-21',
    onlyMissing: true,
    source: 'https://github.com/debezium/container-images/pull/417',
  },
  {
    moves: {
      'docker.io/directxman12/k8s-prometheus-adapter':
        'registry.k8s.io/prometheus-adapter/prometheus-adapter',
      'docker.io/directxman12/k8s-prometheus-adapter-amd64':
        'registry.k8s.io/prometheus-adapter/prometheus-adapter',
      'quay.io/coreos/k8s-prometheus-adapter-amd64': 'registry.k8s.io/prometheus-adapter/prometheus-adapter',
    },
    state: 'moved',
    since: '2021-08',
    onlyMissing: true,
    source: 'https://github.com/kubernetes-sigs/prometheus-adapter/pull/419',
  },
  {
    moves: { 'docker.io/getsentry': 'ghcr.io/getsentry' },
    state: 'moved',
    since: '2025-08',
    onlyMissing: true,
    source: 'https://github.com/getsentry/self-hosted/releases/tag/25.8.0',
  },
  {
    moves: {
      'docker.io/godaddy/kubernetes-external-secrets': 'ghcr.io/external-secrets/kubernetes-external-secrets',
    },
    state: 'deleted',
    since: '2022-05',
    frozen: true,
    source: 'https://github.com/external-secrets/kubernetes-external-secrets/issues/928',
  },
  {
    moves: { 'docker.io/jboss/keycloak': 'quay.io/keycloak/keycloak' },
    state: 'deleted',
    since: '2024-03',
    source: 'https://github.com/testcontainers/testcontainers-python/issues/483',
  },
  {
    moves: { 'docker.io/jupyter': 'quay.io/jupyter' },
    state: 'moved',
    since: '2023-10-20',
    onlyMissing: true,
    source: 'https://github.com/jupyter/docker-stacks/issues/2099',
  },
  {
    moves: { 'docker.io/k8scloudprovider': 'registry.k8s.io/provider-os' },
    state: 'moved',
    since: '2023-03-16',
    onlyMissing: true,
    source: 'https://github.com/kubernetes/cloud-provider-openstack/pull/2169',
  },
  {
    moves: { 'docker.io/kedacore': 'ghcr.io/kedacore' },
    state: 'moved',
    since: '2021',
    onlyMissing: true,
    source: 'https://github.com/kedacore/keda-olm-operator/issues/184',
  },
  {
    moves: { 'docker.io/kubeflowkatib': 'ghcr.io/kubeflow/katib' },
    state: 'moved',
    since: '2025-03-24',
    onlyMissing: true,
    source: 'https://github.com/kubeflow/katib/pull/2535',
  },
  // Also kubesphere/kubekey#2731; other images of the account are still there.
  {
    moves: { 'docker.io/kubesphere/ks-*': null },
    state: 'deleted',
    since: '2025-07-30',
    source: 'https://github.com/kubesphere/kubesphere/issues/6543',
  },
  {
    moves: { 'docker.io/kubevirt': 'quay.io/kubevirt' },
    state: 'moved',
    since: '2021-01',
    source: 'https://github.com/kubevirt/kubevirt/issues/18092',
  },
  {
    moves: {
      'docker.io/letsencrypt/pebble': 'ghcr.io/letsencrypt/pebble',
      'docker.io/letsencrypt/pebble-challtestsrv': 'ghcr.io/letsencrypt/pebble-challtestsrv',
    },
    state: 'deleted',
    since: '2025-11',
    source: 'https://github.com/letsencrypt/pebble/issues/451',
  },
  {
    moves: { 'docker.io/mailu': 'ghcr.io/mailu' },
    state: 'deleted',
    since: '2023-04-05',
    source: 'https://github.com/Mailu/Mailu/issues/2704',
  },
  // Microsoft's registry has some of their tags in several repositories of other names.
  {
    moves: { 'docker.io/microsoft/aspnetcore*': null },
    state: 'deleted',
    since: '2021-07',
    source: 'https://github.com/dotnet/dotnet-docker/issues/2848',
  },
  {
    moves: { 'docker.io/microsoft/dotnet': null },
    state: 'deleted',
    since: '2021-08-21',
    source: 'https://github.com/dotnet/announcements/issues/197',
  },
  // A part of minio/minio since then.
  {
    moves: { 'docker.io/minio/console': null },
    state: 'deleted',
    since: '2024-04',
    source: 'https://github.com/minio/object-browser/issues/3318',
  },
  // First from Docker Hub (makeplane/plane#9829), then from Quay; Chainguard builds the server from the same source.
  {
    moves: { 'docker.io/minio/minio': null, 'quay.io/minio/minio': null },
    leftPlaces: 'Docker Hub and quay.io/minio',
    state: 'deleted',
    since: '2026-09',
    others: 'cgr.dev/chainguard/minio',
    source: 'https://github.com/ray-project/kuberay/issues/5339',
  },
  {
    moves: { 'docker.io/minio/mc': null, 'quay.io/minio/mc': null },
    leftPlaces: 'Docker Hub and quay.io/minio',
    state: 'deleted',
    since: '2026-09',
    source: 'https://github.com/ray-project/kuberay/issues/5339',
  },
  {
    moves: { 'docker.io/openfaas': 'ghcr.io/openfaas' },
    state: 'deleted',
    since: '2023-03-15',
    source: 'https://github.com/openfaas/of-watchdog/issues/151',
  },
  {
    moves: { 'docker.io/openshift/origin-*': 'quay.io/openshift/origin-*' },
    state: 'deleted',
    since: '2023-10',
    source: 'https://github.com/openshift/origin/issues/28339',
  },
  {
    moves: {
      'docker.io/owasp/zap2docker-bare': 'docker.io/zaproxy/zap-bare',
      'docker.io/owasp/zap2docker-stable': 'docker.io/zaproxy/zap-stable',
      'docker.io/owasp/zap2docker-weekly': 'docker.io/zaproxy/zap-weekly',
    },
    state: 'deleted',
    since: '2024-04',
    source: 'https://github.com/zaproxy/zaproxy/issues/8444',
  },
  {
    moves: { 'docker.io/strimzi': 'quay.io/strimzi' },
    state: 'moved',
    since: '2020-11',
    onlyMissing: true,
    source: 'https://github.com/strimzi/strimzi-kafka-operator/pull/3938',
  },
  {
    moves: { 'docker.io/tootsuite/mastodon': 'ghcr.io/mastodon/mastodon' },
    state: 'moved',
    since: '2023-03',
    onlyMissing: true,
    source: 'https://github.com/mastodon/chart/pull/53',
  },
  {
    moves: {
      'docker.io/vectorized': 'docker.io/redpandadata',
      'docker.redpanda.com/vectorized': 'docker.redpanda.com/redpandadata',
    },
    state: 'deleted',
    since: '2025-03',
    source: 'https://github.com/redpanda-data/redpanda/issues/24541',
  },
  {
    moves: { 'docker.io/weaveworks/kured': 'ghcr.io/kubereboot/kured' },
    state: 'moved',
    since: '2022-09',
    onlyMissing: true,
    source: 'https://github.com/kubereboot/kured/issues/911',
  },
  {
    moves: { 'quay.io/coreos/kube-state-metrics': 'registry.k8s.io/kube-state-metrics/kube-state-metrics' },
    state: 'moved',
    since: '2021-03',
    onlyMissing: true,
    source: 'https://github.com/kubernetes/kube-state-metrics/pull/1312',
  },
  {
    moves: { 'quay.io/coreos/prometheus-*': 'quay.io/prometheus-operator/prometheus-*' },
    state: 'moved',
    since: '2020-11',
    onlyMissing: true,
    source: 'https://github.com/prometheus-operator/prometheus-operator/issues/3672',
  },
  {
    moves: { 'quay.io/gravitational': 'public.ecr.aws/gravitational' },
    state: 'moved',
    since: '2023-03',
    onlyMissing: true,
    source: 'https://github.com/gravitational/teleport/issues/22506',
  },
  {
    moves: { 'quay.io/jetstack/cert-manager-ctl': 'quay.io/jetstack/cert-manager-startupapicheck' },
    state: 'moved',
    since: '2024-06',
    onlyMissing: true,
    source: 'https://cert-manager.io/docs/releases/release-notes/release-notes-1.14/',
  },
  {
    moves: { 'quay.io/k8scsi': 'registry.k8s.io/sig-storage' },
    state: 'moved',
    since: '2020-12',
    source: 'https://github.com/kubernetes-csi/csi-release-tools/issues/86',
  },
]
