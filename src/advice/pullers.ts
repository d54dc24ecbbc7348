/** Steps that depend on who pulls: a guest, a virtual node, or a node that does not report anymore. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { CertificateProblem } from '../diagnosis/clues/clue-on-way.ts'
import { type Cause, type Finding, isOnTheWay } from '../diagnosis/finding.ts'
import type { VirtualNode } from '../diagnosis/node/virtual-node.ts'
import { isOpenToAll } from '../diagnosis/refusal/denial.ts'
import { PROVIDER_FAILED } from '../image/pull-messages.ts'
import { stepsIf } from './conditions.ts'
import type { Step, StepCode, StepOf } from './step/step.ts'
import { isAbout, needsShell, runsOnNode } from './step/step-traits.ts'

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

const OF_HOST: readonly CertificateProblem[] = [
  'expired',
  'wrong-name',
  'no-name',
  'negative-serial',
  'unreadable',
  'weak-signature',
]

function guestNeeds(finding: Finding, own: Step[]): StepOf<'guest-settings'>['needs'] | undefined {
  const { cause, clues } = finding
  if (cause === 'auth-required-or-denied' && isOpenToAll(finding)) return undefined
  if (hasClue(clues, 'encrypted')) return 'key'
  const problem = cause === 'tls' ? clueOf(clues, 'certificate')?.problem : undefined
  if (problem === 'unknown-authority') return 'trust'
  const isOfHost = problem !== undefined && OF_HOST.includes(problem)
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
const BY_KUBELET: readonly StepCode[] = [
  'wait',
  'await-pull',
  'retry-relieved',
  'restart-pull',
  'recreate-pods',
  'look-again',
]

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
  'node-login',
  'set-sandbox-image',
  'sandbox-login',
  'keep-layers',
  'update-runtime',
  'install-tool',
  'give-rights',
  'move-store',
  'bypass-snapshotter',
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

/** What can be set for all nodes of a kind: in the containerd configuration of GKE's node pools, or in the NodeClass of EKS's Auto Mode. */
const POOL_SETTINGS: Partial<Record<VirtualNode, readonly StepCode[]>> = {
  autopilot: ['mirror-settings', 'trust-authority', 'allow-http', 'use-cache'],
  'auto-mode': ['trust-authority', 'fix-proxy', 'proxy-login', 'bypass-proxy'],
}

/** What a debug pod shows of its node with the host's own programs. */
const SHOWN_TO_POD: readonly StepCode[] = [
  'check-clock',
  'check-disk',
  'check-provider',
  'restore-sandbox-image',
  'runtime-log',
  'show-disk',
  'show-killed',
  'show-memory',
]

/** What repairs a machine, and another machine does as well: Auto Mode has one for each node, and Fargate for each pod. */
const BY_NEW_MACHINE: readonly StepCode[] = [
  'enable-cri',
  'raise-limits',
  'release-store',
  'remove-image',
  'renew-sandbox-image',
  'start-runtime',
  'start-snapshotter',
]
const REPAIRS: Partial<Record<VirtualNode, readonly StepCode[]>> = {
  'auto-mode': [...BY_NEW_MACHINE, 'prune-images', 'relieve-disk'],
  // Its disk was empty, so a new one has room for no more.
  fargate: [...BY_NEW_MACHINE, 'check-disk'],
}

/** What only matters in the long run, or for the node's own programs: no reason to leave the node for another one. */
const NO_REASON: readonly StepCode[] = [
  'use-cache',
  'raise-kubelet-qps',
  'keep-layers',
  'update-runtime',
  'node-login',
]

/** A virtual node has no machine to work on. Only pods on Fargate, on Autopilot, and in Auto Mode can test its way to a host, and have its identity. */
export function virtualNodeSteps(finding: Finding, steps: Step[]): Step[] {
  const { reason } = finding
  const { virtual } = finding.host
  if (virtual === undefined) return steps
  const isAuto = virtual === 'auto-mode'
  const isRepaired = ({ code }: Step) => REPAIRS[virtual]?.includes(code) === true
  const isPossible = (step: Step) =>
    virtual === 'fargate' || virtual === 'autopilot' || isAuto
      ? !runsOnNode(step) || needsShell(step) || (isAuto && SHOWN_TO_POD.includes(step.code))
      : !runsOnNode(step) && !isAbout('right', step)
  const isSetting = ({ code }: Step) =>
    NODE_SETTINGS.includes(code) && POOL_SETTINGS[virtual]?.includes(code) !== true
  const repair = steps.find(isRepaired)
  const own = steps.flatMap((step): Step[] => {
    if (isRepaired(step)) return step === repair ? newMachine(finding, steps) : []
    return isPossible(step) && !isSetting(step) ? [step] : []
  })
  const [first] = own
  const isRenamed = first !== undefined && isAbout('template', first)
  const isStuck = reason === PROVIDER_FAILED && !isRenamed && !own.some(makesPods)
  const repaired = first?.code === 'distribute-login' ? 1 : own.length
  return [
    ...own.toSpliced(repaired, 0, ...stepsIf(isStuck, { code: 'restart-pull' })),
    // A cluster of Autopilot has no other nodes.
    ...(virtual === 'autopilot'
      ? []
      : stepsIf(
          steps.some(step => isSetting(step) && !NO_REASON.includes(step.code)) && repair === undefined,
          { code: 'leave-virtual-node', of: virtual },
        )),
  ]
}

/** What gives the pod another machine, unless a step does that already. */
function newMachine({ host, node }: Finding, steps: Step[]): Step[] {
  if (host.virtual !== 'fargate') return node === null ? [] : [{ code: 'replace-node', node }]
  return stepsIf(!steps.some(({ code }) => MAKES_PODS.includes(code)), { code: 'restart-pull' })
}

/** A secret that the pod names already reaches it without a new pod. */
function makesPods(step: Step): boolean {
  const isOld = step.code === 'distribute-login' && step.secret !== undefined
  return MAKES_PODS.includes(step.code) && !isOld
}
