/** Whether a node starts new pods at all, such as debug pods: without its pause image, without its runtime, or with a full disk, it does not. */

import { type Clue, clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'

/** Pods of a runtime class that unpacks with another snapshotter, such as Kata's with nydus, may be the only ones that can't start. */
const OF_ONE_SNAPSHOTTER: readonly Clue['code'][] = [
  'content-gone',
  'torn-store',
  'lazy-snapshotter',
  'snapshotter-without-name',
  'snapshotter-gone',
]

/** Whether the failure of a pause image may be that of some pods only. */
export function isOfSomePods({ clues }: Pick<Finding, 'clues'>): boolean {
  return hasClue(clues, ...OF_ONE_SNAPSHOTTER)
}

/** Returns why the node starts no debug pod, as a clause; null if it may start one. */
export function noDebugPod(finding: Pick<Finding, 'clues' | 'containerKind' | 'endpoint'>): string | null {
  if (clueOf(finding.clues, 'runtime-lost')?.how === 'slow')
    return 'while its runtime hangs, a debug pod would hang there too'
  if (isRuntimeOut(finding))
    return 'while its runtime does not serve the kubelet, the node starts no debug pod either'
  if (finding.containerKind === 'sandbox' && !isOfSomePods(finding))
    return 'without its pause image, the node starts no debug pod either'
  // Whatever a pod tolerates (kubernetes, pkg/kubelet/eviction/eviction_manager.go, Admit: only critical pods).
  return clueOf(finding.clues, 'disk-pressure')?.past === false
    ? 'while the node reports DiskPressure, its kubelet rejects new pods, debug pods too'
    : null
}

/** Whether the kubelet's runtime is out for longer than a restart. A snapshotter that the kubelet asks for images has its own process. */
function isRuntimeOut({ clues, endpoint }: Pick<Finding, 'clues' | 'endpoint'>): boolean {
  const how = clueOf(clues, 'runtime-lost')?.how
  const isUnreached = endpoint?.role === 'runtime' && how === undefined && !hasClue(clues, 'lazy-snapshotter')
  return isUnreached || how === 'no-cri' || hasClue(clues, 'docker-api')
}
