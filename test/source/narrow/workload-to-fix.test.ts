/** A controller narrowed to what a fix needs from its template, kind by kind. */
import { expect, test } from 'vitest'
import type { ControllerObject } from '../../../src/kubernetes/api/kinds.ts'
import { narrowWorkload } from '../../../src/source/narrow/workload-to-fix.ts'

const pod = {
  serviceAccountName: 'robot',
  imagePullSecrets: [],
  initContainers: [{ name: 'setup', image: 'busybox' }],
  containers: [{ name: 'app', image: 'nginx', imagePullPolicy: 'Always' }],
}
/** As the API server would return it, with the fields that the tests need. */
function narrow(object: object, kind: string, apiVersion: string) {
  return narrowWorkload(object as ControllerObject, { kind, apiVersion }, 'web')
}
const metadata = { name: 'shop', uid: 'uid-shop' }

test("a template with an empty list counts as one without a list: the account's list is used", () => {
  const spec = { template: { spec: pod }, selector: { matchLabels: { app: 'shop' } } }
  expect(narrow({ metadata, spec }, 'Deployment', 'apps/v1')).toMatchObject({
    imagePullSecrets: null,
    serviceAccount: 'robot',
    templatePointer: '/spec/template/spec',
    containers: [
      { name: 'setup', kind: 'init', pointer: '/spec/template/spec/initContainers/0', pullPolicy: null },
      { name: 'app', kind: 'container', pointer: '/spec/template/spec/containers/0', pullPolicy: 'Always' },
    ],
  })
})

test("a CronJob's template is two levels down", () => {
  const spec = { jobTemplate: { spec: { template: { spec: pod } } } }
  expect(narrow({ metadata, spec }, 'CronJob', 'batch/v1')).toMatchObject({
    templatePointer: '/spec/jobTemplate/spec/template/spec',
    selector: null,
    rollsOut: false,
  })
})

test.each([
  [{ matchLabels: { app: 'shop' } }, 'Deployment', 'app=shop'],
  [
    {
      matchLabels: { app: 'shop' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
        { key: 'new', operator: 'Exists' },
        { key: 'zone', operator: 'NotIn', values: ['x'] },
      ],
    },
    'StatefulSet',
    'app=shop,tier in (a,b),!old,new,zone notin (x)',
  ],
  [{ app: 'shop' }, 'ReplicationController', 'app=shop'],
])("a selector in the API's form: %j of a %s", (selector, kind, text) => {
  const object = { metadata, spec: { selector, template: { spec: pod } } }
  expect(narrow(object, kind, 'apps/v1').selector).toBe(text)
})

test.each([
  ['Deployment', {}, true],
  ['DaemonSet', {}, true],
  ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, false],
  ['StatefulSet', {}, false],
  ['ReplicaSet', {}, false],
])('a %s with %j rolls out on its own: %s', (kind, extra, rollsOut) => {
  const object = { metadata, spec: { ...extra, template: { spec: pod } } }
  expect(narrow(object, kind, 'apps/v1').rollsOut).toBe(rollsOut)
})

test.each([
  ['Deployment', { paused: true }, true],
  ['Deployment', {}, false],
  ['DaemonSet', { paused: true }, false],
])('a %s with %j is paused: %s', (kind, spec, paused) => {
  const object = {
    metadata: { name: 'shop', uid: 'u' },
    spec: { ...spec, template: { spec: { containers: [] } } },
  }
  expect(narrow(object, kind, 'apps/v1').paused).toBe(paused)
})
