/** What a workload's status counts, also where a field is missing. */
import { expect, test } from 'vitest'
import { narrowRolloutWorkload } from '../../../src/source/live/rollouts.ts'

const NEWEST = { updateRevision: 'b', currentRevision: 'b' }
const ROLLING = { updateRevision: 'b', currentRevision: 'a' }

test.each([
  ['a finished rollout', {}, { ...NEWEST, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }, 3, 3],
  ['a single revision without the count of its pods', {}, { ...NEWEST, readyReplicas: 3 }, 3, 3],
  ['a rollout that has not begun', {}, { ...ROLLING, readyReplicas: 3 }, 0, 3],
  ['a rollback that has not begun', {}, { ...NEWEST, currentReplicas: 0, readyReplicas: 3 }, 0, 3],
  ['no revisions', {}, { readyReplicas: 3 }, 0, 3],
  ['pods that are not ready long enough', { minReadySeconds: 9 }, { ...NEWEST, readyReplicas: 3 }, 3, 0],
])('a StatefulSet with %s', (_what, spec, status, updated, available) => {
  const raw = {
    metadata: { name: 'db' },
    spec: { replicas: 3, ...spec },
    status: { replicas: 3, currentReplicas: 3, ...status },
  }
  expect(narrowRolloutWorkload(raw, 'StatefulSet')?.status).toEqual({ total: 3, updated, available })
})
