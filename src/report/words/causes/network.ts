/** The words of pulls that never reached the host: names, connections, certificates, proxies. The host is the one in the text. */

import type { Endpoint } from '../../../diagnosis/endpoint.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { apiHost } from '../../../image/registries.ts'
import { hostName, registryName } from '../hosts.ts'
import { type CauseWords, gives, type Told } from '../told.ts'

/** The host that was asked, else the registry's. */
function asked({ endpoint, registry }: Pick<Finding, 'endpoint' | 'registry'>): Endpoint {
  if (endpoint !== null && endpoint.role !== 'proxy' && endpoint.role !== 'runtime') return endpoint
  return { host: registry === null ? 'the registry' : apiHost(registry), role: 'registry' }
}

const plain = (host: string) => host.replace(/:\d+$/, '')

/** `registry-1.docker.io`, `the mirror cache.example`: a host of the registry goes by its own name here. */
function named({ findings: [first] }: Told): string {
  const host = asked(first)
  return host.role === 'registry' ? host.host : hostName(host, first.registry)
}

function Named(told: Told): string {
  const name = named(told)
  return name.startsWith('the ') ? `T${name.slice(1)}` : name
}

export const registryNotFoundDns: CauseWords = {
  short: ({ findings: [first] }) => `DNS for ${plain(asked(first).host)}`,
  title: told =>
    `The node can't resolve the name ${plain(asked(told.findings[0]).host)}${asked(told.findings[0]).role === 'mirror' ? ', its mirror' : ''}`,
  meaning: told =>
    gives(told, 'service-name')
      ? "The name is a Service of the cluster. Nodes use their own DNS, not the cluster's, so they can't resolve it."
      : `The name does not exist, or the node's DNS server did not answer; ${named(told)} was never asked.`,
}

export const networkTimeout: CauseWords = {
  short: told => `no answer from ${named(told)}`,
  title: told => `${Named(told)} did not answer in time`,
  meaning: told =>
    gives(told, 'loopback')
      ? 'That address is the node itself, and nothing answered there.'
      : 'The node sent its request and got nothing back: a firewall that drops packets, a missing route or NAT, or a very slow host.',
}

export const connectionRefusedOrReset: CauseWords = {
  short: told => `broken connections to ${named(told)}`,
  title: told => `The connection to ${named(told)} is refused or breaks off`,
  meaning: told =>
    gives(told, 'loopback')
      ? 'That address is the node itself: each node asks its own loopback, and nothing listens there on this one.'
      : gives(told, 'no-route')
        ? 'The node has no route for addresses of this family (IPv4 or IPv6).'
        : 'Nothing listens at that address and port, there is no route, or something in between cuts the connection.',
}

export const tls: CauseWords = {
  short: told => `TLS with ${named(told)}`,
  title: told => `The TLS handshake with ${named(told)} fails`,
  meaning: told => {
    const problem = told.findings[0].clues.find(clue => clue.code === 'certificate')?.problem
    switch (problem) {
      case 'unknown-authority':
        return 'The node does not trust the authority that signed the certificate: a private CA, or a proxy that intercepts TLS.'
      case 'expired':
        return "The certificate has expired or is not valid yet, or the node's clock is wrong."
      case 'no-alternative-name':
        return 'The certificate names its host only in the common name, which runtimes ignore: they require a subject alternative name (SAN).'
      case 'wrong-name':
        return 'The certificate is for another name or address than the one that was asked.'
      case 'client':
        return 'The host asks for a client certificate, and the node has none that it accepts.'
      case 'legacy':
        return 'The certificate or the protocol version is too old for the runtime.'
      default:
        return 'The node does not trust the certificate, or it has expired or is for another name, or no common protocol was found.'
    }
  },
}

export const httpHttpsMismatch: CauseWords = {
  short: told => `HTTP instead of HTTPS at ${named(told)}`,
  title: told => `${Named(told)} speaks HTTP where HTTPS is expected, or the reverse`,
  meaning: () => 'The runtime uses TLS unless configured otherwise; this port answers in the other protocol.',
}

export const proxy: CauseWords = {
  short: () => 'the HTTP proxy of the nodes',
  title: ({ findings: [{ registry, endpoint }] }) =>
    `The proxy${endpoint?.role === 'proxy' ? ` ${endpoint.host}` : ''} between the node and ${registryName(registry)} fails`,
  meaning: told =>
    gives(told, 'loopback')
      ? "The runtime goes through a proxy whose address is the node's own loopback, where nothing answers."
      : 'The runtime goes through an HTTP(S) proxy, which could not be reached or refused to pass the request on.',
}
