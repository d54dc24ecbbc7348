/** Rows of controllers and budgets as the API server prints them. */

import type { ApiObject, Condition, LabelSelector, PodSpec } from '../../cluster/objects.ts'
import { humanDuration, since } from './duration.ts'

interface Template {
  spec: PodSpec
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

const names = (template: unknown): [string, string] => {
  const { containers } = (template as Template).spec
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image).join(',')]
}

const labelsText = (labels: Record<string, string> | undefined): string =>
  Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',') || '<none>'

const WORDS: Record<string, string> = { In: 'in', NotIn: 'notin' }

function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions = [] } = (selector ?? {}) as LabelSelector
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${WORDS[operator]} (${values.toSorted().join(',')})`
  })
  const equalities = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  return [...equalities, ...expressions].sort().join(',') || '<none>'
}

export function deploymentCells(object: ApiObject, now: number): unknown[] {
  const { spec = {}, status = {}, metadata } = object
  const ready = `${number(status.readyReplicas)}/${number(spec.replicas)}`
  const counts = [number(status.updatedReplicas), number(status.availableReplicas)]
  const age = since(metadata.creationTimestamp, now)
  return [metadata.name, ready, ...counts, age, ...names(spec.template), selectorText(spec.selector)]
}

/** ReplicaSets, and ReplicationControllers with their plain map of labels. */
export function replicaCells(object: ApiObject, now: number): unknown[] {
  const { spec = {}, status = {}, metadata } = object
  const selector =
    object.kind === 'ReplicaSet'
      ? selectorText(spec.selector)
      : labelsText(spec.selector as Record<string, string>)
  return [
    metadata.name,
    number(spec.replicas),
    number(status.replicas),
    number(status.readyReplicas),
    since(metadata.creationTimestamp, now),
    ...names(spec.template),
    selector,
  ]
}

export function statefulSetCells(object: ApiObject, now: number): unknown[] {
  const { spec = {}, status = {}, metadata } = object
  const ready = `${number(status.readyReplicas)}/${number(spec.replicas)}`
  return [metadata.name, ready, since(metadata.creationTimestamp, now), ...names(spec.template)]
}

export function daemonSetCells(object: ApiObject, now: number): unknown[] {
  const { spec = {}, status = {}, metadata } = object
  const template = spec.template as unknown as { spec: { nodeSelector?: Record<string, string> } }
  return [
    metadata.name,
    number(status.desiredNumberScheduled),
    number(status.currentNumberScheduled),
    number(status.numberReady),
    number(status.updatedNumberScheduled),
    number(status.numberAvailable),
    labelsText(template.spec.nodeSelector),
    since(metadata.creationTimestamp, now),
    ...names(spec.template),
    selectorText(spec.selector),
  ]
}

const JOB_WORDS: [string, string][] = [
  ['Complete', 'Complete'],
  ['Failed', 'Failed'],
  ['', 'Terminating'],
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
]

export function jobCells(object: ApiObject, now: number): unknown[] {
  const { spec = {}, status = {}, metadata } = object
  const conditions = (status.conditions ?? []) as unknown as Condition[]
  const holds = (type: string) =>
    type === ''
      ? metadata.deletionTimestamp !== undefined
      : conditions.some(condition => condition.type === type && condition.status === 'True')
  const word = JOB_WORDS.find(([type]) => holds(type))?.[1] ?? 'Running'
  return [
    metadata.name,
    word,
    `${number(status.succeeded)}/${number(spec.completions) || 1}`,
    jobDuration(status, now),
    since(metadata.creationTimestamp, now),
    ...names(spec.template),
    selectorText(spec.selector),
  ]
}

function jobDuration(status: Record<string, unknown>, now: number): string {
  if (typeof status.startTime !== 'string') return ''
  const end = typeof status.completionTime === 'string' ? Date.parse(status.completionTime) : now
  return humanDuration(end - Date.parse(status.startTime))
}

export function cronJobCells(object: ApiObject, now: number): unknown[] {
  const { spec = {}, status = {}, metadata } = object
  const job = (spec.jobTemplate as unknown as { spec: { template: unknown; selector?: unknown } }).spec
  return [
    metadata.name,
    spec.schedule ?? '',
    spec.timeZone ?? '<none>',
    spec.suspend ? 'True' : 'False',
    Array.isArray(status.active) ? status.active.length : 0,
    status.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>',
    since(metadata.creationTimestamp, now),
    ...names(job.template),
    selectorText(job.selector),
  ]
}

export function budgetCells(object: ApiObject, now: number): unknown[] {
  const { spec = {}, status = {}, metadata } = object
  const text = (value: unknown) => (value === undefined ? 'N/A' : String(value))
  const age = since(metadata.creationTimestamp, now)
  return [
    metadata.name,
    text(spec.minAvailable),
    text(spec.maxUnavailable),
    number(status.disruptionsAllowed),
    age,
  ]
}
