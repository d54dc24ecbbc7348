/** The words of steps on the way to a host: its port, proxies in between, and what answers in its place. */

import type { NetworkStep } from '../../../advice/step-at-node.ts'
import type { EndpointRole } from '../../../diagnosis/endpoint.ts'
import { hostAlone } from '../../../image/host.ts'
import { type Cloud, cloudOf, isHosted } from '../../../image/registries.ts'
import { curlCommand, headCommand, nodeClientStep, nodeShellStep, onNodes, proxyCommand } from '../node.ts'
import { hostLabel, registryLabel } from '../nouns.ts'
import type { StepWords } from '../steps.ts'
import { orMirror } from './mirrors.ts'

/** Returns where to test a connection: registries answer at /v2/, other hosts everywhere. */
function testUrl(scheme: 'https' | 'http', host: string, role: EndpointRole): string {
  return `${scheme}://${host}${role === 'storage' || role === 'token' ? '/' : '/v2/'}`
}

/** Private connections to a cloud's registry, which have their own rules. */
const PRIVATE_WAY: Record<Cloud | 'none', string> = {
  ecr: ', or the VPC endpoint and its security group',
  acr: ', or the private endpoint and its DNS zone',
  gar: ', or Private Google Access',
  none: '',
}

/** Where operators of hosted registries say how they are, by their hosts. */
const STATUS_PAGES: readonly [RegExp, of: string, address: string][] = [
  [/(?:^|\.)docker\.(?:io|com)$|^dhi\.io$/, "Docker Hub's", 'https://www.dockerstatus.com'],
  [/(?:^|\.)quay\.io$/, "Quay's", 'https://status.redhat.com'],
  [/(?:^|\.)redhat\.(?:io|com)$/, "Red Hat's", 'https://status.redhat.com'],
  [/^ghcr\.io$|(?:^|\.)(?:githubusercontent|pkg\.github)\.com$/, "GitHub's", 'https://www.githubstatus.com'],
  [/(?:^|\.)gitlab\.com$/, "GitLab's", 'https://status.gitlab.com'],
  [/(?:^|\.)(?:gcr\.io|pkg\.dev|googleapis\.com)$/, "Google Cloud's", 'https://status.cloud.google.com'],
  [
    /(?:^|\.)(?:azurecr\.io|microsoft\.com|mscr\.io|blob\.core\.windows\.net)$/,
    "Azure's",
    'https://azure.status.microsoft',
  ],
  [
    /^public\.ecr\.aws$|\.dkr[.-]ecr.*\.amazonaws\.com$|[.-]s3[.-].*amazonaws\.com$/,
    "AWS's",
    'https://health.aws.amazon.com',
  ],
  [/(?:^|\.)icr\.io$/, "IBM Cloud's", 'https://cloud.ibm.com/status'],
]

/** Returns what to look at where a host's servers fail: only its operators have its log. */
function statusText(host: string, label: string): string {
  const [, of, address] = STATUS_PAGES.find(([hosts]) => hosts.test(hostAlone(host))) ?? []
  if (of !== undefined) return `Check ${of} status at ${address}`
  return isHosted(host)
    ? `See whether the operators of ${label} report an outage`
    : `Check the status and the log of ${label}`
}

/** Returns whose rule may refuse at a storage host, by its provider. */
function storageRule(host: string): string {
  if (/amazonaws\.com(?:\.cn)?$/.test(host))
    return "a policy of the bucket or of the VPC's S3 endpoint, which has to allow the bucket"
  if (/\.blob\.core\.windows\.net$/.test(host))
    return "the storage account's firewall, or a service endpoint policy of the nodes' subnet that does not list it"
  if (/googleapis\.com$/.test(host)) return 'VPC Service Controls, or a policy of the bucket'
  return isHosted(host)
    ? "a block of the nodes' address by its operator"
    : 'a policy of the bucket, or a firewall in front of it'
}

/** Where the engine of Docker Desktop finds the proxy that is part of it (docs.docker.com; docker/for-mac#2467, docker/for-win#12725). */
const OF_DESKTOP = /^(?:192\.168\.65\.\d{1,3}|https?\.docker\.internal)(?::\d+)?$/

export const networkSteps: StepWords<NetworkStep> = {
  'page-instead': ({ host }, { findings: [{ endpoint }] }) => ({
    text: isHosted(host)
      ? `Look for what answered in place of ${host}: a proxy, a firewall, or a login portal on the way${endpoint === null ? ", or a mirror in the runtime's settings" : ''}`
      : `Look for what answers at ${host} in place of the registry: its reverse proxy or ingress may not pass /v2/ on, or the registry may be at another port or host (Nexus has a connector with a port of its own for Docker)`,
  }),
  'test-connection': ({ host, scheme, role, manifest }, { findings }) => {
    if (manifest !== undefined)
      return nodeShellStep(
        `Ask ${host} for the image's manifest again ${onNodes(findings)} (only its headers; 200 is fine, and 401 proves nothing, as this sends no login)`,
        headCommand(findings[0].host, `${scheme}://${host}${manifest}`),
        findings,
      )
    return nodeShellStep(
      `Test the connection ${onNodes(findings)} (${role === 'storage' || role === 'token' ? 'any HTTP response' : 'a 401 or 404'} is fine)`,
      curlCommand(findings[0].host, testUrl(scheme, host, role)),
      findings,
    )
  },
  'who-answered': ({ host }, { findings }) =>
    nodeShellStep(
      `See who answers ${onNodes(findings)} (with HTTPS_PROXY set as for the runtime): a proxy or firewall in between can send a bare 403, too; ${host} itself answers 200 or 401, with the header Docker-Distribution-Api-Version`,
      curlCommand(findings[0].host, `https://${host}/v2/`),
      findings,
    ),
  'open-host': ({ host, role }, context) => {
    const [{ registry, host: node }] = context.findings
    const proxy = node.virtual === undefined ? ', or HTTPS_PROXY for the runtime' : ''
    const second = role === 'storage' || (role === 'token' && host !== registry)
    return {
      text:
        second && role === 'storage' && cloudOf(registry) === 'ecr'
          ? `Let the nodes reach ${host}, where ECR keeps the layers, not only ${registryLabel(registry)}: without internet access they need an S3 gateway endpoint in the route tables of their subnets, whose policy allows this bucket`
          : second
            ? `Let the nodes reach ${host} (firewall, egress rules, proxy), not only ${registryLabel(registry)}: it is ${role === 'storage' ? 'where the layers are downloaded from' : 'where the tokens for pulls come from'}`
            : `If that fails too, allow the nodes to reach ${host} (firewall, egress rules, NAT gateway${PRIVATE_WAY[cloudOf(registry) ?? 'none']}${proxy})${orMirror(context, host)}`,
    }
  },
  'serve-layers': ({ host, registry }) => ({
    text: `Or, if ${registry} is yours, let it serve the layers itself instead of redirecting to ${hostAlone(host)} (storage.redirect.disable of the distribution registry and of GitLab's; disableredirect in Harbor's chart)`,
  }),
  'storage-refused': ({ host }, { findings: [{ evidence }] }) => ({
    text: /expired|specified time frame/i.test(evidence?.text ?? '')
      ? `Compare the node's clock with the real time, and look for a cache in between that keeps redirects: ${host} says that the signed address of the layer had expired`
      : `Find the rule that refuses at ${host}, which the nodes reach: ${storageRule(hostAlone(host))}; or the signed address of the layer had expired when it was used (a wrong clock, or a cache that keeps redirects)`,
  }),
  'ask-layer': ({ host, layer }, { findings }) =>
    nodeShellStep(
      `See who refuses the layer ${onNodes(findings)} (200 or 206 at the end is fine): ${host} itself, the host that it redirects to, or a proxy on the way`,
      curlCommand(findings[0].host, layer, 'L -r 0-0'),
      findings,
    ),
  'layer-refused': ({ host }, { findings: [first] }) => ({
    text: `Find the rule that refuses layers: that of a proxy or firewall on the way, or of the host that ${host} redirects to${first.host.cloud === 'ecr' ? " (on AWS mostly S3, so a policy of the VPC's S3 endpoint has to allow the registry's buckets)" : ''}`,
  }),
  'check-listener': ({ host, role }, { findings: [{ registry }] }) => ({
    text: `Check that ${hostLabel({ host, role }, registry)} is running and listening on that port, and check everything between it and the nodes`,
  }),
  'give-route': ({ host, family }, { findings }) => ({
    text:
      family === 'IPv6'
        ? `Give the node an IPv6 route, or let DNS ${onNodes(findings)} answer with IPv4 addresses: ${host} was tried over IPv6 only`
        : 'Give the node a route for IPv4, or NAT64 with DNS64: it has none (is it IPv6-only?), and some registries, such as ghcr.io, have no IPv6 addresses',
  }),
  'check-mtu': ({ host, role }, { findings }) =>
    nodeShellStep(
      `Test the TLS handshake ${onNodes(findings)}: if it hangs again, large packets may be lost, so compare the node's MTU with the network's (VPN, tunnel, PPPoE, nested virtual machines) and lower it; or a firewall or proxy in between holds up TLS to ${hostAlone(host)}`,
      curlCommand(findings[0].host, testUrl('https', host, role)),
      findings,
    ),
  'show-proxy': (_step, { findings }) =>
    nodeClientStep(
      findings[0].cause === 'proxy'
        ? `See which proxy the runtime goes through ${onNodes(findings)} (HTTPS_PROXY, NO_PROXY)`
        : `See whether the runtime goes through a proxy ${onNodes(findings)} (HTTPS_PROXY, NO_PROXY)`,
      proxyCommand(findings[0].host),
      findings,
    ),
  'fix-proxy': ({ host, scheme }) => ({
    text: scheme
      ? "Write the proxy's address with http:// in the runtime's environment (HTTPS_PROXY=http://…): the proxy speaks plain HTTP, and https:// asks it for TLS"
      : host === null
        ? "Correct the proxy's address in the runtime's environment"
        : /^https?$/.test(host)
          ? `Correct the proxy's address in the runtime's environment: its host is read as "${host}", so its scheme is written twice (such as http://http://…)`
          : `Fix the proxy ${host}, or correct its address in the runtime's environment`,
  }),
  'desktop-proxy': ({ host, wanted }) => ({
    text: `See which proxy Docker Desktop gives its engine, and correct it in its settings (Resources, Proxies), or list ${hostAlone(wanted)} there among the hosts that bypass it; then restart Docker Desktop${host !== null && OF_DESKTOP.test(host) ? `: ${host} is its own proxy, which passes requests on as these settings say` : ''}`,
    command: "docker info --format '{{.HTTPProxy}} {{.HTTPSProxy}} {{.NoProxy}}'",
  }),
  'pass-proxy': ({ host }) => ({
    text: `Let the proxy pass requests for ${host}, and give the runtime a login if the proxy asks for one`,
  }),
  'bypass-proxy': ({ host }) => ({
    text: `Bypass the proxy for this host if the nodes reach it without one: add ${hostAlone(host)} to NO_PROXY of the runtime, and restart it`,
  }),
  'status-page': ({ host, role }, { findings: [{ registry }] }) => ({
    text: `${statusText(role === 'registry' ? (registry ?? host) : host, hostLabel({ host, role }, registry))}; the kubelet retries every five minutes`,
  }),
}
