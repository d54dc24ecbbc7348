/** Registries of clouds, where the nodes have a login of their own: what they need for it. A pod without a credential is not anonymous there. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { Step } from './told.ts'

const CLOUDS: [hosts: RegExp, need: string][] = [
  [
    /\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/,
    'their IAM role needs the policy AmazonEC2ContainerRegistryPullOnly, and the repository may not forbid it',
  ],
  [/\.azurecr\.(?:io|cn|us)$/, "the kubelet's identity needs the role AcrPull on the registry"],
  [
    /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/,
    'their service account needs the role roles/artifactregistry.reader',
  ],
]

/** Whether the kubelet's credential provider of a cloud serves this registry. */
export function nodesLogIn(registry: string | null): boolean {
  return CLOUDS.some(([hosts]) => hosts.test(registry ?? ''))
}

/** The registry refused what the nodes had of their own, as the pod brings nothing. */
export function nodesWereRefused({
  cause,
  credential,
  registry,
}: Pick<Finding, 'cause' | 'credential' | 'registry'>): boolean {
  return cause === 'auth-required-or-denied' && credential.status === 'none' && nodesLogIn(registry)
}

/** How the nodes get to pull from it: for good, while a login that is handed out may end after hours. */
export function nodeLoginSteps(registry: string | null): Step[] {
  return CLOUDS.filter(([hosts]) => hosts.test(registry ?? '')).map(([, need]) => ({
    say: `Let the nodes pull from it: ${need}`,
  }))
}
