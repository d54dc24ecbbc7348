/** The pods of a dump that serve a port of their node, as agents of registries do that each node reaches at its own loopback address. */

import { list, number, record } from '../../json/json-object.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import { isFinished, type Pod } from '../../snapshot/pod.ts'
import type { HostPort } from '../../snapshot/snapshot.ts'

export class HostPorts {
  readonly #all = new Map<string, HostPort>()

  add(raw: Record<string, unknown>, pod: Pod): void {
    const { namespace, name, node } = pod
    // A pod that has ended serves nothing, and keeps its ports in its spec.
    if (node === null || isFinished(pod)) return
    const states = list(record(raw.status).containerStatuses).map(record)
    for (const container of list(record(raw.spec).containers).map(record)) {
      for (const port of list(container.ports).map(record)) {
        const hostPort = number(port.hostPort, 0)
        if (hostPort === 0 || (port.protocol ?? 'TCP') !== 'TCP') continue
        const state = states.find(each => each.name === container.name)
        const now = record(state?.state)
        const restarted = number(state?.restartCount, 0) > 0
        this.#all.set(`${node} ${hostPort}`, {
          ...{ node, port: hostPort, namespace, pod: name, container: narrowName(container.name) },
          ready: state?.ready === true,
          restarted,
          started: restarted || 'running' in now || 'terminated' in now,
        })
      }
    }
  }

  at(node: string, port: number): HostPort | null {
    return this.#all.get(`${node} ${port}`) ?? null
  }
}
