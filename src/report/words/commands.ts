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

/** What `kubectl set image` can change (kubectl set image --help); a Job's template never changes. */
const SETTABLE = /^(?:pod|replicationcontroller|deployment|daemonset|statefulset|cronjob|replicaset)$/i

/** Where a container is defined. */
export type ContainerPlace = Pick<Finding, 'namespace' | 'pod' | 'workload' | 'container' | 'containerKind'>

/**
 * How to give the container another image: `known`, and behind it what the user has to choose. That stands outside of the
 * quotes, as `<tag>`: a shell refuses the whole line until something is in its place.
 */
export function setImage(place: ContainerPlace, known: string, open: string): Step {
  const { namespace, pod, container, containerKind, workload } = place
  if (isStatic(place)) return { say: `Set the right image ${inManifest(place)}` }
  if (containerKind === 'ephemeral') return anotherDebugContainer(namespace, pod)
  if (workload?.kind === 'Job')
    return {
      say: `Delete job ${workload.name} and create it with the right image: a Job's template can't be changed`,
    }
  if (!SETTABLE.test(workload?.kind ?? 'Pod') || containerKind === 'volume')
    return editField(place, 'Set the right image')
  const what = `${shellWord(workloadPath(place))} ${shellWord(`${container}=${known}`)}${open}`
  return {
    say: 'Set the right image (at its source, where GitOps keeps it)',
    command: `kubectl -n ${shellWord(namespace)} set image ${what}`,
  }
}

/** How to change another field of the container, which no kubectl command sets. */
export function editField(place: ContainerPlace, say: string): Step {
  const { namespace, pod, containerKind, workload } = place
  if (isStatic(place)) return { say: `${say} ${inManifest(place)}` }
  if (containerKind === 'ephemeral') return anotherDebugContainer(namespace, pod)
  const what = workloadPath(place)
  const kubectl = `kubectl -n ${shellWord(namespace)}`
  return workload === null || workload.kind === 'Job'
    ? {
        say: `${say}; ${what} itself can't be changed, so save it, delete it and create it anew`,
        command: `${kubectl} get ${shellWord(what)} -o yaml`,
      }
    : { say, command: `${kubectl} edit ${shellWord(what)}` }
}

function anotherDebugContainer(namespace: string, pod: string): Step {
  return {
    say: "Start another debug container with the right image: this one can't be changed",
    command: `kubectl -n ${shellWord(namespace)} debug ${shellWord(pod)} -it --image=<image>`,
  }
}

/** A static pod: the kubelet made it from a file, and the node stands as its owner. */
export function isStatic({ workload }: Pick<Finding, 'workload'>): boolean {
  return workload?.kind === 'Node'
}

function inManifest({ workload }: Pick<Finding, 'workload'>): string {
  return `in the static pod's manifest on node ${workload?.name} (/etc/kubernetes/manifests, unless its kubelet has another folder)`
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

/** The image as written, up to the tag. */
export function untagged(image: string): string {
  return `${image.replace(/@.*$/s, '').replace(/:[^/:]*$/, '')}:`
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
