/** A node is narrowed to its runtime, system, and platform, without anything that identifies an account or a machine. */
import { expect, test } from 'vitest'
import { narrowNode } from '../../../src/source/narrow/related-objects.ts'

test('a node has its runtime, system, platform and images', () => {
  const node = narrowNode({
    metadata: {
      name: 'gke-1',
      labels: { 'cloud.google.com/gke-nodepool': 'pool-1', team: 'shop', 'minikube.k8s.io/name': 3 },
      annotations: { secret: 'hunter2' },
    },
    spec: { providerID: 'gce://acme-prod-1234/europe-west1-b/gke-1' },
    status: {
      nodeInfo: {
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '10.0.20348.4294',
        kubeletVersion: 'v1.34.2-gke.1',
        operatingSystem: 'windows',
        osImage: 'Windows Server 2022 Datacenter',
      },
      images: [
        {
          names: ['docker.io/library/nginx@sha256:11', 'docker.io/library/nginx:1', 'docker.io/acme/nginx:1'],
        },
        { names: ['quay.io/acme/tool@sha256:22'] },
        { names: ['acme/app:dev'] },
        { names: null },
      ],
    },
  })
  expect(node).toEqual({
    name: 'gke-1',
    runtime: 'containerd://2.1.4',
    kubelet: 'v1.34.2-gke.1',
    os: 'windows',
    osImage: 'Windows Server 2022 Datacenter',
    kernel: '10.0.20348.4294',
    architecture: 'amd64',
    provider: 'gce',
    labels: { 'cloud.google.com/gke-nodepool': 'pool-1' },
    images: [
      'docker.io/library/nginx:1',
      'docker.io/acme/nginx:1',
      'quay.io/acme/tool@sha256:22',
      'docker.io/acme/app:dev',
    ],
  })
})

test('missing fields of a node are null', () => {
  const odd = { metadata: { name: 'n', labels: { 'kubernetes.io/arch': 'arm64' } }, spec: 7, status: [] }
  expect(narrowNode(odd)).toEqual({
    name: 'n',
    ...{ runtime: null, kubelet: null, os: null, osImage: null, kernel: null, provider: null },
    ...{ architecture: 'arm64', labels: {}, images: [] },
  })
  expect(narrowNode({ metadata: {} })).toBeNull()
})

test.each<[string, string, string | null | undefined]>([
  ['reports', 'True', undefined],
  ['reports that it is not ready', 'False', undefined],
  ['no longer reports', 'Unknown', '2026-11-28T13:20:00Z'],
])('a node that %s is silent only then', (_what, status, since) => {
  const conditions = [
    { type: 'DiskPressure', status: 'Unknown', lastHeartbeatTime: '2026-11-28T13:00:00Z' },
    { type: 'Ready', status, lastHeartbeatTime: '2026-11-28T13:20:00Z' },
  ]
  expect(narrowNode({ metadata: { name: 'n' }, status: { conditions } })?.silentSince).toBe(since)
})
