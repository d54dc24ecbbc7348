/** The words of steps where a host was reached, and something other than the image came back: a page, a refused layer, an error of its servers. */

import type { AnswerStep } from '../../../advice/step/step-at-node.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import { hostAlone } from '../../../image/host.ts'
import { apiHost, isHosted, isOpenMirror } from '../../../image/registries.ts'
import { isMore } from '../causes/discarded-downloads.ts'
import { realmSetting } from '../credential/registry-logins.ts'
import {
  curlCommand,
  nodeClientStep,
  nodeShellStep,
  onNodes,
  pageCommand,
  redirectsCommand,
} from '../node/node.ts'
import { hostLabel, isRedirectedTo, registryLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

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
  return isHosted(host) || isOpenMirror(host)
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

/** Hosts behind Google's front end, which refuses addresses on its own (kubernetes/registry.k8s.io#138, #211, and #302). */
const AT_GOOGLE = /(?:^|\.)(?:registry\.k8s\.io|gcr\.io|pkg\.dev)$/

/** Returns how to tell the registry, what is in front of it, and what is on the way to it apart. */
function whoAnswers(host: string): string {
  const itself = `${host} itself answers 200 or 401`
  if (AT_GOOGLE.test(host))
    return `a certificate of Google and a page with "Your client does not have permission to get URL" mean that the host's own front end refuses the node's address; another certificate or page is that of a proxy or firewall in between. To addresses that it lets in, ${itself}`
  return isHosted(host)
    ? `a certificate or a page of your own proxy or firewall means that it sent the 403; ${itself}, with the header Docker-Distribution-Api-Version, but what protects it may refuse an address without that header`
    : `a proxy or firewall in between can send a bare 403 too; ${itself}, with the header Docker-Distribution-Api-Version`
}

/** Services whose customers have host names of their own, and no part in how those are served. */
const OF_OPERATORS = /\.(?:jfrog\.io|cloudsmith\.(?:io|com))$/i

export const answerSteps: StepWords<AnswerStep> = {
  'page-instead': ({ host }, { findings: [{ endpoint, evidence }] }) => {
    const isRefused = /\bHTTP 403\b|\b403 Forbidden\b/i.test(evidence?.text ?? '')
    return {
      text:
        isHosted(host) || OF_OPERATORS.test(host)
          ? `Look for what answered in place of ${host}: a proxy, a firewall, or a login portal on the way${endpoint === null ? ", or a mirror in the runtime's settings" : ''}${isRefused ? '; or its own front server, where the account is closed or the address of the nodes is not allowed' : ''}`
          : `Look for what answers at ${host} in place of the registry: its reverse proxy or ingress may not forward /v2/, or the registry may be at another port or host (Nexus has a separate connector port for Docker)${isRefused ? '; or what is in front of it refuses the address of the nodes (403)' : ''}`,
    }
  },
  // containerd/containerd#4005: a 200 with a page in place of a token.
  'page-for-token': ({ registry, host, product }, { findings }) => {
    const ofOthers = isHosted(host ?? registry)
    return nodeShellStep(
      `See which address ${registryLabel(registry)} names for tokens ${onNodes(findings)} (realm in the header Www-Authenticate), and who answers there: a web page came ${host === null ? 'from that address' : `from ${host}`} instead of a token, ${ofOthers ? 'most likely that of a proxy, a firewall, or a login portal on the way' : `such as the login page of another server; if the address is wrong, correct it in ${realmSetting(product)}`}`,
      curlCommand(findings[0].host, `https://${apiHost(registry)}/v2/`),
      findings,
    )
  },
  'realm-scheme': ({ host, role, realm }, { findings: [{ registry }] }) => ({
    text: `Correct the address for tokens that ${hostLabel({ host, role }, registry)} announces, ${realm}, which has to begin with https:// or http://: ${
      realm.startsWith('null:')
        ? 'Nexus writes null:// from version 3.77 on where no reverse proxy sends X-Forwarded-Proto (sonatype/nexus-public#565), so send it, or turn off its anonymous pulls'
        : `it comes from ${realmSetting(null)}, or from the header X-Forwarded-Proto of the reverse proxy in front of it`
    }`,
  }),
  'end-redirects': ({ host, role, url }, { findings, findings: [{ registry }] }) =>
    nodeShellStep(
      `Follow the redirects ${onNodes(findings)} (each Location names the next address), and correct what sends them in a circle: ${isHosted(host) ? `most likely a proxy, a firewall, or a login portal on the way to ${host}` : `most often, an ingress or a reverse proxy in front of ${hostLabel({ host, role }, registry)} redirects to https:// what came to it that way, as it gets no X-Forwarded-Proto, or to a login page, or the server's own address in its settings is wrong (such as externalURL in Harbor)`}`,
      redirectsCommand(findings[0].host, url),
      findings,
    ),
  'pull-quota': () => ({
    text: "See whether the pull traffic of the registry's account is used up for this month, and raise its quota (`ibmcloud cr quota-set --traffic`), which the owner of the namespace can do (layers count toward it, and manifests are still served)",
    command: 'ibmcloud cr quota',
  }),
  'who-answered': ({ host }, { findings }) =>
    nodeShellStep(
      `See who answers ${onNodes(findings)} (with HTTPS_PROXY set as for the runtime): ${hasClue(findings[0].clues, 'no-registry') ? 'a registry answers 200 or 401, with the header Docker-Distribution-Api-Version' : whoAnswers(host)}`,
      pageCommand(findings[0].host, `https://${host}/v2/`),
      findings,
    ),
  'serve-layers': ({ host, registry }) => ({
    text: `Or, if ${registry} is yours, let it serve the layers itself instead of redirecting to ${hostAlone(host)} (storage.redirect.disable of the distribution registry and of GitLab's; disableredirect in Harbor's chart)`,
  }),
  'storage-refused': ({ host }, { findings: [{ evidence }] }) => ({
    text: /expired|specified time frame/i.test(evidence?.text ?? '')
      ? `Compare the node's clock with the real time, and look for a cache in between that stores redirects: ${host} says that the signed address of the layer had expired`
      : `Find the rule that refuses at ${host}, which the nodes reach: ${storageRule(hostAlone(host))}; or the signed address of the layer had expired when it was used (a wrong clock, or a cache that stores redirects)`,
  }),
  'ask-layer': ({ host, layer }, { findings }) =>
    nodeShellStep(
      `See who refuses the layer ${onNodes(findings)} (200 or 206 at the end is fine): ${host} itself, the host that it redirects to, or a proxy on the way`,
      curlCommand(findings[0].host, layer, 'L -r 0-0'),
      findings,
    ),
  'layer-refused': ({ host }, { findings: [first] }) => ({
    text: `Find the rule that refuses layers: that of a proxy or firewall on the way, or of the host that ${host ?? 'the registry'} redirects to${first.host.cloud === 'ecr' ? " (on AWS, usually S3, so a policy of the VPC's S3 endpoint has to allow the registry's buckets)" : ''}`,
  }),
  'check-download': ({ host }, { findings: [first] }) => {
    const more = isMore(first)
    const what = more
      ? `${first.steps[0].code === 'check-download' ? 'Look' : 'If that changes nothing, look'} for what sends more than was asked for`
      : 'If the pull fails again, look for what cuts off or changes downloads'
    const suspects = more
      ? 'a cache or mirror that ignores Range, or a proxy or filter that unpacks what it forwards'
      : `a proxy, a virus scanner or other filter, a mirror, or an MTU that is too large${isHosted(host) ? '' : `. The reverse proxy in front of ${host} may end large downloads too (in nginx: proxy_read_timeout, proxy_max_temp_file_size, proxy_buffering)`}`
    return {
      text: `${what} between the node and ${host}${first.endpoint?.role === 'storage' ? '' : `, or the host that ${host} redirects layers to`}: ${suspects}`,
    }
  },
  // bottlerocket-os/bottlerocket#4709, containerd/containerd#12291.
  'whole-layers': ({ host }, { findings, findings: [{ host: node }] }) => {
    const why = `where more bytes arrive than were announced, ${host} or a cache in front of it most likely ignores the header Range and sends the whole layer each time`
    return node.platform === 'bottlerocket'
      ? nodeClientStep(
          `Let the runtime ${onNodes(findings)} request layers whole, not in parts: ${why}`,
          'apiclient set settings.container-runtime.concurrent-download-chunk-size=0',
          findings,
        )
      : {
          text: `If containerd ${onNodes(findings)} requests layers in parts (concurrent_layer_fetch_buffer in its configuration, from 2.1 on), set that to 0 and restart it: ${why}`,
        }
  },
  'set-online': ({ host, role }, { findings: [{ registry }] }) => ({
    text: `Set the repository of this image online again in Nexus at ${hostLabel({ host, role }, registry)} (Settings, Repositories, Online), or ask an administrator of it to: it was set offline there, so the kubelet's retries fail until then`,
  }),
  'status-page': ({ host, role }, { findings: [{ registry }] }) => {
    const isOwn = role === 'registry' && !isRedirectedTo({ host, role }, registry)
    return { text: statusText(isOwn ? (registry ?? host) : host, hostLabel({ host, role }, registry)) }
  },
}
