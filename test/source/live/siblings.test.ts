/** On a live cluster, pods from the template of a failing one show where its image runs. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import { readCluster } from '../../../src/source/live/read-cluster.ts'
import { BETTER, GOOD, type Rollouts, startRollouts } from '../../commands/wait/rollouts.ts'
import { readerTo } from '../../simulator/in-process-connection.ts'

let rollouts: Rollouts
beforeEach(async () => {
  rollouts = await startRollouts()
})
afterEach(() => rollouts.close())

const UNTRUSTED = `failed to pull and unpack image "docker.io/library/${GOOD}": failed to do request: Head "https://registry-1.docker.io/v2/library/nginx/manifests/1.27": tls: failed to verify certificate: x509: certificate signed by unknown authority`

/** Starts workloads `web` and `other`; real DaemonSets also give their pods the label that is added here. */
async function start(kind: string, ...names: string[]): Promise<void> {
  for (const name of names) rollouts.deploy(name, name === 'other' ? BETTER : GOOD, {}, kind)
  await rollouts.settle()
  await rollouts.simulator.clock.sleep(30_000)
  for (const { metadata } of kind === 'DaemonSet' ? rollouts.simulator.cluster.list('Pod') : [])
    rollouts.simulator.cluster.change('Pod', 'default', metadata.name, ({ metadata: own }) => {
      own.labels = { ...own.labels, 'pod-template-generation': '1' }
    })
}

const podsOf = (workload: string) =>
  rollouts.simulator.cluster.list('Pod').filter(({ metadata }) => metadata.name.startsWith(`${workload}-`))

/** The workload's first pod can't pull any more. @returns the nodes of its other pods */
function breakOne(workload: string): unknown[] {
  const [pod, ...others] = podsOf(workload)
  const state = { waiting: { reason: 'ErrImagePull', message: UNTRUSTED } }
  const container = { name: 'main', image: GOOD, imageID: '', ready: false, restartCount: 0, state }
  rollouts.simulator.cluster.change('Pod', 'default', pod?.metadata.name ?? '', each =>
    Object.assign(each, { status: { phase: 'Pending', containerStatuses: [container] } }),
  )
  return others.map(({ spec }) => spec?.nodeName)
}

async function read() {
  const { server, clock } = rollouts.simulator
  const takenAt = new Date(clock.now()).toISOString()
  return readCluster(readerTo(server, {}), { namespaces: ['default'] }, { takenAt })
}

test.each(['Deployment', 'StatefulSet', 'DaemonSet'])(
  'a %s with one failing pod runs its image where its other pods are',
  async kind => {
    await start(kind, 'web', 'other')
    const nodes = breakOne('web')
    const { heldImages, gaps } = await read()
    expect([heldImages?.map(each => each.nodes), gaps]).toEqual([[nodes], []])
  },
)

test('where a node alone trusts no certificate, the others are named', async () => {
  await start('DaemonSet', 'web')
  const nodes = breakOne('web')
  const [finding] = diagnose(await read()).findings
  expect(finding?.clues).toContainEqual(
    expect.objectContaining({ code: 'runs-elsewhere', alike: true, nodes }),
  )
})

test('for many failing workloads, no other pods are read', async () => {
  const names = Array.from({ length: 17 }, (_, index) => `web${index}`)
  await start('Deployment', ...names)
  for (const name of names) breakOne(name)
  expect((await read()).heldImages).toBeUndefined()
})
