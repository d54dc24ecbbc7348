/** The words of how a connection failed: it was cut off, refused, or never opened, at another host or at the node's own address. */

import { type Clue, clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'

type Break = Extract<Clue, { code: 'unopened' }>['why'] | 'cut-off' | 'unknown'

/** Returns the title for a connection to this host that failed. */
export function brokenTitle(finding: Pick<Finding, 'clues'>, host: string): string {
  const isLost = clueOf(finding.clues, 'no-route')?.lost === true
  return isLost ? `The node had no route to ${host}` : BROKEN[howBroken(finding)](host)
}

/** How the connection failed. An error that names several addresses may have several reasons. */
export function howBroken({ clues }: Pick<Finding, 'clues'>): Break {
  if (hasClue(clues, 'cut-off')) return 'cut-off'
  const reasons = clues.flatMap(clue => (clue.code === 'unopened' ? [clue.why] : []))
  return reasons.length === 1 ? (reasons[0] ?? 'unknown') : 'unknown'
}

const BROKEN: Record<Break, (host: string) => string> = {
  'cut-off': host => `The connection to ${host} was cut off`,
  refused: host => `The connection to ${host} was refused`,
  network: host => `The node has no route to ${host}`,
  host: host => `The node can't reach ${host} (no route to host)`,
  node: host => `The node blocks its runtime's connections to ${host}`,
  ports: host => `The node has no free port for a connection to ${host}`,
  unknown: host => `The connection to ${host} was refused or dropped`,
}

export const BROKEN_MEANING: Record<Break, string> = {
  'cut-off':
    'The connection was opened and then closed before the answer was complete: by a firewall or proxy in between, or by the host itself.',
  refused: 'Nothing is listening on that address and port, or a firewall in between rejects the connection.',
  network: 'The node itself has no route to that address, so nothing was sent.',
  host: 'That address does not answer in its network (the machine is down, or the address is wrong), or a firewall in between rejects the connection.',
  node: 'A firewall or security software on the node itself (iptables, nftables, eBPF) rejects the connection, so nothing was sent.',
  ports:
    "Each connection takes a port of the node's own, and the kernel found none that is free for this address: a process on the node (maybe the runtime itself) most likely has too many connections open. Nothing was sent, so the registry, the login, and firewalls are not at fault.",
  unknown:
    'Nothing is listening on that address and port, there is no route, or something in between drops the connection.',
}

/** Returns what a failed connection to the node's own address means. */
export function loopbackMeaning({
  clues,
  registry,
  containerKind,
}: Pick<Finding, 'clues' | 'registry' | 'containerKind'>): string {
  // The runtime pulls a pause image only if it is missing.
  const always = containerKind === 'sandbox' ? '' : ', or the pull policy is Always'
  if (registry === 'localhost')
    return `The name begins with localhost/, as names do of images that were only built or loaded on a machine: the image is not on the node${always}, so the runtime looked for a registry at the node's own address.`
  const how = howBroken({ clues })
  return how === 'cut-off'
    ? 'That address is the node itself: something there accepted the connection, and closed it before the answer was complete.'
    : `That address is the node itself${NOT_OPENED_ON_NODE[how]}.`
}

const NO_WAY_ON_NODE =
  ", and it rejected the connection on the way to what should answer there: a host port may forward to a pod that the node can't reach, or a firewall rule may forbid the connection"

const NOT_OPENED_ON_NODE: Record<Exclude<Break, 'cut-off'>, string> = {
  refused: ': each node connects to its own loopback address, and nothing is listening there on this one',
  network:
    ", and it has no route for the connection: a host port may forward to a pod that the node can't reach, or the address may be one of IPv6, which is disabled there",
  host: NO_WAY_ON_NODE,
  ports:
    ', and it has no free port for another connection there: a process on it most likely has too many connections open',
  node: ', and a firewall or security software on it (iptables, nftables, eBPF) rejects the connection',
  unknown:
    ': each node connects to its own loopback address, and the runtime got no connection there on this one',
}
