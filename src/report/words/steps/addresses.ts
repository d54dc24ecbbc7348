/** The words of steps about the name and the address of a host: whether nodes can resolve and reach them, and where a better one is set. */

import type { AddressStep, RealmProduct } from '../../../advice/step-at-node.ts'
import type { DefaultName } from '../../../diagnosis/clue-at-node.ts'
import type { EndpointRole } from '../../../diagnosis/endpoint.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { hostAlone, isLocal } from '../../../image/host.ts'
import { type Cloud, cloudOf, isFixedHost, isHosted } from '../../../image/registries.ts'
import { kubectlCommand } from '../../invocation.ts'
import { lookUpCommand, nodeShellStep, onNodes, resolverNote, resolverPlace } from '../node.ts'
import { kindRegistryNote } from '../node-settings.ts'
import { ADDRESS_OWNERS } from '../nouns.ts'
import type { StepWords } from '../steps.ts'
import { mirrorOf, orMirror } from './mirrors.ts'

/** Whether the name was not misspelled: another node knows it, or it is the default of a product. */
function isRight({ clues }: Pick<Finding, 'clues'>): boolean {
  return clues.some(({ code }) => code === 'answers-elsewhere' || code === 'default-name')
}

/** DNS for private connections to a cloud's registry. */
const PRIVATE_ZONE: Record<Cloud | 'none', string> = {
  ecr: '; with a VPC endpoint, private DNS has to be enabled for it',
  acr: '; with a private endpoint, its zone (privatelink.azurecr.io) needs a record for this host, too',
  gar: '; with Private Google Access, the private zone needs a record for this host, too',
  none: '',
}

const INSTEAD: Record<EndpointRole, string> = {
  registry:
    "Use a name in the image that every node can reach (a DNS name, or a node's address and NodePort)",
  mirror: "Change the mirror's address in the node's settings to one that every node can reach",
  token:
    'Let the registry announce a token server that nodes can reach (by its own address: externalURL of Harbor, external_url of GitLab, ROOT_URL of Gitea)',
  storage:
    "Let the registry redirect to a host that nodes can reach, or serve the layers itself (redirect.disable of its storage; in Harbor's chart disableredirect)",
  proxy: 'Let the runtime use a proxy address that the node can reach',
  runtime: 'Start the runtime',
}

/** Which setting each product takes its own address from. */
const EXTERNAL_NAME: Record<Exclude<DefaultName, 'documentation'>, string> = {
  harbor: "externalURL in the values of Harbor's chart",
  gitlab: "global.hosts.domain in the values of GitLab's chart (or external_url of its Linux package)",
  helm: 'the host of the ingress in the values of its chart',
}

const DEFAULT_OF: Record<DefaultName, string> = {
  harbor: "the default of Harbor's chart",
  gitlab: 'a default of GitLab',
  helm: 'the default of new Helm charts',
  documentation: 'of a domain that is reserved for documentation (RFC 2606)',
}

/** Where each product has the address that it announces (docs.gitea.com, goharbor.io/docs, docs.gitlab.com, docs.projectquay.io). */
const REALM_SETTING: Record<RealmProduct | 'any', string> = {
  gitea:
    'ROOT_URL of Gitea or Forgejo (section [server] of app.ini), or the host name that the reverse proxy passes on to it',
  harbor: 'external_url of harbor.yml, or externalURL of its chart',
  gitlab: "external_url of GitLab, or the registry's token_realm",
  quay: 'SERVER_HOSTNAME of its config.yaml',
  artifactory:
    'its custom base URL, or the headers Host and X-Forwarded-Proto that the reverse proxy passes on',
  nexus: 'the headers Host and X-Forwarded-Proto that the reverse proxy passes on',
  any: 'its external URL (auth.token.realm of the distribution registry, ROOT_URL of Gitea and Forgejo, external_url of Harbor and GitLab)',
}

export const addressSteps: StepWords<AddressStep> = {
  'resolve-host': ({ host }, { findings }) =>
    nodeShellStep(
      `${isFixedHost(host) || isRight(findings[0]) ? `Look up ${hostAlone(host)}` : 'Check the host name for a typo, and look it up'} ${onNodes(findings)}`,
      lookUpCommand(findings[0].host, hostAlone(host)),
      findings,
    ),
  'compare-nodes': ({ host, node, about }, { findings }) => ({
    text: `Compare ${about === 'name' ? `/etc/hosts and the DNS servers (${resolverPlace(findings[0].host)})` : 'the network (routes, firewall rules, proxy settings)'} ${onNodes(findings)} with those of node ${node}, which gets answers from ${hostAlone(host)}`,
  }),
  'fix-dns': ({ host, server, refused }, context) => {
    const [first] = context.findings
    if (refused && server !== null)
      return {
        text: `Start the DNS service that should listen at ${server}${isLocal(server) ? ` ${onNodes(context.findings)} itself (such as systemd-resolved or dnsmasq)` : ''}, or let the node ask another one (${resolverPlace(first.host)})`,
      }
    return {
      text: `${isFixedHost(host) ? 'If that fails' : 'If the name is correct'}, fix DNS ${onNodes(context.findings)} (${resolverPlace(first.host)}${server === null ? '' : `; it asks ${server}`}): nodes don't use the cluster's DNS for pulls${PRIVATE_ZONE[cloudOf(first.registry) ?? 'none']}${resolverNote(host, server, first.host)}${orMirror(context, host)}`,
    }
  },
  'node-resolver': ({ host }, { invocation, findings }) => ({
    text: `Check the node-resolver pod ${onNodes(findings)} (namespace openshift-dns): it writes ${hostAlone(host)} into /etc/hosts there; and check that the image registry's operator is not set to Removed`,
    command: kubectlCommand(invocation, 'get pods -o wide', 'openshift-dns'),
  }),
  'bare-host': ({ host }) => ({
    text: `Use a name that the nodes can resolve, or an entry in /etc/hosts on every node: ${host} has no domain, and nodes don't know a Service of the cluster or a container beside it (Docker Compose, kind) by its name`,
  }),
  'default-name': ({ host, of, role, registry }) => ({
    text:
      role === 'token' && of !== 'documentation'
        ? `Set ${EXTERNAL_NAME[of]} to the address by which nodes reach it${registry === null ? '' : `, such as ${registry}`}: ${host} is ${DEFAULT_OF[of]}, and the registry sends clients there for tokens`
        : `Write the real host instead of ${host} ${role === 'registry' ? 'in the image' : role === 'mirror' ? "in the node's settings" : "in the registry's settings"}${role === 'registry' && of !== 'documentation' ? `, and set ${EXTERNAL_NAME[of]} to it` : ''}: ${host} is ${DEFAULT_OF[of]}`,
  }),
  'replace-service-name': ({ host, role }, { findings: [first] }) => ({
    text: `${INSTEAD[role]}: ${host} is a Service name, which only the cluster's DNS (CoreDNS) resolves, and nodes don't use that${role === 'registry' && first.host.platform === 'microk8s' ? '; the registry of MicroK8s is localhost:32000 for its nodes' : ''}`,
  }),
  'token-realm': ({ host, registry, product }) => ({
    text: `Let ${registry} announce its token server by a name that nodes can reach, in ${REALM_SETTING[product ?? 'any']}: it announces ${host}, which nodes can't reach`,
  }),
  'resolve-elsewhere': ({ host, address, owner }, context) => ({
    text:
      owner === 'node'
        ? `Let ${hostAlone(host)} resolve to an address that every node can reach (in DNS, or in /etc/hosts of the nodes): on the node it resolves to ${address}, which is the node itself`
        : `Let the nodes pull through ${isHosted(host) ? mirrorOf(context) : 'a mirror'}, or through a proxy: ${hostAlone(host)} is blocked in their network, which your own firewall can't change (${address}, which DNS gave for it, belongs to ${ADDRESS_OWNERS[owner]})`,
  }),
  'replace-loopback': ({ host, role }, { findings: [first] }) => ({
    text:
      role === 'proxy'
        ? `Give the runtime the proxy's address as the node reaches it: ${host} is the node itself, and no proxy listens there (kind and minikube copy the proxy settings of the machine they run on)`
        : `${INSTEAD[role]}, or let something listen at ${host} on every node (a DaemonSet, or a NodePort): that address is the node itself${role === 'registry' ? kindRegistryNote(first.host, host) : ''}`,
  }),
}
