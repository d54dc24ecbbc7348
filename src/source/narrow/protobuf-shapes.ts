/** The fields that this room reads of pods, events, nodes, and workloads, for an API server that is asked for protobuf (field numbers: generated.proto of core/v1, apps/v1, and batch/v1). */

import {
  flag,
  inline,
  many,
  microTime,
  number,
  one,
  type Shape,
  shapeOf,
  texts,
  time,
} from '../../protobuf/shape.ts'

const EVENT_METADATA = shapeOf({ 1: 'name', 3: 'namespace', 5: 'uid', 8: time('creationTimestamp') })
const INVOLVED = shapeOf({ 1: 'kind', 2: 'namespace', 3: 'name', 4: 'uid', 7: 'fieldPath' })

/** What narrowEvent reads. */
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

const OWNER = shapeOf({ 1: 'kind', 3: 'name', 4: 'uid', 5: 'apiVersion', 6: flag('controller') })

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

const NAMED = shapeOf({ 1: 'name' })
const CONTAINER = shapeOf({
  1: 'name',
  2: 'image',
  9: many('volumeMounts', NAMED),
  14: 'imagePullPolicy',
  24: 'restartPolicy',
})
const VOLUME = shapeOf({
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
  15: many('imagePullSecrets', NAMED),
  20: many('initContainers', CONTAINER),
  24: 'priorityClassName',
  34: many('ephemeralContainers', shapeOf({ 1: inline(CONTAINER) })),
  36: one('os', NAMED),
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
  4: 'reason',
  8: many('containerStatuses', CONTAINER_STATUS),
  10: many('initContainerStatuses', CONTAINER_STATUS),
  13: many('ephemeralContainerStatuses', CONTAINER_STATUS),
})

/** What narrowPod, narrowUsagePod, and narrowRolloutPod read. */
export const POD_SHAPE = shapeOf({
  1: one('metadata', POD_METADATA),
  2: one('spec', SPEC),
  3: one('status', STATUS),
})

/** What a pod is known by in a Table's row: its name and node, and the namespace beside them. */
export const POD_PLACE_SHAPE = shapeOf({
  1: one('metadata', shapeOf({ 1: 'name', 3: 'namespace' })),
  2: one('spec', shapeOf({ 10: 'nodeName' })),
})

/** What narrowAuditedNode and narrowUsageNode read. */
export const LISTED_NODE_SHAPE = shapeOf({
  1: one('metadata', shapeOf({ 1: 'name', 11: texts('labels') })),
  2: one(
    'spec',
    shapeOf({ 4: flag('unschedulable'), 5: many('taints', shapeOf({ 1: 'key', 3: 'effect' })) }),
  ),
  3: one(
    'status',
    shapeOf({
      5: many('addresses', shapeOf({ 1: 'type', 2: 'address' })),
      7: one(
        'nodeInfo',
        shapeOf({
          6: 'containerRuntimeVersion',
          7: 'kubeletVersion',
          9: 'operatingSystem',
          10: 'architecture',
        }),
      ),
      // Of an image's names the last one is kept, which is a tag where there is one.
      8: many('images', shapeOf({ 1: 'names' })),
    }),
  ),
})

const WORKLOAD_METADATA = shapeOf({
  1: 'name',
  3: 'namespace',
  5: 'uid',
  7: number('generation'),
  11: texts('labels'),
  12: texts('annotations'),
  13: many('ownerReferences', OWNER),
})
const TEMPLATE_CONTAINER = shapeOf({ 1: 'name', 2: 'image', 14: 'imagePullPolicy', 24: 'restartPolicy' })
const TEMPLATE_SPEC = shapeOf({
  1: many('volumes', VOLUME),
  2: many('containers', TEMPLATE_CONTAINER),
  5: number('activeDeadlineSeconds'),
  8: 'serviceAccountName',
  15: many('imagePullSecrets', NAMED),
  20: many('initContainers', TEMPLATE_CONTAINER),
})
const TEMPLATE = one(
  'template',
  shapeOf({ 1: one('metadata', shapeOf({ 12: texts('annotations') })), 2: one('spec', TEMPLATE_SPEC) }),
)
const JOB_SPEC = shapeOf({
  1: number('parallelism'),
  2: number('completions'),
  3: number('activeDeadlineSeconds'),
  6: TEMPLATE,
})
const REPLICAS = number('replicas')
const CRON_JOB_SPEC = shapeOf({
  1: 'schedule',
  4: flag('suspend'),
  5: one('jobTemplate', shapeOf({ 2: one('spec', JOB_SPEC) })),
  8: 'timeZone',
})

const workload = (spec: Shape, status: Shape = shapeOf({})): Shape =>
  shapeOf({ 1: one('metadata', WORKLOAD_METADATA), 2: one('spec', spec), 3: one('status', status) })

/** Of each kind what narrowTemplate and narrowUsageWorkload read. */
export const TEMPLATE_SHAPES = {
  Deployment: workload(
    shapeOf({ 1: REPLICAS, 3: TEMPLATE, 7: flag('paused') }),
    shapeOf({ 3: number('updatedReplicas') }),
  ),
  StatefulSet: workload(
    shapeOf({ 1: REPLICAS, 3: TEMPLATE, 7: one('updateStrategy', shapeOf({ 1: 'type' })) }),
    shapeOf({ 5: number('updatedReplicas'), 6: 'currentRevision', 7: 'updateRevision' }),
  ),
  DaemonSet: workload(
    shapeOf({ 2: TEMPLATE, 3: one('updateStrategy', shapeOf({ 1: 'type' })) }),
    shapeOf({
      3: number('desiredNumberScheduled'),
      5: number('observedGeneration'),
      6: number('updatedNumberScheduled'),
    }),
  ),
  ReplicaSet: workload(shapeOf({ 1: REPLICAS, 3: TEMPLATE }), shapeOf({ 1: number('replicas') })),
  ReplicationController: workload(shapeOf({ 1: REPLICAS, 3: TEMPLATE })),
  Job: workload(JOB_SPEC),
  CronJob: workload(CRON_JOB_SPEC),
} as const satisfies Record<string, Shape>
