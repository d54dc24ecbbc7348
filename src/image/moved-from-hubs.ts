/** Images that left Docker Hub or Quay, or have another name there now. Rows are in the order of the old names, official images last. */

import type { MovedRow } from './moved-images.ts'

export const MOVED_FROM_HUBS: readonly MovedRow[] = [
  {
    moves: { 'docker.io/ansible/ansible-runner': 'quay.io/ansible/ansible-runner' },
    state: 'deleted',
    since: '2022-04',
    source: 'https://github.com/ansible/ansible-runner/issues/1044',
  },
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
    moves: { 'docker.io/bitnamilegacy': null },
    state: 'frozen',
    since: '2025-08-28',
    onlyMissing: true,
    source: 'https://github.com/bitnami/containers/issues/83267',
  },
  {
    moves: { 'docker.io/minio/minio': 'quay.io/minio/minio', 'docker.io/minio/mc': 'quay.io/minio/mc' },
    state: 'deleted',
    since: '2026-09-11',
    frozen: true,
    source: 'https://github.com/makeplane/plane/issues/9829',
  },
  {
    moves: { 'docker.io/openshift/origin-*': 'quay.io/openshift/origin-*' },
    state: 'deleted',
    since: '2023-10',
    source: 'https://github.com/openshift/origin/issues/28339',
  },
]
