/** What every part of one reading of a cluster shares. */

import type { ClusterReader, KubernetesObject, ListResult } from '../../kubernetes/cluster.ts'
import type { Gap } from '../../snapshot/snapshot.ts'

/** A namespace, or null for all of them at once. */
export type Area = string | null

export interface Progress {
  pods: number
  suspects: number
  /** How many namespaces have been read, where they are read one by one. */
  namespaces?: number
}

export interface ReadingOptions {
  labelSelector?: string
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** Gets each pull secret as it is: a secret, to be kept from every output. */
  onPullSecret?: (secret: KubernetesObject) => void
}

export interface Reading {
  cluster: ClusterReader
  /** `{ labelSelector }` or nothing; goes with every request for pods. */
  labels: { labelSelector?: string }
  /** `{ signal }` or nothing; goes with every request. */
  abort: { signal?: AbortSignal }
  gaps: Gap[]
  /** Progress, for whoever watches. */
  countPod(): void
  countSuspect(): void
  countNamespace(): void
  /** As in the options. */
  onPullSecret(secret: KubernetesObject): void
}

export function startReading(cluster: ClusterReader, options: ReadingOptions): Reading {
  const progress: Progress = { pods: 0, suspects: 0 }
  const tell = () => options.onProgress?.({ ...progress })
  return {
    cluster,
    labels: options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector },
    abort: options.signal === undefined ? {} : { signal: options.signal },
    gaps: [],
    countPod() {
      progress.pods += 1
      if (progress.pods % 1000 === 0) tell()
    },
    countSuspect() {
      progress.suspects += 1
      tell()
    },
    countNamespace() {
      progress.namespaces = (progress.namespaces ?? 0) + 1
      tell()
    },
    onPullSecret: secret => options.onPullSecret?.(secret),
  }
}

/** The API path of a resource (plural) in an area; `prefix` is `/api/v1` or `/apis/GROUP/VERSION`. */
export function pathOf(prefix: string, area: Area, resource: string): string {
  return area === null
    ? `${prefix}/${resource}`
    : `${prefix}/namespaces/${encodeURIComponent(area)}/${resource}`
}

/** Leaves a gap where a list expired half-way: what it says is not of one moment. */
export function noteExpiry({ gaps }: Reading, what: string, area: Area, { inconsistent }: ListResult): void {
  if (!inconsistent) return
  const detail = 'The list expired half-way and went on from a newer state.'
  gaps.push({ what, namespace: area, why: 'expired', detail })
}

/** A value inside a field selector: its own commas, equal signs and backslashes are escaped. */
export function fieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}
