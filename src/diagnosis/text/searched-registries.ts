/** The registries that a node searched for an image whose name has none: its settings may list others than Docker Hub (registries.conf). */

import { isDockerHub } from '../../image/docker-hub.ts'
import { isLocal } from '../../image/host.ts'
import { parseReference } from '../../image/reference.ts'
import { type Cause, isRefusedOrMissing, isUnreached } from '../finding.ts'

/** `certain`: whether the name led there because it has no registry, not because the settings put this host in place of Docker Hub. */
export interface Search {
  hosts: string[]
  certain: boolean
}

const HOST = '([\\w-]+(?:\\.[\\w-]+)+(?::\\d+)?)'
/** containers/image names the registry in the image's full name, and a mirror only after it; Podman, what it tries. */
const TRIED = new RegExp(`\\b(?:source docker://|trying to pull )${HOST}/([\\w./-]+)`, 'gi')
/** Where containers/image was, which is not where the full name says if the settings send it elsewhere. */
const READ = new RegExp(`\\breading manifest \\S{1,200} in ${HOST}/([\\w./-]+)`, 'i')
const PINGED = new RegExp(
  `\\b(?:pinging|ping) (?:container|docker) registry (?:${HOST}|returned: get "?https?://${HOST})`,
  'i',
)
/** A mirror is followed by Docker Hub itself, and this lists what became of it. */
const WITH_MIRRORS = /\bmirrors also failed\b/i
/** Registries that have images of their own, so that nobody sets them in place of Docker Hub. */
const OTHERS =
  /^(?:quay\.io|ghcr\.io|(?:k8s\.)?gcr\.io|registry\.k8s\.io|mcr\.microsoft\.com|nvcr\.io|registry\.gitlab\.com|registry\.(?:access\.|connect\.)?redhat\.(?:com|io)|registry\.(?:fedoraproject|centos|opensuse)\.org|registry\.suse\.com|container-registry\.oracle\.com)$/i
const MOST = 4
/** Causes at the host, besides those of hosts that can't be reached. A proxy fails for any of them. */
const OF_HOST: readonly Cause[] = ['tls', 'http-https-mismatch', 'registry-server-error']

/** At most four, as the text names them; null for an image with a registry in its name, and if no other than Docker Hub was asked. */
export function searchedRegistries(text: string, image: string): Search | null {
  const { registry = '', repository = '' } = parseReference(image) ?? {}
  if (!isDockerHub(registry) || image.startsWith(`${registry}/`)) return null
  const tried = [...text.matchAll(TRIED)]
  if (tried.length === 0) return lastSearched(text, repository)
  const hosts = tried.flatMap(({ 1: host = '', 2: path = '' }) =>
    path === repository || `library/${path}` === repository ? [host.toLowerCase()] : [],
  )
  const searched = [...new Set(hosts)]
  return searched.some(host => !isDockerHub(host)) ? { hosts: searched.slice(0, MOST), certain: true } : null
}

/**
 * CRI-O tries the full names one by one, and returns the error of the last (server/image_pull.go). Only the path can show whether a host is
 * set in place of Docker Hub: that keeps its `library/`.
 */
function lastSearched(text: string, repository: string): Search | null {
  if (WITH_MIRRORS.test(text)) return null
  const [, read, path] = READ.exec(text) ?? []
  const [, pinged, returned] = PINGED.exec(text) ?? []
  const host = (read ?? pinged ?? returned ?? '').toLowerCase()
  const isShort = path !== undefined && `library/${path}` === repository
  const isOther = OTHERS.test(host)
  // Aliases of short names have paths of their own, such as quay.io/centos/centos (containers/shortnames).
  const isElsewhere =
    path !== undefined && !isShort && (path.startsWith('library/') || (path !== repository && !isOther))
  if (host === '' || isElsewhere || isLocal(host) || isDockerHub(host)) return null
  return { hosts: [host], certain: isShort || isOther }
}

/** The search, if it matters to the cause: for a refusal or a missing image, and where the one host failed that it led to. */
export function relevantSearch(search: Search | null, cause: Cause): Search | null {
  if (search === null || isRefusedOrMissing(cause)) return search
  // A cache in place of Docker Hub passes on its limit.
  const isOfHost = cause === 'rate-limited' ? search.certain : OF_HOST.includes(cause) || isUnreached(cause)
  return isOfHost && search.hosts.length === 1 ? search : null
}
