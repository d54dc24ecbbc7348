/** The words of steps on the way to a host: the connection to it, and other nodes that have one. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { Step } from '../../../advice/step/step.ts'
import type { NetworkStep } from '../../../advice/step/step-at-node.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { EndpointRole } from '../../../diagnosis/text/endpoint.ts'
import { acrName, type Cloud, cloudOf } from '../../../image/cloud-registries.ts'
import { mayHaveMirror } from '../../../image/docker-hub.ts'
import {
  hostAlone,
  isAddress,
  isLocal,
  isPrivateAddress,
  isSurelyOfCluster,
  withPort,
} from '../../../image/host.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { isOfAws, isOfGoogle, isOfWindows, orMirror } from '../closed-networks.ts'
import { curlCommand, headCommand, lookUpCommand, nodeShellStep, onNodes } from '../node/node.ts'
import { resolverPlace } from '../node/node-dns.ts'
import { hostLabel, joinList, registryLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'
import { proxyPlace } from './proxies.ts'

/** Returns where to test a connection: registries answer at /v2/, other hosts everywhere. */
function testUrl(scheme: 'https' | 'http', host: string, role: EndpointRole): string {
  return `${scheme}://${host}${role === 'storage' || role === 'token' ? '/' : '/v2/'}`
}

/** The registry of OpenShift 3 by the address of its Service, as image streams name it (openshift/origin#3859). */
const IN_OPENSHIFT_3 = /^172\.30\.\d{1,3}\.\d{1,3}:5000$/

/** Returns what makes curl ask this address for the name, in place of any that DNS has for it. */
function connectTo(name: string, address: string): string {
  return shellWord(`${withPort(name)}:${withPort(address)}`)
}

/** Returns under which other name a registry of ECR has IPv6 addresses (docs.aws.amazon.com/AmazonECR, ecr-requests); null for any other. */
function dualStack(registry: string | null): string | null {
  const [, account, region] = /^(\d+)\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/.exec(registry ?? '') ?? []
  return account === undefined
    ? null
    : `this name of the registry has no IPv6 addresses; in the image, ${account}.dkr-ecr.${region}.on.aws is the same registry with them`
}

/** Private connections to a cloud's registry, which have their own rules. */
const PRIVATE_WAY: Record<Cloud | 'none', string> = {
  ecr: ', or the VPC endpoint and its security group',
  acr: ', or the private endpoint and its DNS zone',
  gar: ', or Private Google Access',
  none: '',
}

/** Returns the one that the node may use: a machine of another cloud has none. */
function privateWayOf({ registry, host: { cloud } }: Pick<Finding, 'registry' | 'host'>): string {
  const own = cloudOf(registry) ?? 'none'
  return cloud === null || cloud === 'none' || cloud === own ? PRIVATE_WAY[own] : ''
}

/** The address that was asked, as Go names it: after the node's own, or alone where no connection was made. */
const ASKED_IPV6 = /(?:->|dial tcp )\[[0-9a-f:]{3,45}\]:\d+(?!\d|->)/i

const ASKED_IPV4 = /(?:->|dial tcp )\d{1,3}(?:\.\d{1,3}){3}:\d+(?!\d|->)/

/** Where Azure's registries keep their layers: the host is not the same for all of them (Azure/AKS#4974). */
const BLOBS_OF_AZURE = /\.(blob\.core\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net))$/

/** Whether only IPv6 failed, so that a test of the host may succeed over IPv4; the node's own loopback is no network. */
function isOverIpv6({ clues, evidence }: Pick<Finding, 'clues' | 'evidence'>): boolean {
  const text = evidence?.text ?? ''
  return (
    clueOf(clues, 'no-route')?.family === 'IPv6' ||
    (ASKED_IPV6.test(text) &&
      !ASKED_IPV4.test(text) &&
      !/\[::1\]:\d/.test(text) &&
      !hasClue(clues, 'loopback'))
  )
}

/** Returns what a test over IPv6 alone can show, where the node has a route for it. */
function brokenIpv6(first: Pick<Finding, 'clues' | 'evidence'>): string {
  const hasRoute = !hasClue(first.clues, 'no-route')
  return isOverIpv6(first) && hasRoute
    ? '; if it fails with -6 and works with -4, IPv6 is broken on the way: repair it, or let the node use IPv4 (DNS answers without AAAA, or no IPv6 route)'
    : ''
}

/** What the test of the connection is called in the step for the host: another step, such as one with another name of the image, may be between them. */
function theTest({ steps }: AdvisedFinding): string {
  const before = steps[steps.findIndex(({ code }) => code === 'open-host') - 1]
  return before === undefined || OF_TEST.includes(before.code) ? 'that' : 'the test'
}

const OF_TEST: readonly Step['code'][] = ['test-connection', 'check-mtu', 'compare-nodes']

/** Private connections of a cloud's own to its registry, and what has to let the nodes in there. */
const PRIVATE_END: Record<Cloud, string> = {
  ecr: 'a VPC endpoint (its security group has to let them in)',
  acr: 'a private endpoint (the rules of its subnet have to let them in)',
  gar: 'Private Service Connect',
}

/** Returns how nodes reach a registry of a cloud whose name has led to a private address, which is not on the internet; null for any other. */
function privateWay(host: string, first: AdvisedFinding): string | null {
  const { registry, evidence, host: node } = first
  const cloud = cloudOf(registry)
  const [, address = ''] = DIALED.exec(evidence?.text ?? '') ?? []
  if (cloud === null || !isPrivateAddress(address)) return null
  const place = node.hybrid
    ? 'from the site of these hybrid nodes (VPN or Direct Connect, and the firewall there)'
    : 'to it (peering, VPN, and firewalls in between)'
  return `If ${theTest(first)} fails too, let the nodes reach ${address}, the private address that DNS has for ${host}, most likely that of ${PRIVATE_END[cloud]}: check the way ${place}. Or let DNS give them the public addresses, if they are meant to use the internet`
}

const DIALED = /\bdial tcp (\d{1,3}(?:\.\d{1,3}){3}):(?!53:)\d{1,5}: /

/** Returns which address the host's name led to, as it may be another one, such as a public one of a host inside; empty if no name led to one. */
function dialedNote(host: string, { evidence }: Pick<Finding, 'evidence'>): string {
  const [, address] = DIALED.exec(evidence?.text ?? '') ?? []
  return address === undefined || isAddress(host) || isLocal(address)
    ? ''
    : ` at ${address} (if that is not its address, correct the node's DNS or /etc/hosts)`
}

/** Returns that the nodes may have different addresses for the name, as from a line in /etc/hosts; empty if no name led to one. */
function addressesOf(host: string, { evidence, host: node }: Pick<Finding, 'evidence' | 'host'>): string {
  const [, address] = DIALED.exec(evidence?.text ?? '') ?? []
  const name = hostAlone(host)
  return address === undefined || !/[a-z]/i.test(name)
    ? ''
    : `what \`${lookUpCommand(node, name)}\` finds on both (the failed pull went to ${address}), and `
}

export const networkSteps: StepWords<NetworkStep> = {
  'compare-nodes': ({ host, node, about, test }, { findings }) => ({
    text: test
      ? `If that fails, run the same test on node ${node}, where pods run an image of ${registryLabel(findings[0].registry)}: if it works there, only this node is affected, so compare ${about === 'name' ? `its DNS servers (${resolverPlace(findings[0].host)})` : `${addressesOf(host, findings[0])}its network (routes, firewall rules, proxy settings)`}`
      : `Compare ${about === 'name' ? `/etc/hosts and the DNS servers (${resolverPlace(findings[0].host)})` : 'the network (routes, firewall rules, proxy settings)'} ${onNodes(findings)} with those of node ${node}, which gets answers from ${hostAlone(host)}`,
  }),
  'check-way-out': ({ node, hosts, nodes, about }, { findings }) => ({
    text: `Check ${about === 'name' ? `the DNS servers of node ${node} (${resolverPlace(findings[0].host)}), and its way to them` : `the way out of node ${node} (the routes and rules of its subnet, NAT, its firewall, and its proxy settings)`}: it reaches ${hosts.length === 2 ? `neither ${hosts.join(' nor ')}` : `none of ${joinList(hosts)}`}, while images that can't be pulled there run on other nodes (${joinList(nodes)})`,
  }),
  'leave-node': ({ node }, { invocation }) => ({
    text: `If only node ${node} is affected, cordon it until it is repaired, and delete the pods that wait for images there, so that they can start on other nodes`,
    command: kubectlCommand(invocation, `cordon ${shellWord(node)}`),
  }),
  'free-ports': ({ address }, { findings, findings: [{ host }] }) => {
    const isWindows = host.os === 'windows'
    const range = isWindows
      ? '`netsh int ipv4 set dynamicport tcp`'
      : 'net.ipv4.ip_local_port_range, less net.ipv4.ip_local_reserved_ports'
    const names = isWindows ? '' : ` (\`ss -tanp dst ${address ?? '<address>'}\` names processes)`
    return nodeShellStep(
      `See to where most connections are open ${onNodes(findings)}: stop or repair the process that has too many${names}, which frees their ports within minutes, or widen the range of ports (${range})`,
      isWindows
        ? 'Get-NetTCPConnection | Group-Object RemoteAddress,RemotePort,OwningProcess -NoElement | Sort-Object Count -Descending | Select-Object -First 10'
        : "ss -Htan | awk '{print $5}' | sort | uniq -c | sort -rn | head",
      findings,
    )
  },
  'test-connection': ({ host, scheme, role, manifest, name, instead }, { findings }) => {
    if (instead)
      return nodeShellStep(
        `See whether ${host} answers over plain HTTP instead ${onNodes(findings)}: any HTTP response but a redirect to https:// means that it serves HTTP, for which every node needs a setting`,
        curlCommand(findings[0].host, testUrl(scheme, host, role)),
        findings,
      )
    if (manifest !== undefined)
      return nodeShellStep(
        `Ask ${host} for the image's manifest again ${onNodes(findings)} (only its headers; 200 is fine, and 401 proves nothing, as this sends no login)`,
        headCommand(findings[0].host, `${scheme}://${host}${manifest}`),
        findings,
      )
    if (name !== undefined)
      return nodeShellStep(
        `Test the connection ${onNodes(findings)} to ${host} under the name ${name} (a 401 or 404 is fine)`,
        curlCommand(findings[0].host, testUrl(scheme, name, role), ` --connect-to ${connectTo(name, host)}`),
        findings,
      )
    if (role === 'storage' && isAddress(host))
      return nodeShellStep(
        `Test the connection ${onNodes(findings)} (once it is connected, an error about TLS is fine too: the text has only the address)`,
        curlCommand(findings[0].host, testUrl(scheme, host, role), 'k'),
        findings,
      )
    return nodeShellStep(
      `Test the connection ${onNodes(findings)} (${role === 'storage' || role === 'token' ? 'any HTTP response' : 'a 401 or 404'} is fine${brokenIpv6(findings[0])})`,
      curlCommand(findings[0].host, testUrl(scheme, host, role), isOverIpv6(findings[0]) ? ' -6' : ''),
      findings,
    )
  },
  'open-download-host': ({ registry, hosts, from }) => ({
    text:
      from !== null
        ? `Find out what is at ${from}, where the node downloads from: a proxy, a mirror of ${registryLabel(registry)}, or a private endpoint. The manifest arrived, and ${registryLabel(registry)} redirects downloads to ${hosts}: a proxy has to let those through too`
        : `Let the nodes reach the host that ${registryLabel(registry)} redirects downloads to (${hosts}), not only ${registryLabel(registry)} itself, which sent the manifest, and look for a firewall or proxy that breaks connections there`,
  }),
  // aws/containers-roadmap#2304; docs.aws.amazon.com/AmazonECR, pull-through-cache.
  'open-host': ({ host, role }, context) => {
    const [first] = context.findings
    const { registry, host: node } = first
    if (isOfWindows(first))
      return {
        text: `Let the nodes reach mcr.microsoft.com and *.data.mcr.microsoft.com, where it redirects (firewall, egress rules, proxy), not only ${registryLabel(registry)}: the layers of the Windows base image are downloaded from there`,
      }
    const proxy =
      node.virtual === undefined || node.virtual === 'auto-mode'
        ? `, or HTTPS_PROXY in ${proxyPlace(node)}`
        : ''
    const second = role === 'storage' || (role === 'token' && host !== registry)
    return {
      text:
        second && role === 'storage' && cloudOf(registry) === 'ecr' && !isOfAws(host)
          ? `Let the nodes reach ${host} (firewall, NAT gateway, proxy), not only ${registryLabel(registry)}: a cache of ECR redirects there, to its upstream, as long as it has not stored the layer; or pull the image through the cache once from where both can be reached`
          : second && role === 'storage' && cloudOf(registry) === 'ecr'
            ? `Let the nodes reach ${host}, where ECR keeps the layers, not only ${registryLabel(registry)}: without internet access they need an S3 gateway endpoint in the route tables of their subnets, whose policy allows this bucket`
            : role === 'storage' && cloudOf(registry) === 'acr' && BLOBS_OF_AZURE.test(host)
              ? `Let the nodes reach *.${BLOBS_OF_AZURE.exec(host)?.[1]} (firewall, egress rules, proxy), not only ${registryLabel(registry)}: the layers are downloaded from there, and not always from ${host}. Or enable dedicated data endpoints for the registry (Premium tier), so that its layers come from ${acrName(registry ?? '')}.<region>.data.${registry?.replace(/^.*(?=azurecr\.)/, '')} alone`
              : second
                ? `Let the nodes reach ${host} (firewall, egress rules, proxy), not only ${registryLabel(registry)}: it is ${role === 'storage' ? 'where the layers are downloaded from' : 'where the tokens for pulls come from'}`
                : (privateWay(host, first) ??
                  `If ${theTest(first)} fails too, allow the nodes to reach ${host} (firewall, ${node.cloud === 'ecr' && !node.hybrid ? 'security groups' : 'egress rules'}, ${isOfGoogle(node) ? 'Cloud NAT for private nodes' : 'NAT gateway'}${privateWayOf(first)}${proxy})${orMirror(context, host)}`),
    }
  },
  'check-listener': ({ host, role }, { findings: [first] }) => ({
    text: `Check that ${hostLabel({ host, role }, first.registry)} is running and listening on that port${dialedNote(host, first)}, and check everything between it and the nodes`,
  }),
  'front-log': ({ host, role }, { invocation, findings: [{ registry, clues }] }) => {
    const label = hostLabel({ host, role }, registry)
    const status = clueOf(clues, 'status')?.status
    const start = `See the log of ${label}, and of what is in front of it (an ingress, a load balancer, a reverse proxy), for the time of the pull`
    if (status !== undefined)
      return {
        text: `${start}: one of them answered with status ${status}, and only its log has the reason. If the host or the runtime was updated recently, compare what the runtime requests with what the host accepts`,
      }
    if (IN_OPENSHIFT_3.test(host))
      return {
        text: `Check the registry's pod and its endpoints, and its log for the time of the pull, if ${host} is OpenShift's own (Services have such addresses there): it, or the network of Services on the node, closed the connection before the answer was complete. This shows both`,
        command: kubectlCommand(
          invocation,
          'get pods,endpoints -l docker-registry=default -o wide',
          'default',
        ),
      }
    return {
      text: `${start}: one of them, or a firewall on the way, closed the connection before the answer was complete, for example at a limit on time or size, or when it was restarted`,
    }
  },
  'give-route': ({ host, family, lost }, { findings }) => ({
    text: lost
      ? `Find out what removed the default route for a moment ${onNodes(findings)} (\`${findings[0].host.os === 'windows' ? 'route print' : 'ip route'}\` shows whether it is back): an interface that was down, a DHCP lease, a VPN, or a network plugin`
      : family === 'IPv6'
        ? `Give the node IPv6 (a route, and an address of its own), or let DNS ${onNodes(findings)} answer with IPv4 addresses: ${host} was tried over IPv6 only`
        : `Give the node a route for IPv4, as it has none: if it is IPv6-only, it needs NAT64 with DNS64 (${dualStack(findings[0].registry) ?? 'some registries, such as ghcr.io, have no IPv6 addresses'}); if it is air-gapped, ${mayHaveMirror(findings[0]) ? 'it needs a mirror' : 'copy the image into a registry that it reaches'} instead`,
  }),
  'check-mtu': ({ host, role }, { findings, findings: [{ clues }] }) => {
    if (hasClue(clues, 'request-late'))
      return {
        text: `Compare the MTU ${onNodes(findings)} with the network's (VPN, tunnel, PPPoE, nested virtual machines), and lower it: large packets to ${hostAlone(host)} may be lost, or a firewall or proxy in between may hold up requests`,
      }
    return nodeShellStep(
      `Test the TLS handshake ${onNodes(findings)}: if it hangs again, large packets may be lost, so compare the node's MTU with the network's (VPN, tunnel, PPPoE, nested virtual machines) and lower it; otherwise, ${isSurelyOfCluster(host) ? `${hostAlone(host)} may be overloaded` : `a firewall or proxy in between may be holding up TLS to ${hostAlone(host)}`}`,
      curlCommand(findings[0].host, testUrl('https', host, role)),
      findings,
    )
  },
}
