/** Reads the workloads that a command line names, as kubectl takes them: TYPE/NAME, TYPE NAME…, short and full names of types. */

import { UsageError } from '../errors.ts'
import type { RolloutKind } from '../snapshot/rollout.ts'

const TYPES: Record<RolloutKind, { names: string[]; group: string }> = {
  Deployment: { names: ['deployment', 'deployments', 'deploy'], group: 'apps' },
  StatefulSet: { names: ['statefulset', 'statefulsets', 'sts'], group: 'apps' },
  DaemonSet: { names: ['daemonset', 'daemonsets', 'ds'], group: 'apps' },
  ReplicaSet: { names: ['replicaset', 'replicasets', 'rs'], group: 'apps' },
  ReplicationController: { names: ['replicationcontroller', 'replicationcontrollers', 'rc'], group: '' },
  Job: { names: ['job', 'jobs'], group: 'batch' },
  CronJob: { names: ['cronjob', 'cronjobs', 'cj'], group: 'batch' },
  Pod: { names: ['pod', 'pods', 'po'], group: '' },
}

/** Every kind whose pods can be waited for. */
export const SUBJECT_KINDS = Object.keys(TYPES) as RolloutKind[]

/** What `all` and no type at all mean where labels select: what makes pods, and pods that nobody makes. */
const KNOWN = 'deployment, statefulset, daemonset, replicaset, replicationcontroller, job, cronjob, and pod'

export interface NamedWorkloads {
  named: { kind: RolloutKind; name: string }[]
  /** Types without a name: labels select among them. */
  kinds: RolloutKind[]
}

/** @throws UsageError for a type that has no pods or is unknown, and for a type or a name that is missing */
export function parseSubjectNames(words: readonly string[]): NamedWorkloads {
  const [first = '', ...rest] = words
  const hasSlash = words.some(word => word.includes('/'))
  if (words.length === 0) return { named: [], kinds: [] }
  if (hasSlash) return { named: words.map(parsePair), kinds: [] }
  const kinds = first.split(',').flatMap(kindsNamed)
  if (rest.length === 0) return { named: [], kinds }
  return { named: kinds.flatMap(kind => rest.map(name => ({ kind, name: checked(name) }))), kinds: [] }
}

function parsePair(word: string): { kind: RolloutKind; name: string } {
  const [type = '', name = '', ...more] = word.split('/')
  if (type === '' || name === '' || more.length > 0)
    throw new UsageError(`"${word}" does not name a workload: give TYPE/NAME, such as deployment/web.`)
  const [kind, ...others] = kindsNamed(type)
  if (kind === undefined || others.length > 0)
    throw new UsageError(`"${word}" names more than one type: give TYPE/NAME for each.`)
  return { kind, name: checked(name) }
}

function checked(name: string): string {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) && name.length <= 253) return name
  throw new UsageError(`"${name}" can't be the name of a workload.`)
}

function kindsNamed(type: string): RolloutKind[] {
  const word = type.toLowerCase()
  if (word === 'all') return SUBJECT_KINDS
  const kind = kindNamed(word)
  if (kind !== null) return [kind]
  throw new UsageError(`"${type}" is not a type that has pods to wait for: those are ${KNOWN}.`)
}

/** `deployment.apps`, `deployments.v1.apps`; core has no name. */
function isGroupOf(qualifiers: string[], group: string): boolean {
  const [version = ''] = qualifiers
  const named = /^v\d/.test(version) ? qualifiers.slice(1) : qualifiers
  return qualifiers.length === 0 || named.join('.') === group
}

/** The kind that kubectl takes the word for; null for any other word. */
export function kindNamed(type: string): RolloutKind | null {
  const [name = '', ...qualifiers] = type.toLowerCase().split('.')
  const kind = SUBJECT_KINDS.find(each => TYPES[each].names.includes(name))
  return kind !== undefined && isGroupOf(qualifiers, TYPES[kind].group) ? kind : null
}
