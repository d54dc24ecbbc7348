/** Images and registries that moved or were removed. A row needs its publisher's statement or two independent reports. */

/** What happened to the old place. `retired`: a whole registry or organization that should no longer be used. */
export type MovedState = 'deleted' | 'emptied' | 'frozen' | 'moved' | 'retired'

export interface MovedRow {
  /** Registry and whole path components. A `*` at the end matches the rest of a component, one at the start any host below a domain. */
  prefix: string
  state: MovedState
  /** ISO 8601 date, as exact as it is known. */
  since: string
  /** Replaces the prefix; null if the new place differs between images, or is unknown. */
  to: string | null
  /** The new place gets no updates. */
  frozen?: true
  /** The whole registry is switched off; whatever answers under its name now is something else. */
  gone?: true
  /** Other images are still there, so the row only applies if the registry answers that the image is missing (404, 412). */
  onlyMissing?: true
  /** Where it was announced or seen. */
  source: string
}

/** The day on which the rows were last checked. */
export const MOVED_IMAGES_DATE = '2026-11-29'

export const MOVED_IMAGES: readonly MovedRow[] = [
  // A name that only pointed to the publisher's registry.
  {
    prefix: 'cr.step.sm',
    state: 'moved',
    since: '2023-05',
    to: 'cr.smallstep.com',
    gone: true,
    source: 'https://github.com/smallstep/helm-charts/issues/143',
  },
  {
    prefix: '*.bintray.io',
    state: 'retired',
    since: '2021-05-01',
    to: null,
    gone: true,
    source: 'https://jfrog.com/blog/into-the-sunset-bintray-jcenter-gocenter-and-chartcenter/',
  },
  {
    prefix: 'docker.io/minio/minio',
    state: 'deleted',
    since: '2026-09-11',
    to: 'quay.io/minio/minio',
    frozen: true,
    source: 'https://github.com/makeplane/plane/issues/9829',
  },
  {
    prefix: 'docker.io/minio/mc',
    state: 'deleted',
    since: '2026-09-11',
    to: 'quay.io/minio/mc',
    frozen: true,
    source: 'https://github.com/makeplane/plane/issues/9829',
  },
  {
    prefix: 'docker.io/bitnami',
    state: 'emptied',
    since: '2025-09-29',
    to: 'docker.io/bitnamilegacy',
    frozen: true,
    source: 'https://github.com/bitnami/containers/issues/83267',
  },
  {
    prefix: 'docker.io/bitnamilegacy',
    state: 'frozen',
    since: '2025-08-28',
    to: null,
    onlyMissing: true,
    source: 'https://github.com/bitnami/containers/issues/83267',
  },
  {
    prefix: 'public.ecr.aws/bitnami',
    state: 'retired',
    since: '2026-06-10',
    to: 'docker.io/bitnamilegacy',
    frozen: true,
    source: 'https://github.com/bitnami/charts/issues/36537',
  },
  {
    prefix: 'gcr.io/kubebuilder/kube-rbac-proxy',
    state: 'deleted',
    since: '2025-03-18',
    to: 'registry.k8s.io/kubebuilder/kube-rbac-proxy',
    source: 'https://github.com/kubernetes/k8s.io/issues/6690',
  },
  {
    prefix: 'gcr.io/tekton-releases',
    state: 'retired',
    since: '2025-07',
    to: 'ghcr.io/tektoncd',
    source: 'https://github.com/tektoncd/pipeline/issues/8870',
  },
  {
    prefix: 'gcr.io/kubernetes-helm/tiller',
    state: 'moved',
    since: '2020-10-30',
    to: 'ghcr.io/helm/tiller',
    frozen: true,
    source: 'https://github.com/helm/helm/releases/tag/v2.17.0',
  },
  // Releases before 0.54 are still at the old place.
  {
    prefix: 'gcr.io/cadvisor/cadvisor',
    state: 'moved',
    since: '2025-12-02',
    to: 'ghcr.io/google/cadvisor',
    onlyMissing: true,
    source: 'https://github.com/google/cadvisor/pull/3806',
  },
  // Its images have other names at ghcr.io/kubeflow, from version 2.4 on.
  {
    prefix: 'gcr.io/ml-pipeline',
    state: 'deleted',
    since: '2025-11',
    to: null,
    onlyMissing: true,
    source: 'https://github.com/kubeflow/pipelines/issues/12422',
  },
  {
    prefix: 'gcr.io/spark-operator',
    state: 'deleted',
    since: '2023-10-19',
    to: null,
    onlyMissing: true,
    source: 'https://github.com/kubeflow/spark-operator/issues/1860',
  },
  {
    prefix: 'k8s.gcr.io',
    state: 'frozen',
    since: '2023-04-03',
    to: 'registry.k8s.io',
    source: 'https://kubernetes.io/blog/2023/03/10/image-registry-redirect/',
  },
  {
    prefix: 'gcr.io/google-containers',
    state: 'frozen',
    since: '2023-04-03',
    to: 'registry.k8s.io',
    source: 'https://kubernetes.io/blog/2023/03/10/image-registry-redirect/',
  },
  {
    prefix: 'gcr.io/google_containers',
    state: 'frozen',
    since: '2023-04-03',
    to: 'registry.k8s.io',
    source: 'https://kubernetes.io/blog/2023/03/10/image-registry-redirect/',
  },
  {
    prefix: 'gcr.io',
    state: 'retired',
    since: '2025-03-18',
    to: null,
    onlyMissing: true,
    source: 'https://docs.cloud.google.com/artifact-registry/docs/transition/prepare-gcr-shutdown',
  },
  {
    prefix: 'registry.opensource.zalan.do/acid/postgres-operator*',
    state: 'retired',
    since: '2026-05',
    to: 'ghcr.io/zalando/postgres-operator*',
    source: 'https://github.com/zalando/postgres-operator/pull/3092',
  },
  {
    prefix: 'registry.opensource.zalan.do/acid/logical-backup',
    state: 'retired',
    since: '2026-05',
    to: 'ghcr.io/zalando/postgres-operator/logical-backup',
    source: 'https://github.com/zalando/postgres-operator/pull/3092',
  },
  {
    prefix: 'registry.opensource.zalan.do/acid/pgbouncer',
    state: 'retired',
    since: '2026-05',
    to: 'ghcr.io/zalando/postgres-operator/pgbouncer',
    source: 'https://github.com/zalando/postgres-operator/pull/3092',
  },
  {
    prefix: 'registry.opensource.zalan.do/acid/spilo-*',
    state: 'retired',
    since: '2026-05',
    to: 'ghcr.io/zalando/spilo-*',
    source: 'https://github.com/zalando/postgres-operator/pull/2634',
  },
  {
    prefix: 'registry.opensource.zalan.do/teapot/skipper',
    state: 'retired',
    since: '2026-06-05',
    to: 'ghcr.io/zalando/skipper',
    source: 'https://github.com/zalando/skipper/pull/4054',
  },
  {
    prefix: 'registry.opensource.zalan.do',
    state: 'retired',
    since: '2026-05',
    to: null,
    source: 'https://github.com/zalando/skipper/issues/4054',
  },
  {
    prefix: 'docker.io/openshift/origin-*',
    state: 'deleted',
    since: '2023-10',
    to: 'quay.io/openshift/origin-*',
    source: 'https://github.com/openshift/origin/issues/28339',
  },
  {
    prefix: 'docker.io/ansible/ansible-runner',
    state: 'deleted',
    since: '2022-04',
    to: 'quay.io/ansible/ansible-runner',
    source: 'https://github.com/ansible/ansible-runner/issues/1044',
  },
  {
    prefix: 'docker.pkg.github.com',
    state: 'retired',
    since: '2021',
    to: 'ghcr.io',
    source:
      'https://docs.github.com/packages/working-with-a-github-packages-registry/migrating-to-the-container-registry-from-the-docker-registry',
  },
]
