/** What an image's registry and path show: whether its images are public, which cloud it belongs to, and which registry it caches. */

import { DOCKER_HUB, DOCKER_HUB_HOST, isDockerHub } from './docker-hub.ts'
import { withoutPort } from './host.ts'
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
  /(?:^|\.)(?:docker\.(?:io|com)|dhi\.io|quay\.io|ghcr\.io|githubusercontent\.com|gcr\.io|k8s\.io|pkg\.dev|googleapis\.com|microsoft\.com|mscr\.io|azurecr\.(?:io|cn|us)|azurefd\.net|blob\.core\.windows\.net|amazonaws\.com(?:\.cn)?|public\.ecr\.aws|cloudfront\.net|cloudflarestorage\.com|nvcr\.io|nvidia\.com|gitlab\.com|redhat\.(?:com|io)|elastic\.co|icr\.io|l5d\.io|lscr\.io|kyverno\.io|cgr\.dev)$/

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

/** DaoCloud's mirrors and their token server (DaoCloud/public-image-mirror#2328). */
const LISTING = /(?:^|\.)m\.daocloud\.io$/

/** Whether this host serves only the images on a list, and answers 403 for all others, those that do not exist included. */
export function servesList(host: string): boolean {
  return LISTING.test(withoutPort(host.toLowerCase()))
}

/** Whether this is a mirror that Google or DaoCloud runs for everyone, without logins. */
export function isOpenMirror(host: string): boolean {
  return withoutPort(host) === 'mirror.gcr.io' || servesList(host)
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

/** Clouds whose nodes can pull from the cloud's registries with their own identity. */
export type Cloud = 'ecr' | 'acr' | 'gar'

/** The hosts of their registries. */
export const CLOUD_HOSTS: Readonly<Record<Cloud, RegExp>> = {
  ecr: /\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/,
  acr: /\.azurecr\.(?:io|cn|us)$/,
  gar: /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/,
}

/** The user names of the tokens that clouds give for their registries, which end within hours. */
export const TOKEN_USERS: Readonly<Record<Cloud, string>> = {
  ecr: 'AWS',
  acr: '00000000-0000-0000-0000-000000000000',
  gar: 'oauth2accesstoken',
}

/** The cloud whose tokens have this user name; null for any other user name. */
export function cloudOfToken(username: string | null): Cloud | null {
  const found = Object.entries(TOKEN_USERS).find(([, user]) => user === username)
  return (found?.[0] as Cloud | undefined) ?? null
}

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

/** Oracle Cloud's registries, one in each region. */
export const ORACLE_CLOUD = /(?:^|\.)ocir\.io$|^ocir\.[\w-]+\.oci\.oraclecloud\.com$/

/** Codeberg, and hosts that are named like one of Gitea or Forgejo. */
export const GITEA = /(?:^|[.-])(?:gitea|forgejo)[.-]|^codeberg\.org$/

/** The region of a private registry of ECR; null for any other registry. */
export function ecrRegion(registry: string | null): string | null {
  return /\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(registry ?? '')?.[1] ?? null
}

/** The AWS account that a private registry of ECR belongs to; null for any other registry. */
export function ecrAccount(registry: string | null): string | null {
  return cloudOf(registry) === 'ecr' ? (/^\d{12}(?=\.)/.exec(registry ?? '')?.[0] ?? null) : null
}

/**
 * Amazon's account for the images of EKS in most regions, and those of the others (docs.aws.amazon.com/eks, add-ons-images). Any identity of AWS
 * may pull from them, and nobody else.
 */
const EKS_ACCOUNT = '602401143452'
const EKS_ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['af-south-1', '877085696533'],
  ['ap-east-1', '800184023465'],
  ['ap-east-2', '533267051163'],
  ['ap-south-2', '900889452093'],
  ['ap-southeast-3', '296578399912'],
  ['ap-southeast-4', '491585149902'],
  ['ap-southeast-5', '151610086707'],
  ['ap-southeast-6', '333609536671'],
  ['ap-southeast-7', '121268973566'],
  ['ca-west-1', '761377655185'],
  ['cn-north-1', '918309763551'],
  ['cn-northwest-1', '961992271922'],
  ['eu-central-2', '900612956339'],
  ['eu-south-1', '590381155156'],
  ['eu-south-2', '455263428931'],
  ['il-central-1', '066635153087'],
  ['me-central-1', '759879836304'],
  ['me-south-1', '558608220178'],
  ['mx-central-1', '730335286997'],
  ['us-gov-east-1', '151742754352'],
  ['us-gov-west-1', '013241004608'],
])

/** Whether this is one of Amazon's own registries with the images of EKS. */
export function isOfEks(registry: string | null): registry is string {
  if (cloudOf(registry) !== 'ecr') return false
  const [account = ''] = (registry ?? '').split('.')
  return account === EKS_ACCOUNT || [...EKS_ACCOUNTS.values()].includes(account)
}

/** EKS's registry in the region of one that names the account of another region; null if the account is right, or not known. */
export function eksRegistryInRegion(registry: string): string | null {
  const account = EKS_ACCOUNTS.get(ecrRegion(registry) ?? '')
  if (account === undefined || !isOfEks(registry) || registry.startsWith(`${account}.`)) return null
  return registry.replace(/^\d+/, account)
}

/** Whether the registry is one of projects in Google's Container Registry, which Artifact Registry has replaced. */
export function isContainerRegistry(registry: string | null): boolean {
  return cloudOf(registry) === 'gar' && /(?:^|\.)gcr\.io$/.test(registry ?? '')
}

/** The cloud whose nodes may pull from this registry without a pull secret; null for any other registry. */
export function cloudOf(registry: string | null): Cloud | null {
  if (registry === null || /^(?:k8s|mirror)\.gcr\.io$/.test(registry)) return null
  const found = Object.entries(CLOUD_HOSTS).find(([, hosts]) => hosts.test(registry))
  return (found?.[0] as Cloud | undefined) ?? null
}

/** How caches of ECR are named, mostly after their upstream (docs.aws.amazon.com/AmazonECR, pull-through-cache-creating-rule). */
const ECR_CACHE =
  /^(?:docker-?hub|docker\.io|ecr-public|public|quay|ghcr|github|gitlab|k8s|kubernetes|registry[.-]k8s|mcr|azure|chainguard|nvcr|cache|mirror|proxy|ptc)(?:[.-][\w.-]*)?$/

/** The first part of a path in ECR that is named like a pull-through cache; null in any other name. @param reference as `fullName` makes it */
export function ecrCachePrefix(reference: string | null): string | null {
  const [registry = '', prefix = '', ...path] = reference?.split('/') ?? []
  return cloudOf(registry) === 'ecr' && path.length > 0 && ECR_CACHE.test(prefix) ? prefix : null
}

/** Whether a path in Azure Container Registry begins like that of a cache rule, whose names are as free as ECR's (Esri/arcgis-gitops#168). @param reference as `fullName` makes it */
export function isOfCacheRule(reference: string | null): boolean {
  const [registry = '', prefix = '', ...path] = reference?.split('/') ?? []
  return cloudOf(registry) === 'acr' && path.length > 0 && ECR_CACHE.test(prefix)
}

/** Names of products that fetch from other registries, and of repositories that do. */
const CACHE = /\b(?:nexus|artifactory|jfrog|harbor|prox(?:y|ies)|cache|mirror|remote|pull-?through)/i

/**
 * Registries that refuse public images, too, to a login that has expired or is of another organization, with the answer for a private image
 * (dexidp/dex#2672, nilsnolde/docker-valhalla#122, open-telemetry/opentelemetry-demo#1582, NVIDIA/gpu-operator#2295).
 */
const STRICT = ['ghcr.io', 'nvcr.io']

/** Whether an image that needs no login may be refused because of the login that was sent. */
export function refusesWithBadLogin(registry: string): boolean {
  return STRICT.includes(registryBehind(registry) ?? registry)
}

/** Whether a host or a path is named like one that fetches images from other registries. */
export function isNamedLikeCache(name: string): boolean {
  return CACHE.test(name)
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

/** Returns the name of an Azure Container Registry, which a hyphen and a hash may follow in its host (learn.microsoft.com, domain name label). */
export function acrName(registry: string): string {
  return registry.split(/[-.]/)[0] ?? ''
}
