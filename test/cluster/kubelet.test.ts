/** The simulated kubelet writes what the real one writes: the waiting state and events of each way a pull fails or succeeds. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import type { Draft } from '../../src/simulator/cluster/objects.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { knownSecrets } from './known-secrets.ts'
import { podObject, pullSecretObject, RealCluster } from './real-cluster.ts'

const CASES: Record<string, Parameters<typeof podObject>[1]> = {
  limited: { image: 'nginx' },
  account: { image: 'nginx', pullSecrets: ['limited'] },
  'missing-tag': { image: 'nginx:none' },
  private: { image: 'acme/private' },
  'wrong-password': { image: 'acme/private', pullSecrets: ['wrong'] },
  'two-wrong': { image: 'acme/private', pullSecrets: ['wrong', 'limited'] },
  'secret-gone': { image: 'acme/private', pullSecrets: ['gone'] },
  malformed: { image: 'nginx', pullSecrets: ['malformed'] },
  login: { image: 'acme/private', pullSecrets: ['right'] },
  'invalid-name': { image: 'Nginx:1:2' },
  never: { image: 'nginx:absent', pullPolicy: 'Never' },
  refused: { image: '127.0.0.1:1/acme/api:1' },
}

const malformed = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'malformed' },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': JSON.stringify({ auths: { 'ghcr.io': { auth: 'bm9jb2xvbg==' } } }) },
}
const secrets = [
  pullSecretObject('limited', 'limited', 'secret-of-limited'),
  pullSecretObject('wrong', 'acme', 'not-the-password'),
  pullSecretObject('right', 'acme', 'secret-of-acme'),
  malformed,
]

const WITHIN = { timeout: 45_000, interval: 500 }

let real: RealCluster
let simulator: Simulator
let namespace: string

beforeAll(async () => {
  real = await RealCluster.open()
  simulator = await startSimulator({ stack: await real.stack() })
  namespace = await real.namespace('kubelet')
  simulator.cluster.addNamespace(namespace)
  for (const hub of [real.hub, simulator.hub]) {
    hub.addAccount({ name: 'limited', password: 'secret-of-limited' })
    hub.addAccount({ name: 'acme', password: 'secret-of-acme' })
    hub.exhaust('127.0.0.1')
    hub.exhaust('limited')
  }
  for (const [repository, owner] of [['library/nginx'], ['acme/private', 'acme']] as [string, string?][]) {
    real.addImage(repository, ['latest'], owner)
    simulator.hub.addImage({ repository, tags: ['latest'], ...(owner !== undefined && { owner }) })
  }
  for (const secret of secrets) await addToBoth('secrets', secret)
  const names = secrets.map(({ metadata }) => (metadata as { name: string }).name)
  const forget = await knownSecrets(real, namespace, names)
  for (const [name, draft] of Object.entries(CASES)) await addToBoth('pods', podObject(name, draft))
  await forget()
  await simulator.settle()
})
async function addToBoth(kind: 'secrets' | 'pods', object: KubernetesObject): Promise<void> {
  await real.api.create(`/api/v1/namespaces/${namespace}/${kind}`, object)
  const metadata = { ...(object.metadata as object), namespace }
  simulator.cluster.add({ ...object, metadata } as unknown as Draft)
}
afterAll(async () => {
  await simulator?.close()
  await real?.close()
})

/** Hosts and digests differ: the real node reaches Docker Hub at another address, and its image contains a program. */
const plain = (text: unknown): string =>
  String(text)
    .replaceAll('https://registry-1.docker.io/', 'HUB/')
    .replace(/http:\/\/127\.0\.0\.1:\d{2,}\//g, 'HUB/')
    .replace(/from host (registry-1\.docker\.io|127\.0\.0\.1:15000)/, 'from host HUB')
    .replace(/sha256:[0-9a-f]{64}/g, 'DIGEST')
    .replace(/\?ns=docker\.io/g, '')
    .replace(/in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: \d+/g, 'in TIME. Image size: SIZE')

interface Status {
  phase: string
  containerStatuses?: { image: string; state: { waiting?: { reason: string; message?: string } } }[]
}

function stateOf(pod: KubernetesObject | undefined) {
  const { phase, containerStatuses = [] } = (pod?.status ?? {}) as Status
  const [container] = containerStatuses
  const { reason, message } = container?.state.waiting ?? {}
  return {
    phase,
    image: container?.image,
    reason,
    message: message === undefined ? undefined : plain(message),
  }
}

const eventTexts = (events: KubernetesObject[], pod: string): string[] => {
  const own = events.filter(event => (event.involvedObject as { name: string }).name === pod)
  const texts = own
    .filter(({ reason }) => reason !== 'Scheduled')
    .map(event => {
      const { fieldPath = '' } = event.involvedObject as { fieldPath?: string }
      return `${event.type} ${event.reason} ${fieldPath}: ${plain(event.message)}`
    })
  return [...new Set(texts)].sort()
}

async function realEvents(): Promise<KubernetesObject[]> {
  const events: KubernetesObject[] = []
  await real.api.list(`/api/v1/namespaces/${namespace}/events`, {}, event => void events.push(event))
  return events
}

async function compare(name: string): Promise<void> {
  const simulated = stateOf(simulator.cluster.get('Pod', namespace, name))
  const events = eventTexts(simulator.cluster.list('Event', namespace), name)
  const look = async () => {
    const state = stateOf(await real.api.get(`/api/v1/namespaces/${namespace}/pods/${name}`))
    return { state, events: eventTexts(await realEvents(), name) }
  }
  await vi
    .waitFor(async () => expect((await look()).state.reason).toBe(simulated.reason), WITHIN)
    .catch(() => {})
  expect(simulated).toEqual((await look()).state)
  await vi.waitFor(async () => expect(events).toEqual((await look()).events), WITHIN)
}

test.each(Object.keys(CASES))('both kubelets report %s alike', compare)

test.each([503, 'abuse'] as const)('a registry that fails with %s', async trouble => {
  const name = `trouble-${trouble}`
  real.hub.trouble = trouble
  simulator.hub.trouble = trouble
  const pod = podObject(name, { image: 'nginx:absent' })
  await real.api.create(`/api/v1/namespaces/${namespace}/pods`, pod)
  simulator.cluster.add({ ...pod, metadata: { name, namespace } } as unknown as Draft)
  await simulator.settle()
  await compare(name)
})
