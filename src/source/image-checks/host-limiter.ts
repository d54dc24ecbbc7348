/** Limits how many requests run at once, in all and to one host. */

export class HostLimiter {
  readonly #inAll: number
  readonly #toOneHost: number
  readonly #running = new Map<string, number>()
  #waiting: { host: string; start: () => void }[] = []

  constructor(inAll: number, toOneHost: number) {
    this.#inAll = inAll
    this.#toOneHost = toOneHost
  }

  /** Does the work when its turn comes; in the order of calling, but for those whose host is busy. */
  async run<T>(host: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>(start => {
      this.#waiting.push({ host, start })
      this.#next()
    })
    try {
      return await work()
    } finally {
      this.#count(host, -1)
      this.#next()
    }
  }

  #next(): void {
    const free = ({ host }: { host: string }) => (this.#running.get(host) ?? 0) < this.#toOneHost
    const inAll = [...this.#running.values()].reduce((sum, count) => sum + count, 0)
    const turn = inAll < this.#inAll ? this.#waiting.find(free) : undefined
    if (turn === undefined) return
    this.#waiting = this.#waiting.filter(each => each !== turn)
    this.#count(turn.host, 1)
    turn.start()
  }

  #count(host: string, change: number): void {
    this.#running.set(host, (this.#running.get(host) ?? 0) + change)
  }
}
