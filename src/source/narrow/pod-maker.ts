/** Recognizes pods that a program creates itself, one for each run, by the names and labels that it gives them. */

import type { PodMaker } from '../../snapshot/pod.ts'
import { record, text } from './shape.ts'

/** The maker of a pod from its metadata and its controller's kind; null if the pod shows none. */
export function makerOf(metadata: Record<string, unknown>, ownerKind: string | null): PodMaker | null {
  const marks = { ...record(metadata.annotations), ...record(metadata.labels) }
  const has = (mark: string) => Object.hasOwn(marks, mark)
  const found = MAKERS.find(([, { name, marked, owner, alone }]) => {
    if (alone === true && ownerKind !== null) return false
    return (
      name?.test(text(metadata.name)) === true ||
      owner === (ownerKind ?? '') ||
      marked?.some(group => group.every(has)) === true
    )
  })
  return found === undefined ? null : found[0]
}

interface MakerMarks {
  name?: RegExp
  /** The labels or annotations of any of these groups, each whole. */
  marked?: string[][]
  owner?: string
  /** Only pods without a controller: others with these marks are made of an object that can be changed. */
  alone?: boolean
}

/** The order matters only where one program runs in the pods of another. */
const MAKERS: [PodMaker, MakerMarks][] = [
  // docs.gitlab.com/runner/executors/kubernetes, "Default labels for job pods"; earlier versions set only the name.
  [
    'gitlab-runner',
    {
      name: /^runner-[\w-]+-project-\d+-concurrent-\d/,
      marked: [['job.runner.gitlab.com/pod']],
      alone: true,
    },
  ],
  // The Kubernetes plugin of Jenkins.
  ['jenkins', { marked: [['jenkins/label']], alone: true }],
  // Actions Runner Controller, and the pods of jobs with a container (actions/runner-container-hooks).
  [
    'github-actions',
    {
      owner: 'EphemeralRunner',
      marked: [['actions.github.com/scale-set-name', 'actions-ephemeral-runner'], ['runner-pod']],
    },
  ],
  // KubernetesExecutor and KubernetesPodOperator.
  [
    'airflow',
    {
      marked: [
        ['dag_id', 'task_id', 'airflow_version'],
        ['dag_id', 'task_id', 'run_id'],
      ],
      alone: true,
    },
  ],
  // KubeSpawner; the hub itself and its proxy have a Deployment.
  ['jupyterhub', { marked: [['hub.jupyter.org/username']], alone: true }],
  // spark-submit: executors are owned by their driver.
  ['spark', { marked: [['spark-role', 'spark-app-selector']] }],
  ['kubectl-debug', { name: /^node-debugger-/, alone: true }],
]
