/** The exit code of a fix depends on the scope's state, in the first run and in later ones. */
import { expect, test } from 'vitest'
import { exitOf, type FixState } from '../../../src/commands/fix/verify-fix.ts'
import type { Declined } from '../../../src/plan/plan.ts'
import { attach, everyDeclined, target } from '../../report/plan-samples.ts'
import { finding, typo } from '../../report/samples.ts'
import { startIncident } from '../incident.ts'

const stuck = finding({ namespace: 'web', pod: 'shop-1', workload: { kind: 'Deployment', name: 'shop' } })
const of = (code: Declined['code'], fields: object): Declined => {
  const sample = everyDeclined.find(one => one.code === code)
  return { ...sample, ...fields } as Declined
}
const byPod = { target: target('Pod', 'shop-1', 'web') }
const state = (fields: Partial<FixState>): FixState => ({
  ...{ done: true, partial: false, remaining: [stuck], declined: [], failOn: 'error' },
  ...fields,
})

test.each<[string, Partial<FixState>, string]>([
  ['nothing is left', { remaining: [] }, 'ok'],
  ['a change was not made, or a pod is not back', { done: false, remaining: [] }, 'incomplete'],
  ['part of the scope was not readable', { partial: true, remaining: [] }, 'incomplete'],
  ['a typo is left', { remaining: [typo()] }, 'findings'],
  ['a typo is left with --fail-on never', { remaining: [typo()], failOn: 'never' }, 'ok'],
  ['a bare pod is left that a flag would recreate', { declined: [of('bare-pod', byPod)] }, 'refused'],
  [
    'a paused Deployment is left',
    { declined: [of('paused-deployment', { target: target('Deployment', 'shop', 'web') })] },
    'refused',
  ],
  [
    'a workload is left that labels select in part',
    { declined: [of('part-of-workload', { target: target('Deployment', 'shop', 'web') })] },
    'refused',
  ],
  [
    'what an owner keeps is left',
    { declined: [of('managed', { change: attach('web', 'default') })] },
    'refused',
  ],
  ["another owner's Secret blocks it", { declined: [of('foreign-secret', {})] }, 'refused'],
  ['no login is at hand', { declined: [of('no-credential', { registry: 'docker.io' })] }, 'refused'],
  [
    'no login is at hand, and a typo is left, which no login helps',
    { remaining: [typo()], declined: [of('no-credential', { registry: 'docker.io' })] },
    'findings',
  ],
  ['a Job is left that its deletion would end', { declined: [of('job-would-fail', {})] }, 'findings'],
  [
    'what a flag would lift is about another pod',
    { declined: [of('bare-pod', { target: target('Pod', 'other', 'web') })] },
    'findings',
  ],
])('where %s', (_name, fields, verdict) => {
  expect(exitOf(state(fields))).toBe(verdict)
})

test('a pod of a Job keeps failing if only the template of its CronJob was changed', async () => {
  const incident = await startIncident()
  try {
    const { cluster } = incident.simulator
    cluster.addNamespace('night')
    const containers = [{ name: 'app', image: 'nginx' }]
    const template = {
      spec: { restartPolicy: 'Never', imagePullSecrets: [{ name: 'own' }], containers },
    }
    const add = (kind: string, metadata: object, spec: object) =>
      cluster.add({
        apiVersion: 'batch/v1',
        kind,
        metadata: { ...metadata, name: 'nightly', namespace: 'night' },
        spec,
      })
    const owner = add('CronJob', {}, { schedule: '0 3 * * *', jobTemplate: { spec: { template } } })
    const { apiVersion, kind, metadata } = owner
    const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }
    add('Job', { ownerReferences: [reference] }, { template })
    await incident.simulator.settle()
    const result = await incident.run(['fix', '-n', 'night', '--yes'])
    expect(cluster.get('CronJob', 'night', 'nightly')?.spec).toMatchObject({
      jobTemplate: {
        spec: { template: { spec: { imagePullSecrets: [{ name: 'own' }, { name: 'dockercreds' }] } } },
      },
    })
    expect(result).toMatchObject({
      code: 1,
      out: expect.stringContaining("1 pod that this fix did not change still can't pull"),
    })
  } finally {
    await incident.close()
  }
})
