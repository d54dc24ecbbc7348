/** What a dump lacks for the diagnosis of its pods: lists that are missing, in part or in whole. */

import { keyOf, objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { couldBeFailedPull, couldBePulling } from '../suspects.ts'
import type { DumpFacts, PodSelection } from './facts.ts'
import type { DumpObjects, PartialList } from './objects.ts'

/**
 * Returns everything missing from the dump that would help to diagnose its suspects: failing pods, and those whose status does not show
 * whether they fail. Healthy pods need no other objects.
 */
export function gapsOf(
  facts: DumpFacts,
  { partial, unseen }: Pick<DumpObjects, 'partial' | 'unseen'>,
  wanted: PodSelection,
  { suspects, takenAt }: { suspects: Pod[]; takenAt: string },
): Gap[] {
  const gaps = [...gapsOfPartial(partial), ...gapsOfPods(facts, unseen, wanted)]
  if (
    !facts.kinds.has('Event') &&
    !facts.kinds.has('EventList') &&
    suspects.some(pod => needsEvents(pod, takenAt))
  )
    gaps.push(absent('events', null))
  return gaps
}

function gapsOfPods(facts: DumpFacts, unseen: string[], { namespaces }: PodSelection): Gap[] {
  const gaps = (namespaces ?? [])
    .filter(namespace => facts.namespaces.size > 0 && !facts.namespaces.has(namespace))
    .map(namespace => absent('pods', namespace))
  const missing = [
    ...someOf(unseen),
    ...(facts.podsWithoutStatus > 0 ? [`${facts.podsWithoutStatus} of them without a status`] : []),
    ...(facts.unnamed > 0 ? [`items without a name: ${facts.unnamed}`] : []),
  ]
  return missing.length === 0 ? gaps : [...gaps, absent('pods', null, missing.join('; '))]
}

const MAX_SHOWN = 5

/** Returns the first few sentences, and how many more there are. */
function someOf(sentences: string[]): string[] {
  const rest = sentences.length - MAX_SHOWN
  return rest <= 1 ? sentences : [...sentences.slice(0, MAX_SHOWN), `… and ${rest} more files`]
}

/**
 * Whether only events have the reason. Older kubelets never put it in the status, and no kubelet does for ephemeral containers; and for a
 * pod that has not started for a long time, only events show a failing sandbox.
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

/** Returns gaps for secrets that failing pods reference and the dump lacks: one per namespace, or one for all if it has no Secrets. */
export function gapsOfSecrets(pods: Pod[], pullSecrets: PullSecret[], { kinds }: DumpFacts): Gap[] {
  const unknown = new Set(
    pullSecrets.filter(({ type, problem }) => type === null && problem === 'not-in-dump').map(keyOf),
  )
  const namespaces = pods
    .filter(({ containers }) => containers.some(({ state }) => couldBeFailedPull(state)))
    .filter(pod => pod.pullSecrets.some(name => unknown.has(objectKey(pod.namespace, name))))
    .map(({ namespace }) => (kinds.has('Secret') ? namespace : null))
  return [...new Set(namespaces)].map(namespace => absent('secrets', namespace))
}

function absent(what: string, namespace: string | null, detail?: string): Gap {
  return { what, namespace, why: 'absent', ...(detail === undefined ? {} : { detail }) }
}

/** Returns a gap for each kind with truncated lists. */
function gapsOfPartial(partial: PartialList[]): Gap[] {
  const byKind = Map.groupBy(partial, ({ kind }) => (kind === '' ? 'pods' : `${kind.toLowerCase()}s`))
  return [...byKind].map(([what, pages]) => {
    const sentences = pages.map(({ name, remaining }) => {
      const missing = remaining === null ? 'others are missing' : `${remaining} more are missing`
      return `${name} is one page of a list, ${missing}`
    })
    return { what, namespace: null, why: 'truncated', detail: someOf(sentences).join('; ') }
  })
}
