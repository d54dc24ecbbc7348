/** When a dump was made, by the newest moment that its objects name: the times of its files change with every copy. */

import { isRecord, list, record, text } from '../narrow/shape.ts'

/** Fields of conditions, container states and events that only ever hold a moment that has passed. */
const MOMENTS = [
  'lastTransitionTime',
  'lastHeartbeatTime',
  'lastUpdateTime',
  'lastProbeTime',
  'startedAt',
  'finishedAt',
  'lastTimestamp',
  'deprecatedLastTimestamp',
  'eventTime',
  'lastObservedTime',
]

/** Collects the newest moment. A wrong clock somewhere in the cluster must not age everything, so what is yet to come counts for nothing. */
export class DumpTime {
  readonly #latest: number
  #newest = Number.NEGATIVE_INFINITY
  /** The same as text, which most others can be compared with unparsed. */
  #text = ''

  /** @param now ISO 8601 */
  constructor(now: string) {
    this.#latest = Date.parse(now)
  }

  /** Looks through one object. */
  see(raw: Record<string, unknown>): void {
    const metadata = record(raw.metadata)
    this.#take(metadata.creationTimestamp)
    for (const entry of list(metadata.managedFields)) this.#take(record(entry).time)
    const { conditions, containerStatuses, initContainerStatuses, startTime } = record(raw.status)
    this.#take(startTime)
    for (const condition of list(conditions)) this.#takeMoments(condition)
    for (const { state } of [...list(containerStatuses), ...list(initContainerStatuses)].map(record))
      for (const each of Object.values(record(state))) this.#takeMoments(each)
    this.#takeMoments(raw)
    this.#takeMoments(raw.series)
    this.#take(record(raw.spec).renewTime)
  }

  /** ISO 8601; null where no object names a moment that has passed. */
  get newest(): string | null {
    return Number.isFinite(this.#newest) ? new Date(this.#newest).toISOString() : null
  }

  #takeMoments(holder: unknown): void {
    if (isRecord(holder)) for (const field of MOMENTS) this.#take(holder[field])
  }

  #take(value: unknown): void {
    const moment = text(value)
    if (moment === '' || (moment <= this.#text && moment.endsWith('Z'))) return
    const time = Date.parse(moment)
    if (!(time > this.#newest && time <= this.#latest)) return
    this.#newest = time
    this.#text = new Date(time).toISOString()
  }
}
