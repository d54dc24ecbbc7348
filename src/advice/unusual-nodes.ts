/** Narrows steps to what is possible where no ordinary node pulls: one that no longer reports, a virtual one, or a guest. */

import { clueOf } from '../diagnosis/clue.ts'
import { isOpenToAll } from '../diagnosis/denial.ts'
import type { Cause, Finding } from '../diagnosis/finding.ts'
import { PROVIDER_FAILED } from '../image/pull-messages.ts'
import { ON_THE_WAY, stepsIf } from './conditions.ts'
import type { Step, StepCode, StepOf } from './step.ts'
import { isAbout, needsShell, runsOnNode } from './step-traits.ts'

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
  'allow-http',
  'fix-proxy',
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
  'recreate-pods',
  'restart-pull',
  'use-known-secret',
]

/** A virtual node has no machine to work on. Only Fargate's pods can test its way to a host, and have its identity. */
export function virtualNodeSteps({ host: { virtual }, reason }: Finding, steps: Step[]): Step[] {
  if (virtual === undefined) return steps
  const isPossible = (step: Step) =>
    virtual === 'fargate'
      ? !runsOnNode(step) || needsShell(step)
      : !runsOnNode(step) && !isAbout('right', step)
  const isSetting = ({ code }: Step) => NODE_SETTINGS.includes(code)
  const own = steps.filter(step => isPossible(step) && !isSetting(step))
  const [first] = own
  const isRenamed = first !== undefined && isAbout('template', first)
  const isStuck = reason === PROVIDER_FAILED && !isRenamed && !own.some(makesPods)
  const repaired = first?.code === 'distribute-login' ? 1 : own.length
  return [
    ...own.toSpliced(repaired, 0, ...stepsIf(isStuck, { code: 'restart-pull' })),
    ...stepsIf(steps.some(isSetting), { code: 'leave-virtual-node', of: virtual }),
  ]
}

/** A secret that the pod names already reaches it without a new pod. */
function makesPods(step: Step): boolean {
  const isOld = step.code === 'distribute-login' && step.secret !== undefined
  return MAKES_PODS.includes(step.code) && !isOld
}

/** A guest pulls by itself, with neither the node's settings nor the pod's pull secrets. */
export function guestSteps(finding: Finding, steps: Step[]): Step[] {
  const { cause } = finding
  const isOpen = cause === 'auth-required-or-denied' && isOpenToAll(finding)
  const needs = isOpen ? undefined : ON_THE_WAY.includes(cause) ? 'way' : GUEST_NEEDS[cause]
  const own = steps.filter(
    step => !runsOnNode(step) && !isAbout('login', step) && !isAbout('right', step) && !isAbout('node', step),
  )
  return needs === undefined ? own : [{ code: 'guest-settings', needs }, ...own]
}

/** What else the guest lacks, by the cause; nothing if the image itself is at fault. */
const GUEST_NEEDS: Partial<Record<Cause, StepOf<'guest-settings'>['needs']>> = {
  'auth-required-or-denied': 'login',
  'rate-limited': 'login',
  'disk-full': 'room',
  'registry-server-error': 'look',
  'canceled-or-deadline': 'look',
  other: 'look',
}
