/** Finds the registry that a name most likely means, by the registries that other images come from. */

import { hostAlone, isLocal, withoutPort } from '../host.ts'
import { isHosted } from '../registries.ts'
import { isSlipOf } from './similar-names.ts'

/** A registry that images are pulled from, and how the one that failed differs from it. */
export interface HostBeside {
  registry: string
  by: 'name' | 'port' | 'loopback'
}

/**
 * The registry among these that this one differs from by a slip of the pen in its name, by a port that it leaves out, or by a loopback address in
 * place of its name. Null if there is none, if several are as near, or if this one is among them.
 */
export function hostBeside(registry: string, known: readonly string[]): HostBeside | null {
  const host = withoutPort(registry)
  if (known.includes(registry) || isHosted(host)) return null
  const port = registry.slice(host.length)
  if (isLoopback(registry)) return port === '' ? null : only(known.filter(at(port)), 'loopback')
  if (isLocal(registry)) return null
  const samePort = known.filter(other => withoutPort(other) === host)
  // Several registries can be at one host, each at a port of its own, as Nexus Repository has them.
  if (samePort.length > 0) return port === '' ? only(samePort, 'port') : null
  const alike = (other: string) =>
    other.endsWith(port) && isSlipOf(host, other.slice(0, other.length - port.length))
  return only(known.filter(alike), 'name')
}

/** Not names such as k3d-registry.localhost, which nodes can find elsewhere. */
function isLoopback(registry: string): boolean {
  return isLocal(registry) && !hostAlone(registry).endsWith('.localhost')
}

/** Whether a registry has this port and a name that is the same one for every node. */
const at = (port: string) => (other: string) => other.endsWith(port) && !isLoopback(other)

function only(found: readonly string[], by: HostBeside['by']): HostBeside | null {
  const [registry, ...others] = new Set(found)
  return registry === undefined || others.length > 0 ? null : { registry, by }
}
