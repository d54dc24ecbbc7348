/** The pods that run one image, grouped by what decides which logins their pulls have: namespace, pull secrets, and node. */

import type { HeldBy } from '../../snapshot/held-image.ts'

type HolderGroup = Omit<HeldBy, 'nodes'> & { nodes: Set<string> }

export class Holders {
  pods = 0
  readonly #groups = new Map<string, HolderGroup>()

  add({ namespace, pullSecrets, node }: Omit<HeldBy, 'nodes'> & { node: string }): void {
    this.pods += 1
    const key = JSON.stringify([namespace, ...pullSecrets])
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, { namespace, pullSecrets, nodes: new Set([node]) })
    else group.nodes.add(node)
  }

  get groups(): HolderGroup[] {
    return [...this.#groups.values()]
  }

  /** All their nodes, sorted. */
  get nodes(): string[] {
    return [...new Set(this.groups.flatMap(({ nodes }) => [...nodes]))].sort()
  }
}
