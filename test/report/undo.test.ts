/** The screens before and after an undo. */
import { describe, expect, test } from 'vitest'
import type { LeftReason, UndoStep } from '../../src/apply/undo-step.ts'
import type { UndoReport } from '../../src/report/machine/fix-document.ts'
import { renderRuns } from '../../src/report/views/runs.ts'
import { renderUndoPlan, renderUndoResult } from '../../src/report/views/undo.ts'
import { target } from './plan-samples.ts'
import { ON_SCREEN } from './samples.ts'

const REASONS: LeftReason[] = ['gone', 'replaced', 'changed', 'pod-recreated', 'earlier-content-unknown']
const steps: UndoStep[] = [
  {
    id: 'serviceaccount:web/default',
    action: 'restore-fields',
    target: target('ServiceAccount', 'default', 'web'),
    fields: [{ field: 'imagePullSecrets', container: null, from: 'dockercreds', to: null }],
    changed: [],
    patch: [],
    effect: null,
  },
  {
    id: 'template:web/Deployment/shop',
    action: 'restore-fields',
    target: target('Deployment', 'shop', 'web'),
    fields: [{ field: 'image', container: 'shop', from: 'nginx@sha256:ab', to: 'nginx' }],
    changed: [{ field: 'imagePullPolicy', container: 'shop', from: 'IfNotPresent', to: null }],
    patch: [],
    effect: null,
  },
  {
    id: 'secret:web/dockercreds',
    action: 'delete-secret',
    target: target('Secret', 'dockercreds', 'web'),
    resourceVersion: '7',
    needs: [],
  },
  ...REASONS.map(
    (reason): UndoStep => ({
      id: reason,
      action: 'leave',
      target: target('Pod', `${reason}-1`, 'web'),
      reason,
    }),
  ),
]
const report = (status: 'applied' | 'refused', dryRun = false): UndoReport => ({
  run: 'r1',
  continued: [],
  dryRun,
  complete: status === 'applied',
  kept: [],
  steps: steps.slice(0, 3),
  outcomes: steps.slice(0, 3).map(({ id, action, target: of }, index) => ({
    id,
    action,
    target: of,
    status: index === 0 ? status : 'applied',
    reason: null,
    detail: status === 'refused' ? 'forbidden' : null,
  })),
})

describe('undoing a run', () => {
  test('first shows what is restored, what is deleted, what stays and why', () => {
    expect(renderUndoPlan({ run: 'r1', continued: [], steps, kept: [] }, ON_SCREEN)).toMatchInlineSnapshot(`
      "Undoing run r1

      Restore:
        web serviceaccount/default: remove dockercreds from imagePullSecrets
        web deployment/shop: set image of shop back to nginx

      Delete:
        web secret/dockercreds

      Left unchanged:
        web pod/gone-1: no longer there
        web pod/replaced-1: replaced by another object with the same name
        web pod/changed-1: changed after pullguard wrote it
        web pod/pod-recreated-1: recreated; stuck pods can't be restored
        web pod/earlier-content-unknown-1: existed before, and its earlier content is
        not recorded
        web deployment/shop: imagePullPolicy changed after pullguard wrote it

      After that, pods pull without this login and may fail as they did before.

      This restores 2 objects and deletes 1 secret.
      "
    `)
  })

  test('of many namespaces lists equal changes once', () => {
    const namespaces = Array.from({ length: 500 }, (_, index) => `team-${index}`)
    const many = namespaces.flatMap((namespace): UndoStep[] => [
      {
        id: `serviceaccount:${namespace}/default`,
        action: 'restore-fields',
        target: target('ServiceAccount', 'default', namespace),
        fields: [{ field: 'imagePullSecrets', container: null, from: 'dockercreds', to: null }],
        changed: [],
        patch: [],
        effect: null,
      },
      {
        id: `pod:${namespace}/shop`,
        action: 'leave',
        target: target('Pod', `shop-${namespace}`, namespace),
        reason: 'pod-recreated',
      },
    ])
    expect(
      renderUndoPlan({ run: 'r1', continued: [], steps: many, kept: [] }, ON_SCREEN),
    ).toMatchInlineSnapshot(`
      "Undoing run r1

      Restore:
        serviceaccount/default in 500 namespaces: remove dockercreds from
        imagePullSecrets

      Left unchanged:
        team-0 pod/shop-team-0 and 499 more: recreated; stuck pods can't be restored

      This restores 500 objects.
      "
    `)
  })

  test('ends in the result', () => {
    expect(renderUndoResult(report('applied'), ON_SCREEN)).toBe('Undid 3 changes.\n')
    const dryRun = /^Nothing was written: .* To undo the run, run the same command without --dry-run\.\n$/
    expect(
      renderUndoResult({ ...report('applied', true), outcomes: [] }, { ...ON_SCREEN, width: 200 }),
    ).toMatch(dryRun)
    expect(renderUndoResult(report('applied', true), ON_SCREEN)).toContain('would accept 3 changes')
  })

  test("names what could not be undone, with the server's message", () => {
    const text = renderUndoResult(report('refused'), ON_SCREEN)
    expect(text).toContain('web serviceaccount/default: refused by the server (forbidden)')
    expect(text).toContain('1 of 3 changes could not be undone. Run the same command again to continue.')
  })
})

test('the list of runs ends in the command for the newest run that is in place', () => {
  const run = {
    ...{ startedAt: '2026-11-24T10:00:00.123Z', context: 'prod', user: 'jane', namespaces: null },
    ...{ changes: 6, takenBack: true, onlyPods: false },
  }
  const text = renderRuns(
    [
      { run: 'r4', ...run, state: 'only-pods', onlyPods: true },
      { run: 'r3', ...run, state: 'undone' },
      { run: 'r2', ...run, state: 'over', user: null },
      { run: 'r1', ...run, state: 'in-place', takenBack: false },
    ],
    { ...ON_SCREEN, terminal: false },
  )
  // A list proposes no rollback.
  expect(text).not.toContain('pullguard undo')
  expect(text.trimEnd().split('\n')).toHaveLength(5)
  expect(text).toMatch(/^r4 +2026-11-24T10:00:00Z +prod +jane +all namespaces +6 +only pods$/m)
  expect(text).toMatch(/^r2 .* prod +- .* nothing left to undo$/m)
  expect(renderRuns([], ON_SCREEN)).toBe('No run on this machine has written to this cluster.\n')
})

test('on a terminal, the list of runs keeps its columns, with the scope of each run below it', () => {
  const run = {
    ...{ run: '20261124T100000Z-c9512e', startedAt: '2026-11-24T10:00:00.123Z', changes: 1234 },
    ...{ context: 'prod', user: 'jane', takenBack: true, onlyPods: false, state: 'over' as const },
  }
  const narrowed = { ...run, namespaces: ['web'], only: 'deployment/a-workload-with-a-name-that-is-long' }
  const bare = { ...run, namespaces: null, context: null, user: null }
  expect(renderRuns([narrowed, bare], ON_SCREEN)).toMatchInlineSnapshot(`
    "RUN                      TIME                  CHANGES  STATE
    20261124T100000Z-c9512e  2026-11-24T10:00:00Z  1,234    nothing left to undo
      namespace web (deployment/a-workload-with-a-name-that-is-long), by jane,
      context prod
    20261124T100000Z-c9512e  2026-11-24T10:00:00Z  1,234    nothing left to undo
      all namespaces
    "
  `)
})

test('an undo announces rollouts, says what references a Secret that stays, and how to remove its login', () => {
  const restore = { ...steps[1], effect: 'recreate' as const } as UndoStep
  const secret = target('Secret', 'dockercreds', 'api')
  const named: UndoStep = {
    id: 's',
    action: 'leave',
    target: secret,
    reason: 'still-named',
    by: [
      { kind: 'Deployment', name: 'shop' },
      { kind: 'StatefulSet', name: null },
    ],
  }
  const keys: UndoStep = {
    id: 'k',
    action: 'remove-keys',
    target: target('Secret', 'dockercreds', 'old'),
    resourceVersion: '7',
    keys: ['https://index.docker.io/v1/'],
    kept: [],
  }
  const text = renderUndoPlan(
    { run: 'r1', continued: [], steps: [restore, named, keys], kept: [secret] },
    ON_SCREEN,
  )
  const printed = text.replace(/\n\s*/g, ' ')
  expect(printed).toContain('set image of shop back to nginx; all of its pods stop before new ones start')
  expect(printed).toContain("still referenced by deployment/shop and statefulsets that can't be read")
  expect(printed).toContain('old secret/dockercreds: https://index.docker.io/v1/')
  expect(printed).toContain('After that, pods pull without this login')
  expect(printed).toContain('1 secret keeps its login.')
  expect(text).toContain('kubectl -n api delete secret dockercreds')
})

test('a Secret that another undo removes is not to be deleted by hand', () => {
  const secret = target('Secret', 'dockercreds', 'api')
  const renewed: UndoStep = { id: 's', action: 'leave', target: secret, reason: 'goes-with-its-run' }
  const text = renderUndoPlan({ run: 'r2', continued: [], steps: [renewed], kept: [secret] }, ON_SCREEN)
  expect(text).toContain('removed by undoing the run that created it')
  expect(text).not.toContain('kubectl')
})

test.each(['changed', 'earlier-content-unknown'] as const)(
  'a Secret that has what others wrote (%s) is to be edited, not deleted',
  reason => {
    const secret = target('Secret', 'dockercreds', 'api')
    const left: UndoStep = { id: 's', action: 'leave', target: secret, reason }
    const text = renderUndoPlan({ run: 'r2', continued: [], steps: [left], kept: [secret] }, ON_SCREEN)
    expect(text).toContain('kubectl -n api edit secret dockercreds')
    expect(text).not.toContain('kubectl -n api delete')
  },
)

test('the last line of an undo mentions a bare pod that is still missing', () => {
  const lost: UndoStep = {
    id: 'p',
    action: 'leave',
    target: target('Pod', 'bare', 'web'),
    reason: 'pod-taken-away',
  }
  const screen = renderUndoPlan({ run: 'r1', continued: [], steps: [lost], kept: [] }, ON_SCREEN)
    .trimEnd()
    .split('\n')
    .slice(-2)
    .join(' ')
  expect(screen).toBe(
    'Nothing is left to undo, so nothing is written. 1 bare pod is still missing: running the same fix again restores what it deleted.',
  )
})
