/** The words of how a node looks up names: what came back, where its DNS servers are set, and which one it should ask. */

import type { StepOf } from '../../../advice/step/step.ts'
import type { DnsAnswer, UnreachedServer } from '../../../diagnosis/clues/clue-on-way.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import type { Cloud } from '../../../image/cloud-registries.ts'
import { hostAlone, isLocal, isPublicServer } from '../../../image/host.ts'
import { isHosted } from '../../../image/registries.ts'
import type { Findings, StepText } from '../step-words.ts'
import { virtualMachineOf } from './local-clusters.ts'
import { onNodes } from './node.ts'

/** Returns what came back when the node asked for the address of a host; null if the text does not show it, or has several answers, as for a mirror and its registry. */
export function dnsAnswer({ clues }: Pick<Finding, 'clues'>): DnsAnswer | null {
  const answers = clues.flatMap(clue => (clue.code === 'dns-answer' ? [clue.answer] : []))
  return answers.length === 1 ? (answers[0] ?? null) : null
}

/** Returns where the node's DNS servers are set. */
export function resolverPlace(node: PullingNode): string {
  const { os, platform } = node
  const machine = virtualMachineOf(node)
  if (machine !== null)
    return `${machine} asks the DNS servers of its machine, so check those and its VPN, then restart ${machine}`
  if (os === 'windows') return 'the DNS servers of its network adapter'
  if (platform === 'talos')
    return 'nameservers in the machine configuration; `talosctl get resolvers` shows those in use'
  const source = serversOfCloud(node)
  return source === null ? RESOLV_CONF : `${RESOLV_CONF}, whose servers come from ${source}`
}

const RESOLV_CONF = '/etc/resolv.conf'

/** What gives the machines of a cloud their DNS servers, unless somebody set others on them (the clouds' documentation of VPCs and virtual networks). */
const OF_CLOUDS: Record<Cloud, string> = {
  ecr: 'the DHCP options of the VPC',
  acr: 'the DNS servers of the virtual network (nodes take a change when they are restarted)',
  gar: "Google's network, with the zones and server policies that Cloud DNS has for it",
}

function serversOfCloud({ cloud, hybrid }: PullingNode): string | null {
  return cloud === null || cloud === 'none' || hybrid ? null : OF_CLOUDS[cloud]
}

/**
 * Returns where the node's DNS servers are set, and which one it asks. systemd-resolved answers at 127.0.0.53 and passes the questions on; the file
 * /etc/resolv.conf only leads to it (systemd-resolved.service(8)). On Talos, its own service has that address.
 */
export function serverPlace(server: string | null, node: PullingNode): string {
  const place = resolverPlace(node)
  // Bottlerocket sets them in its own settings.
  if (server === '127.0.0.53' && place.startsWith(RESOLV_CONF) && node.platform !== 'bottlerocket')
    return `it asks systemd-resolved at ${server}: \`resolvectl status\` shows the servers that this asks, which ${serversOfCloud(node) === null ? 'DHCP gives or are' : `come from ${serversOfCloud(node)} or are`} set in netplan, NetworkManager, or /etc/systemd/resolved.conf`
  // What the virtual machine asks only passes the questions on.
  return `${place}${server === null || virtualMachineOf(node) !== null ? '' : `; it asks ${server}`}`
}

/** Returns what a cloud's own resolver, or a public one, needs to know a private name; empty for other resolvers and for public hosts. */
export function resolverNote(host: string, server: string | null, node: PullingNode): string {
  const { cloud } = node
  if (server === null || isHosted(host)) return ''
  if (isPublicServer(server)) {
    const hosts = resolverPlace(node) === RESOLV_CONF && node.platform !== 'bottlerocket'
    return `; ${server} is a public DNS server, which does not know private names: if ${hostAlone(host)} is one, let the node ask the DNS server of its own network${hosts ? ', or add the name to /etc/hosts on every node' : ''}`
  }
  if (server === '168.63.129.16')
    return "; Azure's own resolver knows a private name only from a private DNS zone that is linked to the nodes' virtual network (or give that network a DNS server that knows the name)"
  if (server === '169.254.169.253' || (cloud === 'ecr' && /^\d+\.\d+\.\d+\.2$/.test(server)))
    return "; the VPC's own resolver knows a private name only from a private hosted zone of Route 53 that is associated with the VPC, or through a Resolver rule"
  if (server === '169.254.169.254' && cloud === 'gar')
    return "; Google Cloud's own resolver knows a private name only from a private or forwarding zone of Cloud DNS for the nodes' network"
  return ''
}

/** Returns what to do about a DNS server that the node's question did not arrive at. */
export function unreachedServer(server: string, why: UnreachedServer, findings: Findings): string {
  const [{ host, steps }] = findings
  const place = resolverPlace(host)
  if (why === 'network')
    return `Give the node a route to ${server}, the DNS server that it asks, or let it ask one that it has a route to (${place}): there is none for ${server.includes(':') ? 'this IPv6 address' : 'this address'} ${onNodes(findings)}`
  if (why === 'host')
    return `Find out why ${server}, the DNS server that the node asks, can't be reached ${onNodes(findings)} (the server is down, or a firewall or router in between rejects what is sent to it), or let the node ask another one (${place})`
  const own = isLocal(server)
    ? ` ${onNodes(findings)} itself (such as systemd-resolved or dnsmasq; where /etc/resolv.conf names no server, that address is asked too)`
    : ''
  const start =
    steps[0].code === 'resolve-host'
      ? 'If that works, restart the container runtime, which may still ask a DNS server that the node had before. If it fails, start'
      : 'Start'
  return `${start} the DNS service that should listen at ${server}${own}, or let the node ask another one (${place})`
}

/** Returns the step for a node that looks names up at the cluster's own DNS Service, which needs pods that have to be pulled first. */
export function otherNameServer(
  { server, serves, certain }: StepOf<'own-name-server'>,
  findings: Findings,
): StepText {
  const place = resolverPlace(findings[0].host)
  const change = `the resolver ${onNodes(findings)} (${place}) ask the DNS server of its network instead of ${server}`
  const why = serves
    ? "these pods have to answer there, and can't start before their image is pulled"
    : 'a pull must not depend on it, as it answers only while its own pods run'
  return {
    text: certain
      ? `Have ${change}, which is most likely the cluster's own DNS Service: ${why}`
      : `If ${server} is the cluster's own DNS Service, have ${change}: ${why}; otherwise, start the DNS server that should listen there`,
  }
}
