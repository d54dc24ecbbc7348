/** Docker Hub's names: in references, in the keys of logins, and as hosts. */

/** Its name in image references. */
export const DOCKER_HUB = 'docker.io'

/** Its older name, which is replaced in references; the usual key of its logins has this host. */
export const DOCKER_HUB_INDEX = 'index.docker.io'

/** The key of its logins for docker, kubectl, and the kubelet. Without the last slash, the kubelet never matches it. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/'

/** The host that serves its images. */
export const DOCKER_HUB_HOST = 'registry-1.docker.io'

/** The host that gives tokens for its images. */
export const DOCKER_HUB_TOKEN_HOST = 'auth.docker.io'

/** How long a pull counts toward its limit (docs.docker.com/docker-hub/usage). */
export const HUB_WINDOW_HOURS = 6

const REGISTRY_HOSTS = [DOCKER_HUB, DOCKER_HUB_INDEX, DOCKER_HUB_HOST, 'registry.hub.docker.com']
const ALIASES = [...REGISTRY_HOSTS, 'hub.docker.com', 'docker.com', '*.docker.io']

/** One spelling for each registry: in lower case, and `docker.io` for `index.docker.io`. */
export function canonicalRegistry(host: string): string {
  const name = host.toLowerCase()
  return name === DOCKER_HUB_INDEX ? DOCKER_HUB : name
}

/**
 * Whether pulls from this host count at Docker Hub: the host is its registry under any of its names, in any case, with or without :443.
 * hub.docker.com, docker.com, and mirrors are not.
 */
export function isDockerHub(host: string): boolean {
  return REGISTRY_HOSTS.includes(host.toLowerCase().replace(/:443$/, ''))
}

/** Whether the host's runtime can ask a mirror in place of the registry: Docker has mirrors of Docker Hub only (moby/moby#18818). */
export function mayHaveMirror(pull: { host: { runtime: string | null }; registry: string | null }): boolean {
  return pull.host.runtime !== 'docker' || isDockerHub(pull.registry ?? '')
}

/** Whether the host in a login's key was meant for Docker Hub, even if the kubelet never matches it. */
export function isDockerHubAlias(host: string): boolean {
  return ALIASES.includes(host)
}

/** Whether a host belongs to Docker Hub, including hosts without images, such as its token server. */
export function isDockerHubHost(host: string): boolean {
  return isDockerHub(host) || host.endsWith(`.${DOCKER_HUB}`)
}
