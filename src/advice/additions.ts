/** Changes the steps of a cause by what else the finding shows: what comes first, what is left out, and what is added beside them. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { type Cause, type Finding, isOnTheWay } from '../diagnosis/finding.ts'
import { atLeast } from '../diagnosis/node/pulling-node.ts'
import { isOfEks } from '../image/cloud-registries.ts'
import { hasVersion } from '../image/fixed-tag.ts'
import { isLocal } from '../image/host.ts'
import { parseReference } from '../image/reference.ts'
import { registryBehind } from '../image/registries.ts'
import { isNamedForWindows, windowsBuildIn } from '../image/windows-images.ts'
import { isPackaged } from './conditions.ts'
import { brokenMirror } from './host-names.ts'
import { mayBeMistyped, movedSteps } from './moved-steps.ts'
import { dropRegistry } from './name-steps.ts'
import { withNewRun, withRecreatedJob } from './pod-origin.ts'
import { withRenewer } from './renewals.ts'
import type { Step } from './step/step.ts'
import { withWayOut } from './unreached.ts'

/** What depends on the other steps of the cause, in the order in which it is added. */
const ADDITIONS: readonly ((finding: Finding, steps: Step[]) => Step[])[] = [
  withPath,
  withOpenPull,
  withRecreatedJob,
  withNewRun,
  withBrokenMirror,
  withRegistryBehind,
  withOtherEksRegistry,
  withImageOfNode,
  withRelief,
  withRenewer,
  withWindowsNodes,
  withoutOtherPlatforms,
  withWayOut,
  withOtherDebug,
]

/** Returns the steps with everything that depends on them. */
export function withAdditions(finding: Finding, steps: Step[]): Step[] {
  return ADDITIONS.reduce((all, add) => add(finding, all), steps)
}

/** A pull that is running ends with its pod, and most likely gives the image if the failed one was only canceled. */
function withOpenPull({ clues }: Finding, steps: Step[]): Step[] {
  const open = clueOf(clues, 'pull-goes-on')
  // One that ends after a fixed time ends that way again (cri-dockerd), and pulling by hand is what ends that.
  const endsAgain = steps.some(step => step.code === 'pull-by-hand' && step.before === true)
  if (open === undefined || endsAgain) return steps
  return [
    { code: 'await-pull', since: open.since },
    ...steps.filter(({ code }) => code !== 'restart-pull' && code !== 'pull-by-hand'),
  ]
}

/** The registry is only asked because its mirror failed or refused: ending that ends a failure to reach the registry, and saves its limit. */
function withBrokenMirror(finding: Finding, steps: Step[]): Step[] {
  const { clues, cause, registry, endpoint } = finding
  const failed = clueOf(clues, 'mirrors-failed')
  if (failed === undefined || registry === null || endpoint?.role !== 'registry') return steps
  const { refusing, broken } = failed
  const mirror: Step[] = [
    ...(broken === null ? [] : brokenMirror(registry, broken)),
    ...(refusing === null
      ? []
      : [{ code: 'mirror-login', registry, host: refusing, sent: 'unknown' } as const]),
  ]
  const lacking = steps[0]?.code === 'mirror-lacks-image' ? 1 : 0
  const at =
    isOnTheWay(cause) || cameThroughMirror(finding) ? lacking : cause === 'rate-limited' ? 1 : steps.length
  return steps.toSpliced(at, 0, ...mirror)
}

/** Whether other nodes have the image without a login of their pods, most likely from the mirror: without it, all ask the registry, which refuses. */
function cameThroughMirror({ cause, credential, clues }: Finding): boolean {
  const isRefused = cause === 'auth-required-or-denied' && credential.status !== 'usable'
  return isRefused && clueOf(clues, 'runs-elsewhere')?.alike === true
}

/** A name that only leads to another registry fails, where that registry may answer. */
function withRegistryBehind(
  { cause, registry, endpoint, containerKind, clues }: Finding,
  steps: Step[],
): Step[] {
  if (registry === null || containerKind === 'sandbox' || !isUnserved(cause)) return steps
  // A runtime that can't look up names finds neither.
  const isUnasked = clueOf(clues, 'dns-answer')?.answer === 'unasked'
  const behind = isUnasked || (endpoint?.host ?? registry) !== registry ? null : registryBehind(registry)
  return behind === null ? steps : steps.toSpliced(1, 0, { code: 'use-behind', registry, behind })
}

/** Whether the registry gave nothing, so that nothing is known of the image. */
function isUnserved(cause: Cause): boolean {
  return isOnTheWay(cause) || cause === 'registry-server-error'
}

/** While a registry can't serve an image that is on the node already, only the policy stands between the pod and its start. */
function withImageOfNode({ cause, clues, reference, registry }: Finding, steps: Step[]): Step[] {
  const version = parseReference(reference ?? '')
  const isThere = clueOf(clues, 'local-image')?.listed === true && version !== null && hasVersion(version)
  // What sets Always at admission would do so again.
  const isForced = hasClue(clues, 'policy-forced')
  if (!isThere || isForced || !isUnserved(cause) || isLocal(registry ?? '')) return steps
  return [...steps, { code: 'use-local-image', listed: true, meanwhile: true }]
}

/** The distribution's own images may have come from an archive: what is imported again on a full disk, the kubelet removes again (k3s-io/k3s#8781). */
function withRelief(finding: Finding, steps: Step[]): Step[] {
  const isLost = isPackaged(finding) && isOnTheWay(finding.cause) && hasClue(finding.clues, 'disk-pressure')
  return isLost ? steps.toSpliced(1, 0, { code: 'relieve-disk' }) : steps
}

/** Charts name Amazon's registry of one region, which other clouds have no login for, and other regions may not reach (aws/eks-charts#386, #420, #443). */
function withOtherEksRegistry({ cause, clues, registry, endpoint, host }: Finding, steps: Step[]): Step[] {
  const isOut = cause === 'auth-required-or-denied' || isOnTheWay(cause)
  if (!isOfEks(registry) || !isOut || (endpoint?.host ?? registry) !== registry) return steps
  // The correction of the name has both.
  if (hasClue(clues, 'other-partition')) return steps
  const isElsewhere = host.cloud !== null && host.cloud !== 'ecr'
  // On a node in AWS its role is what is missing, most likely; on the way there, the test of the connection and what follows from it come first.
  const at = isOnTheWay(cause) ? 2 : isElsewhere ? 0 : 1
  return steps.toSpliced(at, 0, { code: 'other-eks-registry', registry })
}

/** An image for Windows never runs on this node, however its pull fails. */
function withWindowsNodes({ host, reference }: Finding, steps: Step[]): Step[] {
  const isKnown = steps.some(({ code }) => code === 'schedule-on-windows')
  return host.os === 'linux' && isNamedForWindows(reference) && !isKnown
    ? steps.toSpliced(1, 0, { code: 'schedule-on-windows', build: windowsBuildIn(reference) })
    : steps
}

/**
 * No Linux node needs the layers of Windows that a manifest has at other hosts. Of an index, only old releases of containerd download what is for
 * other platforms; with anything else, the whole image is most likely for Windows.
 */
function withoutOtherPlatforms({ cause, clues, host, reference }: Finding, steps: Step[]): Step[] {
  if (!hasClue(clues, 'other-platforms') || !isOnTheWay(cause)) return steps
  const others = steps.filter(({ code }) => code !== 'open-host' && code !== 'serve-layers')
  if (isNamedForWindows(reference)) return others.toSorted((a, b) => forWindows(b) - forWindows(a))
  const isOld = host.runtime === 'containerd' && !atLeast(host, 1, 3)
  const first: Step = isOld
    ? { code: 'update-runtime' }
    : { code: 'schedule-on-windows', build: null, perhaps: true }
  return [first, ...others]
}

const forWindows = ({ code }: Step) => Number(code === 'schedule-on-windows')

/** A debug container gets no other image, and its pod runs without it: one whose image the node gets needs no change of the network. */
function withOtherDebug({ containerKind, cause }: Finding, steps: Step[]): Step[] {
  const isOther = steps.some(({ code }) => code === 'other-debug-container' || code === 'set-image')
  if (containerKind !== 'ephemeral' || isOther) return steps
  const step: Step = { code: 'other-debug-container', reason: 'way' }
  // Neither the policy of a debug container nor its pod's list of secrets can be changed.
  const others = steps.filter(({ code }) => code !== 'allow-pull' && code !== 'same-secret')
  return isOnTheWay(cause) || others.length < steps.length ? [step, ...others] : [...others, step]
}

/** Which part of the path may be too much, and whether the image was left behind, belong to the check of the name. */
function withPath(finding: Finding, steps: Step[]): Step[] {
  const more = [...dropRegistry(finding), ...(mayBeMistyped(finding) ? movedSteps(finding) : [])]
  return steps.flatMap(step => (step.code === 'check-name' ? [step, ...more] : [step]))
}
