import { expect, test } from 'vitest'
import { parseSubjectNames } from '../../src/source/subject-names.ts'

test.each<[string[], string[]]>([
  [['deployment/web'], ['Deployment web']],
  [
    ['deploy/web', 'sts/db', 'ds/agent', 'rs/x', 'rc/y', 'job/migrate', 'cj/nightly', 'po/one'],
    [
      'Deployment web',
      'StatefulSet db',
      'DaemonSet agent',
      'ReplicaSet x',
      'ReplicationController y',
      'Job migrate',
      'CronJob nightly',
      'Pod one',
    ],
  ],
  [['deployments.apps/web'], ['Deployment web']],
  [['Deployment.v1.apps/web'], ['Deployment web']],
  [['jobs.batch/migrate'], ['Job migrate']],
  [
    ['deployment', 'web', 'api'],
    ['Deployment web', 'Deployment api'],
  ],
  [
    ['deploy,sts', 'web'],
    ['Deployment web', 'StatefulSet web'],
  ],
])('the words %j name %j', (words, named) => {
  expect(parseSubjectNames(words).named.map(({ kind, name }) => `${kind} ${name}`)).toEqual(named)
})

test('a type alone is one to select among', () => {
  expect(parseSubjectNames(['deploy,job']).kinds).toEqual(['Deployment', 'Job'])
  expect(parseSubjectNames(['all']).kinds).toContain('Pod')
})

test.each<[string[], RegExp]>([
  [['deployment/'], /does not name a workload/],
  [['deployment/web/x'], /does not name a workload/],
  [['web'], /"web" does not name a workload: give TYPE\/NAME, such as deployment\/web/],
  [['svc'], /"svc" is not a type/],
  [['services/web'], /"services" is not a type/],
  [['deployments.batch/web'], /"deployments.batch" is not a type/],
  [['deploy/web', 'api'], /"api" does not name a workload/],
  [['deploy/Web_1'], /can't be the name/],
  [['all/web'], /names more than one type/],
])('%j is refused', (words, sentence) => {
  expect(() => parseSubjectNames(words)).toThrow(sentence)
})
