/** What each step is about and where its commands run, by which steps that can't help a pull are left out. */

import type { StepCode } from './step.ts'
import { TRAITS_AT_NODE } from './step-traits-at-node.ts'

export interface StepTraits {
  /**
   * What the step changes or shows: the login of the pod or of the node that the registry gets, what that login is allowed to do, the
   * workload's template (the image's name and its pull policy), the nodes (their settings, their disk, their way to the registry and its
   * mirrors), or anything else, such as the registry, the image itself, or a single pod.
   */
  about: 'login' | 'right' | 'template' | 'node' | 'other'
  /** Where its commands run if not here: with the node's own client (which runs elsewhere on Talos), or in a shell on the node. */
  on?: 'client' | 'shell'
}

/** A step without its traits does not compile. Those at the nodes are in a file of their own. */
const TRAITS: Record<StepCode, StepTraits> = {
  ...TRAITS_AT_NODE,
  'distribute-login': { about: 'login' },
  'cluster-login': { about: 'login' },
  'node-login': { about: 'login' },
  'login-of-others': { about: 'login' },
  'global-pull-secret': { about: 'login' },
  'cluster-pull-secret': { about: 'login' },
  'openshift-token': { about: 'login' },
  'recreate-pods': { about: 'login' },
  'kubelet-login': { about: 'login' },
  'other-debug-container': { about: 'login' },
  'read-secret': { about: 'login' },
  'repair-secret': { about: 'login' },
  'remove-login': { about: 'login' },
  'use-known-secret': { about: 'login' },
  'name-secret': { about: 'login' },
  'use-other-login': { about: 'login' },
  'secret-maker': { about: 'login' },
  'untranslated-secret': { about: 'login' },
  'foreign-user-name': { about: 'login' },
  'cut-user-name': { about: 'login' },
  'padded-login': { about: 'login' },
  'overridden-login': { about: 'login' },
  'replace-passed-over': { about: 'login' },
  'secret-writer': { about: 'login' },
  'guest-settings': { about: 'other' },
  'short-lived-login': { about: 'login' },
  'renew-token': { about: 'login' },
  'fix-renewer': { about: 'login' },
  'recreate-job': { about: 'other' },
  'login-of-maker': { about: 'login' },
  'run-again': { about: 'other' },
  'delete-run': { about: 'other' },
  'see-why': { about: 'login' },
  'check-provider': { about: 'right', on: 'client' },
  'annotate-account': { about: 'right' },
  'node-scopes': { about: 'right' },
  'grant-cloud-role': { about: 'right' },
  'lift-deny': { about: 'right' },
  'grant-pull': { about: 'right' },
  'token-scope': { about: 'right' },
  'hub-plan': { about: 'other' },
  'make-public': { about: 'other' },
  'allow-address': { about: 'node' },
  'pass-perimeter': { about: 'other' },
  'accept-terms': { about: 'right' },
  'restore-service': { about: 'other' },
  'heed-reason': { about: 'other' },
  'ask-registry-admin': { about: 'other' },
  'upstream-login': { about: 'other' },
  'cache-rule': { about: 'other' },
  'use-other-source': { about: 'node' },
  'check-name': { about: 'template' },
  'near-official': { about: 'template' },
  'existing-official': { about: 'node' },
  'hub-refuses-all': { about: 'other' },
  'proxy-project': { about: 'template' },
  'ask-registry': { about: 'template' },
  'use-behind': { about: 'template' },
  'use-host': { about: 'template' },
  'use-replacement': { about: 'template' },
  'find-replacement': { about: 'other' },
  'migrate-project': { about: 'other' },
  'near-tags': { about: 'template' },
  'near-repositories': { about: 'template' },
  'see-image-stream': { about: 'template' },
  'driver-for-node': { about: 'template' },
  'name-version': { about: 'template' },
  'set-tag': { about: 'template' },
  'use-local-image': { about: 'node' },
  'set-image': { about: 'template' },
  'roll-back': { about: 'template' },
  'correct-admission': { about: 'other' },
  'drop-registry': { about: 'template' },
  'zarf-once': { about: 'template' },
  'zarf-package': { about: 'other' },
  'undouble-prefix': { about: 'template' },
  'read-name': { about: 'template' },
  'quote-number': { about: 'template' },
  'quote-tag': { about: 'template' },
  'fill-placeholder': { about: 'template' },
  'inject-sidecar': { about: 'template' },
  'name-not-id': { about: 'template' },
  'drop-scheme': { about: 'template' },
  'drop-surplus-tag': { about: 'template' },
  'write-digest': { about: 'template' },
  'name-registry': { about: 'template' },
  'full-name': { about: 'template' },
  'drop-tag': { about: 'template' },
  'drop-default-registry': { about: 'template' },
  'correct-registry': { about: 'template' },
  'other-eks-registry': { about: 'template' },
  'push-again': { about: 'other' },
  'fewer-layers': { about: 'other' },
  'digest-mismatch': { about: 'other' },
  'restore-tag': { about: 'other' },
  'push-held': { about: 'other' },
  'missing-layer': { about: 'other' },
  'missing-child': { about: 'other' },
  'without-pigz': { about: 'node' },
  'rebuild-layers': { about: 'other' },
  'restart-pull': { about: 'other' },
  'delete-outgoing-pod': { about: 'other' },
  'renew-pod': { about: 'other' },
  'see-silent-node': { about: 'node' },
  'delete-silent-node': { about: 'node' },
  'leave-virtual-node': { about: 'other' },
  wait: { about: 'other' },
  'raise-volume': { about: 'other' },
  'raise-tier': { about: 'other' },
  'find-askers': { about: 'other' },
  'stop-failed-logins': { about: 'login' },
  'replace-registry': { about: 'template' },
  'pull-less': { about: 'template' },
  'use-cache': { about: 'node' },
  'raise-kubelet-qps': { about: 'node' },
  'show-platforms': { about: 'other' },
  'build-for': { about: 'other' },
  'copy-platforms': { about: 'other' },
  emulate: { about: 'node' },
  'newer-base': { about: 'other' },
  'windows-image': { about: 'other' },
  'schedule-on-windows': { about: 'template' },
  'update-for-wasm': { about: 'node' },
  'schedule-elsewhere': { about: 'other' },
  'push-current-format': { about: 'other' },
  'not-an-image': { about: 'other' },
  'not-the-attestation': { about: 'other' },
  'not-the-signature': { about: 'other' },
  'allow-pull': { about: 'template' },
  'import-image': { about: 'node', on: 'client' },
  'load-as-others': { about: 'node', on: 'client' },
  preload: { about: 'node', on: 'client' },
  'load-image': { about: 'node' },
  'load-pulled': { about: 'node' },
  'same-secret': { about: 'login' },
  'exempt-preloaded': { about: 'node' },
  'read-all': { about: 'other' },
  'look-again': { about: 'other' },
  'slow-pull': { about: 'node' },
}

/** Returns whether the step changes or shows this. */
export function isAbout(subject: StepTraits['about'], { code }: { code: StepCode }): boolean {
  return TRAITS[code].about === subject
}

/** Returns whether the step's commands run on the node. */
export function runsOnNode({ code }: { code: StepCode }): boolean {
  return TRAITS[code].on !== undefined
}

/** Returns whether the step's commands need a shell on the node, whatever its platform. */
export function needsShell({ code }: { code: StepCode }): boolean {
  return TRAITS[code].on === 'shell'
}
