/** A saved plan that was cut off or edited by hand is told apart from a whole one, whatever place was spoilt. */
import { describe, expect, test } from 'vitest'
import { isPlan } from '../../src/apply/plan-shape.ts'
import type { Change } from '../../src/plan/change.ts'
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
const options = {
  format: 'table',
  invocation: { program: 'pullguard', flags: [], fromDump: false },
  width: 80,
  color: false,
  terminal: false,
} as const

function base(code: 'stuck' | 'interrupted') {
  const reason = code === 'stuck' ? { code } : { code, run: '20261124T100000Z-abc' }
  return { id: `pod:web/${code}`, target: bare, needs: [], managedBy: null, reason }
}

/** Every copy of `value` with one place of it, however deep, replaced by `by`. */
function* spoilt(value: unknown, by: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key]
    const withInner = (part: unknown) =>
      Object.assign(Array.isArray(value) ? [...value] : { ...value }, { [key]: part })
    yield withInner(by)
    for (const part of spoilt(inner, by)) yield withInner(part)
  }
}

describe('a saved plan', () => {
  test('with every change and every reason there is is whole', () => {
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
  ])('with any change %s is none', (_name, spoil) => {
    for (const one of every) {
      expect(isPlan({ ...whole, changes: every.map(each => (each === one ? spoil(each) : each)) })).toBe(
        false,
      )
    }
  })

  test('that makes, or attaches, another Secret than the one it shows is none', () => {
    const other = createSecret('web')
    const target_ = { ...other.target, name: 'kube-root' }
    expect(isPlan(plan([{ ...other, target: target_ }]))).toBe(false)
    const attached = attach('web', 'default')
    const edits = attached.edits.map(edit => ({ ...edit, entry: 'other' }))
    expect(isPlan(plan([{ ...attached, edits } as Change]))).toBe(false)
  })

  test.each([[null], [undefined], [7], ['x'], [[]], [{}], [[null]]])(
    'with %j in any one place is either none, or can be shown',
    by => {
      for (const value of spoilt(whole, by)) {
        if (!isPlan(value)) continue
        for (const format of ['table', 'json', 'patch'] as const) {
          renderPlan(value, { findings: [], gaps: [], mode: { code: 'carry-out' } }, { ...options, format })
        }
      }
    },
  )

  test.each(['..', '.', 'a/b', '', 'a b'])(
    'that aims at an object named %j is none: the path would lead elsewhere',
    name => {
      const pod = recreate('web', 'shop')
      expect(isPlan(plan([{ ...pod, target: { ...pod.target, name } }]))).toBe(false)
      expect(isPlan(plan([{ ...pod, target: { ...pod.target, namespace: name } }]))).toBe(false)
    },
  )

  test('that changes another field than a template or a list of pull secrets is none', () => {
    const [edit] = template().edits
    if (edit?.field !== 'image') expect.fail()
    const elsewhere = { ...edit, pointer: '/metadata/annotations' }
    expect(isPlan(plan([template({ edits: [elsewhere] })]))).toBe(false)
  })
})
