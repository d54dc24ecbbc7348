/** What a dump does not hold though it would matter. Healthy pods need nothing but themselves. */

import type { Pod } from '../../snapshot/pod.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { couldBeFailedPull } from '../narrow/container-state.ts'
import { couldBePulling } from '../suspects.ts'
import type { DumpFacts, Wanted } from './facts.ts'
import type { PartialList } from './objects.ts'

/** Pods whose status leaves open whether they fail, failing ones among them. */
interface Suspects {
  pods: Pod[]
  /** ISO 8601. */
  takenAt: string
}

/** Everything that is missing and would tell more of the suspects. */
export function gapsOf(
  facts: DumpFacts,
  partial: PartialList[],
  wanted: Wanted,
  { pods: suspects, takenAt }: Suspects,
): Gap[] {
  const gaps = [...partial.map(gapOfPartial), ...gapsOfPods(facts, wanted)]
  if (
    !facts.kinds.has('Event') &&
    !facts.kinds.has('EventList') &&
    suspects.some(pod => needsEvents(pod, takenAt))
  )
    gaps.push(absent('events', null))
  if (!facts.kinds.has('Secret') && suspects.some(namesSecrets)) gaps.push(absent('secrets', null))
  return gaps
}

function gapsOfPods(facts: DumpFacts, { namespaces }: Wanted): Gap[] {
  const gaps = (namespaces ?? [])
    .filter(namespace => facts.namespaces.size > 0 && !facts.namespaces.has(namespace))
    .map(namespace => absent('pods', namespace))
  if (facts.podsWithoutStatus > 0)
    gaps.push(absent('pods', null, `${facts.podsWithoutStatus} of them without a status`))
  if (facts.nameless > 0) gaps.push(absent('pods', null, `items without a name: ${facts.nameless}`))
  return gaps
}

/**
 * Status texts of older kubelets, and of any for an ephemeral container, that leave the reason to the events; and a pod of which nothing
 * has started for long, for only the events tell of its sandbox.
 */
function needsEvents(pod: Pod, takenAt: string): boolean {
  const { containers, node } = pod
  if (couldBePulling(pod, takenAt) && containers.every(({ state }) => state.type !== 'running')) return true
  return containers.some(({ kind, state }) =>
    state.type === 'unknown'
      ? kind === 'ephemeral' && node !== null
      : couldBeFailedPull(state) &&
        state.type === 'waiting' &&
        /^(?:Back-off pulling image "[^"]*")?$/.test(state.message),
  )
}

function namesSecrets(pod: Pod): boolean {
  return pod.pullSecrets.length > 0 && pod.containers.some(({ state }) => couldBeFailedPull(state))
}

function absent(what: string, namespace: string | null, detail?: string): Gap {
  return { what, namespace, why: 'absent', ...(detail === undefined ? {} : { detail }) }
}

function gapOfPartial({ name, kind, remaining }: PartialList): Gap {
  const what = kind === '' ? 'pods' : `${kind.toLowerCase()}s`
  const missing = remaining === null ? 'others are missing' : `${remaining} more are missing`
  return { what, namespace: null, why: 'truncated', detail: `${name} is one page of a list, ${missing}` }
}
