/** What somebody reads when a fix has ended. */
import { describe, expect, test } from 'vitest'
import { type FixReport, renderFixResult } from '../../src/report/fix-result.ts'
import { everyDeclined, fixReport, incidentPlan, outcome, plan, recovery } from './plan-samples.ts'
import { finding } from './samples.ts'

const show = (report: FixReport) =>
  renderFixResult(report, {
    format: 'table',
    width: 80,
    colour: false,
    terminal: true,
    invocation: { program: 'pullguard', flags: [], fromDump: false },
  })
const lines = (text: string) => text.trimEnd().split('\n')

describe('a fix that worked', () => {
  test('ends in the recovered pods, and says how to take it back', () => {
    expect(show(fixReport())).toMatchInlineSnapshot(`
      "  default      deployment/fifthnginx               1 of 1 pod back
        kube-system  deployment/calico-kube-controllers  1 of 1 pod back

      6 changes written: 2 secrets, 2 service accounts, 2 pods.
      Undo: pullguard undo 20261124-100000-abcd
      All 2 pods that could not pull run now.
      "
    `)
  })

  test('says in its last line of the pods that it left', () => {
    expect(
      lines(show(fixReport({ leftPods: 3 })))
        .slice(-2)
        .join(' '),
    ).toBe("All 2 pods that it aimed at run now; 3 others still can't pull, for the reasons shown above.")
    expect(
      lines(show(fixReport({ leftPods: 1 }, { recoveries: [] })))
        .slice(-2)
        .join(' '),
    ).toBe(
      "6 changes written: 2 secrets, 2 service accounts, 2 pods. 1 pod still can't pull, for the reasons shown above.",
    )
  })

  test('that aimed at no pod ends in what was written', () => {
    expect(lines(show(fixReport({}, { recoveries: [] }))).at(-1)).toMatch(/^6 changes written/)
  })
})

describe('a fix that did not', () => {
  test('says where a controller tells why it makes no new pod', () => {
    const report = fixReport({ complete: false }, { recoveries: [recovery({ recovered: 0 })] })
    expect(show(report)).toContain('no new pod: its controller has not made one yet')
    expect(lines(show(report)).at(-1)).toBe(
      'Next: kubectl -n default get events --field-selector reason=FailedCreate',
    )
  })

  test('for want of pulls ends in the same fix again, and proposes nothing that would not help before', () => {
    const report = fixReport(
      { complete: false, findings: [finding()] },
      { recoveries: [recovery({ recovered: 0 })], heldBack: 1 },
    )
    expect(show(report)).not.toContain('what to do')
    expect(lines(show(report)).at(-1)).toBe('Next, once the limit resets: pullguard fix --all-namespaces')
  })

  test('names the pods that are not back, why now, and the next step last', () => {
    const waiting = [
      { name: 'fifthnginx-2', state: 'stuck' as const, reason: 'ErrImagePull', message: 'denied' },
    ]
    const text = show(
      fixReport(
        { complete: false, findings: [finding({ pod: 'fifthnginx-2' })] },
        { recoveries: [recovery({ recovered: 0, waiting }), recovery()] },
      ),
    )
    expect(text).toContain('fifthnginx-2: ErrImagePull: denied')
    expect(text).toContain("Docker Hub's limit for anonymous pulls is used up")
    expect(lines(text).slice(-2)).toEqual([
      '1 of 2 pods runs now; 1 does not.',
      'Next: pullguard why default/fifthnginx-2',
    ])
  })

  test('puts refusals of one kind together, with what the server said', () => {
    const outcomes = incidentPlan.changes.map(change =>
      change.action === 'create-secret'
        ? outcome(change, { status: 'refused', detail: 'admission webhook "no" denied the request' })
        : outcome(change, { status: 'skipped', detail: 'it needs its secret' }),
    )
    const text = show(fixReport({ complete: false }, { run: null, outcomes, recoveries: [] }))
    expect(text).toContain('default secret/dockercreds and 1 more: refused by the server')
    expect(text).toContain('admission webhook "no" denied the request')
    expect(lines(text).at(-1)).toBe('Nothing was written. 6 changes were not made.')
  })
})

test('a plan that left something does not say that all pods run', () => {
  const some = plan(incidentPlan.changes, { declined: everyDeclined.slice(0, 1) })
  expect(lines(show(fixReport({ plan: some }))).at(-1)).toBe('All 2 pods that it aimed at run now.')
})

test('pods that are not back, with nothing that speaks of a pull, are to be looked at again', () => {
  const waiting = [{ name: 'p', state: 'stuck' as const, reason: '', message: '' }]
  const recoveries = [recovery({ recovered: 0, waiting })]
  expect(lines(show(fixReport({ complete: false }, { recoveries }))).slice(-2)).toEqual([
    'The pod that it aimed at does not run yet.',
    'Next: pullguard diagnose -n default',
  ])
})

test('a fix that found everything in place says so', () => {
  const outcomes = incidentPlan.changes.map(change => outcome(change, { status: 'unchanged' }))
  expect(lines(show(fixReport({}, { run: null, outcomes, recoveries: [] }))).at(-1)).toBe(
    'Nothing was written: all of it was so already.',
  )
})

test('a dry run on the server says that it was one', () => {
  const outcomes = incidentPlan.changes.map(change => outcome(change, { status: 'accepted' }))
  expect(lines(show(fixReport({ dryRun: true }, { run: null, outcomes, recoveries: [] }))).at(-1)).toBe(
    'The server would take all 6 changes. Nothing was written: this was a dry run.',
  )
})
