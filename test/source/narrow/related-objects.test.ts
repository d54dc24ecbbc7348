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

test('the room on a node is read from its capacity and its largest images, and whether it takes pods', () => {
  const images = [
    { names: ['acme/model:1', 'acme/model@sha256:11'], sizeBytes: 44e9 },
    { names: ['nginx:1'], sizeBytes: 9e7 },
  ]
  const status = { capacity: { 'ephemeral-storage': '47975424Ki' }, images }
  expect(narrowNode({ metadata: { name: 'n' }, spec: { unschedulable: true }, status })).toMatchObject({
    diskBytes: 47975424 * 1024,
    cordoned: true,
    largeImages: { 'docker.io/acme/model:1': 44e9 },
  })
})

test.each([
  ['ended while it was ready', '10:00', 'True', '2026-11-24T10:05:00Z'],
  ['is not known, as it started again since', '10:05', 'True', undefined],
  ['is not known, as it became ready after', '10:06', 'True', undefined],
  ['is not known, as it is not ready', '10:00', 'False', undefined],
])('the end of a DiskPressure of a node %s', (_what, ready, status, since) => {
  const conditions = [
    { type: 'DiskPressure', status: 'False', lastTransitionTime: '2026-11-24T10:05:00Z' },
    { type: 'Ready', status, lastTransitionTime: `2026-11-24T${ready}:00Z` },
  ]
  expect(narrowNode({ metadata: { name: 'n' }, status: { conditions } })?.relievedSince).toBe(since)
})
