/** Commands ready to paste, made of what a finding names. Names from the cluster are quoted for the shell. */

import type { Finding, Remedy } from '../../diagnosis/finding.ts'
import { shellWord } from '../escape.ts'
import type { Step } from './told.ts'

/** `-n web`, or every namespace where the findings are in several. */
function scopeOf(findings: readonly Pick<Finding, 'namespace'>[]): string {
  const [first, ...others] = new Set(findings.map(({ namespace }) => namespace))
  return first !== undefined && others.length === 0 ? `-n ${shellWord(first)}` : '--all-namespaces'
}

/** The `fix` that serves these findings, with the flags of a remedy that has some. */
export function fixCommand(
  program: string,
  findings: readonly Pick<Finding, 'namespace'>[],
  flags = '',
): string {
  return [program, 'fix', scopeOf(findings), flags].filter(part => part !== '').join(' ')
}

/** The `fix` that gives the pods a login: only new pods get one, and those that nothing makes anew `fix` leaves alone unless told. */
export function loginFixCommand(
  program: string,
  findings: readonly Pick<Finding, 'namespace' | 'workload'>[],
): string {
  const bare = findings.every(({ workload }) => workload === null)
  return fixCommand(program, findings, bare ? '--recreate-bare-pods' : '')
}

const FLAGS: Record<Exclude<Remedy, 'authenticate' | 'recreate'>, (finding: Finding) => string> = {
  pin: () => '--pin',
  'pull-policy': ({ reference }) =>
    `${reference?.endsWith(':latest') ? '--pin ' : ''}--pull-policy IfNotPresent`,
  // Amazon's public registry carries Docker's official images and no others.
  'replace-registry': ({ reference }) =>
    reference?.startsWith('docker.io/library/')
      ? '--replace-registry docker.io=public.ecr.aws/docker'
      : '--replace-registry docker.io=<mirror>',
}

/** The command that does one remedy for one finding. */
export function remedyCommand(program: string, remedy: Remedy, finding: Finding): string {
  if (remedy === 'authenticate' || remedy === 'recreate') return loginFixCommand(program, [finding])
  return fixCommand(program, [finding], FLAGS[remedy](finding))
}

/** How this machine gets the credential that `fix` hands out. */
export function loginCommand(registry: string | null): string {
  return registry === null || registry === 'docker.io'
    ? 'docker login'
    : `docker login ${shellWord(registry)}`
}

/** `NAMESPACE/POD`, as `why` takes it. */
export function podPath({ namespace, pod }: Pick<Finding, 'namespace' | 'pod'>): string {
  return `${namespace}/${pod}`
}

export function whyCommand(program: string, finding: Pick<Finding, 'namespace' | 'pod'>): string {
  return `${program} why ${shellWord(podPath(finding))}`
}

/** `deployment/shop`; for a pod that no controller made `pod/shop-1`. */
export function workloadPath({ workload, pod }: Pick<Finding, 'workload' | 'pod'>): string {
  return workload === null || isStatic({ workload })
    ? `pod/${pod}`
    : `${workload.kind.toLowerCase()}/${workload.name}`
}

/** A static pod: the kubelet made it from a file, and the node stands as its owner. */
export function isStatic({ workload }: Pick<Finding, 'workload'>): boolean {
  return workload?.kind === 'Node'
}

/** How a static pod gets a login, which no object of the cluster can give it. */
export const NODE_LOGIN: Step = {
  say: 'Put a login for the kubelet on the node, as /var/lib/kubelet/config.json (like ~/.docker/config.json), and restart the kubelet',
}

/** What helps against a malformed pull secret. */
export function mendSecret(namespace: string, secret: string): Step {
  return {
    say: `Make secret ${secret} anew, or take it out of the pod's imagePullSecrets`,
    command: `kubectl -n ${shellWord(namespace)} get secret ${shellWord(secret)} -o yaml`,
  }
}

/** `on node node-1`, where it is known. */
export function onNode({ node }: Finding): string {
  return node === null ? 'on the node' : `on node ${node}`
}

/** The pull once more, by hand, with the runtime's whole answer. */
export function pullByHand(finding: Finding): Step {
  return {
    say: `Repeat the pull ${onNode(finding)} to see the runtime's own answer`,
    command: `crictl pull ${shellWord(finding.reference ?? finding.image)}`,
    where: onNode(finding),
  }
}
