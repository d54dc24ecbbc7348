import { expect, test } from 'vitest'
import { asPod } from '../../src/simulator/cluster/objects.ts'
import { articleScenario } from '../../src/simulator/scenario.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { ask, NOON, podsOf, waiting } from './drafts.ts'

test("in the article's situation five pods fail, and one recovers once it is deleted after its service account got the credentials", async () => {
  const simulator = await startSimulator({ now: NOON, scenario: articleScenario })
  const messageOf = (app: string) => waiting(podsOf(simulator, app)[0])?.message
  for (const app of ['fifthnginx', 'sixthnginx', 'calico-kube-controllers'])
    expect(messageOf(app)).toContain('429 Too Many Requests - Server message: toomanyrequests:')
  expect(messageOf('billing')).toContain('pull access denied')
  expect(messageOf('frontend')).toContain('docker.io/library/nginx:1.27-alpne: not found')
  const pods = simulator.cluster.list('Pod').map(asPod)
  const running = pods.filter(({ status }) => status.phase === 'Running')
  expect(pods.length - running.length).toBe(5)
  for (const { status } of running) expect(status.startTime).toBe('2026-11-21T11:20:00Z')

  const content = Buffer.from(articleScenario.dockerConfig).toString('base64')
  const created = await ask(simulator, '/api/v1/namespaces/default/secrets', {
    method: 'POST',
    body: {
      metadata: { name: 'docker-hub' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': content },
    },
  })
  const patched = await ask(simulator, '/api/v1/namespaces/default/serviceaccounts/default', {
    method: 'PATCH',
    type: 'application/json-patch+json',
    body: [{ op: 'add', path: '/imagePullSecrets', value: [{ name: 'docker-hub' }] }],
  })
  const name = podsOf(simulator, 'fifthnginx')[0]?.metadata.name
  const deleted = await ask(simulator, `/api/v1/namespaces/default/pods/${name}`, { method: 'DELETE' })
  expect([created.status, patched.status, deleted.status]).toEqual([201, 200, 200])
  await simulator.settle()
  const [pod] = podsOf(simulator, 'fifthnginx')
  expect(pod?.metadata.name).not.toBe(name)
  expect(pod?.spec.imagePullSecrets).toEqual([{ name: 'docker-hub' }])
  expect(pod?.status.phase).toBe('Running')
  expect(simulator.hub.pulls.at(-1)).toMatchObject({ identity: 'demo-user', repository: 'library/nginx' })
  expect(podsOf(simulator, 'sixthnginx')[0]?.status.phase).toBe('Pending')
  await simulator.close()
})

test('a live simulator reacts to changes on its own', async () => {
  const live = await startSimulator({ scenario: articleScenario, live: true })
  const { namespace, name } = podsOf(live, 'cart')[0]?.metadata ?? {}
  live.cluster.remove('Pod', namespace, name ?? '')
  const others = () => podsOf(live, 'cart').filter(({ metadata }) => metadata.name !== name)
  const phases = () => others().map(({ status }) => status.phase)
  await expect.poll(phases, { interval: 5 }).toEqual(['Running'])
  await live.close()
})
