/** Reads in full the few pods that pull from Docker Hub now: those that wait for an image, and those restarted where a restart costs a pull. */

import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { UsagePod } from '../../snapshot/hub-usage.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { list, record, text } from '../narrow/shape.ts'
import { narrowUsagePod } from '../narrow/usage-pod.ts'
import { podKey } from '../suspects.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'
import { readUsageRows, saysWaiting, type UsageRow } from './usage-rows.ts'

/** So many restarted pods are read one by one: those that were restarted last, which are the ones restarted most. */
const MOST_RESTARTED = 400
const PAGE = 500

export interface FoundPods {
  count: number
  pods: UsagePod[]
  /** Restarted pods that were not read. */
  unread: number
}

/** A row says no namespace: each name counts once for each pod of it that was read. */
type SeenRows = ReadonlyMap<string, number>

const rowKey = ({ name, node }: UsageRow): string => `${name} ${node}`

/** Null for a pod whose row would not say that it waits for an image: it must not hide another one of its name. */
function rowKeyOf(raw: unknown): string | null {
  const { metadata, spec, status } = record(raw)
  const { initContainerStatuses, containerStatuses } = record(status)
  const waits = [...list(initContainerStatuses), ...list(containerStatuses)].some(each =>
    saysWaiting(text(record(record(record(each).state).waiting).reason)),
  )
  return waits ? rowKey({ name: text(record(metadata).name), node: text(record(spec).nodeName) }) : null
}

/** The rows whose pods were not read yet. */
function unseen(rows: readonly UsageRow[], seen: SeenRows): UsageRow[] {
  const left = new Map(seen)
  return rows.filter(row => {
    const count = left.get(rowKey(row)) ?? 0
    left.set(rowKey(row), count - 1)
    return count <= 0
  })
}

/**
 * What can't be read is a gap.
 * @param costs whether a restart on that node costs anything
 * @param window seconds
 */
export async function readUsagePods(
  reading: Reading,
  area: NamespaceOrAll,
  cost: { costs(node: string): boolean; window: number },
): Promise<FoundPods> {
  const kept = new Map<string, UsagePod>()
  const seen = new Map<string, number>()
  const keep = (raw: unknown) => {
    const key = rowKeyOf(raw)
    if (key !== null) seen.set(key, (seen.get(key) ?? 0) + 1)
    const pod = narrowUsagePod(raw)
    if (pod !== null) kept.set(podKey(pod.namespace, pod.name), pod)
  }
  const read = (fieldSelector: string, limit = 0) =>
    reading.listOrGap(
      KINDS.Pod as Kind<unknown>,
      area,
      { limit, shape: POD_SHAPE, ...(fieldSelector && { fieldSelector }) },
      keep,
    )
  try {
    const [rows] = await Promise.all([
      readUsageRows(reading, area, { ...cost, visitPod: keep }),
      read('status.phase=Pending'),
    ])
    if (rows.unclear) await read('', PAGE)
    else {
      const wanted = [...unseen(rows.waiting, seen), ...rows.restarted.slice(0, MOST_RESTARTED)]
      await bounded(wanted, AT_ONCE, ({ name, node }) => read(`spec.nodeName=${node},metadata.name=${name}`))
    }
    const unread = rows.unclear ? 0 : Math.max(0, rows.restarted.length - MOST_RESTARTED)
    return { count: rows.count, pods: [...kept.values()], unread }
  } catch (error) {
    reading.recordGap(error, KINDS.Pod, area)
    return { count: 0, pods: [...kept.values()], unread: 0 }
  }
}
