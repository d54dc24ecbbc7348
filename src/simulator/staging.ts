/** Brings a situation about: days of health, a used-up quota, and the half hour of trouble since. */

import type { Cluster } from './cluster/cluster.ts'
import type { Hub } from './hub/hub.ts'
import type { Motion } from './motion.ts'
import type { Scenario } from './scenario.ts'

/** Seconds. */
const HEALTHY_FOR = 3 * 24 * 3600
const TROUBLE_FOR = 40 * 60
/** Pods that back off are looked at in such steps; the same number of them gives the events their counts. */
const STEPS = 8
/** All nodes sit behind this address, as far as the hub can see. */
const NODES_ADDRESS = '127.0.0.1'

/** Plays the scenario on a clock set back, so that at the end it is now. */
export async function stage(scenario: Scenario, cluster: Cluster, hub: Hub, motion: Motion): Promise<void> {
  const { clock } = cluster
  clock.advance(-HEALTHY_FOR - TROUBLE_FOR)
  for (const name of scenario.namespaces) cluster.addNamespace(name)
  for (const account of scenario.accounts) hub.addAccount(account)
  for (const image of scenario.images) hub.addImage(image)
  for (const draft of scenario.healthy) cluster.add(draft)
  await motion.settle()
  clock.advance(HEALTHY_FOR)
  hub.exhaust(NODES_ADDRESS)
  for (const draft of scenario.late) cluster.add(draft)
  await motion.settle()
  for (let step = 0; step < STEPS; step++) {
    clock.advance(TROUBLE_FOR / STEPS)
    await motion.settle()
  }
}
