/** Every platform and what its nodes need. A platform without a rule does not compile. */

import { isShortName } from '../address.ts'
import type { GroupSetup, MirrorPlatform, MirrorTarget, NodeGroup, PlatformRule } from '../setup.ts'
import { bottlerocket } from './bottlerocket.ts'
import { containerd } from './containerd.ts'
import { crio } from './cri-o.ts'
import { aks, eks, k0s, kind, microk8s, windows } from './distributions.ts'
import { docker } from './docker.ts'
import { gke } from './gke.ts'
import { minikube } from './minikube.ts'
import { openshift } from './openshift.ts'
import { k3s, rke2 } from './rancher.ts'
import { talos } from './talos.ts'

const RULES: Record<MirrorPlatform, PlatformRule> = {
  k3s,
  rke2,
  k0s,
  microk8s,
  minikube,
  kind,
  talos,
  bottlerocket,
  openshift,
  gke,
  aks,
  eks,
  windows,
  containerd,
  'cri-o': crio,
  docker,
  unknown: () => ({ unsupported: 'unknown-runtime' }),
}

/** What the nodes of this group need to pull through the mirror, or why there is no setup for them. */
export function setupFor(target: MirrorTarget, group: NodeGroup): GroupSetup {
  if (group.managed !== null) return { unsupported: group.managed }
  const setup = ruleFor(group)(target, group)
  if ('unsupported' in setup || !isShortName(target.address)) return setup
  const note = { code: 'short-name', host: target.address.host } as const
  return { ...setup, notes: [note, ...setup.notes] }
}

function ruleFor(group: NodeGroup): PlatformRule {
  // Older nodes of any platform may run Docker, which reads none of containerd's files.
  if (group.runtime === 'docker' && group.platform !== 'minikube' && group.os !== 'windows') return docker
  return RULES[group.platform]
}
