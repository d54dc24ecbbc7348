/** How a pull secret's key that does not match an image differs from one that would, if it was clearly meant for that registry. */

import { oracleRegion } from '../image/cloud-registries.ts'
import { DOCKER_HUB, DOCKER_HUB_INDEX, isDockerHubAlias } from '../image/docker-hub.ts'
import { isSlipOf, misspelledRegistry } from '../image/mistakes/similar-names.ts'
import type { Reference } from '../image/reference.ts'
import { isFixedHost, isHosted } from '../image/registries.ts'
import { normalizeKey } from './kubelet-key.ts'

export type KeyMismatch =
  /** `registry.example` for `registry.example:5000`. */
  | 'port-missing'
  /** `registry.example:443` for `registry.example`: the kubelet knows no default port. */
  | 'port-extra'
  /** Another port of the same host, which may be another registry. */
  | 'port-other'
  /** `https://index.docker.io/v1`, which the kubelet reads as a path. */
  | 'slash-missing'
  /** An alias of Docker Hub that the kubelet does not look up. */
  | 'hub-alias'
  /** The host of the web site that the registry belongs to. */
  | 'web-site'
  /** Capitals, in the scheme too. */
  | 'case'
  /** A `*` that would have to match more than one label. */
  | 'wildcard'
  /** Not a URL. */
  | 'unreadable'
  /** A tag, a digest or white space in the path. */
  | 'odd-path'
  /** The path of other repositories. */
  | 'path'
  /** Another region of the same cloud registry, which needs a login of its own. */
  | 'region'
  /** The registry with a slip of the pen, a well-known one with any typo, or under another top-level domain: `registry.gitlab.io` for `registry.gitlab.com`. */
  | 'misspelled'
  /** Another name of the same registry, such as for another network, where the same login works. */
  | 'network'

const FOR_OTHERS: readonly KeyMismatch[] = ['path', 'port-other', 'region', 'network']

/** Whether a key with such a mismatch may be right for other images. */
export function isForOthers(mismatch: KeyMismatch): boolean {
  return FOR_OTHERS.includes(mismatch)
}

const SCHEME = /^https?:\/\//i

/** Null if the key is for another registry. Only for keys that do not serve the image. */
export function keyMismatch(
  key: string,
  { registry, repository }: Pick<Reference, 'registry' | 'repository'>,
): KeyMismatch | null {
  const scheme = SCHEME.exec(key)?.[0] ?? ''
  const normalized = scheme === scheme.toLowerCase() ? normalizeKey(key) : null
  const plain = normalized ?? key.slice(scheme.length)
  const host = plain.split('/', 1)[0] ?? ''
  const path = plain.slice(host.length)
  const ofHost = hostMismatch(host, path, registry)
  if (ofHost === 'other') return null
  if (normalized === null) return scheme === scheme.toLowerCase() ? 'unreadable' : 'case'
  return ofHost ?? pathMismatch(path, repository)
}

function hostMismatch(host: string, path: string, registry: string): KeyMismatch | 'other' | null {
  if (host === registry) return null
  const [name, port] = splitPort(host.toLowerCase())
  const [wantedName, wantedPort] = splitPort(registry.toLowerCase())
  if (registry === DOCKER_HUB && isDockerHubAlias(name) && name !== DOCKER_HUB)
    // Under its fallback name, Docker Hub is found only by the bare host.
    return name === DOCKER_HUB_INDEX && VERSION.test(path) ? 'slash-missing' : 'hub-alias'
  if (port === '' && isWebSite(name, wantedName)) return 'web-site'
  if (name !== wantedName) {
    if (isWiderGlob(name, wantedName)) return 'wildcard'
    if (isMisspelled(name, wantedName)) return 'misspelled'
    const underAnyName = mainName(name)
    if (underAnyName !== null && underAnyName === mainName(wantedName)) return 'network'
    const registryOf = withoutRegion(name)
    return registryOf !== null && registryOf === withoutRegion(wantedName) ? 'region' : 'other'
  }
  if (port === wantedPort) return 'case'
  if (port === '') return 'port-missing'
  return wantedPort === '' && /^:(?:443|80)?$/.test(port) ? 'port-extra' : 'port-other'
}

/** `/v1/` and `/v2/` without the last slash, which the kubelet does not strip. */
const VERSION = /^\/v[12]$/

function pathMismatch(path: string, repository: string): KeyMismatch {
  if (VERSION.test(path)) return 'slash-missing'
  if (/[:@\s]|\/\//.test(path)) return 'odd-path'
  return `/${repository}`.startsWith(path.toLowerCase()) ? 'case' : 'path'
}

/** The registry that is in each region under another host: an account's in ECR, or Artifact Registry; null for any other. */
function withoutRegion(host: string): string | null {
  const ecr = /^(\d{12}\.dkr[.-]ecr)(?:-fips)?\.[a-z0-9-]+\.(amazonaws\.com(?:\.cn)?|on\.aws)$/.exec(host)
  if (ecr !== null) return `${ecr[1]}.${ecr[2]}`
  return /^[a-z0-9-]+-docker\.pkg\.dev$/.test(host) ? 'docker.pkg.dev' : null
}

/**
 * The public name of a registry that has others for private networks: those of Alibaba Cloud and of Tencent Cloud (alibabacloud.com/help/acr,
 * tencentcloud.com/document/product/1051), or the one of a region of Oracle Cloud; null for any other.
 */
function mainName(host: string): string | null {
  if (/\.(?:aliyuncs|tencentcloudcr)\.com$/.test(host))
    return host.replace(/^([\w-]+?)-(?:vpc|internal)(?=\.)/, '$1')
  const region = oracleRegion(host)
  return region === null ? null : `ocir.${region}.oci.oraclecloud.com`
}

function isMisspelled(name: string, registry: string): boolean {
  if (misspelledRegistry(name, { swapped: false }) === registry || isSlipOf(name, registry)) return true
  const isSameElsewhere = withoutDomain(name) !== '' && withoutDomain(name) === withoutDomain(registry)
  return isSameElsewhere && isFixedHost(registry) && !isHosted(name)
}

/** The name without its top-level domain. */
function withoutDomain(host: string): string {
  return host.slice(0, Math.max(0, host.lastIndexOf('.')))
}

/** Whether the glob would match if its `*` covered more than one label: its other labels are the last ones of the name. */
function isWiderGlob(glob: string, name: string): boolean {
  return /^\*(?:\.[^*]+)?$/.test(glob) && name.endsWith(glob.slice(1))
}

/**
 * Whether the host is where people log in to what runs the registry: GitHub, or a GitLab, whose registry most often has a name beside its own
 * (docs.gitlab.com/administration/packages/container_registry). Neither is a registry itself.
 */
function isWebSite(host: string, registry: string): boolean {
  const site = host.replace(/^www\./, '')
  if (site === 'github.com') return registry === 'ghcr.io'
  const [, domain] = /^gitlab\.([\w-]+(?:\.[\w-]+)*)$/.exec(site) ?? []
  return domain !== undefined && (registry === `registry.${site}` || registry === `registry.${domain}`)
}

/** The port with its colon; empty without one. */
function splitPort(host: string): [name: string, port: string] {
  const port = /:\d*$/.exec(host)?.[0] ?? ''
  return [host.slice(0, host.length - port.length), port]
}
