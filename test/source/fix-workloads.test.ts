/** How many more pods a Job, or one of its indexes, can lose before it fails for good. */
import { describe, expect, test } from 'vitest'
import { jobFailures } from '../../src/source/live/job-failures.ts'

const left = (spec: object, failed = 0) => jobFailures({ metadata: { uid: 'u' }, spec, status: { failed } })
const onExit = (operator: string, values: number[], action: string) => ({
  action,
  onExitCodes: { operator, values },
})
const policy = (...rules: object[]) => ({ backoffLimit: 6, podFailurePolicy: { rules } })

describe('a Job', () => {
  test.each<[string, object, number, number, string]>([
    ['without a limit of its own allows six', {}, 2, 4, 'backoff-limit'],
    ['allows what remains of its limit', { backoffLimit: 2 }, 2, 0, 'backoff-limit'],
    [
      'by index is judged by each pod, not by the number that the server fills in',
      { backoffLimit: 2147483647, backoffLimitPerIndex: 0 },
      9,
      Number.MAX_SAFE_INTEGER,
      'backoff-limit-per-index',
    ],
    ['fails at a rule for exit code 137', policy(onExit('In', [137], 'FailJob')), 0, 0, 'pod-failure-policy'],
    ['fails at a rule with NotIn', policy(onExit('NotIn', [0, 42], 'FailJob')), 0, 0, 'pod-failure-policy'],
    ['loses an index to such a rule', policy(onExit('In', [137], 'FailIndex')), 0, 0, 'pod-failure-policy'],
    [
      'continues if the rule is for another exit code',
      policy(onExit('In', [42], 'FailJob')),
      1,
      5,
      'backoff-limit',
    ],
    [
      'continues if an earlier rule ignores the failure',
      policy(onExit('In', [137], 'Ignore'), onExit('NotIn', [0], 'FailJob')),
      6,
      Number.MAX_SAFE_INTEGER,
      'backoff-limit',
    ],
    [
      'counts the pod if an earlier rule counts it',
      policy(onExit('In', [137], 'Count'), onExit('NotIn', [0], 'FailJob')),
      1,
      5,
      'backoff-limit',
    ],
    [
      'does not treat a rule on conditions as one on deletions',
      policy({ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }),
      0,
      6,
      'backoff-limit',
    ],
  ])('%s', (_name, spec, failed, failuresLeft, limit) => {
    expect(left(spec, failed)).toEqual({ uid: 'u', failuresLeft, limit, doomed: [] })
  })
})
