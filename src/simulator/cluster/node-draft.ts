/** The cluster's nodes. */

import type { Stack } from '../stack.ts'
import type { Clock } from './clock.ts'
import type { Draft } from './objects.ts'

/** A node that is ready and without pressure or taints. */
export function nodeDraft(name: string, clock: Clock, stack: Stack): Draft {
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
    lastHeartbeatTime: clock.timestamp(),
    lastTransitionTime: clock.timestamp(),
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
    status: {
      conditions: [condition],
      addresses: [
        { type: 'InternalIP', address: '192.0.2.10' },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        kubeletVersion: stack.kubernetes.version,
        containerRuntimeVersion: stack.runtime.version,
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        kernelVersion: '6.1.0-38-amd64',
      },
    },
  }
}
