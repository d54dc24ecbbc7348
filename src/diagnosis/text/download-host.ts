/** The host that a download came from: registries redirect to one of another name, and texts mostly have only its address. */

import { isAddress, isLocal, isPrivateAddress, withoutPort } from '../../image/host.ts'
import { HOST } from './endpoint.ts'
import { firstMatch } from './first-match.ts'

const CONNECTED = new RegExp(`\\b(?:read|write) tcp \\S{1,60}->${HOST}: `, 'i')

/** Words of containers/image and Docker, which have the manifest and download what it lists: the source of an expression. */
export const DOWNLOADING = String.raw`\b(?:(?:reading|fetching|writing) (?:partial |config )?blob|(?:parsing|error pulling) image configuration|download failed after attempts)\b`

/** That, or containerd's words for it. */
const DOWNLOAD = new RegExp(
  String.raw`${DOWNLOADING}|\bfailed to copy: (?!httpRead(?:er)?Seeker: failed open)`,
  'i',
)

/** The hosts that the registry redirects this download to, as a list for people; null for any other request, and for registries that do not. */
export function downloadsFrom(text: string, registry: string | null): string | null {
  return registry !== null && DOWNLOAD.test(text) ? downloadHosts(registry) : null
}

/** The address of the connection that broke off once it was open; null where the text has none. */
export function connectedPeer(text: string): string | null {
  return CONNECTED.exec(text)?.[1] ?? null
}

/** The private address that a download came from, where the text has one: that of a proxy, a mirror, or a private endpoint. */
export function privatePeer(text: string): string | null {
  const peer = connectedPeer(text)
  return peer !== null && isPrivateAddress(peer) ? peer : null
}

/** Whether an address without a name is the one that the registry redirected a download to; in a private network, it may be a mirror's. */
export function isOfDownloadHost(host: string, text: string, registry: string | null): boolean {
  const isPublic = isAddress(host) && !isLocal(host) && !isPrivateAddress(host)
  return isPublic && downloadsFrom(text, registry) !== null
}

/** Each with the hosts that it redirects to, as its operator or its redirects name them. */
const DOWNLOAD_HOSTS: readonly [string, RegExp][] = [
  ['production.cloudflare.docker.com', /^(?:index\.|registry-1\.)?docker\.io$/],
  ['cdn*.quay.io', /^quay\.io$/],
  ['pkg-containers.githubusercontent.com', /^ghcr\.io$/],
  ['*.data.mcr.microsoft.com', /^mcr\.microsoft\.com$/],
  ['*.blob.core.windows.net, or the data endpoints of the registry', /\.azurecr\.(?:io|cn|us)$/],
  ["S3 in the registry's region", /\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/],
  ['*.cloudfront.net', /^public\.ecr\.aws$/],
  ['*.pkg.dev and S3', /^registry\.k8s\.io$/],
  ['cdn.registry.gitlab-static.net', /^registry\.gitlab\.com$/],
  ['storage.googleapis.com', /(?:^|\.)gcr\.io$/],
  ['*.r2.cloudflarestorage.com', /^cgr\.dev$/],
]

/** The hosts that serve this registry's layers, as a list for people; null if it serves them itself, or if that is not known. */
function downloadHosts(registry: string): string | null {
  return firstMatch(withoutPort(registry.toLowerCase()), DOWNLOAD_HOSTS)
}
