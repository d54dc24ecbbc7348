/** Steps for a pause image, which the runtime pulls with its own settings and for no workload. */

import type { Clue } from '../diagnosis/clue.ts'
import { isOpenToAll } from '../diagnosis/denial.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { cloudOf, ecrRegion } from '../image/registries.ts'
import { hasClue, stepsIf } from './conditions.ts'
import type { Step } from './step.ts'
import { isAbout } from './step-traits.ts'

/** The steps for a pause image. @param ofCause what the cause alone suggests */
export function sandboxSteps(finding: Finding, ofCause: Step[]): Step[] {
  const { cause, registry, image, reference } = finding
  // Docker Hub has no official image for a name of one part, such as pause:3.9.
  const isUnnamed =
    hasClue(finding, 'not-on-node') && image.includes('/') && reference?.endsWith(`/${image}`) === true
  const set: Step = { code: 'set-sandbox-image', image, ...(isUnnamed && { full: reference }) }
  const own = ofCause.filter(step => !needsOwner(step)).flatMap(withoutName)
  const denied = cause === 'auth-required-or-denied' || cause === 'rate-limited'
  const cloud = cloudOf(registry)
  const ofNode: Step[] = denied && cloud === 'ecr' ? ecrSandboxSteps(finding) : []
  // A cloud's login is valid for hours only, and the runtime does not ask the kubelet's credential provider for this image.
  const login: Step[] =
    denied && registry !== null && cloud === null && !isOpenToAll(finding)
      ? [{ code: 'sandbox-login', registry }]
      : []
  const unreachable = [
    'registry-not-found-dns',
    'network-timeout',
    'connection-refused-or-reset',
    'tls',
    'proxy',
    'disk-full',
    'corrupt-or-unpack',
  ].includes(cause)
  const [first, ...others] = unreachable ? [...own, set] : [...ofNode, set, ...login, ...own]
  // Otherwise the kubelet removes the image again.
  const relieve = stepsIf(hasClue(finding, 'disk-pressure') && cause !== 'disk-full', {
    code: 'relieve-disk',
  })
  const steps = [...(first === undefined ? [] : [first]), ...relieve, ...others]
  // The node has to be repaired, or its pause image to be pulled again: another one would be no better.
  if (OF_NODE_ITSELF.some(code => hasClue(finding, code))) return own
  return finding.moved === null ? steps : [...steps, { code: 'find-replacement', moved: finding.moved }]
}

/** What keeps any pause image from being unpacked on the node, or is over once the same one is pulled again. */
const OF_NODE_ITSELF: readonly Clue['code'][] = [
  'no-unpacker',
  'snapshotter-gone',
  'disk-fault',
  'content-gone',
  'torn-store',
  'missing-tool',
  'kernel-refuses',
  'mount-refused',
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
