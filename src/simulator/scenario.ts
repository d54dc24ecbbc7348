/** Scenarios as data: what a registry has, what a cluster runs, and what broke later; and how one is set up. */

import type { Cluster } from './cluster/cluster.ts'
import type { Draft, PodSpec } from './cluster/objects.ts'
import type { ControlLoop } from './control-loop.ts'
import type { Hub } from './hub/hub.ts'
import type { ImageDraft } from './hub/image.ts'
import type { Account } from './hub/tokens.ts'

export interface Scenario {
  /** In addition to those of every cluster. */
  namespaces: string[]
  accounts: Account[]
  images: ImageDraft[]
  /** Running for days: pulled before the quota was used up. */
  healthy: Draft[]
  /** Created after the anonymous quota was used up. */
  late: Draft[]
  /** A docker config.json that logs in to the hub. */
  dockerConfig: string
}

const workload = (
  kind: string,
  namespace: string,
  name: string,
  spec: PodSpec,
  replicas?: number,
): Draft => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    ...(replicas !== undefined && { replicas }),
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec },
  },
})

const running = (name: string, image: string): PodSpec => ({ containers: [{ name, image }] })

const deployment = (namespace: string, name: string, image: string, replicas = 1): Draft =>
  workload('Deployment', namespace, name, running(name, image), replicas)

const demoUser: Account = { name: 'demo-user', password: 'demo-password' }

/** `docker login`'s config.json for an account. */
const dockerConfigFor = ({ name, password }: Account): string => {
  const auth = Buffer.from(`${name}:${password}`).toString('base64')
  return `${JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }, null, 2)}\n`
}

/**
 * An ordinary cluster on the day Docker Hub's anonymous limit is reached: fifthnginx, sixthnginx and calico-kube-controllers can't pull,
 * a private image has no credentials, a tag is mistyped, and images pulled earlier keep running.
 */
export const articleScenario: Scenario = {
  namespaces: ['monitoring', 'shop'],
  accounts: [demoUser],
  images: [
    // The image for which the quota is requested.
    { repository: 'ratelimitpreview/test' },
    { repository: 'library/nginx', tags: ['latest', '1.27', '1.27-alpine'] },
    { repository: 'library/redis', tags: ['7.2'] },
    { repository: 'library/postgres', tags: ['16'] },
    { repository: 'calico/kube-controllers', tags: ['v3.25.0'] },
    { repository: 'coredns/coredns', tags: ['1.11.1'] },
    { repository: 'prom/node-exporter', tags: ['v1.8.2'] },
    { repository: 'demo-user/billing', tags: ['2.4'], owner: 'demo-user' },
  ],
  healthy: [
    deployment('default', 'firstnginx', 'nginx:1.27', 2),
    deployment('kube-system', 'coredns', 'coredns/coredns:1.11.1', 2),
    workload(
      'DaemonSet',
      'monitoring',
      'node-exporter',
      running('node-exporter', 'prom/node-exporter:v1.8.2'),
    ),
    workload('StatefulSet', 'shop', 'postgres', running('postgres', 'postgres:16'), 1),
    deployment('shop', 'cart', 'redis:7.2'),
  ],
  late: [
    deployment('default', 'fifthnginx', 'nginx'),
    deployment('default', 'sixthnginx', 'nginx'),
    deployment('kube-system', 'calico-kube-controllers', 'docker.io/calico/kube-controllers:v3.25.0'),
    deployment('shop', 'billing', 'demo-user/billing:2.4'),
    deployment('shop', 'frontend', 'nginx:1.27-alpne'),
  ],
  dockerConfig: dockerConfigFor(demoUser),
}

/** Seconds. */
const HEALTHY_FOR = 3 * 24 * 3600
const TROUBLE_FOR = 40 * 60
/** The time of trouble passes in this many steps; the number determines the counts of the events. */
const STEPS = 8
/** The address of all nodes, as the hub sees it. */
const NODES_ADDRESS = '127.0.0.1'

/** Plays the scenario on a clock set back, so that it ends at the present. */
export async function stage(
  scenario: Scenario,
  cluster: Cluster,
  hub: Hub,
  loop: ControlLoop,
): Promise<void> {
  const { clock } = cluster
  clock.advance(-HEALTHY_FOR - TROUBLE_FOR)
  for (const name of scenario.namespaces) cluster.addNamespace(name)
  for (const account of scenario.accounts) hub.addAccount(account)
  for (const image of scenario.images) hub.addImage(image)
  for (const draft of scenario.healthy) cluster.add(draft)
  await loop.settle()
  clock.advance(HEALTHY_FOR)
  hub.exhaust(NODES_ADDRESS)
  for (const draft of scenario.late) cluster.add(draft)
  await loop.settle()
  for (let step = 0; step < STEPS; step++) {
    clock.advance(TROUBLE_FOR / STEPS)
    await loop.settle()
  }
}
