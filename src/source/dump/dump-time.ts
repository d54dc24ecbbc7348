/** When a dump was made. */

import { isObject, list, record, text } from '../../json/json-object.ts'

/** Fields of conditions, container states, and events that only ever contain past times. */
const PAST_TIMES = [
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

/**
 * Determines when the dump was made from the newest time in its objects: the times of its files change with every copy. Ignores times in
 * the future, so that a wrong clock in the cluster does not age everything.
 */
export class DumpTime {
  readonly #latest: number
  #newest = Number.NEGATIVE_INFINITY
  /** The newest time as text, so that most other times are compared without parsing. */
  #text = ''

  /** @param now ISO 8601 */
  constructor(now: string) {
    this.#latest = Date.parse(now)
  }

  /** Looks for times in one object. */
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

  /** ISO 8601; null if no object contains a past time. */
  get newest(): string | null {
    return Number.isFinite(this.#newest) ? new Date(this.#newest).toISOString() : null
  }

  #takeMoments(holder: unknown): void {
    if (isObject(holder)) for (const field of PAST_TIMES) this.#take(holder[field])
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
