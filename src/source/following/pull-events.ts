/** Which events are followed: those of pulls, as well as a field selector can say so. */

import type { Focus } from './follower.ts'

/** Reasons of events that are never about a pull; a field selector can exclude many reasons but not select several. */
const NOISE = [
  ...['Scheduled', 'Created', 'Started', 'Killing', 'Unhealthy', 'FailedScheduling', 'FailedMount'],
  ...['SandboxChanged', 'NodeNotReady', 'TaintManagerEviction', 'Evicted', 'Preempted'],
]
/** Events of pods without those. */
export const PULL_EVENTS: Focus = {
  fieldSelector: ['involvedObject.kind=Pod', ...NOISE.map(reason => `reason!=${reason}`)].join(','),
}
