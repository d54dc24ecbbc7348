/** A fix continues what the previous one left unfinished, but only within the scope of that run. */

import { expect, test } from 'vitest'
import { type Run, unfinishedRegistries } from '../../src/apply/journal/run.ts'
import { createSecret } from '../report/plan-samples.ts'

const change = createSecret('web')
const run = (namespaces: string[] | null): Run => ({
  run: '20261124T100000Z-abc',
  startedAt: '2026-11-24T10:00:00Z',
  cluster: { uid: 'u', server: 'https://prod', context: 'prod' },
  namespaces,
  plan: { secretName: 'dockercreds', registries: ['docker.io'], changes: 2 },
  entries: [{ change, object: null, outcome: null, undoing: false, undone: false, undoneAt: null, run: 'r' }],
  nothingLeft: false,
})

test.each<[earlier: string[] | null, now: string[] | null, goesOn: boolean]>([
  [null, null, true],
  [null, ['web'], true],
  [['web'], ['web'], true],
  [['web'], ['api'], false],
  [['web'], null, false],
])('after a killed fix of %j, a fix of %j continues it: %s', (earlier, namespaces, goesOn) => {
  const registries = unfinishedRegistries([run(earlier)], { secretName: 'dockercreds', namespaces })
  expect(registries).toEqual(goesOn ? ['docker.io'] : [])
})

test.each<[earlier: string | undefined, now: string | undefined, goesOn: boolean]>([
  ['deployment/shop', 'deployment/shop', true],
  ['deployment/shop', 'deployment/cart', false],
  ['deployment/shop', undefined, false],
  [undefined, 'deployment/shop', false],
])(
  'after a killed fix of %s alone, a fix of %s in the same namespace continues it: %s',
  (earlier, now, goesOn) => {
    const only = (text: string | undefined) => (text === undefined ? {} : { only: text })
    const scope = { secretName: 'dockercreds', namespaces: ['web'], ...only(now) }
    expect(unfinishedRegistries([{ ...run(['web']), ...only(earlier) }], scope)).toEqual(
      goesOn ? ['docker.io'] : [],
    )
  },
)
