/** Sets of steps: those that run on the node, that need a shell there, that are about logins, names, or nodes, or that don't apply to some pulls. */

import type { StepCode } from './step.ts'

/** The steps whose commands run on the node, which needs a shell there first, in general (see WITH_SHELL). */
export const ON_NODE: ReadonlySet<StepCode> = new Set([
  'check-provider',
  'resolve-host',
  'node-mirror',
  'test-connection',
  'check-mtu',
  'who-answered',
  'show-certificate',
  'check-clock',
  'public-certificate',
  'show-proxy',
  'restore-sandbox-image',
  'ecr-login-of-node',
  'define-unpacker',
  'release-mount',
  'check-disk',
  'prune-images',
  'show-disk',
  'show-memory',
  'show-killed',
  'remove-image',
  'runtime-log',
  'start-runtime',
  'pull-by-hand',
  'preload',
  'show-policy',
])

/** Those whose commands are not the node's own client: on Talos, whose client runs elsewhere, only they need a way to the node. */
export const WITH_SHELL: ReadonlySet<StepCode> = new Set([
  'release-mount',
  'resolve-host',
  'node-mirror',
  'test-connection',
  'check-mtu',
  'who-answered',
  'show-certificate',
  'public-certificate',
  'ecr-login-of-node',
])

/** The steps that repair the pod's login, or show which one the kubelet uses. */
export const OF_LOGINS: ReadonlySet<StepCode> = new Set([
  'distribute-login',
  'node-login',
  'recreate-pods',
  'kubelet-login',
  'other-debug-container',
  'read-secret',
  'repair-secret',
  'remove-login',
  'use-known-secret',
  'cut-user-name',
  'padded-login',
  'overridden-login',
  'secret-writer',
  'short-lived-login',
  'same-secret',
  'restart-pull',
  'see-why',
])

/** Steps about the image's name, which no pause image's pod can change, but a guest's. */
export const OF_NAMES: readonly StepCode[] = [
  'set-image',
  'replace-registry',
  'use-replacement',
  'check-name',
  'near-official',
  'ask-registry',
]

/** Steps about the node's settings. */
export const NODE_STEPS: readonly StepCode[] = [
  'mirror-settings',
  'fix-dns',
  'check-provider',
  'restart-pull',
  'slow-pull',
]

/** Steps that give the nodes a way to an image, or a place for it: none of them reaches a guest. */
export const FOR_NODES: readonly StepCode[] = [
  ...NODE_STEPS,
  'open-host',
  'allow-address',
  'trust-authority',
  'allow-http',
  'use-cache',
  'use-other-source',
  'use-local-image',
  'load-image',
  'check-mtu',
  'give-route',
  'replace-loopback',
  'replace-service-name',
  'bare-host',
  'fix-proxy',
  'pass-proxy',
  'bypass-proxy',
  'check-mirror',
  'mirror-login',
  'mirror-limit',
  'mirror-lacks-image',
  'more-memory',
  'larger-disk',
  'runtime-log',
]

/** What a clue in the image's name settles. */
export const SETTLED_BY_NAME: readonly StepCode[] = [
  'make-public',
  'check-name',
  'near-official',
  'existing-official',
  'ask-registry',
  'distribute-login',
  'recreate-pods',
  'grant-cloud-role',
  'lift-deny',
  'full-name',
]

/** Nobody can grant access to what is gone. */
export const GRANTING_STEPS: readonly StepCode[] = [
  'check-provider',
  'grant-cloud-role',
  'lift-deny',
  'grant-pull',
  'token-scope',
  'make-public',
  'who-answered',
]

/** Steps that don't apply to a pause image: no workload owns it, and pull secrets are not used. */
export const POD_STEPS: readonly StepCode[] = [
  'check-provider',
  'grant-cloud-role',
  'lift-deny',
  'distribute-login',
  'recreate-pods',
  'grant-pull',
  'see-why',
  'set-image',
  'replace-registry',
  'use-replacement',
  'remove-login',
  'repair-secret',
  'allow-pull',
  'kubelet-login',
  'check-name',
  'near-official',
  'existing-official',
  'same-secret',
  'ask-registry',
]
