/** What moves the cluster: passes of the controllers and kubelets, one after another, by hand or by themselves. */

import type { Cluster } from './cluster/cluster.ts'
import { runControllers } from './controllers/controllers.ts'
import type { Kubelet } from './kubelet/kubelet.ts'

/** Milliseconds between the passes that only time makes due. */
const INTERVAL = 1000
/** More passes than any situation needs; something that never rests is a mistake here. */
const MOST_PASSES = 200

export class Motion {
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

  /** Passes until one changes nothing. */
  async settle(): Promise<void> {
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const { revision } = this.#cluster.store
      await this.tick()
      if (this.#cluster.store.revision === revision) return
    }
    throw new Error('the simulated cluster does not come to rest')
  }

  /** Passes by itself from now on: soon after each change, and every second. */
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

  /** Ends that, and waits for the pass under way. */
  async stop(): Promise<void> {
    this.#stop?.()
    await this.#last.catch(() => {})
  }
}
