/** The published schema catches a renamed field, because it requires every field of every document except a few optional ones. */
import { expect, test } from 'vitest'
import type { UndoStep } from '../../src/apply/undo-step.ts'
import type { Change } from '../../src/plan/change.ts'
import { renderDiagnosis } from '../../src/report/views/diagnosis.ts'
import { renderFixResult } from '../../src/report/views/fix-result.ts'
import { renderImages } from '../../src/report/views/images.ts'
import { type PlanReportContext, renderPlan } from '../../src/report/views/plan.ts'
import { renderRuns } from '../../src/report/views/runs.ts'
import { renderUndoResult } from '../../src/report/views/undo.ts'
import { renderWhy } from '../../src/report/views/why.ts'
import {
  attach,
  createSecret,
  everyDeclined,
  fixReport,
  outcome,
  plan,
  recovery,
  recreate,
  target,
  template,
} from './plan-samples.ts'
import { schemaErrors } from './published-schema.ts'
import {
  AS_JSON,
  attempt,
  diagnosis,
  finding,
  imageAsk,
  imageCheck,
  imageReading,
  privateImage,
  why,
  whyContainer,
} from './samples.ts'

const NEWS: PlanReportContext = { findings: [], gaps: [], mode: { code: 'dry-run' } }
const gaps = [{ what: 'pods', namespace: 'web', why: 'failed' as const, detail: 'EOF' }]

const CHANGES: Change[] = [
  createSecret('web'),
  attach('web', 'shop', { managedBy: { tool: 'olm', name: 'sub' } }),
  template({ reason: { code: 'template-has-own-secrets', serviceAccount: 'shop' } }),
  recreate('web', 'shop', { selector: 'app=shop' }),
  { ...base(), action: 'update-secret', keys: ['ghcr.io'], ours: false },
  { ...base(), action: 'recreate-bare-pod', method: 'evict', secretName: 'dockercreds', pulls: 1 },
  {
    ...base(),
    action: 'restore-bare-pod',
    run: 'r1',
    ending: { uid: 'u', until: '2026-11-24T10:00:00Z' },
    pulls: 1,
    reason: { code: 'interrupted', run: 'r1' },
  },
]

function base() {
  const { action: _action, keys: _keys, ...rest } = createSecret('web')
  return rest
}

const CHECK = imageCheck({
  asks: [imageAsk({ as: 'pod', secret: { namespace: 'web', name: 'hub' }, username: 'jane' })],
  replacement: imageCheck(),
})

const STEPS: UndoStep[] = [
  { id: 'a', action: 'delete-secret', target: target('Secret', 's'), resourceVersion: '1', needs: ['b'] },
  {
    id: 'b',
    action: 'restore-fields',
    target: target('Deployment', 'd'),
    fields: [{ field: 'image', container: 'c', from: 'x', to: 'y' }],
    changed: [{ field: 'imagePullPolicy', container: 'c', from: 'Always', to: 'Never' }],
    patch: [{ op: 'test', path: '/metadata/uid', value: 'u' }],
    effect: null,
  },
  {
    id: 'k',
    action: 'remove-keys',
    target: target('Secret', 's'),
    resourceVersion: '1',
    keys: ['a'],
    kept: ['b'],
  },
  {
    id: 'n',
    action: 'leave',
    target: target('Secret', 's'),
    reason: 'still-named',
    by: [{ kind: 'Job', name: 'j' }],
  },
  { id: 'c', action: 'leave', target: target('Pod', 'p'), reason: 'gone' },
]

const DOCUMENTS: Record<string, string> = {
  Diagnosis: renderDiagnosis(diagnosis([finding({ check: CHECK }), privateImage()], { gaps }), AS_JSON),
  'Diagnosis of a dump': renderDiagnosis(
    diagnosis([], { source: { type: 'file', files: ['dump.json'] } }),
    AS_JSON,
  ),
  Why: renderWhy(
    why({
      gaps,
      containers: [
        whyContainer({
          check: CHECK,
          problems: [
            { code: 'invalid-reference', detail: 'upper case' },
            { code: 'malformed-secret', secret: 'regcred' },
            { code: 'service-account-secrets-ignored', serviceAccount: 'api', secrets: ['hub'] },
            { code: 'service-account-changed-later', serviceAccount: 'api', secrets: ['hub'] },
            { code: 'no-credential', registry: 'ghcr.io' },
            { code: 'attempt', secret: 'regcred', key: 'ghcr.io', problem: 'half' },
            {
              code: 'pull-failed',
              finding: privateImage({ credential: { status: 'broken', attempts: [attempt()] } }),
            },
          ],
        }),
      ],
    }),
    AS_JSON,
  ),
  Images: renderImages([imageReading({ check: CHECK })], AS_JSON),
  Plan: renderPlan(plan(CHANGES, { declined: everyDeclined }), NEWS, AS_JSON),
  FixResult: renderFixResult(
    fixReport(
      { findings: [finding()], gaps, plan: plan(CHANGES, { declined: everyDeclined }) },
      {
        outcomes: CHANGES.map(change => outcome(change)),
        recoveries: [recovery({ waiting: [{ name: 'p', state: 'stuck', reason: 'r', message: 'm' }] })],
      },
    ),
    AS_JSON,
  ),
  UndoResult: renderUndoResult(
    {
      run: 'r1',
      continued: ['r0'],
      dryRun: false,
      complete: true,
      kept: [],
      steps: STEPS,
      outcomes: STEPS.map(({ id, action, target: at }) => ({
        id,
        action,
        target: at,
        status: 'left',
        reason: 'gone',
        detail: null,
      })),
    },
    AS_JSON,
  ),
  Runs: renderRuns(
    [
      {
        run: 'r1',
        startedAt: '2026-11-24T10:00:00Z',
        namespaces: ['web'],
        changes: 2,
        takenBack: false,
        state: 'in-place',
        context: 'prod',
        user: 'jane',
        onlyPods: false,
      },
    ],
    AS_JSON,
  ),
}

/** Optional fields, fields of any shape, and names that are data. */
const FREE = /\.(?:detail|causes\..*|before\[\]\.name|patch\[\]\.value.*)$/

test.each(Object.entries(DOCUMENTS))('no field of %s can be removed or renamed', (_name, text) => {
  const document = JSON.parse(text)
  expect(schemaErrors(document)).toEqual([])
  expect(unpromised(document, document, '').filter(path => !FREE.test(path))).toEqual([])
})

/** Returns the paths of fields without which the document is still valid. */
function unpromised(whole: unknown, part: unknown, path: string): string[] {
  if (Array.isArray(part)) return part.flatMap(one => unpromised(whole, one, `${path}[]`))
  if (part === null || typeof part !== 'object') return []
  return Object.entries(part).flatMap(([name, value]) => {
    Reflect.deleteProperty(part, name)
    const fits = schemaErrors(whole).length === 0
    Reflect.set(part, name, value)
    return [...(fits ? [`${path}.${name}`] : []), ...unpromised(whole, value, `${path}.${name}`)]
  })
}
