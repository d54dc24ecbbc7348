/**
 * Images and registries that moved or were removed, except those of Bitnami, Docker Hub, Quay, and gcr.io. A row needs its publisher's statement or two
 * independent reports.
 */

import type { MovedRow } from './moved-row.ts'

/** The day on which the rows were last checked, those of Docker Hub, Quay, and gcr.io included. */
export const MOVED_IMAGES_DATE = '2026-11-29'

export const MOVED_IMAGES: readonly MovedRow[] = [
  // A name that only pointed to the publisher's registry.
  {
    moves: { 'cr.step.sm': 'cr.smallstep.com' },
    state: 'moved',
    since: '2023-05',
    gone: true,
    source: 'https://github.com/smallstep/helm-charts/issues/143',
  },
  // A name that only pointed to GitHub's registry, and answers that every image is missing since (kagent-dev/kagent#2178, #2214).
  {
    moves: { 'cr.kagent.dev': 'ghcr.io' },
    state: 'moved',
    since: '2026-07',
    gone: true,
    source: 'https://github.com/kagent-dev/kagent/issues/2214',
  },
  // A name that points to GitHub's registry, for some more months after the announcement.
  {
    moves: { 'oci.external-secrets.io': 'ghcr.io' },
    state: 'moved',
    since: '2025-11-21',
    source: 'https://github.com/external-secrets/external-secrets/releases/tag/v1.1.0',
  },
  // Kubernetes' builds, which its image promoter copies to registry.k8s.io once they are released.
  {
    moves: {
      'us-central1-docker.pkg.dev/k8s-staging-images': 'registry.k8s.io',
      'gcr.io/k8s-staging-*': 'registry.k8s.io/*',
    },
    state: 'staging',
    since: '2024-06-18',
    onlyMissing: true,
    source: 'https://github.com/kubernetes/k8s.io/pull/6905',
  },
  {
    moves: {
      'dockerhub.azk8s.cn': 'docker.io',
      'gcr.azk8s.cn': 'gcr.io',
      // That registry's images for Kubernetes have moved since.
      'gcr.azk8s.cn/google-containers': 'registry.k8s.io',
      'gcr.azk8s.cn/google_containers': 'registry.k8s.io',
      'mcr.azk8s.cn': 'mcr.microsoft.com',
      'quay.azk8s.cn': 'quay.io',
      '*.azk8s.cn': null,
    },
    state: 'restricted',
    since: '2020-04-02',
    onlyFor: 'addresses of Azure China',
    source: 'https://github.com/Azure/container-service-for-azure-china/issues/58',
  },
  // Mirrors of Docker Hub, which nodes mostly have in their settings.
  {
    moves: { 'registry.docker-cn.com': 'docker.io' },
    state: 'retired',
    since: '2019-04',
    gone: true,
    source: 'https://github.com/docker/docs/issues/8793',
  },
  {
    moves: { 'docker.mirrors.ustc.edu.cn': 'docker.io' },
    state: 'restricted',
    since: '2022-08-24',
    onlyFor: 'the network of its university',
    source: 'https://github.com/ustclug/mirrorrequest/issues/361',
  },
  {
    moves: { 'docker.mirrors.sjtug.sjtu.edu.cn': 'docker.io' },
    state: 'retired',
    since: '2024-07',
    gone: true,
    source: 'https://github.com/sjtug/mirror-requests/issues/369',
  },
  {
    moves: { '*.mirror.aliyuncs.com': 'docker.io' },
    state: 'restricted',
    since: '2024-07-02',
    onlyFor: 'machines in Alibaba Cloud',
    source:
      'https://help.aliyun.com/zh/acr/product-overview/product-change-acr-mirror-accelerator-function-adjustment-announcement',
  },
  {
    moves: { '*.bintray.io': null },
    state: 'retired',
    since: '2021-05-01',
    gone: true,
    source: 'https://jfrog.com/blog/into-the-sunset-bintray-jcenter-gocenter-and-chartcenter/',
  },
  {
    moves: { 'registry.centos.org/centos': 'quay.io/centos' },
    state: 'retired',
    since: '2023-05',
    gone: true,
    source: 'https://github.com/CentOS/container-pipeline-service/issues/694',
  },
  {
    moves: { 'registry.centos.org': null },
    state: 'retired',
    since: '2023-05',
    gone: true,
    source: 'https://lists.centos.org/pipermail/centos-devel/2023-May/142956.html',
  },
  {
    moves: { 'registry.svc.ci.openshift.org': 'registry.ci.openshift.org' },
    state: 'retired',
    since: '2021-03',
    gone: true,
    source: 'https://github.com/okd-project/okd/issues/608',
  },
  {
    moves: {
      'projects.registry.vmware.com/antrea': 'docker.io/antrea',
      // vmware/vks-image-builder#75, vmware-tanzu/tanzu-cli#755
      'projects.registry.vmware.com/tkg': 'projects.packages.broadcom.com/tkg',
      'projects.registry.vmware.com/tanzu_cli': 'projects.packages.broadcom.com/tanzu_cli',
      'projects.registry.vmware.com': null,
    },
    state: 'retired',
    since: '2024-06-28',
    source: 'https://github.com/vmware-archive/vcenter-event-broker-appliance/issues/1234',
  },
  {
    moves: { 'mcr.microsoft.com/dotnet/core': 'mcr.microsoft.com/dotnet' },
    state: 'moved',
    since: '2020-05-19',
    onlyMissing: true,
    source: 'https://github.com/dotnet/dotnet-docker/issues/1939',
  },
  {
    moves: { 'ghcr.io/onedr0p': 'ghcr.io/home-operations' },
    state: 'moved',
    since: '2025-03-17',
    // Of a repository of its own (onedr0p/exportarr#390).
    stays: ['ghcr.io/onedr0p/exportarr'],
    source: 'https://github.com/pree/helm-charts/issues/444',
  },
  {
    moves: {
      'registry.opensource.zalan.do/acid/postgres-operator*': 'ghcr.io/zalando/postgres-operator*',
      'registry.opensource.zalan.do/acid/logical-backup': 'ghcr.io/zalando/postgres-operator/logical-backup',
      'registry.opensource.zalan.do/acid/pgbouncer': 'ghcr.io/zalando/postgres-operator/pgbouncer',
    },
    state: 'retired',
    since: '2026-05',
    source: 'https://github.com/zalando/postgres-operator/pull/3092',
  },
  {
    moves: { 'registry.opensource.zalan.do/acid/spilo-*': 'ghcr.io/zalando/spilo-*' },
    state: 'retired',
    since: '2026-05',
    source: 'https://github.com/zalando/postgres-operator/pull/2634',
  },
  {
    moves: {
      'registry.opensource.zalan.do/teapot/external-dns': 'registry.k8s.io/external-dns/external-dns',
    },
    state: 'retired',
    since: '2026-05',
    source: 'https://github.com/kubernetes-sigs/external-dns/issues/1285',
  },
  {
    moves: { 'registry.opensource.zalan.do/teapot/skipper': 'ghcr.io/zalando/skipper' },
    state: 'retired',
    since: '2026-06-05',
    source: 'https://github.com/zalando/skipper/pull/4054',
  },
  {
    moves: { 'registry.opensource.zalan.do': null },
    state: 'retired',
    since: '2026-05',
    source: 'https://github.com/zalando/skipper/issues/4054',
  },
  {
    moves: { 'docker.pkg.github.com': 'ghcr.io' },
    state: 'retired',
    // docker/cli#6114
    since: '2025-02-24',
    gone: true,
    source: 'https://github.blog/changelog/2025-01-23-legacy-docker-registry-closing-down/',
  },
]
