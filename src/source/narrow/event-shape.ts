/** What narrowEvent looks at, for an API server that is asked for events in protobuf (core/v1 generated.proto has the numbers). */

import { microTime, number, one, shapeOf, time } from '../../protobuf/shape.ts'

const METADATA = shapeOf({ 1: 'name', 3: 'namespace', 5: 'uid', 8: time('creationTimestamp') })
const INVOLVED = shapeOf({ 1: 'kind', 2: 'namespace', 3: 'name', 4: 'uid', 7: 'fieldPath' })

export const EVENT_SHAPE = shapeOf({
  1: one('metadata', METADATA),
  2: one('involvedObject', INVOLVED),
  3: 'reason',
  4: 'message',
  6: time('firstTimestamp'),
  7: time('lastTimestamp'),
  8: number('count'),
  10: microTime('eventTime'),
  11: one('series', shapeOf({ 1: number('count'), 2: microTime('lastObservedTime') })),
})
