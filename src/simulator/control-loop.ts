/** The cluster's control loop: passes of the controllers and kubelets, started by the caller or on a timer. */

import type { Cluster } from './cluster/cluster.ts'
import { runControllers } from './controllers/controllers.ts'
import type { Kubelet } from './kubelet/kubelet.ts'

/** Milliseconds between passes that only time makes due. */
const INTERVAL = 1000
/** More passes than any situation needs; a cluster that never settles is a bug in the simulator. */
const MOST_PASSES = 200

export class ControlLoop {
  readonly #cluster: Cluster
  readonly #kubelet: Kubelet
  #last: Promise<void> = Promise.resolve()
  #stop: (() => void) | undefined

  constructor(cluster: Cluster, kubelet: Kubelet) {
    this.#cluster = cluster
    this.#kubelet = kubelet
  }

  /** One pass; passes never overlap. */
  tick(): Promise<void> {
    const before = this.#last.catch(() => {})
    this.#last = before.then(() => {
      runControllers(this.#cluster)
      return this.#kubelet.sync()
    })
    return this.#last
  }

  /** Runs passes until one changes nothing. */
  async settle(): Promise<void> {
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const { revision } = this.#cluster.store
      await this.tick()
      if (this.#cluster.store.revision === revision) return
    }
    throw new Error('the simulated cluster does not come to rest')
  }

  /** From now on, runs passes automatically: soon after each change, and every second. */
  start(): void {
    let planned = false
    const soon = () => {
      if (planned) return
      planned = true
      setImmediate(() => {
        planned = false
        if (this.#stop) void this.tick()
      })
    }
    const unwatch = this.#cluster.store.watch(soon)
    const timer = setInterval(soon, INTERVAL)
    timer.unref()
    this.#stop = () => {
      clearInterval(timer)
      unwatch()
      this.#stop = undefined
    }
    soon()
  }

  /** Stops that, and waits for the pass in progress. */
  async stop(): Promise<void> {
    this.#stop?.()
    await this.#last.catch(() => {})
  }
}
