/** Suggests existing names for one that does not exist: usually the pod's workload or an earlier pod. */

import { compareText } from '../order.ts'

const MAX_SHOWN = 3

/** What controllers append to their own name: the hash of a template, and five letters. */
const GENERATED_SUFFIX = /(?:-[a-z0-9]{6,10})?-[a-z0-9]{5}$/

/**
 * Returns the names with the longest common prefix, best first. The prefix must cover at least half of the name without its generated
 * suffix. `nameIn` extracts the name from an entry.
 */
export function nearNames(
  name: string,
  names: Iterable<string>,
  nameIn = (other: string): string => other,
): string[] {
  const enough = Math.max(3, name.replace(GENERATED_SUFFIX, '').length / 2)
  const near = [...names]
    .map(other => ({ other, shared: sharedStart(name, nameIn(other)) }))
    .filter(({ shared }) => shared >= enough)
  near.sort((a, b) => b.shared - a.shared || compareText(a.other, b.other))
  return near.slice(0, MAX_SHOWN).map(({ other }) => other)
}

/** Returns the suggestion as the end of a sentence. */
export function didYouMean(near: string[]): string {
  return `did you mean ${near.join(' or ')}?`
}

function sharedStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}
