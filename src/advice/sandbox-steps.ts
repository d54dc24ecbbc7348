/** Steps for pause images: the runtime pulls them for no workload, with its own settings, and one is the same for every pod of the node. */

import { type Clue, clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { type Finding, isOnTheWay, isUnreached } from '../diagnosis/finding.ts'
import { isOpenToAll } from '../diagnosis/refusal/denial.ts'
import { cloudOf, ecrRegion } from '../image/cloud-registries.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { isPublishedFor } from '../image/kubernetes-images.ts'
import { isFixedHost, registryBehind } from '../image/registries.ts'
import { isPackaged, stepsIf } from './conditions.ts'
import { formerMirrorSteps } from './misdirected-nodes.ts'
import type { Step, StepOf } from './step/step.ts'
import { isAbout } from './step/step-traits.ts'

/** The steps for a pause image. @param ofCause what the cause alone suggests */
export function sandboxSteps(finding: Finding, ofCause: Step[]): Step[] {
  const { cause, registry, reference, clues, moved } = finding
  const set = setPauseImage(finding)
  // No registry has such a name: EKS's nodes bring the image (awslabs/amazon-eks-ami), and so do others.
  if (registry === 'localhost')
    return [...stepsIf(finding.host.platform === 'eks', { code: 'restore-sandbox-image' }), set]
  // Another tag of it would come from the same mirror, or to the same runtime.
  if (
    cause === 'platform-mismatch' &&
    (isPublishedFor(reference, finding.host) || ofCause[0]?.code === 'update-runtime')
  )
    return ofCause
  const own = (formerMirrorSteps(finding) ?? ofCause)
    .filter(step => !needsOwner(step) && (finding.image !== '' || step.code !== 'build-for'))
    .flatMap(withoutName)
  // The node has to be repaired, or its pause image to be pulled again: another one would be no better.
  if (hasClue(clues, ...OF_NODE_ITSELF)) return own
  // Otherwise the kubelet removes the image again.
  const relieve = stepsIf(hasClue(clues, 'disk-pressure') && cause !== 'disk-full', { code: 'relieve-disk' })
  // What the network is closed to came from an archive, for which there has to be room.
  const isFirst = perhapsClosed(finding) !== null && clueOf(clues, 'disk-pressure')?.past === false
  const steps = inOrder(finding, set, own).toSpliced(isFirst ? 0 : 1, 0, ...relieve)
  return moved === null ? steps : [...steps, { code: 'find-replacement', moved }]
}

type SetPauseImage = StepOf<'set-sandbox-image'>

function setPauseImage(finding: Finding): SetPauseImage {
  const { image, reference, clues } = finding
  // Docker Hub has no official image for a name of one part, such as pause:3.9.
  const isUnnamed =
    hasClue(clues, 'not-on-node') && image.includes('/') && reference?.endsWith(`/${image}`) === true
  const own = replacedPause(finding)
  return {
    code: 'set-sandbox-image',
    image,
    ...(isUnnamed && { full: reference }),
    ...(own !== null && { own }),
  }
}

/** Sets another pause image before, or after, what makes this one arrive. */
function inOrder(finding: Finding, set: SetPauseImage, own: Step[]): Step[] {
  if (set.own === undefined) {
    const closedTo = perhapsClosed(finding)
    if (closedTo !== null) return [{ ...set, closedTo }, ...own]
    // A name in the node's own settings may be wrong there, such as one of a region that lacks it.
    if (isUnknownHost(finding)) return [...own.slice(0, 1), set, ...own.slice(1)]
    if (failsForAny(finding)) return [...own, set]
  }
  return [...ecrSandboxSteps(finding), set, ...loginOfRuntime(finding), ...own]
}

/** Whether DNS has no address for the host in the image's name, which is one of a cloud: its names differ by region and account. */
function isUnknownHost({ cause, clues, registry, endpoint }: Finding): boolean {
  const isNamed = (endpoint?.host ?? registry) === registry && cloudOf(registry) !== null
  return cause === 'registry-not-found-dns' && isNamed && clueOf(clues, 'dns-answer')?.answer === 'none'
}

/** A mirror of the node, which gets the login of the runtime's settings. */
const isOfMirror = ({ endpoint, clues }: Finding) =>
  endpoint?.role === 'mirror' || hasClue(clues, 'basic-demanded')

const isDenied = ({ cause }: Finding) => cause === 'auth-required-or-denied' || cause === 'rate-limited'

/** Whether another pause image would not arrive either. */
function failsForAny(finding: Finding): boolean {
  const { cause, clues } = finding
  return (
    isOnTheWay(cause) ||
    cause === 'disk-full' ||
    cause === 'corrupt-or-unpack' ||
    hasClue(clues, 'layer-refused') ||
    (cause === 'auth-required-or-denied' && (isOfMirror(finding) || isPackaged(finding)))
  )
}

/** A cloud's login is valid for hours only, and the runtime does not ask the kubelet's credential provider for this image. */
function loginOfRuntime(finding: Finding): Step[] {
  const { cause, registry } = finding
  if (!isDenied(finding) || registry === null || cloudOf(registry) !== null) return []
  if (isOfMirror(finding) || isOpenToAll(finding) || (isPackaged(finding) && cause !== 'rate-limited'))
    return []
  return [{ code: 'sandbox-login', registry }]
}

/** The pause images that distributions write into the configuration of their containerd (k0sproject/k0s#2414, k3s-io/k3s, pkg/cli/cmds/agent.go). */
const OWN_PAUSE: Partial<Record<string, string>> = {
  k0s: 'quay.io/k0sproject/pause',
  k3s: 'rancher/mirrored-pause',
  rke2: 'rancher/mirrored-pause',
}

/**
 * The distribution's own pause image, where the runtime asked for containerd's default: then somebody's own configuration took the place of the
 * distribution's, and lacks it (k0sproject/k0sctl#1117). K0s has its own since 1.33.1.
 */
function replacedPause({ cause, image, host: { platform, runtime, kubeletMinor } }: Finding): string | null {
  if (!isOnTheWay(cause) || runtime !== 'containerd' || !/^registry\.k8s\.io\/pause:/.test(image)) return null
  const hasOwn = platform !== 'k0s' || (kubeletMinor !== null && kubeletMinor > 33)
  return hasOwn ? (OWN_PAUSE[platform ?? ''] ?? null) : null
}

/** What glibc and musl say where no DNS server gave an answer (EAI_AGAIN of getaddrinfo(3)). */
const TRY_AGAIN = /\blookup \S{1,300}: (?:temporary failure in name resolution|try again)\b/i

/**
 * The host that the node asks and does not reach, though nobody may have meant it to: in a closed network, a pause image that is left at its default is the
 * first that is missing (containerd/containerd#8653, k3s-io/k3os#431). Null for what somebody chose (a mirror, a proxy, a registry of one's own), where a
 * cloud sets the image on its nodes, and where the host answered, or the node's DNS is at fault.
 */
function perhapsClosed({ cause, endpoint, registry, clues, host, evidence }: Finding): string | null {
  if (!isUnreached(cause) || registry === null || !isFixedHost(registry)) return null
  if (host.platform === 'aks' || host.platform === 'gke') return null
  const asked = endpoint?.host ?? registry
  // Where the registry redirects, or has its tokens and layers, is known from its answer.
  const isItself = isDockerHub(registry) ? isDockerHub(asked) : asked === registry
  // Where this one redirects depends on the client's place, and nobody who closes a network knows all of it (kubernetes/kubernetes#115356).
  const isRedirect =
    (registryBehind(registry) ?? registry) === 'registry.k8s.io' &&
    (endpoint?.role === 'registry' || endpoint?.role === 'storage')
  const isKnown =
    clueOf(clues, 'no-route')?.lost === true ||
    clueOf(clues, 'unopened')?.why === 'ports' ||
    isDnsFault(clues) ||
    TRY_AGAIN.test(evidence?.text ?? '') ||
    hasClue(clues, ...REACHED)
  return (isItself || isRedirect) && endpoint?.role !== 'mirror' && !isKnown ? asked : null
}

/** A server that refuses runs no DNS, and a node that has no IPv6 at all has a server of IPv6 by mistake; a closed network has one that it reaches. */
function isDnsFault(clues: readonly Clue[]): boolean {
  const { server = '', unreached = null } = clueOf(clues, 'dns-server') ?? {}
  return unreached === 'refused' || (unreached === 'network' && server.includes(':'))
}

/** What shows that some node reaches the host, this one or another, or that its name leads elsewhere. */
const REACHED: readonly Clue['code'][] = [
  'answers-elsewhere',
  'node-apart',
  'misresolved',
  'interrupted',
  'unanswered',
  'request-late',
]

/** What keeps any pause image from being unpacked on the node, or is over once the same one is pulled again. */
const OF_NODE_ITSELF: readonly Clue['code'][] = [
  'no-unpacker',
  'snapshotter-gone',
  'snapshotter-without-login',
  'snapshotter-without-name',
  'disk-fault',
  'content-gone',
  'mount-refused',
  'torn-store',
  'thin-devices',
  'store-folder-gone',
  'damaged-store',
  'missing-tool',
  'kernel-refuses',
  'broken-store',
  'unpacker-killed',
  'node-login-file',
  'policy-file',
]

/** The error of a damaged pause image does not name it: what needs its name is omitted, or done after a look at the node's images. */
function withoutName(step: Step): Step[] {
  // The kubelet tries to make the sandbox again by itself, for every pod there.
  if (step.code === 'restart-pull') return []
  if (!('image' in step) || step.image !== '') return [step]
  return step.code === 'remove-image' ? [{ code: 'renew-sandbox-image' }] : []
}

/** A pause image belongs to no workload, the pod's pull secrets are not used for it, and it is the same for every pod of the node. */
function needsOwner(step: Step): boolean {
  if (step.code === 'windows-image' || step.code === 'schedule-elsewhere') return true
  return isAbout('login', step) || isAbout('right', step) || isAbout('template', step)
}

/** Without the node's own login for ECR, another pause image would only be the first of many that the node can't pull. */
function ecrSandboxSteps(finding: Finding): Step[] {
  const { registry, reference, host } = finding
  if (!isDenied(finding) || cloudOf(registry) !== 'ecr') return []
  // EKS's node image brings its pause image, and a service pulls it with the node's role if it is gone (awslabs/amazon-eks-ami#1425).
  const brought = /\/eks\/pause(?:-\w+)?[:@]/.test(reference ?? '') && host.runtime !== 'docker'
  return [
    ...stepsIf(brought, { code: 'restore-sandbox-image' }),
    { code: 'ecr-login-of-node', region: ecrRegion(registry) },
  ]
}
