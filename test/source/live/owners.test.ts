/** A rollout that went wrong on a live cluster has a revision to go back to, and a template to compare its pods with, as it has in a dump. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adviseDiagnosis } from '../../../src/advice/add-steps.ts'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Diagnosis } from '../../../src/diagnosis/finding.ts'
import { readCluster, readClusterWithControllers } from '../../../src/source/live/read-cluster.ts'
import { GOOD, type Rollouts, startRollouts, TYPO } from '../../commands/wait/rollouts.ts'
import { auths, pullSecret } from '../../simulator/drafts.ts'
import { readerTo } from '../../simulator/in-process-connection.ts'

let rollouts: Rollouts
beforeEach(async () => {
  rollouts = await startRollouts()
})
afterEach(() => rollouts.close())

async function diagnoseNow(): Promise<Diagnosis> {
  const { server, clock } = rollouts.simulator
  const takenAt = new Date(clock.now()).toISOString()
  const snapshot = await readCluster(readerTo(server, {}), { namespaces: ['default'] }, { takenAt })
  expect(snapshot.gaps).toEqual([])
  return diagnose(snapshot)
}

const stepsNow = async () =>
  adviseDiagnosis(await diagnoseNow()).findings[0]?.steps.map(({ code }) => code) ?? []

const hintsNow = async () =>
  (await diagnoseNow()).findings.flatMap(({ credential }) => credential.hints ?? [])

async function rollOut(image: string, next: string): Promise<void> {
  rollouts.deploy('web', image)
  await rollouts.settle()
  await rollouts.simulator.clock.sleep(30_000)
  rollouts.setImage('Deployment', 'web', next)
  await rollouts.settle()
}

test('a mistyped tag can be rolled back while the older revision serves', async () => {
  await rollOut(GOOD, TYPO)
  expect(await stepsNow()).toContain('roll-back')
})

test('nothing is rolled back to a revision that never ran', async () => {
  await rollOut(TYPO, `${TYPO}-2`)
  expect(await stepsNow()).not.toContain('roll-back')
})

test('a user who is not allowed to read ReplicaSets gets the other steps', async () => {
  await rollOut(GOOD, TYPO)
  rollouts.simulator.faults.when(({ path }) => path.endsWith('/replicasets'), 403)
  expect(await stepsNow()).not.toContain('roll-back')
})

test('a pod whose image was changed after its template is corrected at admission, not in the template', async () => {
  rollouts.deploy('web', TYPO)
  await rollouts.settle()
  await rollouts.simulator.clock.sleep(30_000)
  expect(await stepsNow()).toContain('set-image')
  const { cluster } = rollouts.simulator
  for (const found of cluster.list('Pod', 'default'))
    cluster.update(JSON.parse(JSON.stringify(found).replaceAll(TYPO, `mirror.example/${TYPO}`)))
  const steps = await stepsNow()
  expect(steps[0]).toBe('correct-admission')
  expect(steps).not.toContain('set-image')
})

test('a pull secret that is in the template but not in the pod is read, and one that is forbidden is not a gap', async () => {
  const { cluster, clock, faults } = rollouts.simulator
  const image = 'acme/private:1'
  const template = (secret: string) => ({
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image }], imagePullSecrets: [{ name: secret }] },
  })
  rollouts.deploy('web', image, { replicas: 1, template: template('corp') })
  await rollouts.settle()
  await clock.sleep(30_000)
  cluster.add(pullSecret('login', auths('acme', 'right')))
  // A pod's list can't be changed, so that of its template stands for what something replaced.
  for (const found of cluster.list('ReplicaSet', 'default')) {
    const made = template('login')
    const labels = (found.spec as { template: typeof made }).template.metadata.labels
    cluster.update({ ...found, spec: { ...found.spec, template: { ...made, metadata: { labels } } } })
  }
  expect(await hintsNow()).toEqual([
    { code: 'not-named', namespace: 'default', secret: 'login', own: 'default', dropped: true },
  ])
  faults.when(({ path }) => path.endsWith('/secrets/login'), 403)
  expect(await hintsNow()).toEqual([])
})

test('a Deployment that was corrected while it is paused is resumed, and its tag not checked', async () => {
  rollouts.deploy('web', TYPO)
  await rollouts.settle()
  const { cluster } = rollouts.simulator
  const found = cluster.get('Deployment', 'default', 'web')
  if (found === undefined) throw new Error('no Deployment')
  cluster.update({ ...found, spec: { ...found.spec, paused: true } })
  rollouts.setImage('Deployment', 'web', GOOD)
  await rollouts.settle()
  await rollouts.simulator.clock.sleep(30_000)
  expect(await stepsNow()).toEqual(['renew-pod'])
})

test('a ReplicaSet that was corrected replaces no pod by itself', async () => {
  rollouts.deploy('web', TYPO, { replicas: 1 }, 'ReplicaSet')
  await rollouts.settle()
  rollouts.setImage('ReplicaSet', 'web', GOOD)
  await rollouts.settle()
  await rollouts.simulator.clock.sleep(30_000)
  expect(await stepsNow()).toEqual(['renew-pod'])
})

test('a fix, which reads the Deployment whole, does not read it again for its revisions', async () => {
  await rollOut(GOOD, TYPO)
  const { server, clock } = rollouts.simulator
  const before = server.requests.length
  const options = { takenAt: new Date(clock.now()).toISOString() }
  await readClusterWithControllers(readerTo(server, {}), { namespaces: ['default'] }, options)
  const paths = server.requests.slice(before).map(({ path }) => path)
  expect(paths.filter(path => path.endsWith('/deployments/web'))).toHaveLength(1)
})
