/** Subjects, failures and rules for the tests of this room, on top of the rollouts of the room next door. */
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import type { RolloutState } from '../../src/snapshot/rollout.ts'
import type { WaitRules } from '../../src/waiting/goal.ts'
import { judgeSubject } from '../../src/waiting/judge-subject.ts'
import type { Failure, SubjectState, SubjectView } from '../../src/waiting/subject-state.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'

export const NOW = Date.parse('2026-11-24T10:10:00Z')
const READY: WaitRules = { goal: 'ready', patience: {} }

/** What the kubelet says for each cause that the tests speak of. */
const MESSAGES = {
  'image-not-found':
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.27": docker.io/library/nginx:1.27: not found',
  'rate-limited': 'toomanyrequests: You have reached your unauthenticated pull rate limit.',
  'auth-required-or-denied':
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  'network-timeout': 'dial tcp 1.2.3.4:443: i/o timeout',
  other: '',
} as const

/** A finding as a diagnosis makes it. */
export function finding(cause: keyof typeof MESSAGES, fields: Partial<Finding> = {}): Finding {
  const state = waiting('ErrImagePull', MESSAGES[cause])
  const [found] = diagnose(snapshot({ pods: [pod({ containers: [container({ state })] })] })).findings
  if (found === undefined || found.cause !== cause) throw new Error(`${found?.cause} is not ${cause}`)
  return { ...found, ...fields }
}

export function failure(of: { podUid: string; finding: Finding }, fields: Partial<Failure> = {}): Failure {
  return { ...of, since: NOW, attempts: 1, ...fields }
}

const SUBJECT: SubjectView['subject'] = { kind: 'Deployment', namespace: 'web', name: 'shop' }

export const view = (rolloutState: RolloutState | null, failures: Failure[] = []): SubjectView => ({
  subject: rolloutState?.workload == null ? SUBJECT : { ...SUBJECT, kind: rolloutState.workload.kind },
  rolloutState,
  failures,
  pulling: [],
})

/** What is seen, by the seconds after the first look. */
export type Moments = Record<number, SubjectView>

/** Looks at one view after another. */
export function looks(moments: Moments, rules: WaitRules = READY): SubjectState {
  let state: SubjectState | null = null
  for (const [seconds, seen] of Object.entries(moments))
    state = judgeSubject(state, seen, NOW + Number(seconds) * 1000, rules)
  if (state === null) throw new Error('nothing was looked at')
  return state
}
