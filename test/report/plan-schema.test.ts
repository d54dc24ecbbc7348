/** The JSON of plans, results and undo matches the published schema. */
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { OutcomeStatus } from '../../src/apply/outcome.ts'
import type { LeftReason, UndoStep } from '../../src/apply/undo-step.ts'
import type { Change, ChangeReason } from '../../src/plan/change.ts'
import { renderFixResult } from '../../src/report/views/fix-result.ts'
import { type PlanReportContext, renderPlan } from '../../src/report/views/plan.ts'
import { renderRuns } from '../../src/report/views/runs.ts'
import { renderUndoResult } from '../../src/report/views/undo.ts'
import {
  attach,
  createSecret,
  everyDeclined,
  fixReport,
  OUTCOME_REASONS,
  outcome,
  plan,
  recovery,
  recreate,
  target,
  template,
} from './plan-samples.ts'
import { schemaErrors } from './published-schema.ts'
import { AS_JSON, finding } from './samples.ts'

const NEWS: PlanReportContext = { findings: [], gaps: [], mode: { code: 'dry-run' } }
const fits = (document: unknown) => {
  expect(schemaErrors(document)).toEqual([])
}

const REASONS: ChangeReason[] = [
  { code: 'credential-needed', registries: ['docker.io'] },
  { code: 'template-has-own-secrets', serviceAccount: 'default' },
  { code: 'pull-policy' },
  { code: 'replace-registry' },
  { code: 'interrupted', run: 'r1' },
]
const { action: _action, keys: _keys, ...base } = createSecret('web')
const everyChange: Change[] = [
  createSecret('web'),
  { ...base, action: 'update-secret', keys: [], ours: false },
  attach('web'),
  attach('web', 'shop', { managedBy: { tool: 'olm', name: 'sub' } }),
  template(),
  recreate('web', 'shop'),
  { ...base, action: 'recreate-bare-pod', method: 'evict', secretName: null, pulls: 1 },
  { ...base, action: 'restore-bare-pod', run: 'r1', ending: null, pulls: 0 },
  ...REASONS.map((reason): Change => ({ ...createSecret('web'), reason })),
]
const STATUSES: OutcomeStatus[] = [
  'applied',
  'accepted',
  'unchanged',
  'conflict',
  'refused',
  'failed',
  'skipped',
]
const LEFT: LeftReason[] = [
  'gone',
  'replaced',
  'changed',
  'taken-back',
  'never-written',
  'still-named',
  'goes-with-its-run',
  'earlier-content-unknown',
  'pod-taken-away',
  'pod-recreated',
]

test('a plan with every kind of change and declined reason is valid, as YAML too', () => {
  const full = plan(everyChange, { declined: everyDeclined })
  fits(JSON.parse(renderPlan(full, NEWS, AS_JSON)))
  fits(parse(renderPlan(full, NEWS, { ...AS_JSON, format: 'yaml' })))
})

test('the result of a fix is valid, whatever happened to each change', () => {
  const outcomes = [
    ...STATUSES.map(status => outcome(template(), { status, uid: null, detail: 'why' })),
    ...Object.values(OUTCOME_REASONS).map(reason => outcome(template(), { status: 'failed', reason })),
  ]
  const waiting = [{ name: 'p', state: 'stuck' as const, reason: '', message: '' }]
  const report = fixReport(
    { complete: false, findings: [finding()], gaps: [{ what: 'pods', namespace: null, why: 'failed' }] },
    { run: null, outcomes, recoveries: [recovery({ waiting })] },
  )
  fits(JSON.parse(renderFixResult(report, AS_JSON)))
  fits(parse(renderFixResult(report, { ...AS_JSON, format: 'yaml' })))
})

test('the result of a narrowed fix states its scope, so that it is not taken for a whole one', () => {
  const subjects = [{ kind: 'Deployment' as const, namespace: 'web', name: 'shop' }]
  const scope = { namespaces: ['web'], affected: false, excluded: [], subjects }
  const document = JSON.parse(renderFixResult(fixReport({ plan: plan([], { scope }) }), AS_JSON))
  fits(document)
  expect(document).toMatchObject({ complete: true, scope })
})

test('the results of undo and the list of runs are valid', () => {
  const at = target('Pod', 'p')
  const steps: UndoStep[] = [
    ...LEFT.map((reason): UndoStep => {
      const named = reason === 'still-named' ? { by: [{ kind: 'Job', name: null }] } : {}
      return { id: reason, action: 'leave', target: at, reason, ...named }
    }),
    { id: 'k', action: 'remove-keys', target: at, resourceVersion: '1', keys: ['a'], kept: [] },
    { id: 'a', action: 'delete-secret', target: at, resourceVersion: '1', needs: ['b'] },
    {
      id: 'b',
      action: 'restore-fields',
      target: at,
      fields: [{ field: 'image', container: 'c', from: 'x', to: null }],
      changed: [],
      patch: [{ op: 'test', path: '/metadata/uid', value: 'u' }],
      effect: null,
    },
  ]
  const outcomes = LEFT.map(reason => ({
    id: reason,
    action: 'leave' as const,
    target: at,
    status: 'left' as const,
    reason,
    detail: null,
  }))
  const kept = [target('Secret', 'dockercreds')]
  const report = { run: 'r1', continued: ['r0'], dryRun: false, complete: true, kept, steps, outcomes }
  fits(JSON.parse(renderUndoResult(report, AS_JSON)))
  const run = {
    run: 'r1',
    startedAt: '2026-11-24T10:00:00Z',
    namespaces: null,
    changes: 2,
    takenBack: false,
    state: 'in-place' as const,
    context: 'prod',
    user: 'jane',
    onlyPods: false,
  }
  fits(JSON.parse(renderRuns([run, { ...run, namespaces: ['web'] }], AS_JSON)))
})

test.each<[string, (document: ReturnType<typeof JSON.parse>) => void]>([
  ['an unknown change', document => (document.changes[0].action = 'reboot')],
  ['a plan without the cluster it is for', document => delete document.cluster.uid],
])('%s is invalid', (_name, spoil) => {
  const document = JSON.parse(renderPlan(plan(everyChange), NEWS, AS_JSON))
  spoil(document)
  expect(schemaErrors(document)).not.toEqual([])
})
