/** What a registry and the path of an image show: whether its images are public, who runs it, and which other registry is behind it. */

import { DOCKER_HUB, DOCKER_HUB_HOST, isDockerHub } from './docker-hub.ts'
import { hostAlone, withoutPort } from './host.ts'
import type { Reference } from './reference.ts'

/** Docker Hub's official images, and registries where every image is public (according to their documentation). */
const PUBLIC =
  /^(?:docker\.io\/library|registry\.k8s\.io|k8s\.gcr\.io|mcr\.microsoft\.com|mirror\.gcr\.io|registry\.access\.redhat\.com|docker\.elastic\.co|public\.ecr\.aws)\//

/** Whether all images of this repository or registry are public: a refusal is then about the name or the address, not about a login. */
export function isPublic(reference: string | null): boolean {
  return reference !== null && PUBLIC.test(reference)
}

/** Whether this is one of Chainguard's free images, which nobody needs a login for; its customers have theirs under their own names. */
export function isFreeOfChainguard(reference: string | null): boolean {
  return reference?.startsWith('cgr.dev/chainguard/') === true
}

/** Projects that publish their images for everyone, at registries that hide what they lack. */
const OPEN_OWNERS =
  /^(?:registry\.gitlab\.com\/gitlab-org|quay\.io\/(?:argoproj|brancz|ceph|cephcsi|cilium|jetstack|keycloak|kiali|kubevirt|metallb|oauth2-proxy|prometheus|prometheus-operator|strimzi|thanos)|ghcr\.io\/(?:argoproj|dexidp|external-secrets|fluxcd|kyverno|linuxserver|project-zot|spiffe))\//

/** Whether the image is one of a publisher whose images are public, so that a refusal without a login most likely means that no image has this name. */
export function isOfOpenOwner(reference: string | null): boolean {
  return reference !== null && OPEN_OWNERS.test(reference)
}

/** Whether this registry gives the same answer for a missing repository as for a private one. */
export function hidesMissing(registry: string): boolean {
  return isDockerHub(registry) || ['quay.io', 'ghcr.io', 'registry.gitlab.com'].includes(registry)
}

/** Registries that let nobody pull without a login (access.redhat.com/RegistryAuthentication, IBM's entitled registry, docs.docker.com/dhi). */
const ENTITLED = ['registry.redhat.io', 'registry.connect.redhat.com', 'cp.icr.io', 'dhi.io']

/** Whether every image there needs a login: a pull without one says nothing about the image. */
export function isEntitled(registry: string | null): boolean {
  return registry !== null && ENTITLED.includes(registry)
}

/** Registries, token servers, and download hosts that others run for everyone. */
const HOSTED =
  /(?:^|\.)(?:docker\.(?:io|com)|dhi\.io|quay\.io|ghcr\.io|githubusercontent\.com|gcr\.io|k8s\.io|pkg\.dev|googleapis\.com|microsoft\.com|mscr\.io|azurecr\.(?:io|cn|us)|azurefd\.net|blob\.core\.windows\.net|amazonaws\.(?:com(?:\.cn)?|eu)|public\.ecr\.aws|cloudfront\.net|cloudflarestorage\.com|nvcr\.io|nvidia\.com|gitlab\.com|redhat\.(?:com|io)|elastic\.co|icr\.io|l5d\.io|lscr\.io|kyverno\.io|cgr\.dev)$/

/** Whether others run this host: it can be neither restarted nor given a certificate, so a fault is on the way to it or on the node. */
export function isHosted(host: string): boolean {
  return HOSTED.test(withoutPort(host.toLowerCase()))
}

/** Those of their hosts that contain no name, account, or region that somebody chose. */
const FIXED =
  /(?:^|\.)docker\.(?:io|com)$|^(?:dhi|quay|ghcr|nvcr|icr|(?:(?:us|eu|asia|mirror|k8s)\.)?gcr|registry\.k8s)\.io$|^(?:mcr\.microsoft\.com|public\.ecr\.aws|registry\.gitlab\.com|registry\.(?:access\.)?redhat\.(?:com|io)|docker\.elastic\.co)$/

/** Whether the host is a well-known registry's own, so that a name that can't be resolved is not misspelled. */
export function isFixedHost(host: string): boolean {
  return FIXED.test(withoutPort(host.toLowerCase()))
}

/** Whether this is Quay's own service, or a host that is named after the product. */
export function isNamedQuay(host: string): boolean {
  return /(?:^|[.-])quay[.-]/.test(hostAlone(host))
}

/** DaoCloud's mirrors and their token server (DaoCloud/public-image-mirror#2328). */
const LISTING = /(?:^|\.)m\.daocloud\.io$/

/** Whether this host serves only the images on a list, and answers 403 for all others, those that do not exist included. */
export function servesList(host: string): boolean {
  return LISTING.test(withoutPort(host.toLowerCase()))
}

/**
 * Whether this is Google's cache of Docker Hub, which holds images that are pulled often and fetches no others (cloud.google.com/artifact-registry,
 * "Pull cached Docker Hub images"; vgteam/vg#3475).
 */
export function isGoogleCache(host: string): boolean {
  return withoutPort(host) === 'mirror.gcr.io'
}

/** The beginnings of the names of DaoCloud's mirrors, by the registry that each of them serves (DaoCloud/public-image-mirror, README). */
const AT_DAOCLOUD: Readonly<Record<string, string>> = {
  'docker.elastic.co': 'elastic',
  'docker.io': 'docker',
  'gcr.io': 'gcr',
  'ghcr.io': 'ghcr',
  'k8s.gcr.io': 'k8s-gcr',
  'mcr.microsoft.com': 'mcr',
  'nvcr.io': 'nvcr',
  'quay.io': 'quay',
  'registry.k8s.io': 'k8s',
}

/** The registry that this public mirror serves, and its sister for the given registry, if there is one; null if it serves that, or is another host. */
export function mirrorOfOther(
  host: string,
  registry: string,
): { serves: string; sister: string | null } | null {
  const bare = withoutPort(host.toLowerCase())
  const [, name] = /^([\w-]+)\.m\.daocloud\.io$/.exec(bare) ?? []
  const [serves] = isGoogleCache(bare)
    ? [DOCKER_HUB]
    : (Object.entries(AT_DAOCLOUD).find(([, beginning]) => beginning === name) ?? [])
  const isSame =
    serves === DOCKER_HUB ? countsAtHub(registry) : serves === (registryBehind(registry) ?? registry)
  if (serves === undefined || serves === registry || isSame) return null
  const own = name === undefined ? undefined : AT_DAOCLOUD[registry]
  return { serves, sister: own === undefined ? null : `${own}.m.daocloud.io` }
}

/** Whether this is a mirror that Google or DaoCloud runs for everyone, without logins. */
export function isOpenMirror(host: string): boolean {
  return isGoogleCache(host) || servesList(host)
}

/**
 * The registry that a cache fetches from, if the image's name says so: `cache.corp/quay.io/acme/app`, or `localhost:7439/docker.io/acme/app`
 * of kube-image-keeper, which rewrites names like this. Null for any other name.
 */
export function relayedRegistry({
  registry,
  repository,
}: Pick<Reference, 'registry' | 'repository'>): string | null {
  const [first = '', ...rest] = repository.split('/')
  if (rest.length === 0 || isHosted(registry) || !isHosted(first)) return null
  return isDockerHub(first) || first === 'hub.docker.com' ? DOCKER_HUB : first
}

/** Docker's hardened images: Docker Hub accounts, under a separate key (docs.docker.com/dhi/how-to/use). */
export const HARDENED_IMAGES = 'dhi.io'

/** Hosts of gitlab.com, and those that are named like one of a self-managed GitLab. */
export const GITLAB = /(?:^|[.-])gitlab[.-]/

/** Whether the registry is GitLab's own, or most likely that of a self-managed GitLab. */
export function isGitLab(registry: string): boolean {
  return GITLAB.test(registry)
}

/** Whether this is an image of Docker Hub behind a group's dependency proxy, which GitLab serves at its own host. */
export function isInDependencyProxy(reference: string | null): boolean {
  return reference?.includes('/dependency_proxy/containers/') === true
}

/** Red Hat's registries for its customers. */
export const RED_HAT = /^registry\.(?:connect\.)?redhat\.(?:io|com)$/

/** Codeberg, and hosts that are named like one of Gitea or Forgejo. */
export const GITEA = /(?:^|[.-])(?:gitea|forgejo)[.-]|^codeberg\.org$/

/** Names of products that fetch from other registries, which are registries as well, and of repositories that fetch. */
const CACHE = /\b(?:nexus|artifactory|jfrog|harbor|prox(?:y|ies)|cache|mirror|remote|pull-?through)/i
const CACHE_ONLY = /\b(?:prox(?:y|ies)|cache|mirror|remote|pull-?through)/i

/**
 * Registries that refuse public images, too, to a login that has expired or is of another organization, with the answer for a private image
 * (dexidp/dex#2672, nilsnolde/docker-valhalla#122, open-telemetry/opentelemetry-demo#1582, NVIDIA/gpu-operator#2295; docs.aws.amazon.com/AmazonECR,
 * public-troubleshooting).
 */
const STRICT = ['ghcr.io', 'nvcr.io', 'public.ecr.aws']

/** Whether an image that needs no login may be refused because of the login that was sent. */
export function refusesWithBadLogin(registry: string): boolean {
  return STRICT.includes(registryBehind(registry) ?? registry)
}

/** Whether a host or a path is named like one that fetches images from other registries. */
export function isNamedLikeCache(name: string): boolean {
  return CACHE.test(name)
}

/** Whether a host or a path is named after what it fetches, and not after a product that has images of its own, too. */
export function isNamedAfterCache(name: string): boolean {
  return CACHE_ONLY.test(name)
}

/**
 * Names under which projects offer images of another registry, so that they can count pulls or change the registry (linkerd/linkerd2#5959,
 * getwud/wud#143, kyverno/kyverno#12031; n8n-io/n8n#32102, redpanda-data/documentation#1905, outline/outline#5042, langgenius/dify#42156), and
 * the old name of Kubernetes' registry (kubernetes.io/blog/2023/03/10/image-registry-redirect).
 */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['k8s.gcr.io', 'registry.k8s.io'],
  ['cr.l5d.io', 'ghcr.io'],
  ['lscr.io', 'ghcr.io'],
  ['reg.kyverno.io', 'ghcr.io'],
  ['docker.n8n.io', DOCKER_HUB],
  ['docker.redpanda.com', DOCKER_HUB],
  ['docker.getoutline.com', DOCKER_HUB],
  ['cr.weaviate.io', DOCKER_HUB],
])

/** The registry behind a name that only leads to it; null for any other. */
export function registryBehind(registry: string): string | null {
  return ALIASES.get(registry) ?? null
}

/** Whether pulls from this registry count at Docker Hub: under one of its own names, or one that only leads to it. */
export function countsAtHub(registry: string): boolean {
  return isDockerHub(registry) || registryBehind(registry) === DOCKER_HUB
}

/** The host that a runtime connects to: registry-1.docker.io for Docker Hub. */
export function apiHost(registry: string): string {
  return isDockerHub(registry) ? DOCKER_HUB_HOST : registry
}

/** The name of OpenShift's own registry in the cluster, since OpenShift 4. */
export const OPENSHIFT_REGISTRY = 'image-registry.openshift-image-registry.svc:5000'

/** Whether the host is the Service of that registry, which OpenShift writes into /etc/hosts of its nodes. */
export function isOpenShiftService(host: string): boolean {
  return /^image-registry\.openshift-image-registry\.svc(?=[.:]|$)/.test(host)
}

/** Whether this is the name of the registry in OpenShift 3, which nodes of OpenShift 4 don't know. */
export function isOpenShift3Registry(registry: string): boolean {
  return /^docker-registry\.default\.svc(?:\.cluster\.local)?(?::\d+)?$/.test(registry)
}

/** Whether the host is that registry's default route, by which clients outside of its cluster reach it. */
export function isOpenShiftRoute(registry: string): boolean {
  return registry.startsWith('default-route-openshift-image-registry.')
}

/** Whether this is the registry inside an OpenShift cluster, whose repositories are image streams: its Service, its route, or that of OpenShift 3. */
export function isOpenShiftRegistry(registry: string): boolean {
  return isOpenShiftRoute(registry) || isOpenShiftService(registry) || isOpenShift3Registry(registry)
}
