/** The fields that narrowTemplate and narrowUsageWorkload read from protobuf (numbers: apps/v1, batch/v1, and core/v1 generated.proto). */

import { flag, many, number, one, type Shape, shapeOf, texts } from '../../protobuf/shape.ts'
import { NAMED_SHAPE, OWNER, VOLUME } from './protobuf-shapes.ts'

const METADATA = shapeOf({
  1: 'name',
  3: 'namespace',
  5: 'uid',
  7: number('generation'),
  11: texts('labels'),
  12: texts('annotations'),
  13: many('ownerReferences', OWNER),
})
const CONTAINER = shapeOf({ 1: 'name', 2: 'image', 14: 'imagePullPolicy', 24: 'restartPolicy' })
const POD_SPEC = shapeOf({
  1: many('volumes', VOLUME),
  2: many('containers', CONTAINER),
  5: number('activeDeadlineSeconds'),
  8: 'serviceAccountName',
  15: many('imagePullSecrets', NAMED_SHAPE),
  20: many('initContainers', CONTAINER),
})
const TEMPLATE = one(
  'template',
  shapeOf({ 1: one('metadata', shapeOf({ 12: texts('annotations') })), 2: one('spec', POD_SPEC) }),
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
  shapeOf({ 1: one('metadata', METADATA), 2: one('spec', spec), 3: one('status', status) })

/** The fields by kind. */
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
