/** The screen after a fix. */
import { describe, expect, test } from 'vitest'
import type { FixReport } from '../../src/report/machine/fix-document.ts'
import { renderFixResult } from '../../src/report/views/fix-result.ts'
import {
  everyDeclined,
  fixReport,
  incidentPlan,
  OUTCOME_REASONS,
  outcome,
  plan,
  recovery,
} from './plan-samples.ts'
import { finding, ON_SCREEN } from './samples.ts'

const show = (report: FixReport) => renderFixResult(report, ON_SCREEN)
const lines = (text: string) => text.trimEnd().split('\n')

describe('a fix that worked', () => {
  test('ends in the recovered pods and how to undo it', () => {
    expect(show(fixReport())).toMatchInlineSnapshot(`
      "  default      deployment/fifthnginx               1 of 1 pod back
        kube-system  deployment/calico-kube-controllers  1 of 1 pod back

      6 changes written: 2 secrets, 2 service accounts, 2 pods.
      Undo: pullguard undo 20261124-100000-abcd
      Both pods that could not pull are running now.
      "
    `)
  })

  test('that only recreated pods offers no undo, because pods are not restored', () => {
    const outcomes = fixReport().result.outcomes.filter(({ target }) => target.kind === 'Pod')
    expect(lines(show(fixReport({}, { outcomes }))).slice(-2)).toEqual([
      '2 changes written: 2 pods.',
      'Both pods that could not pull are running now.',
    ])
  })

  test('mentions in its last line the pods that it left', () => {
    expect(
      lines(show(fixReport({ leftPods: 3 })))
        .slice(-2)
        .join(' '),
    ).toBe("Both targeted pods are running now; 3 other pods still can't pull, for the reasons shown above.")
    expect(
      lines(show(fixReport({ leftPods: 1 }, { recoveries: [] })))
        .slice(-2)
        .join(' '),
    ).toBe(
      "6 changes written: 2 secrets, 2 service accounts, 2 pods. 1 pod that this fix did not change still can't pull, for the reasons shown above.",
    )
  })

  test('without pods to recover ends in what was written', () => {
    expect(lines(show(fixReport({}, { recoveries: [] }))).at(-1)).toMatch(/^6 changes written/)
  })
})

describe('a fix that did not work', () => {
  test('says where a controller reports why it creates no new pod', () => {
    const missing = { code: 'refused' as const, message: 'pods "x" is forbidden: exceeded quota' }
    const report = fixReport({ complete: false }, { recoveries: [recovery({ recovered: 0, missing })] })
    expect(show(report)).toContain('the server refuses its pods: pods "x" is forbidden: exceeded quota')
    expect(lines(show(report)).at(-1)).toBe('Next: kubectl -n default describe deployment/fifthnginx')
  })

  test('because no pulls were left ends in the same fix again, and suggests nothing that would not have helped before', () => {
    const report = fixReport(
      { complete: false, findings: [finding()] },
      { recoveries: [recovery({ recovered: 0 })], heldBack: { pods: 1, why: 'no-pulls-left' } },
    )
    expect(show(report)).not.toContain('what to do')
    expect(lines(show(report)).at(-1)).toBe('Next, once the limit resets: pullguard fix --all-namespaces')
  })

  test('names the pods that have not recovered, why, and last the next step', () => {
    const waiting = [
      { name: 'fifthnginx-2', state: 'stuck' as const, reason: 'ErrImagePull', message: 'denied' },
    ]
    const text = show(
      fixReport(
        { complete: false, findings: [finding({ pod: 'fifthnginx-2' })] },
        { recoveries: [recovery({ recovered: 0, waiting }), recovery()] },
      ),
    )
    expect(text).toContain("fifthnginx-2 can't pull (ErrImagePull: denied)")
    expect(text).toContain("Docker Hub's limit for anonymous pulls is used up")
    expect(lines(text).slice(-2)).toEqual([
      '1 of 2 pods is back; 1 is not back yet.',
      'Next: pullguard why default/fifthnginx-2',
    ])
  })

  test('shows the end of a long error, which states the reason', () => {
    const message =
      'Back-off pulling image "nginx": ErrImagePull: failed to pull and unpack image "docker.io/library/nginx:latest": failed to copy: httpReadSeeker: failed open: unexpected status from GET request to http://127.0.0.1:15000/v2/library/nginx/manifests/sha256:64e046e5a41c77b250e29ae9668b68f74954ed509bc56604a763799b1000302e?ns=docker.io: 429 Too Many Requests: You have reached your unauthenticated pull rate limit.'
    const pod = { name: 'shop-1', state: 'stuck' as const, reason: 'ImagePullBackOff', message }
    const waiting = [pod, { ...pod, name: 'shop-2' }]
    expect(
      show(
        fixReport({ complete: false }, { recoveries: [recovery({ recovered: 0, wanted: 2, waiting })] }),
      ).split('\n\n')[0],
    ).toMatchInlineSnapshot(`
      "  default  deployment/fifthnginx  0 of 2 pods back
          shop-1 can't pull (ImagePullBackOff: … 429 Too Many Requests: You have
          reached your unauthenticated pull rate limit.) and 1 more"
    `)
  })

  test("groups refusals of one kind with the server's message", () => {
    const outcomes = incidentPlan.changes.map(change =>
      change.action === 'create-secret'
        ? outcome(change, { status: 'refused', detail: 'admission webhook "no" denied the request' })
        : outcome(change, { status: 'skipped', reason: { code: 'needs', id: 'its secret' } }),
    )
    const text = show(fixReport({ complete: false }, { run: null, outcomes, recoveries: [] }))
    expect(text).toContain('default secret/dockercreds and 1 more: refused by the server')
    expect(text).toContain('admission webhook "no" denied the request')
    expect(lines(text).slice(-2)).toEqual([
      'Nothing was written. 6 changes were not applied.',
      'Resolve what the server refused, then run the same fix again.',
    ])
  })

  test.each<[string, Partial<typeof incidentPlan>]>([
    ['pinned images', { credentials: [] }],
    [
      'a login that had to be named',
      {
        credentials: [
          { registry: 'ghcr.io', key: 'ghcr.io', username: 'acme', origin: '~/.docker/config.json' },
        ],
      },
    ],
    [
      'a password from standard input',
      { credentials: [{ registry: 'docker.io', key: 'k', username: 'acme', origin: '--username' }] },
    ],
  ])('names no command to continue one with %s, as the plan does not hold its flags', (_what, fields) => {
    const outcomes = incidentPlan.changes.map(change => outcome(change, { status: 'failed' }))
    const report = fixReport({ complete: false }, { outcomes, recoveries: [] })
    const text = show({ ...report, plan: { ...report.plan, ...fields } })
    expect(lines(text).at(-1)).toBe('Next, to continue: run the same command again.')
  })

  test('offers the undo of writes whose result is unknown, and does not say that nothing was written', () => {
    const outcomes = incidentPlan.changes.map(change => outcome(change, { status: 'failed' }))
    const text = show(fixReport({ complete: false }, { outcomes, recoveries: [] }))
    expect(lines(text).slice(-3)).toEqual([
      'Undo: pullguard undo 20261124-100000-abcd',
      'No write was confirmed by the server. 6 changes were not applied.',
      'Next, to continue: pullguard fix --all-namespaces',
    ])
  })
})

test.each(Object.values(OUTCOME_REASONS))(
  "shows the reason ($code) apart from the server's message",
  reason => {
    const outcomes = incidentPlan.changes
      .slice(0, 1)
      .map(change => outcome(change, { status: 'failed', reason, detail: 'quota exceeded' }))
    const shown = lines(show(fixReport({ complete: false }, { outcomes, recoveries: [] })))
    const server = shown.indexOf('    quota exceeded')
    expect(shown[server - 1]).toMatch(/^ {4}\S/)
    expect(shown.slice(0, server).join()).not.toMatch(/undefined|null|object Object/)
  },
)

test('a plan that left something does not claim that all pods run', () => {
  const some = plan(incidentPlan.changes, { declined: everyDeclined.slice(0, 1) })
  expect(lines(show(fixReport({ plan: some }))).at(-1)).toBe('Both targeted pods are running now.')
})

test('pods that have not recovered for reasons other than a pull get the advice to look again', () => {
  const waiting = [{ name: 'p', state: 'stuck' as const, reason: '', message: '' }]
  const recoveries = [recovery({ recovered: 0, waiting })]
  expect(lines(show(fixReport({ complete: false }, { recoveries }))).slice(-2)).toEqual([
    'The targeted pod is not back yet.',
    'Next: kubectl -n default describe pod p',
  ])
})

test('a fix that found everything in place says so', () => {
  const outcomes = incidentPlan.changes.map(change => outcome(change, { status: 'unchanged' }))
  expect(lines(show(fixReport({}, { run: null, outcomes, recoveries: [] }))).at(-1)).toBe(
    'Nothing to change: everything is already in place.',
  )
})

test('a dry run on the server is reported as a dry run', () => {
  const outcomes = incidentPlan.changes.map(change => outcome(change, { status: 'accepted' }))
  expect(
    lines(show(fixReport({ dryRun: true }, { run: null, outcomes, recoveries: [] })))
      .slice(-2)
      .join(' '),
  ).toBe(
    'The API server would accept all 6 changes. Nothing was written: this was a dry run. To apply the plan, run the same command without --dry-run.',
  )
})

describe('a workload that has changed since planning', () => {
  const resultText = (fields: Parameters<typeof recovery>[0]) =>
    show(fixReport({ complete: false }, { recoveries: [recovery(fields)] }))

  test.each<[string, Parameters<typeof recovery>[0], string, string]>([
    [
      'deleted',
      { recovered: 0, over: { code: 'gone', message: '' } },
      'it was deleted in the meantime',
      'The targeted pod is not back yet.',
    ],
    [
      'failed',
      { workload: { kind: 'Job', name: 'n' }, recovered: 0, over: { code: 'failed', message: 'Backoff' } },
      'it has failed (Backoff)',
      'Next: kubectl -n default describe job/n',
    ],
    [
      'scaled down',
      { aimed: 4 },
      'it now wants 1 pod; 4 could not pull',
      'The pod that could not pull is running now.',
    ],
    [
      'scaled to zero',
      { wanted: 0, recovered: 0 },
      'it now wants',
      'The pods that could not pull are no longer needed.',
    ],
    [
      'held by a finalizer',
      { recovered: 0, missing: { code: 'not-ended', pod: 'p', until: '', finalizers: ['example.com/hold'] } },
      'finalizer example.com/hold blocks it',
      'Next: kubectl -n default get pod p -o yaml',
    ],
    [
      'paused',
      { recovered: 0, missing: { code: 'paused' } },
      'its rollout is paused',
      'Next: kubectl -n default rollout resume deployment/fifthnginx',
    ],
    [
      'crashing',
      { crashing: [{ name: 'p', state: 'running', reason: 'CrashLoopBackOff', message: '' }] },
      'p has its images, but fails (CrashLoopBackOff)',
      'The pod that could not pull has its images now; 1 pod fails for another reason.',
    ],
  ])('%s is reported as such', (_name, fields, expected, last) => {
    const text = resultText(fields).replace(/\n\s*/g, ' ')
    expect(text).toContain(expected)
    expect(text.trimEnd().endsWith(last)).toBe(true)
  })
})
