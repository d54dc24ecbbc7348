/** No step that `fix` names is one that can't work here: not what the server just refused, and not a remedy that the workload can't get. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Draft } from '../../../src/simulator/cluster/objects.ts'
import { auths, podWithImage, pullSecret, workload } from '../../simulator/drafts.ts'
import { type Incident, startIncident } from '../incident.ts'

let incident: Incident
beforeEach(async () => {
  incident = await startIncident()
})
afterEach(() => incident.close())

const lastLines = (text: string, count: number) => text.trimEnd().split('\n').slice(-count)

async function add(draft: Draft): Promise<void> {
  incident.simulator.cluster.add(draft)
  await incident.simulator.settle()
}

test('a chosen remedy that changes nothing is named as the reason, with one that helps', async () => {
  await add(workload('Deployment', 'tagged', 'nginx:1.27'))
  const flags = ['--pull-policy', 'IfNotPresent', '--no-authenticate']
  const { code, out } = await incident.run(['fix', 'deploy/tagged', ...flags, '--yes'])
  expect(code).toBe(1)
  expect(lastLines(out, 3)).toEqual([
    'Nothing to apply: none of the chosen remedies changes anything here.',
    "Give the pods this machine's login for Docker Hub (run `docker login` first), so their pulls count against that account.",
    'Next: pullguard fix deployment/tagged -n default',
  ])
})

test.each([
  [
    'pod',
    podWithImage('alone', 'nginx'),
    'kubectl -n default set image pod/alone main=public.ecr.aws/docker/library/nginx:latest',
  ],
  ['job', workload('Job', 'alone', 'nginx'), null],
])(
  'another registry for a %s is no work for fix, which could not change it',
  async (type, draft, command) => {
    await add(draft)
    const name = `${type}/alone`
    const { out } = await incident.run(['diagnose', name, '-o', 'json'])
    const [{ steps, remedies }] = JSON.parse(out).findings
    expect(remedies.map(({ remedy }: { remedy: string }) => remedy)).toEqual(['authenticate'])
    const other = steps.find(({ text }: { text: string }) => text.includes('another registry'))
    expect(other.command).toBe(command)
    expect(`${other.text} ${other.command}`).toContain('public.ecr.aws/docker/library/nginx')
  },
)

test('what the server refused is not advised again', async () => {
  const isSecret = ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path.endsWith('/secrets')
  incident.simulator.faults.when(isSecret, 422)
  const { code, out } = await incident.run(['fix', '-n', 'default', '--yes'])
  expect(out).toContain('refused by the server')
  expect(code).toBe(3)
  expect(lastLines(out, 1)).toEqual(['Resolve what the server refused, then run the same fix again.'])
  expect(out).not.toContain('pullguard fix -n default\n')
  expect(out).toContain('what to do  1. Pull official images from another registry')
})

test('after the password has changed, the way out is to log in and fix again, and it works', async () => {
  await incident.run(['fix', '-A', '--yes'])
  const password = 'another-Pa55word'
  incident.simulator.hub.addAccount({ name: 'demo-user', password })
  await add(workload('Deployment', 'late', 'nginx:1.27'))
  const { err } = await incident.run(['diagnose', '-n', 'default'])
  expect(lastLines(err, 1)[0]).toContain('pullguard fix -n default')
  const why = await incident.run(['why', 'deploy/late', '-n', 'default'])
  expect(lastLines(why.out, 2)).toEqual([
    'Next: Log in again on this machine (`docker login`) with an account that can pull the image, then distribute that login (the one in secret dockercreds was refused):',
    '  pullguard fix deployment/late -n default',
  ])
  await incident.login(password)
  const { code, out } = await incident.run(['fix', 'deploy/late', '-n', 'default', '--yes'])
  expect(code).toBe(0)
  // The pod names the Secret already, so it lacks no pull secret that only a new pod would get.
  expect(out).not.toContain('added only when a pod is created')
  expect(out).toContain('pulls at once')
})

test('`why` names no command that only shows the same again', async () => {
  const { cluster, hub } = incident.simulator
  hub.addAccount({ name: 'somebody', password: 'right' })
  cluster.add(pullSecret('own', auths('somebody', 'wrong')))
  cluster.change('ServiceAccount', 'default', 'default', account =>
    Object.assign(account, { imagePullSecrets: [{ name: 'own' }] }),
  )
  await add(workload('Deployment', 'refused', 'nginx:1.27'))
  const { out } = await incident.run(['why', 'deploy/refused', '-n', 'default'])
  const [next = ''] = lastLines(out, 1)
  expect(next).toContain('Remove the refused login, as anyone can pull nginx:1.27 without one')
  expect(out).not.toContain('pullguard why')
})
