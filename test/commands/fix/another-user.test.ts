/** What one user of this machine wrote is found by another, who can read more of the cluster or less. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CANARY, type Incident, startIncident } from '../incident.ts'

let incident: Incident
let developer: string[]
beforeEach(async () => {
  incident = await startIncident()
  // May do everything in namespace default, and can't read the cluster's identity.
  developer = ['--kubeconfig', await incident.kubeconfigFor('developer')]
})
afterEach(() => incident.close())

test('an admin sees and undoes the run of a user who knew only the address of the cluster; one who may not read what it wrote is refused', async () => {
  const before = incident.accounts()
  const fixed = await incident.run(['fix', '-n', 'default', '--yes', ...developer])
  expect(fixed.out).toContain('Both pods that could not pull are running now.')
  const [run = ''] = (await incident.run(['undo', '--list', '-o', 'name', ...developer])).out.split('\n')
  const writes = incident.writes()
  const viewer = ['--kubeconfig', await incident.kubeconfigFor('viewer')]
  const { code, err } = await incident.run(['undo', '--yes', ...viewer])
  expect(code).toBe(5)
  expect(err).toMatch(
    /^The API server refused the request: secrets "dockercreds" is forbidden: .*\. Ask for a role that allows it\.$/m,
  )
  expect(incident.writes()).toEqual(writes)
  const list = await incident.run(['undo', '--list'])
  expect(list.out).toContain(run)
  expect(list.out).toContain('in place')
  expect(await incident.run(['undo', '--yes'])).toMatchObject({ code: 0 })
  expect(incident.accounts()).toEqual(before)
  expect(incident.simulator.cluster.list('Secret')).toEqual([])
  expect((await incident.run(['undo', '--list', ...developer])).out).toContain('undone')
})

test('a user who can do all in a namespace but read the namespace itself has fixed everything', async () => {
  incident.simulator.faults.when(({ path }) => path === '/api/v1/namespaces/default', 403)
  const { code, out } = await incident.run(['fix', '-n', 'default', '--yes', ...developer])
  expect(out).not.toContain('could be read')
  expect(code).toBe(0)
})

test('an admin renews the login in a Secret of that user, and undoes either run', async () => {
  await incident.run(['fix', '-n', 'default', '--yes', '--no-recreate', ...developer])
  const password = `${CANARY}-2`
  incident.simulator.hub.addAccount({ name: 'demo-user', password })
  await incident.login(password)
  const renewed = await incident.run(['fix', '-A', '--yes'])
  expect(renewed.out).not.toContain("wasn't created by pullguard")
  expect(renewed.code).toBe(0)
  const secret = incident.simulator.cluster.get('Secret', 'default', 'dockercreds')
  const { '.dockerconfigjson': data = '' } = (secret?.data ?? {}) as Record<string, string>
  expect(Buffer.from(data, 'base64').toString()).toContain(password)
  const names = (await incident.run(['undo', '--list', '-o', 'name'])).out.trimEnd().split('\n')
  expect(names).toHaveLength(2)
  for (const name of names) await incident.run(['undo', name, '--yes'])
  expect(incident.simulator.cluster.list('Secret')).toEqual([])
})
