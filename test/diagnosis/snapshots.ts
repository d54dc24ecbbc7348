/** Small pods, events and snapshots for the tests of all pure rooms. */
import type { PullingNode } from '../../src/diagnosis/node/pulling-node.ts'
import type { Container, ContainerState, Pod } from '../../src/snapshot/pod.ts'
import type { OwnerLink, PodEvent, Snapshot } from '../../src/snapshot/snapshot.ts'

export const waiting = (reason: string, message = ''): ContainerState => ({
  type: 'waiting',
  reason,
  message,
})

export function container(fields: Partial<Container> = {}): Container {
  return {
    name: 'app',
    kind: 'container',
    image: 'nginx:1.27',
    pullPolicy: 'IfNotPresent',
    state: waiting('ImagePullBackOff', 'Back-off pulling image "nginx:1.27"'),
    ready: false,
    imageId: null,
    ...fields,
  }
}

export function pod(fields: Partial<Pod> = {}): Pod {
  return {
    namespace: 'web',
    name: 'shop-1',
    uid: 'uid-shop-1',
    node: 'node-1',
    createdAt: '2026-11-24T10:00:00Z',
    phase: 'Pending',
    reason: '',
    terminating: false,
    mirror: false,
    serviceAccount: 'default',
    pullSecrets: [],
    priorityClass: null,
    hasSandbox: null,
    platform: { os: null, architecture: null },
    controller: null,
    containers: [container()],
    ...fields,
  }
}

export function event(fields: Partial<PodEvent> = {}): PodEvent {
  return {
    namespace: 'web',
    pod: 'shop-1',
    podUid: 'uid-shop-1',
    fieldPath: 'spec.containers{app}',
    reason: 'Failed',
    message: 'Failed to pull image "nginx:1.27": pull QPS exceeded',
    count: 1,
    firstSeen: '2026-11-24T10:01:00Z',
    lastSeen: '2026-11-24T10:05:00Z',
    ...fields,
  }
}

/** An owner in namespace `web` that nothing else owns. */
export function ownerLink(kind: string, name: string, fields: Partial<OwnerLink> = {}): OwnerLink {
  return { namespace: 'web', kind, name, uid: name, controller: null, ...fields }
}

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAt: '2026-11-24T10:10:00Z',
    source: { type: 'cluster', context: 'prod', server: 'https://prod' },
    scope: { namespaces: null, labelSelector: null },
    podCount: 10,
    pods: [pod()],
    events: [],
    pullSecrets: [],
    serviceAccounts: [],
    owners: [],
    nodes: [],
    imageChecks: [],
    gaps: [],
    ...fields,
  }
}

/** A node without any details. */
export const UNKNOWN_NODE: PullingNode = {
  name: null,
  runtime: null,
  platform: null,
  version: null,
  cloud: null,
  os: null,
  architecture: null,
  kernel: null,
  kubeletMinor: null,
  toolImage: null,
}
