import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/simulator/cluster/objects.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import {
  auths,
  eventsOf,
  NOON,
  podNamed,
  podsOf,
  podWithImage,
  pullSecret,
  waiting,
  workload,
} from './drafts.ts'

let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator({
    now: NOON,
    nodes: ['node-1', 'node-2'],
    anonymousLimit: { pulls: 3, window: 600 },
  })
  simulator.hub.addImage({ repository: 'library/nginx', tags: ['latest', '1.27', '1.28'] })
  simulator.hub.addAccount({ name: 'acme', password: 'right', limit: { pulls: 1, window: 600 } })
})
afterEach(() => simulator.close())

function setImage(kind: string, name: string, image: string): void {
  const found = simulator.cluster.get(kind, 'default', name)
  if (!found) throw new Error(`no ${kind} ${name}`)
  const spec = { ...found.spec, ...(workload(kind, name, image).spec as JsonObject) }
  simulator.cluster.update({ ...found, spec })
}

describe('a pod whose image can be pulled', () => {
  test('runs, with the image and its digest in the status', async () => {
    simulator.cluster.add(podWithImage('healthy', 'nginx:1.27'))
    await simulator.settle()
    expect(podNamed(simulator, 'healthy').status).toMatchObject({
      phase: 'Running',
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
      containerStatuses: [
        {
          ready: true,
          image: 'docker.io/library/nginx:1.27',
          imageID: expect.stringMatching(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/),
        },
      ],
    })
    expect(eventsOf(simulator, 'healthy').map(event => event.split(':')[0])).toEqual([
      'Created',
      'Pulled',
      'Pulling',
      'Started',
    ])
  })

  test('uses one pull, and none if the image is on the node already', async () => {
    simulator.cluster.add(podWithImage('first', 'nginx:1.27', { nodeName: 'node-1' }))
    await simulator.settle()
    simulator.cluster.add(podWithImage('again', 'nginx:1.27', { nodeName: 'node-1' }))
    await simulator.settle()
    expect(simulator.hub.pulls).toHaveLength(1)
    expect(eventsOf(simulator, 'again')).toContain(
      'Pulled: Container image "nginx:1.27" already present on machine ×1',
    )
    simulator.cluster.add(podWithImage('elsewhere', 'nginx:1.27', { nodeName: 'node-2' }))
    await simulator.settle()
    expect(simulator.hub.pulls).toHaveLength(2)
  })
})

describe('the quota', () => {
  test('is counted for each identity, and is restored when the window has passed', async () => {
    simulator.cluster.add(pullSecret('login', auths('acme', 'right')))
    const login = { imagePullSecrets: [{ name: 'login' }] }
    for (const name of ['a', 'b', 'c', 'd']) simulator.cluster.add(podWithImage(name, 'nginx'))
    simulator.cluster.add(podWithImage('e', 'nginx', login))
    simulator.cluster.add(podWithImage('f', 'nginx', login))
    await simulator.settle()
    const phases = ['a', 'b', 'c', 'd', 'e', 'f'].map(name => podNamed(simulator, name).status.phase)
    expect(phases).toEqual(['Running', 'Running', 'Running', 'Pending', 'Running', 'Pending'])
    expect(waiting(podNamed(simulator, 'd'))?.message).toContain('your unauthenticated pull rate limit')
    expect(waiting(podNamed(simulator, 'f'))?.message).toContain('You may increase the limit by upgrading')
    await simulator.advance(601)
    expect(podNamed(simulator, 'd').status.phase).toBe('Running')
    expect(podNamed(simulator, 'f').status.phase).toBe('Running')
  })
})

describe('controllers', () => {
  test('replace a deleted pod of a Deployment by one with another name', async () => {
    simulator.cluster.add(workload('Deployment', 'web', 'nginx:1.27'))
    await simulator.settle()
    const [before] = podsOf(simulator, 'web')
    simulator.cluster.remove('Pod', 'default', before?.metadata.name ?? '')
    await simulator.settle()
    const [after, ...others] = podsOf(simulator, 'web')
    expect(others).toEqual([])
    expect(after?.status.phase).toBe('Running')
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid)
    expect(after?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ReplicaSet', controller: true })
  })

  test('roll out a new template; the old pod stays until the new one is ready', async () => {
    simulator.cluster.add(workload('Deployment', 'web', 'nginx:1.27'))
    await simulator.settle()
    setImage('Deployment', 'web', 'nginx:none')
    await simulator.settle()
    expect(
      podsOf(simulator, 'web')
        .map(({ status }) => status.phase)
        .sort(),
    ).toEqual(['Pending', 'Running'])
    setImage('Deployment', 'web', 'nginx:1.28')
    await simulator.settle()
    const images = podsOf(simulator, 'web').map(({ spec }) => spec.containers[0]?.image)
    expect(images).toEqual(['nginx:1.28'])
    expect(simulator.cluster.get('Deployment', 'default', 'web')?.status).toMatchObject({
      readyReplicas: 1,
      updatedReplicas: 1,
    })
  })

  test("leave a StatefulSet's rollout stuck at a broken pod until someone deletes it", async () => {
    simulator.cluster.add(workload('StatefulSet', 'db', 'nginx:none', { replicas: 2 }))
    await simulator.settle()
    expect(podsOf(simulator, 'db')).toHaveLength(1)
    setImage('StatefulSet', 'db', 'nginx:1.27')
    await simulator.settle()
    expect(podNamed(simulator, 'db-0').status.phase).toBe('Pending')
    simulator.cluster.remove('Pod', 'default', 'db-0')
    await simulator.settle()
    expect(podsOf(simulator, 'db').map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1'])
    expect(podNamed(simulator, 'db-0').status.phase).toBe('Running')
  })

  test('run a pod of a DaemonSet on each node', async () => {
    simulator.cluster.add(workload('DaemonSet', 'agent', 'nginx:1.27'))
    await simulator.settle()
    expect(
      podsOf(simulator, 'agent')
        .map(({ spec }) => spec.nodeName)
        .sort(),
    ).toEqual(['node-1', 'node-2'])
  })

  test('run a Job to completion', async () => {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'nginx:1.27' }] } }
    const metadata = { name: 'once', namespace: 'default' }
    simulator.cluster.add({ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template } })
    await simulator.settle()
    expect(simulator.cluster.get('Job', 'default', 'once')?.status).toMatchObject({ succeeded: 1 })
    expect(simulator.cluster.list('Pod').map(({ status }) => status?.phase)).toEqual(['Succeeded'])
  })

  test('create the service account of a new namespace', async () => {
    simulator.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } })
    await simulator.settle()
    expect(simulator.cluster.get('ServiceAccount', 'fresh', 'default')).toBeDefined()
  })

  test('leave a pod unscheduled that fits no node', async () => {
    simulator.cluster.add(podWithImage('picky', 'nginx', { nodeSelector: { disk: 'ssd' } }))
    await simulator.settle()
    expect(podNamed(simulator, 'picky').status).toMatchObject({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
    })
  })
})

describe('a Deployment that is rolled back', () => {
  test('makes the older template its newest revision', async () => {
    const revision = () =>
      simulator.cluster.get('Deployment', 'default', 'web')?.metadata.annotations?.[
        'deployment.kubernetes.io/revision'
      ]
    simulator.cluster.add(workload('Deployment', 'web', 'nginx:1.27'))
    await simulator.settle()
    setImage('Deployment', 'web', 'nginx:1.28')
    await simulator.settle()
    expect(revision()).toBe('2')
    setImage('Deployment', 'web', 'nginx:1.27')
    await simulator.settle()
    expect(revision()).toBe('3')
  })
})

describe('a namespace that is deleted', () => {
  test('deletes its contents, and is gone once its pods are', async () => {
    simulator.cluster.addNamespace('dev')
    const deployment = workload('Deployment', 'web', 'nginx:1.27')
    simulator.cluster.add({ ...deployment, metadata: { ...deployment.metadata, namespace: 'dev' } })
    await simulator.settle()
    simulator.cluster.remove('Namespace', undefined, 'dev')
    expect(simulator.cluster.get('Namespace', undefined, 'dev')?.status?.phase).toBe('Terminating')
    await simulator.settle()
    expect(simulator.cluster.get('Namespace', undefined, 'dev')).toBeUndefined()
    const left = ['Deployment', 'ReplicaSet', 'Pod', 'ServiceAccount', 'Event'].flatMap(kind =>
      simulator.cluster.list(kind, 'dev'),
    )
    expect(left).toEqual([])
  })
})

test('a cordoned node gets no pods until it is uncordoned', async () => {
  const cordon = (unschedulable: boolean) => {
    for (const { metadata } of simulator.cluster.list('Node'))
      simulator.cluster.change('Node', undefined, metadata.name, node => {
        node.spec = { ...node.spec, unschedulable }
      })
  }
  cordon(true)
  simulator.cluster.add(podWithImage('waits', 'nginx:1.27'))
  await simulator.settle()
  expect(podNamed(simulator, 'waits').status.phase).toBe('Pending')
  cordon(false)
  await simulator.settle()
  expect(podNamed(simulator, 'waits').status.phase).toBe('Running')
})
