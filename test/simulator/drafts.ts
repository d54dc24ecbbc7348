/** Objects for the simulated cluster, and requests to its API server. */
import { Agent, request } from 'undici'
import type { Draft, Pod, PodSpec } from '../../src/simulator/cluster/objects.ts'
import { asPod } from '../../src/simulator/cluster/objects.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'

export const NOON = Date.parse('2026-11-24T12:00:00Z')

export const pod = (name: string, spec: Partial<PodSpec>, namespace = 'default'): Draft => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: { containers: [], ...spec },
})

export const podWithImage = (name: string, image: string, spec: Partial<PodSpec> = {}): Draft =>
  pod(name, { containers: [{ name: 'main', image }], ...spec })

export const workload = (kind: string, name: string, image: string, extra: object = {}): Draft => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
    ...extra,
  },
})

export const pullSecret = (
  name: string,
  content: unknown,
  type = 'kubernetes.io/dockerconfigjson',
): Draft => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  type,
  stringData: { '.dockerconfigjson': JSON.stringify(content) },
})

export const auths = (username: string, password: string, key = 'https://index.docker.io/v1/') => ({
  auths: { [key]: { auth: Buffer.from(`${username}:${password}`).toString('base64') } },
})

export function podNamed({ cluster }: Simulator, name: string): Pod {
  const found = cluster.get('Pod', 'default', name)
  if (!found) throw new Error(`no pod ${name}`)
  return asPod(found)
}

/** Pods of a workload, by their `app` label. */
export const podsOf = ({ cluster }: Simulator, app: string): Pod[] =>
  cluster
    .list('Pod')
    .map(asPod)
    .filter(({ metadata }) => metadata.labels?.app === app)

/** The waiting state of the first container. */
export const waiting = (found: Pod | undefined) => found?.status.containerStatuses?.[0]?.state.waiting

/** `Reason: message ×count` for each of the pod's events, sorted. */
export const eventsOf = ({ cluster }: Simulator, name: string): string[] =>
  cluster
    .list('Event')
    .filter(event => (event.involvedObject as { name: string }).name === name && event.reason !== 'Scheduled')
    .map(event => `${event.reason}: ${event.message} ×${event.count}`)
    .sort()

export interface Asked {
  method?: string
  user?: string
  accept?: string
  type?: string
  body?: unknown
}

/** Sends a request to the API server over HTTPS, trusting only its certificate. */
export async function ask({ server }: Simulator, path: string, asked: Asked = {}) {
  const dispatcher = new Agent({ connect: { ca: server.certificate } })
  const { statusCode, headers, body } = await request(server.url + path, {
    dispatcher,
    method: (asked.method ?? 'GET') as 'GET',
    headers: {
      authorization: `Bearer ${server.users.named(asked.user ?? 'admin').token}`,
      accept: asked.accept ?? 'application/json',
      ...(asked.body !== undefined && { 'content-type': asked.type ?? 'application/json' }),
    },
    ...(asked.body !== undefined && { body: JSON.stringify(asked.body) }),
  })
  const text = await body.text()
  await dispatcher.close()
  // biome-ignore lint/suspicious/noExplicitAny: each test reads the fields it expects, and fails if they are missing
  return { status: statusCode, headers, body: JSON.parse(text) as any }
}
