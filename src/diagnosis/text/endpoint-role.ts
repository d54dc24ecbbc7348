/** The part in the pull of a host that a text names, by the path that was asked for, by the host's name, and by the image's registry. */

import { DOCKER_HUB_TOKEN_HOST, isDockerHub } from '../../image/docker-hub.ts'
import { isAddress, isLocal, isOfCluster, withoutPort } from '../../image/host.ts'
import { isFixedHost, isHosted, registryBehind } from '../../image/registries.ts'
import { isForWindowsBase } from '../../image/windows-images.ts'
import { isOfDownloadHost } from './download-host.ts'
import type { EndpointRole } from './endpoint.ts'
import { asksForToken } from './pull-error.ts'

export const TOKEN_PATH =
  /^\/(?:[\w.-]+\/)*(?:token|oauth2\/(?:token|exchange)|jwt\/auth|v2\/auth|openshift\/token|auth)(?:[?#]|$)/i

const TOKEN_QUERY = /[?&](?:scope=repository|service=)/i

/** Known hosts that serve layers for a registry of another name. */
const STORAGE =
  /(?:^|\.)(?:production\.cloudflare\.docker\.com|production\.cloudfront\.docker\.com|r2\.cloudflarestorage\.com|cdn\.mscr\.io|data\.mcr\.microsoft\.com|blob\.core\.windows\.net|data\.azurecr\.io|amazonaws\.com|cloudfront\.net|storage\.googleapis\.com|pkg-containers\.githubusercontent\.com|cdn\d*\.quay\.io|digitaloceanspaces\.com|aliyuncs\.com)$/i

/** A redirect's signed address, or distribution's own layout of a bucket: requests to registries and mirrors don't look like this. */
export const SIGNED =
  /\/docker\/registry\/v2\/blobs\/|[?&](?:x-amz-signature|x-amz-security-token|x-goog-signature|signature|sig|verify)=/i

/** Registries whose host names look like a storage provider's. */
const REGISTRY_NAME = /\.dkr[.-]ecr|^registry[\w-]*\.|\.cr\.aliyuncs\.com$/i

/** A URL in an error text. */
export interface FoundUrl {
  host: string
  /** What follows the host. */
  rest: string
  /** The text before the URL. */
  before: string
  /** Where the URL ends in the text. */
  end: number
}

/** The part of the host of a URL. */
export function roleOfUrl(url: FoundUrl, text: string, registry: string | null): EndpointRole {
  const role = roleAt(url.host, url.rest, text, registry)
  return role === 'mirror' && isRedirected(url, text, registry) ? 'registry' : role
}

/** The part of a host that was asked for a path, as far as the two and the words of the text show it. */
export function roleAt(host: string, rest: string, text: string, registry: string | null): EndpointRole {
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
  const isOfRegistry = rest === '' || /^\/v[12]/.test(rest) || rest.includes('/v2/')
  return isOfRegistry || isLocal(plain) ? 'mirror' : 'storage'
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
export function isSame(host: string, registry: string): boolean {
  const [one, other] = [host.toLowerCase(), registry.toLowerCase()]
  if (isDockerHub(other)) return isDockerHub(one)
  return one === other || one === `${other}:443` || withoutPort(one) === other || one === withoutPort(other)
}

/** An address that was dialed, without a URL, is most likely the one that the registry's name has. */
export function roleOfBare(host: string, text: string, registry: string | null): EndpointRole {
  if (isOfDownloadHost(host, text, registry)) return 'storage'
  const role = roleAt(host, '/v2/', text, registry)
  const dialed = isAddress(host) && text.includes(`dial tcp ${host}`)
  return role === 'mirror' && dialed && !isLocal(host) ? 'registry' : role
}
