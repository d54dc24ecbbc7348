/** Reads in full the few pods that pull from Docker Hub now: those that wait for an image, and those restarted where a restart costs a pull. */

import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { UsagePod } from '../../snapshot/hub-usage.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { narrowUsagePod } from '../narrow/usage-pod.ts'
import { podKey } from '../suspects.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'
import { readUsageRows } from './usage-rows.ts'

/** So many restarted pods are read one by one: those that were restarted last, which are the ones restarted most. */
const MOST_RESTARTED = 400
const PAGE = 500

export interface FoundPods {
  count: number
  pods: UsagePod[]
  /** Restarted pods that were not read. */
  unread: number
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
  const keep = (raw: unknown) => {
    const pod = narrowUsagePod(raw)
    if (pod !== null) kept.set(podKey(pod.namespace, pod.name), pod)
  }
  const list = (fieldSelector: string, limit = 0) =>
    reading.listOrGap(
      KINDS.Pod as Kind<unknown>,
      area,
      { limit, shape: POD_SHAPE, ...(fieldSelector && { fieldSelector }) },
      keep,
    )
  try {
    const [rows] = await Promise.all([
      readUsageRows(reading, area, { ...cost, visitPod: keep }),
      list('status.phase=Pending'),
    ])
    if (rows.unclear) await list('', PAGE)
    else {
      const wanted = [...rows.waiting, ...rows.restarted.slice(0, MOST_RESTARTED)]
      await bounded(wanted, AT_ONCE, ({ name, node }) => list(`spec.nodeName=${node},metadata.name=${name}`))
    }
    const unread = rows.unclear ? 0 : Math.max(0, rows.restarted.length - MOST_RESTARTED)
    return { count: rows.count, pods: [...kept.values()], unread }
  } catch (error) {
    reading.recordGap(error, KINDS.Pod, area)
    return { count: 0, pods: [...kept.values()], unread: 0 }
  }
}
