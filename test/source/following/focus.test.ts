import { expect, test } from 'vitest'
import { focusOn, type PodLabels } from '../../../src/source/following/focus.ts'

test.each<[string, PodLabels[], string[], object]>([
  ['one workload', [{ app: 'web', tier: 'front' }], [], { labelSelector: 'app=web,tier=front' }],
  [
    'several, by the label that differs most',
    [
      { app: 'web', release: 'shop' },
      { app: 'api', release: 'shop' },
    ],
    [],
    { labelSelector: 'app in (api,web)' },
  ],
  ['several without a label of their own', [{ app: 'web' }, { name: 'api' }], [], {}],
  ['one that selects by expressions', [{ app: 'web' }, null], [], {}],
  ['one pod', [], ['web-0'], { fieldSelector: 'metadata.name=web-0' }],
  ['pods and workloads', [{ app: 'web' }], ['web-0'], {}],
  ['more than fit into a URL', Array.from({ length: 101 }, (_, index) => ({ app: `web-${index}` })), [], {}],
  [
    'hundreds of one release',
    Array.from({ length: 500 }, (_, index) => ({ app: `web-${index}`, release: 'shop' })),
    [],
    { labelSelector: 'release in (shop)' },
  ],
])('the pods of %s', (_what, workloads, pods, focus) => {
  expect(focusOn(workloads, pods)).toEqual(focus)
})
