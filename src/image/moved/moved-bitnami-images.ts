/** Bitnami's images, which left three registries or got other names. Rows are in the order of the old names. */

import type { MovedRow } from './moved-row.ts'

/**
 * Charts and operators name kubectl by the version of their cluster (vmware-tanzu/helm-charts#727: 1.33 is the last one in the frozen copy; #698:
 * what took its place).
 */
const KUBECTL_WITHOUT_TAGS = [34, 35, 36, 37, 38, 39].flatMap(minor =>
  ['docker.io/bitnami', 'docker.io/bitnamilegacy'].map(
    place => [`${place}/kubectl:1.${minor}*`, null] as const,
  ),
)

export const MOVED_BITNAMI_IMAGES: readonly MovedRow[] = [
  {
    moves: { 'docker.io/bitnami': 'docker.io/bitnamilegacy' },
    state: 'emptied',
    since: '2025-09-29',
    frozen: true,
    // Announced in https://github.com/bitnami/sealed-secrets/issues/1785.
    stays: ['docker.io/bitnami/sealed-secrets-controller', 'docker.io/bitnami/sealed-secrets-kubeseal'],
    source: 'https://github.com/bitnami/containers/issues/83267',
  },
  {
    moves: Object.fromEntries(KUBECTL_WITHOUT_TAGS),
    state: 'ended',
    since: '2025-08-28',
    others: 'registry.k8s.io/kubectl',
    source: 'https://github.com/vmware-tanzu/helm-charts/issues/727',
  },
  // Renamed before, so that the images of that time have no other place.
  {
    moves: { 'docker.io/bitnami/bitnami-shell': 'docker.io/bitnamilegacy/os-shell' },
    state: 'deleted',
    since: '2024-02',
    frozen: true,
    source: 'https://github.com/bitnami/charts/issues/23406',
  },
  {
    moves: { 'docker.io/bitnamilegacy': null },
    state: 'frozen',
    since: '2025-08-28',
    onlyMissing: true,
    source: 'https://github.com/bitnami/containers/issues/83267',
  },
  {
    moves: { 'quay.io/bitnami': 'docker.io/bitnamilegacy' },
    state: 'deleted',
    since: '2022-04-20',
    frozen: true,
    source: 'https://github.com/bitnami/bitnami-docker-postgresql/issues/336',
  },
  {
    moves: { 'quay.io/bitnami/sealed-secrets-controller': 'docker.io/bitnami/sealed-secrets-controller' },
    state: 'deleted',
    since: '2022-04-20',
    source: 'https://github.com/bitnami/sealed-secrets/pull/823',
  },
  {
    moves: { 'public.ecr.aws/bitnami': 'docker.io/bitnamilegacy' },
    state: 'deleted',
    since: '2026-06-10',
    frozen: true,
    source: 'https://github.com/bitnami/charts/issues/36537',
  },
]
