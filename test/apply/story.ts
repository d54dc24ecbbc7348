/** A small broken cluster, and the parts of its state that tests compare. */

import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { PullSecretContent } from '../../src/dockerconfig/pull-secret-content.ts'
import { ApiServer } from '../../src/simulator/api-server/server.ts'
import { Clock } from '../../src/simulator/cluster/clock.ts'
import { Cluster } from '../../src/simulator/cluster/cluster.ts'
import { type ApiObject, asPod } from '../../src/simulator/cluster/objects.ts'
import { deployment, podSpec, settle } from './workloads.ts'

export const CANARY = 'canary-5f1e-password'
/** The content of the Secret that a fix of the story writes, as text. */
export const WANTED = JSON.stringify({
  auths: {
    'https://index.docker.io/v1/': {
      username: 'alice',
      password: CANARY,
      auth: Buffer.from(`alice:${CANARY}`).toString('base64'),
    },
  },
})
export const PULL_SECRET = PullSecretContent.inSecret({
  data: { '.dockerconfigjson': Buffer.from(WANTED).toString('base64') },
})

// Thousands of journals are flushed to disk, which takes no time in memory.
const FAST = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export interface Story {
  cluster: Cluster
  server: ApiServer
  clock: Clock
  /** The folder of the journals. */
  folder: string
}

/** Namespaces web and api: a Deployment's pod, a template with its own list, a bare pod, a service account with an entry. */
export function story(home = homeOfTest()): Story {
  const clock = new Clock(() => Date.parse('2026-11-24T10:00:00Z'))
  const cluster = new Cluster(clock)
  for (const name of ['web', 'api']) cluster.addNamespace(name)
  cluster.change('ServiceAccount', 'web', 'default', account => {
    account.imagePullSecrets = [{ name: 'registry-of-old' }, { name: 'second' }]
  })
  deployment(cluster, 'web', 'shop', {})
  deployment(cluster, 'api', 'orders', { imagePullSecrets: [{ name: 'own' }] })
  cluster.add({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bare', namespace: 'api' },
    spec: podSpec({}),
  })
  settle(cluster)
  return storyOf(cluster, clock, home)
}

/** The same cluster and journals once more, so that many runs can start where one run ended; their requests count from zero. */
export function copied({ cluster, clock, folder }: Story): Story {
  const now = clock.now()
  const same = new Clock(() => now)
  const copy = storyOf(new Cluster(same), same, homeOfTest())
  copy.cluster.store.restore(cluster.store)
  if (existsSync(folder)) cpSync(folder, copy.folder, { recursive: true })
  return copy
}

const storyOf = (cluster: Cluster, clock: Clock, home: string): Story => ({
  cluster,
  server: new ApiServer(cluster),
  clock,
  folder: join(home, 'runs'),
})

/** A story that is taken somewhere once for all tests of a file, which read it or start from copies. */
export function storyOfFile(begin: (of: Story) => Promise<unknown>): Story {
  const home = mkdtempSync(join(FAST, 'pullguard-apply-'))
  const of = story(home)
  beforeAll(async () => void (await begin(of)))
  afterAll(() => rmSync(home, { recursive: true }))
  return of
}

function homeOfTest(): string {
  const home = mkdtempSync(join(FAST, 'pullguard-apply-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}

type State = Record<string, unknown>

/** Every object by name with its content, except for fields that change with each write. Pods of a ReplicaSet are listed under its name. */
export function state({ cluster }: Story): State {
  const objects = ['Secret', 'ServiceAccount', 'Deployment', 'Pod'].flatMap(kind => cluster.list(kind))
  return Object.fromEntries(objects.map(object => [nameOf(object), contentOf(object)]))
}

/** Everything that an undo restores: all objects except pods. */
export function withoutPods(of: State): State {
  return Object.fromEntries(Object.entries(of).filter(([name]) => !name.startsWith('Pod ')))
}

/** Names of the pull secrets that a service account lists. */
export function listOf({ cluster }: Story, namespace: string): unknown {
  return cluster.get('ServiceAccount', namespace, 'default')?.imagePullSecrets
}

function nameOf({ kind, metadata: { namespace, name, ownerReferences } }: ApiObject): string {
  return `${kind} ${namespace}/${ownerReferences?.[0]?.kind ?? name}`
}

function contentOf(object: ApiObject): unknown {
  const { type, data, spec, imagePullSecrets } = object
  if (object.kind !== 'Pod') return JSON.parse(JSON.stringify({ type, data, spec, imagePullSecrets }))
  const names = (asPod(object).spec.imagePullSecrets ?? []) as { name: string }[]
  return { pullSecrets: names.map(({ name }) => name), phase: object.status?.phase }
}
