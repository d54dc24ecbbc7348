/** Plans a fix of the simulated cluster as `fix` would: with the real diagnosis and the real reading of the scope. */

import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Remedy } from '../../src/diagnosis/finding.ts'
import type { PullSecretContent } from '../../src/dockerconfig/pull-secret-content.ts'
import type { ClusterReader } from '../../src/kubernetes/api/cluster.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Cluster } from '../../src/simulator/cluster/cluster.ts'
import type { InterruptedPod, MadeSecret } from '../../src/snapshot/fix-objects.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { type PodBack, readFixObjects } from '../../src/source/live/fix-objects.ts'
import { Reading } from '../../src/source/live/reading.ts'
import { narrowPod } from '../../src/source/narrow/pod.ts'
import { snapshot } from '../diagnosis/snapshots.ts'

const TAKEN_AT = '2026-11-24T10:00:00Z'

/** What the journals say about earlier runs, and what the flags allow. */
interface Circumstances {
  interruptedPods?: InterruptedPod[]
  madeSecrets?: MadeSecret[]
  overwriteSecret?: boolean
  /** Remedies besides those that are on by default. */
  remedies?: Remedy[]
}

export async function planOf(
  cluster: Cluster,
  client: ClusterReader,
  wanted: PullSecretContent,
  { interruptedPods = [], madeSecrets = [], overwriteSecret = false, remedies = [] }: Circumstances = {},
): Promise<{ plan: Plan; podsBack: PodBack[] }> {
  const snapshot = snapshotOf(cluster)
  const diagnosis = diagnose(snapshot)
  const stuck = new Set(diagnosis.findings.map(({ namespace, pod }) => `${namespace}/${pod}`))
  const { podsBack, ...read } = await readFixObjects(new Reading(client), {
    namespaces: ['api', 'web'],
    excluded: [],
    secretName: 'dockercreds',
    wanted,
    pods: snapshot.pods.filter(({ namespace, name }) => stuck.has(`${namespace}/${name}`)),
    runningImages: false,
    interruptedPods,
    madeSecrets,
  })
  const fixObjects = { clusterUid: await new Reading(client).clusterIdentity(), ...read }
  const plan = makePlan({
    createdAt: TAKEN_AT,
    cluster: { server: client.server, context: client.context },
    scope: { namespaces: ['api', 'web'], affected: false, excluded: [] },
    diagnosis,
    snapshot,
    fixObjects,
    remedies: new Set(['authenticate', 'recreate', ...remedies]),
    secretName: 'dockercreds',
    recreateBarePods: true,
    allowManaged: false,
    overwriteSecret,
    replacements: [],
    credentials: [
      { registry: 'docker.io', key: 'https://index.docker.io/v1/', username: 'alice', origin: 'a file' },
    ],
    missing: [],
    named: [],
    unnamed: [],
    unproven: [],
    images: new Map(),
  })
  return { plan, podsBack }
}

function snapshotOf(cluster: Cluster): Snapshot {
  const pods = cluster.list('Pod').flatMap(pod => narrowPod(pod) ?? [])
  return snapshot({ takenAt: TAKEN_AT, podCount: pods.length, pods })
}
