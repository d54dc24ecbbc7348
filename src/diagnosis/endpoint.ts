/** Finds in an error text the host that answered, refused, or could not be reached, and its part in the pull. */

import { DOCKER_HUB_TOKEN_HOST, isDockerHub } from '../image/docker-hub.ts'
import { downloadHosts } from '../image/download-hosts.ts'
import { isAddress, isLocal, isOfCluster, isPrivateAddress, withoutPort } from '../image/host.ts'
import { isFixedHost, isHosted, registryBehind } from '../image/registries.ts'
import { isForWindowsBase } from '../image/windows-images.ts'
import type { Cause } from './finding.ts'
import { asksForToken, type PullError } from './pull-error.ts'

/** The host's part in the pull. `runtime` is the socket of the node's container runtime. */
export type EndpointRole = 'registry' | 'mirror' | 'token' | 'storage' | 'proxy' | 'runtime'

/** A host and its part in the pull. */
export interface NamedEndpoint {
  /** Host name or address, with a port if the text has one; for `runtime`, the path of the socket. */
  host: string
  role: EndpointRole
}

/** The host that answered, refused, or could not be reached: often not the image's registry. A proxy's answer does not name the proxy. */
export type Endpoint = NamedEndpoint | { host: null; role: 'proxy' }

const HOST = '(\\[[0-9a-f:.%]+\\](?::\\d+)?|[\\w.-]+(?::\\d+)?)'
const NAME = '([\\w-]+(?:\\.[\\w-]+)+(?::(?!443\\b)\\d+)?)'
/** A failed connection to the proxy itself. Checked first, because such texts also name the registry. */
const PROXY = new RegExp(
  `proxyconnect tcp: (?:.{0,80}?lookup ${HOST}|dial tcp ${HOST})|connecting to proxy [a-z]*:?/*${HOST}|socks connect tcp ${HOST}->`,
  'i',
)
const SOCKET = /dial unix (\/[\w./-]+|@\w+)|unix:\/\/(\/[\w./-]+)/i
const URL = /\bhttps?:\/\/(?:[^\s/?#@"']*@)?(\[[^\]\s]+\](?::\d+)?|[\w.-]+(?::\d+)?)([^\s"'`<>]*)/gi
/** Where texts name a host without a URL, the most reliable first. */
const BARE_HOSTS = [
  new RegExp(`\\bpulling from host ${HOST} failed`, 'i'),
  new RegExp(`\\b(?:pinging|ping) (?:container|docker) registry ${HOST}`, 'i'),
  // Go's net/url, for a mirror's endpoint that was written without its scheme.
  new RegExp(`\\bparse "?:/+${HOST}/`, 'i'),
  // The proxy inside Docker Desktop, which names the host before it dials an address of it (docker/hub-feedback#2442).
  new RegExp(`\\bdialing ${NAME}(?::443)? \\w+ via `, 'i'),
  new RegExp(`\\bconnecting to ${NAME}(?::443)?: (?:resolving|dial)`, 'i'),
  new RegExp(`\\bdial tcp: (?:lookup|address) ${HOST}(?: on|:)`, 'i'),
  new RegExp(`\\blookup ${HOST} on `, 'i'),
  new RegExp(`\\bresolve(?:d)? (?:host|address)[: ]+${HOST}`, 'i'),
  // Go's crypto/x509: the name that a certificate had to be valid for.
  new RegExp(
    `\\bx509: certificate is (?:valid for \\S.{0,300}, not|not valid for any names, but wanted to match) ${HOST}`,
    'i',
  ),
  new RegExp(`\\bdial tcp (?:lookup )?${HOST}`, 'i'),
  // One of containers/image's mirrors, whose error begins with its name.
  new RegExp(`^\\[?(?=[\\w-]*[.:])${HOST}/\\S{1,300}: `, 'i'),
]
/** The address of a connection that was open. */
const CONNECTED = new RegExp(`\\b(?:read|write) tcp \\S{1,60}->${HOST}: `, 'i')
/** Nexus announces such an address for tokens: nothing but the scheme is wrong with it (sonatype/nexus-public#565). */
const WITHOUT_SCHEME = new RegExp(`"null://${HOST}/`, 'i')
/** Words of runtimes that have the manifest, and download what it lists: Docker, containers/image, and containerd. */
const DOWNLOAD =
  /\berror pulling image configuration\b|\bdownload failed after attempts\b|\b(?:reading|fetching|writing) (?:partial |config )?blob\b|\bfailed to copy: (?!httpRead(?:er)?Seeker: failed open)/i
/** containers/image: `reading manifest TAG in HOST/path`. */
const IN_SOURCE =
  /\breading manifest \S+ in ([\w.-]+(?::\d+)?)\/|\binitializing source docker:\/\/([\w.-]+\.[\w.-]+(?::\d+)?|[\w.-]+:\d+)\//i
const TOKEN_PATH =
  /^\/(?:[\w.-]+\/)*(?:token|oauth2\/(?:token|exchange)|jwt\/auth|v2\/auth|openshift\/token|auth)(?:[?#]|$)/i
const TOKEN_QUERY = /[?&](?:scope=repository|service=)/i

/** Known hosts that serve layers for a registry of another name. */
const STORAGE =
  /(?:^|\.)(?:production\.cloudflare\.docker\.com|production\.cloudfront\.docker\.com|r2\.cloudflarestorage\.com|cdn\.mscr\.io|data\.mcr\.microsoft\.com|blob\.core\.windows\.net|data\.azurecr\.io|amazonaws\.com|cloudfront\.net|storage\.googleapis\.com|pkg-containers\.githubusercontent\.com|cdn\d*\.quay\.io|digitaloceanspaces\.com|aliyuncs\.com)$/i
/** A redirect's signed address, or distribution's own layout of a bucket: requests to registries and mirrors don't look like this. */
const SIGNED =
  /\/docker\/registry\/v2\/blobs\/|[?&](?:x-amz-signature|x-amz-security-token|x-goog-signature|signature|sig|verify)=/i
/** Registries whose host names look like a storage provider's. */
const REGISTRY_NAME = /\.dkr[.-]ecr|^registry[\w-]*\.|\.cr\.aliyuncs\.com$/i

/**
 * The endpoint of one failed pull; null if the text names no host.
 * @param text the runtime's text with its names
 * @param registry the image's registry; null for a name that does not parse
 */
export function endpointOf(text: string, registry: string | null): NamedEndpoint | null {
  const proxy = PROXY.exec(text)
  if (proxy !== null) return namedEndpoint(proxy.slice(1).find(Boolean) ?? '', 'proxy')
  const urls = [...text.matchAll(URL)].map(({ 0: url, 1: host = '', 2: rest = '', index }) => ({
    host,
    rest,
    before: text.slice(Math.max(0, index - 30), index),
    end: index + url.length,
  }))
  // The last URL is the innermost request: the one that failed.
  const asked = urls
    .filter(url => !isDocumentationLink(url) && !isCutOff(url, text) && !isSocket(url) && !isOfCache(url))
    .at(-1)
  if (asked !== undefined && isHidden(asked)) return null
  const socket = SOCKET.exec(text)
  if (socket !== null && asked === undefined) return { host: socket[1] ?? socket[2] ?? '', role: 'runtime' }
  if (asked !== undefined) {
    const role = roleOf(asked.host, asked.rest, text, registry)
    return namedEndpoint(
      asked.host,
      role === 'mirror' && isRedirected(asked, text, registry) ? 'registry' : role,
    )
  }
  // A server that quotes an error of its own names hosts behind it, which the node never asked.
  const own = text.replace(/\berror parsing HTTP \d{3} response body: .*/is, '')
  const bare = BARE_HOSTS.map(pattern => pattern.exec(own)?.[1]).find(host => host !== undefined)
  if (bare !== undefined) return namedEndpoint(bare, roleOfBare(bare, text, registry))
  const peer = CONNECTED.exec(text)?.[1]
  if (peer !== undefined && isOfDownloadHost(peer, text, registry)) return namedEndpoint(peer, 'storage')
  const announcing = WITHOUT_SCHEME.exec(text)?.[1]
  if (announcing !== undefined)
    return namedEndpoint(
      announcing,
      registry === null || isSame(announcing, registry) ? 'registry' : 'mirror',
    )
  const source = IN_SOURCE.exec(text)
  if (source === null) return null
  const host = source[1] ?? source[2] ?? ''
  return namedEndpoint(host, roleOf(host, '/v2/', '', registry))
}

/** Whether it is a mirror elsewhere than on the node's own loopback, where one only passes on what the registry answers the node. */
export function isRemoteMirror(endpoint: Endpoint | null): endpoint is NamedEndpoint & { role: 'mirror' } {
  return endpoint?.role === 'mirror' && !isLocal(endpoint.host)
}

/** The endpoint where the cause or the place of the error in the text shows another part than the host's name: a proxy, or a mirror. */
export function answeringPart(
  named: NamedEndpoint | null,
  cause: Cause,
  error: Pick<PullError, 'ofMirror'> | null,
): Endpoint | null {
  if (cause === 'proxy') return named?.role === 'proxy' ? named : { host: null, role: 'proxy' }
  const isMirror = error?.ofMirror === true && named?.role === 'registry'
  return isMirror ? { ...named, role: 'mirror' } : named
}

interface FoundUrl {
  host: string
  /** What follows the host. */
  rest: string
  /** The text before the URL. */
  before: string
  /** Where the URL ends in the text. */
  end: number
}

/** Whether the text was truncated within the host: a quote was opened before the URL, and the text ends with the URL. */
function isCutOff({ host, rest, before, end }: FoundUrl, text: string): boolean {
  return end === text.length && rest === '' && /["'`]$/.test(before) && host !== ''
}

/** Whether somebody made the host unreadable before the text was passed on, as in `https://d*****.azurecr.io/`. */
function isHidden({ rest }: FoundUrl): boolean {
  return /^[.-]?[*…•]/.test(rest)
}

/** Go's clients write so for a request to a socket of the node. */
function isSocket({ host }: FoundUrl): boolean {
  return host === 'unix'
}

/**
 * Whether a cache made the request: Artifactory quotes so the token server that itself asked for a remote repository, and registries that are
 * written in Go an error of theirs in the detail of their answer (openshift/origin#20121).
 */
function isOfCache({ before }: FoundUrl): boolean {
  return /\brealm: $/i.test(before) || /"URL\\*": ?\\*"$/.test(before)
}

/** What runtimes write before the URL of a request. */
const REQUEST =
  /\b(?:get|head|post|put|url|request(?: to| for)?|connect(?:ing)? to|status(?: code)?|from|fetch(?:ing)?|reach|registry|host|error|ping)[ :("'`\\<=[]{0,4}$/i

/** Whether the URL is documentation for people, not a request. */
function isDocumentationLink({ host, before, rest }: FoundUrl): boolean {
  // A registry's message may name any site; requests have a registry's paths, or the runtime's words before them.
  if (
    !REQUEST.test(before) &&
    !/\/v[12](?:\/|[?:]|$)/.test(rest) &&
    !TOKEN_PATH.test(rest) &&
    !SIGNED.test(rest)
  )
    return true
  if (
    /\b(?:see|visit|refer(?: to)?|details|information|instructions|steps in|read|docs?|documentation)[ :<("']*$/i.test(
      before,
    )
  )
    return true
  return /^(?:www\.|docs\.|aka\.ms$|github\.com$|toolkit\.|errors?\.|success\.docker\.com$|quay\.io\/repository|docker\.com$)/i.test(
    host,
  )
}

function namedEndpoint(host: string, role: EndpointRole): NamedEndpoint | null {
  const shown = host.toLowerCase().replace(/[.:]+$/, '')
  return shown === '' ? null : { host: shown, role }
}

function roleOf(host: string, rest: string, text: string, registry: string | null): EndpointRole {
  const plain = withoutPort(host)
  if (/[?&]ns=/i.test(rest)) return 'mirror'
  if (TOKEN_PATH.test(rest) || TOKEN_QUERY.test(rest) || plain === DOCKER_HUB_TOKEN_HOST)
    return isOfMirror(host, rest, registry) ? 'mirror' : 'token'
  if (registry === null || isSame(host, registry) || isSame(host, registryBehind(registry) ?? registry)) {
    return asksForToken(text) && !rest.startsWith('/v2/') ? 'token' : 'registry'
  }
  if (isStorage(plain) || SIGNED.test(rest) || isForWindowsBase(plain, rest, registry)) return 'storage'
  // The registry's backend: registry.k8s.io redirects to Artifact Registry and S3 under their own names.
  if (
    (registryBehind(registry) ?? registry) === 'registry.k8s.io' &&
    /(?:-docker\.pkg\.dev|\.gcr\.io)$/.test(plain)
  )
    return 'registry'
  if (asksForToken(text)) return 'token'
  return rest === '' || rest.startsWith('/v2') || rest.startsWith('/v1') || isLocal(plain)
    ? 'mirror'
    : rest.includes('/v2/')
      ? 'mirror'
      : 'storage'
}

/** What containerd writes before the URL at which its request ended; before 1.4, built with Go 1.13, without the quote. */
const FOLLOWED = /\bfailed to do request: (?:head|get) "$|\bfrom (?:head|get) request to $/i

/**
 * Whether the registry redirected the request to this host. Mirrors get the registry's name from containerd (`?ns=`, since 1.4: RegistryHost.isProxy
 * in core/remotes/docker/registry.go), and Docker has mirrors of Docker Hub only (moby/moby#18818). A registry that serves images under its own
 * name redirects nobody: then its mirror did.
 */
function isRedirected({ host, rest, before }: FoundUrl, text: string, registry: string | null): boolean {
  if (registry === null || isDockerHub(registry) || isLocal(withoutPort(host))) return false
  if (!rest.includes('/v2/') || /[?&]ns=/i.test(rest)) return false
  return /\bresponse from daemon: /i.test(text) || (FOLLOWED.test(before) && !isHosted(registry))
}

/**
 * Whether the token was asked for at a mirror: public registries announce token servers of their own, so another one is announced by what
 * the node asks in their place. A mirror mostly is its own (Artifactory, Harbor, Nexus, Quay), unless the request names another service, or
 * the host has a name that nodes do not know.
 */
function isOfMirror(host: string, rest: string, registry: string | null): boolean {
  if (registry === null || !isFixedHost(registry) || isHosted(host)) return false
  if (isLocal(host) || isOfCluster(host) || !host.includes('.')) return false
  const [, service = ''] = /[?&]service=(?:https?(?::|%3a)(?:\/|%2f){2})?([\w.-]*)/i.exec(rest) ?? []
  return !service.includes('.') || isHosted(service) || withoutPort(host) === service.toLowerCase()
}

function isStorage(host: string): boolean {
  return STORAGE.test(host) && !REGISTRY_NAME.test(host)
}

/** Whether the host is the image's registry, under any of the registry's names. */
function isSame(host: string, registry: string): boolean {
  const [one, other] = [host.toLowerCase(), registry.toLowerCase()]
  if (isDockerHub(other)) return isDockerHub(one)
  return one === other || one === `${other}:443` || withoutPort(one) === other || one === withoutPort(other)
}

/** The hosts that the registry redirects this download to, as a list for people; null for any other request, and for registries that do not. */
export function downloadsFrom(text: string, registry: string | null): string | null {
  return registry !== null && DOWNLOAD.test(text) ? downloadHosts(registry) : null
}

/** The private address that a download came from, where the text has one: that of a proxy, a mirror, or a private endpoint. */
export function privatePeer(text: string): string | null {
  const peer = CONNECTED.exec(text)?.[1]
  return peer !== undefined && isPrivateAddress(peer) ? peer : null
}

/** Whether an address without a name is the one that the registry redirected a download to; in a private network, it may be a mirror's. */
function isOfDownloadHost(host: string, text: string, registry: string | null): boolean {
  const isPublic = isAddress(host) && !isLocal(host) && !isPrivateAddress(host)
  return isPublic && downloadsFrom(text, registry) !== null
}

/** An address that was dialed, without a URL, is most likely the one that the registry's name has. */
function roleOfBare(host: string, text: string, registry: string | null): EndpointRole {
  if (isOfDownloadHost(host, text, registry)) return 'storage'
  const role = roleOf(host, '/v2/', text, registry)
  const dialed = isAddress(host) && text.includes(`dial tcp ${host}`)
  return role === 'mirror' && dialed && !isLocal(host) ? 'registry' : role
}
