/** A saved plan that was truncated or edited by hand is detected, wherever the damage is. */
import { describe, expect, test } from 'vitest'
import { judgePlan } from '../../src/apply/plan-file.ts'
import type { Change } from '../../src/plan/change.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { renderPlan } from '../../src/report/views/plan.ts'
import {
  attach,
  createSecret,
  everyDeclined,
  plan,
  recreate,
  target,
  template,
} from '../report/plan-samples.ts'

const bare = target('Pod', 'bare', 'web')
const every: Change[] = [
  createSecret('web'),
  { ...createSecret('api'), action: 'update-secret', ours: true },
  attach('web', 'default', { managedBy: { tool: 'argocd', name: 'shop' } }),
  template(),
  recreate('web', 'shop'),
  { ...base('stuck'), action: 'recreate-bare-pod', method: 'evict', secretName: null, pulls: 1 },
  { ...base('interrupted'), action: 'restore-bare-pod', run: '20261124T100000Z-abc', ending: null, pulls: 0 },
]
const whole = plan(every, { declined: everyDeclined })
/** Each change and each reason in a plan of its own: a hundred times smaller than the whole plan, which takes as much longer to display. */
const pieces = [
  ...every.map(change => ({ piece: plan([change]), own: 'changes[0]' })),
  ...everyDeclined.map(reason => ({ piece: plan([], { declined: [reason] }), own: 'declined[0]' })),
]
const options = {
  format: 'table',
  invocation: { program: 'pullguard', flags: [], fromDump: false },
  width: 80,
  color: false,
  terminal: false,
} as const

const isPlan = (value: unknown): value is Plan => 'plan' in judgePlan(value)

function base(code: 'stuck' | 'interrupted') {
  const reason = code === 'stuck' ? { code } : { code, run: '20261124T100000Z-abc' }
  return { id: `pod:web/${code}`, target: bare, needs: [], managedBy: null, reason }
}

/** Yields every copy of `value` in which one place, however deep, is replaced by `by`, and that place. */
function* spoilt(value: unknown, by: unknown, above = ''): Generator<{ copy: unknown; place: string }> {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key]
    const withInner = (part: unknown) =>
      Object.assign(Array.isArray(value) ? [...value] : { ...value }, { [key]: part })
    const place = Array.isArray(value) ? `${above}[${key}]` : above === '' ? key : `${above}.${key}`
    yield { copy: withInner(by), place }
    for (const { copy, place: deeper } of spoilt(inner, by, place)) {
      yield { copy: withInner(copy), place: deeper }
    }
  }
}

const wrongAt = (value: unknown) => {
  const verdict = judgePlan(value)
  return 'wrongAt' in verdict ? verdict.wrongAt : null
}

describe('a saved plan', () => {
  test('with every kind of change and every reason is valid', () => {
    expect(isPlan(JSON.parse(JSON.stringify(whole)))).toBe(true)
  })

  test.each<[string, (change: Change) => Change]>([
    ['of another kind', change => ({ ...change, target: { ...change.target, kind: 'ConfigMap' } })],
    [
      'of a kind that every object has',
      change => ({ ...change, target: { ...change.target, kind: 'constructor' } }),
    ],
    [
      'of a version that leads elsewhere',
      change => ({
        ...change,
        target: { ...change.target, apiVersion: '../api/v1/namespaces/kube-system/secrets?x=' },
      }),
    ],
    ['with the id of another', change => ({ ...change, id: every.find(one => one !== change)?.id ?? '' })],
  ])('with any change %s is invalid', (_name, spoil) => {
    for (const one of every) {
      expect(isPlan({ ...whole, changes: every.map(each => (each === one ? spoil(each) : each)) })).toBe(
        false,
      )
    }
  })

  test.each<[string, (copy: ReturnType<typeof JSON.parse>) => void]>([
    ['cluster.uid', copy => delete copy.cluster.uid],
    ['credentials[0].key', copy => delete copy.credentials[0].key],
    ['changes[0].action', copy => (copy.changes[0].action = 'reboot')],
    ['changes[0].keys', copy => delete copy.changes[0].keys],
    ['changes[0].reason.registries', copy => delete copy.changes[0].reason.registries],
    ['changes[1].target', copy => (copy.changes[1].target.kind = 'ConfigMap')],
    ['changes[2].managedBy.name', copy => delete copy.changes[2].managedBy.name],
    ['changes[2].edits[0].before[0].name', copy => (copy.changes[2].edits[0].before[0].name = 7)],
    ['changes[2].edits[0].entry', copy => (copy.changes[2].edits[0].entry = 'other')],
    ['changes[3].edits[0].after', copy => delete copy.changes[3].edits[0].after],
    ['changes[4].workload.uid', copy => (copy.changes[4].workload.uid = 7)],
    ['changes[5].pulls', copy => (copy.changes[5].pulls = -1)],
    ['changes[6].id', copy => (copy.changes[6].id = copy.changes[5].id)],
    ['declined[0].change.target', copy => (copy.declined[0].change.target.kind = 'Secret')],
    ['declined[1].code', copy => delete copy.declined[1].code],
  ])('with an error at %s is refused with that place', (place, spoil) => {
    const copy = JSON.parse(JSON.stringify(whole))
    spoil(copy)
    expect(wrongAt(copy)).toBe(place)
  })

  test('that creates or attaches another Secret than the one it shows is invalid', () => {
    const other = createSecret('web')
    const target_ = { ...other.target, name: 'kube-root' }
    expect(isPlan(plan([{ ...other, target: target_ }]))).toBe(false)
    const attached = attach('web', 'default')
    const edits = attached.edits.map(edit => ({ ...edit, entry: 'other' }))
    expect(isPlan(plan([{ ...attached, edits } as Change]))).toBe(false)
  })

  test.each([[null], [undefined], [7], ['x'], [[]], [{}], [[null]]])(
    'with %j in any one place is either refused with that place, or can be displayed',
    by => {
      const inPieces = pieces.flatMap(({ piece, own }) =>
        [...spoilt(piece, by)].filter(({ place }) => place.startsWith(own)),
      )
      for (const { copy, place } of [...spoilt(plan([createSecret('web')]), by), ...inPieces]) {
        const verdict = judgePlan(copy)
        if ('wrongAt' in verdict) {
          const named = verdict.wrongAt
          // Another Secret's name is detected at the changes that disagree with it.
          if (place === 'secretName' && named.startsWith('changes[0]')) continue
          expect(named.startsWith(place) || place.startsWith(named), `${place}: ${named}`).toBe(true)
          continue
        }
        for (const format of ['table', 'json', 'patch'] as const) {
          renderPlan(
            verdict.plan,
            { findings: [], gaps: [], mode: { code: 'apply' } },
            { ...options, format },
          )
        }
      }
    },
  )

  test.each(['..', '.', 'a/b', '', 'a b'])(
    'with a target named %j is invalid: the path would lead elsewhere',
    name => {
      const pod = recreate('web', 'shop')
      expect(isPlan(plan([{ ...pod, target: { ...pod.target, name } }]))).toBe(false)
      expect(isPlan(plan([{ ...pod, target: { ...pod.target, namespace: name } }]))).toBe(false)
    },
  )

  test('that changes any field other than a template or a list of pull secrets is invalid', () => {
    const [edit] = template().edits
    if (edit?.field !== 'image') expect.fail()
    const elsewhere = { ...edit, pointer: '/metadata/annotations' }
    expect(isPlan(plan([template({ edits: [elsewhere] })]))).toBe(false)
  })
})
