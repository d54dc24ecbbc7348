/** The pods of a dump that serve a port of their node, as agents of registries do that each node reaches at its own loopback address. */

import { list, number, record } from '../../json/json-object.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import type { HostPort } from '../../snapshot/snapshot.ts'

export class HostPorts {
  readonly #all = new Map<string, HostPort>()

  add(raw: Record<string, unknown>, { namespace, name }: { namespace: string; name: string }): void {
    const [spec, status] = [record(raw.spec), record(raw.status)]
    const node = narrowName(spec.nodeName)
    // A pod that has ended serves nothing, and keeps its ports in its spec.
    if (node === '' || status.phase === 'Succeeded' || status.phase === 'Failed') return
    const states = list(status.containerStatuses).map(record)
    for (const container of list(spec.containers).map(record)) {
      for (const port of list(container.ports).map(record)) {
        const hostPort = number(port.hostPort, 0)
        if (hostPort === 0 || (port.protocol ?? 'TCP') !== 'TCP') continue
        const state = states.find(each => each.name === container.name)
        const now = record(state?.state)
        this.#all.set(`${node} ${hostPort}`, {
          ...{ node, port: hostPort, namespace, pod: name, container: narrowName(container.name) },
          ready: state?.ready === true,
          restarted: number(state?.restartCount, 0) > 0,
          started: number(state?.restartCount, 0) > 0 || 'running' in now || 'terminated' in now,
        })
      }
    }
  }

  at(node: string, port: number): HostPort | null {
    return this.#all.get(`${node} ${port}`) ?? null
  }
}
