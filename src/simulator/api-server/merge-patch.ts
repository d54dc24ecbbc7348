/** Merge patches, as `kubectl patch`, `edit` and `set image` send them: RFC 7386, and the strategic kind that merges some lists by name. */

import { copyOf } from '../cluster/objects.ts'

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lists with patchMergeKey `name`; a ServiceAccount's imagePullSecrets is not among them (+listType=atomic). */
const MERGED_BY_NAME = ['containers', 'initContainers', 'ephemeralContainers', 'volumes', 'env', 'secrets']

/** The merged copy. `strategic` merges lists of containers, volumes and pod pull secrets by name instead of replacing them. */
export function applyMergePatch<T>(target: T, patch: unknown, strategic: boolean, inPodSpec = false): T {
  if (!isObject(patch)) return copyOf(patch) as T
  const merged: Fields = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key]
    const byName = MERGED_BY_NAME.includes(key) || (key === 'imagePullSecrets' && inPodSpec)
    if (value === null) delete merged[key]
    else if (strategic && byName && Array.isArray(before) && Array.isArray(value))
      merged[key] = mergeByName(before as Fields[], value as Fields[])
    else merged[key] = applyMergePatch(before, value, strategic, key === 'spec')
  }
  return copyOf(merged) as T
}

function mergeByName(before: Fields[], changes: Fields[]): Fields[] {
  const merged = [...before]
  for (const change of changes) {
    const index = merged.findIndex(entry => entry.name === change.name)
    if (change.$patch === 'delete') merged.splice(index, index < 0 ? 0 : 1)
    else if (index < 0) merged.push(change)
    else merged[index] = applyMergePatch(merged[index] ?? {}, change, true)
  }
  return merged
}
