/** Mistakes that an image's name shows by itself: a prefix twice, a web site or a private address in place of the registry, or the wrong registry. */

import { DOCKER_HUB, isDockerHub } from '../docker-hub.ts'
import { fullRepository, type Reference } from '../reference.ts'

/** Parts of a name that follow themselves: at least two, or one that is a host. One alone is common (grafana/grafana). */
const DOUBLED = /(?<=^|\/)((?:[^/:@]+\/[^@]+|[^/@]+\.[^/@]+?|[^/@]+:\d+)\/)\1(?=[^/])/
/** Longer than any valid name with the longest digest. */
const MAX_NAME = 600

/**
 * The prefix that the name has twice, as after two rewrites for one mirror: `mirror/docker.io` in `host/mirror/docker.io/mirror/docker.io/acme/app`,
 * and the name with it once; null for any other name.
 */
export function doubledPrefix(image: string): { prefix: string; without: string } | null {
  const found = image.length > MAX_NAME ? null : DOUBLED.exec(image)
  const prefix = found?.[1]
  if (found === null || prefix === undefined) return null
  const without = image.slice(0, found.index) + image.slice(found.index + prefix.length)
  return { prefix: prefix.slice(0, -1), without }
}

/**
 * Addresses of web sites that show images, and the registry that has them: people copy the one for the other (redhat-performance/jetlag#381,
 * docs.quay.io, docs.github.com/packages, docs.gitlab.com, docs.aws.amazon.com/AmazonECR/latest/public).
 */
const WEB_SITES: [address: RegExp, registry: string][] = [
  [/^(?:www\.)?hub\.docker\.com(?=\/)/, DOCKER_HUB],
  [/^quay\.io\/repository(?=\/[^/]+\/[^/]+$)/, 'quay.io'],
  [/^(?:www\.)?github\.com(?=\/)/, 'ghcr.io'],
  [/^(?:www\.)?gitlab\.com(?=\/)(?!.*\/(?:dependency_proxy|container_registry)\/)/, 'registry.gitlab.com'],
  [/^gallery\.ecr\.aws(?=\/)/, 'public.ecr.aws'],
]

/** The beginning of the name that is the address of a web site, and the registry to write instead; null for any other name. */
export function webSiteIn(
  reference: Pick<Reference, 'registry' | 'repository'>,
): { from: string; to: string } | null {
  const name = fullRepository(reference).toLowerCase()
  for (const [address, to] of WEB_SITES) {
    const [from] = address.exec(name) ?? []
    if (from !== undefined) return { from, to }
  }
  return null
}

/** Names of Alibaba Cloud's registries inside of its networks, before their region (help.aliyun.com/en/acr; chaosblade-io/chaosblade#736). */
const INSIDE_ALIBABA =
  /^((?:[a-z0-9-]+-)?registry)-(?:vpc|internal)(?=\.([a-z0-9-]+)\.(?:cr\.)?aliyuncs\.com$)/

/** The public name of a registry, and its region, whose given name only the networks of its cloud reach; null for any other. */
export function publicName(registry: string): { name: string; region: string } | null {
  const [, own, region] = INSIDE_ALIBABA.exec(registry) ?? []
  return own === undefined || region === undefined
    ? null
    : { name: registry.replace(INSIDE_ALIBABA, own), region }
}

/** The registry of the Kubernetes project. */
export const KUBERNETES_REGISTRY = 'registry.k8s.io'

/** Folders of that registry (kubernetes/k8s.io, registry.k8s.io/images) whose names are hardly accounts elsewhere. */
const KUBERNETES_FOLDERS = [
  ...['build-image', 'cloud-provider-gcp', 'cluster-api', 'csi-secrets-store', 'e2e-test-images'],
  ...['external-dns', 'ingress-nginx', 'kas-network-proxy', 'kube-state-metrics', 'metrics-server'],
  ...['node-problem-detector', 'prometheus-adapter', 'provider-aws', 'provider-os', 'sig-storage'],
]

/** Whether the path is that of an image of Kubernetes, although its name has another registry for everyone. */
export function isMisplacedKubernetes({
  registry,
  repository,
}: Pick<Reference, 'registry' | 'repository'>): boolean {
  const [folder = '', image] = repository.split('/')
  const isOther = isDockerHub(registry) || registry === 'quay.io' || registry === 'ghcr.io'
  return isOther && image !== undefined && KUBERNETES_FOLDERS.includes(folder)
}
