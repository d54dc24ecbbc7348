/**
 * Steps that depend on who pulls: the runtime, with its own settings and for no workload (a pause image), a guest, a virtual node, or a node
 * that does not report anymore.
 */

import { type Clue, clueOf, hasClue } from '../diagnosis/clue.ts'
import { isOpenToAll } from '../diagnosis/denial.ts'
import { type Cause, type Finding, isUnreached } from '../diagnosis/finding.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { isPublishedFor } from '../image/kubernetes-images.ts'
import { PROVIDER_FAILED } from '../image/pull-messages.ts'
import { cloudOf, ecrRegion, isFixedHost } from '../image/registries.ts'
import { isOnTheWay, isPackaged, stepsIf } from './conditions.ts'
import { formerMirrorSteps } from './misdirected-nodes.ts'
import type { Step, StepCode, StepOf } from './step.ts'
import { isAbout, needsShell, runsOnNode } from './step-traits.ts'

/** The steps for a pause image. @param ofCause what the cause alone suggests */
export function sandboxSteps(finding: Finding, ofCause: Step[]): Step[] {
  const { cause, registry, image, reference } = finding
  // Docker Hub has no official image for a name of one part, such as pause:3.9.
  const isUnnamed =
    hasClue(finding.clues, 'not-on-node') && image.includes('/') && reference?.endsWith(`/${image}`) === true
  const replaced = replacedPause(finding)
  const set: Step = {
    code: 'set-sandbox-image',
    image,
    ...(isUnnamed && { full: reference }),
    ...(replaced !== null && { own: replaced }),
  }
  // No registry has such a name: EKS's nodes bring the image (awslabs/amazon-eks-ami), and so do others.
  if (registry === 'localhost')
    return [...stepsIf(finding.host.platform === 'eks', { code: 'restore-sandbox-image' }), set]
  // Another tag of it would come from the same mirror, or to the same runtime.
  if (cause === 'platform-mismatch' && isPublishedFor(reference, finding.host)) return ofCause
  const own = (formerMirrorSteps(finding) ?? ofCause).filter(step => !needsOwner(step)).flatMap(withoutName)
  const denied = cause === 'auth-required-or-denied' || cause === 'rate-limited'
  const cloud = cloudOf(registry)
  const ofNode: Step[] = denied && cloud === 'ecr' ? ecrSandboxSteps(finding) : []
  // A cloud's login is valid for hours only, and the runtime does not ask the kubelet's credential provider for this image.
  const isOfMirror = finding.endpoint?.role === 'mirror' || hasClue(finding.clues, 'basic-demanded')
  const login: Step[] =
    denied &&
    registry !== null &&
    cloud === null &&
    !isOfMirror &&
    !isOpenToAll(finding) &&
    !(isPackaged(finding) && cause !== 'rate-limited')
      ? [{ code: 'sandbox-login', registry }]
      : []
  // Another pause image would not arrive either.
  const isOfNode =
    isOnTheWay(cause) ||
    cause === 'disk-full' ||
    cause === 'corrupt-or-unpack' ||
    hasClue(finding.clues, 'layer-refused') ||
    (cause === 'auth-required-or-denied' && (isOfMirror || isPackaged(finding)))
  const closedTo = replaced === null ? perhapsClosed(finding) : null
  const [first, ...others] =
    closedTo !== null
      ? [{ ...set, closedTo }, ...own]
      : isOfNode && replaced === null
        ? [...own, set]
        : [...ofNode, set, ...login, ...own]
  // Otherwise the kubelet removes the image again.
  const relieve = stepsIf(hasClue(finding.clues, 'disk-pressure') && cause !== 'disk-full', {
    code: 'relieve-disk',
  })
  const steps = [...(first === undefined ? [] : [first]), ...relieve, ...others]
  // The node has to be repaired, or its pause image to be pulled again: another one would be no better.
  if (OF_NODE_ITSELF.some(code => hasClue(finding.clues, code))) return own
  return finding.moved === null ? steps : [...steps, { code: 'find-replacement', moved: finding.moved }]
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

/**
 * The host that the node asks and does not reach, though nobody may have meant it to: in a closed network, a pause image that is left at its default is the
 * first that is missing (containerd/containerd#8653, k3s-io/k3os#431). Null for what somebody chose (a mirror, a proxy, a registry of one's own), where a
 * cloud sets the image on its nodes, and where the host answered, or the node's DNS is at fault.
 */
function perhapsClosed({ cause, endpoint, registry, clues, host }: Finding): string | null {
  if (!isUnreached(cause) || registry === null || !isFixedHost(registry)) return null
  if (host.platform === 'aks' || host.platform === 'gke') return null
  const asked = endpoint?.host ?? registry
  // Where the registry redirects, or has its tokens and layers, is known from its answer.
  const isItself = isDockerHub(registry) ? isDockerHub(asked) : asked === registry
  const isKnown =
    clueOf(clues, 'no-route')?.lost === true ||
    clueOf(clues, 'dns-server')?.refused === true ||
    REACHED.some(code => hasClue(clues, code))
  return isItself && endpoint?.role !== 'mirror' && !isKnown ? asked : null
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
  if (!('image' in step) || step.image !== '') return [step]
  return step.code === 'remove-image' ? [{ code: 'renew-sandbox-image' }] : []
}

/** A pause image belongs to no workload, the pod's pull secrets are not used for it, and it is the same for every pod of the node. */
function needsOwner(step: Step): boolean {
  if (step.code === 'windows-image' || step.code === 'schedule-elsewhere') return true
  return isAbout('login', step) || isAbout('right', step) || isAbout('template', step)
}

/** Without the node's own login for ECR, another pause image would only be the first of many that the node can't pull. */
function ecrSandboxSteps({ registry, reference, host }: Finding): Step[] {
  // EKS's node image brings its pause image, and a service pulls it with the node's role if it is gone (awslabs/amazon-eks-ami#1425).
  const brought = /\/eks\/pause(?:-\w+)?[:@]/.test(reference ?? '') && host.runtime !== 'docker'
  return [
    ...(brought ? ([{ code: 'restore-sandbox-image' }] as const) : []),
    { code: 'ecr-login-of-node', region: ecrRegion(registry) },
  ]
}

/** A guest pulls by itself, with neither the node's settings nor the pod's pull secrets. */
export function guestSteps(finding: Finding, steps: Step[]): Step[] {
  if (!hasClue(finding.clues, 'guest')) return steps
  const own = steps.filter(
    step => !runsOnNode(step) && !isAbout('login', step) && !isAbout('right', step) && !isAbout('node', step),
  )
  // Most often the guest has too little memory, but what else ends its unpacking is in its log only.
  if (hasClue(finding.clues, 'guest-gave-up'))
    return [
      { code: 'guest-settings', needs: 'room' },
      { code: 'guest-settings', needs: 'unpacker' },
    ]
  const needs = guestNeeds(finding, own)
  const others = needs === 'key' || (needs === 'unpacker' && isOfFiles(finding)) ? [] : own
  return needs === undefined ? own : [{ code: 'guest-settings', needs }, ...others]
}

/** Whether the guest unpacked a layer that is whole, and could not give a file what it should have, which another push does not change. */
function isOfFiles({ evidence }: Finding): boolean {
  return /\boperation not (?:supported|permitted)\b|\balready exists\b|\bfailed to set (?:permissions|ownerships?|owner|mode|xattrs?|extended attributes|modification times?|attributes) for\b/i.test(
    evidence?.text ?? '',
  )
}

function guestNeeds(finding: Finding, own: Step[]): StepOf<'guest-settings'>['needs'] | undefined {
  const { cause, clues } = finding
  if (cause === 'auth-required-or-denied' && isOpenToAll(finding)) return undefined
  if (hasClue(clues, 'encrypted')) return 'key'
  const problem = cause === 'tls' ? clueOf(clues, 'certificate')?.problem : undefined
  if (problem === 'unknown-authority') return 'trust'
  const isOfHost = problem === 'expired' || problem === 'wrong-name' || problem === 'no-name'
  // The guest reached the host, whose certificate is at fault.
  if (isOfHost && own.some(({ code }) => code === 'renew-certificate')) return undefined
  return isOnTheWay(cause) ? 'way' : GUEST_NEEDS[cause]
}

/** What else the guest lacks, by the cause; nothing if the image itself is at fault. */
const GUEST_NEEDS: Partial<Record<Cause, StepOf<'guest-settings'>['needs']>> = {
  'auth-required-or-denied': 'login',
  'rate-limited': 'login',
  'disk-full': 'room',
  'registry-server-error': 'look',
  'corrupt-or-unpack': 'unpacker',
  'canceled-or-deadline': 'time',
  other: 'look',
}

/** What waits for the node's next attempt, or for it to end a pod. */
const BY_KUBELET: readonly StepCode[] = ['wait', 'restart-pull', 'recreate-pods', 'look-again']

/** Nothing runs on a node that does not report anymore, and what it reported may have changed. */
export function silentNodeSteps({ node, clues }: Finding, steps: Step[]): Step[] {
  const silent = clueOf(clues, 'node-silent')
  if (silent === undefined || node === null) return steps
  return [
    { code: 'see-silent-node', node, since: silent.since },
    { code: 'delete-silent-node', node },
    ...steps.filter(step => !runsOnNode(step) && !isAbout('node', step) && !BY_KUBELET.includes(step.code)),
  ]
}

/** What is set on the machines of nodes: which mirrors they ask, whom they trust, and how they reach the internet. */
const NODE_SETTINGS: readonly StepCode[] = [
  'mirror-settings',
  'trust-authority',
  'authority-of-others',
  'login-of-others',
  'global-pull-secret',
  'allow-http',
  'fix-proxy',
  'proxy-login',
  'bypass-proxy',
  'use-cache',
  'use-local-image',
  'node-resolver',
  'raise-kubelet-qps',
  'exempt-preloaded',
]
/** What makes new pods: a virtual kubelet tries a pod only for a while, and then leaves it as it is. */
const MAKES_PODS: readonly StepCode[] = [
  'distribute-login',
  'cluster-login',
  'login-at-owner',
  'recreate-pods',
  'restart-pull',
  'use-known-secret',
  'name-secret',
]

/** Settings of node pools, which GKE's Autopilot has, too (its containerd configuration). */
const POOL_SETTINGS: readonly StepCode[] = ['mirror-settings', 'trust-authority', 'allow-http', 'use-cache']

/** A virtual node has no machine to work on. Only pods on Fargate and on Autopilot can test its way to a host, and have its identity. */
export function virtualNodeSteps({ host: { virtual }, reason }: Finding, steps: Step[]): Step[] {
  if (virtual === undefined) return steps
  const isAutopilot = virtual === 'autopilot'
  const isPossible = (step: Step) =>
    virtual === 'fargate' || isAutopilot
      ? !runsOnNode(step) || needsShell(step)
      : !runsOnNode(step) && !isAbout('right', step)
  const isSetting = ({ code }: Step) =>
    NODE_SETTINGS.includes(code) && !(isAutopilot && POOL_SETTINGS.includes(code))
  const own = steps.filter(step => isPossible(step) && !isSetting(step))
  const [first] = own
  const isRenamed = first !== undefined && isAbout('template', first)
  const isStuck = reason === PROVIDER_FAILED && !isRenamed && !own.some(makesPods)
  const repaired = first?.code === 'distribute-login' ? 1 : own.length
  return [
    ...own.toSpliced(repaired, 0, ...stepsIf(isStuck, { code: 'restart-pull' })),
    // A cluster of Autopilot has no other nodes.
    ...(virtual === 'autopilot'
      ? []
      : stepsIf(steps.some(isSetting), { code: 'leave-virtual-node', of: virtual })),
  ]
}

/** A secret that the pod names already reaches it without a new pod. */
function makesPods(step: Step): boolean {
  const isOld = step.code === 'distribute-login' && step.secret !== undefined
  return MAKES_PODS.includes(step.code) && !isOld
}
