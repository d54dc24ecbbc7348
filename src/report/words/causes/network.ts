/** The words of pulls that never reached the registry: names, connections, certificates, proxies. */

import type { Finding } from '../../../diagnosis/finding.ts'
import { shellWord } from '../../escape.ts'
import { onNode, pullByHand } from '../commands.ts'
import { type CauseWords, registryHost, registryName, type Step } from '../told.ts'

/** What curl says of the registry's front door; 401 there is a good answer. */
function knock(finding: Finding, say: string, scheme = 'https'): Step {
  const host = registryHost(finding.registry)
  return {
    say,
    command: `curl -sSv -m 15 -o /dev/null ${shellWord(`${scheme}://${host}/v2/`)}`,
    where: onNode(finding),
  }
}

/** Where containerd keeps what it knows of one registry. */
function hostsFile({ registry }: Finding): string {
  return `/etc/containerd/certs.d/${registry ?? 'REGISTRY'}/hosts.toml`
}

export const registryNotFoundDns: CauseWords = {
  short: ({ findings: [{ registry }] }) => `DNS for ${registryName(registry)}`,
  title: ({ findings: [{ registry }] }) => `The node can't resolve the name ${registryHost(registry)}`,
  meaning: () =>
    "The name does not exist, or the node's DNS server did not answer; the registry was never asked.",
  next: ({ findings: [first] }) => [
    {
      say: `Check the name for a typo, and look it up ${onNode(first)}`,
      command: `getent hosts ${shellWord(registryHost(first.registry).replace(/:\d+$/, ''))}`,
      where: onNode(first),
    },
    {
      say: `If it is right, mend the node's DNS: /etc/resolv.conf ${onNode(first)} (the cluster's own DNS is not used for pulls)`,
    },
  ],
}

export const networkTimeout: CauseWords = {
  short: ({ findings: [{ registry }] }) => `no answer from ${registryName(registry)}`,
  title: ({ findings: [{ registry }] }) => `${registryHost(registry)} did not answer in time`,
  meaning: () =>
    'The node sent its request and got nothing back: a firewall that drops, a missing route or NAT, or a very slow registry.',
  next: ({ findings: [first] }) => [
    knock(first, `Try the connection ${onNode(first)}`),
    {
      say: `If that hangs too, open ${registryHost(first.registry)} for the nodes (firewall, NAT gateway, HTTPS_PROXY of the runtime)`,
    },
  ],
}

export const connectionRefusedOrReset: CauseWords = {
  short: ({ findings: [{ registry }] }) => `connections to ${registryName(registry)} that break`,
  title: ({ findings: [{ registry }] }) =>
    `The connection to ${registryHost(registry)} is refused or breaks off`,
  meaning: () =>
    'Nothing listens at that address and port, there is no route, or something in between cuts the connection.',
  next: ({ findings: [first] }) => [
    knock(first, `Try the connection ${onNode(first)}`),
    {
      say: 'Check that the registry (or mirror) runs and listens on that port, and what stands between it and the nodes',
    },
  ],
}

export const tls: CauseWords = {
  short: ({ findings: [{ registry }] }) => `TLS with ${registryName(registry)}`,
  title: ({ findings: [{ registry }] }) => `The TLS handshake with ${registryHost(registry)} fails`,
  meaning: () =>
    'The node does not trust the certificate, or it is expired or for another name, or no common protocol was found.',
  next: ({ findings: [first] }) => {
    const host = registryHost(first.registry)
    const address = /:\d+$/.test(host) ? host : `${host}:443`
    return [
      {
        say: `Look at the certificate (and at the clock) ${onNode(first)}`,
        command: `openssl s_client -connect ${shellWord(address)} </dev/null`,
        where: onNode(first),
      },
      {
        say: `A private authority goes into ${hostsFile(first)} (ca = "/path/ca.crt") on every node; an expired certificate is the registry's to renew`,
      },
    ]
  },
}

export const httpHttpsMismatch: CauseWords = {
  short: ({ findings: [{ registry }] }) => `HTTP where HTTPS is meant, at ${registryName(registry)}`,
  title: ({ findings: [{ registry }] }) =>
    `${registryHost(registry)} speaks HTTP where HTTPS is expected, or the reverse`,
  meaning: () =>
    'The runtime asks with TLS unless it is told otherwise; this port answers in the other protocol.',
  next: ({ findings: [first] }) => [
    { say: 'Serve the registry with TLS: credentials and images then travel encrypted' },
    {
      say: `For a registry inside, tell the runtime on every node, in ${hostsFile(first)}: server = "http://${first.registry ?? 'REGISTRY'}"`,
    },
    knock(first, `See which of the two it speaks, asked ${onNode(first)}`, 'http'),
  ],
}

export const proxy: CauseWords = {
  short: () => 'the HTTP proxy of the nodes',
  title: ({ findings: [{ registry }] }) => `The proxy between the node and ${registryName(registry)} fails`,
  meaning: () =>
    'The runtime goes through an HTTP(S) proxy, which could not be reached or refused to pass the request on.',
  next: ({ findings: [first] }) => [
    {
      say: `See which proxy the runtime uses ${onNode(first)}`,
      command: 'systemctl show containerd crio --property=Environment',
      where: onNode(first),
    },
    {
      say: `Mend or allow it there, or let the runtime go past it: NO_PROXY=${registryHost(first.registry)}`,
    },
    pullByHand(first),
  ],
}
