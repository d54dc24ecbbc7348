/** The words of next steps for a workload that is not ready for a reason other than its image: one command that shows why, or fixes it. */

import type { EndCode, SubjectState, WaitCode } from '../../../waiting/subject-state.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { objectName } from '../nouns.ts'
import type { StepText } from '../step-words.ts'
import type { WaitReport } from './wait.ts'
import { compareUrgency } from './wait-state.ts'

/** A kubectl command without namespace and connection; null if there is nothing to do. */
type Words = (state: SubjectState) => { text: string; rest: string } | null

const nothing: Words = () => null

const workload = ({ subject }: SubjectState) => shellWord(objectName(subject))
const pod = ({ obstacle }: SubjectState) => obstacle?.pod ?? null

const describeWorkload =
  (text: string): Words =>
  state => ({ text, rest: `describe ${workload(state)}` })

/** Shows the pod's conditions and events, or the workload's if no pod is known. */
const describePod =
  (text: string): Words =>
  state => {
    const name = pod(state)
    return { text, rest: name === null ? `describe ${workload(state)}` : `describe pod ${shellWord(name)}` }
  }

/** Whether a container with this reason never ran or was killed from outside, so that its log does not say why. */
export function isMissingFromLog(reason: string): boolean {
  return /^(?:Create|PreCreate|PreStart|RunContainer|InvalidEnv|OOMKilled)/.test(reason)
}

/** During a back-off, kubectl shows the log of the last attempt. */
const containerLog =
  (text: string, otherwise: Words): Words =>
  state => {
    const { pod: name = null, container = null, reason = '' } = state.obstacle ?? {}
    return name === null || container === null || container === '' || isMissingFromLog(reason)
      ? otherwise(state)
      : { text, rest: `logs ${shellWord(name)} -c ${shellWord(container)}` }
  }

const list: Words = ({ subject: { kind } }) => ({
  text: 'See which ones exist there',
  rest: `get ${kind.toLowerCase()}`,
})

const MAY_READ = { text: 'See what you are allowed to read there', rest: 'auth can-i --list' }

const WORDS: Record<EndCode | WaitCode, Words> = {
  ready: nothing,
  pulled: nothing,
  started: nothing,
  completed: nothing,
  'none-wanted': nothing,
  suspended: nothing,
  'no-job': nothing,
  // The workload's finding has its own steps.
  image: nothing,
  deleted: list,
  paused: state => ({ text: 'Resume the rollout', rest: `rollout resume ${workload(state)}` }),
  'on-delete': () => ({
    text: 'See which pods run an older template, and delete those',
    rest: 'get pods -L controller-revision-hash',
  }),
  ended: describeWorkload('See why it failed'),
  unreadable: () => MAY_READ,
  absent: list,
  unobserved: describeWorkload('See its conditions and events'),
  pull: describePod("See the pod's events"),
  pulling: state => {
    const [longest] = state.pulling
    const text = 'See how long the pull has taken'
    return longest === undefined
      ? describeWorkload(text)(state)
      : { text, rest: `describe pod ${shellWord(longest.pod)}` }
  },
  refused: () => ({
    text: 'See why the API server rejects its pods',
    rest: 'get events --field-selector reason=FailedCreate',
  }),
  'not-ended': state => ({
    text: 'See what keeps the pod: finalizers, its grace period, or its node',
    rest: `get pod ${shellWord(pod(state) ?? '')} -o yaml`,
  }),
  'not-made': describeWorkload('See why not all pods are created'),
  unscheduled: describePod("See the scheduler's events"),
  initializing: containerLog(
    'Read the log of the init container',
    describePod('See what the init container waits for'),
  ),
  starting: describePod("See the pod's events"),
  crashing: containerLog(
    'Read the log of the container',
    describePod("See the container's last state and the events"),
  ),
  'not-ready': describePod('See why the pod is not ready: its conditions, and the events of its probes'),
  'old-pods': () => ({ text: 'See which old pods are left', rest: 'get pods' }),
  blocked: state => ({
    text: 'Delete the pod of the older revision: the StatefulSet recreates it from the newest template',
    rest: `delete pod ${shellWord(pod(state) ?? '')}`,
  }),
  controller: describeWorkload('See its conditions and events'),
}

/** Returns what to do about this workload; null if there is nothing to do or its findings cover it. */
export function stateStep(state: SubjectState, invocation: Invocation): StepText | null {
  const isCovered = state.troubles.length > 0 && state.code !== 'blocked' && state.code !== 'deleted'
  const step = isCovered ? null : WORDS[state.code](state)
  if (step === null) return null
  return { text: step.text, command: kubectlCommand(invocation, step.rest, state.subject.namespace) }
}

/** Returns what to do next if no pull has failed, for the first workload that is not ready; null if all are done. */
export function waitNextStep(
  { outcome, states, diagnosis }: WaitReport,
  invocation: Invocation,
): StepText | null {
  const open = states
    .filter(({ status }) => status === 'unknown' || status === 'waiting')
    .toSorted(compareUrgency)
  const [step] = open.flatMap(state => stateStep(state, invocation) ?? [])
  if (step !== undefined || states.length > 0) return step ?? null
  const { namespaces } = diagnosis.scope
  const [namespace] = namespaces ?? []
  // Labels select nothing among kinds that can't be read.
  if (outcome === 'unknown')
    return { text: MAY_READ.text, command: kubectlCommand(invocation, MAY_READ.rest, namespace) }
  return {
    text: 'See which labels the workloads have',
    command: kubectlCommand(
      invocation,
      'get deployments,statefulsets,daemonsets,jobs,cronjobs --show-labels',
      namespace,
    ),
  }
}
