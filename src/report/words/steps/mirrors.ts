/** The words of steps at a mirror or cache: its health, its login, its settings on the nodes, and what it lacks. */

import type { StepOf } from '../../../advice/step/step.ts'
import type { MirrorStep } from '../../../advice/step/step-at-node.ts'
import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Cause, Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { isLocal, isOfCluster } from '../../../image/host.ts'
import { isGoogleCache, isHosted, isOpenMirror, mirrorOfOther } from '../../../image/registries.ts'
import { ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { minuteOf } from '../duration.ts'
import { formerState } from '../moved.ts'
import { listPodsOn, nodeName, onNodes } from '../node/node.ts'
import { mirrorLogin, neededMirrorLogin, withoutSandboxLogin } from '../node/node-logins.ts'
import { mirrorSettings } from '../node/node-settings.ts'
import { isOldContainerd } from '../node/old-containerd.ts'
import { namedList, registryLabel } from '../nouns.ts'
import type { StepContext, StepText, StepWords } from '../step-words.ts'

/** Whether the node's settings of mirrors can say that an address is complete, as hosts.toml can. */
function hasOverridePath(node: PullingNode): boolean {
  const { platform, runtime } = node
  const isOther =
    platform === 'k3s' || platform === 'rke2' || platform === 'bottlerocket' || platform === 'openshift'
  return !isOther && runtime !== 'cri-o' && runtime !== 'docker' && !isOldContainerd(node)
}

/** The setting that an address is complete, in the words of the platform's own settings. */
function overridePath({ platform }: PullingNode): string {
  return platform === 'talos' || platform === 'gke' ? 'overridePath: true' : 'override_path = true'
}

/** Returns what is mostly wrong where a web page came (goharbor/harbor#18530, containerd/containerd#7400). */
function pathHints(node: PullingNode, registry: string): string {
  const server = '; docker.io as the server of Docker Hub sends one too, where registry-1.docker.io is meant'
  return ` (for a project of Harbor, https://HOST/v2/PROJECT with ${overridePath(node)})${registry === DOCKER_HUB ? server : ''}`
}

/** Returns how to ask the mirror for the images in use, at the URL in the evidence. */
function askMirror(
  host: string,
  registry: string,
  { invocation, findings: [first] }: StepContext,
): { command?: string } {
  // This machine reaches neither the node's own addresses nor what only the cluster's DNS or the nodes resolve, such as a container beside them.
  // A cache that the image itself names is no mirror of another registry, which the command would ask it for.
  if (isLocal(host) || isOfCluster(host) || !/[.[]/.test(host) || host === registry) return {}
  const asked = first.evidence?.text.split(`//${host}/v2/`) ?? []
  const plain = asked.length > 1 && asked[0]?.endsWith('http:') === true
  const [path = ''] = asked[1]?.split(/\/(?:manifests|blobs)\//) ?? []
  const repository = first.reference?.replace(/^[^/]+\/|[:@].*$/g, '') ?? ''
  const prefix = path.endsWith(`/${repository}`) ? path.slice(0, -repository.length - 1) : ''
  const url = `${plain ? 'http' : 'https'}://${host}${prefix === '' ? '' : `/v2/${prefix}`}`
  const flags = [
    ...(plain ? ['--plain-http'] : []),
    ...(registry === DOCKER_HUB ? [] : ['--registry', registry]),
  ]
  const words = ['mirror', '--to', url, '--verify', ...flags].map(shellWord)
  return { command: ownCommand(invocation, words.join(' ')) }
}

/** Returns the step with that command, and what it does. */
function withAsking(text: string, { command }: { command?: string }): StepText {
  return command === undefined ? { text } : { text: `${text}. This asks it for the images in use`, command }
}

/** Returns what to look for at a mirror, by what it did. */
function checkMirror(cause: Cause, mirror: string): string {
  if (cause === 'auth-required-or-denied') return `Find the reason for the refusal in the log of ${mirror}`
  if (cause === 'connection-refused-or-reset')
    return `Check that ${mirror}, is running and listening on that port`
  const cache =
    cause === 'network-timeout'
      ? 'A cache is as slow as its upstream: its log shows which requests there take so long'
      : "A cache whose upstream limits it may answer with a server error too: its log has the upstream's answer"
  return `Check the health and the log of ${mirror}, and restart it or fix what fails there. ${cache}`
}

/** Returns the same for a mirror that nobody here can repair. */
function checkOpenMirror(cause: Cause, host: string): string {
  return cause === 'auth-required-or-denied'
    ? `Find out what the mirror ${host}, which others run, serves: perhaps only some images, or only some networks`
    : `Look for reports of an outage of the mirror ${host}, and wait: others run it, so it can't be repaired from here`
}

/** Whether the mirror that answered is most likely Spegel. */
function isOfSpegel({ clues, endpoint }: Finding, host: string | null): boolean {
  return endpoint?.host === host && clueOf(clues, 'peers-only')?.by === 'spegel'
}

/** Whether the mirror that answered is most likely the embedded registry of K3s or RKE2. */
function isEmbedded({ clues, endpoint }: Finding, host: string | null): boolean {
  return endpoint?.host === host && clueOf(clues, 'peers-only')?.by === 'embedded-registry'
}

/** What to do about an image that a mirror lacks, by what its registry can do; a cache may be the registry that the image names. */
const LACKS: Record<
  StepOf<'mirror-lacks-image'>['source'],
  (host: string, registry: string, first: Finding) => string
> = {
  unreachable: (host, registry) =>
    `Copy the image to the mirror ${host}, under exactly this tag or digest, or let it fetch the image: it does not have it, and ${registryLabel(registry)}, which was tried next, can't be reached`,
  blocked: (host, registry) =>
    `Copy the image to the mirror ${host}, under exactly this tag or digest: the nodes are only allowed to use mirrors, because ${registryLabel(registry)} is blocked in their registries.conf (on OpenShift NeverContactSource)`,
  resolved: (host, registry, first) =>
    `Update the mirror ${host}, or find in its log why it lacks a manifest: the tag was resolved, so the name of the image is right, but the mirror does not have what the tag stands for, and its 404 says nothing about ${registryLabel(registry)}${isOfSpegel(first, host) ? '. Spegel may know a tag whose digest no other node offers (spegel-org/spegel#1378)' : ''}`,
  // docs.k3s.io, "Embedded Registry Mirror"; docs.rke2.io, likewise with port 9345.
  'embedded-registry': (host, registry) =>
    `Load the image on a node, under exactly this name, or find out why ${registryLabel(registry)} did not send it either: the embedded registry of K3s or RKE2, which answers at ${host}, fetches nothing itself, but only offers images that another node has. Both nodes need ${registryLabel(registry)} (or "*") under mirrors in their registries.yaml, and have to reach each other on the ports 5001 and ${/\d+$/.exec(host)?.[0] ?? '6443'}`,
  spegel: (host, registry) =>
    `Load the image on a node, under exactly this name, or find out why ${registryLabel(registry)} did not send it either: Spegel, which most likely answers at ${host}, fetches nothing itself, but only offers images that another node has. Its pods have to reach each other`,
  other: (host, registry) =>
    isGoogleCache(host)
      ? `Let the nodes ask ${registryLabel(registry)} for what ${host} lacks, as they do with it as a mirror and not as the server of ${registry}: it is Google's cache of Docker Hub, which only has images that are pulled often, and fetches no others`
      : host === registry
        ? `Check that ${host}, which fetches from an upstream, serves this path (project and prefix), and that its own login at the upstream can see the image: its 404 does not prove that the image is missing`
        : `Check that the mirror ${host} serves this path of ${registryLabel(registry)} (project and prefix, library/ for official images), and that it can reach its upstream with a login that can see the image: its 404 does not prove that the image is missing`,
}

export const mirrorSteps: StepWords<MirrorStep> = {
  'check-mirror': ({ host, registry }, context) => {
    const [first] = context.findings
    // Port 30020 is that of a node's own pod (spegel-org/spegel, charts/spegel, service.registry.hostPort).
    if (isOfSpegel(first, host) && first.cause === 'connection-refused-or-reset')
      return {
        text: `See whether Spegel's pod runs on the node with the address ${host.replace(/:\d+$/, '')}, most likely ${nodeName(first)} itself: until it does, as on a new node, nothing answers at that port. If Spegel is meant to run there, wait for the next attempt after it started`,
        ...listPodsOn(context.invocation, first.node),
      }
    const mirror = `the mirror ${host}, which serves images of ${registryLabel(registry)}`
    const text = isOpenMirror(host) ? checkOpenMirror(first.cause, host) : checkMirror(first.cause, mirror)
    return withAsking(text, askMirror(host, registry, context))
  },
  'broken-mirror': ({ host, registry, why }, context) =>
    withAsking(
      `Find out why the mirror ${host} failed${why === '' ? '' : ` (${why})`}, and restart or repair it: the nodes ask it for images of ${registryLabel(registry)} first, and ${registryLabel(registry)} itself only because it failed`,
      askMirror(host, registry, context),
    ),
  'start-local-registry': ({ container }, { findings: [{ registry }] }) => ({
    text: `Start the container ${container} on the machine that runs kind, and connect it to kind's network, unless it is connected already: the nodes pull images of ${registryLabel(registry)} from it, and they can resolve its name only while it runs there`,
    command: `docker start ${shellWord(container)} && docker network connect kind ${shellWord(container)}`,
  }),
  'name-at-mirror': ({ host, registry }) => ({
    text: `Write ${host} into the image's name in the template: ECR requires a login that lasts only hours, which nodes get for the registry in the name, so a mirror at ECR receives none, or only one that is for ${registryLabel(registry)}`,
  }),
  'mirror-login': ({ host, registry, sent }, { findings, findings: [{ host: node, credential, clues }] }) => {
    if (sent === 'nothing')
      return {
        text: `${neededMirrorLogin(node, host, registry)}: the nodes ask it for images of ${registryLabel(registry)}, and it refused a request without a login`,
      }
    // The refusal stands in a list of mirrors, before what the registry said.
    const refused = clueOf(clues, 'mirrors-failed')?.refusing === host
    const condition = refused
      ? `If the mirror ${host}, which refused the nodes, requires a login`
      : `If ${host} itself requires a login`
    const alsoSent =
      credential.status === 'usable' && node.runtime !== 'cri-o'
        ? `; the pod's login for ${registryLabel(registry)} is sent to the mirror too, and may be what the mirror refuses`
        : ''
    const lacks = refused ? '; check that it has the image too, as many registries refuse what they lack' : ''
    return {
      text: `${condition}, ${mirrorLogin(node, host, registry)}${alsoSent}${lacks}${withoutSandboxLogin(findings[0])}`,
    }
  },
  'compare-mirrors': ({ registry, nodes, at }, { findings, findings: [first] }) => ({
    text: `Compare the settings ${onNodes(findings)} with those on ${namedList('node', nodes)}, which pulled the image (last at ${minuteOf(at)}): mirrors in ${mirrorSettings(first.host, registry)}, and the proxy${isHosted(registry) ? '' : '; and the pull secrets of the pods'}. A mirror or cache most likely answers on one side instead of ${registryLabel(registry)}: one here that lacks the image, or one there that still has it`,
  }),
  'mirror-settings': ({ host, registry, about }, { findings, findings: [first] }) => {
    const place = mirrorSettings(first.host, registry)
    const what = host === null ? 'the endpoint' : host
    switch (about) {
      case 'web-page':
        return {
          text: `Check the address and path of the mirror ${what} in ${place}, and what answers there (a reverse proxy, a login portal): it answered with a web page`,
        }
      case 'page-path':
        return {
          text: `Look in ${place} for a mirror of ${registryLabel(registry)}, and correct its address: a web page came in place of the image's manifest, as a mirror sends for a path that is not in its API${hasOverridePath(first.host) ? pathHints(first.host, registry) : ''}`,
        }
      case 'answered':
        return {
          text: `Look in ${place} for a mirror of ${registryLabel(registry)}, and for a proxy in between: the limit in the text is not ${registryLabel(registry)}'s, so another host answered`,
        }
      case 'unnamed':
        return {
          text: `Find the mirror of ${registryLabel(registry)} in ${place}, and in its log why it lacks the image or a manifest of it: the request was to a mirror (?ns=), whose answer says nothing about ${registryLabel(registry)}`,
        }
      case 'unreadable':
        return {
          text: `Correct ${clueOf(first.clues, 'settings-file')?.path ?? place}, and other settings of mirrors there: the runtime ${onNodes(findings)} can't read them`,
        }
      case 'no-resolve':
        return {
          text: `Let a host in ${place} look up tags: add "resolve" to its capabilities (capabilities = ["pull", "resolve"]), or to those at the top of the file, which are the registry's own`,
        }
      case 'no-pull':
        return {
          text: `Let a host in ${place} send images: add "pull" to its capabilities (capabilities = ["pull", "resolve"]), or to those at the top of the file, which are the registry's own`,
        }
      case 'doubled-path':
        if (!hasOverridePath(first.host))
          return {
            text: `Correct the path in the address of the mirror ${what} in ${place}: it has a /v2, and the runtime adds one of its own, as the error shows`,
          }
        return {
          text: `Set ${overridePath(first.host)} for the mirror ${what} in ${place}: its address has a path with /v2, and the runtime appended another /v2 to it, as the error shows`,
        }
      case 'wildcard':
        return {
          text: `If ${registryLabel(registry)} has the image, look in ${place} for a mirror of it or of "*", such as the embedded registry: a mirror that lacks the image is the last one to be asked if disable-default-registry-endpoint is set, and with "*" also in some releases with containerd 2.0 (v1.31.6, v1.32.2), which an update fixes`,
        }
      case 'one-platform':
        return {
          text: `Look in ${place} for a mirror of ${registryLabel(registry)}, and copy ${first.reference ?? 'the image'} there again with all platforms (\`crane copy\`, \`skopeo copy --all\`): Kubernetes publishes it for linux/${first.host.architecture} too, and \`docker pull\` and \`docker push\` copy only the platform of the machine that runs them`,
        }
      case 'tls-for-http':
        return {
          text: `Remove the tls part of ${what} from the settings for registries in the machine configuration ${onNodes(findings)} (RegistryTLSConfig; before Talos 1.12 machine.registries.config), or give its mirrors https:// endpoints: Talos does not accept settings for TLS where the endpoint is http://`,
        }
      case 'old-format':
        return {
          text: `Rewrite ${clueOf(first.clues, 'settings-file')?.path ?? '/etc/containers/registries.conf'} ${onNodes(findings)} in version 2 of its format, and reload CRI-O: unqualified-search-registries = ["…"] replaces [registries.search], and a [[registry]] table with its location and insecure = true or blocked = true replaces each entry of [registries.insecure] and [registries.block]`,
        }
      case 'scheme':
        return {
          text: `Write the mirror's endpoint${host === null ? '' : ` ${host}`} with exactly one scheme (https://…) in ${place}`,
        }
      case 'literal-server':
        return {
          text: `Write https://registry-1.docker.io as the server (or endpoint) of Docker Hub in ${place}, or leave it unset: ${host === DOCKER_HUB || host === null ? "docker.io is only Docker Hub's name in images" : `${host} is Docker Hub's website`}, and the runtime asks whatever host is written there. It asks the mirrors in the same place first, so check those too`,
        }
      case 'list':
        return {
          text: `Let the nodes use another mirror of ${registryLabel(registry)}, or none, in ${place}: ${what} serves only the images on its list`,
        }
      case 'other-registry': {
        const { serves = DOCKER_HUB, sister = null } = mirrorOfOther(what, registry) ?? {}
        const name = registryLabel(registry)
        const right = sister === null ? `another mirror of ${name}, or none,` : `${sister} for ${name}`
        return {
          text: `Let the nodes use ${right} in ${place}: ${what} is a mirror of ${registryLabel(serves)} only`,
        }
      }
      case 'former':
        return {
          text: `Let the nodes use another mirror of ${registryLabel(registry)}, or none, in ${place}: ${what} ${formerState(first) ?? 'is no longer one'}`,
        }
      case 'basic':
        return {
          text: `Look for a mirror of ${registryLabel(registry)} in the node's settings, and for a proxy in between: what answered asks for a user name and password, and ${registryLabel(registry)} itself never does, as it takes tokens. If a mirror requires a login, ${mirrorLogin(first.host, 'the mirror', registry)}`,
        }
      case 'token':
        return {
          text: `Find the mirror of ${registryLabel(registry)} in ${place}, and see in its log, or in that of its token server, why it answers with an error: a login was sent, which ${registryLabel(registry)} itself never needs`,
        }
      case 'instead':
        return {
          text: `If ${what} is set in place of ${registryLabel(registry)} in ${place}, correct or remove it there: it then answers for names with docker.io too`,
        }
      case 'endpoint':
        // That address is in containerd's settings only, which K3s and RKE2 make of the file (docs.k3s.io, "Embedded Registry Mirror").
        if (isEmbedded(first, host))
          return {
            text: `Check the endpoints of ${registryLabel(registry)} (or "*") under mirrors in ${place}, or ${registryLabel(registry)} itself if there are none: the nodes ask the embedded registry at ${what} before them because of that entry, and the image has to come from them if no node has it`,
          }
        // Without any entry (cloud.google.com/artifact-registry, "Pull cached Docker Hub images").
        if (first.host.platform === 'gke' && isGoogleCache(what))
          return {
            text: `Or let the nodes ask a mirror of your own for ${registryLabel(registry)} in ${place}: GKE's nodes ask ${what}, Google's cache, by default, so there may be no entry to remove`,
          }
        return {
          text: `Or correct or remove the mirror ${what} for ${registryLabel(registry)} in ${place}${isOfSpegel(first, host) ? "; Spegel, whose port this is, writes such entries into containerd's certs.d itself, where they may be left after it was removed" : ''}`,
        }
    }
  },
  'unblock-upstream': ({ host }) => ({
    text: `Check the proxy repository in Nexus at ${host}: the URL of its remote storage, the network path (firewall, proxy), and its login; Nexus asks again when its block ends, or when you reset it`,
  }),
  'mirror-limit': ({ host, registry, rewrites, perhaps, account }, context) => ({
    text:
      account !== undefined
        ? `Raise the limit of account ${account}, or give the mirror ${host} another one for ${registryLabel(registry)}: it most likely pulls for all nodes as that account, which is not the account of any pod`
        : perhaps
          ? `If ${host} is your own cache, let it use its own login for Docker Hub, or raise the limit: it pulls for all nodes from one address, and the pods' logins don't count there`
          : rewrites
            ? `Let the cache that answers at ${host} on the nodes use a login for ${registryLabel(registry)}: in its own settings, or, for kube-image-keeper, as a pull secret of the pods for ${registryLabel(registry)}; ${host} itself does not need one`
            : `Let ${host === registry ? `the cache ${host} use its own login at its upstream registry (in Harbor, the access ID and secret of the proxy project's registry endpoint)` : `the mirror ${host} use its own login for ${registryLabel(registry)}`}, or raise the limit: it pulls for all nodes from one address, and the pods' logins don't count there`,
    ...askMirror(host, registry, context),
  }),
  'restore-upstream': ({ host, certificate, registry }) => ({
    text: certificate
      ? `Let ${registry} trust the authority of the certificate that it gets for ${host} (most likely that of a proxy in between, which inspects TLS), or let it reach ${host} without that proxy: it fetches the image from there, and did not accept the certificate`
      : `Let ${registry} reach ${host} (its own network, DNS, and proxy settings): it fetches the image from there, and failed; its log has the reason`,
  }),
  'mirror-lacks-image': ({ host, registry, source }, { findings: [first] }) => ({
    text: LACKS[source](host, registry, first),
  }),
}
