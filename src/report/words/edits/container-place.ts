/** Where a container is defined, and what has to follow a change there. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { Unreplaced } from '../../../snapshot/owners.ts'
import { workloadPath } from '../commands.ts'
import { namedList, pluralize } from '../nouns.ts'

/** Where a container is defined. */
export type ContainerPlace = Pick<
  Finding,
  'namespace' | 'pod' | 'workload' | 'managedBy' | 'container' | 'containerKind'
> &
  Partial<Pick<Finding, 'clues'>>

/** A Deployment of OpenShift's own, which kubectl can't set an image of (docs.openshift.com, "DeploymentConfig objects"). */
export function isDeploymentConfig(workload: ContainerPlace['workload']): boolean {
  return workload?.group === 'apps.openshift.io' && workload.kind === 'DeploymentConfig'
}

/** Why a corrected template alone does not reach the pods of one workload (kubernetes/kubernetes#67250 for StatefulSets). */
const UNREPLACED: Record<Unreplaced, (pods: string, kind: string, workload: string) => string> = {
  paused: (_pods, _kind, workload) =>
    `then resume the rollout (\`kubectl rollout resume ${workload}\`), as ${workload} is paused and no pod gets a changed template until then`,
  'one-by-one': pods => `then delete ${pods}, as a StatefulSet does not replace a pod that is not ready`,
  'perhaps-one-by-one': pods =>
    `then delete ${pods} if the StatefulSet does not: by default, it does not replace a pod that is not ready`,
  'on-delete': (pods, kind) =>
    `then delete ${pods}, as a ${kind} with the update strategy OnDelete does not replace pods by itself`,
  'no-updates': (pods, kind) =>
    `then delete ${pods}, as a ${kind} without a Deployment uses a changed template for new pods only`,
}

/** The most pods that a sentence names. */
const MAX_PODS = 3

/** Returns what has to follow a change of the workload's template, after a semicolon; empty if the change replaces its pods. */
export function thenDelete(first: ContainerPlace, all: readonly ContainerPlace[] = [first]): string {
  const why = clueOf(first.clues ?? [], 'not-replaced')?.why
  if (why === undefined) return ''
  const own = all.filter(place => workloadKey(place) === workloadKey(first)).map(({ pod }) => pod)
  const names = [...new Set(own)]
  const pods = namedList('pod', names, MAX_PODS)
  return `; ${UNREPLACED[why](pods, first.workload?.kind ?? 'controller', workloadPath(first))}`
}

export const workloadKey = (place: ContainerPlace) => `${place.namespace} ${workloadPath(place)}`

export const forFirst = (workloads: number) =>
  workloads > 1 ? `; this command is for the first of ${pluralize(workloads, 'workload')}` : ''

/** Returns the number of workloads in these findings. */
export function workloadsOf(findings: readonly ContainerPlace[]): number {
  return new Set(findings.map(workloadKey)).size
}
