/** The words of steps on the way to a host: its name, its address, and the connection to it. */

import type { NetworkStep } from '../../../advice/step-at-node.ts'
import { clueOf, hasClue } from '../../../diagnosis/clue.ts'
import type { EndpointRole } from '../../../diagnosis/endpoint.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/pulling-node.ts'
import { mayHaveMirror } from '../../../image/docker-hub.ts'
import { hostAlone, isAddress, isLocal } from '../../../image/host.ts'
import { type Cloud, cloudOf, isFixedHost, isHosted } from '../../../image/registries.ts'
import { kubectlCommand, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { orCopied } from '../makers.ts'
import { curlCommand, headCommand, lookUpCommand, nodeShellStep, onNodes } from '../node.ts'
import { dnsAnswer, otherNameServer, resolverNote, resolverPlace } from '../node-dns.ts'
import { mayBeOpenShift, preloadPlace } from '../node-settings.ts'
import { ADDRESS_OWNERS, hostLabel, joinList, registryLabel } from '../nouns.ts'
import { realmSetting } from '../registry-logins.ts'
import { isSearched } from '../searched.ts'
import type { StepContext, StepWords } from '../step-words.ts'
import { proxyPlace } from './proxies.ts'

/** Whether the host is AWS's own, where ECR keeps the layers that it has. */
function isOfAws(host: string): boolean {
  return /\.amazonaws\.com(?:\.cn)?(?::\d+)?$/.test(host)
}

/** Returns where to test a connection: registries answer at /v2/, other hosts everywhere. */
function testUrl(scheme: 'https' | 'http', host: string, role: EndpointRole): string {
  return `${scheme}://${host}${role === 'storage' || role === 'token' ? '/' : '/v2/'}`
}

/** Returns what makes curl ask this address for the name, in place of any that DNS has for it. */
function connectTo(name: string, address: string): string {
  const port = (host: string) => (/:\d+$/.test(host) ? host : `${host}:443`)
  return shellWord(`${port(name)}:${port(address)}`)
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

/** Whether nobody who wrote the image misspelled the name: another node knows it, it is the default of a product, or the registry announced it. */
function isRight({ clues, endpoint, subcause }: Pick<Finding, 'clues' | 'endpoint' | 'subcause'>): boolean {
  if (endpoint?.role === 'token' || endpoint?.role === 'storage') return true
  // A host that refuses the caller's address has answered.
  if (subcause === 'blocked') return true
  return hasClue(clues, 'answers-elsewhere', 'default-name')
}

/** Whether the DNS server said nothing about the name, so that it may well be correct. */
function isUnanswered(finding: Pick<Finding, 'clues'>): boolean {
  const answer = dnsAnswer(finding)
  return answer === 'late' || answer === 'error'
}

/** DNS for private connections to a cloud's registry. */
const PRIVATE_ZONE: Record<Cloud | 'none', string> = {
  ecr: '; with a VPC endpoint, private DNS has to be enabled for it',
  acr: '; with a private endpoint, its zone (privatelink.azurecr.io) needs a record for this host too',
  gar: '; with Private Google Access, the private zone needs a record for this host too',
  none: '',
}

/** The cloud whose private connections matter for the host; a layer at a cache's upstream, or at Microsoft, comes over none of them. */
function privateCloud(first: Pick<Finding, 'registry' | 'endpoint' | 'clues'>, host: string) {
  const { registry, endpoint } = first
  if (isOfWindows(first)) return 'none'
  const cloud = cloudOf(registry)
  const isUpstream = cloud === 'ecr' && endpoint?.role === 'storage' && !isOfAws(host)
  return isUpstream ? 'none' : (cloud ?? 'none')
}

const isOfWindows = ({ clues }: Pick<Finding, 'clues'>) => hasClue(clues, 'windows-base')

const COPY = 'copy the image into a registry that they reach'

/** For nodes without internet access by design, suggests only a mirror or loading the image directly. */
function orMirror(context: StepContext, target: string) {
  const [first] = context.findings
  // Images in a cloud's registry are mostly private, so no mirror has them.
  if (!isHosted(target) || cloudOf(first.registry) !== null || first.containerKind === 'sandbox') return ''
  // The full name leads to another registry; for a Windows base, a mirror of the image's registry has the same manifest.
  if (isSearched(first) || isOfWindows(first)) return ''
  const { virtual } = first.host
  const start = '; if the nodes are not meant to reach the internet,'
  if (virtual !== undefined && virtual !== 'autopilot') return `${start} ${COPY}`
  if (!mayHaveMirror(first)) return `${start} ${COPY}, or load it on them`
  const remote = isOfGoogle(first.host)
    ? ", or use a remote repository of Artifact Registry in the image's name, which private nodes reach without NAT"
    : ''
  const own = first.reference?.startsWith('docker.io/rancher/') === true ? ofRancher(first.host) : null
  return `${start} give them ${mirrorOf(context)}${remote}${virtual === undefined ? `, or load the image on them${own ?? archiveNote(first.host)}` : ''}${orCopied(first)}${besideEcr(first.host, target)}`
}

/** What serves private ECR does not serve this one (docs.aws.amazon.com/AmazonECR, vpc-endpoints). */
function besideEcr({ platform, cloud }: PullingNode, target: string): string {
  const isOfAmazon = platform === 'eks' || cloud === 'ecr'
  return isOfAmazon && target === 'public.ecr.aws'
    ? '. VPC endpoints for ECR (ecr.api, ecr.dkr) lead to private registries only: to use them, name the image through a pull-through cache rule, whose first pull still needs a way out'
    : ''
}

/** Whether the node is a machine of Google Cloud: without an address of its own, it reaches Google's hosts, and others through Cloud NAT only. */
function isOfGoogle({ platform, cloud }: PullingNode): boolean {
  return platform === 'gke' || cloud === 'gar'
}

/** Where the platform looks for images to load; empty if it does not. */
function archiveNote(host: PullingNode): string {
  const archives = preloadPlace(host)
  return archives === null ? '' : ` (as an archive in ${archives})`
}

/** What all three document for air-gapped clusters (ranchermanager.docs.rancher.com, docs.k3s.io, docs.rke2.io; k3s-io/k3s#1552, #2961). */
function ofRancher(host: PullingNode): string {
  const archives = preloadPlace(host)
  const again =
    archives === null
      ? ''
      : `, and with a restart they import the archives in ${archives} again, whose unused images the kubelet removes when the disk fills up`
  return `; Rancher, K3s, and RKE2 take their own images from the registry that is set as system-default-registry${again}`
}

/** Returns the mirror that the nodes need, with the command that shows how they get it. */
function mirrorOf({ invocation, findings: [first] }: StepContext) {
  const { host, reference, registry } = first
  const byTag = reference?.includes('@') !== true
  const note =
    mayBeOpenShift(host) && byTag
      ? '; on OpenShift an ImageTagMirrorSet, as the other kinds of mirrors only serve images that are named by digest'
      : ''
  return `a mirror of ${registryLabel(registry)} (\`${ownCommand(invocation, 'mirror')}\`${note})`
}

/** The address that was asked, as Go names it: after the node's own, or alone where no connection came about. */
const ASKED_IPV6 = /(?:->|dial tcp )\[[0-9a-f:]{3,45}\]:\d+(?!\d|->)/i
const ASKED_IPV4 = /(?:->|dial tcp )\d{1,3}(?:\.\d{1,3}){3}:\d+(?!\d|->)/

/** Whether only IPv6 failed, so that a test of the host may succeed over IPv4; the node's own loopback is no network. */
function isOverIpv6({ clues, evidence }: Pick<Finding, 'clues' | 'evidence'>): boolean {
  const text = evidence?.text ?? ''
  return (
    clueOf(clues, 'no-route')?.family === 'IPv6' ||
    (ASKED_IPV6.test(text) && !ASKED_IPV4.test(text) && !hasClue(clues, 'loopback'))
  )
}

/** Returns what a test over IPv6 alone can show, where the node has a route for it. */
function brokenIpv6(first: Pick<Finding, 'clues' | 'evidence'>): string {
  const hasRoute = !hasClue(first.clues, 'no-route')
  return isOverIpv6(first) && hasRoute
    ? '; if it fails with -6 and works with -4, IPv6 is broken on the way: repair it, or let the node use IPv4 (DNS answers without AAAA, or no IPv6 route)'
    : ''
}

const DIALED = /\bdial tcp (\d{1,3}(?:\.\d{1,3}){3}):(?!53:)\d{1,5}: /

/** Returns that the nodes may have different addresses for the name, as from a line in /etc/hosts; empty if no name led to one. */
function addressesOf(host: string, { evidence, host: node }: Pick<Finding, 'evidence' | 'host'>): string {
  const [, address] = DIALED.exec(evidence?.text ?? '') ?? []
  const name = hostAlone(host)
  return address === undefined || !/[a-z]/i.test(name)
    ? ''
    : `what \`${lookUpCommand(node, name)}\` finds on both (the failed pull went to ${address}), and `
}

export const networkSteps: StepWords<NetworkStep> = {
  'resolve-host': ({ host }, { findings }) =>
    nodeShellStep(
      `${isFixedHost(host) || isRight(findings[0]) || isUnanswered(findings[0]) ? `Look up ${hostAlone(host)}` : 'Check the host name for a typo, and look it up'} ${onNodes(findings)}`,
      lookUpCommand(findings[0].host, hostAlone(host)),
      findings,
    ),
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
  'fix-dns': ({ host, server, refused }, context) => {
    const [first] = context.findings
    if (refused && server !== null)
      return {
        text: `${context.findings[0].steps[0].code === 'resolve-host' ? 'If that works, restart the container runtime, which may still ask a DNS server that the node had before. If it fails, start' : 'Start'} the DNS service that should listen at ${server}${isLocal(server) ? ` ${onNodes(context.findings)} itself (such as systemd-resolved or dnsmasq; where /etc/resolv.conf names no server, that address is asked too)` : ''}, or let the node ask another one (${resolverPlace(first.host)})`,
      }
    return {
      text: `${isFixedHost(host) || isUnanswered(first) ? 'If that fails' : 'If the name is correct'}, fix DNS ${onNodes(context.findings)} (${resolverPlace(first.host)}${server === null ? '' : `; it asks ${server}`}): nodes don't use the cluster's DNS for pulls${PRIVATE_ZONE[privateCloud(first, host)]}${resolverNote(host, server, first.host)}${orMirror(context, host)}`,
    }
  },
  'own-name-server': (step, { findings }) => otherNameServer(step, findings),
  'node-resolver': ({ host }, { invocation, findings }) => ({
    text: `Check that OpenShift's own registry is switched on: with managementState Removed there is none, and images have to come from another one. If it is, check the node-resolver pod ${onNodes(findings)} (namespace openshift-dns), which writes ${hostAlone(host)} into /etc/hosts there`,
    command: kubectlCommand(
      invocation,
      "get configs.imageregistry.operator.openshift.io cluster -o jsonpath='{.spec.managementState}'",
    ),
  }),
  'token-realm': ({ host, registry, product }, { findings }) => ({
    text: `${findings[0].steps[0].code === 'token-realm' ? 'Let' : 'Or let'} ${isFixedHost(registry) ? `the mirror that the nodes ask instead of ${registryLabel(registry)}` : registry} announce its token server by a name that nodes can reach, in ${realmSetting(product)}: it announces ${host}, which nodes can't reach`,
  }),
  'resolve-elsewhere': ({ host, address, owner }, context) => ({
    text:
      owner === 'node'
        ? `Let ${hostAlone(host)} resolve to an address that every node can reach (in DNS, or in /etc/hosts of the nodes): on the node it resolves to ${address}, which is the node itself`
        : `${mayHaveMirror(context.findings[0]) ? `Let the nodes pull through ${isHosted(host) ? mirrorOf(context) : 'a mirror'}, or through a proxy` : `Let the nodes pull through a proxy, or ${COPY}`}: ${hostAlone(host)} is blocked in their network, which your own firewall can't change (${address}, which DNS gave for it, belongs to ${ADDRESS_OWNERS[owner]})`,
  }),
  'test-connection': ({ host, scheme, role, manifest, name }, { findings }) => {
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
    const proxy = node.virtual === undefined ? `, or HTTPS_PROXY in ${proxyPlace(node)}` : ''
    const second = role === 'storage' || (role === 'token' && host !== registry)
    return {
      text:
        second && role === 'storage' && cloudOf(registry) === 'ecr' && !isOfAws(host)
          ? `Let the nodes reach ${host} (firewall, NAT gateway, proxy), not only ${registryLabel(registry)}: a cache of ECR redirects there, to its upstream, as long as it has not stored the layer; or pull the image through the cache once from where both can be reached`
          : second && role === 'storage' && cloudOf(registry) === 'ecr'
            ? `Let the nodes reach ${host}, where ECR keeps the layers, not only ${registryLabel(registry)}: without internet access they need an S3 gateway endpoint in the route tables of their subnets, whose policy allows this bucket`
            : second
              ? `Let the nodes reach ${host} (firewall, egress rules, proxy), not only ${registryLabel(registry)}: it is ${role === 'storage' ? 'where the layers are downloaded from' : 'where the tokens for pulls come from'}`
              : `If that fails too, allow the nodes to reach ${host} (firewall, egress rules, ${isOfGoogle(node) ? 'Cloud NAT for private nodes' : 'NAT gateway'}${PRIVATE_WAY[cloudOf(registry) ?? 'none']}${proxy})${orMirror(context, host)}`,
    }
  },
  'check-listener': ({ host, role }, { findings: [{ registry }] }) => ({
    text: `Check that ${hostLabel({ host, role }, registry)} is running and listening on that port, and check everything between it and the nodes`,
  }),
  'give-route': ({ host, family, lost }, { findings }) => ({
    text: lost
      ? `Find out what took the default route away for a moment ${onNodes(findings)} (\`${findings[0].host.os === 'windows' ? 'route print' : 'ip route'}\` shows whether it is back): an interface that was down, a DHCP lease, a VPN, or a network plugin`
      : family === 'IPv6'
        ? `Give the node an IPv6 route, or let DNS ${onNodes(findings)} answer with IPv4 addresses: ${host} was tried over IPv6 only`
        : `Give the node a route for IPv4, as it has none: if it is IPv6-only, it needs NAT64 with DNS64 (${dualStack(findings[0].registry) ?? 'some registries, such as ghcr.io, have no IPv6 addresses'}); if it is air-gapped, ${mayHaveMirror(findings[0]) ? 'it needs a mirror' : 'copy the image into a registry that it reaches'} instead`,
  }),
  'check-mtu': ({ host, role }, { findings, findings: [{ clues }] }) => {
    if (hasClue(clues, 'request-late'))
      return {
        text: `Compare the MTU ${onNodes(findings)} with the network's (VPN, tunnel, PPPoE, nested virtual machines), and lower it: large packets to ${hostAlone(host)} may be lost, or a firewall or proxy in between may hold up requests`,
      }
    return nodeShellStep(
      `Test the TLS handshake ${onNodes(findings)}: if it hangs again, large packets may be lost, so compare the node's MTU with the network's (VPN, tunnel, PPPoE, nested virtual machines) and lower it; otherwise, a firewall or proxy in between may be holding up TLS to ${hostAlone(host)}`,
      curlCommand(findings[0].host, testUrl('https', host, role)),
      findings,
    )
  },
}
