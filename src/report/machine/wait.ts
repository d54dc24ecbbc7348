/**
 * The result of `wait` for machines: as a document, whose field names are stable, and in the formats of CI systems, which contain the failed
 * pulls as in a diagnosis, plus workloads that are unfinished or unknown.
 */

import type { SubjectState, Trouble } from '../../waiting/subject-state.ts'
import { groupByCause } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { markdownCode, markdownCodeCell, markdownSentence, markdownText, sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/layout.ts'
import { objectName } from '../words/nouns.ts'
import { nextStepText } from '../words/steps.ts'
import { type WaitReport, waitSentence } from '../words/wait/wait.ts'
import { stateStep, waitNextStep } from '../words/wait/wait-next.ts'
import { compareUrgency, inSeveral, stateText, subjectName } from '../words/wait/wait-state.ts'
import { annotation } from './annotation.ts'
import { codeQualityEntry } from './code-quality.ts'
import { type Envelope, enveloped, toJson } from './data.ts'
import { findingDocument } from './diagnosis-document.ts'
import { fingerprint } from './fingerprint.ts'
import { annotationsOf } from './github.ts'
import { gitlabEntries } from './gitlab.ts'
import { failureText } from './junit.ts'
import { junitDocument, output, problem, testCase } from './junit-xml.ts'
import { gapBlock, renderMarkdown } from './markdown.ts'

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
    unfollowed: report.unfollowed,
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

/**
 * Returns one case per workload: failed because of its image, an error if its state is unknown or time ran out, skipped if another workload
 * ended the wait.
 */
export function waitJunit(report: WaitReport, invocation: Invocation): string {
  const { states, diagnosis, outcome, waited } = report
  const cases = states.map(state => subjectCase(state, report, invocation))
  const failures = states.filter(({ status }) => status === 'failed').length
  const unready = states.filter(state => isError(state, report)).length
  // No workload has the error that ended the wait.
  const isApart = outcome !== 'done' && failures + unready === 0
  if (isApart) cases.push(testCase('wait', 'workloads', problem('error', outcome, waitSentence(report), [])))
  const errors = unready + (isApart ? 1 : 0)
  const { takenAt } = diagnosis
  return junitDocument(cases, {
    command: 'wait',
    failures,
    errors,
    takenAt,
    seconds: Math.round(waited / 1000),
  })
}

function isError({ status }: SubjectState, { outcome }: WaitReport): boolean {
  return status === 'unknown' || (status === 'waiting' && outcome === 'timeout')
}

function subjectCase(state: SubjectState, report: WaitReport, invocation: Invocation): string {
  return testCase(state.subject.namespace, objectName(state.subject), caseBody(state, report, invocation))
}

function caseBody(state: SubjectState, report: WaitReport, invocation: Invocation): string {
  const { subject, status, failures, troubles } = state
  const { diagnosis } = report
  const text = stateText(state, diagnosis.takenAt)
  if (status === 'done') return output([text])
  const pods = new Set(failures.map(({ finding }) => finding.pod))
  const own = diagnosis.findings.filter(
    ({ namespace, pod }) => namespace === subject.namespace && pods.has(pod),
  )
  const lines = groupByCause(own, invocation).flatMap(group => failureText(group, group.findings[0]))
  if (status === 'failed') return problem('failure', troubles[0]?.finding.cause ?? '', text, lines)
  if (!isError(state, report)) return '<skipped/>'
  return problem('error', state.code, text, [...lines, ...nextTexts(state, invocation)])
}

/** Returns the states that are unknown or that time ran out for. */
function openStates(report: WaitReport): SubjectState[] {
  return report.states.filter(state => isError(state, report) && state.troubles.length === 0)
}

const MOST_OPEN = 5

/** Returns annotations and, as a last line for the log, the summary sentence. */
export function waitGithub(report: WaitReport, invocation: Invocation): string {
  const { outcome, states, diagnosis } = report
  const sentence = waitSentence(report)
  if (outcome === 'done') return `${annotation('notice', { title: 'pullguard' }, [sentence])}\n`
  const several = inSeveral(states)
  const open = openStates(report).slice(0, MOST_OPEN)
  const annotations = [
    ...annotationsOf(diagnosis, invocation, 'wait'),
    ...open.map(state =>
      annotation('error', { title: `Not ready: ${subjectName(state, several)}` }, [
        stateText(state, diagnosis.takenAt),
        ...nextTexts(state, invocation),
      ]),
    ),
  ]
  const shown =
    annotations.length > 0 ? annotations : [annotation('error', { title: 'pullguard' }, [sentence])]
  return `${shown.join('\n')}\n${joinLines([sanitizeLine(sentence)])}`
}

/** Returns findings, and an entry for each workload that is not done. */
export function waitGitlab(report: WaitReport, invocation: Invocation): string {
  const open = openStates(report).map(state => {
    const path = subjectName(state, true)
    const words = [stateText(state, report.diagnosis.takenAt), ...nextTexts(state, invocation)]
    return codeQualityEntry({
      description: `${objectName(state.subject)}: ${words.join('. ')}`,
      check: `wait-${state.code}`,
      severity: 'major',
      print: fingerprint(['wait', path]),
      path,
    })
  })
  return toJson([...gitlabEntries(report.diagnosis, invocation, 'wait'), ...open])
}

const MOST_ROWS = 50

/** Returns the summary sentence, a table of the workloads, and, if a pull failed, the diagnosis. */
export function waitMarkdown(report: WaitReport, invocation: Invocation): string {
  const { states, diagnosis, outcome } = report
  const rows = states
    .toSorted(compareUrgency)
    .slice(0, MOST_ROWS)
    .map(state => {
      const name = markdownCodeCell(subjectName(state, true))
      return `| ${name} | ${state.status} | ${markdownText(stateText(state, diagnosis.takenAt))} |`
    })
  const table = ['| Workload | Status | |', '| --- | --- | --- |', ...rows].join('\n')
  const blocks = [
    `### pullguard: ${markdownSentence(waitSentence(report))}`,
    ...(rows.length === 0 ? [] : [table]),
    ...nextBlock(report, invocation),
    ...(diagnosis.findings.length === 0
      ? gapBlock(outcome === 'done' ? [] : diagnosis.gaps, 'wait')
      : [renderMarkdown(diagnosis, invocation, 'wait').trimEnd()]),
  ]
  return `${blocks.join('\n\n')}\n`
}

function nextTexts(state: SubjectState, invocation: Invocation): string[] {
  const step = stateStep(state, invocation)
  return step === null ? [] : [nextStepText(step)]
}

/** Returns what to do if no pull failed; otherwise, the diagnosis covers it. */
function nextBlock(report: WaitReport, invocation: Invocation): string[] {
  const next = report.diagnosis.findings.length > 0 ? null : waitNextStep(report, invocation)
  return next === null
    ? []
    : [
        `${markdownSentence(next.text)}${next.command === undefined ? '.' : `: ${markdownCode(next.command)}`}`,
      ]
}
