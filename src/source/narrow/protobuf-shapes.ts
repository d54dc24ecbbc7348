/** The fields that narrowPod, narrowUsagePod, narrowRolloutPod, and narrowEvent read from protobuf (numbers: core/v1 generated.proto). */

import { flag, inline, many, microTime, number, one, shapeOf, texts, time } from '../../protobuf/shape.ts'

const EVENT_METADATA = shapeOf({ 1: 'name', 3: 'namespace', 5: 'uid', 8: time('creationTimestamp') })
const INVOLVED = shapeOf({ 1: 'kind', 2: 'namespace', 3: 'name', 4: 'uid', 7: 'fieldPath' })

export const EVENT_SHAPE = shapeOf({
  1: one('metadata', EVENT_METADATA),
  2: one('involvedObject', INVOLVED),
  3: 'reason',
  4: 'message',
  6: time('firstTimestamp'),
  7: time('lastTimestamp'),
  8: number('count'),
  10: microTime('eventTime'),
  11: one('series', shapeOf({ 1: number('count'), 2: microTime('lastObservedTime') })),
})

export const OWNER = shapeOf({ 1: 'kind', 3: 'name', 4: 'uid', 5: 'apiVersion', 6: flag('controller') })

const POD_METADATA = shapeOf({
  1: 'name',
  3: 'namespace',
  5: 'uid',
  6: 'resourceVersion',
  8: time('creationTimestamp'),
  9: time('deletionTimestamp'),
  11: texts('labels'),
  12: texts('annotations'),
  13: many('ownerReferences', OWNER),
})

export const NAMED_SHAPE = shapeOf({ 1: 'name' })
const CONTAINER = shapeOf({
  1: 'name',
  2: 'image',
  9: many('volumeMounts', NAMED_SHAPE),
  14: 'imagePullPolicy',
  24: 'restartPolicy',
})
export const VOLUME = shapeOf({
  1: 'name',
  2: inline(shapeOf({ 30: one('image', shapeOf({ 1: 'reference', 2: 'pullPolicy' })) })),
})

const SPEC = shapeOf({
  1: many('volumes', VOLUME),
  2: many('containers', CONTAINER),
  7: texts('nodeSelector'),
  8: 'serviceAccountName',
  9: 'serviceAccount',
  10: 'nodeName',
  15: many('imagePullSecrets', NAMED_SHAPE),
  20: many('initContainers', CONTAINER),
  24: 'priorityClassName',
  29: 'runtimeClassName',
  34: many('ephemeralContainers', shapeOf({ 1: inline(CONTAINER) })),
  36: one('os', NAMED_SHAPE),
})

const STATE = shapeOf({
  1: one('waiting', shapeOf({ 1: 'reason', 2: 'message' })),
  2: one('running', shapeOf({ 1: time('startedAt') })),
  3: one(
    'terminated',
    shapeOf({
      1: number('exitCode'),
      3: 'reason',
      4: 'message',
      5: time('startedAt'),
      6: time('finishedAt'),
    }),
  ),
})
const CONTAINER_STATUS = shapeOf({
  1: 'name',
  2: one('state', STATE),
  3: one('lastState', STATE),
  4: flag('ready'),
  7: 'imageID',
})

const STATUS = shapeOf({
  1: 'phase',
  2: many('conditions', shapeOf({ 1: 'type', 2: 'status', 5: 'reason', 6: 'message' })),
  3: 'message',
  4: 'reason',
  8: many('containerStatuses', CONTAINER_STATUS),
  10: many('initContainerStatuses', CONTAINER_STATUS),
  13: many('ephemeralContainerStatuses', CONTAINER_STATUS),
})

export const POD_SHAPE = shapeOf({
  1: one('metadata', POD_METADATA),
  2: one('spec', SPEC),
  3: one('status', STATUS),
})

/** The fields that identify a pod in a Table's row, its name and node, and its namespace. */
export const POD_PLACE_SHAPE = shapeOf({
  1: one('metadata', shapeOf({ 1: 'name', 3: 'namespace' })),
  2: one('spec', shapeOf({ 10: 'nodeName' })),
})
