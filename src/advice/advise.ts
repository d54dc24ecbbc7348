/** From a finding to what somebody should do about it, the best first. */

import { clueOf } from '../diagnosis/clues.ts'
import type { Cause, Finding } from '../diagnosis/finding.ts'
import { denialSteps } from './denial.ts'
import { checkedSteps, missingSteps, nameClueSteps, unreadableNameSteps } from './image-steps.ts'
import {
  dnsSteps,
  proxySteps,
  refusedSteps,
  schemeSteps,
  serverErrorSteps,
  timeoutSteps,
  tlsSteps,
} from './network.ts'
import {
  canceledSteps,
  corruptSteps,
  diskSteps,
  manifestSteps,
  neverSteps,
  otherSteps,
  platformSteps,
  signatureSteps,
} from './node-steps.ts'
import { kubeletQpsSteps, limitSteps } from './rate-limit.ts'
import { ON_NODE, type Step } from './step.ts'

/** A cause without steps does not compile. */
const BY_CAUSE: Record<Cause, (finding: Finding) => Step[]> = {
  'rate-limited': limitSteps,
  'kubelet-qps': kubeletQpsSteps,
  'auth-required-or-denied': denialSteps,
  'image-not-found': missingSteps,
  'registry-not-found-dns': dnsSteps,
  'network-timeout': timeoutSteps,
  'connection-refused-or-reset': refusedSteps,
  tls: tlsSteps,
  'http-https-mismatch': schemeSteps,
  proxy: proxySteps,
  'platform-mismatch': platformSteps,
  'unsupported-manifest': manifestSteps,
  'invalid-reference': unreadableNameSteps,
  'never-pull': neverSteps,
  'disk-full': diskSteps,
  'registry-server-error': serverErrorSteps,
  'corrupt-or-unpack': corruptSteps,
  'signature-policy': signatureSteps,
  'canceled-or-deadline': canceledSteps,
  other: otherSteps,
}

/** What to do about one finding. Findings that share a story share their steps. */
export function stepsFor(finding: Finding): [Step, ...Step[]] {
  const steps = finding.containerKind === 'sandbox' ? sandboxSteps(finding) : containerSteps(finding)
  const entered = steps.some(({ code }) => ON_NODE.has(code)) && finding.node !== null
  const [first = { code: 'read-all' as const }, ...others] = entered
    ? [...steps, { code: 'enter-node' as const }]
    : steps
  return [first, ...others]
}

function containerSteps(finding: Finding): Step[] {
  const { moved } = finding
  // Whatever answers under the name of a registry that was switched off, nothing there is to be repaired.
  if (moved?.state === 'retired' && !ANSWERS.includes(finding.cause))
    return [
      { code: 'find-replacement', moved },
      { code: 'set-image', known: 'nothing' },
    ]
  const clues = nameClueSteps(finding)
  const own = checkedSteps(finding) ?? BY_CAUSE[finding.cause](finding)
  // What the name gives away stands for the look at the name, and for the login that might have opened it.
  const unsettled = clues.length === 0 ? own : own.filter(({ code }) => !SETTLED_BY_NAME.includes(code))
  // Whoever has asked need not be told to.
  const rest = finding.check === null ? unsettled : unsettled.filter(({ code }) => code !== 'ask-registry')
  const steps = [
    ...clues,
    ...movedSteps(finding),
    ...rest,
    ...localSteps(finding),
    ...jobSteps(finding, rest),
  ]
  return clueOf(finding.clues, 'guest') === undefined ? steps : guestSteps(finding, steps)
}

/** A guest pulls by itself: neither the node's settings nor the pod's pull secrets count there. */
function guestSteps({ cause }: Finding, steps: Step[]): Step[] {
  const login = cause === 'auth-required-or-denied' || cause === 'rate-limited'
  const own = steps.filter(
    ({ code }) => !ON_NODE.has(code) && !OF_PODS.includes(code) && !OF_NODES.includes(code),
  )
  return [{ code: 'guest-settings', needs: login ? 'login' : 'way' }, ...own]
}

/** What speaks of the node's settings. */
const OF_NODES: readonly Step['code'][] = [
  'mirror-settings',
  'fix-dns',
  'check-provider',
  'restart-pull',
  'slow-pull',
]

/** An image that was only built or loaded on the node is asked for at its registry all the same, as long as the policy is Always. */
function localSteps({ cause, clues }: Finding): Step[] {
  const missing = cause === 'auth-required-or-denied' || cause === 'image-not-found'
  return missing && clueOf(clues, 'local-image') !== undefined ? [{ code: 'use-local-image' }] : []
}

/** What is given to a Job's service account or secrets helps the pods that it makes from then on; its template never changes. */
function jobSteps({ workload }: Finding, steps: Step[]): Step[] {
  const helps = steps.some(({ code }) => code === 'distribute-login' || code === 'recreate-pods')
  return workload?.kind === 'Job' && helps ? [{ code: 'recreate-job' }] : []
}

/** Causes that are a registry's own answer. */
const ANSWERS: readonly Cause[] = ['auth-required-or-denied', 'image-not-found', 'other']

const SETTLED_BY_NAME: readonly Step['code'][] = [
  'check-name',
  'ask-registry',
  'distribute-login',
  'recreate-pods',
  'grant-cloud-role',
  'full-name',
]

/** An image that is gone from its place is to be had elsewhere, or nowhere. */
function movedSteps({ moved }: Finding): Step[] {
  if (moved === null) return []
  return moved.to === null
    ? [{ code: 'find-replacement', moved }]
    : [{ code: 'use-replacement', moved, to: moved.to }]
}

/** The runtime pulls the pause image without any pod's credential, so that only its own settings count. */
function sandboxSteps(finding: Finding): Step[] {
  const { cause, registry, image } = finding
  const set: Step = { code: 'set-sandbox-image', image }
  // The error of a damaged one does not name it.
  const canBeDone = (step: Step) => !OF_PODS.includes(step.code) && !('image' in step && step.image === '')
  const own = BY_CAUSE[cause](finding).filter(canBeDone)
  const denied = cause === 'auth-required-or-denied' || cause === 'rate-limited'
  const login: Step[] = denied && registry !== null ? [{ code: 'sandbox-login', registry }] : []
  const unreachable = [
    'registry-not-found-dns',
    'network-timeout',
    'connection-refused-or-reset',
    'tls',
    'proxy',
    'disk-full',
    'corrupt-or-unpack',
  ].includes(cause)
  const steps = unreachable ? [...own, set] : [set, ...login, ...own]
  return finding.moved === null ? steps : [...steps, { code: 'find-replacement', moved: finding.moved }]
}

/** What a pause image can't be helped with: it belongs to no workload, and no pull secret counts. */
const OF_PODS: readonly Step['code'][] = [
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
  'ask-registry',
]
