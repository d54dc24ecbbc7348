/** A wait as a document for machines. Field names are stable; fields may be added. */

import type { SubjectState, Trouble } from '../../waiting/subject-state.ts'
import type { Invocation } from '../invocation.ts'
import type { WaitReport } from '../wait-report.ts'
import { stateStep } from '../words/wait-next.ts'
import { inSeveral, stateText, subjectName } from '../words/wait-state.ts'
import { type Envelope, enveloped } from './data.ts'
import { findingDocument } from './diagnosis-document.ts'

/** `kind: Wait`. */
export function waitDocument(report: WaitReport, invocation: Invocation): Envelope {
  const { outcome, goal, waited, timeout, states, diagnosis } = report
  const { takenAt, source, scope, summary, findings, pulling, gaps } = diagnosis
  const several = inSeveral(states)
  const open = states.filter(({ status }) => status === 'waiting')
  return enveloped('Wait', {
    takenAt,
    outcome,
    goal,
    outdated: report.isOutdated,
    complete: outcome === 'done' || outcome === 'failed',
    waitedSeconds: Math.round(waited / 1000),
    timeoutSeconds: Math.round(timeout / 1000),
    source,
    scope,
    summary: {
      ...summary,
      workloads: states.length,
      done: states.filter(({ status }) => status === 'done').length,
    },
    waitingFor: open.map(state => subjectName(state, several)),
    workloads: states.map(state => workloadDocument(state, takenAt, invocation)),
    findings: findings.map(finding => findingDocument(finding, invocation)),
    pulling,
    gaps,
  })
}

function workloadDocument(state: SubjectState, takenAt: string, invocation: Invocation): object {
  const step = stateStep(state, invocation)
  const { subject, status, code, counts, superseded, troubles } = state
  return {
    kind: subject.kind,
    namespace: subject.namespace,
    name: subject.name,
    status,
    code,
    text: stateText(state, takenAt),
    pods: counts,
    newerRevisions: superseded,
    troubles: troubles.map(troubleDocument),
    steps: step === null ? [] : [{ text: step.text, command: step.command ?? null, where: null }],
  }
}

function troubleDocument({ finding, pods, nodes, since, attempts, until }: Trouble): object {
  const { cause, subcause, container, image } = finding
  return {
    cause,
    subcause,
    container,
    image,
    pods,
    nodes,
    attempts,
    since: new Date(since).toISOString(),
    waitsUntil: until === null ? null : new Date(until).toISOString(),
  }
}
