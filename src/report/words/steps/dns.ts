/** The words of steps on a host's name: which address nodes find for it, and where they ask. */

import type { DnsStep } from '../../../advice/step/step-at-node.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { type Cloud, cloudOf } from '../../../image/cloud-registries.ts'
import { mayHaveMirror } from '../../../image/docker-hub.ts'
import { addressInName, discardedAddress, hostAlone, isLocal, isUnspecified } from '../../../image/host.ts'
import { isFixedHost, isHosted } from '../../../image/registries.ts'
import { kubectlCommand } from '../../invocation.ts'
import { COPY, isOfAws, isOfWindows, mirrorOf, orMirror } from '../closed-networks.ts'
import { realmSetting } from '../credential/registry-logins.ts'
import { lookUpCommand, nodeShellStep, onNodes } from '../node/node.ts'
import { dnsAnswer, otherNameServer, resolverNote, serverPlace, unreachedServer } from '../node/node-dns.ts'
import { ADDRESS_OWNERS, registryLabel } from '../nouns.ts'
import type { Findings, StepWords } from '../step-words.ts'

/** Whether nobody who wrote the image misspelled the name: another node knows it, it is the default of a product, or the registry announced it. */
function isRight({ clues, endpoint, subcause }: Pick<Finding, 'clues' | 'endpoint' | 'subcause'>): boolean {
  if (endpoint?.role === 'token' || endpoint?.role === 'storage') return true
  // A host that refuses the caller's address has answered.
  if (subcause === 'blocked') return true
  return hasClue(clues, 'answers-elsewhere', 'default-name', 'misresolved')
}

/** Whether the registry is a cache of another one, whose token server it sends nodes to (ciiiii/cloudflare-docker-proxy#79). */
function passesOnTokens({ endpoint, registry }: Pick<Finding, 'endpoint' | 'registry'>): boolean {
  return endpoint?.role === 'token' && isHosted(endpoint.host) && registry !== null && !isHosted(registry)
}

/** A runtime whose C library can't look up names, such as one that is linked statically (cri-o/cri-o#3612). */
const OWN_LOOK_UP =
  "If the node finds the name, only the runtime can't look it up: restart it, or install another build of it, as a statically linked one may not work with the node's /etc/nsswitch.conf. Otherwise"

/** Whether the DNS server said nothing about the name, so that it may well be correct. */
function isUnanswered(finding: Pick<Finding, 'clues'>): boolean {
  const answer = dnsAnswer(finding)
  return answer === 'late' || answer === 'error' || answer === 'unasked'
}

/** DNS for private connections to a cloud's registry. */
const PRIVATE_ZONE: Record<Cloud | 'none', string> = {
  ecr: '; with a VPC endpoint, private DNS has to be enabled for it',
  acr: '; with a private endpoint, its zone (privatelink.azurecr.io) needs a record for this host too',
  gar: '; with Private Google Access, the private zone needs a record for this host too',
  none: '',
}

/** The cloud whose private connections matter for the host; a layer at a cache's upstream, or at Microsoft, comes over none of them. */
function privateCloud(first: Pick<Finding, 'registry' | 'endpoint' | 'clues' | 'host'>, host: string) {
  const { registry, endpoint } = first
  if (isOfWindows(first) || first.host.desktop) return 'none'
  const cloud = cloudOf(registry)
  const isUpstream = cloud === 'ecr' && endpoint?.role === 'storage' && !isOfAws(host)
  // With a private endpoint, layers come from data endpoints of the registry's own.
  const isOfAllRegistries = cloud === 'acr' && endpoint?.role === 'storage' && cloudOf(host) !== 'acr'
  return isUpstream || isOfAllRegistries ? 'none' : (cloud ?? 'none')
}

/** Returns how to get past a DNS server that discards answers with private addresses (knot-resolver's module rebinding, dnsmasq's stop-dns-rebind). */
function rebindText(host: string, address: string, server: string | null, findings: Findings): string {
  // What answers at the loopback address, such as systemd-resolved, passes the question on.
  const where =
    server === null ? "the nodes' DNS server" : isLocal(server) ? `the DNS server behind ${server}` : server
  return `Allow ${host} in the DNS rebind protection of ${where} (in a router, an exception for the name; in dnsmasq, rebind-domain-ok), write it into the hosts file ${onNodes(findings)}, or use another DNS server there: the name leads to the address in it, ${address}, and many routers discard answers with a private address`
}

/** Returns the name that a registry of ECR has in every region (docs.aws.amazon.com/general/latest/gr/ecr.html; awslabs/amazon-eks-ami-rhel#9). */
function fipsNote(host: string): string {
  const [, account, rest] = /^(\d+)\.dkr\.ecr-fips\.(.+)$/.exec(hostAlone(host)) ?? []
  return rest === undefined
    ? ''
    : `: names with ecr-fips exist only in some regions, and ${account}.dkr.ecr.${rest} is the same registry in any region`
}

export const dnsSteps: StepWords<DnsStep> = {
  'resolve-host': ({ host }, { findings }) =>
    nodeShellStep(
      findings[0].cause === 'tls'
        ? `See which address ${hostAlone(host)} has ${onNodes(findings)}: if it is the wrong one (such as a public address, or a CDN's, for an internal name), correct it where the node got it from (a DNS server, or the hosts file). A proxy, if the runtime goes through one, looks the name up itself`
        : `${isFixedHost(host) || addressInName(host) !== null || isRight(findings[0]) || isUnanswered(findings[0]) ? `Look up ${hostAlone(host)}` : 'Check the host name for a typo, and look it up'} ${onNodes(findings)}${fipsNote(host)}`,
      lookUpCommand(findings[0].host, hostAlone(host)),
      findings,
    ),
  'fix-dns': ({ host, server, unreached }, context) => {
    const [first] = context.findings
    if (unreached !== null && server !== null)
      return { text: unreachedServer(server, unreached, context.findings) }
    const discarded = discardedAddress(host, server, first.host.cloud)
    if (discarded !== null && dnsAnswer(first) === 'none')
      return { text: rebindText(hostAlone(host), discarded, server, context.findings) }
    const failing = isFixedHost(host) || isUnanswered(first) ? 'If that fails' : 'If the name is correct'
    return {
      text: `${dnsAnswer(first) === 'unasked' ? OWN_LOOK_UP : failing}, fix DNS ${onNodes(context.findings)} (${serverPlace(server, first.host)}): nodes don't use the cluster's DNS for pulls${PRIVATE_ZONE[privateCloud(first, host)]}${resolverNote(host, server, first.host)}${orMirror(context, host)}`,
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
    text: isUnspecified(address)
      ? `Allow ${hostAlone(host)} in the DNS filter that the node asks (Pi-hole, AdGuard Home, a router, a provider), remove the name from a blocklist in the node's hosts file, or let the node ask another DNS server${isHosted(host) ? '' : '; if the host is your own, give its name the right address, in DNS or in that file'}: ${hostAlone(address)}, which the node got for the name, is not the address of any host, and filters answer so for what they block`
      : owner === 'node'
        ? `Let ${hostAlone(host)} resolve to an address that every node can reach (in DNS, or in /etc/hosts of the nodes): on the node it resolves to ${address}, which is the node itself`
        : `${passesOnTokens(context.findings[0]) ? `Let ${context.findings[0].registry} announce a token server of its own, as it passes on that of another registry, or let the nodes pull through a proxy` : mayHaveMirror(context.findings[0]) ? `Let the nodes pull through ${isHosted(host) ? mirrorOf(context) : 'a mirror'}, or through a proxy` : `Let the nodes pull through a proxy, or ${COPY}`}: ${hostAlone(host)} is blocked in their network, which your own firewall can't change (${address}, which DNS gave for it, belongs to ${ADDRESS_OWNERS[owner]})`,
  }),
}
